//! JSON walked as bytes, without recursion: every key is judged, every scalar looked at.

mod scalars;
mod siblings;
mod tokens;
mod walker;

use super::{engine::Edit, judge::Judge};

use self::walker::Walker;
#[cfg(test)]
pub(super) use self::walker::{Takes, takes};
pub(super) use self::{scalars::number_kind, tokens::string_end};

/// The edits of a whole document; `None` where it is none.
pub(super) fn edits(judge: &Judge<'_>, text: &str) -> Option<Vec<Edit>> {
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let (edits, end) = walk(judge, text, start).ok()?;
    text[end..].bytes().all(tokens::is_blank).then_some(edits)
}

/// The edits of the document that a text begins with, and its length; or what there was of one.
pub(super) fn first(judge: &Judge<'_>, text: &str) -> Result<(Vec<Edit>, usize), Broken> {
    walk(judge, text, 0)
}

/// A document that is cut off or malformed.
pub(super) struct Broken {
    /// How far it was read.
    pub(super) read: usize,
    /// The edits of what was well-formed, and how far that reaches; none where no value was.
    pub(super) kept: Option<(Vec<Edit>, usize)>,
}

fn walk(judge: &Judge<'_>, text: &str, start: usize) -> Result<(Vec<Edit>, usize), Broken> {
    let mut walker = Walker::new(judge, text, start, Vec::new());
    let end = walker.run();
    if end.is_none() {
        walker.cut();
    }
    if walker.wanted.is_empty() {
        return walker.done(end);
    }
    // Names that came after their containers: a second walk knows what to mask in those.
    let mut forced = std::mem::take(&mut walker.wanted);
    forced.sort_unstable();
    forced.dedup_by(|next, before| {
        let within = next.0 < before.1;
        if within {
            before.1 = before.1.max(next.1);
        }
        within
    });
    let mut walker = Walker::new(judge, text, start, forced);
    let end = walker.run();
    if end.is_none() {
        walker.cut();
    }
    walker.done(end)
}
