//! What a token may look like: its three parts and the JSON in them, read without any leniency.
//! Judges no claim and no signature.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{auth::TokenError, json, schema::Object};

/// The largest token that is looked at.
pub(super) const LARGEST: usize = 16 * 1024;
const DEEPEST: usize = 16;
const LONGEST_KID: usize = 256;

/// A token taken apart, with nothing in it believed yet.
pub(super) struct Parts<'a> {
    pub(super) header: Header,
    pub(super) claims: Object,
    /// What was signed.
    pub(super) message: &'a str,
    pub(super) signature: Vec<u8>,
}

/// What a header may say. Whatever else it holds is ignored (RFC 7515 §4).
pub(super) struct Header {
    pub(super) algorithm: String,
    pub(super) typ: Option<String>,
    pub(super) kid: Option<String>,
}

/// Takes a token apart.
pub(super) fn parts(token: &str) -> Result<Parts<'_>, TokenError> {
    if token.len() > LARGEST {
        return Err(TokenError::Invalid("too_large"));
    }
    let malformed = TokenError::Invalid("format");
    let (message, signature) = token.rsplit_once('.').ok_or(malformed)?;
    let (header, claims) = message.split_once('.').ok_or(malformed)?;
    if header.is_empty() || claims.is_empty() || signature.is_empty() {
        return Err(malformed);
    }
    // A further dot is outside the alphabet.
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed);
    let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
    let header = object(&header).ok_or(TokenError::Invalid("header"))?;
    let header = Header::read(&header)?;
    let claims = object(&claims).ok_or(TokenError::Invalid("claims"))?;
    Ok(Parts { header, claims, message, signature })
}

/// Reads one JSON object: UTF-8 without byte order mark, nothing behind it, no member twice, not deep.
pub(super) fn object(bytes: &[u8]) -> Option<Object> {
    match json::read(bytes, DEEPEST) {
        Ok((Value::Object(members), false)) => Some(members),
        _ => None,
    }
}

impl Header {
    fn read(members: &Object) -> Result<Self, TokenError> {
        // Nothing that a token brings along says how it is verified (RFC 8725 §3.10), and there is no
        // extension here that it could call critical (RFC 7515 §4.1.11, RFC 7797).
        for (name, reason) in [
            ("crit", "crit"),
            ("b64", "crit"),
            ("jku", "header_key"),
            ("jwk", "header_key"),
            ("x5u", "header_key"),
            ("x5c", "header_key"),
        ] {
            if members.contains_key(name) {
                return Err(TokenError::Invalid(reason));
            }
        }
        let Some(Value::String(algorithm)) = members.get("alg") else {
            return Err(TokenError::Invalid("alg"));
        };
        let optional = |name: &str, reason| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= LONGEST_KID => Ok(Some(text.clone())),
            Some(_) => Err(TokenError::Invalid(reason)),
        };
        let (typ, kid) = (optional("typ", "typ")?, optional("kid", "kid")?);
        Ok(Self { algorithm: algorithm.clone(), typ, kid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_strict_object_is_read() {
        for good in ["{}", r#" {"a":[{"b":null}],"c":1.5} "#] {
            assert!(object(good.as_bytes()).is_some(), "{good}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(16), "]".repeat(16));
        let deepest = format!("{{\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        for bad in [
            "",
            "[]",
            "null",
            "\"{}\"",
            "{}{}",
            "{} x",
            "\u{feff}{}",
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            r#"{"a":1e400}"#,
            r#"{"a":NaN}"#,
            r#"{"a":1,}"#,
            r#"{"a":"\ud800"}"#,
            "{\"a\":\"\n\"}",
            "{'a':1}",
            &deep,
            &deepest,
        ] {
            assert!(object(bad.as_bytes()).is_none(), "{bad:.60}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none());
        assert!(
            object(format!("{{\"a\":{}{}}}", "[".repeat(15), "]".repeat(15)).as_bytes()).is_some()
        );
    }
}
