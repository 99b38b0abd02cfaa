//! The arithmetic of one token bucket: whole numbers only, so that nothing is lost or made.

use crate::units::Units;

/// Nanoseconds since the server was built.
pub(crate) type Nanos = u64;

/// What a bucket holds when full, and how long an empty one takes to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    most: Units,
    /// What a bucket gains in a nanosecond, and what a millionth of a token is worth in the same
    /// measure: `most` to the window in lowest terms, so that every quantity is whole, and most of them
    /// fit into 64 bits.
    gain: u64,
    worth: u64,
}

impl Limit {
    /// `most` is more than nothing, and so is `window`.
    pub(crate) fn new(most: Units, window: Nanos) -> Self {
        let (mut divisor, mut rest) = (most.millionths(), window);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        Self { most, gain: most.millionths() / divisor, worth: window / divisor }
    }

    pub(crate) const fn most(self) -> Units {
        self.most
    }

    /// What is missing from an empty bucket.
    fn capacity(self) -> u128 {
        self.debt(self.most)
    }

    fn debt(self, units: Units) -> u128 {
        u128::from(units.millionths()) * u128::from(self.worth)
    }
}

/// How full a bucket is, told by when it will be full. A default one is full.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    full_at: Nanos,
    /// The part of a nanosecond beyond that, of as many as the limit gains in one.
    rest: u64,
}

impl Level {
    /// How long until so much can be taken; 0 where it can be taken now. What is more than the limit
    /// holds never can, and callers check that before.
    pub(super) fn wait(self, limit: Limit, units: Units, now: Nanos) -> Nanos {
        let wanted = self.missing(limit, now) + limit.debt(units);
        match wanted.checked_sub(limit.capacity()) {
            None | Some(0) => 0,
            Some(short) => Nanos::try_from(short.div_ceil(limit.gain.into())).unwrap_or(Nanos::MAX),
        }
    }

    pub(super) fn take(&mut self, limit: Limit, units: Units, now: Nanos) {
        let missing = self.missing(limit, now) + limit.debt(units);
        *self = Self::full_after(limit, now, missing);
    }

    /// Gives back what taking it left missing and time has not filled since: otherwise calls that take
    /// longer to fail than the bucket takes to fill would save up more than it holds.
    pub(super) fn give_back(&mut self, limit: Limit, units: Units, left: Self, now: Nanos) {
        let owed = limit.debt(units).min(left.missing(limit, now));
        let full_at = u128::from(self.full_at) * u128::from(limit.gain) + u128::from(self.rest);
        *self = Self::full_after(limit, 0, full_at.saturating_sub(owed));
    }

    /// What can be taken, rounded down.
    pub(super) fn left(self, limit: Limit, now: Nanos) -> Units {
        let there = limit.capacity().saturating_sub(self.missing(limit, now));
        Units::from_millionths(u64::try_from(there / u128::from(limit.worth)).unwrap_or(0))
    }

    /// A bucket that is full says nothing that one made anew would not.
    pub(super) fn is_full(self, now: Nanos) -> bool {
        (self.full_at, self.rest) <= (now, 0)
    }

    fn missing(self, limit: Limit, now: Nanos) -> u128 {
        match self.full_at.checked_sub(now) {
            Some(away) => u128::from(away) * u128::from(limit.gain) + u128::from(self.rest),
            None => 0,
        }
    }

    /// The level of a bucket that misses so much at a time.
    fn full_after(limit: Limit, now: Nanos, missing: u128) -> Self {
        // Divisions of 64 bits are much cheaper than those of 128.
        let (away, rest) = if let Ok(missing) = u64::try_from(missing) {
            (missing / limit.gain, missing % limit.gain)
        } else {
            let gain = u128::from(limit.gain);
            let (away, rest) = (missing / gain, missing % gain);
            (Nanos::try_from(away).unwrap_or(Nanos::MAX), u64::try_from(rest).unwrap_or(0))
        };
        Self { full_at: now.saturating_add(away), rest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_limit_is_exact_also_when_the_clock_is_almost_at_its_end() {
        const DAY: Nanos = 86_400_000_000_000;
        let most = Units::from_millionths(Units::MOST * 1_000_000 + 999_999);
        for limit in [Limit::new(most, DAY), Limit::new(Units::from_millionths(1), DAY)] {
            for now in [0, 1, u64::MAX / 2, u64::MAX - 2 * DAY] {
                let mut level = Level::default();
                assert_eq!(
                    (level.wait(limit, limit.most, now), level.left(limit, now)),
                    (0, limit.most)
                );
                level.take(limit, limit.most, now);
                let empty = level;
                assert_eq!(level.left(limit, now), Units::default());
                assert_eq!(level.wait(limit, limit.most, now), DAY);
                assert_eq!(level.wait(limit, limit.most, now + DAY - 1), 1);
                assert!(!level.is_full(now + DAY - 1) && level.is_full(now + DAY));
                level.give_back(limit, limit.most, empty, now);
                assert_eq!(level.left(limit, now), limit.most);
            }
        }
    }
}
