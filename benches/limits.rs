//! What one rate rule costs at a hashed key, by the number of live buckets and of threads.
//!
//!     cargo bench -p doorman-benches --bench limits

use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use doorman::measure::Rule;

/// Keys as a keyed hash makes them (`SplitMix64`, twice).
fn key(number: u64) -> u128 {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let low = mix(number.wrapping_add(0x9e37_79b9_7f4a_7c15));
    u128::from(mix(low)) << 64 | u128::from(low)
}

/// Every call of every thread; the time is that of the slowest thread.
fn spent(rule: &Rule, threads: u64, calls: u64, first: u64, keys: u64) -> Duration {
    let start = Barrier::new(usize::try_from(threads).unwrap_or(1));
    let run = |thread: u64| {
        start.wait();
        let began = Instant::now();
        let mut place = thread.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for now in 0..calls {
            place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            black_box(rule.take(key(first + (place >> 33) % keys), now));
        }
        began.elapsed()
    };
    thread::scope(|scope| {
        let runs: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        runs.into_iter().filter_map(|run| run.join().ok()).max().unwrap_or_default()
    })
}

fn a_rate_rule(criterion: &mut Criterion) {
    for (group, newcomers) in [("known callers", false), ("newcomers at the cap", true)] {
        let mut group = criterion.benchmark_group(format!("a rate rule, {group}"));
        for buckets in [10_u32, 100_000, 1_000_000] {
            let rule = Rule::new(buckets as usize);
            let keys = u64::from(buckets);
            for known in 0..keys {
                let _ = rule.take(key(known), 0);
            }
            let first = if newcomers { 1 << 40 } else { 0 };
            for threads in [1, 2] {
                let id = BenchmarkId::new(format!("{threads} threads"), buckets);
                group.bench_function(id, |bencher| {
                    bencher.iter_custom(|calls| spent(&rule, threads, calls, first, keys));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, a_rate_rule);
criterion_main!(benches);
