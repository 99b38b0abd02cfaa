//! What a token may look like: its three parts and the JSON in them, read without any leniency.
//! Judges no claim and no signature.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

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

pub(super) type Object = BTreeMap<String, Json>;

/// A JSON value in which no member stands twice.
#[derive(Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool,
    Number(f64),
    Text(String),
    Array(Vec<Json>),
    Object(Object),
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
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Level(DEEPEST).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    match value {
        Json::Object(members) => Some(members),
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
        let Some(Json::Text(algorithm)) = members.get("alg") else {
            return Err(TokenError::Invalid("alg"));
        };
        let optional = |name: &str, reason| match members.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) if text.len() <= LONGEST_KID => Ok(Some(text.clone())),
            Some(_) => Err(TokenError::Invalid(reason)),
        };
        let (typ, kid) = (optional("typ", "typ")?, optional("kid", "kid")?);
        Ok(Self { algorithm: algorithm.clone(), typ, kid })
    }
}

impl Json {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Shows no value.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Bool => "Bool",
            Self::Number(_) => "Number",
            Self::Text(_) => "Text",
            Self::Array(_) => "Array",
            Self::Object(_) => "Object",
        })
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
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Bool)
    }

    #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53, and bounded later")]
    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53, and bounded later")]
    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let (below, mut array) = (self.below()?, Vec::new());
        while let Some(element) = elements.next_element_seed(below)? {
            array.push(element);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let (below, mut object) = (self.below()?, Object::new());
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(below)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Json::Object(object))
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
