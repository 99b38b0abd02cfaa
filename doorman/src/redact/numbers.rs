//! Numbers that name people and accounts: cards, US social security numbers, phones and IBANs.

use std::{cell::OnceCell, sync::LazyLock};

use smallvec::SmallVec;

use super::{Hit, Kind, keys, keys::Hint};

/// Groups of digits, by where they begin and end.
type Groups = SmallVec<[(usize, usize); 12]>;

/// Finds them in the groups of digits that begin here, and returns where those end. Every digit is in one
/// run of groups, and each group begins at most one number of at most 19 digits: the work is linear.
pub(super) fn at(text: &str, at: usize, hint: Hint, hits: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    hits.extend(iban_at(bytes, at));
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
        let numbers = Numbers { text, bytes, groups: &groups, first, hint, said: &said };
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
const LEAST: usize = 7;

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

/// The numbers that may begin at one group of a run.
struct Numbers<'a> {
    text: &'a str,
    bytes: &'a [u8],
    groups: &'a [(usize, usize)],
    first: usize,
    hint: Hint,
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
            Hint::None => self.said_before(start),
            // A key tells of the value as a whole, and not of a number among words.
            Hint::Other if self.is_behind_word(start) => self.said_before(start),
            known => known,
        };
        if let Some(count) = self.card(hint) {
            return Some((count, self.hit(count, start, Kind::Card)));
        }
        if before == Side::Near && !self.plus() {
            return None;
        }
        if let Some(count) = self.ssn(hint) {
            return Some((count, self.hit(count, start, Kind::Ssn)));
        }
        let count = self.phone(hint)?;
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

    fn lengths(&self, shape: &[usize]) -> bool {
        shape.iter().enumerate().all(|(at, length)| self.length(at) == *length)
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

    fn card(&self, hint: Hint) -> Option<usize> {
        const SHAPES: [&[usize]; 8] = [
            &[4, 4, 4, 4, 3],
            &[4, 4, 4, 4],
            &[4, 6, 5],
            &[4, 6, 4],
            &[4, 4, 4, 1],
            &[4, 4, 4, 2],
            &[4, 4, 5],
            &[4, 4, 4, 3],
        ];
        let fits = |count: usize| {
            let mut digits = [0; 19];
            self.ends(count, Side::Near) && is_card(self.digits(count, &mut digits))
        };
        let least = match hint {
            Hint::Card => 12,
            Hint::Other => 14,
            _ => 13,
        };
        if self.length(0) >= least {
            return fits(1).then_some(1);
        }
        let parted = |count: usize| {
            self.even(count)
                && matches!(self.gap(0), " " | "-" | "." | " - " | "  " | "_" | "+" | "/")
        };
        let shaped = SHAPES
            .iter()
            .find(|shape| self.lengths(shape) && parted(shape.len()) && fits(shape.len()));
        if let Some(shape) = shaped {
            return Some(shape.len());
        }
        if hint != Hint::Card {
            return None;
        }
        let left = self.groups.len() - self.first;
        (2..=left.min(19))
            .rev()
            .find(|count| (12..=19).contains(&self.total(*count)) && fits(*count))
    }

    fn total(&self, count: usize) -> usize {
        (0..count).map(|at| self.length(at)).sum()
    }

    fn ssn(&self, hint: Hint) -> Option<usize> {
        let known = hint == Hint::Ssn;
        if known && self.length(0) == 9 && self.ends(1, Side::Free) {
            return Some(1);
        }
        let left = self.groups.len() - self.first;
        if known && let Some(count) = (2..=left.min(4)).find(|count| self.total(*count) == 9) {
            return self.ends(count, Side::Free).then_some(count);
        }
        if hint == Hint::Other
            || !self.lengths(&[3, 2, 4])
            || !self.even(3)
            || !self.ends(3, Side::Free)
        {
            return None;
        }
        let parted = match self.gap(0) {
            "-" => true,
            " " => self.alone(3),
            _ => false,
        };
        let number = |at: usize| {
            let (start, end) = self.groups[self.first + at];
            self.text[start..end].parse::<u16>().unwrap_or_default()
        };
        (parted && is_ssn(number(0), number(1), number(2))).then_some(3)
    }

    fn plus(&self) -> bool {
        let (start, _) = self.groups[self.first];
        let before = self.text[..start].trim_end_matches('(').strip_suffix('+');
        self.first == 0
            && before.is_some_and(|before| {
                !before
                    .ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '+'))
            })
    }

    fn phone(&self, hint: Hint) -> Option<usize> {
        let left = self.groups.len() - self.first;
        if self.plus() {
            return self.international(left, 0, hint);
        }
        if hint != Hint::Other {
            let found = self.north_american().or_else(|| self.national(left));
            if found.is_some() {
                return found;
            }
        }
        if hint == Hint::Phone && self.dated().is_none() {
            return (1..=left.min(8)).rev().find(|count| {
                let total = self.total(*count);
                (7..=15).contains(&total)
                    && (*count != 2 || self.gap(0) != "." || total > 9)
                    && self.ends(*count, Side::Free)
            });
        }
        None
    }

    fn starts_with(&self, at: usize, digits: &[u8]) -> bool {
        self.bytes[self.groups[self.first + at].0..].starts_with(digits)
    }

    /// Area, exchange and line, of which the first two do not begin with 0 or 1.
    fn north_american(&self) -> Option<usize> {
        let fine = |from: usize| {
            self.bytes.get(from).is_some_and(|first| *first >= b'2')
                && self.bytes.get(from + 1..from + 3) != Some(b"11")
        };
        let code = |at: usize| fine(self.groups[self.first + at].0);
        for (shape, area) in [(&[1, 3, 3, 4][..], 1), (&[3, 3, 4], 0)] {
            let count = shape.len();
            if self.lengths(shape)
                && (area == 0 || self.starts_with(0, b"1"))
                && code(area)
                && code(area + 1)
                && self.gap(area) != "/"
                && matches!(self.gap(area + 1), "-" | "." | " " | " - ")
                && (self.gap(area + 1) != " " || self.alone(count))
                && self.ends(count, Side::Near)
            {
                return Some(count);
            }
        }
        if self.lengths(&[3, 7]) && self.gap(0) == "-" && code(0) && code(1) {
            return (self.alone(2) && self.ends(2, Side::Near)).then_some(2);
        }
        let (start, end) = self.groups[self.first];
        let extended = end - start == 10
            && fine(start)
            && fine(start + 3)
            && ["x", "ext"].iter().any(|sign| {
                let after = self.text[end..].trim_start_matches(' ').strip_prefix(sign);
                let after = after.map(|after| after.trim_start_matches(['.', ' ']));
                after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()))
            });
        extended.then_some(1)
    }

    /// A number as it is written within its country: with 0 or 00 in front, or in a shape of its own.
    fn national(&self, left: usize) -> Option<usize> {
        // In one piece it could be a number with zeros in front.
        let padded = self.length(0) >= 9
            && (self.length(0) < 13 || self.starts_with(0, b"001") || self.starts_with(0, b"0020"));
        if self.starts_with(0, b"00") && !padded && !self.continues() {
            let found = self.international(left, 2, Hint::None);
            if found.is_some() {
                return found;
            }
        }
        if let Some(count) = self.grouped() {
            return Some(count);
        }
        let (start, _) = self.groups[self.first];
        let opened = self.text[..start].ends_with('(') && self.gap(0).starts_with(')');
        let zero = self.starts_with(0, b"0") && !self.starts_with(0, b"00");
        let first = self.length(0);
        if !(2..=5).contains(&first)
            || !(zero || opened)
            || self.continues()
            || self.dated().is_some()
        {
            return None;
        }
        let parted = match self.gap(0) {
            ") " | ")" => true,
            // 0171/1234567
            "/" => first > 2 && self.length(1) > 4,
            gap => !gap.contains(['/', '.', '(', '_', '+']),
        };
        let fits = |count: &usize| {
            let last = *count - 1;
            (9..=11).contains(&self.total(*count))
                && (1..*count).all(|at| self.length(at) >= 2)
                && (1..last).all(|at| matches!(self.gap(at), " " | "-"))
                && (self.gap(last).is_empty() || self.gap(last) != self.gap(last - 1))
                && self.ends(*count, Side::Free)
        };
        // Three times three is a number of another sort, and five and four a postal code.
        if !parted || self.lengths(&[3, 3, 3]) || self.lengths(&[5, 4]) {
            return None;
        }
        (2..=left.min(6)).rev().find(fits)
    }

    /// Shapes of single countries that other numbers seldom have.
    fn grouped(&self) -> Option<usize> {
        let fits = |shape: &[usize]| {
            let count = shape.len();
            self.lengths(shape) && self.alone(count) && self.ends(count, Side::Free)
        };
        let second = self.bytes.get(self.groups[self.first].0 + 1).copied().unwrap_or_default();
        let even = |count: usize| self.even(count) && matches!(self.gap(0), " " | "-" | ".");
        // France and her neighbours.
        if fits(&[2; 5]) && even(5) && self.starts_with(0, b"0") && second != b'0' {
            return self.dated().is_none().then_some(5);
        }
        // Mobile numbers of China.
        let mobile = fits(&[3, 4, 4]) && self.starts_with(0, b"1") && second >= b'3';
        if mobile && even(3) && self.gap(0) != "." {
            return Some(3);
        }
        // Turkey and Russia.
        let trunk =
            self.starts_with(0, b"0") || self.starts_with(0, b"7") || self.starts_with(0, b"8");
        let parted = self.gap(2) == "-" && self.gap(3) == "-";
        if fits(&[1, 3, 3, 2, 2]) && trunk && parted {
            return Some(5);
        }
        // Toll-free numbers of Australia.
        let free = self.starts_with(0, b"1800") || self.starts_with(0, b"1300");
        (free && fits(&[4, 3, 3]) && even(3) && self.gap(0) != ".").then_some(3)
    }

    /// A calling code and a number of a length that its country has, behind so many zeros. In one piece,
    /// or behind a telling word, other lengths do too.
    fn international(&self, left: usize, zeros: usize, hint: Hint) -> Option<usize> {
        let most = (1..=left.min(9)).take_while(|count| self.total(*count) <= 15 + zeros).count();
        (1..=most).rev().find(|&count| {
            let mut digits = [0; 19];
            let Some(digits) = self.digits(count, &mut digits).get(zeros..) else { return false };
            // A decimal with a sign has one point.
            let decimal = count == 2 && self.gap(0) == "." && zeros == 0;
            // `+44 (0)20 …`
            let trunk =
                (0..count).any(|at| self.gap(at).ends_with('(') && self.length(at + 1) == 1);
            let told = zeros == 0
                && match hint {
                    Hint::Phone => digits.len() >= 8,
                    _ => count == 1 && digits.len() >= 10,
                };
            !decimal
                && (is_dialled(digits, trunk)
                    || (told && calling_code(digits).is_some_and(|code| code > 7)))
                && (0..count - 1).all(|at| self.gap(at).len() <= 2 || self.gap(at) == " - ")
                && self.ends(count, Side::Free)
        })
    }

    /// Whether a date begins here or with the next group.
    fn dated(&self) -> Option<()> {
        let value = |at: usize| -> u32 {
            let (start, end) = self.groups[self.first + at];
            self.text[start..end].parse().unwrap_or(u32::MAX)
        };
        let is_year = |at: usize| self.length(at) == 4 && (1900..2100).contains(&value(at));
        let short = |at: usize| matches!(self.length(at), 1 | 2) && (1..=31).contains(&value(at));
        let left = self.groups.len() - self.first;
        let dated = (0..left.min(3)).any(|at| {
            let signs = self.gap(at) == self.gap(at + 1);
            at + 2 < left
                && signs
                && ((is_year(at) && short(at + 1) && short(at + 2))
                    || (short(at) && short(at + 1) && is_year(at + 2)))
        });
        // As one number: 20261120, 20261120215300.
        let stamp = matches!(self.length(0), 8 | 12 | 14) && {
            let (start, _) = self.groups[self.first];
            let part = |from: usize, to: usize| {
                self.text[start + from..start + to].parse::<u32>().unwrap_or_default()
            };
            (1900..2100).contains(&part(0, 4))
                && (1..=12).contains(&part(4, 6))
                && (1..=31).contains(&part(6, 8))
        };
        (dated || stamp).then_some(())
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
            "at" | "time" | "line" | "total" | "id" | "model" => None,
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
    let mut end = 0;
    for c in word.chars().flat_map(char::to_lowercase) {
        let Some(place) = into.get_mut(end..end + c.len_utf8()) else { break };
        c.encode_utf8(place);
        end += c.len_utf8();
    }
    std::str::from_utf8(&into[..end]).unwrap_or_default()
}

