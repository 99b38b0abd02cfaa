//! To redact twice is to redact once: what a mask brings together is looked at again.

use std::fmt::Write as _;

use super::{
    Hit, Kind,
    engine::Edit,
    mask::{Form, MASK},
    sweep::merged,
};

/// How often a text is looked at again. What has not come to an end by then is masked whole.
const MOST: usize = 8;

/// The hits of a text, and those that they bring about. `once` is enough within a text that is looked at
/// again as a whole.
pub(super) fn hits(
    once: bool,
    text: &str,
    first: Vec<Hit>,
    find: impl Fn(&str) -> Vec<Hit>,
) -> Vec<Hit> {
    let mut hits = first;
    // Of a text that is masked whole nothing is left.
    let whole = hits.first().is_some_and(|hit| hit.start == 0 && hit.end == text.len());
    if once || whole {
        return hits;
    }
    for _ in 0..MOST {
        if hits.is_empty() {
            return hits;
        }
        let (masked, back) = masked(text, hits.iter().map(|hit| Edit::from(*hit)));
        let more = find(&masked);
        if more.is_empty() {
            return hits;
        }
        hits.extend(more.into_iter().map(|hit| back.hit(hit)));
        hits = merged(hits);
    }
    all_of(text, hits.first().map(|hit| hit.kind))
}

/// The edits of a text that is no document, and those that they bring about.
pub(super) fn edits(text: &str, find: impl Fn(&str) -> Vec<Edit>) -> Vec<Edit> {
    let mut edits = find(text);
    for _ in 0..MOST {
        if edits.is_empty() {
            return edits;
        }
        let (masked, back) = masked(text, edits.iter().copied());
        let more = find(&masked);
        if more.is_empty() {
            return edits;
        }
        edits = joined(edits, more.into_iter().map(|edit| back.edit(edit)));
    }
    all_of(text, edits.first().map(|edit| edit.kind)).into_iter().map(Edit::from).collect()
}

/// All of a text, as a kind that is masked.
fn all_of(text: &str, kind: Option<Kind>) -> Vec<Hit> {
    kind.map(|kind| Hit { start: 0, end: text.len(), kind }).into_iter().collect()
}

/// Edits in order and apart; what overlaps is one, in the form of the newer where that holds all of it.
fn joined(edits: Vec<Edit>, more: impl Iterator<Item = Edit>) -> Vec<Edit> {
    let mut all: Vec<(Edit, bool)> = edits.into_iter().map(|edit| (edit, false)).collect();
    all.extend(more.map(|edit| (edit, true)));
    all.sort_by_key(|(edit, newer)| (edit.start, std::cmp::Reverse(edit.end), !newer));
    all.dedup_by(|(next, newer), (last, _)| {
        if next.start >= last.end {
            return false;
        }
        if next.end > last.end {
            last.end = next.end;
            last.form = Form::Inline;
        } else if *newer {
            // What is masked already is masked in a wider one.
            last.form = Form::Inline;
        }
        true
    });
    all.into_iter().map(|(edit, _)| edit).collect()
}

/// A text with its edits, which are in order and apart.
pub(super) fn masked(text: &str, edits: impl Iterator<Item = Edit>) -> (String, Back) {
    let (mut masked, mut pieces, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
    for edit in edits {
        masked.push_str(&text[at..edit.start]);
        let start = masked.len();
        write(&mut masked, edit.form);
        pieces.push(Piece { start, end: masked.len(), from: edit.start, to: edit.end });
        at = edit.end;
    }
    masked.push_str(&text[at..]);
    (masked, Back { pieces })
}

/// What is put in, as it looks without a style.
fn write(masked: &mut String, form: Form) {
    let depth = match form {
        Form::Inline => return masked.push_str(MASK),
        Form::Quoted { depth } | Form::Key { depth, .. } => depth,
        Form::LastFour => 0,
    };
    let quote = format!("{}\"", "\\".repeat((1 << depth) - 1));
    masked.push_str(&quote);
    match form {
        Form::Key { number, .. } if number > 1 => {
            let _ = write!(masked, "«redacted {number}»");
        }
        _ => masked.push_str(MASK),
    }
    masked.push_str(&quote);
}

/// A mask in a text, and what it stands for.
struct Piece {
    start: usize,
    end: usize,
    from: usize,
    to: usize,
}

/// The way back from a masked text.
pub(super) struct Back {
    pieces: Vec<Piece>,
}

impl Back {
    pub(super) fn hit(&self, hit: Hit) -> Hit {
        let (start, end) = self.range(hit.start, hit.end);
        Hit { start, end, ..hit }
    }

    fn edit(&self, edit: Edit) -> Edit {
        let (start, end) = self.range(edit.start, edit.end);
        Edit { start, end, ..edit }
    }

    fn range(&self, start: usize, end: usize) -> (usize, usize) {
        (self.origin(start).0, self.origin(end - 1).1)
    }

    /// The range of the original that a byte of the masked text stands for.
    fn origin(&self, at: usize) -> (usize, usize) {
        let before = self.pieces.partition_point(|piece| piece.start <= at);
        let Some(piece) = before.checked_sub(1).map(|last| &self.pieces[last]) else {
            return (at, at + 1);
        };
        if at < piece.end {
            return (piece.from, piece.to);
        }
        let at = at - piece.end + piece.to;
        (at, at + 1)
    }
}
