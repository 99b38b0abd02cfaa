//! What a redactor is told to do: keys, kinds, detectors, masks and containers.

use std::sync::Arc;

use crate::error::Error;

use super::{
    catalogue,
    detector::Detector,
    keys,
    kinds::{Kind, Kinds, NAMES, Names},
    pseudonym::Pseudonyms,
    redactor::Redactor,
    shown,
    style::Mask,
};

/// The names of all kinds.
pub(super) const ALLOWED: &str = "`key`, `email`, `phone`, `ssn`, `card`, `iban`, `secret`, \
`authorization`, `url_credentials`, `jwt`, `private_key`, `token`, `declared`, `ip`, `mac`, `crypto`, \
`uk_nino`, `es_dni`, `es_nie`, `it_codice_fiscale`, `fr_nir`, `de_steuer_id`, `pl_pesel`, `in_aadhaar`, \
`in_pan`, `br_cpf`, `br_cnpj`, `au_tfn`, `ca_sin`, `entropy`, `birth_date` and the names of own detectors";

/// How many detectors a redactor takes.
const MOST: usize = 64;

/// What becomes of an object or array under a sensitive key.
///
/// ```
/// use doorman::{Containers, Redactor};
///
/// let whole = Redactor::new().containers(Containers::Whole);
/// let document = br#"{"credentials": {"user": "ann", "since": null}}"#;
/// assert_eq!(
///     whole.json(document).content().as_ref(),
///     r#"{"credentials": "«redacted»"}"#.as_bytes()
/// );
/// assert_eq!(
///     Redactor::new().json(document).content().as_ref(),
///     r#"{"credentials": {"user": "«redacted»", "since": null}}"#.as_bytes()
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Containers {
    /// Its shape stays, and every leaf is masked.
    #[default]
    Leaves,
    /// One mask stands for it, in a document; in JSON within a string its leaves are masked.
    Whole,
}

