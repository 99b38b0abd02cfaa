//! Values held against schemas, and what is said of those that do not fit: never a value.

mod reading;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use self::reading::Reading;
use crate::schema::Object;

/// How many mistakes are told of one value.
const MOST: usize = 5;

/// Keywords of which only the place of a misfit is told.
const UNEXPLAINED: [&str; 8] =
    ["not", "if", "const", "pattern", "multipleOf", "uniqueItems", "contains", "propertyNames"];

/// How many levels of a value are explained; JSON that rmcp reads is not deeper.
const DEPTH: usize = 128;

/// How many places of a value are looked at to explain it.
const STEPS: usize = 100_000;

/// A compiled schema.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    validator: Validator,
    reading: Option<Reading>,
    schema: Value,
}

impl Compiled {
    /// Compiles a schema, with a linear pattern engine and without any fetching.
    pub(crate) fn new(schema: &Object) -> Result<Self, String> {
        let reading = Reading::of(schema);
        let schema = Value::Object(schema.clone());
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(false)
            .build(&schema);
        match validator {
            Ok(validator) => Ok(Self { validator, reading, schema }),
            Err(error) => {
                Err(format!("its schema cannot be compiled (`{}`)", error.kind().keyword()))
            }
        }
    }

    /// The decision; what follows is only words.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Whether a document surely fits, below the member of this name if there is one, and has no name twice in
    /// one object. It is read once and not kept; one that does not surely fit may fit all the same.
    pub(crate) fn surely_fits(&self, document: &[u8], below: Option<&str>) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.fits(document, below))
    }

    /// What does not fit, a sentence each. They hold names of the schema and no value or key of the
    /// caller's. The validator's own errors are not used: they repeat values, and it takes
    /// exponential time to collect them.
    pub(crate) fn mistakes(&self, value: &Value) -> Vec<String> {
        let mut explainer = Explainer {
            root: &self.schema,
            told: Vec::new(),
            doubted: Vec::new(),
            steps_left: STEPS,
        };
        explainer.explain(&self.schema, value, "", 0);
        explainer.sentences()
    }
}

/// Walks a value once beside its schema. Of alternatives it cannot tell which was meant, so it only
/// notes where they stand.
struct Explainer<'a> {
    root: &'a Value,
    told: Vec<String>,
    doubted: Vec<String>,
    /// Parts of `allOf` that describe one member walk it again, and that at every level.
    steps_left: usize,
}

impl<'a> Explainer<'a> {
    fn sentences(mut self) -> Vec<String> {
        if self.told.is_empty() {
            self.told.push(match self.doubted.as_slice() {
                [] => "the arguments do not fit the schema".into(),
                places => format!("{} does not fit its schema", places.join(" or ")),
            });
        }
        self.told
    }

    fn tell(&mut self, sentence: String) {
        if !self.told.contains(&sentence) {
            self.told.push(sentence);
        }
    }

    fn doubt(&mut self, place: &str) {
        let place = named(place);
        if self.doubted.len() < MOST && !self.doubted.contains(&place) {
            self.doubted.push(place);
        }
    }

    fn explain(&mut self, schema: &'a Value, value: &Value, place: &str, depth: usize) {
        let Some(schema) = self.resolve(schema) else { return };
        if self.told.len() >= MOST || depth > DEPTH || self.steps_left == 0 {
            return;
        }
        self.steps_left -= 1;
        if let Some(kinds) = schema.get("type").filter(|kinds| !is_of(kinds, value)) {
            return self.tell(format!("{} must be of type {}", named(place), words(kinds)));
        }
        if let Some(options) = schema.get("enum").and_then(Value::as_array)
            && !options.contains(value)
        {
            let options: Vec<String> = options.iter().take(16).map(ToString::to_string).collect();
            return self.tell(format!("{} must be one of {}", named(place), options.join(", ")));
        }
        self.explain_bounds(schema, value, place);
        match value {
            Value::Array(items) => self.explain_items(schema, items, place, depth),
            Value::Object(members) => self.explain_members(schema, members, place, depth),
            _ => {}
        }
        self.explain_alternatives(schema, value, place, depth);
        if UNEXPLAINED.iter().any(|keyword| schema.contains_key(*keyword)) {
            self.doubt(place);
        }
    }

