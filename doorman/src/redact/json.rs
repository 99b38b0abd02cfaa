//! JSON walked as bytes, without recursion: every key is judged, every scalar looked at.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    Kind, MASK, Rules, catalogue,
    engine::{self, Edit},
    fold,
    keys::{Hint, Key, Said, Verdict},
    mask::{self, Form},
    numbers,
};

/// A string that is not shown, as JSON.
pub(super) const QUOTED: &str = "\"«redacted»\"";

/// The edits of a whole document; `None` where it is none. `depth` says how often JSON in a string is
/// followed.
pub(super) fn edits(rules: &Rules, text: &str, depth: u8) -> Option<Vec<Edit>> {
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let (edits, end) = walk(rules, text, start, depth).ok()?;
    text[end..].bytes().all(is_blank).then_some(edits)
}

/// The edits of the document that a text begins with, and its length; or what there was of one.
pub(super) fn first(rules: &Rules, text: &str, depth: u8) -> Result<(Vec<Edit>, usize), Broken> {
    walk(rules, text, 0, depth)
}

/// A document that is cut off or malformed.
pub(super) struct Broken {
    /// How far it was read.
    pub(super) read: usize,
    /// The edits of what was well-formed, and how far that reaches; none where no value was.
    pub(super) kept: Option<(Vec<Edit>, usize)>,
}

fn walk(rules: &Rules, text: &str, start: usize, depth: u8) -> Result<(Vec<Edit>, usize), Broken> {
    let mut walker = Walker::new(rules, text, start, depth, Vec::new());
    let end = walker.run();
    if end.is_none() {
        walker.cut();
    }
    if walker.wanted.is_empty() {
        return walker.done(end);
    }
    // Names that came after their values: a second walk knows those values.
    let mut forced = walker.wanted;
    forced.sort_unstable();
    forced.dedup_by(|next, before| {
        let within = next.0 < before.1;
        if within {
            before.1 = before.1.max(next.1);
        }
        within
    });
    let mut walker = Walker::new(rules, text, start, depth, forced);
    let end = walker.run();
    walker.done(end)
}

/// An open object or array.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
#[derive(Default)]
struct Frame {
    is_array: bool,
    /// Whether its items are names of other things.
    lists_names: bool,
    start: usize,
    /// What holds for its members by what stands above them.
    above: Above,
    /// How many values there were.
    count: usize,
    /// Whether no container is among them.
    flat: bool,
    /// What the member that gives a name says of the member that it names.
    named: Option<Verdict>,
    /// The value that a name is to come for; the second item of an array.
    unnamed: Option<(usize, usize)>,
    role: Role,
    has_key: bool,
    masked_keys: Option<Box<MaskedKeys>>,
}

/// What a key says of everything under it.
#[derive(Default, Clone, Copy)]
struct Above {
    masked: bool,
    said: Said,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Role {
    #[default]
    Member,
    Name,
    Value,
}

/// The keys of an object that are not shown, and those that look like it already.
#[derive(Default)]
struct MaskedKeys {
    edits: Vec<usize>,
    taken: Vec<u32>,
}

/// What is known of a key once it was seen.
struct Known {
    key: Key,
    verdict: Verdict,
    role: Role,
    shows: Option<Kind>,
}

struct Walker<'a> {
    rules: &'a Rules,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: u8,
    frames: Vec<Frame>,
    /// The keys that lead here, where the user's paths need them.
    path: Vec<Key>,
    paths: bool,
    /// What the last key says of the value to come.
    next: Above,
    /// Whether that key stands over a list of names.
    next_lists_names: bool,
    /// Where the member or item begins that is being read.
    settled: usize,
    /// Whether a value has ended.
    began: bool,
    edits: Vec<Edit>,
    forced: Vec<(usize, usize)>,
    forced_at: usize,
    wanted: Vec<(usize, usize)>,
    known: HashMap<&'a str, Rc<Known>>,
}

