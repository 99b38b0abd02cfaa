//! A bounded table of buckets, and the buckets that newcomers share where it is full.

use super::{
    Charge, Kept, OVERFLOW, Place, Shard,
    level::{Level, Nanos},
};

/// How many buckets an insertion looks at for one that is full again.
const LOOKS: usize = 8;

/// Marks a slot without a bucket. A key that is 0 goes by 1.
const NOBODY: u128 = 0;

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u128,
    level: Level,
}

/// Open addressing with linear probing; a key's neighbours are one read of memory.
#[derive(Debug)]
pub(super) struct Table {
    /// A power of two.
    slots: Box<[Slot]>,
    len: usize,
    most: usize,
    /// The slot that the next insertion looks at.
    hand: usize,
    rules: usize,
    shared_per_rule: usize,
    /// Empty until a newcomer finds the table full.
    shared: Box<[Level]>,
}

impl Shard {
    /// How full a bucket is. Who has none starts as full as the shared one that would be its own
    /// otherwise: nobody gains by having come late.
    pub(super) fn level(&self, place: Place) -> Level {
        match &self.kept {
            Kept::One(level) => *level,
            Kept::Table(table) => match table.find(name(place)) {
                Ok(slot) => table.slots[slot].level,
                Err(_) => table.shared.get(table.shared_index(place)).copied().unwrap_or_default(),
            },
        }
    }

    /// Charges the bucket that is there; otherwise says that there is none.
    pub(super) fn charge(&mut self, charge: &mut Charge) -> bool {
        let clock = self.clock;
        let Some(level) = self.charged(charge.place, false) else { return false };
        charge.to(level, false, clock);
        true
    }

    /// Charges a new bucket, or where there is no room a shared one.
    pub(super) fn charge_newcomer(&mut self, charge: &mut Charge) {
        let clock = self.clock;
        if let Kept::Table(table) = &mut self.kept {
            let (level, shared) = table.claim(charge.place, clock);
            charge.to(level, shared, clock);
        }
    }

    /// The bucket that was taken from; none where it was full again and dropped.
    pub(super) fn charged(&mut self, place: Place, shared: bool) -> Option<&mut Level> {
        match &mut self.kept {
            Kept::One(level) => Some(level),
            Kept::Table(table) => {
                if shared {
                    let shared = table.shared_index(place);
                    return table.shared.get_mut(shared);
                }
                table.find(name(place)).ok().map(|slot| &mut table.slots[slot].level)
            }
        }
    }
}

impl Table {
    /// A table of at most `most` buckets for so many rules, one of `shards` that share them out.
    pub(super) fn new(most: usize, rules: usize, shards: usize) -> Self {
        Self {
            slots: Box::default(),
            len: 0,
            most,
            hand: 0,
            rules,
            shared_per_rule: (OVERFLOW / shards).max(1),
            shared: Box::default(),
        }
    }

    /// A bucket for a key that has none, and whether newcomers share it.
    fn claim(&mut self, place: Place, now: Nanos) -> (&mut Level, bool) {
        let key = name(place);
        let inherited = self.shared.get(self.shared_index(place)).copied().unwrap_or_default();
        self.sweep(now);
        if self.len < self.most {
            let slot = self.insert(key);
            self.slots[slot].level = inherited;
            return (&mut self.slots[slot].level, false);
        }
        if self.shared.is_empty() {
            self.shared = vec![Level::default(); self.rules * self.shared_per_rule].into();
        }
        let shared = self.shared_index(place);
        (&mut self.shared[shared], true)
    }

    /// Drops buckets that are full again, and never one that is not.
    fn sweep(&mut self, now: Nanos) {
        for _ in 0..LOOKS.min(self.slots.len()) {
            let slot = self.slots[self.hand];
            if slot.key != NOBODY && slot.level.is_full(now) {
                // What moves up is looked at next.
                self.remove(self.hand);
            } else {
                self.hand = (self.hand + 1) & (self.slots.len() - 1);
            }
        }
    }

    /// The slot of a key, or the empty one where it would stand.
    fn find(&self, key: u128) -> Result<usize, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mut slot = self.home(key);
        loop {
            match self.slots[slot].key {
                found if found == key => return Ok(slot),
                NOBODY => return Err(slot),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// Adds a key that is not there, to a table that has room.
    fn insert(&mut self, key: u128) -> usize {
        // At most two of three slots are taken, so that searches stay short and always end.
        if (self.len + 1) * 3 > self.slots.len() * 2 {
            let larger = vec![Slot::default(); (self.slots.len() * 2).max(8)].into();
            self.hand = 0;
            for slot in std::mem::replace(&mut self.slots, larger) {
                if slot.key != NOBODY
                    && let Err(place) = self.find(slot.key)
                {
                    self.slots[place] = slot;
                }
            }
        }
        let (Ok(slot) | Err(slot)) = self.find(key);
        self.slots[slot].key = key;
        self.len += 1;
        slot
    }

    /// Empties a slot and moves up those behind it that would not be found otherwise.
    fn remove(&mut self, mut gap: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = gap;
        loop {
            slot = (slot + 1) & mask;
            let key = self.slots[slot].key;
            if key == NOBODY {
                break;
            }
            let way = slot.wrapping_sub(self.home(key)) & mask;
            if way >= slot.wrapping_sub(gap) & mask {
                self.slots[gap] = self.slots[slot];
                gap = slot;
            }
        }
        self.slots[gap] = Slot::default();
        self.len -= 1;
    }

    fn home(&self, key: u128) -> usize {
        key as usize & (self.slots.len() - 1)
    }

    fn shared_index(&self, place: Place) -> usize {
        place.rule * self.shared_per_rule + (place.key as usize % self.shared_per_rule)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

fn name(place: Place) -> u128 {
    if place.key == NOBODY { 1 } else { place.key }
}
