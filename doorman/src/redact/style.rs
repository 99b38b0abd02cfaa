//! How masks look: one style for all, and others for single kinds.

use std::{fmt, str::FromStr};

use crate::error::Error;

use super::kinds::Kind;

/// How what is masked looks.
///
/// ```
/// use doorman::{Mask, Redactor};
///
/// let redactor = Redactor::new().masked(Mask::Typed)?.masked_for("card", Mask::LastFour)?;
/// let redacted = redactor.text("ann@example.com paid by 4111 1111 1111 1111");
/// assert_eq!(redacted.content(), "«email» paid by «…1111»");
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mask {
    /// `«redacted»`.
    #[default]
    Redacted,
    /// The kind: `«email»`.
    Typed,
    /// The kind, and a number that stands for the value: `«email:7f3a90b1»`. The same value has the same
    /// number, however it is spelt and wherever it stands, within one tenant and under one key
    /// ([`Redactor::pseudonyms`](crate::Redactor::pseudonyms)). Without the key nobody can tell a value
    /// from its number, nor try values out.
    Pseudonym,
    /// The last four letters or digits: `«…1111»`. Of a value with fewer than eight nothing is kept.
    LastFour,
}

impl Mask {
    const ALLOWED: &'static str = "`redacted`, `typed`, `pseudonym` and `last4`";
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redacted => "redacted",
            Self::Typed => "typed",
            Self::Pseudonym => "pseudonym",
            Self::LastFour => "last4",
        })
    }
}

/// Reads `redacted`, `typed`, `pseudonym` or `last4`.
impl FromStr for Mask {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let all = [Self::Redacted, Self::Typed, Self::Pseudonym, Self::LastFour];
        all.into_iter().find(|mask| mask.to_string() == name).ok_or_else(|| Error::Setting {
            setting: "redact_mask",
            problem: format!("has the unknown mask \"{}\"", super::shown(name)),
            allowed: Self::ALLOWED,
        })
    }
}

/// The mask of every kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Styles {
    pub(super) overall: Mask,
    /// Places of kinds that look otherwise; the last one holds.
    pub(super) single: Vec<(usize, Mask)>,
}

impl Styles {
    pub(super) fn of(&self, kind: Kind) -> Mask {
        let single = self.single.iter().rev().find(|(place, _)| *place == kind.index());
        single.map_or(self.overall, |(_, mask)| *mask)
    }
}
