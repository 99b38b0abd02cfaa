//! What is looked for beside sensitive keys, as data: each detector with its checks and its samples.
//!
//! The samples are the tests, and `docs/redaction.md` is written from what stands here.

mod checks;
mod coins;
#[cfg(test)]
mod docs;
mod europe;
mod money;
mod network;
mod overseas;
mod people;
mod scan;
mod secrets;
mod vendors;

use super::{Kind, fold::lookalike};

pub(super) use scan::{number, scan};
pub(super) use vendors::{Made, Proof, VENDORS, Vendor};

/// One sort of thing that is masked where it stands.
#[derive(Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "tests and the documentation read the rest"))]
pub(super) struct Detector {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What it finds, for people.
    what: &'static str,
    /// What has to hold beside the shape, for people.
    checks: &'static str,
    shape: Shape,
    context: Context,
    /// Texts with what is to be masked in `⟦…⟧`. A `·` is left out, so that no scanner of secrets finds
    /// one here.
    hidden: &'static [&'static str],
    /// Texts in which nothing is masked.
    left: &'static [&'static str],
}

/// How a detector finds what it finds. Whatever the shape, what is read at one place is bounded.
#[derive(Debug)]
enum Shape {
    /// By the engine's own files, in every text.
    Built,
    /// Sign by sign: `#` is a digit, `@` a letter, `*` either of them, and all others are themselves.
    /// The signs that these stand for are checked together.
    Laid {
        /// Shapes that tell by themselves, with the check.
        alone: &'static [&'static str],
        /// Shapes that other numbers have too, so that a word of the context has to tell.
        beside: &'static [&'static str],
        valid: fn(&[u8]) -> bool,
    },
    /// A whole word of letters and digits.
    Word { prefixes: &'static [&'static str], least: usize, most: usize, valid: fn(&[u8]) -> bool },
    /// Read by a function, to the end of what begins at a place.
    Read { read: fn(&str, usize) -> Option<usize>, alone: bool },
}

/// Words in the key, or in the 40 bytes before; those that refuse, in the 20 bytes before.
#[derive(Debug, Clone, Copy)]
enum Context {
    None,
    /// One has to be there, where the shape alone does not tell.
    Needs(&'static [&'static str]),
    /// None may be there.
    Refuses(&'static [&'static str]),
}

impl Context {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Needs(words) | Self::Refuses(words) => words,
        }
    }
}

/// Those that are looked for in every text.
const ALWAYS: [&Detector; 12] = [
    &secrets::SENSITIVE_KEY,
    &secrets::KEY_VALUE,
    &secrets::AUTHORIZATION,
    &secrets::URL_CREDENTIALS,
    &secrets::JWT,
    &secrets::PRIVATE_KEY,
    &secrets::VENDOR_TOKEN,
    &people::EMAIL,
    &people::PHONE,
    &people::SSN,
    &money::CARD,
    &money::IBAN,
];

/// Those that are looked for only where somebody asks for them by name.
const OPTIONAL: [&Detector; 18] = [
    &network::IP,
    &network::MAC,
    &money::CRYPTO,
    &europe::UK_NINO,
    &europe::ES_DNI,
    &europe::ES_NIE,
    &europe::IT_CODICE_FISCALE,
    &europe::FR_NIR,
    &europe::DE_STEUER_ID,
    &europe::PL_PESEL,
    &overseas::IN_AADHAAR,
    &overseas::IN_PAN,
    &overseas::BR_CPF,
    &overseas::BR_CNPJ,
    &overseas::AU_TFN,
    &overseas::CA_SIN,
    &secrets::ENTROPY,
    &people::BIRTH_DATE,
];

/// The names of those.
pub(super) const ALLOWED: &str = "`ip`, `mac`, `crypto`, `uk_nino`, `es_dni`, `es_nie`, \
`it_codice_fiscale`, `fr_nir`, `de_steuer_id`, `pl_pesel`, `in_aadhaar`, `in_pan`, `br_cpf`, `br_cnpj`, \
`au_tfn`, `ca_sin`, `entropy` and `birth_date`";

