//! Numbers that name people and accounts: cards, US social security numbers, phones and IBANs.

mod cards;
mod iban;
mod phones;
mod ssn;

use std::cell::OnceCell;

use smallvec::SmallVec;

use super::{Hit, Kind, keys, keys::Hint, kinds::Kinds};

pub(super) use self::cards::is_card;
use self::iban::iban_at;

/// Groups of digits, by where they begin and end.
type Groups = SmallVec<[(usize, usize); 12]>;

/// Finds them in the groups of digits that begin here, and returns where those end. Every digit is in one
/// run of groups, and each group begins at most one number of at most 19 digits: the work is linear.
pub(super) fn at(text: &str, at: usize, hint: Hint, only: Kinds, hits: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    if let Some(iban) = iban_at(bytes, at) {
        hits.push(iban);
        if only.has(Kind::Iban) {
            return iban.end;
        }
    }
    // Most groups stand alone, and are short or a part of a word.
    let alone = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let tied = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
    if (tied || alone - at < LEAST) && !bytes.get(alone).is_some_and(|b| is_gap(*b)) {
        return alone;
    }
    let mut groups = Groups::new();
    let end = run(bytes, at, &mut groups);
    let digits: usize = groups.iter().map(|(start, end)| end - start).sum();
    if digits < LEAST {
        return end;
    }
    let said = OnceCell::new();
    let mut first = 0;
    while first < groups.len() {
        let lengths = lengths(&groups[first..]);
        let numbers =
            Numbers { text, bytes, groups: &groups, first, lengths, hint, only, said: &said };
        let Some((count, found)) = numbers.find() else {
            first += 1;
            continue;
        };
        hits.push(found);
        first += count;
    }
    end
}

/// How many digits a number has at least.
pub(super) const LEAST: usize = 7;

/// Whether this may stand between two groups.
fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'_' | b'+')
}

/// Collects the groups of digits that only blanks and punctuation part.
fn run(bytes: &[u8], mut at: usize, groups: &mut Groups) -> usize {
    loop {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        groups.push((start, at));
        let between = bytes[at..].iter().take(3);
        let gap =
            between.take_while(|b| matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'/')).count();
        let gap = if gap == 0 && matches!(bytes.get(at), Some(b'_' | b'+')) { 1 } else { gap };
        if gap == 0 || !bytes.get(at + gap).is_some_and(u8::is_ascii_digit) {
            return at;
        }
        at += gap;
    }
}

/// What stands beside a number.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Side {
    /// Nothing that belongs to it.
    Free,
    /// A sign that a card number may stand at, and a phone number does not.
    Near,
    /// More of the same word or number.
    Tied,
}

/// How long some groups are that follow each other, a byte for each.
#[derive(Clone, Copy)]
struct Shape {
    count: usize,
    lengths: u64,
    mask: u64,
}

impl Shape {
    const fn of(lengths: &[u8]) -> Self {
        let mut shape = Self { count: lengths.len(), lengths: 0, mask: 0 };
        let mut at = 0;
        while at < lengths.len() {
            shape.lengths |= (lengths[at] as u64) << (8 * at);
            shape.mask |= 0xFF << (8 * at);
            at += 1;
        }
        shape
    }
}

/// The lengths of the first groups, as in a [`Shape`].
fn lengths(groups: &[(usize, usize)]) -> u64 {
    let lengths = groups.iter().take(8).map(|(start, end)| (end - start).min(0xFF) as u64);
    lengths.enumerate().fold(0, |packed, (at, length)| packed | length << (8 * at))
}

/// The numbers that may begin at one group of a run.
struct Numbers<'a> {
    text: &'a str,
    bytes: &'a [u8],
    groups: &'a [(usize, usize)],
    first: usize,
    /// Of the groups from the first on.
    lengths: u64,
    hint: Hint,
    only: Kinds,
    /// What the nearest telling word before the run says, and where it begins.
    said: &'a OnceCell<Option<(Hint, usize)>>,
}

