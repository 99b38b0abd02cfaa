//! What single values are: numbers, and the pieces of one that an array holds.

use smallvec::SmallVec;

use crate::redact::{
    Kind, catalogue,
    keys::{Hint, Said},
    numbers,
};

/// What a number without text around it is.
pub(in crate::redact) fn number_kind(raw: &str, said: Said) -> Option<Kind> {
    // What nothing is said of is a card or nothing.
    let short = raw.len() < 5 || (raw.len() < 13 && !raw.contains(['e', 'E']));
    if said == Said::NOTHING && short {
        return None;
    }
    let digits = whole_digits(raw)?;
    if numbers::is_card(&digits) {
        return Some(Kind::Card);
    }
    let known = match said.hint {
        Hint::Phone => (7..=15).contains(&digits.len()).then_some(Kind::Phone),
        Hint::Ssn => (digits.len() == 9).then_some(Kind::Ssn),
        _ => None,
    };
    known.or_else(|| catalogue::number(said.told, &digits))
}

/// Digits, each as its value.
type Digits = SmallVec<[u8; 24]>;

/// The digits of a whole number, also one written with a point or an exponent.
fn whole_digits(raw: &str) -> Option<Digits> {
    const LONGEST: usize = 40;
    if raw.len() > LONGEST || raw.len() < 5 || !raw.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mantissa, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().ok().filter(|exponent| (-40..40).contains(exponent))?;
    let places = i64::try_from(fraction.len()).ok()?;
    let mut digits: Digits = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    if let Ok(zeros) = usize::try_from(exponent - places) {
        digits.extend(std::iter::repeat_n(0, zeros));
    } else {
        let kept = usize::try_from(exponent - places + i64::try_from(digits.len()).ok()?).ok()?;
        if digits[kept..].iter().any(|digit| *digit != 0) {
            return None;
        }
        digits.truncate(kept);
    }
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..zeros);
    (digits.len() <= 19).then_some(digits)
}

/// The pieces of a card number in an array: 4111, 1111, 1111, 1111. `raw` is the array, their places are
/// in it.
pub(super) fn card_in_pieces(raw: &str) -> Option<Vec<(usize, usize)>> {
    const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
    let (mut digits, mut lengths) = (Digits::new(), SmallVec::<[usize; 5]>::new());
    let mut pieces = Vec::new();
    let mut at = 1;
    for item in raw[1..raw.len() - 1].split(',') {
        let piece = item.trim_matches(BLANKS);
        let start = at + item.len() - item.trim_start_matches(BLANKS).len();
        let shown = piece.trim_matches('"').trim();
        if !(3..=6).contains(&shown.len()) || !shown.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.extend(shown.bytes().map(|b| b - b'0'));
        pieces.push((start, start + piece.len()));
        lengths.push(shown.len());
        at += item.len() + 1;
    }
    let is_split = matches!(lengths[..], [4, 4, 4, 4] | [4, 4, 4, 4, 3] | [4, 6, 4 | 5]);
    (is_split && numbers::is_card(&digits)).then_some(pieces)
}
