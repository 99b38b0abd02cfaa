//! Arguments made up from a schema, so that a call gets as far as it should.

use serde_json::{Map, Number, Value, json};

use crate::schema::Object;

/// Values within values are made up to this depth.
const DEEPEST: usize = 16;

/// Something that may fit a schema; whether it does is for the schema to say.
pub(super) fn of(schema: &Object) -> Value {
    value(schema, &Value::Object(schema.clone()), 0)
}

fn value(root: &Object, schema: &Value, depth: usize) -> Value {
    let Value::Object(schema) = schema else { return json!("sample") };
    if depth > DEEPEST {
        return Value::Null;
    }
    let below = |schema: &Value| value(root, schema, depth + 1);
    let first = |word: &str| schema.get(word).and_then(Value::as_array)?.first();
    if let Some(told) = schema.get("const").or_else(|| first("enum")).or_else(|| first("examples"))
    {
        return told.clone();
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let found = target.strip_prefix('#').and_then(|pointer| within(root, pointer));
        return found.map_or(Value::Null, below);
    }
    for word in ["anyOf", "oneOf"] {
        let choices = schema.get(word).and_then(Value::as_array);
        let choice = choices.and_then(|all| all.iter().find(|one| one["type"] != "null"));
        if let Some(choice) = choice {
            return merged(schema, below(choice), root, depth);
        }
    }
    if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
        let parts = all.iter().map(below);
        return parts.fold(merged(schema, json!({}), root, depth), joined);
    }
    match kind(schema) {
        Some("string") => json!(string(schema)),
        Some("integer" | "number") => number(schema),
        Some("boolean") => json!(true),
        Some("null") => Value::Null,
        Some("array") => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0).min(64);
            let prefix = schema.get("prefixItems").and_then(Value::as_array);
            let mut items: Vec<Value> = prefix.into_iter().flatten().map(below).collect();
            let item = schema.get("items").unwrap_or(&Value::Bool(true));
            while (items.len() as u64) < least {
                items.push(below(item));
            }
            Value::Array(items)
        }
        _ => merged(schema, json!({}), root, depth),
    }
}

/// Adds what a schema needs of an object itself.
fn merged(schema: &Object, value: Value, root: &Object, depth: usize) -> Value {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let properties = schema.get("properties").and_then(Value::as_object);
    let own: Map<String, Value> = names
        .filter_map(Value::as_str)
        .map(|name| {
            let property = properties.and_then(|all| all.get(name)).unwrap_or(&Value::Bool(true));
            (name.to_owned(), self::value(root, property, depth + 1))
        })
        .collect();
    joined(value, Value::Object(own))
}

fn joined(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (Value::Object(one), other) if one.is_empty() => other,
        (one, _) => one,
    }
}

fn within<'a>(root: &'a Object, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(None, |at: Option<&'a Value>, step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match at {
            None => root.get(&step),
            Some(value) => value.get(&step),
        };
        next.map(Some)
    })?
}

/// The type, or the first that is not `null`.
fn kind(schema: &Object) -> Option<&str> {
    match schema.get("type")? {
        Value::String(one) => Some(one),
        Value::Array(all) => all.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

fn string(schema: &Object) -> String {
    let told = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => "2026-01-02T03:04:05Z",
        Some("date") => "2026-01-02",
        Some("time") => "03:04:05Z",
        Some("uuid") => "550e8400-e29b-41d4-a716-446655440000",
        Some("email") => "sample@example.com",
        Some("uri" | "url" | "iri") => "https://example.com/",
        Some("ipv4" | "ip") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        _ => "sample",
    };
    let bound =
        |word: &str| schema.get(word).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let most = bound("maxLength").unwrap_or(usize::MAX);
    let least = bound("minLength").unwrap_or(0).min(1 << 16);
    let mut text: String = told.chars().take(most).collect();
    while text.chars().count() < least {
        text.push('a');
    }
    text
}

/// The least number that is allowed, or 1 where that is.
fn number(schema: &Object) -> Value {
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|least| least + 1.0));
    let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|most| most - 1.0));
    let step = bound("multipleOf").filter(|step| *step > 0.0).unwrap_or(1.0);
    let mut told = step.max(least.map_or(step, |least| (least / step).ceil() * step));
    if let Some(most) = most.filter(|most| *most < told) {
        told = (most / step).floor() * step;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole, and small numbers are made up"
    )]
    if told.fract() == 0.0 && told.abs() < 9e15 {
        return json!(told as i64);
    }
    Number::from_f64(told).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Compiled;

    #[test]
    fn what_is_made_up_fits() {
        for schema in [
            json!({ "type": "object" }),
            json!({ "type": "object", "required": ["a", "b", "c", "d", "e", "f", "g", "h"], "properties": {
                "a": { "type": "integer", "minimum": 5 },
                "b": { "type": "string", "minLength": 9, "maxLength": 10 },
                "c": { "enum": ["x", "y"] },
                "d": { "type": ["null", "boolean"] },
                "e": { "type": "array", "items": { "type": "number", "exclusiveMaximum": 0 }, "minItems": 2 },
                "f": { "$ref": "#/$defs/Point" },
                "g": { "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/Point" }] },
                "h": { "type": "string", "format": "date-time" },
            }, "$defs": { "Point": { "type": "object", "required": ["x"], "properties": {
                "x": { "type": "integer", "multipleOf": 4 }
            } } }, "additionalProperties": false }),
            json!({ "type": "object", "oneOf": [
                { "properties": { "kind": { "const": "card" }, "no": { "type": "integer" } }, "required": ["kind", "no"] },
                { "properties": { "kind": { "const": "cash" } }, "required": ["kind"] },
            ] }),
            json!({ "type": "object", "allOf": [
                { "properties": { "a": { "type": "integer" } }, "required": ["a"] },
                { "properties": { "b": { "type": "string" } }, "required": ["b"] },
            ] }),
        ] {
            let Value::Object(object) = &schema else { unreachable!() };
            let made = of(object);
            assert!(Compiled::new(object).unwrap().fits(&made), "{schema}: {made}");
        }
    }

    #[test]
    fn a_schema_within_itself_comes_to_an_end() {
        let endless = json!({ "$ref": "#/$defs/A", "$defs": { "A": {
            "type": "object", "required": ["a"], "properties": { "a": { "$ref": "#/$defs/A" } }
        } } });
        let Value::Object(endless) = &endless else { unreachable!() };
        assert!(of(endless).is_object());
    }
}
