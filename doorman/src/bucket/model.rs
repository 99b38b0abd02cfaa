//! Buckets held against a plain model: tokens counted in whole numbers, one map, no locks, no bound.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use proptest::prelude::*;

use super::*;

/// A rule: millionths of a token, and the nanoseconds in which they come.
type Rule = (u64, Nanos);

/// The rule of one bucket that all callers share; the others have one for each caller.
const SHARED: usize = 2;

/// What each bucket holds, in millionths of a token times nanoseconds, and when it was looked at last.
#[derive(Default)]
struct Model {
    held: HashMap<(usize, u128), i128>,
    /// Of the buckets of callers, and of the shared one: neither runs backwards.
    clocks: [Nanos; 2],
}

impl Model {
    fn full((most, window): Rule) -> i128 {
        i128::from(most) * i128::from(window)
    }

    fn bucket(rule: usize, caller: u128) -> (usize, u128) {
        (rule, if rule == SHARED { 0 } else { caller })
    }

    /// Lets time pass for the buckets of callers, or for the shared one.
    fn see(&mut self, rules: &[Rule], shared: bool, now: Nanos) {
        let clock = &mut self.clocks[usize::from(shared)];
        let passed = i128::from(now.saturating_sub(*clock));
        *clock = now.max(*clock);
        for ((rule, _), held) in &mut self.held {
            if (*rule == SHARED) == shared {
                *held = (*held + passed * i128::from(rules[*rule].0)).min(Self::full(rules[*rule]));
            }
        }
    }

    /// Takes all or nothing; otherwise how long to wait for all.
    fn take(
        &mut self,
        rules: &[Rule],
        caller: u128,
        wanted: &[(usize, u64)],
        now: Nanos,
    ) -> Result<(), Nanos> {
        let mut longest = 0;
        for (rule, units) in wanted {
            let (most, window) = rules[*rule];
            let bucket = Self::bucket(*rule, caller);
            self.see(rules, *rule == SHARED, now);
            let held = *self.held.entry(bucket).or_insert(Self::full(rules[*rule]));
            let short = i128::from(*units) * i128::from(window) - held;
            if short > 0 {
                let wait = u128::try_from(short).unwrap().div_ceil(most.into());
                let behind = self.clocks[usize::from(*rule == SHARED)] - now;
                longest = longest.max(u64::try_from(wait).unwrap() + behind);
            }
        }
        if longest > 0 {
            return Err(longest);
        }
        for (rule, units) in wanted {
            let held = self.held.get_mut(&Self::bucket(*rule, caller)).unwrap();
            *held -= i128::from(*units) * i128::from(rules[*rule].1);
        }
        Ok(())
    }

    /// What a taking left missing under each rule, and when.
    fn missing(&self, rules: &[Rule], caller: u128, taken: &[(usize, u64)]) -> Vec<(i128, Nanos)> {
        let missing = |(rule, _): &(usize, u64)| {
            let held = self.held[&Self::bucket(*rule, caller)];
            (Self::full(rules[*rule]) - held, self.clocks[usize::from(*rule == SHARED)])
        };
        taken.iter().map(missing).collect()
    }

    /// Gives back, but for what has come back by itself.
    fn give_back(
        &mut self,
        rules: &[Rule],
        caller: u128,
        given: &[(usize, u64)],
        left: &[(i128, Nanos)],
        now: Nanos,
    ) {
        for ((rule, units), (missing, then)) in given.iter().zip(left) {
            self.see(rules, *rule == SHARED, now);
            let passed = self.clocks[usize::from(*rule == SHARED)] - then;
            let owed = missing - i128::from(passed) * i128::from(rules[*rule].0);
            let held = self.held.get_mut(&Self::bucket(*rule, caller)).unwrap();
            let given = i128::from(*units) * i128::from(rules[*rule].1);
            *held = (*held + given.min(owed.max(0))).min(Self::full(rules[*rule]));
        }
    }
}

/// Whose call took what, and what it left missing when.
type Taken = (u128, Vec<(usize, u64)>, Vec<Charge>, Vec<(i128, Nanos)>);

fn limit(most: u64, window: Nanos) -> Limit {
    Limit::new(Units::from_millionths(most), window)
}

