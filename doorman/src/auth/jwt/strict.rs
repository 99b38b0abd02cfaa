//! What a token may look like: its three parts and the JSON in them, read without any leniency.
//! Judges no claim and no signature.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::auth::TokenError;

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

pub(super) type Object = Map<String, Value>;

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
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Level(DEEPEST).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    match value {
        Value::Object(members) => Some(members),
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

/// Reads a value that holds at most so many levels.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::custom("no number of JSON"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let (below, mut array) = (self.below()?, Vec::new());
        while let Some(element) = elements.next_element_seed(below)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (below, mut object) = (self.below()?, Object::new());
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(below)?;
            // Some crate of the program may have asked serde_json for numbers of any precision: they
            // then come in this wrapping. Where none has, a number too large to read says so, and what
            // looks like the wrapping is an object of the token's own.
            if name == "$serde_json::private::Number"
                && object.is_empty()
                && let Some(number) = value.as_str()
                && "1e999".parse::<Number>().is_ok()
            {
                return self.visit_f64(number.parse().map_err(A::Error::custom)?);
            }
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(object))
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
