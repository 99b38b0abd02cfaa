//! A walk along a document, in step with the automaton.

use std::{borrow::Cow, collections::HashSet};

use crate::redact::{
    json::string_end,
    mask::{self, Form},
};

use super::{At, Declared, OBJECT, SCALAR, Style};

/// A declared place in a document, and how it is masked; not at all where it is already.
pub(super) struct Claim {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) form: Option<Form>,
}

/// An open object or array.
struct Frame {
    is_array: bool,
    at: At,
    /// How many items there were.
    count: usize,
    /// Whether a key comes next.
    key: bool,
    /// The claims that are keys, and the numbers of those that were masked already.
    masked: Vec<usize>,
    taken: HashSet<u32>,
}

/// A walk along a document that is known to be well-formed.
pub(super) struct Walker<'a> {
    pub(super) declared: &'a Declared,
    pub(super) text: &'a str,
    pub(super) claims: Vec<Claim>,
}

impl Walker<'_> {
    pub(super) fn walk(mut self) -> Vec<Claim> {
        let bytes = self.text.as_bytes();
        let mut frames: Vec<Frame> = Vec::new();
        // Where the value that comes next stands.
        let mut next = self.declared.start;
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            let start = at;
            at += 1;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' => {}
                b'{' | b'[' => {
                    let is_array = byte == b'[';
                    frames.push(Frame {
                        is_array,
                        at: next,
                        count: 0,
                        key: !is_array,
                        masked: Vec::new(),
                        taken: HashSet::new(),
                    });
                    next = self.declared.item(next, 0);
                }
                b'}' | b']' => {
                    if let Some(frame) = frames.pop() {
                        self.number_keys(&frame);
                    }
                }
                b',' => {
                    if let Some(frame) = frames.last_mut() {
                        frame.count += 1;
                        frame.key = !frame.is_array;
                        next = self.declared.item(frame.at, frame.count);
                    }
                }
                b'"' => {
                    at = string_end(bytes, at);
                    match frames.last_mut().filter(|frame| frame.key) {
                        Some(frame) => next = self.key(frame, start, at),
                        None => self.string(next, start, at),
                    }
                }
                _ => {
                    while bytes.get(at).is_some_and(|b| !b" \t\n\r,]}".contains(b)) {
                        at += 1;
                    }
                    if self.declared.masks(next) && byte != b'n' {
                        self.claim(start, at, Some(Form::Quoted { depth: 0 }));
                    }
                }
            }
        }
        self.claims
    }

    fn claim(&mut self, start: usize, end: usize, form: Option<Form>) {
        self.claims.push(Claim { start, end, form });
    }

    /// Where a key leads. Under a mark the names that the schema does not have are values too.
    fn key(&mut self, frame: &mut Frame, start: usize, end: usize) -> At {
        frame.key = false;
        let key = decoded(&self.text[start..end]);
        let state = &self.declared.states[frame.at.0];
        let named = key.as_deref().and_then(|key| state.keys.get(key)).copied();
        if state.styles[OBJECT].is_some() && named.is_none() {
            let number = mask::number(&self.text[start + 1..end - 1]);
            if number.is_some_and(|number| frame.taken.insert(number)) {
                self.claim(start, end, None);
            } else {
                frame.masked.push(self.claims.len());
                self.claim(start, end, Some(Form::Quoted { depth: 0 }));
            }
        }
        match (named, key) {
            (Some(named), _) => named,
            (None, Some(_)) => state.other_key,
            (None, None) => At::MASKED,
        }
    }

    /// Gives the masked keys of an object names that differ.
    fn number_keys(&mut self, frame: &Frame) {
        let mut number = 0;
        for claim in &frame.masked {
            number += 1;
            while frame.taken.contains(&number) {
                number += 1;
            }
            if number > 1 {
                self.claims[*claim].form = Some(Form::Key { depth: 0, number });
            }
        }
    }

    fn string(&mut self, at: At, start: usize, end: usize) {
        let raw = &self.text[start..end];
        let masked = mask::length(&raw[1..raw.len() - 1]) == raw.len() - 2 && raw.len() > 2;
        let form = match self.declared.states[at.0].styles[SCALAR] {
            None => return,
            Some(_) if masked => None,
            Some(Style::Whole) => Some(Form::Quoted { depth: 0 }),
            Some(Style::Last4) => Some(Form::LastFour),
        };
        self.claim(start, end, form);
    }
}

/// What a JSON string says.
fn decoded(raw: &str) -> Option<Cow<'_, str>> {
    if raw.contains('\\') {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(&raw[1..raw.len() - 1]))
    }
}