impl Numbers<'_> {
    fn find(&self) -> Option<(usize, Hit)> {
        let (start, _) = self.groups[self.first];
        let before = self.before(start);
        if before == Side::Tied {
            return None;
        }
        // Only numbers of a length are worth to look for words around them.
        if self.total(8) < LEAST {
            return None;
        }
        let hint = match self.hint {
            Hint::None | Hint::Credentials => self.said_before(start),
            // A key tells of the value as a whole, and not of a number among words.
            Hint::Other if self.is_behind_word(start) => self.said_before(start),
            known => known,
        };
        if self.only.has(Kind::Card)
            && let Some(count) = self.card(hint)
        {
            return Some((count, self.hit(count, start, Kind::Card)));
        }
        if before == Side::Near && !self.plus() {
            return None;
        }
        if self.only.has(Kind::Ssn)
            && let Some(count) = self.ssn(hint)
        {
            return Some((count, self.hit(count, start, Kind::Ssn)));
        }
        let count = self.only.has(Kind::Phone).then(|| self.phone(hint))??;
        let mut start = start;
        while start > 0 && matches!(self.bytes[start - 1], b'(' | b'+') {
            start -= 1;
        }
        Some((count, self.hit(count, start, Kind::Phone)))
    }

    /// What the words before say. No word stands between the groups, so that one search does for all.
    fn said_before(&self, start: usize) -> Hint {
        let said = self.said.get_or_init(|| said_before(self.text, start));
        said.filter(|(_, word)| start - word <= WINDOW).map_or(Hint::None, |(hint, _)| hint)
    }

    fn is_behind_word(&self, start: usize) -> bool {
        self.bytes[..start].iter().rev().take(8).any(u8::is_ascii_alphabetic)
    }

    fn hit(&self, count: usize, start: usize, kind: Kind) -> Hit {
        Hit { start, end: self.groups[self.first + count - 1].1, kind }
    }

    fn before(&self, start: usize) -> Side {
        let Some(at) = start.checked_sub(1) else { return Side::Free };
        let ahead = at.checked_sub(1).map_or(b' ', |ahead| self.bytes[ahead]);
        match self.bytes[at] {
            b if b.is_ascii_alphanumeric() => Side::Tied,
            b',' if ahead.is_ascii_digit() && self.length(0) > 3 => Side::Free,
            b'.' | b',' if ahead.is_ascii_digit() => Side::Tied,
            b'-' if ahead.is_ascii_alphanumeric() => Side::Tied,
            b'$' | b'-' | b'#' | b'+' | b'_' | b'\\' => Side::Near,
            b'/' | b':' | b'.' | b'@' if ahead.is_ascii_alphanumeric() => match self.bytes[at] {
                b':' if !ahead.is_ascii_digit() => Side::Free,
                _ => Side::Near,
            },
            _ if self.text[..start].ends_with(['€', '£', '¥']) => Side::Near,
            _ => Side::Free,
        }
    }

    fn after(&self, end: usize) -> Side {
        let ahead = self.bytes.get(end + 1).copied().unwrap_or(b' ');
        match self.bytes.get(end).copied().unwrap_or(b' ') {
            b'x' if ahead.is_ascii_digit() => Side::Near,
            b if b.is_ascii_uppercase() && self.is_currency(end) => Side::Near,
            b if b.is_ascii_alphanumeric() => Side::Tied,
            b'.' if ahead.is_ascii_digit() && self.is_cents(end + 1) => Side::Near,
            b',' if ahead.is_ascii_digit() && self.digits_before(end) > 3 => Side::Free,
            b'.' | b',' if ahead.is_ascii_digit() => Side::Tied,
            b'-' if ahead.is_ascii_alphanumeric() => Side::Tied,
            b'%' | b'_' | b'@' => Side::Near,
            b'/' | b':' if ahead.is_ascii_alphanumeric() => Side::Near,
            _ if self.text[end..].starts_with(['€', '£', '°']) => Side::Near,
            _ => Side::Free,
        }
    }

    /// Three capitals and no more.
    fn is_currency(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        rest.len() >= 3
            && rest[..3].iter().all(u8::is_ascii_uppercase)
            && !rest.get(3).is_some_and(u8::is_ascii_alphanumeric)
    }

    /// One or two zeros and no more.
    fn is_cents(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        let zeros = rest.iter().take(3).take_while(|b| **b == b'0').count();
        (1..=2).contains(&zeros) && !rest.get(zeros).is_some_and(u8::is_ascii_alphanumeric)
    }

    fn digits_before(&self, end: usize) -> usize {
        self.bytes[..end].iter().rev().take(4).take_while(|b| b.is_ascii_digit()).count()
    }

    /// Whether what stands before belongs to a longer identifier, group by group.
    fn continues(&self) -> bool {
        let before = &self.text[..self.groups[self.first].0];
        let Some(before) = before.strip_suffix(' ') else { return false };
        let word = before.bytes().rev().take(12).take_while(u8::is_ascii_alphanumeric);
        word.into_iter().any(|b| b.is_ascii_digit())
    }

    fn length(&self, at: usize) -> usize {
        self.groups.get(self.first + at).map_or(0, |(start, end)| end - start)
    }

    /// What stands between a group and the next one.
    fn gap(&self, at: usize) -> &str {
        match (self.groups.get(self.first + at), self.groups.get(self.first + at + 1)) {
            (Some((_, end)), Some((start, _))) => &self.text[*end..*start],
            _ => "",
        }
    }

    /// Whether the next groups are so long.
    fn has(&self, shape: Shape) -> bool {
        self.lengths & shape.mask == shape.lengths
    }

    /// Whether one and the same text parts the groups.
    fn even(&self, count: usize) -> bool {
        (1..count.saturating_sub(1)).all(|at| self.gap(at) == self.gap(0))
    }

    /// Whether no group on either side is parted in the same way.
    fn alone(&self, count: usize) -> bool {
        let before = self
            .first
            .checked_sub(1)
            .map_or("", |before| &self.text[self.groups[before].1..self.groups[self.first].0]);
        (before.is_empty() || before != self.gap(0))
            && (self.gap(count - 1).is_empty() || self.gap(count - 1) != self.gap(0))
    }

    fn ends(&self, count: usize, worst: Side) -> bool {
        let side = self.after(self.groups[self.first + count - 1].1);
        side == Side::Free || side == worst
    }

    /// The digits of that many groups, where they are 19 or fewer.
    fn digits<'d>(&self, count: usize, into: &'d mut [u8; 19]) -> &'d [u8] {
        let total = self.total(count);
        if total > into.len() {
            return &[];
        }
        let groups = &self.groups[self.first..self.first + count];
        let digits = groups.iter().flat_map(|(start, end)| &self.bytes[*start..*end]);
        for (digit, sign) in into.iter_mut().zip(digits) {
            *digit = sign - b'0';
        }
        &into[..total]
    }

    fn total(&self, count: usize) -> usize {
        (0..count).map(|at| self.length(at)).sum()
    }
}

