//! Redaction: secrets and personal data are masked in what a tool answers, everything else stays as it is.

mod catalogue;
mod declared;
mod encoded;
mod engine;
mod fold;
mod json;
mod judge;
mod keys;
mod kinds;
mod mail;
mod mask;
mod numbers;
mod pairs;
mod published;
mod secrets;
mod sweep;
mod wrappers;

use std::{borrow::Cow, fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::{error::Error, schema::Object};

use self::{
    declared::Declared,
    kinds::{Kind, Kinds, NAMES},
    mask::MASK,
};

pub use self::wrappers::{Pii, Secret};

/// Masks secrets and personal data in JSON and in text.
///
/// Values under sensitive keys (`password`, `access_token`, `Authorization`, …, however they are spelt)
/// are masked whole, a container leaf by leaf. Everywhere else e-mail addresses, telephone numbers, US
/// social security numbers, card and bank account numbers, and secrets of known shapes are masked where
/// they stand. What is masked once stays as it is when it is redacted again. To clone it is cheap.
///
/// ```
/// use doorman::Redactor;
///
/// let redacted = Redactor::new().json(br#"{"id": 7, "email": "ann@example.com", "password": "x"}"#);
/// assert_eq!(
///     redacted.content().as_ref(),
///     r#"{"id": 7, "email": "«redacted»", "password": "«redacted»"}"#.as_bytes()
/// );
/// ```
#[derive(Clone, Default)]
pub struct Redactor {
    rules: Arc<Rules>,
    declared: Option<Arc<Declared>>,
}

impl Redactor {
    /// The built-in keys and patterns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds keys whose values are masked: globs over one key (`amount`, `*_note`), or dotted paths of
    /// globs that match at the end of a path (`card.*`: every member of a member `card`). Spelling
    /// does not matter: `customer_id` is also `customerId` and `Customer-ID`.
    ///
    /// ```
    /// use doorman::Redactor;
    ///
    /// let redactor = Redactor::new().with_keys(["amount", "card.*"])?;
    /// let redacted = redactor.json(br#"{"amount":5,"card":{"owner":"Ann"},"n":1}"#);
    /// assert_eq!(
    ///     redacted.content().as_ref(),
    ///     r#"{"amount":"«redacted»","card":{"owner":"«redacted»"},"n":1}"#.as_bytes()
    /// );
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a key that is blank, has an empty part or a control character, or is
    /// longer than 256 bytes.
    pub fn with_keys(self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Error> {
        let mut patterns = self.rules.patterns.clone();
        for key in keys {
            let key = key.as_ref();
            let pattern = keys::Pattern::parse(key).ok_or_else(|| Error::Setting {
                setting: "redact",
                problem: format!(
                    "has the malformed key \"{}\"",
                    key.chars().take(64).flat_map(char::escape_debug).collect::<String>()
                ),
                allowed: "keys and dotted paths of keys, with `*` for any run of characters",
            })?;
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
        Ok(if patterns.len() == self.rules.patterns.len() {
            self
        } else {
            let rules = Rules { patterns, ..*self.rules };
            Self { rules: Arc::new(rules), ..self }
        })
    }

    /// Looks also for what is left alone without being asked for: `ip`, `mac`, `crypto` (addresses of
    /// Bitcoin and Ethereum), national numbers with their checksums (`uk_nino`, `es_dni`, `es_nie`,
    /// `it_codice_fiscale`, `fr_nir`, `de_steuer_id`, `pl_pesel`, `in_aadhaar`, `in_pan`, `br_cpf`,
    /// `br_cnpj`, `au_tfn`, `ca_sin`), `entropy` (words that look random beside one like `key`) and
    /// `birth_date` (beside one like `born`).
    ///
    /// ```
    /// use doorman::Redactor;
    ///
    /// let redactor = Redactor::new().with_kinds(["ip", "br_cpf"])?;
    /// let redacted = redactor.text("203.0.113.42, CPF 529.982.247-25");
    /// assert_eq!(redacted.content(), "«redacted», CPF «redacted»");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that is none of these.
    pub fn with_kinds(
        self,
        kinds: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, Error> {
        let mut on = self.rules.kinds;
        for kind in kinds {
            let kind = kind.as_ref();
            let named = catalogue::Set::named(kind).ok_or_else(|| Error::Setting {
                setting: "redact_kinds",
                problem: if catalogue::is_always_on(kind) {
                    format!("has the kind \"{kind}\", which is always on")
                } else {
                    let kind: String = kind.chars().take(64).flat_map(char::escape_debug).collect();
                    format!("has the unknown kind \"{kind}\"")
                },
                allowed: catalogue::ALLOWED,
            })?;
            on = on.and(named);
        }
        let patterns = self.rules.patterns.clone();
        Ok(Self { rules: Arc::new(Rules { patterns, kinds: on, only: self.rules.only }), ..self })
    }

    /// This redactor with the keys of one tool in addition.
    ///
    /// # Errors
    /// As [`Self::with_keys`].
    pub fn and(&self, own: &[&str]) -> Result<Self, Error> {
        self.clone().with_keys(own)
    }

    /// This redactor, which also masks what a tool's output schema declares in the JSON that it answers.
    pub(crate) fn declared_by(self, schema: &Object, wrapped: bool) -> Self {
        Self { declared: Declared::read(schema, wrapped).map(Arc::new), ..self }
    }

    /// Redacts a JSON document. Bytes that are not masked stay as they are: order, blanks and the
    /// spelling of numbers. What is no JSON is redacted as text, and never left unread; sequences that
    /// are no UTF-8 become U+FFFD then.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().json(b"[1.50, 4111111111111111]");
    /// assert_eq!(redacted.content().as_ref(), "[1.50, \"«redacted»\"]".as_bytes());
    /// assert_eq!(redacted.redactions().total(), 1);
    /// ```
    #[must_use]
    pub fn json<'a>(&self, document: &'a [u8]) -> Redacted<Cow<'a, [u8]>> {
        match std::str::from_utf8(document) {
            Ok(text) => self.apply(text, engine::Input::Json(text)).map(|content| match content {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            }),
            Err(_) => {
                let text = String::from_utf8_lossy(document);
                let redacted = match self.declared {
                    // It is no document, and what is declared could stand anywhere in it.
                    Some(_) => edited(&text, vec![declared::whole(&text)]),
                    None => self.apply(&text, engine::Input::Text(&text)),
                };
                redacted.map(|content| Cow::Owned(content.into_owned().into_bytes()))
            }
        }
    }

    /// Redacts a text; JSON documents in it are redacted as such.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().text("ask ann@example.com, password=hunter2");
    /// assert_eq!(redacted.content(), "ask «redacted», password=«redacted»");
    /// ```
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Redacted<Cow<'a, str>> {
        self.apply(text, engine::Input::Text(text))
    }

    /// Makes a published output schema true of redacted answers: wherever a mask may stand, the
    /// schema lets it. `own` are the tool's own keys among those of this redactor.
    ///
    /// # Errors
    /// Those of `own` that match nothing the schema tells of.
    pub(crate) fn publish(
        &self,
        schema: &mut Object,
        wrapped: bool,
        own: &[&str],
    ) -> Result<(), Vec<String>> {
        let nothing = Declared::default();
        let declared = self.declared.as_deref().unwrap_or(&nothing);
        published::relax(&self.rules, declared, schema, wrapped, own)
    }

    fn apply<'a>(&self, text: &'a str, input: engine::Input<'_>) -> Redacted<Cow<'a, str>> {
        let mut edits = engine::redact(&self.rules, input);
        if let (Some(declared), engine::Input::Json(_)) = (&self.declared, input) {
            edits = declared.over(text, edits);
        }
        edited(text, edits)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.rules.patterns.iter().map(keys::Pattern::written);
        let mut shown = f.debug_struct("Redactor");
        shown.field("keys", &keys.collect::<Vec<_>>());
        if !self.rules.kinds.is_empty() {
            shown.field("kinds", &self.rules.kinds.names().collect::<Vec<_>>());
        }
        if self.declared.is_some() {
            shown.field("declared", &true);
        }
        shown.finish()
    }
}

/// A text with these edits, which are in order and apart.
fn edited(text: &str, edits: Vec<engine::Edit>) -> Redacted<Cow<'_, str>> {
    let mut redactions = Redactions::default();
    if edits.is_empty() {
        return Redacted { content: Cow::Borrowed(text), redactions };
    }
    let mut content = String::with_capacity(text.len() + 16 * edits.len());
    let mut at = 0;
    for edit in edits {
        content.push_str(&text[at..edit.start]);
        mask::write(&mut content, &edit, &text[edit.start..edit.end]);
        at = edit.end;
        redactions.counts[edit.kind as usize] += 1;
    }
    content.push_str(&text[at..]);
    Redacted { content: Cow::Owned(content), redactions }
}

