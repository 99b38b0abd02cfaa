//! The table, and the verdict.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::Value;

use crate::{memory::median, world::World};

/// Bursts come every 30 seconds, so memory is compared over as long.
const WINDOW: usize = 30;

/// Prints what was measured; says whether everything held.
pub fn print(
    world: &World,
    seconds: f64,
    memory: &[u64],
    stats: &Value,
    ending: Duration,
    (records, stands_for, cut): (usize, u64, usize),
) -> bool {
    let mut ledger = world.ledger();
    let attempts: u64 = ledger.outcomes.values().sum();
    println!("{attempts} attempts of {} callers in {seconds:.0} s\n", world.callers());
    for (outcome, count) in &ledger.outcomes {
        println!("{count:>9}  {outcome}");
    }
    println!("\n{records:>9}  audit records, of {stands_for} attempts");
    println!("{cut:>9}  attempts cut off before the server read them");
    println!("{:>9}  requests under way at once at most", world.most.load(Ordering::SeqCst));
    println!("{:>9}  handlers running at once at most", stats["most"].as_u64().unwrap_or_default());
    let mut latencies = std::mem::take(&mut ledger.latencies);
    latencies.sort_by(f64::total_cmp);
    for share in [50, 90, 99] {
        let at = latencies.get(latencies.len() * share / 100).copied().unwrap_or_default();
        println!("{at:>9.1}  ms: {share} % of echoes were answered by then");
    }
    println!(
        "{:>9.1}  s from SIGTERM to the end, with a hundred calls under way",
        ending.as_secs_f64()
    );
    if let Some(problem) = judge(memory) {
        ledger.violate(problem);
    }
    let mut shown: Vec<&String> = ledger.violations.iter().collect();
    println!("\n{} violations", shown.len());
    shown.truncate(20);
    for violation in shown {
        println!("  {violation}");
    }
    ledger.violations.is_empty()
}

/// Compares the memory after the first minute with that at the end: medians of half a minute each.
fn judge(memory: &[u64]) -> Option<String> {
    let highest = memory.iter().max()?;
    println!("{highest:>9}  kB of memory at most");
    if memory.len() < 60 + 4 * WINDOW {
        println!("           (too short a time to judge memory)");
        return None;
    }
    let (first, last) =
        (median(&memory[60..60 + WINDOW]), median(&memory[memory.len() - WINDOW..]));
    println!("{first:>9}  kB of memory after the first minute");
    println!("{last:>9}  kB of memory at the end");
    for (minute, samples) in memory.chunks(60).enumerate() {
        println!("           minute {:>2}: {} kB", minute + 1, median(samples));
    }
    let grown = last * 10 > first * 11;
    grown.then(|| format!("memory grew from {first} kB to {last} kB"))
}
