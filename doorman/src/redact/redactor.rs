//! The redactor: content in, content as it may be shown out.

use std::{borrow::Cow, collections::HashSet, fmt, sync::Arc};

use crate::{error::Error, schema::Object};

use super::{
    declared::{self, Declared},
    engine, keys,
    kinds::Names,
    mask::{self, Form, Writer},
    pseudonym::Pseudonyms,
    published,
    redacted::Redacted,
    report::{self, Piece},
    rules::Rules,
    style::{Mask, Styles},
    whole,
};

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
    pub(super) rules: Arc<Rules>,
    pub(super) styles: Arc<Styles>,
    pub(super) pseudonyms: Option<Pseudonyms>,
    pub(super) declared: Option<Arc<Declared>>,
}

impl Redactor {
    /// The built-in keys and patterns.
    ///
    /// ```
    /// let redactor = doorman::Redactor::new();
    /// assert_eq!(redactor.text("ask ann@example.com").content(), "ask «redacted»");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This redactor with the keys of one tool in addition.
    ///
    /// ```
    /// let redactor = doorman::Redactor::new().and(&["amount"])?;
    /// let redacted = redactor.json(br#"{"amount":5,"n":1}"#);
    /// assert_eq!(redacted.content().as_ref(), r#"{"amount":"«redacted»","n":1}"#.as_bytes());
    /// # Ok::<(), doorman::Error>(())
    /// ```
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

    /// Whether an output schema declares something.
    pub(crate) fn declares(&self) -> bool {
        self.declared.is_some()
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
        if let Ok(text) = std::str::from_utf8(document) {
            return self.apply(text, engine::Input::Json(text)).map(|content| match content {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            });
        }
        let text = String::from_utf8_lossy(document);
        let mut redacted = match self.declared {
            // It is no document, and what is declared could stand anywhere in it.
            Some(_) => self.edited(&text, vec![declared::whole(&text)]),
            None => self.apply(&text, engine::Input::Json(&text)),
        };
        report::of_bytes(document, &mut redacted.pieces);
        redacted.map(|content| Cow::Owned(content.into_owned().into_bytes()))
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
        if edits.is_empty() && self.declared.is_none() && !self.rules.whole {
            return Redacted::new(Cow::Borrowed(text), &self.rules.names);
        }
        let writer = self.writer();
        edits.retain(|edit| self.rules.only.has(edit.kind) && !writer.is_masked(text, edit));
        if let engine::Input::Json(_) = input {
            if let Some(declared) = &self.declared {
                edits = declared.over(text, edits);
            }
            // A container takes what is masked in it with it.
            if self.rules.whole {
                edits = whole::containers(&self.rules, text, edits);
            }
        }
        self.edited(text, edits)
    }

    /// A text with these edits, which are in order and apart.
    fn edited<'a>(&self, text: &'a str, edits: Vec<engine::Edit>) -> Redacted<Cow<'a, str>> {
        let mut redacted = Redacted::new(Cow::Borrowed(text), &self.rules.names);
        if edits.is_empty() {
            return redacted;
        }
        let writer = self.writer();
        let mut content = String::with_capacity(text.len() + 16 * edits.len());
        redacted.pieces.reserve_exact(edits.len());
        let is_numbered = edits.iter().any(|edit| matches!(edit.form, Form::Key { .. }));
        let keyed = self.pseudonyms.is_some() && is_numbered;
        let mut keys = keyed.then(|| Apart::of(text, &self.rules.names));
        let mut at = 0;
        for mut edit in edits {
            content.push_str(&text[at..edit.start]);
            if let Some(keys) = &mut keys {
                keys.renumber(writer, &mut edit, text);
            }
            let engine::Edit { start, end, kind, .. } = edit;
            let quotes = edit.form.quotes(&text[start..end]);
            let piece = Piece { start: start + quotes, end: end - quotes, kind, at: content.len() };
            redacted.pieces.push(piece);
            redacted.redactions.count(kind);
            writer.write(&mut content, &edit, &text[start..end]);
            at = end;
        }
        content.push_str(&text[at..]);
        redacted.content = Cow::Owned(content);
        redacted
    }

    pub(super) fn writer(&self) -> Writer<'_> {
        let Self { rules, styles, pseudonyms, .. } = self;
        Writer { styles, names: &rules.names, pseudonyms: pseudonyms.as_ref() }
    }
}

/// Pseudonyms keep keys apart by themselves, and need numbers only where that fails.
struct Apart {
    /// Whether masks stand in the text already, which other keys could come to equal.
    is_masked: bool,
    written: HashSet<String>,
}

impl Apart {
    fn of(text: &str, names: &Names) -> Self {
        Self { is_masked: !mask::named(text, names).is_empty(), written: HashSet::new() }
    }

    /// Takes the number from a key whose pseudonym nothing in the document has so far.
    fn renumber(&mut self, writer: Writer<'_>, edit: &mut engine::Edit, text: &str) {
        if let Form::Key { depth, .. } | Form::Quoted { depth } = edit.form
            && writer.styles.of(edit.kind) == Mask::Pseudonym
            && !self.is_masked
        {
            let alone = engine::Edit { form: Form::Key { depth, number: 1 }, ..*edit };
            let mut mask = String::new();
            writer.write(&mut mask, &alone, &text[edit.start..edit.end]);
            if self.written.insert(mask) {
                edit.form = alone.form;
            }
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rules, styles, pseudonyms, declared } = self;
        let keys = rules.patterns.iter().map(keys::Pattern::written);
        let mut shown = f.debug_struct("Redactor");
        shown.field("keys", &keys.collect::<Vec<_>>());
        if !rules.kinds.is_empty() {
            shown.field("kinds", &rules.kinds.names().collect::<Vec<_>>());
        }
        if rules.names != Names::default() {
            shown.field("detectors", &rules.names);
        }
        if **styles != Styles::default() {
            shown.field("masks", styles);
        }
        if pseudonyms.is_some() {
            shown.field("pseudonyms", &true);
        }
        if declared.is_some() {
            shown.field("declared", &true);
        }
        shown.finish()
    }
}