/// What an engine needs to know: the keys of the user, and the detectors that are on beside those that
/// always are.
#[derive(Debug, Default)]
struct Rules {
    patterns: Vec<keys::Pattern>,
    kinds: catalogue::Set,
    only: Kinds,
}

impl Rules {
    fn matches(&self, above: &[keys::Key], key: &keys::Key) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(above, key))
    }

    /// How many keys the longest pattern tells of.
    fn longest(&self) -> usize {
        self.patterns.iter().map(keys::Pattern::length).max().unwrap_or(1)
    }

    /// Whether no pattern fits in a text of this length.
    fn too_short(&self, text: &str) -> bool {
        text.len() < if self.kinds.is_empty() { 6 } else { 3 }
    }

    fn has_paths(&self) -> bool {
        self.longest() > 1
    }
}

/// A place in a text that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hit {
    start: usize,
    end: usize,
    kind: Kind,
}

/// What was redacted, with counts of what is masked in it.
///
/// `Debug` shows the counts and never the content.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted<T> {
    content: T,
    redactions: Redactions,
}

impl<T> Redacted<T> {
    /// The content as it may be shown.
    pub fn content(&self) -> &T {
        &self.content
    }

    /// The content as it may be shown, taken out.
    pub fn into_content(self) -> T {
        self.content
    }

    /// How much is masked.
    pub fn redactions(&self) -> Redactions {
        self.redactions
    }

    fn map<U>(self, with: impl FnOnce(T) -> U) -> Redacted<U> {
        Redacted { content: with(self.content), redactions: self.redactions }
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted").field("redactions", &self.redactions).finish_non_exhaustive()
    }
}

/// How many pieces were masked, by kind: `key`, `email`, `phone`, `ssn`, `card`, `iban`,
/// `secret` (what a text itself calls one), `authorization`, `url_credentials`, `jwt`, `private_key`, `token`
/// (of a vendor), `declared`, and those of [`Redactor::with_kinds`]. Serializes as a map without the kinds that
/// there were none of.
///
/// ```
/// let redacted = doorman::Redactor::new().text("ann@example.com, bob@example.com, pwd=x1");
/// let counts = serde_json::to_string(&redacted.redactions()).unwrap();
/// assert_eq!(counts, r#"{"email":2,"secret":1}"#);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Redactions {
    counts: [u32; NAMES.len()],
}

impl Redactions {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Each kind that there is, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u32)> {
        NAMES.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }
}

impl fmt::Debug for Redactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Redactions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (kind, count) in self.iter() {
            map.serialize_entry(kind, &count)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;
