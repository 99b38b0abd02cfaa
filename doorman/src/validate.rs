//! Values held against schemas, and what is said of those that do not fit: never a value.

use jsonschema::{
    Draft, PatternOptions, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use crate::schema::Object;

/// A compiled schema. What it says of a mistake never holds a value or a key of the caller's.
#[derive(Debug, Clone)]
pub(crate) struct Compiled(Validator);

impl Compiled {
    /// Compiles a schema, with a linear pattern engine and without any fetching.
    pub(crate) fn new(schema: &Object) -> Result<Self, String> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(false)
            .build(&Value::Object(schema.clone()))
            .map(Self)
            .map_err(|error| {
                format!("its schema cannot be compiled (`{}`)", error.kind().keyword())
            })
    }

    pub(crate) fn fits(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// What does not fit, a sentence each, at most five; none where all fits.
    pub(crate) fn mistakes(&self, value: &Value, published: Option<&Object>) -> Vec<String> {
        if self.0.is_valid(value) {
            return Vec::new();
        }
        let mut mistakes: Vec<String> = Vec::new();
        for error in self.0.iter_errors(value) {
            let sentence =
                sentence(error.kind(), &place(&error.schema_path().to_string()), published);
            if !mistakes.contains(&sentence) {
                mistakes.push(sentence);
            }
            if mistakes.len() == 5 {
                break;
            }
        }
        mistakes
    }
}

/// Names the argument from the schema's own path, so that no key of the caller's is repeated.
fn place(schema_path: &str) -> String {
    let mut place = String::new();
    let mut segments = schema_path.split('/').skip(1);
    while let Some(segment) = segments.next() {
        match segment {
            "properties" => {
                let Some(name) = segments.next() else { break };
                if !place.is_empty() {
                    place.push('.');
                }
                place.push_str(&name.replace("~1", "/").replace("~0", "~"));
            }
            "items" | "prefixItems" => place.push_str("[]"),
            "additionalProperties" | "patternProperties" if !place.is_empty() => {
                place.push_str(".*");
            }
            _ => {}
        }
    }
    place
}

fn sentence(kind: &Kind, place: &str, published: Option<&Object>) -> String {
    let here = if place.is_empty() { "the arguments".to_owned() } else { format!("`{place}`") };
    match kind {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let prefix = if place.is_empty() { String::new() } else { format!("{place}.") };
            format!("`{prefix}{name}` is missing")
        }
        Kind::AdditionalProperties { .. } if place.is_empty() || place.ends_with('*') => {
            let names: Vec<&str> =
                published.into_iter().flat_map(Object::keys).map(String::as_str).collect();
            match names.as_slice() {
                [] => "this tool takes no arguments".into(),
                names => format!("an argument is unknown; allowed are `{}`", names.join("`, `")),
            }
        }
        Kind::AdditionalProperties { .. } => format!("{here} holds an unknown member"),
        Kind::Type { kind } => format!("{here} must be {}", type_words(kind)),
        Kind::Enum { options } => match options.as_array() {
            Some(options) if options.len() <= 16 => {
                let options: Vec<String> = options.iter().map(ToString::to_string).collect();
                format!("{here} must be one of {}", options.join(", "))
            }
            _ => format!("{here} is not one of the allowed values"),
        },
        Kind::Minimum { limit } => format!("{here} must be at least {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("{here} must be more than {limit}"),
        Kind::Maximum { limit } => format!("{here} must be at most {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("{here} must be less than {limit}"),
        Kind::MinLength { limit } => format!("{here} must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("{here} must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("{here} must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("{here} must have at most {limit} items"),
        Kind::Pattern { pattern } => format!("{here} must match `{pattern}`"),
        other => format!("{here} does not fit the schema (`{}`)", other.keyword()),
    }
}

fn type_words(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => format!("of type {one}"),
        TypeKind::Multiple(many) => {
            let names: Vec<String> = many.iter().map(|one| one.to_string()).collect();
            format!("of type {}", names.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{Arguments, plain_fields};

    #[derive(schemars::JsonSchema, serde::Deserialize)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct Order {
        lines: Vec<u8>,
        anything: Value,
    }

    fn compiled() -> (Compiled, Object) {
        let mut arguments = Arguments::default();
        let order = arguments.schema_of::<Order>();
        let (fields, required) = plain_fields(&order).unwrap();
        for (name, schema) in fields {
            let required = required.contains(&name);
            arguments.insert(&name, schema, "", required);
        }
        let schema = arguments.finish().unwrap();
        (Compiled::new(&schema).unwrap(), schema["properties"].as_object().unwrap().clone())
    }

    #[test]
    fn a_mistake_names_argument_and_type_and_never_a_value_or_an_unknown_key() {
        let (compiled, properties) = compiled();
        let sentences = compiled
            .mistakes(&json!({ "lines": [1, "SENTINEL", 300], "SENTINEL": 1 }), Some(&properties))
            .join("; ");
        assert!(!sentences.contains("SENTINEL"), "{sentences}");
        for expected in [
            "`anything` is missing",
            "`lines[]` must be of type integer",
            "`lines[]` must be at most 255",
            "allowed are `anything`, `lines`",
        ] {
            assert!(sentences.contains(expected), "{sentences}");
        }
    }
}
