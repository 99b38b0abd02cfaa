//! The engine: rules and an input in, edits out. What is inside may change without anyone noticing.

use smallvec::SmallVec;

use super::{
    Hit, Kind, Rules,
    fold::{self, Copied},
    json,
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
    if let Input::Text(_) = input {
        return plain(&judge, text, Said::NOTHING);
    }
    document(&judge, text).unwrap_or_else(|| {
        // What is masked may make a document of what was none.
        let find = |text: &str| {
            document(&judge, text).unwrap_or_else(|| once_through(&judge, text, Said::NOTHING))
        };
        settled(&judge, text, find)
    })
}

fn document(judge: &Judge<'_>, text: &str) -> Option<Vec<Edit>> {
    json::edits(judge, text).map(ordered)
}

/// Sorts edits; two that overlap are one, and all of both is masked.
fn ordered(mut edits: Vec<Edit>) -> Vec<Edit> {
    if !edits.is_sorted_by(|edit, next| edit.end <= next.start) {
        edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
        edits.dedup_by(|next, edit| {
            if next.start < edit.end && next.end > edit.end {
                edit.end = next.end;
                edit.form = Form::Inline;
            }
            next.start < edit.end
        });
    }
    edits
}

/// The edits of a text.
pub(super) fn plain(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Edit> {
    if judge.settles.get() || memchr::memchr2(b'{', b'[', text.as_bytes()).is_none() {
        return once_through(judge, text, said);
    }
    settled(judge, text, |text| once_through(judge, text, said))
}

/// The edits of a text that is looked at again as a whole.
fn settled(judge: &Judge<'_>, text: &str, find: impl Fn(&str) -> Vec<Edit>) -> Vec<Edit> {
    judge.settles.set(true);
    let edits = rounds::edits(text, find);
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
        // `environ["KEY"]` is no document.
        let before = open.checked_sub(1).map(|before| text.as_bytes()[before]);
        let indexes = before.is_some_and(|b| b.is_ascii_alphanumeric() || b"_])".contains(&b));
        let likely = likely && !(indexes && text[open..].starts_with('['));
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
        let first = once(judge, text, said);
        return rounds::hits(judge.settles.get(), text, first, |text| once(judge, text, said));
    }
    // What masks say is no context for what stands beside them.
    let (alike, back) = rounds::masked(text, named.iter().map(|hit| Edit::from(*hit)));
    hits(judge, &alike, said).into_iter().map(|hit| back.hit(hit)).collect()
}

/// The places in a text that has no documents in it, and no signs that are spelt otherwise.
pub(super) fn as_it_says(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Hit> {
    let first = sweep(judge, text, said);
    rounds::hits(judge.settles.get(), text, first, |text| sweep(judge, text, said))
}

/// Every detector, once.
fn once(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Hit> {
    // What is encoded twice is read twice.
    const MOST: usize = 3;
    let mut copies: SmallVec<[Copied; 1]> = SmallVec::new();
    while let Some(copied) = fold::folded(copies.last().map_or(text, |copied| &copied.text)) {
        copies.push(copied);
        if copies.len() == MOST {
            break;
        }
    }
    let found = sweep(judge, copies.last().map_or(text, |copied| &copied.text), said);
    if copies.is_empty() {
        return found;
    }
    let back = |hit: Hit| {
        let range = copies
            .iter()
            .rev()
            .fold((hit.start, hit.end), |(start, end), copied| copied.origin(start, end));
        Hit { start: range.0, end: range.1, ..hit }
    };
    merged(found.into_iter().map(back).collect())
}
