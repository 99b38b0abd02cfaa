//! The engine: rules and an input in, edits out. What is inside may change without anyone noticing.

use super::{
    Hit, Kind, Rules, fold, json,
    judge::Judge,
    keys::Said,
    mask::{self, Form},
    rounds,
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

impl From<Hit> for Edit {
    fn from(Hit { start, end, kind }: Hit) -> Self {
        Self { start, end, kind, form: Form::Inline }
    }
}

/// The seam: everything that redacts goes through here. Edits are in order and do not overlap; the work is
/// linear in the input.
pub(super) fn redact(rules: &Rules, input: Input<'_>) -> Vec<Edit> {
    let (Input::Json(text) | Input::Text(text)) = input;
    let judge = Judge::new(rules, text.len());
    let document = match input {
        Input::Json(text) => json::edits(&judge, text).map(ordered),
        Input::Text(_) => None,
    };
    document.unwrap_or_else(|| plain(&judge, text, Said::NOTHING))
}

/// Sorts edits; of two that overlap, the wider one stays.
fn ordered(mut edits: Vec<Edit>) -> Vec<Edit> {
    if !edits.is_sorted_by(|edit, next| edit.end <= next.start) {
        edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
        edits.dedup_by(|next, edit| next.start < edit.end);
    }
    edits
}

/// The edits of a text.
pub(super) fn plain(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Edit> {
    if judge.settles.get() || memchr::memchr2(b'{', b'[', text.as_bytes()).is_none() {
        return once_through(judge, text, said);
    }
    judge.settles.set(true);
    let edits = rounds::edits(text, |text| once_through(judge, text, said));
    judge.settles.set(false);
    edits
}

/// Documents in a text by the rules of JSON, the rest by patterns.
fn once_through(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Edit> {
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
    ordered(edits)
}

fn gap(judge: &Judge<'_>, text: &str, offset: usize, said: Said) -> impl Iterator<Item = Edit> {
    hits(judge, text, said).into_iter().map(move |hit| moved(hit.into(), offset))
}

fn moved(edit: Edit, by: usize) -> Edit {
    Edit { start: edit.start + by, end: edit.end + by, ..edit }
}

/// The places in a text that patterns mask, in order and apart.
pub(super) fn hits(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Hit> {
    if judge.rules.too_short(text) && said == Said::NOTHING {
        return Vec::new();
    }
    let named = mask::named(text, &judge.rules.names);
    if named.is_empty() {
        return rounds::hits(judge.settles.get(), text, |text| once(judge, text, said));
    }
    // What masks say is no context for what stands beside them.
    let (alike, back) = rounds::masked(text, named.iter().map(|hit| Edit::from(*hit)));
    hits(judge, &alike, said).into_iter().map(|hit| back.hit(hit)).collect()
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
