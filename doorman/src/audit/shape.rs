//! The shape of arguments: what kinds of things there were and how many, and nothing of what they said.

use serde_json::{Map, Value, json};

use crate::schema::Object;

const DEPTH: u8 = 4;

/// Names of arguments are told only where the schema publishes them: any other key is the caller's
/// own, and can be a value.
pub(super) fn shape(arguments: &Object, published: Option<&Object>) -> Value {
    let mut fields = Map::new();
    for name in published.into_iter().flat_map(Object::keys) {
        if let Some(value) = arguments.get(name) {
            fields.insert(name.clone(), of(value, 1));
        }
    }
    json!({ "type": "object", "len": arguments.len(), "fields": fields })
}

/// Of a collection, the first member stands for all.
fn of(value: &Value, depth: u8) -> Value {
    if depth >= DEPTH {
        return json!({ "type": "…" });
    }
    let first = |member: Option<&Value>| member.map_or(Value::Null, |member| of(member, depth + 1));
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(text) => json!({ "type": "string", "len": text.chars().count() }),
        Value::Array(items) => {
            json!({ "type": "array", "len": items.len(), "items": first(items.first()) })
        }
        Value::Object(members) => {
            json!({ "type": "object", "len": members.len(), "values": first(members.values().next()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_holds_no_value_and_no_key_of_the_caller() {
        let arguments = json!({
            "note": "SENTINEL", "count": 1_234_567, "SENTINEL": 1, "lines": [{ "SENTINEL": "SENTINEL" }],
        });
        let published = json!({ "note": {}, "count": {}, "lines": {}, "absent": {} });
        let shape = shape(arguments.as_object().unwrap(), published.as_object());
        assert_eq!(
            shape,
            json!({ "type": "object", "len": 4, "fields": {
                "note": { "type": "string", "len": 8 },
                "count": { "type": "integer" },
                "lines": { "type": "array", "len": 1, "items":
                    { "type": "object", "len": 1, "values": { "type": "string", "len": 8 } } },
            }})
        );
    }

    #[test]
    fn a_deep_shape_ends_at_the_fourth_level() {
        let mut arguments = json!(1);
        for _ in 0..100 {
            arguments = json!({ "a": arguments });
        }
        let published = json!({ "a": {} });
        let shape = shape(arguments.as_object().unwrap(), published.as_object());
        assert_eq!(shape["fields"]["a"]["values"]["values"]["values"], json!({ "type": "…" }));
    }
}
