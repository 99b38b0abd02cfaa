//! Members that name each other: `{"name": "password", "value": …}`, `["password", …]`.

use super::super::{
    fold,
    judge::Judge,
    keys::{Said, Verdict},
};

/// A value, from its first to past its last byte.
pub(super) type Range = (usize, usize);

/// The names and values of all open objects.
#[derive(Default)]
pub(super) struct Siblings {
    /// With the level of the object that they are in.
    names: Vec<(usize, Range)>,
    values: Vec<(usize, Range)>,
}

impl Siblings {
    pub(super) fn add_name(&mut self, level: usize, name: Range) {
        self.names.push((level, name));
    }

    pub(super) fn add_value(&mut self, level: usize, value: Range) {
        self.values.push((level, value));
    }

    /// What the names of an object say of the values in it.
    pub(super) fn said(&self, judge: &Judge<'_>, text: &str, level: usize) -> Option<Verdict> {
        let mut said = None;
        for (_, (start, end)) in self.names.iter().rev().take_while(|(at, _)| *at == level) {
            match verdict(judge, &text[*start..*end]) {
                Some(Verdict::Secret) => return Some(Verdict::Secret),
                Some(Verdict::Plain(Said::NOTHING)) | None => {}
                plain => said = said.or(plain),
            }
        }
        said
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
        while self.names.pop_if(|(at, _)| *at == level).is_some() {}
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
    short.then(|| judge.key(key).verdict)
}