/// Whether the digits of a whole number are those of a card: issuer, length and check digit.
pub(super) fn is_card(digits: &[u8]) -> bool {
    if !(12..=19).contains(&digits.len()) {
        return false;
    }
    let front = digits[..6].iter().fold(0u32, |front, digit| front * 10 + u32::from(*digit));
    let issued = match digits.len() {
        12 => matches!(front, 501_800..=502_099 | 503_800..=503_899 | 560_000..=589_999
            | 630_400..=630_499 | 639_000..=639_099 | 675_900..=676_399),
        13 => matches!(front, 400_000..=499_999),
        14 => matches!(front, 300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999
            | 380_000..=399_999),
        15 => matches!(front, 340_000..=349_999 | 370_000..=379_999 | 213_100..=213_199
            | 180_000..=180_099 | 122_000..=122_099 | 135_400..=135_499),
        16 => matches!(front, 400_000..=499_999 | 510_000..=559_999 | 222_100..=272_099
            | 300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999
            | 352_000..=359_999 | 601_100..=601_199 | 644_000..=659_999 | 620_000..=629_999
            | 810_000..=829_999 | 500_000..=509_999 | 560_000..=589_999 | 630_400..=639_999
            | 670_000..=677_199 | 220_000..=220_499 | 606_282 | 606_985..=608_500
            | 970_400..=970_499 | 979_200..=979_299 | 860_000..=860_099 | 986_000..=986_099),
        17 | 18 => matches!(front, 620_000..=629_999 | 810_000..=819_999 | 501_800..=502_099
            | 503_800..=503_899 | 589_300..=589_399 | 630_400..=630_499 | 675_900..=676_399
            | 220_000..=220_499 | 506_099..=506_198 | 507_865..=507_964 | 490_300..=490_599
            | 491_100..=491_199 | 493_600..=493_699 | 633_300..=633_499 | 676_700..=676_799),
        _ => matches!(front, 400_000..=499_999 | 620_000..=629_999 | 810_000..=829_999
            | 601_100..=601_199 | 644_000..=659_999 | 352_000..=359_999 | 220_000..=220_499
            | 500_000..=509_999 | 589_300..=589_399 | 630_400..=630_499 | 670_600..=670_999
            | 675_900..=677_199 | 970_400..=970_499),
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(*digit);
            if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    issued && sum.is_multiple_of(10) && !is_article(digits)
}

/// Whether 13 digits have the check digit of what is sold in shops.
fn is_article(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, times)| u32::from(*digit) * times)
        .sum();
    digits.len() == 13 && sum.is_multiple_of(10)
}

