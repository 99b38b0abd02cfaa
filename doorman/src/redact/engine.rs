//! The engine: rules and an input in, edits out. What is inside may change without anyone noticing.

use super::{
    Hit, Kind, MASK, Rules, fold, json,
    judge::Judge,
    keys::Said,
    mask::{self, Form},
    sweep::{merged, sweep},
};

/// What is to be redacted.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// A JSON document, or what was to be one.
    Json(&'a str),
    Text(&'a str),
}

/// A range of the input, and what stands there instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) form: Form,
}

/// The seam: everything that redacts goes through here. Edits are in order and do not overlap; the work is
/// linear in the input.
pub(super) fn redact(rules: &Rules, input: Input<'_>) -> Vec<Edit> {
    let (Input::Json(text) | Input::Text(text)) = input;
    let judge = Judge::new(rules, text.len());
    let document = match input {
        Input::Json(text) => json::edits(&judge, text),
        Input::Text(_) => None,
    };
    ordered(document.unwrap_or_else(|| plain(&judge, text, Said::NOTHING)))
}

/// Sorts edits; of two that overlap, the wider one stays.
fn ordered(mut edits: Vec<Edit>) -> Vec<Edit> {
    if !edits.is_sorted_by(|edit, next| edit.end <= next.start) {
        edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
        edits.dedup_by(|next, edit| next.start < edit.end);
    }
    edits
}

/// The edits of a text: documents in it by the rules of JSON, the rest by patterns.
pub(super) fn plain(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut done = 0;
    // What looks like a document and is none may be read again from its next bracket, so often and no
    // more.
    let mut patience = 4 * text.len() + 1024;
    let mut at = 0;
    while let Some(open) = memchr::memchr2(b'{', b'[', &text.as_bytes()[at..]).map(|o| at + o) {
        at = open + 1;
        let inner = text[at..].trim_start_matches([' ', '\n', '\r', '\t']);
        let likely = inner.starts_with(['"', '{']) || (inner.starts_with('[') && open == 0);
        if !likely || patience == 0 {
            continue;
        }
        let Some(document) = judge.inside(|| json::first(judge, &text[open..])) else { break };
        let (found, length) = match document {
            Ok(whole) => whole,
            // The rest of what is cut off or malformed is read as text.
            Err(json::Broken { read, kept: Some((found, length)) }) => {
                patience = patience.saturating_sub(read.saturating_sub(length));
                (found, length)
            }
            Err(json::Broken { read, kept: None }) => {
                patience = patience.saturating_sub(read);
                continue;
            }
        };
        edits.extend(gap(judge, &text[done..open], done, said));
        edits.extend(found.into_iter().map(|edit| moved(edit, open)));
        done = open + length;
        at = done;
    }
    edits.extend(gap(judge, &text[done..], done, said));
    edits
}

fn gap(judge: &Judge<'_>, text: &str, offset: usize, said: Said) -> impl Iterator<Item = Edit> {
    hits(judge, text, said).into_iter().map(move |hit| Edit {
        start: offset + hit.start,
        end: offset + hit.end,
        kind: hit.kind,
        form: Form::Inline,
    })
}

fn moved(edit: Edit, by: usize) -> Edit {
    Edit { start: edit.start + by, end: edit.end + by, ..edit }
}

/// The places in a text that patterns mask, in order and apart. What a mask brings together is looked
/// at again, so that to redact twice changes nothing.
pub(super) fn hits(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Hit> {
    const ROUNDS: usize = 4;
    if judge.rules.too_short(text) && said == Said::NOTHING {
        return Vec::new();
    }
    let named = mask::named(text, &judge.rules.names);
    if !named.is_empty() {
        // What masks say is no context for what stands beside them.
        let (alike, back) = masked(text, &named);
        return hits(judge, &alike, said).into_iter().map(|hit| back.hit(hit)).collect();
    }
    let mut hits = once(judge, text, said);
    for _ in 0..ROUNDS {
        if hits.is_empty() {
            break;
        }
        let (masked, back) = masked(text, &hits);
        let more = once(judge, &masked, said);
        if more.is_empty() {
            break;
        }
        hits.extend(more.into_iter().map(|hit| back.hit(hit)));
        hits = merged(hits);
    }
    hits
}

/// A text with its hits masked.
fn masked(text: &str, hits: &[Hit]) -> (String, Back) {
    let (mut masked, mut pieces, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
    for hit in hits {
        masked.push_str(&text[at..hit.start]);
        pieces.push((masked.len(), hit.start, hit.end));
        masked.push_str(MASK);
        at = hit.end;
    }
    masked.push_str(&text[at..]);
    (masked, Back { pieces })
}

/// The way back from a masked text: where each mask stands in it, and for what.
struct Back {
    pieces: Vec<(usize, usize, usize)>,
}

impl Back {
    fn hit(&self, hit: Hit) -> Hit {
        Hit { start: self.origin(hit.start).0, end: self.origin(hit.end - 1).1, kind: hit.kind }
    }

    /// The range of the original that a byte of the masked text stands for.
    fn origin(&self, at: usize) -> (usize, usize) {
        let before = self.pieces.partition_point(|(start, ..)| *start <= at);
        let Some((start, from, to)) = before.checked_sub(1).map(|last| self.pieces[last]) else {
            return (at, at + 1);
        };
        if at < start + MASK.len() {
            return (from, to);
        }
        let at = at - (start + MASK.len()) + to;
        (at, at + 1)
    }
}

/// Every detector, once.
fn once(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Hit> {
    let Some(copied) = fold::folded(text) else { return sweep(judge, text, said) };
    let found = sweep(judge, &copied.text, said).into_iter().map(|hit| {
        let (start, end) = copied.origin(hit.start, hit.end);
        Hit { start, end, kind: hit.kind }
    });
    merged(found.collect())
}
