//! What was redacted: the content as it may be shown, and counts.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    kinds::{Kind, NAMES, Names},
    report::Piece,
};

/// What was redacted, with counts and places of what is masked in it.
///
/// `Debug` shows the counts and never the content.
///
/// ```
/// let redacted = doorman::Redactor::new().text("ask ann@example.com");
/// assert_eq!(redacted.content(), "ask «redacted»");
/// assert_eq!(redacted.redactions().total(), 1);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted<T> {
    pub(super) content: T,
    pub(super) redactions: Redactions,
    pub(super) pieces: Vec<Piece>,
}

impl<T> Redacted<T> {
    /// What nothing is masked in yet.
    pub(super) fn new(content: T, names: &Names) -> Self {
        let redactions =
            Redactions { counts: [0; NAMES.len()], custom: Vec::new(), names: names.clone() };
        Self { content, redactions, pieces: Vec::new() }
    }

    /// The content as it may be shown.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().text("pwd=hunter2");
    /// assert_eq!(redacted.content(), "pwd=«redacted»");
    /// ```
    pub fn content(&self) -> &T {
        &self.content
    }

    /// The content as it may be shown, taken out.
    ///
    /// ```
    /// let line: String = doorman::Redactor::new().text("pwd=hunter2").into_content().into_owned();
    /// assert_eq!(line, "pwd=«redacted»");
    /// ```
    pub fn into_content(self) -> T {
        self.content
    }

    /// How much is masked.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().text("all is well");
    /// assert_eq!(redacted.redactions().total(), 0);
    /// ```
    pub fn redactions(&self) -> &Redactions {
        &self.redactions
    }

    pub(super) fn map<U>(self, with: impl FnOnce(T) -> U) -> Redacted<U> {
        let Self { content, redactions, pieces } = self;
        Redacted { content: with(content), redactions, pieces }
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted").field("redactions", &self.redactions).finish_non_exhaustive()
    }
}

/// How many pieces were masked, by kind: `key`, `email`, `phone`, `ssn`, `card`, `iban`,
/// `secret` (what a text itself calls one), `authorization`, `url_credentials`, `jwt`, `private_key`, `token`
/// (of a vendor), `declared`, those of [`Redactor::with_kinds`](crate::Redactor::with_kinds), and those of own
/// detectors. Serializes as a map without the kinds that there were none of.
///
/// ```
/// let redacted = doorman::Redactor::new().text("ann@example.com, bob@example.com, pwd=x1");
/// let counts = serde_json::to_string(redacted.redactions()).unwrap();
/// assert_eq!(counts, r#"{"email":2,"secret":1}"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Redactions {
    counts: [u32; NAMES.len()],
    /// Of the kinds of the user, as far as there were any.
    custom: Vec<u32>,
    pub(super) names: Names,
}

impl Redactions {
    /// All of them together.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().text("ann@example.com, pwd=x1");
    /// assert_eq!(redacted.redactions().total(), 2);
    /// ```
    #[must_use]
    pub fn total(&self) -> u32 {
        self.counts.iter().chain(&self.custom).fold(0, |total, count| total.saturating_add(*count))
    }

    /// Each kind that there is, with its count.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().text("ann@example.com, pwd=x1");
    /// let counts: Vec<_> = redacted.redactions().iter().collect();
    /// assert_eq!(counts, [("email", 1), ("secret", 1)]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        let counts = self.counts.iter().chain(&self.custom).copied();
        self.names.all().zip(counts).filter(|(_, count)| *count > 0)
    }

    /// Adds those of something else that the same redactor read.
    ///
    /// ```
    /// let redactor = doorman::Redactor::new();
    /// let mut redactions = redactor.text("ann@example.com").redactions().clone();
    /// redactions.add(redactor.text("bob@example.com").redactions());
    /// assert_eq!(redactions.total(), 2);
    /// ```
    pub fn add(&mut self, others: &Self) {
        for (count, other) in self.counts.iter_mut().zip(others.counts) {
            *count = count.saturating_add(other);
        }
        self.custom.resize(self.custom.len().max(others.custom.len()), 0);
        for (count, other) in self.custom.iter_mut().zip(&others.custom) {
            *count = count.saturating_add(*other);
        }
        if self.names == Names::default() {
            self.names = others.names.clone();
        }
    }

    pub(super) fn count(&mut self, kind: Kind) {
        let place = kind.index();
        let count = match place.checked_sub(NAMES.len()) {
            None => &mut self.counts[place],
            Some(place) => {
                self.custom.resize(self.custom.len().max(place + 1), 0);
                &mut self.custom[place]
            }
        };
        *count += 1;
    }
}

/// None at all.
impl Default for Redactions {
    fn default() -> Self {
        Self { counts: [0; NAMES.len()], custom: Vec::new(), names: Names::default() }
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