/// Areas and groups that are given out, and those of individual taxpayer numbers.
fn is_ssn(area: u16, group: u16, serial: u16) -> bool {
    let taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    let person = !matches!(area, 0 | 666 | 900..) && group != 0;
    serial != 0 && (person || taxpayer)
}

/// The calling codes, each with the lengths that a number after it has (libphonenumber, 2026).
const CALLING: &str = "\
1:10 7:10 20:8-10 27:5-10 30:10-12 31:5-11 32:8-9 33:9 34:9 36:8-9 39:6-12 40:6,9 41:9,12 43:4-13 \
44:7,9-10 45:8 46:6-10,12 47:5,8 48:6-10 49:4-13 51:8-9 52:10 53:6-8,10 54:10-11 55:8-11 56:9-11 \
57:8,10-11 58:10 60:8-10 61:5-10,12 62:7-13 63:6,8-13 64:5-10 65:8,10-11 66:8-10,13 81:8-13 \
82:5-6,8-13 84:7-10 86:7-12 90:7,10,12-13 91:8-13 92:8-12 93:9 94:9 95:6-10 98:4-7,10 211:9 212:9 \
213:8-9 216:8 218:9 220:7,9 221:9 222:8 223:8 224:8-9 225:10 226:8 227:8 228:8 229:10 230:7-8,10 \
231:7-9 232:8 233:8-9 234:10-12 235:8 236:8 237:8-9 238:7 239:7 240:9 241:7-8 242:9 243:7-10 244:9 \
245:7,9 246:7 247:5-6 248:7 249:9 250:8-9 251:9 252:6-9 253:8 254:7-10 255:9 256:9 257:8 258:8-9 \
260:9 261:9 262:9 263:7,9-10 264:8-9 265:7,9 266:8 267:7-8,10 268:8-9 269:7 290:4-5 291:7 297:7 \
298:6 299:6 350:8 351:9 352:4-11 353:7-10 354:7,9 355:6-9 356:8 357:8 358:5-12 359:6-9,12 370:8 \
371:8 372:7-8,10 373:8 374:8 375:6-11 376:6,8-9 377:8-9 378:8,10 380:9-10 381:6-12 382:8-9 \
383:8-12 385:7-9 386:5-8 387:8-9 389:8 420:9-12 421:6-7,9 423:7,9 500:5 501:7,11 502:8,11 \
503:7-8,11 504:8,11 505:8 506:8,10 507:7-8,10-11 508:6,9 509:8 590:9 591:8-9 592:7 593:8-11 594:9 \
595:6-11 596:9 597:6-7 598:4-12 599:7-8 670:7-8 672:6 673:7 674:7 675:7-8 676:5,7 677:5,7 678:5,7 \
679:7,11 680:7 681:6,9 682:5 683:4,7 685:5-7,10 686:5,8 687:6 688:5-7 689:6,8-9 690:4-7 691:7 \
692:7 800:8 808:8 850:8,10 852:5-9,11 853:7-8 855:8-10 856:8-10 870:9,12 878:12 880:6-10 881:9-10 \
882:7-12 883:8-12 886:7-11 888:11 960:7,10 961:7-8 962:8-9 963:8-9 964:8-10 965:7-8 966:9-10 \
967:7-9 968:7-9 970:8-10 971:5-12 972:7-12 973:8 974:7-9,11 975:7-8 976:8-10 977:8,10-11 979:9 \
992:9 993:8 994:9 995:9 996:9-10 998:9";