impl Redactor {
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
    pub fn with_keys(
        mut self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, Error> {
        for key in keys {
            let key = key.as_ref();
            let pattern = keys::Pattern::parse(key).ok_or_else(|| Error::Setting {
                setting: "redact",
                problem: format!("has the malformed key \"{}\"", shown(key)),
                allowed: "keys and dotted paths of keys, with `*` for any run of characters",
            })?;
            if !self.rules.patterns.contains(&pattern) {
                let rules = Arc::make_mut(&mut self.rules);
                rules.patterns.push(pattern);
                rules.only = rules.only.and(Kind::Key.index());
            }
        }
        Ok(self)
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
        mut self,
        kinds: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, Error> {
        for kind in kinds {
            let kind = kind.as_ref();
            let named = catalogue::Set::named(kind).ok_or_else(|| Error::Setting {
                setting: "redact_kinds",
                problem: if catalogue::is_always_on(kind) {
                    format!("has the kind \"{kind}\", which is always on")
                } else {
                    format!("has the unknown kind \"{}\"", shown(kind))
                },
                allowed: catalogue::ALLOWED,
            })?;
            let place = self.place("redact_kinds", kind)?;
            let rules = Arc::make_mut(&mut self.rules);
            rules.kinds = rules.kinds.and(named);
            rules.only = rules.only.and(place);
        }
        Ok(self)
    }

    /// Looks for these kinds and nothing else, whether or not they are on by themselves: names that
    /// [`Redactions`](crate::Redactions) tells, and those of own detectors that were added before. What a
    /// tool's output schema declares is masked all the same, and so are all sensitive keys (`key`) where
    /// [`Self::with_keys`] names some, before or after.
    ///
    /// ```
    /// use doorman::Redactor;
    ///
    /// let redactor = Redactor::new().only(["email", "ip"])?;
    /// let redacted = redactor.text("ann@example.com, 203.0.113.42, +44 20 7946 0958");
    /// assert_eq!(redacted.content(), "«redacted», «redacted», +44 20 7946 0958");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that is no kind's, and where there is no name at all.
    pub fn only(mut self, kinds: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Error> {
        let mut only = Kinds::NONE;
        let mut on = catalogue::Set::default();
        for kind in kinds {
            let kind = kind.as_ref();
            only = only.and(self.place("redact_only", kind)?);
            on = catalogue::Set::named(kind).map_or(on, |named| on.and(named));
        }
        if only == Kinds::NONE {
            return Err(Error::Setting {
                setting: "redact_only",
                problem: "names no kind".into(),
                allowed: ALLOWED,
            });
        }
        let rules = Arc::make_mut(&mut self.rules);
        rules.kinds = on;
        rules.only = if rules.patterns.is_empty() { only } else { only.and(Kind::Key.index()) };
        Ok(self)
    }

    /// Adds detectors of one's own; see [`Detector`].
    ///
    /// ```
    /// use doorman::{Detector, Redactor};
    ///
    /// let badge = Detector::pattern("employee_id", r"\bEMP-\d{6}\b")?;
    /// let redactor = Redactor::new().with_detectors([badge])?;
    /// assert_eq!(redactor.text("ask EMP-204611").content(), "ask «redacted»");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for two of one name, and for more than 64.
    pub fn with_detectors(
        mut self,
        detectors: impl IntoIterator<Item = Detector>,
    ) -> Result<Self, Error> {
        let refused = |problem: String, allowed| {
            Err(Error::Setting { setting: "redact_detectors", problem, allowed })
        };
        let rules = Arc::make_mut(&mut self.rules);
        for detector in detectors {
            if rules.names.position(detector.name()).is_some() {
                let problem = format!("has two detectors named \"{}\"", detector.name());
                return refused(problem, "a name of its own for each detector");
            }
            if rules.custom.len() == MOST {
                return refused("has too many detectors".into(), "64 of them at most");
            }
            rules.only = rules.only.and(NAMES.len() + rules.custom.len());
            rules.custom.push(detector);
            rules.names = Names::with(rules.custom.iter().map(|one| one.name().into()));
        }
        Ok(self)
    }

    /// How masks look, for every kind that [`Self::masked_for`] names no other for.
    ///
    /// ```
    /// # use doorman::{Mask, Redactor};
    /// let redactor = Redactor::new().masked(Mask::Typed)?;
    /// assert_eq!(redactor.text("ask ann@example.com").content(), "ask «email»");
    /// assert!(redactor.masked(Mask::Pseudonym).is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for pseudonyms before [`Self::pseudonyms`] gave a key.
    pub fn masked(mut self, mask: Mask) -> Result<Self, Error> {
        self.keyed(mask)?;
        Arc::make_mut(&mut self.styles).overall = mask;
        Ok(self)
    }

    /// How masks of one kind look.
    ///
    /// ```
    /// # use doorman::{Mask, Redactor};
    /// let redactor = Redactor::new().masked_for("card", Mask::LastFour)?;
    /// let redacted = redactor.text("ann@example.com, 4111 1111 1111 1111");
    /// assert_eq!(redacted.content(), "«redacted», «…1111»");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that is no kind's, and for pseudonyms before [`Self::pseudonyms`]
    /// gave a key.
    pub fn masked_for(mut self, kind: &str, mask: Mask) -> Result<Self, Error> {
        self.keyed(mask)?;
        let place = self.place("redact_mask", kind)?;
        let single = &mut Arc::make_mut(&mut self.styles).single;
        single.retain(|(other, _)| *other != place);
        single.push((place, mask));
        Ok(self)
    }

    /// Takes a key for [`Mask::Pseudonym`]: 32 random bytes or more, kept as long as pseudonyms shall stay
    /// the same, and shown to nobody.
    ///
    /// ```
    /// use doorman::{Mask, Redactor};
    ///
    /// # let key = [7; 32];
    /// let redactor = Redactor::new().pseudonyms(&key)?.masked(Mask::Pseudonym)?;
    /// let redacted = redactor.text("ann@example.com, bob@example.com, Ann@Example.com");
    /// let [ann, bob, again] = *redacted.content().split(", ").collect::<Vec<_>>() else { panic!() };
    /// assert!(ann == again && ann != bob && ann.starts_with("«email:"));
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a key of fewer than 32 bytes.
    pub fn pseudonyms(self, key: &[u8]) -> Result<Self, Error> {
        let pseudonyms = Pseudonyms::new(key).ok_or_else(|| Error::Setting {
            setting: "redact_pseudonyms",
            problem: format!("has a key of {} bytes", key.len()),
            allowed: "32 random bytes or more",
        })?;
        Ok(Self { pseudonyms: Some(pseudonyms), ..self })
    }

    /// This redactor with the pseudonyms of a tenant: the same value has others for each. A guard takes
    /// the tenant of the principal.
    ///
    /// ```
    /// use doorman::{Mask, Redactor};
    ///
    /// let redactor = Redactor::new().pseudonyms(&[7; 32])?.masked(Mask::Pseudonym)?;
    /// let of = |tenant| redactor.for_tenant(tenant).text("ann@example.com").into_content();
    /// assert_eq!(of(Some("acme")), of(Some("acme")));
    /// assert_ne!(of(Some("acme")), of(Some("globex")));
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn for_tenant(&self, tenant: Option<&str>) -> Self {
        let pseudonyms = self.pseudonyms.as_ref();
        Self { pseudonyms: pseudonyms.map(|keyed| keyed.for_tenant(tenant)), ..self.clone() }
    }

    /// What becomes of an object or array under a sensitive key.
    ///
    /// ```
    /// # use doorman::{Containers, Redactor};
    /// let redacted = Redactor::new().containers(Containers::Whole).json(br#"{"password":{"new":"x"}}"#);
    /// assert_eq!(redacted.content().as_ref(), r#"{"password":"«redacted»"}"#.as_bytes());
    /// ```
    #[must_use]
    pub fn containers(mut self, containers: Containers) -> Self {
        Arc::make_mut(&mut self.rules).whole = containers == Containers::Whole;
        self
    }

    fn keyed(&self, mask: Mask) -> Result<(), Error> {
        if mask == Mask::Pseudonym && self.pseudonyms.is_none() {
            return Err(Error::Setting {
                setting: "redact_mask",
                problem: "asks for pseudonyms without a key".into(),
                allowed: "pseudonyms with a key of 32 random bytes or more",
            });
        }
        Ok(())
    }

    /// The place of the kind of this name.
    fn place(&self, setting: &'static str, kind: &str) -> Result<usize, Error> {
        self.rules.names.position(kind).ok_or_else(|| Error::Setting {
            setting,
            problem: format!("has the unknown kind \"{}\"", shown(kind)),
            allowed: ALLOWED,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_asked_for_and_no_other() {
        for name in NAMES {
            assert!(ALLOWED.contains(&format!("`{name}`")));
            assert!(Redactor::new().only([name]).is_ok());
        }
        let error = Redactor::new().only(["email", "mail"]).unwrap_err().to_string();
        assert!(error.starts_with("`redact_only` has the unknown kind \"mail\"; allowed: `key`,"));
        let none: [&str; 0] = [];
        assert!(Redactor::new().only(none).is_err());
    }

    #[test]
    fn only_what_is_asked_for_is_masked() {
        let document = br#"{"password": "x", "a": "ann@example.com", "b": "203.0.113.9"}"#;
        let redacted = |redactor: Redactor| {
            String::from_utf8(redactor.json(document).into_content().into_owned()).unwrap()
        };
        assert_eq!(
            redacted(Redactor::new().only(["email"]).unwrap()),
            r#"{"password": "x", "a": "«redacted»", "b": "203.0.113.9"}"#
        );
        assert_eq!(
            redacted(Redactor::new().only(["ip"]).unwrap()),
            r#"{"password": "x", "a": "ann@example.com", "b": "«redacted»"}"#
        );
        assert_eq!(
            redacted(Redactor::new().only(["phone"]).unwrap().with_kinds(["ip"]).unwrap()),
            r#"{"password": "x", "a": "ann@example.com", "b": "«redacted»"}"#
        );
    }

    #[test]
    fn keys_that_are_named_are_masked_whatever_else_is_asked_for() {
        let document = br#"{"amount": 5, "a": "ann@example.com"}"#;
        let redactors = [
            Redactor::new().only(["ip"]).unwrap().with_keys(["amount"]).unwrap(),
            Redactor::new().with_keys(["amount"]).unwrap().only(["ip"]).unwrap(),
        ];
        for redactor in redactors {
            assert_eq!(
                redactor.json(document).content().as_ref(),
                r#"{"amount": "«redacted»", "a": "ann@example.com"}"#.as_bytes()
            );
        }
    }
}