    /// Follows references; they lead into `$defs` only.
    fn resolve(&self, mut schema: &'a Value) -> Option<&'a Object> {
        for _ in 0..16 {
            let object = schema.as_object()?;
            let Some(reference) = object.get("$ref") else { return Some(object) };
            schema = self.root.pointer(reference.as_str()?.strip_prefix('#')?)?;
        }
        None
    }

    fn explain_bounds(&mut self, schema: &Object, value: &Value, place: &str) {
        let (measured, bounds): (f64, &[(&str, &str, Bound)]) = match value {
            Value::Number(number) => (
                number.as_f64().unwrap_or_default(),
                &[
                    ("minimum", "be at least", f64::ge),
                    ("exclusiveMinimum", "be more than", f64::gt),
                    ("maximum", "be at most", f64::le),
                    ("exclusiveMaximum", "be less than", f64::lt),
                ],
            ),
            Value::String(text) => (
                size(text.chars().count()),
                &[
                    ("minLength", "have this many characters or more:", f64::ge),
                    ("maxLength", "have this many characters or fewer:", f64::le),
                ],
            ),
            Value::Array(items) => (
                size(items.len()),
                &[
                    ("minItems", "have this many items or more:", f64::ge),
                    ("maxItems", "have this many items or fewer:", f64::le),
                ],
            ),
            _ => return,
        };
        for (keyword, words, holds) in bounds {
            if let Some(limit) = schema.get(*keyword)
                && !limit.as_f64().is_some_and(|limit| holds(&measured, &limit))
            {
                self.tell(format!("{} must {words} {limit}", named(place)));
            }
        }
    }

    fn explain_items(&mut self, schema: &'a Object, items: &[Value], place: &str, depth: usize) {
        let first = schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        let rest = std::iter::repeat(schema.get("items"));
        let place = format!("{place}[]");
        for (item, schema) in items.iter().zip(first.map(Some).chain(rest)) {
            let Some(schema) = schema else { break };
            self.explain(schema, item, &place, depth + 1);
            if self.told.len() >= MOST {
                break;
            }
        }
    }

    fn explain_members(&mut self, schema: &'a Object, members: &Object, place: &str, depth: usize) {
        let below = |name: &str| {
            if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
        };
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if let Some(name) = name.as_str().filter(|name| !members.contains_key(*name)) {
                self.tell(format!("{} is missing", named(&below(name))));
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        for (name, member) in members {
            if self.told.len() >= MOST {
                break;
            }
            match (properties.and_then(|properties| properties.get(name)), others) {
                (Some(schema), _) => self.explain(schema, member, &below(name), depth + 1),
                (None, Some(Value::Bool(false))) => self.tell(unknown(place, properties)),
                (None, Some(schema)) => self.explain(schema, member, &below("*"), depth + 1),
                (None, None) => {}
            }
        }
    }

    fn explain_alternatives(
        &mut self,
        schema: &'a Object,
        value: &Value,
        place: &str,
        depth: usize,
    ) {
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.explain(part, value, place, depth + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(alternatives) = schema.get(keyword).and_then(Value::as_array) else {
                continue;
            };
            let is_null = |schema: &&Value| schema.get("type").is_some_and(|kind| kind == "null");
            let alternatives: Vec<&Value> =
                alternatives.iter().filter(|one| !is_null(one)).collect();
            match alternatives.as_slice() {
                // What may also be `null` was meant by everything that is not.
                [one] if !value.is_null() => self.explain(one, value, place, depth + 1),
                _ => self.doubt(place),
            }
        }
    }
}

type Bound = fn(&f64, &f64) -> bool;

#[expect(clippy::cast_precision_loss, reason = "no text is so long, and these are only words")]
fn size(count: usize) -> f64 {
    count as f64
}

fn named(place: &str) -> String {
    if place.is_empty() { "the argument object".into() } else { format!("`{place}`") }
}

fn unknown(place: &str, properties: Option<&Object>) -> String {
    let names: Vec<&str> =
        properties.into_iter().flat_map(Object::keys).map(String::as_str).collect();
    match (place.is_empty(), names.as_slice()) {
        (true, []) => "this tool takes no arguments".into(),
        (true, names) => format!("an argument is unknown; allowed are `{}`", names.join("`, `")),
        (false, []) => format!("`{place}` holds an unknown member; none is allowed"),
        (false, names) => {
            format!("`{place}` holds an unknown member; allowed are `{}`", names.join("`, `"))
        }
    }
}

/// Whether a value is of a `type`, one or several.
fn is_of(kinds: &Value, value: &Value) -> bool {
    match kinds {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
        kind => match (kind.as_str(), value) {
            (Some("null"), Value::Null)
            | (Some("boolean"), Value::Bool(_))
            | (Some("string"), Value::String(_))
            | (Some("array"), Value::Array(_))
            | (Some("object"), Value::Object(_))
            | (Some("number"), Value::Number(_)) => true,
            (Some("integer"), Value::Number(number)) => {
                !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            _ => false,
        },
    }
}

fn words(kinds: &Value) -> String {
    match kinds {
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        kind => kind.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mistakes(schema: &Value, value: &Value) -> String {
        let compiled = Compiled::new(schema.as_object().unwrap()).unwrap();
        assert!(!compiled.fits(value), "{value} fits");
        compiled.mistakes(value).join("; ")
    }

    #[test]
    fn a_mistake_is_told_by_place_and_expectation() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["id"],
            "properties": {
                "id": { "type": "integer", "minimum": 1, "maximum": 9 },
                "name": { "type": ["string", "null"], "minLength": 2 },
                "sort": { "enum": ["asc", "desc"] },
                "lines": { "type": "array", "maxItems": 3, "items": { "$ref": "#/$defs/Line" } },
                "maybe": { "anyOf": [{ "$ref": "#/$defs/Line" }, { "type": "null" }] },
                "either": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
                "map": { "type": "object", "additionalProperties": { "type": "boolean" } },
                "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }] },
            },
            "$defs": { "Line": {
                "type": "object", "additionalProperties": false, "required": ["text"],
                "properties": { "text": { "type": "string" }, "child": { "$ref": "#/$defs/Line" } },
            }},
        });
        for (value, told) in [
            (json!({}), "`id` is missing"),
            (json!({ "id": "S" }), "`id` must be of type integer"),
            (json!({ "id": 1.5 }), "`id` must be of type integer"),
            (json!({ "id": 0 }), "`id` must be at least 1"),
            (json!({ "id": 1e300 }), "`id` must be at most 9"),
            (json!({ "id": 1, "name": "S" }), "`name` must have this many characters or more: 2"),
            (json!({ "id": 1, "name": 5 }), "`name` must be of type string or null"),
            (json!({ "id": 1, "sort": "S" }), "`sort` must be one of \"asc\", \"desc\""),
            (json!({ "id": 1, "lines": [1] }), "`lines[]` must be of type object"),
            (
                json!({ "id": 1, "lines": [{ "text": "", "child": { "text": 1 } }] }),
                "`lines[].child.text` must be of type string",
            ),
            (json!({ "id": 1, "maybe": { "text": 1 } }), "`maybe.text` must be of type string"),
            (
                json!({ "id": 1, "maybe": { "text": "", "S": 1 } }),
                "`maybe` holds an unknown member; allowed are `child`, `text`",
            ),
            (json!({ "id": 1, "either": [] }), "`either` does not fit its schema"),
            (json!({ "id": 1, "map": { "S": 1 } }), "`map.*` must be of type boolean"),
            (json!({ "id": 1, "pair": ["S", "S"] }), "`pair[]` must be of type integer"),
            (
                json!({ "id": 1, "S": 1 }),
                "an argument is unknown; allowed are `either`, `id`, `lines`, `map`, `maybe`, `name`, `pair`, `sort`",
            ),
            (json!([]), "the argument object must be of type object"),
        ] {
            assert_eq!(mistakes(&schema, &value), told);
        }
    }

    #[test]
    fn a_schema_that_describes_a_member_twice_is_explained_at_once() {
        let half =
            json!({ "type": "object", "properties": { "child": { "$ref": "#/$defs/Node" } } });
        let schema = json!({
            "type": "object", "additionalProperties": false,
            "properties": { "node": { "$ref": "#/$defs/Node" } },
            "$defs": { "Node": { "allOf": [half, half] } },
        });
        let mut node = json!({});
        for _ in 0..60 {
            node = json!({ "child": node });
        }
        assert_eq!(
            mistakes(&schema, &json!({ "node": node, "unknown": 1 })),
            "an argument is unknown; allowed are `node`"
        );
    }

    #[test]
    fn at_most_five_mistakes_are_told() {
        let schema = json!({ "type": "object", "properties": {}, "required": ["a", "b"],
            "additionalProperties": { "type": "integer" } });
        let value: Object = (0..100_000).map(|n| (n.to_string(), "S".into())).collect();
        assert_eq!(
            mistakes(&schema, &value.into()),
            "`a` is missing; `b` is missing; `*` must be of type integer"
        );
    }

    #[test]
    fn a_mistake_deep_inside_alternatives_is_found_and_told_at_once() {
        // One level of alternatives must not double the work: at 60 levels nobody would wait for it.
        let schema = json!({
            "type": "object", "properties": { "filter": { "$ref": "#/$defs/Filter" } },
            "$defs": { "Filter": { "oneOf": [
                { "type": "object", "required": ["kind", "of"],
                  "properties": { "kind": { "const": "not" }, "of": { "$ref": "#/$defs/Filter" } } },
                { "type": "object", "required": ["kind", "of"],
                  "properties": { "kind": { "const": "all" }, "of": { "$ref": "#/$defs/Filter" } } },
            ]}},
        });
        let mut filter = json!("S");
        for _ in 0..60 {
            filter = json!({ "kind": "not", "of": filter });
        }
        assert_eq!(
            mistakes(&schema, &json!({ "filter": filter })),
            "`filter` does not fit its schema"
        );
    }
}
