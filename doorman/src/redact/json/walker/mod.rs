//! The walk: what holds where, and what is done there.

mod arrays;
mod frames;

use std::collections::HashSet;

use super::{
    Broken,
    scalars::number_kind,
    siblings::{Range, Siblings},
    tokens::{self, Seen},
};
use crate::redact::{
    Kind,
    engine::{self, Edit},
    fold,
    judge::{Judge, Role},
    keys::{Hint, Key, Said, Verdict},
    mask::{self, Form},
    numbers,
    pairs::is_tally,
    secrets, shapes,
};

#[cfg(test)]
pub(in crate::redact) use self::arrays::{Takes, takes};
use self::frames::{Above, Frame, MaskedKeys};

/// How deep a document may be; what is deeper is read as text.
const DEEPEST: usize = 1 << 16;

#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub(super) struct Walker<'a, 'r> {
    judge: &'a Judge<'r>,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    frames: Vec<Frame>,
    siblings: Siblings,
    /// The keys that lead here, where the user's paths need them.
    path: Vec<Range>,
    paths: bool,
    /// What the last key says of the value to come.
    next: Above,
    /// Whether that key stands over a list of names, or of headers.
    next_lists_names: bool,
    next_lists_headers: bool,
    /// Where the member or item begins that is being read.
    settled: usize,
    /// Whether a value has ended.
    began: bool,
    edits: Vec<Edit>,
    /// Containers whose leaves are masked.
    forced: Vec<Range>,
    forced_at: usize,
    /// Containers whose names came after them.
    pub(super) wanted: Vec<Range>,
}

impl<'a, 'r> Walker<'a, 'r> {
    pub(super) fn new(judge: &'a Judge<'r>, text: &'a str, at: usize, forced: Vec<Range>) -> Self {
        Self {
            judge,
            text,
            bytes: text.as_bytes(),
            at,
            frames: Vec::new(),
            siblings: Siblings::default(),
            path: Vec::new(),
            paths: judge.rules.has_paths(),
            next: Above::default(),
            next_lists_names: false,
            next_lists_headers: false,
            settled: at,
            began: false,
            edits: Vec::new(),
            forced,
            forced_at: 0,
            wanted: Vec::new(),
        }
    }

    /// What came of a walk that ended there, or nowhere.
    pub(super) fn done(mut self, end: Option<usize>) -> Result<(Vec<Edit>, usize), Broken> {
        if let Some(end) = end {
            return Ok((self.edits, end));
        }
        let read = self.at + 1;
        let secrets = self.frames.iter().filter(|frame| frame.above.masked).count();
        if !self.began && secrets == 0 {
            return Err(Broken { read, kept: None });
        }
        let mut from = self.settled;
        self.edits.retain(|edit| edit.end <= from);
        if secrets > 0 {
            let end = from + tokens::containers_end(&self.text[from..], secrets);
            let rest = &self.text[from..end];
            if rest.contains(char::is_alphanumeric) && !mask::stands_for_all(rest) {
                let (kind, form) = (Kind::Key, Form::Inline);
                self.edits.push(Edit { start: from, end, kind, form });
            }
            from = end;
        }
        Err(Broken { read, kept: Some((self.edits, from)) })
    }

    /// Judges the arrays that were never closed.
    pub(super) fn cut(&mut self) {
        for frame in std::mem::take(&mut self.frames) {
            if frame.is_array {
                self.judge_pair(&frame);
            }
            self.frames.push(frame);
        }
    }

