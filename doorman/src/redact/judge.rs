//! What keys say by the rules.

use std::cell::{Cell, RefCell};

use super::{
    Kind, Rules, custom, engine, fold,
    keys::{self, Key, Said, Verdict},
    mask, pairs,
    remembered::Remembered,
    secrets::SHORTEST,
};

/// The rules, with what was found out by them so far.
pub(super) struct Judge<'r> {
    pub(super) rules: &'r Rules,
    keys: RefCell<Remembered>,
    /// How often something in something else may still be followed; what is deeper is read as text.
    depth: Cell<u8>,
    /// Whether all of the input is looked at again, so that its parts need not be.
    pub(super) settles: Cell<bool>,
}

/// What is known of a key.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// What its words say, and the keys of the user that stand alone.
    pub(super) verdict: Verdict,
    pub(super) role: Role,
    /// Whether it stands over a list of names.
    pub(super) lists_names: bool,
    /// Whether it stands over a list of headers, names and values in turn.
    pub(super) lists_headers: bool,
    /// How many digits a number under it has at most that is a count.
    pub(super) tally: u8,
    /// Whether it adds nothing to what stands above it.
    pub(super) goes_on: bool,
    /// Whether a path of the user may end with it.
    pub(super) may_end_path: bool,
    /// The kind of what has to be masked in the key itself.
    pub(super) shows: Option<Kind>,
}

/// What a member is to its siblings.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Member,
    /// It gives a sibling its name.
    Name,
    /// A sibling gives it its name.
    Value,
}

/// Of what is no key.
pub(super) const EMPTY: Known = Known {
    verdict: Verdict::Plain(Said::NOTHING),
    role: Role::Member,
    lists_names: false,
    lists_headers: false,
    tally: 0,
    goes_on: true,
    may_end_path: false,
    shows: None,
};

impl<'r> Judge<'r> {
    /// For an input of this length.
    pub(super) fn new(rules: &'r Rules, length: usize) -> Self {
        const DEPTH: u8 = 4;
        Self {
            rules,
            keys: RefCell::new(Remembered::new(length)),
            depth: Cell::new(DEPTH),
            settles: Cell::new(false),
        }
    }

    /// Whether something may be found in a string of this length without a sign of ours.
    pub(super) fn minds(&self, capitals: bool, length: usize) -> bool {
        !self.rules.custom.is_empty()
            || (capitals && (length >= SHORTEST || !self.rules.kinds.is_empty()))
    }

    /// Looks into what is encoded in something else; `None` where that is too deep.
    pub(super) fn inside<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        let deeper = depth.checked_sub(1)?;
        self.depth.set(deeper);
        let found = look();
        self.depth.set(depth);
        Some(found)
    }

    /// Whether a key in a text is sensitive.
    pub(super) fn is_secret(&self, key: &str) -> bool {
        self.look(key, false).verdict == Verdict::Secret
    }

    /// What a key of an object says; `raw` is what stands between its quotes.
    #[cfg(test)]
    pub(super) fn key(&self, raw: &str) -> Known {
        if raw.contains('\\') { self.escaped_key(raw) } else { self.plain_key(raw) }
    }

    /// The same, where there is an escape in it.
    pub(super) fn escaped_key(&self, raw: &str) -> Known {
        self.find(&fold::unescaped(raw).text, true)
    }

    /// The same, where there is none.
    pub(super) fn plain_key(&self, raw: &str) -> Known {
        let known = self.look(raw, true);
        self.keys.borrow_mut().passes(raw);
        known
    }

    /// The key that begins behind a quote, where it is the one that came after the last one before: objects
    /// are often alike. With its length.
    pub(super) fn same_key(&self, rest: &[u8]) -> Option<(usize, Known)> {
        self.keys.borrow_mut().same(rest)
    }

    /// What a string says as the name of a value beside it.
    pub(super) fn name(&self, raw: &str) -> Verdict {
        let known = if raw.contains('\\') {
            self.find(&fold::unescaped(raw).text, false)
        } else {
            self.look(raw, false)
        };
        known.verdict
    }

    fn look(&self, key: &str, whole: bool) -> Known {
        if let Some(known) = self.keys.borrow().get(key, whole) {
            return known;
        }
        let known = self.find(key, whole);
        self.keys.borrow_mut().put(key, whole, known);
        known
    }

    fn find(&self, key: &str, whole: bool) -> Known {
        // A number or a time of a text is no key; those of a user may be anything.
        if !whole && self.rules.patterns.is_empty() && !has_word(key) {
            return EMPTY;
        }
        let meant = !self.rules.patterns.is_empty() && self.rules.matches(&[], &Key::new(key));
        let key = &mask::alike(key, &self.rules.names);
        let words = Key::new(key);
        let verdict = if meant || self.rules.matches(&[], &words) {
            Verdict::Secret
        } else {
            words.verdict(self.rules)
        };
        let verdict = match verdict {
            // What stands there is looked at like everything else.
            Verdict::Secret if !self.rules.only.has(Kind::Key) => {
                let words = keys::words(key);
                let hint = words.iter().rev().find_map(|word| keys::hint(word)).unwrap_or_default();
                let told = self.rules.kinds.told_by(&words);
                Verdict::Plain(Said { hint, told, own: custom::told(self.rules, &words) })
            }
            verdict => verdict,
        };
        if !whole {
            return Known { verdict, ..EMPTY };
        }
        let place = words.place();
        let role = match (place.is_name, place.is_value) {
            (true, _) => Role::Name,
            (_, true) => Role::Value,
            _ => Role::Member,
        };
        Known {
            verdict,
            role,
            lists_names: place.lists_names,
            lists_headers: place.lists_headers,
            tally: pairs::tally(key),
            goes_on: verdict == Verdict::Plain(Said::NOTHING) && words.goes_on(),
            may_end_path: self.rules.patterns.iter().any(|pattern| pattern.may_end_with(&words)),
            shows: if self.may_show(key) {
                engine::hits(self, key, Said::NOTHING).first().map(|hit| hit.kind)
            } else {
                None
            },
        }
    }

    /// Whether something may have to be masked in a key: words of letters alone are nothing.
    fn may_show(&self, key: &str) -> bool {
        let word = |b: u8| b.is_ascii_lowercase() || b == b'_' || b == b'-' || b == b' ';
        let capitals = |key: &str| key.len() < SHORTEST && self.rules.kinds.is_empty();
        !self.rules.custom.is_empty()
            || !key.bytes().all(|b| word(b) || (b.is_ascii_uppercase() && capitals(key)))
    }
}

/// Whether two letters stand together.
fn has_word(key: &str) -> bool {
    let letter = |b: &u8| b.is_ascii_alphabetic() || !b.is_ascii();
    key.as_bytes().windows(2).any(|two| two.iter().all(letter))
}