impl<'a> Walker<'a> {
    fn new(
        rules: &'a Rules,
        text: &'a str,
        at: usize,
        depth: u8,
        forced: Vec<(usize, usize)>,
    ) -> Self {
        Self {
            rules,
            text,
            bytes: text.as_bytes(),
            at,
            depth,
            frames: Vec::new(),
            path: Vec::new(),
            paths: rules.has_paths(),
            next: Above::default(),
            next_lists_names: false,
            settled: at,
            began: false,
            edits: Vec::new(),
            forced,
            forced_at: 0,
            wanted: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// What came of a walk that ended there, or nowhere.
    fn done(mut self, end: Option<usize>) -> Result<(Vec<Edit>, usize), Broken> {
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
            let end = from + containers_end(&self.text[from..], secrets);
            if self.text[from..end].replace(MASK, "").contains(char::is_alphanumeric) {
                let (kind, form) = (Kind::Key, Form::Inline);
                self.edits.push(Edit { start: from, end, kind, form });
            }
            from = end;
        }
        Err(Broken { read, kept: Some((self.edits, from)) })
    }

    /// Judges the arrays that were never closed.
    fn cut(&mut self) {
        for frame in &self.frames {
            if frame.is_array && frame.count == 2 && frame.named == Some(Verdict::Secret) {
                self.wanted.extend(frame.unnamed);
            }
        }
    }

    /// Walks one value to its end; `None` where it is not well-formed.
    fn run(&mut self) -> Option<usize> {
        loop {
            self.blanks();
            let start = self.at;
            match *self.bytes.get(self.at)? {
                open @ (b'{' | b'[') => {
                    self.open(open == b'[');
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
                    self.string()?;
                    self.scalar(start);
                }
                b't' => self.word("true", start)?,
                b'f' => self.word("false", start)?,
                b'n' => self.word("null", start)?,
                _ => {
                    self.number()?;
                    self.scalar(start);
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

    fn blanks(&mut self) {
        while self.bytes.get(self.at).copied().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// What holds for the value that begins here.
    fn above(&mut self) -> Above {
        match self.frames.last() {
            Some(frame) if frame.is_array => frame.above,
            Some(_) => self.next,
            None => Above::default(),
        }
    }

    fn open(&mut self, is_array: bool) {
        let above = self.above();
        let start = self.at;
        self.at += 1;
        self.settled = self.at;
        let lists_names =
            is_array && self.next_lists_names && self.frames.last().is_some_and(|f| !f.is_array);
        if let Some(frame) = self.frames.last_mut() {
            frame.flat = false;
        }
        self.frames.push(Frame {
            is_array,
            lists_names,
            start,
            above,
            flat: true,
            ..Frame::default()
        });
    }

    fn close(&mut self) -> Option<()> {
        let frame = self.frames.pop()?;
        if frame.is_array {
            self.close_array(&frame);
        } else {
            if frame.has_key && self.paths {
                self.path.pop();
            }
            if let Some(keys) = frame.masked_keys {
                self.number_keys(&keys);
            }
        }
        self.ended(frame.start);
        Some(())
    }

    /// Notes in the frame around it that a value ends here.
    fn ended(&mut self, start: usize) {
        let end = self.at;
        self.settled = end;
        self.began = true;
        let Some(frame) = self.frames.last_mut() else { return };
        frame.count += 1;
        if frame.is_array {
            if frame.count == 2 {
                frame.unnamed = Some((start, end));
            }
        } else if frame.role == Role::Value && frame.named.is_none() {
            frame.unnamed = Some((start, end));
        }
    }

    fn close_array(&mut self, frame: &Frame) {
        if frame.count == 2 && frame.named == Some(Verdict::Secret) {
            self.wanted.extend(frame.unnamed);
        }
        // A card number in pieces: 4111, 1111, 1111, 1111.
        let raw = &self.text[frame.start..self.at];
        if !frame.flat || !(3..=5).contains(&frame.count) || raw.len() > 256 || frame.above.masked {
            return;
        }
        let mut digits = Vec::new();
        let mut pieces = Vec::new();
        let mut lengths = Vec::new();
        let mut at = frame.start + 1;
        for item in raw[1..raw.len() - 1].split(',') {
            let piece = item.trim_matches([' ', '\t', '\n', '\r']);
            let start = at + item.len() - item.trim_start_matches([' ', '\t', '\n', '\r']).len();
            let shown = piece.trim_matches('"').trim();
            if !(3..=6).contains(&shown.len()) || !shown.bytes().all(|b| b.is_ascii_digit()) {
                return;
            }
            digits.extend(shown.bytes().map(|b| b - b'0'));
            pieces.push((start, start + piece.len()));
            lengths.push(shown.len());
            at += item.len() + 1;
        }
        if is_split_as_cards(&lengths) && numbers::is_card(&digits) {
            for (start, end) in pieces {
                self.edits.push(quoted(start, end, Kind::Card));
            }
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
            if number > 1 {
                self.edits[*edit].form = Form::Key { depth: 0, number };
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        let start = self.at;
        self.string()?;
        self.settled = start;
        let end = self.at;
        let raw = &self.text[start + 1..end - 1];
        self.blanks();
        if self.bytes.get(self.at) != Some(&b':') {
            return None;
        }
        self.at += 1;
        let known = self.judge(raw);
        let frame = self.frames.last_mut()?;
        if let Some(kind) = known.shows {
            let keys = frame.masked_keys.get_or_insert_default();
            keys.edits.push(self.edits.len());
            self.edits.push(quoted(start, end, kind));
        } else if let Some(number) = mask::number(raw) {
            frame.masked_keys.get_or_insert_default().taken.push(number);
        }
        let mut verdict = known.verdict;
        if self.paths {
            if frame.has_key {
                self.path.pop();
            }
            if self.rules.matches(&self.path, &known.key) {
                verdict = Verdict::Secret;
            }
        }
        frame.role = known.role;
        if known.role == Role::Value
            && let Some(named) = frame.named
            && verdict != Verdict::Secret
        {
            verdict = named;
        }
        self.next = match verdict {
            _ if frame.above.masked => frame.above,
            Verdict::Secret => Above { masked: true, said: Said::default() },
            Verdict::Plain(said) if said == Said::default() && known.key.goes_on() => frame.above,
            Verdict::Plain(said) => Above { masked: false, said },
        };
        frame.has_key = true;
        self.next_lists_names = known.key.lists_names();
        if self.paths {
            self.path.push(known.key.clone());
        }
        Some(())
    }

    fn judge(&mut self, raw: &'a str) -> Rc<Known> {
        if let Some(known) = self.known.get(raw) {
            return Rc::clone(known);
        }
        let decoded: Cow<'_, str> =
            if raw.contains('\\') { fold::unescaped(raw).text.into() } else { raw.into() };
        let key = Key::new(&decoded);
        let by_user = !self.paths && self.rules.matches(&[], &key);
        let verdict = if by_user { Verdict::Secret } else { key.verdict(self.rules.kinds) };
        let role = if key.is_name() {
            Role::Name
        } else if key.is_value() {
            Role::Value
        } else {
            Role::Member
        };
        let hits = engine::hits(self.rules, &decoded, Said::default());
        let known = Rc::new(Known { key, verdict, role, shows: hits.first().map(|hit| hit.kind) });
        self.known.insert(raw, Rc::clone(&known));
        known
    }

    /// A string up to its closing quote.
    fn string(&mut self) -> Option<()> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        self.at += 1;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => break,
                0..0x20 => return None,
                b'\\' => match self.bytes.get(self.at + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
                    b'u' => {
                        let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                        if !digits.iter().all(u8::is_ascii_hexdigit) {
                            return None;
                        }
                        self.at += 6;
                    }
                    _ => return None,
                },
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn word(&mut self, word: &str, start: usize) -> Option<()> {
        if !self.text[self.at..].starts_with(word) {
            return None;
        }
        self.at += word.len();
        self.scalar(start);
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let digits = |walker: &mut Self| {
            let start = walker.at;
            while walker.bytes.get(walker.at).is_some_and(u8::is_ascii_digit) {
                walker.at += 1;
            }
            walker.at - start
        };
        let sign = |walker: &mut Self, signs: &[u8]| {
            let there = walker.bytes.get(walker.at).is_some_and(|b| signs.contains(b));
            walker.at += usize::from(there);
            there
        };
        sign(self, b"-");
        let zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = digits(self);
        if whole == 0 || (zero && whole > 1) || (sign(self, b".") && digits(self) == 0) {
            return None;
        }
        if sign(self, b"eE") {
            sign(self, b"+-");
            if digits(self) == 0 {
                return None;
            }
        }
        Some(())
    }

    /// Judges the scalar that ends here.
    fn scalar(&mut self, start: usize) {
        let end = self.at;
        let above = self.above();
        let raw = &self.text[start..end];
        while self.forced.get(self.forced_at).is_some_and(|(_, to)| *to <= start) {
            self.forced_at += 1;
        }
        let forced = self.forced.get(self.forced_at).is_some_and(|(from, _)| *from <= start);
        if above.masked || forced {
            if raw != "null" && raw != QUOTED {
                self.edits.push(quoted(start, end, Kind::Key));
            }
        } else if raw.starts_with('"') {
            self.inside(start + 1, end - 1, above.said);
        } else if let Some(kind) = number_kind(raw, above.said) {
            self.edits.push(quoted(start, end, kind));
        }
        self.take_name(raw);
        self.ended(start);
    }

    /// Takes the name of a sibling: `{"name": "password", "value": …}`, `["password", …]`.
    fn take_name(&mut self, raw: &'a str) {
        let Some(frame) = self.frames.last() else { return };
        if frame.lists_names {
            return;
        }
        // Two names are a list of names.
        if frame.is_array && frame.count == 1 && frame.named == Some(Verdict::Secret) {
            let letters =
                |raw: &str| raw.bytes().all(|b| b.is_ascii_alphabetic() || b"_-\"".contains(&b));
            let is_name = raw.starts_with('"')
                && raw.len() <= 66
                && letters(raw)
                && self.judge(&raw[1..raw.len() - 1]).verdict == Verdict::Secret;
            if is_name && let Some(frame) = self.frames.last_mut() {
                frame.named = None;
            }
            return;
        }
        let names = if frame.is_array { frame.count == 0 } else { frame.role == Role::Name };
        if !names || !raw.starts_with('"') || raw.len() > 130 {
            return;
        }
        let verdict = self.judge(&raw[1..raw.len() - 1]).verdict;
        let Some(frame) = self.frames.last_mut() else { return };
        if verdict == Verdict::Plain(Said::default()) || frame.named == Some(Verdict::Secret) {
            return;
        }
        frame.named = Some(verdict);
        if !frame.is_array && verdict == Verdict::Secret {
            self.wanted.extend(frame.unnamed.take());
        }
    }

    /// Looks into a string, as JSON where it is some.
    fn inside(&mut self, start: usize, end: usize, said: Said) {
        let raw = &self.text[start..end];
        if raw.len() < 5 && self.rules.too_short(raw) {
            return;
        }
        let copied = raw.contains('\\').then(|| fold::unescaped(raw));
        let text = copied.as_ref().map_or(raw, |copied| &copied.text);
        let whole = self.depth > 0 && text.trim_start().starts_with(['{', '[', '"']);
        let document = whole.then(|| edits(self.rules, text, self.depth - 1)).flatten();
        let found = document.unwrap_or_else(|| engine::plain(self.rules, text, said, self.depth));
        for edit in found {
            let (from, to) =
                copied.as_ref().map_or((edit.start, edit.end), |c| c.origin(edit.start, edit.end));
            let form = edit.form.deeper();
            self.edits.push(Edit { start: start + from, end: start + to, kind: edit.kind, form });
        }
    }
}

fn quoted(start: usize, end: usize, kind: Kind) -> Edit {
    Edit { start, end, kind, form: Form::Quoted { depth: 0 } }
}

/// Where as many containers as are open end in what is no JSON; the end of the text where they do not.
fn containers_end(text: &str, mut open: usize) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => open += 1,
            b']' | b'}' if !quoted => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at;
        }
    }
    text.len()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_split_as_cards(lengths: &[usize]) -> bool {
    matches!(lengths, [4, 4, 4, 4] | [4, 4, 4, 4, 3] | [4, 6, 4 | 5])
}

/// What a number without text around it is.
pub(super) fn number_kind(raw: &str, said: Said) -> Option<Kind> {
    let digits = whole_digits(raw)?;
    if numbers::is_card(&digits) {
        return Some(Kind::Card);
    }
    let known = match said.hint {
        Hint::Phone => (7..=15).contains(&digits.len()).then_some(Kind::Phone),
        Hint::Ssn => (digits.len() == 9).then_some(Kind::Ssn),
        _ => None,
    };
    known.or_else(|| catalogue::number(said.told, &digits))
}

/// The digits of a whole number, also one written with a point or an exponent.
fn whole_digits(raw: &str) -> Option<Vec<u8>> {
    if raw.len() > 40 || raw.len() < 5 || !raw.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mantissa, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().ok().filter(|exponent| (-40..40).contains(exponent))?;
    let places = i64::try_from(fraction.len()).ok()?;
    let mut digits = format!("{whole}{fraction}");
    if let Ok(zeros) = usize::try_from(exponent - places) {
        digits.extend(std::iter::repeat_n('0', zeros));
    } else {
        let kept = usize::try_from(exponent - places + i64::try_from(digits.len()).ok()?).ok()?;
        if digits.split_off(kept).bytes().any(|digit| digit != b'0') {
            return None;
        }
    }
    let digits = digits.trim_start_matches('0');
    (digits.len() <= 19).then(|| digits.bytes().map(|b| b - b'0').collect())
}
