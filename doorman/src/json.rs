//! JSON read as a value, and what a value does not show: whether a name is there twice in one object.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::schema::Object;

/// The value of one document of at most so many levels, in which the last member of a name counts; and
/// whether an object has a name more than once. `serde_json` has a bound of levels of its own.
pub(crate) fn read(document: &[u8], deepest: usize) -> serde_json::Result<(Value, bool)> {
    let repeats = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(document);
    let value = Level { deepest, repeats: &repeats }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, repeats.get()))
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
            let value = members.next_value_seed(below)?;
            // Some crate of the program may have asked serde_json for numbers of any precision: they
            // then come in this wrapping. Where none has, a number too large to read says so, and what
            // looks like the wrapping is an object of the document's own.
            if name == "$serde_json::private::Number"
                && object.is_empty()
                && let Some(number) = value.as_str()
                && "1e999".parse::<Number>().is_ok()
            {
                let number: Number = number.parse().map_err(A::Error::custom)?;
                return match number.as_f64() {
                    Some(_) => Ok(number.into()),
                    None => Err(A::Error::custom("no number of JSON")),
                };
            }
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
}
