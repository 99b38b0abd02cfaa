//! Finds what the optional detectors describe.

use super::{Context, Detector, Set, Shape};
use crate::redact::{Hit, Kind};

/// Finds them at the beginnings of words. `told` are those that the key of the text tells of.
pub(in crate::redact) fn scan(text: &str, on: Set, told: Set, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let begins = match bytes[at] {
            b':' => before != Some(b':') && bytes.get(at + 1) == Some(&b':'),
            sign => sign.is_ascii_alphanumeric(),
        };
        let apart = !before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
        let found = (begins && apart).then(|| {
            on.members().find_map(|(one, detector)| {
                Some((detector.find(text, at, told.has(one))?, detector.kind))
            })
        });
        match found.flatten() {
            Some((end, kind)) => {
                hits.push(Hit { start: at, end, kind });
                at = end;
            }
            None => at += 1,
        }
    }
}

/// What a number without text around it is, under a key that tells of these. It has lost its zeros at
/// the front.
pub(in crate::redact) fn number(told: Set, digits: &[u8]) -> Option<Kind> {
    let zeros = digits.len()..=digits.len() + ZEROS;
    told.members().find_map(|(_, detector)| {
        zeros.clone().find_map(|length| {
            let text: String = std::iter::repeat_n(0, length - digits.len())
                .chain(digits.iter().copied())
                .map(|digit| char::from(b'0' + digit))
                .collect();
            (detector.find(&text, 0, true)? == length).then_some(detector.kind)
        })
    })
}

/// How many zeros at its front a number may have lost.
const ZEROS: usize = 3;

impl Set {
    /// The fewest digits of a whole number that one of these masks.
    pub(in crate::redact) fn least_digits(self) -> Option<usize> {
        self.members().filter_map(|(_, detector)| detector.least_digits()).min()
    }
}

impl Detector {
    /// The end of what begins here.
    fn find(&self, text: &str, at: usize, told: bool) -> Option<usize> {
        let (end, alone) = match self.shape {
            Shape::Built => None,
            Shape::Laid { alone, beside, valid } => {
                let alone = alone.iter().map(|shape| (shape, true));
                let mut all = alone.chain(beside.iter().map(|shape| (shape, false)));
                all.find_map(|(shape, alone)| Some((laid(text, at, shape, valid)?, alone)))
            }
            Shape::Word { prefixes, least, most, valid } => {
                let rest = &text.as_bytes()[at..];
                let begins = prefixes.iter().any(|prefix| rest.starts_with(prefix.as_bytes()));
                let signs = rest.iter().take(most + 1);
                let length = if begins {
                    signs.take_while(|b| b.is_ascii_alphanumeric()).count()
                } else {
                    0
                };
                let fits = (least..=most).contains(&length)
                    && is_apart(text, at, at + length)
                    && valid(&rest[..length]);
                fits.then_some((at + length, true))
            }
            Shape::Read { read, alone } => read(text, at).map(|end| (end, alone)),
        }?;
        let fits = match self.context {
            Context::None => true,
            Context::Needs(_) => alone || told || self.is_said_before(text, at),
            Context::Refuses(_) => !told && !self.is_said_before(text, at),
        };
        fits.then_some(end)
    }

    fn least_digits(&self) -> Option<usize> {
        match self.shape {
            Shape::Laid { beside, .. } => {
                let bare = beside.iter().filter(|shape| shape.bytes().all(|b| b == b'#'));
                bare.map(|shape| shape.len() - ZEROS).min()
            }
            // A date of eight digits.
            Shape::Read { alone: false, .. } => Some(8 - ZEROS),
            _ => None,
        }
    }
}

/// The end of what has this shape and stands apart.
fn laid(text: &str, at: usize, shape: &str, valid: fn(&[u8]) -> bool) -> Option<usize> {
    const MOST: usize = 24;
    let signs = text.as_bytes().get(at..at + shape.len())?;
    let (mut kept, mut count) = ([0; MOST], 0);
    for (sign, wanted) in signs.iter().zip(shape.bytes()) {
        let fits = match wanted {
            b'#' => sign.is_ascii_digit(),
            b'@' => sign.is_ascii_alphabetic(),
            b'*' => sign.is_ascii_alphanumeric(),
            other => {
                if *sign != other {
                    return None;
                }
                continue;
            }
        };
        if !fits || count == MOST {
            return None;
        }
        kept[count] = sign.to_ascii_uppercase();
        count += 1;
    }
    let end = at + shape.len();
    // Groups among more groups are a longer number.
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let within = (text[..at].ends_with(' ') && at >= 2 && digit(at - 2))
        || (text[end..].starts_with(' ') && digit(end + 1));
    if shape.contains(' ') && within {
        return None;
    }
    (is_apart(text, at, end) && valid(&kept[..count])).then_some(end)
}

/// Whether no more of the same word or number stands on either side.
fn is_apart(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let alphanumeric = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let before = match start.checked_sub(1).map(|before| bytes[before]) {
        Some(b'-' | b'+') => start >= 2 && alphanumeric(start - 2),
        Some(b'.' | b',') => start >= 2 && digit(start - 2),
        Some(b'$' | b'#') => true,
        _ => text[..start].ends_with(char::is_alphanumeric),
    };
    let after = match bytes.get(end) {
        Some(b'_' | b'%') => true,
        Some(b'-') => alphanumeric(end + 1),
        Some(b'.' | b',' | b':') => digit(end + 1),
        _ => text[end..].starts_with(char::is_alphanumeric),
    };
    !before && !after
}
