//! What keys say, remembered while one input is read: documents repeat their keys.

use super::judge::{EMPTY, Known};

/// The keys that were seen last, each in one of two slots.
pub(super) struct Remembered {
    slots: Vec<Slot>,
    /// How many slots there are once there is one.
    size: usize,
    /// The slot of the last key of an object.
    last: usize,
}

/// The longest key that is remembered.
const LONGEST: usize = 40;

/// A key that was seen: it is compared as a whole, for a hash alone could be made to collide.
#[derive(Clone, Copy)]
struct Slot {
    length: u8,
    /// Both ends, which are all of a short key.
    ends: (u64, u64),
    key: [u8; LONGEST],
    /// Whether the key itself was looked at, not only its words.
    whole: bool,
    known: Known,
    /// The slot of the key that came after it.
    next: usize,
}

impl Slot {
    const EMPTY: Self = Self {
        length: NO_KEY,
        ends: (0, 0),
        key: [0; LONGEST],
        whole: false,
        known: EMPTY,
        next: 0,
    };
}

/// No key is so long.
const NO_KEY: u8 = u8::MAX;

impl Remembered {
    /// For an input of this length.
    pub(super) fn new(length: usize) -> Self {
        let size = (length / 64).clamp(32, 1024).next_power_of_two();
        Self { slots: Vec::new(), size, last: 0 }
    }

    pub(super) fn get(&self, key: &str, whole: bool) -> Option<Known> {
        let seen = &self.slots[self.find(key)?];
        (seen.whole || !whole).then_some(seen.known)
    }

    pub(super) fn put(&mut self, key: &str, whole: bool, known: Known) {
        let Some(length) = u8::try_from(key.len()).ok().filter(|_| key.len() <= LONGEST) else {
            return;
        };
        if self.slots.is_empty() {
            self.slots.resize(self.size, Slot::EMPTY);
        }
        let ends = ends(key.as_bytes());
        let first = self.first(ends, key.len());
        let free = |at: &usize| self.slots[*at].length == NO_KEY;
        let at = self.find(key).or_else(|| [first, first ^ 1].into_iter().find(free));
        let slot = &mut self.slots[at.unwrap_or(first)];
        *slot = Slot { length, ends, whole, known, ..Slot::EMPTY };
        slot.key[..key.len()].copy_from_slice(key.as_bytes());
    }

    /// Notes that this key comes after the last one.
    pub(super) fn passes(&mut self, key: &str) {
        let Some(at) = self.find(key) else { return };
        self.slots[self.last].next = at;
        self.last = at;
    }

    /// The key that begins here and ends with a quote, where it is the one that came after the last one
    /// before; with its length.
    pub(super) fn same(&mut self, rest: &[u8]) -> Option<(usize, Known)> {
        let next = self.slots.get(self.last)?.next;
        let seen = &self.slots[next];
        let length = usize::from(seen.length);
        let same = seen.whole
            && rest.get(length) == Some(&b'"')
            && rest.get(..length) == seen.key.get(..length);
        same.then(|| {
            self.last = next;
            (length, seen.known)
        })
    }

    fn find(&self, key: &str) -> Option<usize> {
        let bytes = key.as_bytes();
        let ends = ends(bytes);
        let first = self.first(ends, bytes.len());
        let same = |seen: &Slot| {
            usize::from(seen.length) == bytes.len()
                && seen.ends == ends
                && (bytes.len() <= 16 || seen.key.get(..bytes.len()) == Some(bytes))
        };
        [first, first ^ 1].into_iter().find(|at| self.slots.get(*at).is_some_and(same))
    }

    /// Cheap, and good enough where a collision only costs time.
    fn first(&self, (first, last): (u64, u64), length: usize) -> usize {
        let mixed =
            (first ^ last.rotate_left(29) ^ length as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(mixed >> 40).unwrap_or_default() & (self.size - 1)
    }
}

/// The first and the last eight bytes of a key, or a short one between zeros.
fn ends(key: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    (key.iter().fold(0, |word, byte| (word << 8) | u64::from(*byte)), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(tally: u8) -> Known {
        Known { tally, ..EMPTY }
    }

    #[test]
    fn a_key_is_known_by_all_of_it() {
        let mut keys = Remembered::new(0);
        let long = "a".repeat(LONGEST);
        for (tally, key) in (0u8..).zip(["", "id", "identifier_of_it", long.as_str()]) {
            keys.put(key, true, numbered(tally));
            assert_eq!(keys.get(key, true).map(|known| known.tally), Some(tally), "{key}");
        }
        for key in ["i", "ID", "identifier_in_it", &long[1..], &format!("{long}a")] {
            assert!(keys.get(key, true).is_none(), "{key}");
        }
        keys.put("word", false, EMPTY);
        assert!(keys.get("word", true).is_none() && keys.get("word", false).is_some());
    }

    #[test]
    fn the_next_key_is_taken_only_where_it_is_the_same() {
        let mut keys = Remembered::new(0);
        assert!(keys.same(b"id\": 1").is_none());
        keys.put("id", true, numbered(1));
        keys.put("name", true, numbered(7));
        for key in ["id", "name", "id"] {
            keys.passes(key);
        }
        for rest in [&b"names\": 1"[..], b"nam\": 1", b"name", b"name\\\": 1", b"", b"\""] {
            assert!(keys.same(rest).is_none());
        }
        assert_eq!(
            keys.same(b"name\": 1").map(|(length, known)| (length, known.tally)),
            Some((4, 7))
        );
        assert!(keys.same(b"id\": 1").is_some());
    }
}
