//! JSON Schemas as they are published: collected from types, flattened, closed (2020-12).

use std::collections::BTreeSet;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// A JSON object.
pub type Object = Map<String, Value>;

/// Says in a schema that what stands there is masked in answers, and how: `last4`, or any other word for
/// the whole.
pub(crate) const REDACT: &str = "x-doorman-redact";

/// The schema of an object with these members and no others.
pub(crate) fn closed(
    properties: impl Into<Value>,
    required: impl IntoIterator<Item: Into<Value>>,
) -> Object {
    let required: Vec<Value> = required.into_iter().map(Into::into).collect();
    let mut schema = Object::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema
}

/// The arguments of a tool while they are collected: one flat, closed object.
#[derive(Debug)]
pub struct Arguments {
    generator: SchemaGenerator,
    properties: Object,
    required: BTreeSet<String>,
    collisions: BTreeSet<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            generator: SchemaSettings::draft2020_12().for_deserialize().into_generator(),
            properties: Object::new(),
            required: BTreeSet::new(),
            collisions: BTreeSet::new(),
        }
    }
}

impl Arguments {
    /// The schema of `T`, its shared parts kept for the whole.
    pub fn schema_of<T: JsonSchema>(&mut self) -> Value {
        let mut schema = T::json_schema(&mut self.generator).to_value();
        // A newtype's schema is a bare reference to what it wraps; one of itself never ends.
        for _ in 0..16 {
            let inner = bare_reference(&schema).and_then(|to| self.generator.definitions().get(to));
            let Some(inner) = inner.cloned() else { break };
            schema = inner;
        }
        schema
    }

    /// Adds one argument. A name that is there already is a collision, told at the end.
    pub fn insert(&mut self, name: &str, mut schema: Value, description: &str, required: bool) {
        tidy_one(&mut schema);
        if let (Value::Object(schema), false) = (&mut schema, description.is_empty()) {
            schema.insert("description".into(), description.into());
        }
        if self.properties.insert(name.into(), schema).is_some() {
            self.collisions.insert(name.into());
        }
        if required {
            self.required.insert(name.into());
        }
    }

    /// Whether an object can stand where the schema does.
    #[must_use]
    pub fn takes_objects(&self, schema: &Value) -> bool {
        self.takes_objects_within(schema, 16)
    }

    fn takes_objects_within(&self, schema: &Value, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        if let Some(target) = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
            let target = self.generator.definitions().get(target);
            return target.is_none_or(|target| self.takes_objects_within(target, depth));
        }
        let alternatives =
            ["anyOf", "oneOf"].iter().filter_map(|keyword| schema[*keyword].as_array());
        schema["type"] == "object"
            || alternatives.flatten().any(|one| self.takes_objects_within(one, depth))
    }

    /// The closed object schema, or the names that more than one argument claims.
    pub(crate) fn finish(mut self) -> Result<Object, Vec<String>> {
        if !self.collisions.is_empty() {
            return Err(self.collisions.into_iter().collect());
        }
        let mut schema = closed(self.properties, self.required);
        let definitions = self.generator.take_definitions(true);
        if !definitions.is_empty() {
            schema.insert("$defs".into(), definitions.into());
        }
        tidy(&mut schema);
        Ok(schema)
    }
}

/// The fields of an object schema: its properties and which of them are required.
/// `None` where properties do not say everything (maps, enums, alternatives).
#[must_use]
pub fn plain_fields(schema: &Value) -> Option<(Object, BTreeSet<String>)> {
    const TELLS_NO_MORE: [&str; 8] = [
        "type",
        "properties",
        "required",
        "title",
        "description",
        "examples",
        "default",
        "deprecated",
    ];
    let schema = schema.as_object()?;
    let closed_or_silent = |(keyword, value): (&String, &Value)| {
        TELLS_NO_MORE.contains(&keyword.as_str())
            || (keyword == "additionalProperties" && *value == Value::Bool(false))
    };
    if schema.get("type")? != "object" || !schema.iter().all(closed_or_silent) {
        return None;
    }
    let properties = match schema.get("properties") {
        Some(properties) => properties.as_object()?.clone(),
        None => Object::new(),
    };
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let required = required.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    Some((properties, required))
}

