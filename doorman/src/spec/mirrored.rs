//! Arguments that clients repeat in a header (`x-mcp-header`): what no client could send is refused, for
//! clients drop a tool over it.

use std::collections::HashSet;

use serde_json::Value;

use crate::schema::{Object, REDACT};

const MIRRORED: &str = "x-mcp-header";

/// Whether a schema of arguments names headers, or what is wrong with them.
pub(super) fn mirrored(schema: &Object) -> Result<bool, String> {
    let mut seen = HashSet::new();
    members(schema, Place::Root, &mut seen).map_err(|problem| {
        format!("the schema of its arguments has an `{MIRRORED}` that {problem}")
    })?;
    Ok(!seen.is_empty())
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    /// Found from the root by `properties` alone.
    Property,
    Elsewhere,
}

fn members(schema: &Object, place: Place, seen: &mut HashSet<String>) -> Result<(), &'static str> {
    for (keyword, member) in schema {
        match (keyword.as_str(), member) {
            (MIRRORED, header) => header_of(schema, header, place, seen)?,
            // Values, no schemas.
            ("default" | "const" | "enum" | "examples", _) => {}
            ("properties", Value::Object(properties)) => {
                let place = match place {
                    Place::Root | Place::Property => Place::Property,
                    Place::Elsewhere => Place::Elsewhere,
                };
                each(properties.values(), place, seen)?;
            }
            (
                "$defs" | "definitions" | "dependentSchemas" | "patternProperties",
                Value::Object(map),
            ) => {
                each(map.values(), Place::Elsewhere, seen)?;
            }
            (_, Value::Array(items)) => each(items, Place::Elsewhere, seen)?,
            (_, one) => each([one], Place::Elsewhere, seen)?,
        }
    }
    Ok(())
}

fn each<'a>(
    schemas: impl IntoIterator<Item = &'a Value>,
    place: Place,
    seen: &mut HashSet<String>,
) -> Result<(), &'static str> {
    schemas.into_iter().filter_map(Value::as_object).try_for_each(|one| members(one, place, seen))
}

fn header_of(
    schema: &Object,
    header: &Value,
    place: Place,
    seen: &mut HashSet<String>,
) -> Result<(), &'static str> {
    if place != Place::Property {
        return Err("is not at a property of an object: write it at one");
    }
    let kinds = ["string", "integer", "boolean"];
    if !schema.get("type").is_some_and(|kind| kinds.iter().any(|known| kind == known)) {
        return Err(
            "is at no text, integer or boolean: mirror one of those, and none that may be null",
        );
    }
    if schema.contains_key(REDACT) {
        return Err("would show what is masked: take it away");
    }
    let token = header.as_str().filter(|token| !token.is_empty() && token.bytes().all(is_token));
    let token = token.ok_or("is no header name: write letters, digits and `-`")?;
    if !seen.insert(token.to_ascii_lowercase()) {
        return Err("is there twice: give each argument a header of its own");
    }
    Ok(())
}

/// Whether a byte may stand in a token (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
