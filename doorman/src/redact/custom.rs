//! Finds what the user's detectors describe.

use super::{
    detector::Detector,
    keys,
    kinds::{Kind, Names},
    mask,
    rules::{Hit, Rules},
};

/// How much of a text is matched at once, so that the work stays linear whatever the pattern.
const WINDOW: usize = 2048;

/// The user's detectors that a key tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Told(u64);

impl Told {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u64::MAX);
}

/// Those that a key with these words tells of.
pub(super) fn told(rules: &Rules, words: &[String]) -> Told {
    let told = rules.custom.iter().enumerate().filter(|(_, one)| one.is_told_by(words));
    Told(told.fold(0, |told, (place, _)| told | 1 << place))
}

/// Finds what they match. `told` are those that the key of the text tells of.
pub(super) fn scan(rules: &Rules, text: &str, told: Told, hits: &mut Vec<Hit>) {
    for (place, detector) in rules.custom.iter().enumerate() {
        let kind = u8::try_from(place).map_or(Kind::Secret, Kind::Custom);
        if rules.only.has(kind) {
            let found =
                Search { detector, text, names: &rules.names, told: told.0 >> place & 1 == 1 };
            found.all(|start, end| hits.push(Hit { start, end, kind }));
        }
    }
}

struct Search<'a> {
    detector: &'a Detector,
    text: &'a str,
    names: &'a Names,
    told: bool,
}

impl Search<'_> {
    fn all(&self, mut tell: impl FnMut(usize, usize)) {
        let text = self.text;
        let mut at = 0;
        while at < text.len() {
            let to = floor(text, at + WINDOW);
            match self.detector.pattern.find_at(&text[..to], at) {
                None if to == text.len() => break,
                // What begins in the second half can go on behind it.
                None => at = floor(text, at + WINDOW / 2),
                Some(found) if found.end() == to && to < text.len() && found.start() > at => {
                    at = found.start();
                }
                Some(found) if found.is_empty() => {
                    at = found.end() + text[found.end()..].chars().next().map_or(1, char::len_utf8);
                }
                Some(found) => {
                    at = found.end();
                    if self.holds(found.start(), found.as_str())
                        && let Some((start, end)) = self.beside_masks(found.start(), found.end())
                    {
                        tell(start, end);
                        at = at.max(end);
                    }
                }
            }
        }
    }

    fn holds(&self, start: usize, found: &str) -> bool {
        let detector = self.detector;
        (detector.words.is_empty() || self.told || self.is_said_before(start))
            && detector.check.is_none_or(|check| check(found))
    }

    /// Whether a word of the context stands within 40 bytes before.
    fn is_said_before(&self, at: usize) -> bool {
        let from = floor(self.text, at.saturating_sub(40));
        let window = &self.text[from..at];
        // A word that the window cuts is no word.
        let cut = self.text[..from].ends_with(char::is_alphanumeric);
        let whole = if cut { window.find(|c: char| !c.is_alphanumeric()) } else { Some(0) };
        whole.is_some_and(|whole| self.detector.is_told_by(&keys::words(&window[whole..])))
    }

    /// A range, with the whole of a mask that it cuts; `None` where it lies within one.
    fn beside_masks(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let around = |at: usize| {
            let from = floor(self.text, at.saturating_sub(mask::LONGEST));
            let to = (at..self.text.len())
                .find(|to| self.text.is_char_boundary(*to))
                .unwrap_or(self.text.len());
            let mut masks = self.text[from..to].match_indices('«').map(|(open, _)| from + open);
            masks.find_map(|open| {
                let length = mask::length_of(&self.text[open..], self.names);
                (open + length > at).then_some((open, open + length))
            })
        };
        let begun = around(start + 1);
        if begun.is_some_and(|(_, last)| end <= last) {
            return None;
        }
        let cut = around(end).filter(|(first, _)| *first >= start);
        Some((begun.map_or(start, |(first, _)| first), cut.map_or(end, |(_, last)| last)))
    }
}

/// The last boundary of characters up to there.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::{Detector, Redactor};

    fn redactor(pattern: &str) -> Redactor {
        Redactor::new().with_detectors([Detector::pattern("own", pattern).unwrap()]).unwrap()
    }

    #[test]
    fn a_pattern_matches_wherever_a_window_ends() {
        let redactor = redactor(r"EMP-\d{6}");
        for length in (1_000..1_100).chain(2_000..2_100) {
            let text = format!("{} EMP-204611{}", "é ".repeat(length / 3), " ,".repeat(3000));
            assert_eq!(redactor.text(&text).redactions().total(), 1, "{length}");
        }
    }

    #[test]
    fn a_mask_is_not_matched_and_not_cut() {
        for pattern in [r"\w+", r"[a-z]+", ".+", "redacted", r"x.*\w", r"\w+».+", "«"] {
            let redactor = redactor(pattern);
            for text in ["«redacted»", "x «redacted»", "«own» x", "ann@example.com x"] {
                let once = redactor.text(text).into_content();
                let twice = redactor.text(&once);
                assert_eq!(twice.content(), &once, "{pattern} in {text}");
            }
        }
    }

    #[test]
    fn patterns_that_look_far_ahead_take_linear_time() {
        let redactor = redactor(".*[^A-Z]|[A-Z]");
        let text = "A".repeat(1 << 15);
        assert!(redactor.text(&text).redactions().total() > 0);
    }
}
