//! The engine: rules and an input in, edits out. What is inside may change without anyone noticing.

use super::{
    Hit, Kind, MASK, Rules, catalogue, custom, fold, json, keys::Said, mail, mask::Form, numbers, pairs,
    secrets,
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

/// How often JSON in a string in JSON is followed; what is deeper is read as text.
const DEPTH: u8 = 3;

/// The seam: everything that redacts goes through here, and a faster engine takes this one's place
/// here. Edits are in order and do not overlap; the work is linear in the input.
pub(super) fn redact(rules: &Rules, input: Input<'_>) -> Vec<Edit> {
    let edits = match input {
        Input::Json(text) => json::edits(rules, text, DEPTH)
            .unwrap_or_else(|| plain(rules, text, Said::default(), DEPTH)),
        Input::Text(text) => plain(rules, text, Said::default(), DEPTH),
    };
    ordered(edits)
}

/// Sorts edits; of two that overlap, the wider one stays.
fn ordered(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
    let mut reached = 0;
    edits.retain(|edit| {
        let apart = edit.start >= reached;
        reached = reached.max(edit.end);
        apart
    });
    edits
}

/// The edits of a text: documents in it by the rules of JSON, the rest by patterns.
pub(super) fn plain(rules: &Rules, text: &str, said: Said, depth: u8) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut done = 0;
    if depth > 0 {
        // What looks like a document and is none may be read again from its next bracket, so often
        // and no more.
        let mut patience = 4 * text.len() + 1024;
        let mut at = 0;
        while let Some(open) = text[at..].find(['{', '[']).map(|open| at + open) {
            at = open + 1;
            let inner = text[at..].trim_start_matches([' ', '\n', '\r', '\t']);
            let likely = inner.starts_with(['"', '{']) || (inner.starts_with('[') && open == 0);
            if !likely || patience == 0 {
                continue;
            }
            match json::first(rules, &text[open..], depth - 1) {
                Ok((found, length)) => {
                    edits.extend(gap(rules, &text[done..open], done, said));
                    edits.extend(found.into_iter().map(|edit| moved(edit, open)));
                    done = open + length;
                    at = done;
                }
                // The rest of what is cut off or malformed is read as text.
                Err(json::Broken { read, kept: Some((found, length)) }) => {
                    edits.extend(gap(rules, &text[done..open], done, said));
                    edits.extend(found.into_iter().map(|edit| moved(edit, open)));
                    done = open + length;
                    at = done;
                    patience = patience.saturating_sub(read.saturating_sub(length));
                }
                Err(json::Broken { read, kept: None }) => patience = patience.saturating_sub(read),
            }
        }
    }
    edits.extend(gap(rules, &text[done..], done, said));
    edits
}

fn gap(rules: &Rules, text: &str, offset: usize, said: Said) -> impl Iterator<Item = Edit> {
    hits(rules, text, said).into_iter().map(move |hit| Edit {
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
pub(super) fn hits(rules: &Rules, text: &str, said: Said) -> Vec<Hit> {
    const ROUNDS: usize = 4;
    let mut hits = once(rules, text, said);
    for _ in 0..ROUNDS {
        if hits.is_empty() {
            break;
        }
        let (masked, back) = masked(text, &hits);
        let more = once(rules, &masked, said);
        if more.is_empty() {
            break;
        }
        hits.extend(more.into_iter().map(|hit| Hit {
            start: back.origin(hit.start).0,
            end: back.origin(hit.end - 1).1,
            kind: hit.kind,
        }));
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
fn once(rules: &Rules, text: &str, said: Said) -> Vec<Hit> {
    let Some(copied) = fold::folded(text) else { return detect(rules, text, said) };
    let found = detect(rules, &copied.text, said).into_iter().map(|hit| {
        let (start, end) = copied.origin(hit.start, hit.end);
        Hit { start, end, kind: hit.kind }
    });
    merged(found.collect())
}

fn detect(rules: &Rules, text: &str, said: Said) -> Vec<Hit> {
    let mut hits = Vec::new();
    if rules.too_short(text) && said == Said::default() {
        return hits;
    }
    let (mut digits, mut at_sign, mut sign, mut run, mut longest) =
        (0usize, false, false, 0usize, 0);
    for byte in text.bytes() {
        digits += usize::from(byte.is_ascii_digit());
        at_sign |= byte == b'@';
        sign |= matches!(byte, b':' | b'=' | b' ' | b',' | b'>');
        run = if byte.is_ascii_graphic() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if sign {
        pairs::scan(text, rules, &mut hits);
    }
    if longest >= 15 || text.contains("-----BEGIN") {
        secrets::scan(text, &mut hits);
    }
    if digits >= 7 {
        numbers::scan(text, said.hint, &mut hits);
    }
    if !rules.kinds.is_empty() {
        catalogue::scan(text, rules.kinds, said.told, &mut hits);
    }
    if !rules.custom.is_empty() {
        custom::scan(rules, text, custom::Told::default(), &mut hits);
    }
    if at_sign {
        let known = merged(hits.clone());
        let mut found = Vec::new();
        mail::scan(text, &mut found);
        // `user:password@host` is no address: its password is masked already.
        let apart = |hit: &Hit| {
            let next = known.partition_point(|known| known.end <= hit.start);
            known.get(next).is_none_or(|known| known.start >= hit.end)
        };
        hits.extend(found.into_iter().filter(apart));
    }
    hits.retain(|hit| rules.only.has(hit.kind));
    merged(hits)
}

/// In order, and what overlaps as one, of the kind of what begins first.
fn merged(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
    let mut merged: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match merged.last_mut() {
            Some(last) if hit.start < last.end => last.end = last.end.max(hit.end),
            _ => merged.push(hit),
        }
    }
    merged
}
