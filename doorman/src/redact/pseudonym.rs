//! Pseudonyms: numbers under a key that stand for values, the same for every spelling of one.

use std::{fmt, sync::Arc};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{fold, kinds::Kind};

/// The fewest bytes of a key.
pub(super) const SHORTEST: usize = 32;

/// What makes pseudonyms for one tenant.
#[derive(Clone)]
pub(super) struct Pseudonyms {
    key: Arc<Hmac<Sha256>>,
    of_tenant: Arc<Hmac<Sha256>>,
}

impl Pseudonyms {
    /// Those under a key, for no tenant; `None` where the key is too short.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        if key.len() < SHORTEST {
            return None;
        }
        let key = Arc::new(Hmac::new_from_slice(key).ok()?);
        Some(Self { of_tenant: derived(&key, None), key })
    }

    /// The same, for another tenant.
    pub(super) fn for_tenant(&self, tenant: Option<&str>) -> Self {
        Self { key: Arc::clone(&self.key), of_tenant: derived(&self.key, tenant) }
    }

    /// What stands for a value of a kind.
    pub(super) fn of(&self, kind: &str, value: &str) -> u32 {
        let mut mac = Hmac::clone(&self.of_tenant);
        // No name of a kind has a zero byte.
        for part in [kind.as_bytes(), b"\0", value.as_bytes()] {
            mac.update(part);
        }
        let [a, b, c, d, ..] = <[u8; 32]>::from(mac.finalize().into_bytes());
        u32::from_be_bytes([a, b, c, d])
    }
}

/// Shows nothing of the key.
impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms")
    }
}

fn derived(key: &Hmac<Sha256>, tenant: Option<&str>) -> Arc<Hmac<Sha256>> {
    let mut mac = key.clone();
    // Nobody's tenant is another one than that of the empty name.
    mac.update(if tenant.is_some() { b"tenant\0" } else { b"nobody\0" });
    mac.update(tenant.unwrap_or_default().as_bytes());
    let derived = <[u8; 32]>::from(mac.finalize().into_bytes());
    Arc::new(Hmac::new_from_slice(&derived).expect("HMAC takes keys of any length"))
}

/// One spelling for all spellings of a value. `original` is as it stands in a text or in JSON.
pub(super) fn canonical(kind: Kind, original: &str) -> String {
    let said = said(original);
    let folded = |said: String| fold::folded(&said).map_or(said, |copied| copied.text);
    let kept = |said: String, keep: fn(&char) -> bool| -> String {
        folded(said).chars().filter(keep).flat_map(char::to_uppercase).collect()
    };
    match kind {
        Kind::Email => folded(said).to_lowercase(),
        Kind::Phone => {
            let digits = kept(said, char::is_ascii_digit);
            let digits = digits.strip_prefix("00").unwrap_or(&digits);
            // `+1 415-555-0100` is `415-555-0100`.
            let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10);
            national.unwrap_or(digits).to_owned()
        }
        Kind::Ssn
        | Kind::Card
        | Kind::FrNir
        | Kind::DeSteuerId
        | Kind::PlPesel
        | Kind::InAadhaar
        | Kind::BrCpf
        | Kind::AuTfn
        | Kind::CaSin => kept(said, char::is_ascii_digit),
        Kind::Iban
        | Kind::UkNino
        | Kind::EsDni
        | Kind::EsNie
        | Kind::ItCodiceFiscale
        | Kind::InPan
        | Kind::BrCnpj
        | Kind::Mac => kept(said, char::is_ascii_alphanumeric),
        _ => said,
    }
}

/// What a range of JSON or text says, without its quotes and escapes.
fn said(original: &str) -> String {
    const DEPTH: usize = 5;
    let mut said = original.to_owned();
    for _ in 0..DEPTH {
        let read = if said.len() > 1 && said.starts_with('"') && said.ends_with('"') {
            serde_json::from_str(&said)
        } else if said.contains('\\') {
            serde_json::from_str(&format!("\"{said}\""))
        } else {
            break;
        };
        match read {
            Ok(read) => said = read,
            Err(_) => break,
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_value_is_one() {
        for (kind, spellings) in [
            (
                Kind::Email,
                &[
                    "ann@example.com",
                    "\"Ann@Example.COM\"",
                    r"ann\u0040example.com",
                    r#"\"ann\\u0040example.com\""#,
                    "ann%40example.com",
                    "ａｎｎ@example.com",
                ][..],
            ),
            (Kind::Phone, &["+1 415-555-0100", "(415) 555-0100", "4155550100", "0014155550100"]),
            (Kind::Card, &["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111"]),
            (Kind::Iban, &["DE89 3704 0044 0532 0130 00", "de89370400440532013000"]),
            (Kind::Key, &["\"hunter2\"", "hunter2", r#"\"hunter2\""#, r"\u0068unter2"]),
        ] {
            let first = canonical(kind, spellings[0]);
            assert!(spellings.iter().all(|one| canonical(kind, one) == first), "{first}");
        }
        assert_ne!(canonical(Kind::Key, "Hunter2"), canonical(Kind::Key, "hunter2"));
    }

    #[test]
    fn tenants_kinds_and_keys_have_pseudonyms_of_their_own() {
        let one = Pseudonyms::new(&[1; 32]).unwrap();
        let other = Pseudonyms::new(&[2; 32]).unwrap();
        assert_eq!(one.of("email", "a"), one.clone().of("email", "a"));
        assert_eq!(one.for_tenant(None).of("email", "a"), one.of("email", "a"));
        let all = [
            one.of("email", "a"),
            one.of("email", "b"),
            one.of("phone", "a"),
            other.of("email", "a"),
            one.for_tenant(Some("")).of("email", "a"),
            one.for_tenant(Some("acme")).of("email", "a"),
        ];
        for (at, value) in all.iter().enumerate() {
            assert!(!all[..at].contains(value));
        }
    }

    #[test]
    fn a_short_key_is_none_and_no_key_is_shown() {
        assert!(Pseudonyms::new(&[7; 31]).is_none());
        assert_eq!(format!("{:?}", Pseudonyms::new(&[7; 32]).unwrap()), "Pseudonyms");
    }
}
