//! A document that a tool answers, read as the value that is held against its schema.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::schema::Object;

/// The value, in which the last member of a name counts; and whether a name is there more than once in an
/// object, so that the text says what nothing was held against.
pub(super) fn read(document: &[u8]) -> serde_json::Result<(Value, bool)> {
    let repeats = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(document);
    let value = Reading { repeats: &repeats }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, repeats.get()))
}

#[derive(Clone, Copy)]
struct Reading<'a> {
    repeats: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
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

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.insert(name, members.next_value_seed(self)?).is_some() {
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
            assert_eq!(read(document.as_bytes()).unwrap(), (value, repeats), "{document}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        for broken in ["", "{", "[1] 2", "1e400", r#""\ud800""#, "nul", &deep] {
            assert!(serde_json::from_str::<Value>(broken).is_err(), "{broken}");
            assert!(read(broken.as_bytes()).is_err(), "{broken}");
        }
        assert!(read(b"\"\xff\"").is_err());
    }
}