#[derive(Debug, Clone)]
enum Step {
    /// One caller under some rules, so many millionths of each.
    Take {
        caller: u128,
        rules: Vec<(usize, u64)>,
    },
    GiveBackTheLast,
    /// Forward or back.
    Clock(Nanos),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rules = prop::collection::btree_map(0..3_usize, 0..3_000_000_u64, 1..4);
    let take = (1..5_u128, rules)
        .prop_map(|(caller, rules)| Step::Take { caller, rules: rules.into_iter().collect() });
    let step = prop_oneof![
        6 => take,
        1 => Just(Step::GiveBackTheLast),
        3 => (0..5_000_000_000_u64).prop_map(Step::Clock),
    ];
    prop::collection::vec(step, 1..200)
}

proptest! {
    #[test]
    fn any_interleaving_under_any_clock_is_the_models(
        steps in steps(),
        rules in prop::collection::vec((1..4_000_000_u64, 1..3_000_000_000_u64), 3..=3),
    ) {
        let charge = |caller: u128, (rule, units): (usize, u64)| {
            let place = match rule {
                SHARED => Place::fixed(0),
                rule => Place::keyed(0, rule, spread(caller << 8 | rule as u128)),
            };
            let (most, window) = rules[rule];
            Charge::new(place, limit(most, window), Units::from_millionths(units))
        };
        let buckets = Buckets::new(1, &[Size { buckets: 100, rules: 2 }]);
        let mut model = Model::default();
        let mut last: Option<Taken> = None;
        let mut now = 0;
        for step in steps {
            match step {
                Step::Clock(to) => now = to,
                Step::GiveBackTheLast => {
                    if let Some((caller, wanted, charges, missing)) = last.take() {
                        for charge in &charges {
                            buckets.give_back(charge, now);
                        }
                        model.give_back(&rules, caller, &wanted, &missing, now);
                    }
                }
                Step::Take { caller, rules: mut wanted } => {
                    // What a bucket can never hold is refused when the server is built.
                    for (rule, units) in &mut wanted {
                        *units = rules[*rule].0.min(*units);
                    }
                    let mut charges: Vec<Charge> =
                        wanted.iter().map(|wanted| charge(caller, *wanted)).collect();
                    let taken = buckets.take(&mut charges, now).map_err(|short| short.wait);
                    prop_assert_eq!(taken, model.take(&rules, caller, &wanted, now));
                    if taken.is_ok() {
                        let missing = model.missing(&rules, caller, &wanted);
                        last = Some((caller, wanted, charges, missing));
                    }
                }
            }
        }
    }

    #[test]
    fn a_wait_is_true_to_the_nanosecond(
        most in 1..4_000_000_u64,
        window in 1..u64::MAX / 1_000_000,
        units in 1..4_000_000_u64,
        now in 0..u64::MAX / 4,
    ) {
        let limit = limit(most, window);
        let charge = Charge::new(Place::fixed(0), limit, Units::from_millionths(units.min(most)));
        let buckets = Buckets::new(1, &[]);
        let empty = |buckets: &Buckets| {
            let mut taken = 0;
            while buckets.take(&mut [charge], now).is_ok() && taken < 10_000 {
                taken += 1;
            }
            buckets.take(&mut [charge], now).map_err(|short| short.wait)
        };
        if let Err(wait) = empty(&buckets) {
            prop_assert!(buckets.check(&[charge], now + wait - 1).is_err(), "one tick less");
            prop_assert!(buckets.take(&mut [charge], now + wait).is_ok(), "exactly then");
        }
    }
}

/// A key as a keyed hash would make it.
fn spread(key: u128) -> u128 {
    // SplitMix64, twice.
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    #[expect(clippy::cast_possible_truncation, reason = "it is mixed")]
    let low = mix(key as u64 ^ 0x9e37_79b9_7f4a_7c15);
    u128::from(low) << 64 | u128::from(mix(low))
}

const SECOND: Nanos = 1_000_000_000;

fn one_of(place: Place, most: u64, window: Nanos) -> Charge {
    Charge::new(place, limit(most * 1_000_000, window), Units::ONE)
}