/// The lengths after each calling code, one bit for each.
static LENGTHS: LazyLock<[u16; 1000]> = LazyLock::new(|| {
    let mut table = [0; 1000];
    for entry in CALLING.split(' ') {
        let (code, lengths) = entry.split_once(':').unwrap_or_default();
        let code: usize = code.parse().unwrap_or_default();
        for range in lengths.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let ends = [first, last].map(|end| end.parse::<u32>().unwrap_or_default());
            (ends[0]..=ends[1]).for_each(|length| table[code] |= 1 << length);
        }
    }
    table
});

/// Whether digits are a calling code and as many more as its country has, or one more where a 0 in
/// brackets stands between.
fn is_dialled(digits: &[u8], trunk: bool) -> bool {
    let Some(code) = calling_code(digits) else { return false };
    let length = match code {
        ..10 => 1,
        10..100 => 2,
        _ => 3,
    };
    let Some(after) = digits.len().checked_sub(length + usize::from(trunk)) else { return false };
    // North American areas do not begin with 0 or 1.
    let area = code != 1 || digits.get(1) >= Some(&2);
    after < 16 && LENGTHS[code] >> after & 1 == 1 && area
}

/// The calling code that a number begins with.
fn calling_code(digits: &[u8]) -> Option<usize> {
    let code = |length: usize| {
        let digits = digits.get(..length)?;
        Some(digits.iter().fold(0, |code, digit| code * 10 + usize::from(*digit)))
    };
    [1, 2, 3].into_iter().find_map(|length| code(length).filter(|code| LENGTHS[*code] != 0))
}

