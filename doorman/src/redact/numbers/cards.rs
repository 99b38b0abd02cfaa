//! Payment cards: issuer, length and check digit.

use super::{Hint, Numbers, Shape, Side};

impl Numbers<'_> {
    pub(super) fn card(&self, hint: Hint) -> Option<usize> {
        const SHAPES: [Shape; 8] = [
            Shape::of(&[4, 4, 4, 4, 3]),
            Shape::of(&[4, 4, 4, 4]),
            Shape::of(&[4, 6, 5]),
            Shape::of(&[4, 6, 4]),
            Shape::of(&[4, 4, 4, 1]),
            Shape::of(&[4, 4, 4, 2]),
            Shape::of(&[4, 4, 5]),
            Shape::of(&[4, 4, 4, 3]),
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
            .find(|shape| self.has(**shape) && parted(shape.count) && fits(shape.count));
        if let Some(shape) = shaped {
            return Some(shape.count);
        }
        if hint != Hint::Card {
            return None;
        }
        let left = self.groups.len() - self.first;
        (2..=left.min(19))
            .rev()
            .find(|count| (12..=19).contains(&self.total(*count)) && fits(*count))
    }
}

/// Whether the digits of a whole number are those of a card: issuer, length and check digit.
pub(in crate::redact) fn is_card(digits: &[u8]) -> bool {
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
pub(super) fn is_article(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, times)| u32::from(*digit) * times)
        .sum();
    digits.len() == 13 && sum.is_multiple_of(10)
}
