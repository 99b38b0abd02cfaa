//! What a server masks in the results of all its tools.

use super::DoormanBuilder;
use crate::{
    error::Error,
    redact::{Containers, Detector, Mask, Redactor, Secret},
};

/// The settings of redaction, as they were given.
#[derive(Debug, Default)]
pub(super) struct Redaction {
    keys: Vec<String>,
    kinds: Vec<String>,
    only: Option<Vec<String>>,
    detectors: Vec<Detector>,
    mask: Mask,
    /// Of single kinds.
    masks: Vec<(String, Mask)>,
    pseudonyms: Option<Secret<Vec<u8>>>,
    containers: Containers,
}

impl Redaction {
    /// The redactor of every tool. What is wrong is left out and added to the errors.
    pub(super) fn redactor(&self, errors: &mut Vec<Error>) -> Redactor {
        let mut redactor = Redactor::new().containers(self.containers);
        let mut take =
            |with: &dyn Fn(Redactor) -> Result<Redactor, Error>| match with(redactor.clone()) {
                Ok(taken) => redactor = taken,
                Err(error) => errors.push(error),
            };
        // Detectors are looked for beside those kinds, unless these name some of them.
        let only = |redactor: Redactor| match &self.only {
            Some(only) => redactor.only(only),
            None => Ok(redactor),
        };
        let with = |redactor: Redactor| redactor.with_detectors(self.detectors.iter().cloned());
        let names = |only: &Vec<String>| {
            self.detectors.iter().any(|own| only.iter().any(|name| name == own.name()))
        };
        if self.only.as_ref().is_some_and(names) {
            take(&with);
            take(&only);
        } else {
            take(&only);
            take(&with);
        }
        take(&|redactor| redactor.with_keys(&self.keys));
        take(&|redactor| redactor.with_kinds(&self.kinds));
        if let Some(key) = &self.pseudonyms {
            take(&|redactor| redactor.pseudonyms(key.expose()));
        }
        take(&|redactor| redactor.masked(self.mask));
        for (kind, mask) in &self.masks {
            take(&|redactor| redactor.masked_for(kind, *mask));
        }
        redactor
    }
}

