//! Numbers that name people and accounts: cards, US social security numbers, phones and IBANs.

use std::cell::Cell;

use smallvec::SmallVec;

use super::{Hit, Kind, keys, keys::Hint};

/// Groups of digits, by where they begin and end.
type Groups = SmallVec<[(usize, usize); 12]>;

/// Finds them in the groups of digits that begin here, and returns where those end. Every digit is in one
/// run of groups, and each group begins at most one number of at most 19 digits: the work is linear.
pub(super) fn at(text: &str, at: usize, hint: Hint, hits: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    hits.extend(iban_at(bytes, at));
    let mut groups = Groups::new();
    let end = run(bytes, at, &mut groups);
    let digits: usize = groups.iter().map(|(start, end)| end - start).sum();
    if digits < LEAST {
        return end;
    }
    let said = Cell::new(None);
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
    said: &'a Cell<Option<Option<(Hint, usize)>>>,
}

impl Numbers<'_> {
    fn find(&self) -> Option<(usize, Hit)> {
        let (start, _) = self.groups[self.first];
        let before = self.before(start);
        if before == Side::Tied {
            return None;
        }
        // Only numbers of a shape are worth to look for words around them.
        let digits: usize =
            self.groups[self.first..].iter().take(8).map(|(start, end)| end - start).sum();
        if digits < LEAST {
            return None;
        }
        let hint = match self.hint {
            Hint::None => self.said_before(start),
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
        let said = self.said.get().unwrap_or_else(|| {
            let said = said_before(self.text, start);
            self.said.set(Some(said));
            said
        });
        said.filter(|(_, word)| start - word <= WINDOW).map_or(Hint::None, |(hint, _)| hint)
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

    /// The digits of that many groups, as far as they are 19 or fewer.
    fn digits(&self, count: usize) -> Vec<u8> {
        let groups = &self.groups[self.first..self.first + count];
        if groups.iter().map(|(start, end)| end - start).sum::<usize>() > 19 {
            return Vec::new();
        }
        groups.iter().flat_map(|(start, end)| &self.bytes[*start..*end]).map(|b| b - b'0').collect()
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
        let fits = |count: usize| self.ends(count, Side::Near) && is_card(&self.digits(count));
        if self.length(0) >= 13 {
            return fits(1).then_some(1);
        }
        let parted = |count: usize| {
            self.even(count) && matches!(self.gap(0), " " | "-" | "." | " - " | "  " | "_" | "+")
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
        (2..=left.min(8))
            .rev()
            .find(|count| (13..=19).contains(&self.total(*count)) && fits(*count))
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
            return self.international(left);
        }
        let north = |shape: &[usize], area: usize| {
            let (area, exchange) =
                (self.bytes[self.groups[self.first + area].0..].iter(), area + 1);
            let area: Vec<u8> = area.take(3).copied().collect();
            let exchange = &self.bytes[self.groups[self.first + exchange].0..];
            let fine = |code: &[u8]| code[0] >= b'2' && !(code[1] == b'1' && code[2] == b'1');
            fine(&area) && fine(exchange) && shape.len() <= left
        };
        for shape in [&[1, 3, 3, 4][..], &[3, 3, 4]] {
            let count = shape.len();
            let area = count - 3;
            if hint != Hint::Other
                && self.lengths(shape)
                && (area == 0 || self.bytes[self.groups[self.first].0] == b'1')
                && north(shape, area)
                && self.gap(area) != "/"
                && matches!(self.gap(area + 1), "-" | "." | " " | " - ")
                && (self.gap(area + 1) != " " || self.alone(count))
                && self.ends(count, Side::Near)
            {
                return Some(count);
            }
        }
        if hint != Hint::Other && self.length(0) >= 2 && self.dated().is_none() {
            let opened = self.text[..self.groups[self.first].0].ends_with('(');
            let zero = self.bytes[self.groups[self.first].0] == b'0';
            let parted = self.gap(0) == ") "
                || self.gap(0) == ")"
                || !self.gap(0).contains(['/', '.', '(', '_', '+']);
            let national = (2..=left.min(6)).rev().find(|count| {
                !self.continues()
                    && !self.lengths(&[3, 3, 3])
                    && (9..=11).contains(&self.total(*count))
                    && (zero || (opened && self.gap(0).starts_with(')')))
                    && self.length(0) <= 5
                    && (1..*count).all(|at| self.length(at) >= 2)
                    && (1..*count - 1).all(|at| matches!(self.gap(at), " " | "-"))
                    && self.ends(*count, Side::Free)
            });
            if parted && let Some(count) = national {
                return Some(count);
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

    fn international(&self, left: usize) -> Option<usize> {
        let most = (1..=left.min(9)).take_while(|count| self.total(*count) <= 15);
        most.collect::<Vec<_>>().into_iter().rev().find(|&count| {
            let digits = self.digits(count);
            let lengths = match calling_code(&digits) {
                Some(1 | 7) => 11..=11,
                Some(_) => 8..=15,
                None => return false,
            };
            // A decimal with a sign has one point.
            let decimal = count == 2 && self.gap(0) == ".";
            !decimal
                && lengths.contains(&digits.len())
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
    let mut from = start.saturating_sub(WINDOW);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let window = &text[from..start];
    let line = window.rfind('\n').map_or(0, |at| at + 1);
    let words = window[line..].rsplit(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    // A word that the window cuts is no word.
    let words = words.filter(|word| from == 0 || line > 0 || word.as_ptr() != window.as_ptr());
    for word in words {
        let at = start - (window.as_ptr().addr() + window.len() - word.as_ptr().addr());
        let word = word.to_lowercase();
        let said = match word.as_str() {
            "call" | "calling" | "called" | "contact" | "dial" | "text" | "ring" | "reach" => {
                Some(Hint::Phone)
            }
            "at" | "time" | "line" | "total" | "id" | "model" => None,
            word => keys::hint(word),
        };
        if let Some(said) = said {
            return Some((said, at));
        }
    }
    None
}

/// Whether the digits of a whole number are those of a card: issuer, length and check digit.
pub(super) fn is_card(digits: &[u8]) -> bool {
    if !(13..=19).contains(&digits.len()) {
        return false;
    }
    let front = digits[..6].iter().fold(0u32, |front, digit| front * 10 + u32::from(*digit));
    let issued = match digits.len() {
        13 => matches!(front, 400_000..=499_999),
        14 => matches!(front, 300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999
            | 380_000..=399_999),
        15 => matches!(front, 340_000..=349_999 | 370_000..=379_999),
        16 => matches!(front, 400_000..=499_999 | 510_000..=559_999 | 222_100..=272_099
            | 300_000..=305_999 | 360_000..=369_999 | 380_000..=399_999 | 352_000..=359_999
            | 601_100..=601_199 | 644_000..=659_999 | 620_000..=629_999 | 810_000..=829_999
            | 500_000..=509_999 | 560_000..=589_999 | 630_400..=639_099 | 670_000..=677_099
            | 220_000..=220_499 | 606_282 | 979_200..=979_299 | 860_000..=860_099 | 986_000..=986_099),
        17 | 18 => matches!(front, 620_000..=629_999 | 501_800..=502_099 | 503_800..=503_899
            | 589_300..=589_399 | 630_400..=630_499 | 675_900..=676_399),
        19 => matches!(front, 400_000..=499_999 | 620_000..=629_999 | 601_100..=601_199
            | 644_000..=659_999 | 352_000..=359_999 | 220_000..=220_499 | 501_800..=502_099
            | 503_800..=503_899 | 589_300..=589_399 | 630_400..=630_499 | 675_900..=676_399),
        _ => false,
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
    issued && sum.is_multiple_of(10)
}

/// Areas and groups that are given out, and those of individual taxpayer numbers.
fn is_ssn(area: u16, group: u16, serial: u16) -> bool {
    let taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    let person = !matches!(area, 0 | 666 | 900..) && group != 0;
    serial != 0 && (person || taxpayer)
}

/// The calling code that a number begins with.
fn calling_code(digits: &[u8]) -> Option<u32> {
    let code = |length: usize| {
        let digits = digits.get(..length)?;
        Some(digits.iter().fold(0, |code, digit| code * 10 + u32::from(*digit)))
    };
    let known = |code: &u32| {
        matches!(code,
        1 | 7 | 20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86
        | 90..=95 | 98 | 211..=213 | 216 | 218 | 220..=258 | 260..=269 | 290 | 291 | 297..=299
        | 350..=359 | 370..=383 | 385..=387 | 389 | 420 | 421 | 423 | 500..=509 | 590..=599
        | 670 | 672..=692 | 800 | 808 | 850 | 852 | 853 | 855 | 856 | 870 | 878 | 880..=883 | 886
        | 888 | 960..=968 | 970..=977 | 979 | 992..=996 | 998)
    };
    [1, 2, 3].into_iter().find_map(|length| code(length).filter(known))
}

/// The length of an IBAN in each country that has them.
const IBANS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29\
ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20\
LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18\
IR26SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

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
    let (mut end, mut signs) = (0, Vec::with_capacity(length));
    while signs.len() < length {
        match *bytes.get(end)? {
            b if b.is_ascii_alphanumeric() => signs.push(b.to_ascii_uppercase()),
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
    signs.rotate_left(4);
    let rest = signs.iter().fold(0u32, |rest, sign| match sign {
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