    /// Walks one value to its end; `None` where it is not well-formed.
    pub(super) fn run(&mut self) -> Option<usize> {
        loop {
            self.blanks();
            let start = self.at;
            match *self.bytes.get(self.at)? {
                open @ (b'{' | b'[') => {
                    self.open(open == b'[')?;
                    self.blanks();
                    if self.bytes.get(self.at) == Some(&(open + 2)) {
                        self.at += 1;
                        self.close()?;
                    } else {
                        if open == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => {
                    let (end, seen) = tokens::string(self.bytes, start)?;
                    self.at = end;
                    self.string(start, seen);
                }
                b't' | b'f' | b'n' => {
                    self.at = tokens::word(self.bytes, start)?;
                    self.stands_alone()?;
                    self.other(start);
                }
                _ => {
                    self.at = tokens::number(self.bytes, start)?;
                    self.stands_alone()?;
                    self.other(start);
                }
            }
            // A value has ended; so may what is around it.
            loop {
                let Some(frame) = self.frames.last() else { return Some(self.at) };
                let is_array = frame.is_array;
                self.blanks();
                let sign = *self.bytes.get(self.at)?;
                self.at += 1;
                match (sign, is_array) {
                    (b',', true) => break,
                    (b',', false) => {
                        self.blanks();
                        self.key()?;
                        break;
                    }
                    (b']', true) | (b'}', false) => self.close()?,
                    _ => return None,
                }
            }
        }
    }

    /// Whether the value ends where a number or word of it does. `{"password": 12hunter2}` has none that ends.
    fn stands_alone(&self) -> Option<()> {
        let next = self.bytes.get(tokens::blanks(self.bytes, self.at));
        next.is_none_or(|next| b",]}".contains(next)).then_some(())
    }

    fn blanks(&mut self) {
        self.at = tokens::blanks(self.bytes, self.at);
    }

    /// What holds for the value that begins here.
    fn above(&self) -> Above {
        match self.frames.last() {
            Some(frame) if frame.is_array => frame.above,
            Some(_) => self.next,
            None => Above::default(),
        }
    }

    fn open(&mut self, is_array: bool) -> Option<()> {
        let above = self.above();
        let start = self.at;
        self.at += 1;
        self.settled = self.at;
        let is_member = self.frames.last().is_some_and(|frame| !frame.is_array);
        let lists_names = is_array && is_member && self.next_lists_names;
        if let Some(frame) = self.frames.last_mut() {
            frame.flat = false;
        }
        if self.frames.len() == DEEPEST {
            return None;
        }
        self.frames.push(Frame {
            is_array,
            lists_names,
            lists_headers: is_array && is_member && self.next_lists_headers && !above.masked,
            option: None,
            flat: true,
            has_key: false,
            role: Role::Member,
            above,
            start,
            count: 0,
            items: [(0, 0); 2],
            masked_keys: None,
        });
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let level = self.frames.len();
        let frame = self.frames.pop()?;
        if frame.is_array {
            self.close_array(&frame);
        } else {
            self.siblings.close(level);
            if frame.has_key && self.paths {
                self.path.pop();
            }
            if let Some(keys) = &frame.masked_keys {
                self.number_keys(keys);
            }
        }
        self.ended(frame.start);
        Some(())
    }

    /// Notes in the frame around it that a value ends here.
    fn ended(&mut self, start: usize) {
        let value = (start, self.at);
        self.settled = self.at;
        self.began = true;
        let level = self.frames.len();
        let Some(frame) = self.frames.last_mut() else { return };
        frame.count += 1;
        if frame.is_array {
            if let Some(item) = frame.items.get_mut(frame.count - 1) {
                *item = value;
            }
        } else if frame.role == Role::Value {
            self.siblings.add_value(level, value);
        }
    }

    /// Masks a value whose name came after it.
    fn mask_named(&mut self, (start, end): Range) {
        if !self.judge.rules.only.has(Kind::Key) {
            return;
        }
        if self.bytes[start] == b'{' || self.bytes[start] == b'[' {
            self.wanted.push((start, end));
        } else {
            self.mask(start, end);
        }
    }

    /// Gives the masked keys of an object names that differ.
    fn number_keys(&mut self, keys: &MaskedKeys) {
        let taken: HashSet<u32> = keys.taken.iter().copied().collect();
        let mut number = 0;
        for edit in &keys.edits {
            number += 1;
            while taken.contains(&number) {
                number += 1;
            }
            self.edits[*edit].form = Form::Key { depth: 0, number };
        }
    }

    fn key(&mut self) -> Option<()> {
        let start = self.at;
        if self.bytes.get(start) != Some(&b'"') {
            return None;
        }
        let same = self.judge.same_key(&self.bytes[start + 1..]);
        let (end, seen) = match same {
            Some((length, _)) => (start + length + 2, None),
            None => tokens::string(self.bytes, start).map(|(end, seen)| (end, Some(seen)))?,
        };
        self.settled = start;
        self.at = tokens::blanks(self.bytes, end);
        if self.bytes.get(self.at) != Some(&b':') {
            return None;
        }
        self.at += 1;
        let raw = &self.text[start + 1..end - 1];
        let known = match (same, seen) {
            (Some((_, known)), _) => known,
            (None, Some(seen)) if seen.escapes() => self.judge.escaped_key(raw),
            _ => self.judge.plain_key(raw),
        };
        let level = self.frames.len();
        let mut verdict = known.verdict;
        if self.paths && self.is_meant(start, end, known.may_end_path) {
            verdict = Verdict::Secret;
        }
        let frame = self.frames.last_mut()?;
        if let Some(kind) = known.shows {
            let keys = frame.masked_keys.get_or_insert_default();
            keys.edits.push(self.edits.len());
            self.edits.push(quoted(start, end, kind));
        } else if let Some(number) = mask::number(raw) {
            frame.masked_keys.get_or_insert_default().taken.push(number);
        }
        frame.role = known.role;
        frame.has_key = true;
        if known.role == Role::Value
            && verdict != Verdict::Secret
            && let Some(said) = self.siblings.said(self.judge, self.text, level)
        {
            verdict = said;
        }
        self.next = match verdict {
            _ if frame.above.masked => frame.above,
            Verdict::Secret => Above { masked: true, tally: known.tally, said: Said::NOTHING },
            Verdict::Plain(Said::NOTHING) if known.goes_on => frame.above,
            Verdict::Plain(said) => Above { masked: false, tally: 0, said },
        };
        self.next_lists_names = known.lists_names;
        self.next_lists_headers = known.lists_headers;
        Some(())
    }

    /// Whether the path to this key is one of the user's; it becomes a part of the path.
    fn is_meant(&mut self, start: usize, end: usize, may: bool) -> bool {
        if self.frames.last().is_some_and(|frame| frame.has_key) {
            self.path.pop();
        }
        let key = (start + 1, end - 1);
        let read = |(start, end): Range| Key::new(&fold::unescaped(&self.text[start..end]).text);
        let meant = may && {
            let longest = self.judge.rules.longest();
            let first = self.path.len().saturating_sub(longest);
            let above: Vec<Key> = self.path[first..].iter().map(|key| read(*key)).collect();
            self.judge.rules.matches(&above, &read(key))
        };
        self.path.push(key);
        meant
    }

    /// Judges the string that ends here.
    fn string(&mut self, start: usize, seen: Seen) {
        let end = self.at;
        let above = self.above();
        let taken = self.take_option(start, end);
        let hidden = above.masked || taken || self.is_forced(start);
        if hidden && self.judge.rules.only.has(Kind::Key) {
            self.mask(start, end);
        } else if seen.signs() || self.judge.minds(seen.capitals(), end - start) {
            self.inside(start + 1, end - 1, above.said, seen);
        }
        self.take_name(start, end);
        self.ended(start);
        self.take_header(start, end);
    }

    /// Judges the number or word that ends here.
    fn other(&mut self, start: usize) {
        let end = self.at;
        let above = self.above();
        let taken = self.takes_number(start);
        let counts = is_tally(&self.text[start..end], above.tally);
        let hidden = (above.masked && !counts) || taken || self.is_forced(start);
        if hidden && self.judge.rules.only.has(Kind::Key) {
            self.mask(start, end);
        } else if let Some(kind) = number_kind(&self.text[start..end], above.said)
            && self.judge.rules.only.has(kind)
        {
            self.edits.push(quoted(start, end, kind));
        }
        self.ended(start);
    }

    fn is_forced(&mut self, start: usize) -> bool {
        while self.forced.get(self.forced_at).is_some_and(|(_, to)| *to <= start) {
            self.forced_at += 1;
        }
        self.forced.get(self.forced_at).is_some_and(|(from, _)| *from <= start)
    }

    /// Masks a value under a sensitive key; `null` and masks stay.
    fn mask(&mut self, start: usize, end: usize) {
        let raw = &self.text[start..end];
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        let masked =
            inner.is_some_and(|inner| inner.starts_with('«') && mask::length(inner) == inner.len());
        if raw != "null" && !masked {
            self.edits.push(quoted(start, end, Kind::Key));
        }
    }

    /// Takes the name of siblings.
    fn take_name(&mut self, start: usize, end: usize) {
        let level = self.frames.len();
        if self.frames.last().is_none_or(|frame| frame.is_array || frame.role != Role::Name) {
            return;
        }
        self.siblings.add_name(level, (start, end));
        if self.siblings.has_values(level)
            && self.siblings.said(self.judge, self.text, level) == Some(Verdict::Secret)
        {
            for value in self.siblings.take_values(level) {
                self.mask_named(value);
            }
        }
    }

    /// Looks into a string, as JSON where it is some.
    fn inside(&mut self, start: usize, end: usize, said: Said, seen: Seen) {
        let raw = &self.text[start..end];
        if raw.len() < 5 && self.judge.rules.too_short(raw) {
            return;
        }
        if seen.is_as_it_says() {
            if self.judge.rules.is_default() && is_innocent(raw.as_bytes(), said, seen) {
                return;
            }
            let found = engine::as_it_says(self.judge, raw, said);
            self.edits.extend(found.into_iter().map(|hit| Edit {
                start: start + hit.start,
                end: start + hit.end,
                kind: hit.kind,
                form: Form::Inline,
            }));
            return;
        }
        let copied = seen.escapes().then(|| fold::unescaped(raw));
        let text = copied.as_ref().map_or(raw, |copied| &copied.text);
        let whole = text.trim_start().starts_with(['{', '[', '"']);
        let document =
            whole.then(|| self.judge.inside(|| super::edits(self.judge, text))).flatten().flatten();
        let found = document.unwrap_or_else(|| engine::plain(self.judge, text, said));
        for edit in found {
            let (from, to) =
                copied.as_ref().map_or((edit.start, edit.end), |c| c.origin(edit.start, edit.end));
            let form = edit.form.deeper();
            self.edits.push(Edit { start: start + from, end: start + to, kind: edit.kind, form });
        }
    }
}

/// Whether nothing can be found in a string, as nobody asked for more kinds.
fn is_innocent(raw: &[u8], said: Said, seen: Seen) -> bool {
    let digits = || raw.iter().filter(|b| b.is_ascii_digit()).count();
    if seen.is_word() && raw.len() < secrets::SHORTEST && digits() < numbers::LEAST {
        return true;
    }
    matches!(said.hint, Hint::None | Hint::Other) && shapes::means_nothing(raw)
}

fn quoted(start: usize, end: usize, kind: Kind) -> Edit {
    Edit { start, end, kind, form: Form::Quoted { depth: 0 } }
}