impl DoormanBuilder {
    /// Keys whose values are masked in the results of every tool, beside those that always are
    /// (`password`, `*_token`, …): globs, or dotted paths of them, however they are spelt. See
    /// [`Redactor::with_keys`](crate::Redactor::with_keys). Several times adds them all.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.redact(["amount", "*_note", "card.*"]).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn redact<const N: usize>(mut self, keys: [&str; N]) -> Self {
        self.redaction.keys.extend(keys.map(str::to_owned));
        self
    }

    /// Kinds of values that are masked in the results of every tool, beside those that always are:
    /// `ip`, `mac`, `crypto`, national numbers, `entropy`, `birth_date`. See
    /// [`Redactor::with_kinds`](crate::Redactor::with_kinds). Several times adds them all.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert!(builder.redact_kinds(["ip", "br_cpf"]).build().is_ok());
    /// let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let error = builder.redact_kinds(["ipv4"]).build().unwrap_err();
    /// assert!(error.to_string().starts_with("`redact_kinds` has the unknown kind \"ipv4\""));
    /// ```
    pub fn redact_kinds<const N: usize>(mut self, kinds: [&str; N]) -> Self {
        self.redaction.kinds.extend(kinds.map(str::to_owned));
        self
    }

    /// The only kinds of values that are masked in the results of every tool, beside the keys of
    /// [`Self::redact`] and what output schemas declare: less than without it. See
    /// [`Redactor::only`](crate::Redactor::only). Several times adds them all.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.redact_only(["key", "email", "card"]).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn redact_only<const N: usize>(mut self, kinds: [&str; N]) -> Self {
        self.redaction.only.get_or_insert_default().extend(kinds.map(str::to_owned));
        self
    }

    /// Detectors of one's own, for the results of every tool. Several times adds them all. What a
    /// configuration holds is a [`Detector`] too.
    ///
    /// ```
    /// # use doorman::{Detector, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let doorman = Doorman::builder("staff")
    ///     .redact_detectors([Detector::pattern("employee_id", r"\bEMP-\d{6}\b")?])
    ///     .tools(tools![ping].with_state(()))
    ///     .build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn redact_detectors(mut self, detectors: impl IntoIterator<Item = Detector>) -> Self {
        self.redaction.detectors.extend(detectors);
        self
    }

    /// How masks look, in the results of every tool; without it, `«redacted»`.
    ///
    /// ```
    /// # use doorman::{Doorman, Mask, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let key = [7; 32];
    /// let doorman = Doorman::builder("billing")
    ///     .redact_mask(Mask::Pseudonym)
    ///     .redact_mask_for("card", Mask::LastFour)
    ///     .redact_pseudonyms(key)
    ///     .tools(tools![ping].with_state(()))
    ///     .build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn redact_mask(mut self, mask: Mask) -> Self {
        self.redaction.mask = mask;
        self
    }

    /// How masks of one kind look.
    ///
    /// ```
    /// # use doorman::{Doorman, Mask, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.redact_mask_for("card", Mask::LastFour).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn redact_mask_for(mut self, kind: &str, mask: Mask) -> Self {
        self.redaction.masks.push((kind.into(), mask));
        self
    }

    /// The key of [`Mask::Pseudonym`]: 32 random bytes or more, the same in every process that shall give
    /// the same pseudonyms. Each tenant of the principals has its own.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let error = builder.redact_pseudonyms(*b"short").build().unwrap_err();
    /// assert!(error.to_string().starts_with("`redact_pseudonyms` has a key of 5 bytes"));
    /// ```
    pub fn redact_pseudonyms(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.redaction.pseudonyms = Some(Secret::new(key.into()));
        self
    }

    /// What becomes of an object or array under a sensitive key; without it, its leaves are masked.
    ///
    /// ```
    /// # use doorman::{Containers, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.redact_containers(Containers::Whole).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn redact_containers(mut self, containers: Containers) -> Self {
        self.redaction.containers = containers;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Redaction;
    use crate::{Detector, Doorman, Mask};

    #[test]
    fn every_mistake_is_told_and_no_key_is_shown() {
        let own = || Detector::pattern("own", "x").unwrap();
        let builder = Doorman::builder("billing")
            .redact(["a..b"])
            .redact_kinds(["email"])
            .redact_only(["mail"])
            .redact_detectors([own(), own()])
            .redact_pseudonyms(*b"s3nt1nel")
            .redact_mask(Mask::Pseudonym)
            .redact_mask_for("nothing", Mask::Typed);
        assert!(!format!("{builder:?}").contains("115, 51, 110"));
        let errors = builder.build().unwrap_err().to_string();
        for words in [
            "`redact` has the malformed key \"a..b\"",
            "`redact_kinds` has the kind \"email\"",
            "`redact_only` has the unknown kind \"mail\"",
            "`redact_detectors` has two detectors named \"own\"",
            "`redact_pseudonyms` has a key of 8 bytes",
            "`redact_mask` asks for pseudonyms without a key",
            "`redact_mask` has the unknown kind \"nothing\"",
        ] {
            assert!(errors.contains(words), "{errors}");
        }
        assert!(!errors.contains("s3nt1nel"));
    }

    #[test]
    fn detectors_are_looked_for_beside_the_only_kinds_unless_those_name_one() {
        let shown = |only: &[&str]| {
            let redaction = Redaction {
                only: Some(only.iter().map(|kind| (*kind).to_owned()).collect()),
                detectors: ["badge", "room"]
                    .map(|name| Detector::pattern(name, &format!("{name}!")).unwrap())
                    .to_vec(),
                ..Redaction::default()
            };
            let mut errors = Vec::new();
            let redactor = redaction.redactor(&mut errors);
            assert!(errors.is_empty(), "{errors:?}");
            redactor.text("badge! room! a@example.com").into_content().into_owned()
        };
        assert_eq!(shown(&["email"]), "«redacted» «redacted» «redacted»");
        assert_eq!(shown(&["room"]), "badge! «redacted» a@example.com");
    }
}