/// Whether this is the name of what is looked for in every text.
pub(super) fn is_always_on(name: &str) -> bool {
    ALWAYS.iter().any(|detector| detector.name == name)
}

/// A set of the optional detectors: what is switched on, or what a key tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Set(u32);

impl Set {
    pub(super) const NONE: Self = Self(0);

    /// The detector of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let at = OPTIONAL.iter().position(|detector| detector.name == name)?;
        Some(Self(1 << at))
    }

    /// Those of this set that a key with these words tells of.
    pub(super) fn told_by(self, words: &[String]) -> Self {
        let told = self.members().filter(|(_, detector)| detector.is_told_by(words));
        told.fold(Self::default(), |told, (one, _)| told.and(one))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        self.members().map(|(_, detector)| detector.name)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn members(self) -> impl Iterator<Item = (Self, &'static Detector)> {
        let all = OPTIONAL.into_iter().enumerate().map(|(at, one)| (Self(1 << at), one));
        all.filter(move |(one, _)| self.has(*one))
    }
}

impl Detector {
    fn is_told_by(&self, words: &[String]) -> bool {
        let begins = |words: &[String], phrase: &str| {
            let mut words = words.iter();
            phrase.split(' ').all(|wanted| words.next().is_some_and(|word| word == wanted))
        };
        (0..words.len()).any(|at| {
            let first = words[at].as_bytes().first();
            let phrases = self.context.words().iter();
            phrases
                .filter(|phrase| phrase.as_bytes().first() == first)
                .any(|phrase| begins(&words[at..], phrase))
        })
    }

    /// Whether a word of the context stands shortly before.
    fn is_said_before(&self, text: &str, at: usize) -> bool {
        let near = if matches!(self.context, Context::Refuses(_)) { NEAR / 2 } else { NEAR };
        let from = at.saturating_sub(near);
        let from = (from..=at).find(|from| text.is_char_boundary(*from)).unwrap_or(at);
        let window = &text[from..at];
        // A word that the window cuts is no word.
        let cut = text[..from].ends_with(char::is_alphanumeric);
        let whole = if cut { window.find(|c: char| !c.is_alphanumeric()) } else { Some(0) };
        whole.is_some_and(|whole| {
            let said = Words::of(&window[whole..]);
            self.context.words().iter().any(|phrase| said.have(phrase))
        })
    }
}

/// How far before a value words are looked for.
const NEAR: usize = 40;

/// The words of a short text, as those of keys are split, with a blank before and behind each.
struct Words {
    signs: [u8; 3 * NEAR],
    length: usize,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self { signs: [b' '; 3 * NEAR], length: 1 };
        let mut before = ' ';
        for c in text.chars().filter_map(lookalike) {
            let starts = (c.is_uppercase() && before.is_lowercase())
                || (c.is_alphanumeric() && c.is_numeric() != before.is_numeric());
            if starts || !c.is_alphanumeric() {
                words.push(' ');
            }
            if c.is_alphanumeric() {
                c.to_lowercase().for_each(|c| words.push(c));
            }
            before = c;
        }
        words.push(' ');
        words
    }

    fn push(&mut self, c: char) {
        let twice = c == ' ' && self.signs[self.length - 1] == b' ';
        let place = self.signs.get_mut(self.length..self.length + c.len_utf8());
        if let Some(place) = place.filter(|_| !twice) {
            c.encode_utf8(place);
            self.length += c.len_utf8();
        }
    }

    fn have(&self, phrase: &str) -> bool {
        let signs = &self.signs[..self.length];
        let phrase = phrase.as_bytes();
        signs.windows(phrase.len() + 2).any(|near| {
            near[1] == phrase[0]
                && near[0] == b' '
                && near[phrase.len() + 1] == b' '
                && &near[1..=phrase.len()] == phrase
        })
    }
}

#[cfg(test)]
mod tests;
