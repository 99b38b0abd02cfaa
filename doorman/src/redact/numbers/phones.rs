//! Telephone numbers, by the plans of the countries.

use std::sync::LazyLock;

use super::{Hint, Numbers, Shape, Side};

impl Numbers<'_> {
    pub(super) fn plus(&self) -> bool {
        let (start, _) = self.groups[self.first];
        let before = self.text[..start].trim_end_matches('(').strip_suffix('+');
        self.first == 0
            && before.is_some_and(|before| {
                !before
                    .ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '+'))
            })
    }

    pub(super) fn phone(&self, hint: Hint) -> Option<usize> {
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
        const SHAPES: [(Shape, usize); 2] =
            [(Shape::of(&[1, 3, 3, 4]), 1), (Shape::of(&[3, 3, 4]), 0)];
        let fine = |from: usize| {
            self.bytes.get(from).is_some_and(|first| *first >= b'2')
                && self.bytes.get(from + 1..from + 3) != Some(b"11")
        };
        let code = |at: usize| fine(self.groups[self.first + at].0);
        for (shape, area) in SHAPES {
            let count = shape.count;
            if self.has(shape)
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
        if self.has(const { Shape::of(&[3, 7]) }) && self.gap(0) == "-" && code(0) && code(1) {
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
        if !parted
            || self.has(const { Shape::of(&[3, 3, 3]) })
            || self.has(const { Shape::of(&[5, 4]) })
        {
            return None;
        }
        (2..=left.min(6)).rev().find(fits)
    }

    /// Shapes of single countries that other numbers seldom have.
    fn grouped(&self) -> Option<usize> {
        let fits = |shape: Shape| {
            let count = shape.count;
            self.has(shape) && self.alone(count) && self.ends(count, Side::Free)
        };
        let second = self.bytes.get(self.groups[self.first].0 + 1).copied().unwrap_or_default();
        let even = |count: usize| self.even(count) && matches!(self.gap(0), " " | "-" | ".");
        // France and her neighbours.
        if fits(const { Shape::of(&[2; 5]) })
            && even(5)
            && self.starts_with(0, b"0")
            && second != b'0'
        {
            return self.dated().is_none().then_some(5);
        }
        // Mobile numbers of China.
        let mobile =
            fits(const { Shape::of(&[3, 4, 4]) }) && self.starts_with(0, b"1") && second >= b'3';
        if mobile && even(3) && self.gap(0) != "." {
            return Some(3);
        }
        // Turkey and Russia.
        let trunk =
            self.starts_with(0, b"0") || self.starts_with(0, b"7") || self.starts_with(0, b"8");
        let parted = self.gap(2) == "-" && self.gap(3) == "-";
        if fits(const { Shape::of(&[1, 3, 3, 2, 2]) }) && trunk && parted {
            return Some(5);
        }
        // Toll-free numbers of Australia.
        let free = self.starts_with(0, b"1800") || self.starts_with(0, b"1300");
        (free && fits(const { Shape::of(&[4, 3, 3]) }) && even(3) && self.gap(0) != ".")
            .then_some(3)
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
    pub(super) fn dated(&self) -> Option<()> {
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
