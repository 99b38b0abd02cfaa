//! Members that name each other: `{"name": "password", "value": …}`, `["password", …]`.

use smallvec::{SmallVec, smallvec};

use crate::redact::{
    fold,
    judge::Judge,
    keys::{Said, Verdict},
};

/// A value, from its first to past its last byte.
pub(super) type Range = (usize, usize);

/// The names and values of all open objects.
#[derive(Default)]
pub(super) struct Siblings {
    names: Vec<Names>,
    /// With the level of the object that they are in.
    values: Vec<(usize, Range)>,
}

/// The names in one object: most are never asked for, and each is read once.
struct Names {
    level: usize,
    unread: SmallVec<[Range; 2]>,
    said: Option<Verdict>,
}

impl Siblings {
    pub(super) fn add_name(&mut self, level: usize, name: Range) {
        match self.names.last_mut().filter(|names| names.level == level) {
            Some(names) => names.unread.push(name),
            None => self.names.push(Names { level, unread: smallvec![name], said: None }),
        }
    }

    pub(super) fn add_value(&mut self, level: usize, value: Range) {
        self.values.push((level, value));
    }

    /// What the names of an object say of the values in it.
    pub(super) fn said(&mut self, judge: &Judge<'_>, text: &str, level: usize) -> Option<Verdict> {
        let names = self.names.last_mut().filter(|names| names.level == level)?;
        for (start, end) in names.unread.drain(..) {
            match verdict(judge, &text[start..end]) {
                Some(Verdict::Plain(Said::NOTHING)) | None => {}
                _ if names.said == Some(Verdict::Secret) => {}
                said => names.said = said,
            }
        }
        names.said
    }

    /// Takes the values that came before a name.
    pub(super) fn take_values(&mut self, level: usize) -> Vec<Range> {
        let first = self.values.iter().rposition(|(at, _)| *at != level).map_or(0, |last| last + 1);
        self.values.drain(first..).map(|(_, value)| value).collect()
    }

    pub(super) fn has_values(&self, level: usize) -> bool {
        self.values.last().is_some_and(|(at, _)| *at == level)
    }

    /// Forgets an object that is closed.
    pub(super) fn close(&mut self, level: usize) {
        self.names.pop_if(|names| names.level == level);
        while self.values.pop_if(|(at, _)| *at == level).is_some() {}
    }
}

/// Whether the first of two items is the name of a secret, and the second no name itself.
pub(super) fn names_second(judge: &Judge<'_>, first: &str, second: &str) -> bool {
    let secret = |raw: &str| verdict(judge, raw) == Some(Verdict::Secret);
    let letters = |raw: &str| raw.bytes().all(|b| b.is_ascii_alphabetic() || b"_-\"".contains(&b));
    let is_name = second.len() <= 66 && letters(second) && secret(second);
    !is_name && secret(first)
}

/// What a string says as a key.
fn verdict(judge: &Judge<'_>, raw: &str) -> Option<Verdict> {
    const LONGEST: usize = 128;
    let key = raw.strip_prefix('"')?.strip_suffix('"')?;
    // An escape is six bytes long, and stands for one or more.
    let short = key.len() <= LONGEST
        || (key.len() <= 6 * LONGEST && fold::unescaped(key).text.len() <= LONGEST);
    // A name has no value of its own.
    (short && !key.contains(['=', '«'])).then(|| judge.name(key))
}