/// How far before a number a word says what it is, in bytes.
const WINDOW: usize = 40;

/// The nearest word before a number that says what it is, and where it begins.
fn said_before(text: &str, start: usize) -> Option<(Hint, usize)> {
    let from = start.saturating_sub(WINDOW);
    let from = (from..=start).find(|at| text.is_char_boundary(*at)).unwrap_or(start);
    let window = &text[from..start];
    if !window.bytes().any(|b| b.is_ascii_alphabetic() || !b.is_ascii()) {
        return None;
    }
    let line = window.rfind('\n').map_or(0, |at| at + 1);
    let words = window[line..].rsplit(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    // A word that the window cuts is no word.
    let words = words.filter(|word| from == 0 || line > 0 || word.as_ptr() != window.as_ptr());
    let mut numbered = false;
    for word in words {
        let at = start - (window.as_ptr().addr() + window.len() - word.as_ptr().addr());
        let mut lower = [0; WINDOW];
        let word = lower_case(word, &mut lower);
        let said = match word {
            "call" | "calling" | "called" | "contact" | "dial" | "dialed" | "dialled" | "text"
            | "ring" | "reach" | "answering" => Some(Hint::Phone),
            "my" | "your" | "his" | "her" | "our" | "their" if numbered => Some(Hint::Phone),
            "at" | "auth" | "time" | "line" | "total" | "id" | "model" => None,
            word => keys::hint(word),
        };
        if let Some(said) = said {
            return Some((said, at));
        }
        numbered = word == "number";
    }
    None
}

/// A word in small letters, as far as those fit.
fn lower_case<'l>(word: &str, into: &'l mut [u8; WINDOW]) -> &'l str {
    if word.is_ascii() && word.len() <= WINDOW {
        into[..word.len()].copy_from_slice(word.as_bytes());
        into[..word.len()].make_ascii_lowercase();
        return std::str::from_utf8(&into[..word.len()]).unwrap_or_default();
    }
    let mut end = 0;
    for c in word.chars().flat_map(char::to_lowercase) {
        let Some(place) = into.get_mut(end..end + c.len_utf8()) else { break };
        c.encode_utf8(place);
        end += c.len_utf8();
    }
    std::str::from_utf8(&into[..end]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::sweep::merged;

    fn found(text: &str, hint: Hint) -> Vec<(&str, Kind)> {
        let (mut hits, mut end) = (Vec::new(), 0);
        for (start, _) in text.match_indices(|c: char| c.is_ascii_digit()) {
            if start >= end {
                end = at(text, start, hint, Kinds::default(), &mut hits);
            }
        }
        let hits = merged(hits);
        hits.iter().map(|hit| (&text[hit.start..hit.end], hit.kind)).collect()
    }

    #[test]
    fn numbers_of_people_are_found() {
        for (text, piece, kind) in [
            ("card 4111 1111 1111 1111.", "4111 1111 1111 1111", Kind::Card),
            ("qty 7 4111-1111-1111-1111", "4111-1111-1111-1111", Kind::Card),
            ("4111111111111111", "4111111111111111", Kind::Card),
            ("Amex 3782 822463 10005", "3782 822463 10005", Kind::Card),
            ("is 987-65-4321 here", "987-65-4321", Kind::Ssn),
            ("call 415-555-0100 now", "415-555-0100", Kind::Phone),
            ("(415) 555-0100", "(415) 555-0100", Kind::Phone),
            ("+44 20 7946 0958", "+44 20 7946 0958", Kind::Phone),
            ("020 7946 0958", "020 7946 0958", Kind::Phone),
            ("phone: 555-0100", "555-0100", Kind::Phone),
            ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", Kind::Iban),
        ] {
            assert_eq!(found(text, Hint::None), [(piece, kind)], "{text}");
        }
        assert_eq!(found("5551234", Hint::Phone), [("5551234", Kind::Phone)]);
        assert_eq!(found("123456789", Hint::Ssn), [("123456789", Kind::Ssn)]);
    }

    #[test]
    fn other_numbers_are_left() {
        for text in [
            "2026-11-20",
            "2026-11-20T21:53:00Z",
            "127.0.0.1",
            "192.168.100.200",
            "1732139580123",
            "3.14159265358979",
            "978-3-16-148410-0",
            "4111111111111112",
            "1234567890123456",
            "550e8400-e29b-41d4-a716-446655440000",
            "$1,234,567.89",
            "1.2.3",
            "10:30:00.123456",
            "20261120215300",
            "build 2026.06.07 123",
            "x4111111111111111",
            "0.4111111111111111",
            "-55.034319, 113.027344",
            "+12.3456789",
            "order 123456789",
            "1.0.0+20130313144700",
            "01.02.2026 10:30",
            "call 2026-11-20",
            "::1",
            "2001:db8::8a2e:370:7334",
        ] {
            assert_eq!(found(text, Hint::None), [], "{text}");
        }
    }
}
