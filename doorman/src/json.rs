//! JSON read as a value, and what a value does not show: whether a name is there twice in one object, or is
//! one of those by which `serde_json` tells itself that the text behind it is to be read once more. Its own
//! reader believes them of whoever sends them, and begins to count levels anew with each: so few of them
//! end the process.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::schema::Object;

/// With what the names begin that `serde_json` keeps for itself.
const OWN: &str = "$serde_json::private::";

/// The value of one document of at most so many levels, in which the last member of a name counts; and
/// whether an object has a name more than once. `serde_json` has a bound of levels of its own.
///
/// # Errors
/// It is none, is too deep, or has one of `serde_json`'s own names.
pub(crate) fn read(document: &[u8], deepest: usize) -> serde_json::Result<(Value, bool)> {
    let repeats = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(document);
    let value = Level { deepest, repeats: &repeats }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, repeats.get()))
}

/// The value of one document.
pub(crate) fn value(document: &[u8]) -> Option<Value> {
    read(document, usize::MAX).ok().map(|(value, _)| value)
}

/// Whether `serde_json` may read something else than what is written: no document with one of its own names
/// may come to any other reader. Of what is no JSON either, and might have one, it says so too.
#[must_use]
pub fn misleads(document: &[u8]) -> bool {
    let may = memchr::memchr2_iter(b'$', b'\\', document).any(|at| {
        let rest = &document[at..];
        // A sign of such a name, as a number.
        let is_coded = rest.starts_with(br"\u00") && matches!(rest.get(4), Some(b'2'..=b'7'));
        is_coded || rest.starts_with(OWN.as_bytes())
    });
    may && value(document).is_none()
}

/// The same of a value that was made of no document.
pub(crate) fn value_misleads(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, member)| name.starts_with(OWN) || value_misleads(member))
        }
        Value::Array(items) => items.iter().any(value_misleads),
        _ => false,
    }
}

/// Reads a value that holds at most so many levels.
#[derive(Clone, Copy)]
struct Level<'a> {
    deepest: usize,
    repeats: &'a Cell<bool>,
}

impl Level<'_> {
    fn below<E: Error>(self) -> Result<Self, E> {
        let deepest = self.deepest.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { deepest, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number of JSON"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (below, mut array) = (self.below()?, Vec::new());
        while let Some(item) = items.next_element_seed(below)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (below, mut object) = (self.below()?, Object::new());
        while let Some(name) = members.next_key::<String>()? {
            if let Some(own) = name.strip_prefix(OWN) {
                // Some crate of the program may have asked serde_json for numbers of any precision: they
                // then come in this wrapping. Where none has, a number too large to read says so.
                let wraps = own == "Number" && object.is_empty();
                if !wraps || "1e999".parse::<Number>().is_err() {
                    return Err(A::Error::custom("a name of serde_json's own"));
                }
                let number: Number =
                    members.next_value::<String>()?.parse().map_err(A::Error::custom)?;
                return match number.as_f64() {
                    Some(_) => Ok(number.into()),
                    None => Err(A::Error::custom("no number of JSON")),
                };
            }
            let value = members.next_value_seed(below)?;
            if object.insert(name, value).is_some() {
                self.repeats.set(true);
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_serde_json_reads_and_sees_what_is_there_twice() {
        for (document, repeats) in [
            (
                r#"{"a":[1,-1,1.5,1e2,18446744073709551616,"\u00e9",null,true,{}],"b":{"a":1}}"#,
                false,
            ),
            (r#"{"a":1,"a":2}"#, true),
            (r#"[{"b":{"a":1,"\u0061":2}}]"#, true),
            ("7", false),
        ] {
            let value: Value = serde_json::from_str(document).unwrap();
            assert_eq!(
                read(document.as_bytes(), usize::MAX).unwrap(),
                (value, repeats),
                "{document}"
            );
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        for broken in ["", "{", "[1] 2", "1e400", r#""\ud800""#, "nul", &deep] {
            assert!(serde_json::from_str::<Value>(broken).is_err(), "{broken}");
            assert!(read(broken.as_bytes(), usize::MAX).is_err(), "{broken}");
        }
        assert!(read(b"\"\xff\"", usize::MAX).is_err());
        assert!(read(b"[[1]]", 2).is_ok() && read(b"[[1]]", 1).is_err());
    }

    #[test]
    fn a_name_of_serde_jsons_own_is_found_however_it_is_written() {
        for name in [
            "$serde_json::private::RawValue",
            "$serde_json::private::Number",
            r"\u0024serde_json::private::RawValue",
            r"$serde_jso\u006E::private::RawValue",
            r"$serde_json::private:\u003aRawValue",
            r"$serde_json::private::RawValu\u0065",
        ] {
            for document in [
                format!(r#"{{"{name}":"[1]"}}"#),
                format!(r#"[1,{{"a":{{"{name}":7}}}}]"#),
                format!(r#"{{"a":"{name}","{name}":"[1]"}}"#),
                format!(r#"{{"{name}":"[1]"#),
            ] {
                assert!(read(document.as_bytes(), usize::MAX).is_err(), "{document}");
                assert!(misleads(document.as_bytes()), "{document}");
            }
            let text = format!(r#"{{"a":["{name}"]}}"#);
            assert!(!misleads(text.as_bytes()), "{text}");
        }
        for document in [r#"{"$ref":"\u00e9\u2028\u0041\\"}"#, "[", ""] {
            assert!(!misleads(document.as_bytes()), "{document}");
        }
        assert!(value_misleads(
            &serde_json::json!([{ "a": { "$serde_json::private::Number": 1 } }])
        ));
        assert!(!value_misleads(&serde_json::json!([{ "a": ["$serde_json::private::Number"] }])));
    }
}