/// The length of an IBAN in each country that has them.
const IBANS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29\
ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20\
LU20LV21LY25MA28MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18\
IR26SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30\
AO25BF28BJ28CF27CG27CI28CM27CV25DZ26GA27GQ27GW25KM27MG27ML28MZ25NE28SN28TD27TG28";

/// The IBAN whose check digits begin here.
fn iban_at(bytes: &[u8], digits: usize) -> Option<Hit> {
    let start = digits.checked_sub(2)?;
    let head = bytes[start].is_ascii_alphabetic()
        && bytes[start + 1].is_ascii_alphabetic()
        && bytes.get(digits + 1).is_some_and(u8::is_ascii_digit)
        && !start.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric());
    let end = head.then(|| iban(&bytes[start..]))??;
    Some(Hit { start, end: start + end, kind: Kind::Iban })
}

/// The end of the IBAN that a text begins with, checked modulo 97.
fn iban(bytes: &[u8]) -> Option<usize> {
    let country = [bytes[0].to_ascii_uppercase(), bytes[1].to_ascii_uppercase()];
    let entry = IBANS.as_bytes().chunks_exact(4).find(|entry| entry[..2] == country)?;
    let length = usize::from((entry[2] - b'0') * 10 + entry[3] - b'0');
    let (mut end, mut count, mut signs) = (0, 0, [0; 34]);
    while count < length {
        match *bytes.get(end)? {
            b if b.is_ascii_alphanumeric() => {
                signs[count] = b.to_ascii_uppercase();
                count += 1;
            }
            b' ' | b'-' if bytes[end - 1].is_ascii_alphanumeric() => {}
            _ => return None,
        }
        end += 1;
    }
    let written = &bytes[..end];
    let mixed =
        written.iter().any(u8::is_ascii_lowercase) && written.iter().any(u8::is_ascii_uppercase);
    if mixed || bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let moved = signs[4..length].iter().chain(&signs[..4]);
    let rest = moved.fold(0u32, |rest, sign| match sign {
        b'0'..=b'9' => (rest * 10 + u32::from(sign - b'0')) % 97,
        _ => (rest * 100 + u32::from(sign - b'A' + 10)) % 97,
    });
    (rest == 1).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::sweep::merged;

    fn found(text: &str, hint: Hint) -> Vec<(&str, Kind)> {
        let (mut hits, mut end) = (Vec::new(), 0);
        for (start, _) in text.match_indices(|c: char| c.is_ascii_digit()) {
            if start >= end {
                end = at(text, start, hint, &mut hits);
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
