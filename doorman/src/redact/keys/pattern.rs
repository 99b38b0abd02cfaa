//! Keys that a user names: globs over one key, or over the last keys of a path.

use super::{Key, MOST, words};
use crate::spec::is_hidden;

/// One of the user's keys: globs over the last keys of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::redact) struct Pattern {
    written: String,
    segments: Vec<Segment>,
}

impl Pattern {
    /// Reads a glob over a key, or several with dots between them.
    pub(in crate::redact) fn parse(text: &str) -> Option<Self> {
        let seen = !text.chars().any(|c| c.is_control() || is_hidden(c));
        let fits = !text.trim().is_empty() && text.len() <= MOST && seen;
        let segments = text.trim().split('.').map(Segment::parse);
        let segments = fits.then(|| segments.collect::<Option<Vec<_>>>())??;
        Some(Self { written: text.to_owned(), segments })
    }

    /// The pattern as the user wrote it.
    pub(in crate::redact) fn written(&self) -> &str {
        &self.written
    }

    /// How many keys of a path it tells of.
    pub(in crate::redact) fn length(&self) -> usize {
        self.segments.len()
    }

    /// Whether the last keys of a path are those meant; or the last one alone, where it is written
    /// with dots itself.
    pub(in crate::redact) fn matches(&self, above: &[Key], key: &Key) -> bool {
        let Some((last, others)) = self.segments.split_last() else { return false };
        if others.is_empty() {
            return last.matches(key);
        }
        let above = above.len().checked_sub(others.len()).map(|from| &above[from..]);
        let by_path = last.matches(key)
            && above.is_some_and(|above| {
                others.iter().zip(above).all(|(segment, key)| segment.matches(key))
            });
        by_path || self.matches_flat(key)
    }

    /// Whether a path that ends with this key may be one that is meant.
    pub(in crate::redact) fn may_end_with(&self, key: &Key) -> bool {
        self.segments.len() > 1 && self.segments.last().is_some_and(|last| last.matches(key))
    }

    fn matches_flat(&self, key: &Key) -> bool {
        let flat: Vec<&str> = self.segments.iter().map(|segment| segment.glob.as_str()).collect();
        glob(&flat.join("_"), &key.joined)
    }
}

/// A glob over one key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    glob: String,
    /// The same without separators; none where a separator at a `*` says where a word ends.
    run_together: Option<String>,
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let pieces: Vec<&str> = text.split('*').collect();
        let mut glob_text = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                glob_text.push('*');
            }
            let joined = words(piece).join("_");
            let separator = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric());
            if at > 0 && separator(piece.chars().next()) {
                glob_text.push('_');
            }
            glob_text.push_str(&joined);
            if at + 1 < pieces.len() && !joined.is_empty() && separator(piece.chars().last()) {
                glob_text.push('_');
            }
        }
        let bound = glob_text.contains("*_") || glob_text.contains("_*");
        let run_together = (!bound).then(|| glob_text.replace('_', ""));
        // A key of nothing but signs would match every other one.
        (!glob_text.is_empty()).then_some(Self { glob: glob_text, run_together })
    }

    fn matches(&self, key: &Key) -> bool {
        let together = |globbed: &String| glob(globbed, &key.joined.replace('_', ""));
        glob(&self.glob, &key.joined) || self.run_together.as_ref().is_some_and(together)
    }
}

/// Whether a text is what a glob with `*` means: greedy, without going back more than once.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(before) = last.replace(piece) {
            let Some(at) = rest.find(before) else { return false };
            rest = &rest[at + before.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}
