//! Types whose values are masked wherever a tool answers with them.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::schema::REDACT;

use super::MASK;

macro_rules! wrapper {
    ($(#[$documentation:meta])* $name:ident, $word:literal) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name<T>(T);

        impl<T> $name<T> {
            /// Wraps a value.
            ///
            /// ```
            #[doc = concat!("let name = doorman::", stringify!($name), "::new(\"Ann\");")]
            /// assert_eq!(name.to_string(), "«redacted»");
            /// ```
            pub const fn new(value: T) -> Self {
                Self(value)
            }

            /// The value itself. Whoever writes it somewhere shows it there.
            ///
            /// ```
            #[doc = concat!("let name = doorman::", stringify!($name), "::new(\"Ann\");")]
            /// assert_eq!(*name.expose(), "Ann");
            /// ```
            pub const fn expose(&self) -> &T {
                &self.0
            }

            /// The value itself, taken out.
            ///
            /// ```
            #[doc = concat!("let name = doorman::", stringify!($name), "::new(String::from(\"Ann\"));")]
            /// assert_eq!(name.into_inner(), "Ann");
            /// ```
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T> From<T> for $name<T> {
            fn from(value: T) -> Self {
                Self(value)
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }

        impl<T> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }

        impl<T: JsonSchema> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                format!(concat!(stringify!($name), "_of_{}"), T::schema_name()).into()
            }

            fn schema_id() -> Cow<'static, str> {
                format!(concat!("doorman::", stringify!($name), "<{}>"), T::schema_id()).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                // Not the schema itself: that of a type which holds itself would never end.
                let mut schema = generator.subschema_for::<T>();
                schema.insert(REDACT.into(), $word.into());
                schema
            }
        }
    };
}

wrapper! {
    /// Personal data: whole for the program, masked in what a tool answers.
    ///
    /// It serializes as what it holds, so a plain HTTP response stays whole. Its schema says
    /// `"x-doorman-redact": "pii"`, and the guard masks what stands there in a tool's answer, at any depth:
    /// texts, numbers and booleans; of a container every leaf, and the keys that are no names of fields. Names
    /// of fields and variants, lengths and `null` stay. `Debug` and `Display` print the mask.
    ///
    /// ```
    /// use doorman::Pii;
    ///
    /// #[derive(Debug, serde::Serialize, schemars::JsonSchema)]
    /// struct Customer {
    ///     id: u64,
    ///     name: Pii<String>,
    /// }
    ///
    /// let ann = Customer { id: 7, name: "Ann".to_owned().into() };
    /// assert_eq!(ann.name.expose(), "Ann");
    /// assert_eq!(format!("{} {ann:?}", ann.name), "«redacted» Customer { id: 7, name: «redacted» }");
    /// assert_eq!(serde_json::to_string(&ann).unwrap(), r#"{"id":7,"name":"Ann"}"#);
    /// ```
    ///
    /// It can be no key of a map, because a schema does not tell of keys: wrap the map.
    ///
    /// ```compile_fail,E0599
    /// use doorman::Pii;
    ///
    /// let mut visits = std::collections::HashMap::new();
    /// visits.insert(Pii::new("Ann"), 3);
    /// ```
    ///
    /// The schema decides: a field with `#[schemars(with = "String")]` has another one, and is not masked.
    Pii, "pii"
}

wrapper! {
    /// A secret: whole for the program, masked in what a tool answers.
    ///
    /// As [`Pii`] in everything, but its schema says `"x-doorman-redact": "secret"`. It is neither wiped
    /// from memory nor compared in constant time.
    ///
    /// ```
    /// use doorman::Secret;
    ///
    /// let token = Secret::new("t0ken");
    /// assert_eq!(format!("{token} {token:?}"), "«redacted» «redacted»");
    /// assert_eq!(serde_json::to_string(&token).unwrap(), r#""t0ken""#);
    /// assert_eq!(token.into_inner(), "t0ken");
    /// ```
    Secret, "secret"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::schema::Output;

    #[derive(Serialize, JsonSchema)]
    struct Node {
        next: Option<Box<Pii<Self>>>,
        map: Pii<BTreeMap<String, u8>>,
    }

    #[test]
    fn the_schema_is_that_of_what_is_wrapped_and_says_so() {
        let schema = |output: Output| Value::from(output.schema);
        assert_eq!(
            schema(Output::of::<Option<Pii<String>>>())["properties"]["result"],
            json!({ "type": ["string", "null"], "x-doorman-redact": "pii" })
        );
        let node = schema(Output::of::<Node>());
        assert_eq!(node["properties"]["next"]["anyOf"][0]["x-doorman-redact"], "pii");
        assert_eq!(node["properties"]["map"]["x-doorman-redact"], "pii");
    }

    #[test]
    fn a_default_of_what_is_masked_is_not_published() {
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        struct Settings {
            token: Secret<String>,
        }
        impl Default for Settings {
            fn default() -> Self {
                Self { token: Secret::new("hunter2".into()) }
            }
        }
        assert!(!Value::from(Output::of::<Settings>().schema).to_string().contains("hunter2"));
        let mut arguments = crate::schema::Arguments::default();
        let settings = arguments.schema_of::<Settings>();
        arguments.insert("settings", settings, "", true);
        assert!(!Value::from(arguments.finish().unwrap()).to_string().contains("hunter2"));
    }

    #[test]
    fn neither_debug_nor_display_tells_a_value_however_it_is_asked() {
        let wrapped = Secret::new(Pii::new("hunter2"));
        assert_eq!(
            format!("{wrapped:#?}{wrapped:>20}{:?}", Some(wrapped)),
            "«redacted»«redacted»Some(«redacted»)"
        );
    }
}