/// The output of a tool as published.
#[derive(Debug, Clone)]
pub struct Output {
    /// The object schema that every structured answer fits.
    pub(crate) schema: Object,
    /// Whether answers are sent as `{"result": …}`, because they are no JSON objects.
    pub(crate) wrapped: bool,
    /// Whether integers of 128 bits stand in it, which JSON values here cannot hold.
    pub(crate) too_wide: bool,
}

impl Output {
    /// The published form of what another server says that it answers.
    ///
    /// # Errors
    /// What is wrong with the schema.
    pub(crate) fn declared(schema: &Object) -> Result<Self, String> {
        let too_wide = has_wide_integers(&Value::Object(schema.clone()));
        let mut schema = declared(schema, "result")?;
        schema.remove("$schema");
        Ok(Self { schema, wrapped: false, too_wide })
    }

    /// The published form of what `T` serializes to.
    #[must_use]
    pub fn of<T: JsonSchema>() -> Self {
        let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let schema = generator.into_root_schema_for::<T>().to_value();
        let too_wide = has_wide_integers(&schema);
        let mut schema = match schema {
            Value::Object(schema) => schema,
            _ => Object::new(),
        };
        tidy(&mut schema);
        schema.remove("$schema");
        schema.remove("title");
        if only_objects(&schema) {
            schema.insert("type".into(), "object".into());
            return Self { schema, wrapped: false, too_wide };
        }
        let definitions = schema.remove("$defs");
        let mut wrapper = json!({
            "type": "object",
            "properties": { "result": schema },
            "required": ["result"],
            "additionalProperties": false,
        });
        if let Some(definitions) = definitions {
            wrapper["$defs"] = definitions;
        }
        // What was the root is no longer the root.
        redirect(&mut wrapper, "#", "#/properties/result");
        Self { schema: wrapper.as_object().cloned().unwrap_or_default(), wrapped: true, too_wide }
    }
}

/// The arguments of another server's tool as they are published and held against.
///
/// # Errors
/// What is wrong with the schema.
pub(crate) fn declared_arguments(schema: &Object) -> Result<Object, String> {
    if schema.get("type").is_none_or(|kind| kind != "object") {
        return Err("the schema of its arguments is not one of objects".into());
    }
    declared(schema, "arguments")
}

/// Another server's schema, in the one dialect that values are held against.
fn declared(schema: &Object, what: &str) -> Result<Object, String> {
    const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
    let mut schema = schema.clone();
    if schema.get("$schema").is_some_and(|dialect| dialect != DIALECT) {
        return Err(format!(
            "the schema of its {what} is of another dialect: write it in JSON Schema 2020-12"
        ));
    }
    tidy(&mut schema);
    Ok(schema)
}

/// Makes every reference to one place lead to another.
fn redirect(schema: &mut Value, from: &str, to: &str) {
    match schema {
        Value::Object(members) => {
            for (keyword, member) in members {
                if keyword == "$ref" && member == from {
                    *member = to.into();
                } else {
                    redirect(member, from, to);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, from, to)),
        _ => {}
    }
}

/// Whether integers wider than 64 bits stand in a schema.
fn has_wide_integers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(keyword, member)| {
            (keyword == "format" && (member == "uint128" || member == "int128"))
                || has_wide_integers(member)
        }),
        Value::Array(items) => items.iter().any(has_wide_integers),
        _ => false,
    }
}

fn bare_reference(schema: &Value) -> Option<&str> {
    let schema = schema.as_object()?;
    let target = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    (schema.len() == 1).then_some(target)
}

/// Whether everything that fits is a JSON object; then the schema's `type` may say so.
fn only_objects(schema: &Object) -> bool {
    if let Some(kind) = schema.get("type") {
        return kind == "object";
    }
    let alternatives =
        schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    alternatives.is_some_and(|alternatives| {
        alternatives.iter().all(|one| {
            one.as_object().is_some_and(|one| one.get("type").is_some_and(|t| t == "object"))
        })
    })
}

