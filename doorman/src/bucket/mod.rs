//! Token buckets in bounded memory, exact under contention; knows no caller, tool or rule.

mod level;
#[cfg(test)]
mod model;
mod table;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use smallvec::SmallVec;

pub(crate) use self::level::{Limit, Nanos};
use self::{level::Level, table::Table};
use crate::units::Units;

/// The store of the buckets that are made when the server is built.
const FIXED: usize = 0;

/// The buckets of a rule that newcomers share where a store is full.
const OVERFLOW: usize = 256;

/// Where a bucket is found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    store: usize,
    rule: usize,
    key: u128,
}

impl Place {
    /// One of the buckets that were there from the start.
    pub(crate) fn fixed(bucket: usize) -> Self {
        Self { store: FIXED, rule: 0, key: bucket as u128 }
    }

    /// The bucket of a key under a rule of a store, made when it is first needed. Keys must spread
    /// evenly and be nobody's to choose: a keyed hash. Two rules have two keys for one caller.
    pub(crate) fn keyed(store: usize, rule: usize, key: u128) -> Self {
        Self { store: store + 1, rule, key }
    }
}

/// What one rule takes of one bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge {
    pub(crate) place: Place,
    pub(crate) limit: Limit,
    pub(crate) units: Units,
    /// Whether it was taken from a bucket that newcomers share.
    shared: bool,
    /// How full it left the bucket.
    left: Level,
}

impl Charge {
    pub(crate) fn new(place: Place, limit: Limit, units: Units) -> Self {
        Self { place, limit, units, shared: false, left: Level::default() }
    }

    fn to(&mut self, level: &mut Level, shared: bool, now: Nanos) {
        level.take(self.limit, self.units, now);
        (self.shared, self.left) = (shared, *level);
    }
}

/// How many buckets a store may hold, and to how many rules they belong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) buckets: usize,
    pub(crate) rules: usize,
}

/// Why charges cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short {
    /// The charge that has to wait longest.
    pub(crate) charge: usize,
    /// How long until all of them can be taken.
    pub(crate) wait: Nanos,
}

/// What one lock guards.
#[derive(Debug)]
struct Shard {
    /// The latest time seen: buckets know no way back.
    clock: Nanos,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    One(Level),
    Table(Table),
}

/// Every bucket of a server.
pub(crate) struct Buckets {
    stores: Box<[Box<[Mutex<Shard>]>]>,
}

/// Shows none of them: there can be a million, each of a caller.
impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buckets({} stores)", self.stores.len())
    }
}

/// A lock's place in the one order in which locks are taken.
type Rank = (usize, usize);

/// Hardly a call is under more than four rules.
type Few<T> = SmallVec<[T; 4]>;

type Held<'a> = Few<(Rank, MutexGuard<'a, Shard>)>;

impl Buckets {
    pub(crate) fn new(fixed: usize, sizes: &[Size]) -> Self {
        let shard = |kept| Mutex::new(Shard { clock: 0, kept });
        let fixed = (0..fixed).map(|_| shard(Kept::One(Level::default()))).collect();
        let keyed = sizes.iter().map(|size| {
            // Enough that threads seldom meet.
            let shards = (size.buckets / 1024).clamp(1, 64).next_power_of_two();
            let table = || Table::new(size.buckets / shards, size.rules, shards);
            (0..shards).map(|_| shard(Kept::Table(table()))).collect()
        });
        Self { stores: std::iter::once(fixed).chain(keyed).collect() }
    }

    /// Takes every charge, or none.
    pub(crate) fn take(&self, charges: &mut [Charge], now: Nanos) -> Result<(), Short> {
        let mut held = self.lock(charges, now);
        self.decide(&held, charges, now)?;
        // A newcomer's bucket may take the place of a full one, but of none that this call charges too.
        let mut newcomers: Few<usize> = SmallVec::new();
        for (index, charge) in charges.iter_mut().enumerate() {
            if !self.shard(&mut held, charge.place).is_some_and(|shard| shard.charge(charge)) {
                newcomers.push(index);
            }
        }
        for index in newcomers {
            let charge = &mut charges[index];
            if let Some(shard) = self.shard(&mut held, charge.place) {
                shard.charge_newcomer(charge);
            }
        }
        Ok(())
    }

    /// What [`Buckets::take`] would answer, with nothing taken.
    pub(crate) fn check(&self, charges: &[Charge], now: Nanos) -> Result<(), Short> {
        self.decide(&self.lock(charges, now), charges, now)
    }

    /// Gives back what was taken, but for what has come back by itself since.
    pub(crate) fn give_back(&self, charge: &Charge, now: Nanos) {
        for (_, shard) in &mut self.lock(&[*charge], now) {
            let clock = shard.clock;
            if let Some(level) = shard.charged(charge.place, charge.shared) {
                level.give_back(charge.limit, charge.units, charge.left, clock);
            }
        }
    }

    /// What a bucket holds.
    pub(crate) fn left(&self, place: Place, limit: Limit, now: Nanos) -> Units {
        let held = self.lock(&[Charge::new(place, limit, Units::default())], now);
        let left = held.first().map(|(_, shard)| shard.level(place).left(limit, shard.clock));
        left.unwrap_or_default()
    }

    #[inline]
    fn decide(&self, held: &Held<'_>, charges: &[Charge], now: Nanos) -> Result<(), Short> {
        let mut short: Option<Short> = None;
        for (index, charge) in charges.iter().enumerate() {
            let rank = self.rank(charge.place);
            for (_, shard) in held.iter().filter(|(held, _)| *held == rank) {
                let level = shard.level(charge.place);
                let wait = level.wait(charge.limit, charge.units, shard.clock);
                // Seen from the caller's clock, which may be behind.
                let wait = if wait > 0 { wait + (shard.clock - now) } else { 0 };
                if wait > short.map_or(0, |short| short.wait) {
                    short = Some(Short { charge: index, wait });
                }
            }
        }
        short.map_or(Ok(()), Err)
    }

    fn shard<'a>(&self, held: &'a mut Held<'_>, place: Place) -> Option<&'a mut Shard> {
        let rank = self.rank(place);
        held.iter_mut().find(|(held, _)| *held == rank).map(|(_, shard)| &mut **shard)
    }

    /// Locks what the charges need, in the same order for everyone.
    #[inline]
    fn lock(&self, charges: &[Charge], now: Nanos) -> Held<'_> {
        let mut ranks: Few<Rank> = SmallVec::new();
        for charge in charges {
            ranks.push(self.rank(charge.place));
        }
        ranks.sort_unstable();
        ranks.dedup();
        let lock = |(store, shard): Rank| {
            // Nothing that holds a lock can panic half-way.
            let shard = self.stores[store][shard].lock();
            let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
            shard.clock = shard.clock.max(now);
            shard
        };
        let mut held = Held::new();
        for rank in ranks {
            held.push((rank, lock(rank)));
        }
        held
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        let len = |shard: &Mutex<Shard>| match &shard.lock().unwrap().kept {
            Kept::One(_) => 0,
            Kept::Table(table) => table.len(),
        };
        self.stores.iter().flatten().map(len).sum()
    }

    /// The high half of a key chooses the shard, the low half its place in it.
    fn rank(&self, place: Place) -> Rank {
        let shard = match place.store {
            FIXED => place.key,
            store => (place.key >> 64) & (self.stores[store].len() as u128 - 1),
        };
        (place.store, usize::try_from(shard).unwrap_or(0))
    }
}
