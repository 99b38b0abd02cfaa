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
    /// The kind, and a number that stands for the value: `«email:7f3a90b1»`. A value of the same kind has the same
    /// number, however it is spelt and wherever it stands, within one tenant and under one key
    /// ([`Redactor::pseudonyms`](crate::Redactor::pseudonyms)). Without the key nobody can tell a value
    /// from its number, nor try values out. Keys of an object are counted as well where they would be the
    /// same (`«email:7f3a90b1 2»`).
    Pseudonym,
    /// The last four letters or digits: `«…1111»`. Of a value with fewer than eight nothing is kept. For kinds
    /// of which the end gives little away: cards and accounts, not passwords.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Detector, Redactor};

    fn redactor(mask: Mask) -> Redactor {
        Redactor::new().pseudonyms(&[7; 32]).unwrap().masked(mask).unwrap()
    }

    fn json(redactor: &Redactor, document: &Value) -> Value {
        let document = document.to_string();
        let once = redactor.json(document.as_bytes()).into_content().into_owned();
        let twice = redactor.json(&once);
        assert_eq!(twice.redactions().total(), 0, "{}", String::from_utf8_lossy(&once));
        serde_json::from_slice(&once).unwrap()
    }

    #[test]
    fn each_style_looks_as_it_says() {
        let document = json!({
            "a@example.com": 1, "b@example.com": "4111 1111 1111 1111", "password": 12,
            "token": null, "inner": "{\"pin\": \"12345678\"}",
        });
        assert_eq!(
            json(&redactor(Mask::Typed), &document),
            json!({ "«email»": 1, "«email 2»": "«card»", "password": "«key»", "token": null,
                "inner": "{\"pin\": \"«key»\"}" })
        );
        assert_eq!(
            json(&redactor(Mask::LastFour), &document),
            json!({ "«….com»": 1, "«….com 2»": "«…1111»", "password": "«redacted»", "token": null,
                "inner": "{\"pin\": \"«…5678»\"}" })
        );
        let pseudonyms = json(&redactor(Mask::Pseudonym), &document);
        let keys: Vec<&String> = pseudonyms.as_object().unwrap().keys().collect();
        assert!(keys.iter().filter(|key| key.starts_with("«email:")).count() == 2, "{keys:?}");
        assert!(pseudonyms["password"].as_str().unwrap().starts_with("«key:"));
    }

    #[test]
    fn one_kind_may_look_otherwise() {
        let redactor = redactor(Mask::Typed)
            .masked_for("card", Mask::LastFour)
            .and_then(|redactor| redactor.masked_for("email", Mask::Pseudonym))
            .and_then(|redactor| redactor.masked_for("card", Mask::Redacted))
            .unwrap();
        let text = redactor.text("a@example.com 4111111111111111 123-45-6789").into_content();
        assert!(text.starts_with("«email:") && text.ends_with(" «redacted» «ssn»"), "{text}");
    }

    #[test]
    fn one_person_has_one_pseudonym_however_it_is_spelt() {
        let redactor = redactor(Mask::Pseudonym);
        let document =
            br#"["ann@example.com", "ANN\u0040example.com", "mail a\u006en@Example.com now"]"#;
        let masked: Vec<String> =
            serde_json::from_slice(redactor.json(document).content()).unwrap();
        assert_eq!(masked[0], masked[1]);
        assert_eq!(format!("mail {} now", masked[0]), masked[2]);
        assert_eq!(redactor.text("ann@example.com").content(), &masked[0]);
        assert_ne!(redactor.text("bob@example.com").content(), &masked[0]);
        let other = Redactor::new().pseudonyms(&[8; 32]).unwrap().masked(Mask::Pseudonym).unwrap();
        assert_ne!(other.text("ann@example.com").content(), &masked[0]);
    }

    #[test]
    fn keys_of_an_object_stay_apart_by_their_pseudonyms_and_by_numbers_where_these_are_the_same() {
        let redactor = redactor(Mask::Pseudonym);
        let pseudonym = |mail: &str| redactor.text(mail).into_content().into_owned();
        let (ann, bob) = (pseudonym("ann@example.com"), pseudonym("bob@example.com"));
        let masked = |document: &str| {
            let once = redactor.json(document.as_bytes()).into_content().into_owned();
            assert_eq!(redactor.json(&once).redactions().total(), 0);
            String::from_utf8(once).unwrap()
        };
        assert_eq!(
            masked(r#"{"bob@example.com":1,"ann@example.com":2}"#),
            format!(r#"{{"{bob}":1,"{ann}":2}}"#)
        );
        let second = ann.replace('»', " 2»");
        assert_eq!(
            masked(r#"{"ann@example.com":1,"ANN@example.com":2,"bob@example.com":3}"#),
            format!(r#"{{"{ann}":1,"{second}":2,"{bob}":3}}"#)
        );
        assert_eq!(
            masked(&format!(r#"{{"{ann}":1,"ann@example.com":2}}"#)),
            format!(r#"{{"{ann}":1,"{second}":2}}"#)
        );
    }

    #[test]
    fn pseudonyms_without_a_key_are_refused_and_a_key_is_never_shown() {
        let refused = [
            Redactor::new().masked(Mask::Pseudonym).unwrap_err(),
            Redactor::new().masked_for("card", Mask::Pseudonym).unwrap_err(),
        ];
        for error in refused {
            assert!(
                error.to_string().starts_with("`redact_mask` asks for pseudonyms without a key")
            );
        }
        let error = Redactor::new().pseudonyms(b"s3nt1nel").unwrap_err().to_string();
        assert!(error.starts_with("`redact_pseudonyms` has a key of 8 bytes"), "{error}");
        let redactor = Redactor::new().pseudonyms(b"s3nt1nel-s3nt1nel-s3nt1nel-s3nt1nel").unwrap();
        let shown = format!("{redactor:?}");
        assert!(!shown.contains("s3nt1nel") && !shown.contains("115"), "{shown}");
    }

    #[test]
    fn a_name_that_is_no_kind_or_mask_is_refused() {
        let error = Redactor::new().masked_for("mail", Mask::Typed).unwrap_err().to_string();
        assert!(error.starts_with("`redact_mask` has the unknown kind \"mail\""), "{error}");
        let error = "last5".parse::<Mask>().unwrap_err().to_string();
        assert!(error.starts_with("`redact_mask` has the unknown mask \"last5\""), "{error}");
        for mask in [Mask::Redacted, Mask::Typed, Mask::Pseudonym, Mask::LastFour] {
            assert_eq!(mask.to_string().parse(), Ok(mask));
        }
    }

    proptest! {
        #[test]
        fn to_redact_in_any_style_twice_changes_nothing(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "ann@example.com", "4111 1111 1111 1111", "password=", "hunter2hunter2", "token: ", " ",
                "\"", "{\"token\":", "}", "«email»", "«token:7f3a90b1»", "«…1111»", "«secret»", ":", "=",
                "Bearer ", "EMP-204611", "«badge»", "user:pw1@h.com", "/", "'", ",", "[", "]",
                "«badge:7f3a90b1 2»", "415-555-0100", "key",
            ]), 0..10),
            mask in prop::sample::select(vec![Mask::Typed, Mask::Pseudonym, Mask::LastFour]),
            key in prop::sample::select(vec!["token", "note", "ann@example.com"]),
        ) {
            let badge = Detector::pattern("badge", r"EMP-\d{6}").unwrap();
            let redactor = redactor(mask).with_detectors([badge]).unwrap();
            let text = pieces.concat();
            let once = redactor.text(&text).into_content().into_owned();
            let twice = redactor.text(&once).into_content().into_owned();
            prop_assert_eq!(&twice, &once);
            prop_assert!(!once.contains("EMP-204611"));
            let document = json!({ key: [text.clone(), { "a@b.com": text, "c@d.com": 5 }] }).to_string();
            let once = redactor.json(document.as_bytes()).into_content().into_owned();
            let twice = redactor.json(&once).into_content().into_owned();
            prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
            let after: Value = serde_json::from_slice(&once).unwrap();
            prop_assert_eq!(after.as_object().unwrap().len(), 1);
            let inner = after.as_object().unwrap().values().next().unwrap()[1].as_object().unwrap();
            prop_assert_eq!(inner.len(), 2);
        }
    }
}