/// Makes a schema one that clients take: no boolean stands where a schema does (TypeScript clients
/// reject a whole list over one), and the widths of Rust's numbers are bounds instead of formats that
/// no validator knows. `additionalProperties` may stay a boolean. What is masked is told by no default.
fn tidy(schema: &mut Object) {
    bound(schema);
    if schema.contains_key(REDACT) {
        schema.remove("default");
        schema.remove("examples");
    }
    for (keyword, member) in schema {
        match (keyword.as_str(), member) {
            (
                "properties" | "$defs" | "patternProperties" | "dependentSchemas",
                Value::Object(map),
            ) => {
                map.values_mut().for_each(tidy_one);
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                list.iter_mut().for_each(tidy_one);
            }
            ("items" | "not" | "if" | "then" | "else" | "contains" | "propertyNames", one) => {
                tidy_one(one);
            }
            ("additionalProperties" | "unevaluatedProperties", Value::Object(one)) => tidy(one),
            _ => {}
        }
    }
}

fn tidy_one(schema: &mut Value) {
    match schema {
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => *schema = json!({ "not": {} }),
        Value::Object(schema) => tidy(schema),
        _ => {}
    }
}

/// Says a number's width by `minimum` and `maximum`.
fn bound(schema: &mut Object) {
    let bounds: (Option<Value>, Option<Value>) = match schema.get("format").and_then(Value::as_str)
    {
        Some(
            "uint8" | "uint16" | "uint128" | "uint" | "int8" | "int16" | "int128" | "int" | "float"
            | "double",
        ) => (None, None),
        Some("uint32") => (None, Some(u32::MAX.into())),
        Some("uint64") => (None, Some(u64::MAX.into())),
        Some("int32") => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        Some("int64") => (Some(i64::MIN.into()), Some(i64::MAX.into())),
        _ => return,
    };
    schema.remove("format");
    for (keyword, limit) in [("minimum", bounds.0), ("maximum", bounds.1)] {
        if let Some(limit) = limit {
            schema.entry(keyword).or_insert(limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(schemars::JsonSchema, serde::Deserialize)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct Order {
        lines: Vec<u8>,
        anything: Value,
    }

    #[test]
    fn no_boolean_stands_where_a_schema_does() {
        let mut arguments = Arguments::default();
        let anything = arguments.schema_of::<Value>();
        arguments.insert("anything", anything, "", false);
        let schema = arguments.finish().unwrap();
        assert_eq!(schema["properties"]["anything"], json!({}));
    }

    #[test]
    fn the_width_of_a_number_is_a_bound_and_no_format() {
        let result = |output: Output| output.schema["properties"]["result"].clone();
        assert_eq!(
            result(Output::of::<u64>()),
            json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })
        );
        assert_eq!(
            result(Output::of::<i32>()),
            json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX })
        );
        assert_eq!(result(Output::of::<f64>()), json!({ "type": "number" }));
        assert!(Output::of::<Vec<i128>>().too_wide);
    }

    #[test]
    fn what_is_no_object_is_published_wrapped() {
        assert!(Output::of::<Vec<u8>>().wrapped);
        assert!(Output::of::<Value>().wrapped);
        assert!(!Output::of::<Order>().wrapped);
        assert_eq!(Output::of::<u8>().schema["required"], json!(["result"]));
    }

    #[test]
    fn alternatives_that_are_all_objects_are_not_wrapped() {
        #[derive(schemars::JsonSchema, serde::Serialize)]
        #[serde(tag = "kind")]
        #[expect(dead_code, reason = "only its schema is read")]
        enum Shape {
            Circle { radius: u8 },
            Square { side: u8 },
        }
        let output = Output::of::<Shape>();
        assert!(!output.wrapped && output.schema["type"] == "object");
    }
}
