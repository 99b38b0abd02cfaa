//! Verdicts about tokens seen before, under a keyed hash of the token, in bounded memory.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use crate::auth::{TokenError, VerifiedToken};

const MOST: usize = 10_000;
/// The lengths of the tokens that are remembered, together.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const GOOD_FOR: Duration = Duration::from_secs(60);
const BAD_FOR: Duration = Duration::from_secs(1);

/// What stands for a token: a keyed BLAKE3 hash. Without the key nobody can find two tokens with one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Print([u8; 32]);

/// A key for prints, made anew in each process.
pub(super) struct PrintKey([u8; 32]);

impl PrintKey {
    pub(super) fn new() -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the system has randomness");
        Self(key)
    }

    pub(super) fn print(&self, token: &str) -> Print {
        Print(*blake3::keyed_hash(&self.0, token.as_bytes()).as_bytes())
    }
}

/// Which token was judged, and by which keys of which issuer.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) print: Print,
    pub(super) length: usize,
    pub(super) place: usize,
    pub(super) generation: u64,
}

/// What was said about tokens.
pub(super) struct Verdicts {
    good: Mutex<Remembered<VerifiedToken>>,
    bad: Mutex<Remembered<TokenError>>,
}

/// A verdict, and whose keys of which generation gave it.
type Recalled = (Result<VerifiedToken, TokenError>, usize, u64);

impl Verdicts {
    pub(super) fn new() -> Self {
        Self {
            good: Mutex::new(Remembered::new(MOST, MOST_BYTES)),
            bad: Mutex::new(Remembered::new(MOST, MOST_BYTES)),
        }
    }

    pub(super) fn recall(&self, print: Print, now: SystemTime) -> Option<Recalled> {
        let good = lock(&self.good).recall(print, now).map(|(token, by)| (Ok(token), by));
        let found =
            good.or_else(|| lock(&self.bad).recall(print, now).map(|(error, by)| (Err(error), by)));
        found.map(|(verdict, by)| (verdict, by.place, by.generation))
    }

    /// Keeps a good token, and never past its own end or that of the keys.
    pub(super) fn keep(&self, key: Key, token: &VerifiedToken, left: Duration, now: SystemTime) {
        let until = now + left.min(GOOD_FOR);
        let until = token.expires.map_or(until, |expires| expires.min(until));
        lock(&self.good).keep(key, token.clone(), now, until);
    }

    pub(super) fn keep_bad(&self, key: Key, error: TokenError, now: SystemTime) {
        lock(&self.bad).keep(key, error, now, now + BAD_FOR);
    }
}

impl fmt::Debug for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdicts").finish_non_exhaustive()
    }
}

/// So many entries at most, of so many bytes; the oldest make room.
struct Remembered<T> {
    most: usize,
    most_bytes: usize,
    bytes: usize,
    entries: HashMap<Print, Entry<T>>,
    /// Exactly the prints of `entries`, in the order in which they came.
    order: VecDeque<Print>,
}

struct Entry<T> {
    verdict: T,
    by: Key,
    /// A clock that was set back recalls nothing.
    since: SystemTime,
    until: SystemTime,
}

impl<T: Clone> Remembered<T> {
    fn new(most: usize, most_bytes: usize) -> Self {
        Self { most, most_bytes, bytes: 0, entries: HashMap::new(), order: VecDeque::new() }
    }

    fn recall(&self, print: Print, now: SystemTime) -> Option<(T, Key)> {
        let entry = self.entries.get(&print)?;
        (entry.since <= now && now < entry.until).then(|| (entry.verdict.clone(), entry.by))
    }

    fn keep(&mut self, by: Key, verdict: T, since: SystemTime, until: SystemTime) {
        if until <= since {
            return;
        }
        let print = by.print;
        if self.entries.insert(print, Entry { verdict, by, since, until }).is_some() {
            return;
        }
        self.order.push_back(print);
        self.bytes += by.length;
        while self.order.len() > self.most || self.bytes > self.most_bytes {
            let Some(oldest) = self.order.pop_front() else { return };
            let gone = self.entries.remove(&oldest);
            self.bytes -= gone.map_or(0, |entry| entry.by.length);
        }
    }
}

/// A panic elsewhere leaves at worst an entry out of order.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn key(print: Print) -> Key {
        Key { print, length: 100, place: 0, generation: 0 }
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_makes_room() {
        let (secret, mut kept) = (PrintKey::new(), Remembered::new(3, 1000));
        let prints: Vec<Print> = (0..50).map(|n| secret.print(&format!("token {n}"))).collect();
        for print in &prints {
            kept.keep(key(*print), (), NOW, NOW + BAD_FOR);
            kept.keep(key(*print), (), NOW, NOW + BAD_FOR);
        }
        assert_eq!((kept.entries.len(), kept.order.len(), kept.bytes), (3, 3, 300));
        assert!(kept.recall(prints[49], NOW).is_some() && kept.recall(prints[46], NOW).is_none());
        kept.keep(Key { length: 850, ..key(secret.print("long")) }, (), NOW, NOW + BAD_FOR);
        assert_eq!((kept.entries.len(), kept.order.len(), kept.bytes), (2, 2, 950));
        kept.keep(Key { length: 1001, ..key(secret.print("too long")) }, (), NOW, NOW + BAD_FOR);
        assert_eq!((kept.entries.len(), kept.order.len(), kept.bytes), (0, 0, 0));
    }

    #[test]
    fn a_verdict_ends_with_its_time_and_with_a_clock_set_back() {
        let (print, mut kept) = (PrintKey::new().print("a token"), Remembered::new(3, 1000));
        kept.keep(key(print), (), NOW + BAD_FOR, NOW + 2 * BAD_FOR);
        assert!(kept.recall(print, NOW + BAD_FOR).is_some());
        assert!(kept.recall(print, NOW + 2 * BAD_FOR).is_none());
        assert!(kept.recall(print, NOW).is_none());
    }

    #[test]
    fn a_print_depends_on_a_key_of_this_process() {
        assert!(PrintKey::new().print("a token") != PrintKey::new().print("a token"));
    }
}
