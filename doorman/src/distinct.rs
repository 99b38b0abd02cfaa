//! The check that no two tools of a `tools![]` share a name, made while compiling.

const SLOTS: usize = 4096;

/// Stops the build where two names are equal. One pass through a hash table: comparing each pair
/// would take the compiler half a minute at 1,000 tools.
///
/// # Panics
/// Where two names are equal, or there are more than 2,000.
pub const fn assert_distinct(names: &[&str]) {
    assert!(names.len() <= 2_000, "at most 2,000 tools fit into one `tools![]`: write several");
    // Places are counted from 1, so that 0 is an empty slot.
    let mut slots = [0_u16; SLOTS];
    let mut place = 1_u16;
    while (place as usize) <= names.len() {
        let name = names[place as usize - 1].as_bytes();
        let mut slot = hash(name) % SLOTS;
        while slots[slot] != 0 {
            if equal(names[slots[slot] as usize - 1].as_bytes(), name) {
                fail(name);
            }
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = place;
        place += 1;
    }
}

/// FNV-1a, 32 bits.
const fn hash(bytes: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    hash as usize
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Says which name it is; formatting is not there while compiling, so the sentence is put together
/// by hand.
const fn fail(name: &[u8]) -> ! {
    const BEFORE: &[u8] = b"two tools of this `tools![]` are named `";
    const AFTER: &[u8] = b"`: list it once, or rename one with `name = \"...\"`";
    let mut sentence = [b' '; BEFORE.len() + 64 + AFTER.len()];
    let mut end = 0;
    let mut part = 0;
    while part < 3 {
        let text = [BEFORE, name, AFTER][part];
        let mut index = 0;
        while index < text.len() && end < sentence.len() {
            sentence[end] = text[index];
            end += 1;
            index += 1;
        }
        part += 1;
    }
    match core::str::from_utf8(sentence.split_at(end).0) {
        Ok(sentence) => panic!("{}", sentence),
        Err(_) => panic!("two tools of this `tools![]` have one name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_names_of_one_hash_slot_and_more_are_told_apart() {
        let names: Vec<String> = (0..2_000).map(|n| format!("tool_{n}")).collect();
        assert_distinct(&names.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "are named `refund`")]
    fn one_name_twice_stops_the_build() {
        assert_distinct(&["refund", "get_invoice", "refund"]);
    }
}