#[test]
fn eight_threads_are_admitted_exactly_as_often_as_the_limit_says() {
    const LIMIT: u64 = 1_000;
    let buckets = Buckets::new(1, &[Size { buckets: 100_000, rules: 2 }]);
    let admitted: [AtomicU64; 4] = Default::default();
    let start = Barrier::new(8);
    let (buckets, counters, start) = (&buckets, &admitted, &start);
    thread::scope(|scope| {
        for thread in 0..8_u32 {
            scope.spawn(move || {
                start.wait();
                for round in 0..4_000_u32 {
                    let caller = ((thread + round) % 4) as usize;
                    let own = Place::keyed(0, 0, spread(caller as u128 + 1));
                    let both = Place::keyed(0, 1, spread(caller as u128 + 100));
                    let mut charges = [
                        one_of(own, LIMIT, u64::MAX / 1_000_000),
                        one_of(both, LIMIT * 10, u64::MAX / 1_000_000),
                        one_of(Place::fixed(0), LIMIT * 10, u64::MAX / 1_000_000),
                    ];
                    if thread % 2 == 0 {
                        charges.reverse();
                    }
                    if buckets.take(&mut charges, 0).is_ok() {
                        counters[caller].fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(admitted.map(AtomicU64::into_inner), [LIMIT; 4]);
}

#[test]
fn a_refused_call_takes_from_no_bucket() {
    let buckets = Buckets::new(0, &[Size { buckets: 10, rules: 2 }]);
    let (ample, scarce) = (Place::keyed(0, 0, 7), Place::keyed(0, 1, 8));
    let mut both = [one_of(ample, 10, 60 * SECOND), one_of(scarce, 1, 60 * SECOND)];
    assert!(buckets.take(&mut both, 0).is_ok());
    for _ in 0..5 {
        assert_eq!(buckets.take(&mut both, 0), Err(Short { charge: 1, wait: 60 * SECOND }));
    }
    assert_eq!(buckets.left(ample, both[0].limit, 0).to_string(), "9");
}

#[test]
fn no_live_bucket_is_reset_by_a_million_newcomers() {
    let buckets = Buckets::new(0, &[Size { buckets: 1_000, rules: 1 }]);
    let one = |caller: u128, now| {
        buckets.take(&mut [one_of(Place::keyed(0, 0, spread(caller)), 1, 3600 * SECOND)], now)
    };
    assert_eq!(one(0, 0), Ok(()));
    for newcomer in 1..1_000_000 {
        let _ = one(newcomer, 0);
    }
    assert!(one(0, 0).is_err(), "the first caller's bucket is as empty as before");
    assert_eq!(buckets.len(), 1_000, "and no more are kept than were allowed");
    assert_eq!(one(0, 3600 * SECOND), Ok(()), "its own bucket fills in its own time");
}

#[test]
fn newcomers_to_a_full_store_share_what_is_left_and_gain_nothing_later() {
    let buckets = Buckets::new(0, &[Size { buckets: 1, rules: 1 }]);
    let place = |caller: u128| Place::keyed(0, 0, spread(caller));
    let most = 2;
    let one = |caller, now| buckets.take(&mut [one_of(place(caller), most, 10 * SECOND)], now);
    assert_eq!(one(0, 0), Ok(()));
    // Nobody but the first has a bucket: each of the 256 shared ones admits two calls.
    let admitted = (1..=100_000).filter(|caller| one(*caller, 0).is_ok()).count();
    assert_eq!(admitted, 256 * 2);
    // The first is full again and makes room; who comes next starts where the shared one stands.
    assert!(one(5, 5 * SECOND).is_ok());
    assert!(one(5, 5 * SECOND).is_err(), "half a window has refilled one of two, and it is taken");
    assert_eq!(buckets.len(), 1);
}

#[test]
fn buckets_that_are_full_again_make_room() {
    let buckets = Buckets::new(0, &[Size { buckets: 64, rules: 1 }]);
    for round in 0..1_000_u64 {
        for caller in 0..50_u64 {
            let key = spread(u128::from(round * 1_000 + caller));
            let mut charge = [one_of(Place::keyed(0, 0, key), 1, SECOND)];
            assert_eq!(buckets.take(&mut charge, round * 2 * SECOND), Ok(()), "{round} {caller}");
            assert!(!charge[0].shared);
        }
    }
    assert!(buckets.len() <= 64);
}

#[test]
fn what_is_given_back_goes_where_it_was_taken() {
    let buckets = Buckets::new(0, &[Size { buckets: 1, rules: 1 }]);
    let charge = |caller: u128| one_of(Place::keyed(0, 0, spread(caller)), 1, SECOND);
    let (mut first, mut second) = ([charge(0)], [charge(1)]);
    assert_eq!(buckets.take(&mut first, 0), Ok(()));
    assert_eq!(buckets.take(&mut second, 0), Ok(()));
    assert!(second[0].shared);
    buckets.give_back(&second[0], 0);
    assert_eq!(buckets.take(&mut second, 0), Ok(()));
    // A second later the first one's bucket is dropped for a newcomer: nothing is there to fill.
    let mut third = [charge(2)];
    assert_eq!(buckets.take(&mut third, SECOND), Ok(()));
    buckets.give_back(&first[0], SECOND);
    assert!(buckets.take(&mut [charge(1)], SECOND).is_ok());
    assert!(buckets.take(&mut [charge(1)], SECOND).is_err());
}

#[test]
fn calls_that_take_long_to_fail_save_nothing_up() {
    let buckets = Buckets::new(1, &[]);
    let all =
        || Charge { units: limit(10_000_000, 0).most(), ..one_of(Place::fixed(0), 10, SECOND) };
    let mut failing: Vec<[Charge; 1]> = Vec::new();
    for second in 0..30 {
        let mut charge = [all()];
        assert_eq!(buckets.take(&mut charge, second * SECOND), Ok(()));
        failing.push(charge);
    }
    let later = 30 * SECOND;
    assert_eq!(buckets.take(&mut [all()], later), Ok(()));
    for [charge] in &failing {
        buckets.give_back(charge, later);
    }
    assert!(buckets.take(&mut [all()], later).is_err(), "thirty seconds' worth at once");
    let mut halfway = [all()];
    assert_eq!(buckets.take(&mut halfway, later + SECOND), Ok(()));
    buckets.give_back(&halfway[0], later + SECOND + SECOND / 2);
    let left = buckets.left(Place::fixed(0), halfway[0].limit, later + SECOND + SECOND / 2);
    assert_eq!(left.to_string(), "10", "what time has filled and what is given back fill it once");
}

#[test]
fn a_table_finds_what_it_holds_while_others_come_and_go() {
    let place = |key: u64| Place::keyed(0, 0, u128::from(key));
    let buckets = Buckets::new(0, &[Size { buckets: 200, rules: 1 }]);
    let mut alive = HashMap::new();
    let hasher = RandomState::new();
    for step in 0..20_000_u64 {
        // Keys with the same low bits meet in one cluster.
        let key = 1 + (hasher.hash_one(step) % 32) * 256 + hasher.hash_one(step + 1) % 3;
        let now = step * SECOND;
        let lives = alive.get(&key).is_some_and(|until| *until > now);
        let taken = buckets.take(&mut [one_of(place(key), 1, 40 * SECOND)], now);
        assert_eq!(taken.is_ok(), !lives, "step {step}, key {key}");
        if taken.is_ok() {
            alive.insert(key, now + 40 * SECOND);
        }
    }
}

#[test]
fn a_call_makes_no_room_with_a_bucket_that_it_charges_itself() {
    let buckets = Buckets::new(0, &[Size { buckets: 1, rules: 2 }]);
    let one = |rule, caller| one_of(Place::keyed(0, rule, spread(caller)), 1, SECOND);
    // The one bucket is the caller's own under the second rule, and full again; the shared one is empty.
    assert_eq!(buckets.take(&mut [one(1, 0)], 0), Ok(()));
    for caller in 1..2_000 {
        let _ = buckets.take(&mut [one(1, caller)], SECOND / 2);
    }
    let mut both = [one(0, 5_000), one(1, 0)];
    assert_eq!(buckets.take(&mut both, SECOND), Ok(()));
    assert!(both[0].shared && !both[1].shared, "the newcomer shares, the known one keeps its own");
}
