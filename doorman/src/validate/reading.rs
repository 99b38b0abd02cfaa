//! Documents held against simple schemas as they are read: nothing is kept of them.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use crate::schema::Object;

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const STRING: u8 = 4;
const INTEGER: u8 = 8;
const NUMBER: u8 = 16;
const ARRAY: u8 = 32;
const OBJECT: u8 = 64;
const ANY: u8 = NULL | BOOLEAN | STRING | INTEGER | NUMBER | ARRAY | OBJECT;

/// Keywords that ask for nothing. Formats are not asserted.
const NOTES: [&str; 9] = [
    "$schema",
    "$defs",
    "title",
    "description",
    "default",
    "examples",
    "format",
    "deprecated",
    "$comment",
];

/// A schema of which every keyword is known here.
#[derive(Debug, Clone)]
pub(super) struct Reading(Vec<Node>);

/// What may stand at a place.
#[derive(Debug, Clone, Default)]
struct Node {
    kinds: u8,
    /// What else may stand there.
    other: Option<usize>,
    /// The bounds of whole numbers.
    least: Option<i128>,
    most: Option<i128>,
    /// The only texts there may be.
    texts: Option<Vec<String>>,
    items: Option<usize>,
    members: Option<Members>,
}

#[derive(Debug, Clone)]
struct Members {
    /// As many as a mask has bits.
    names: Vec<(String, usize)>,
    required: u64,
    /// Where members of other names may stand.
    others: Option<usize>,
}

impl Reading {
    /// `None` where the schema asks for something that is not known here.
    pub(super) fn of(schema: &Object) -> Option<Self> {
        let mut compiler = Compiler { root: schema, nodes: Vec::new(), shared: HashMap::new() };
        let root = compiler.node(&Value::Object(schema.clone()))?;
        (root == 0).then_some(Self(compiler.nodes))
    }

    /// Whether a document surely fits, below the member of this name if there is one, and has no name twice
    /// in one object.
    pub(super) fn fits(&self, document: &[u8], below: Option<&str>) -> bool {
        let place = match below {
            None => Some(0),
            Some(name) => self.0[0].members.as_ref().and_then(|members| members.place(name)),
        };
        let Some(place) = place else { return false };
        let mut reader = serde_json::Deserializer::from_slice(document);
        At { nodes: &self.0, place }.deserialize(&mut reader).is_ok() && reader.end().is_ok()
    }
}

impl Members {
    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, place)| *place)
    }
}

struct Compiler<'a> {
    root: &'a Object,
    nodes: Vec<Node>,
    /// The nodes of references.
    shared: HashMap<String, usize>,
}

impl Compiler<'_> {
    /// The place of a schema among the nodes.
    fn node(&mut self, schema: &Value) -> Option<usize> {
        let Value::Object(keywords) = schema else { return None };
        if let Some(reference) = keywords.get("$ref") {
            keywords.keys().all(|keyword| keyword == "$ref" || is_note(keyword)).then_some(())?;
            return self.reference(reference.as_str()?);
        }
        let place = self.nodes.len();
        self.nodes.push(Node::default());
        let node = self.read(keywords)?;
        self.nodes[place] = node;
        Some(place)
    }

    fn reference(&mut self, reference: &str) -> Option<usize> {
        if let Some(place) = self.shared.get(reference) {
            return Some(*place);
        }
        let name =
            reference.strip_prefix("#/$defs/").filter(|name| !name.contains(['/', '~', '%']))?;
        let target = self.root.get("$defs")?.get(name)?.clone();
        // A reference that leads to another one is rare.
        (target.is_object() && target.get("$ref").is_none()).then_some(())?;
        self.shared.insert(reference.to_owned(), self.nodes.len());
        self.node(&target)
    }

    fn read(&mut self, keywords: &Object) -> Option<Node> {
        if let Some(alternatives) = keywords.get("anyOf") {
            keywords.keys().all(|keyword| keyword == "anyOf" || is_note(keyword)).then_some(())?;
            let [other, null] = &alternatives.as_array()?[..] else { return None };
            (*null == json!({ "type": "null" })).then_some(())?;
            return Some(Node { kinds: NULL, other: Some(self.node(other)?), ..Node::default() });
        }
        let known = ["type", "minimum", "maximum", "enum", "items", "properties", "required"];
        let is_known = |keyword: &String| {
            known.contains(&keyword.as_str())
                || keyword == "additionalProperties"
                || is_note(keyword)
        };
        keywords.keys().all(is_known).then_some(())?;
        let kinds = match keywords.get("type") {
            None => ANY,
            Some(Value::Array(kinds)) => {
                kinds.iter().try_fold(0, |kinds, kind| Some(kinds | bits(kind)?))?
            }
            Some(kind) => bits(kind)?,
        };
        let bound = |name: &str| match keywords.get(name) {
            None => Some(None),
            Some(bound) => {
                let whole = bound.as_i64().map(i128::from);
                whole.or(bound.as_u64().map(i128::from)).map(Some)
            }
        };
        let (least, most) = (bound("minimum")?, bound("maximum")?);
        let texts = match keywords.get("enum") {
            None => None,
            Some(texts) => {
                let texts = texts.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
                Some(texts.collect::<Option<Vec<_>>>()?)
            }
        };
        let items = match keywords.get("items") {
            None => None,
            Some(items) => Some(self.node(items)?),
        };
        let of_members = ["properties", "required", "additionalProperties"];
        let members = if of_members.iter().any(|name| keywords.contains_key(*name)) {
            Some(self.members(keywords)?)
        } else {
            None
        };
        Some(Node { kinds, other: None, least, most, texts, items, members })
    }

    fn members(&mut self, keywords: &Object) -> Option<Members> {
        let mut names = Vec::new();
        let properties =
            keywords.get("properties").map_or(Some(None), |it| it.as_object().map(Some));
        for (name, schema) in properties?.into_iter().flatten() {
            names.push((name.clone(), self.node(schema)?));
        }
        (names.len() <= 64).then_some(())?;
        let mut required = 0;
        let needed = keywords.get("required").map_or(Some(None), |it| it.as_array().map(Some));
        for name in needed?.into_iter().flatten() {
            let at = names.iter().position(|(known, _)| Some(&**known) == name.as_str())?;
            required |= 1 << at;
        }
        let others = match keywords.get("additionalProperties") {
            None | Some(Value::Bool(false)) => None,
            Some(others) => Some(self.node(others)?),
        };
        Some(Members { names, required, others })
    }
}

fn is_note(keyword: &str) -> bool {
    NOTES.contains(&keyword) || keyword.starts_with("x-")
}

fn bits(kind: &Value) -> Option<u8> {
    Some(match kind.as_str()? {
        "null" => NULL,
        "boolean" => BOOLEAN,
        "string" => STRING,
        "integer" => INTEGER,
        "number" => INTEGER | NUMBER,
        "array" => ARRAY,
        "object" => OBJECT,
        _ => return None,
    })
}

/// A place of a document. It is read without an error only where it surely fits.
#[derive(Clone, Copy)]
struct At<'a> {
    nodes: &'a [Node],
    place: usize,
}

impl<'a> At<'a> {
    /// What may stand here that is of this kind.
    fn of<E: Error>(self, kind: u8) -> Result<&'a Node, E> {
        let (mut node, mut steps) = (self.nodes.get(self.place), self.nodes.len());
        while let Some(found) = node {
            if found.kinds & kind != 0 {
                return Ok(found);
            }
            steps = steps.checked_sub(1).ok_or_else(unsure)?;
            node = found.other.and_then(|other| self.nodes.get(other));
        }
        Err(unsure())
    }

    /// The same, where no text is asked for.
    fn no_text<E: Error>(self, kind: u8) -> Result<&'a Node, E> {
        let node = self.of(kind)?;
        if node.texts.is_none() { Ok(node) } else { Err(unsure()) }
    }

    fn whole<E: Error>(self, number: i128) -> Result<(), E> {
        let node = self.no_text(INTEGER)?;
        let is_within = node.least.is_none_or(|least| number >= least)
            && node.most.is_none_or(|most| number <= most);
        if is_within { Ok(()) } else { Err(unsure()) }
    }

    fn at(self, place: usize) -> Self {
        Self { place, ..self }
    }
}

fn unsure<E: Error>() -> E {
    E::custom("it does not surely fit")
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.no_text(NULL).map(|_| ())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.no_text(BOOLEAN).map(|_| ())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.whole(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.whole(number.into())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        let node = self.no_text(NUMBER)?;
        if node.least.is_none() && node.most.is_none() { Ok(()) } else { Err(unsure()) }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match &self.of(STRING)?.texts {
            Some(texts) if !texts.iter().any(|known| known == text) => Err(unsure()),
            _ => Ok(()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        // Of what stands anywhere nothing is known: names in it may be there twice.
        let below = self.no_text(ARRAY)?.items.unwrap_or(usize::MAX);
        while items.next_element_seed(self.at(below))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let members = self.no_text(OBJECT)?.members.as_ref();
        let (mut seen, mut others) = (0, HashSet::new());
        while let Some(name) = entries.next_key_seed(Names(members))? {
            let below = match name {
                Name::Known(at, place) => {
                    let is_new = seen & (1 << at) == 0;
                    seen |= 1 << at;
                    is_new.then_some(place)
                }
                Name::Other(name) => {
                    members.and_then(|members| members.others).filter(|_| others.insert(name))
                }
            };
            let below = below.ok_or_else(unsure)?;
            entries.next_value_seed(self.at(below))?;
        }
        let required = members.map_or(0, |members| members.required);
        if seen & required == required { Ok(()) } else { Err(unsure()) }
    }
}

struct Names<'a>(Option<&'a Members>);

enum Name {
    /// Its number among the known ones, and what stands there.
    Known(usize, usize),
    Other(String),
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Name, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Names<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let known = self.0.into_iter().flat_map(|members| &members.names).enumerate();
        match known.into_iter().find(|(_, (known, _))| known == name) {
            // So serde_json wraps numbers where a crate asks it for any precision.
            _ if name.starts_with("$serde_json::private::") => Err(unsure()),
            Some((at, (_, place))) => Ok(Name::Known(at, *place)),
            None => Ok(Name::Other(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{json, validate::Compiled};

    fn compiled(schema: &Value) -> (Compiled, Option<Reading>) {
        let schema = schema.as_object().unwrap();
        (Compiled::new(schema).unwrap(), Reading::of(schema))
    }

    #[derive(serde::Serialize, schemars::JsonSchema)]
    struct Order {
        id: u64,
        small: i8,
        note: Option<String>,
        rate: f32,
        lines: Vec<Line>,
        first: Option<Line>,
        state: State,
        marks: std::collections::BTreeMap<String, bool>,
    }

    #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
    struct Line {
        text: String,
    }

    #[derive(serde::Serialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[expect(dead_code, reason = "there is another")]
    enum State {
        Open,
        Paid,
    }

    #[test]
    fn what_a_type_of_everyday_serializes_to_surely_fits() {
        let line = Line { text: "a".into() };
        let order = Order {
            id: u64::MAX,
            small: -128,
            note: None,
            rate: 1.5,
            lines: vec![line.clone(), line.clone()],
            first: Some(line),
            state: State::Open,
            marks: [("a".into(), true)].into(),
        };
        let output = crate::schema::Output::of::<Vec<Order>>();
        assert!(output.wrapped);
        let reading = Reading::of(&output.schema).unwrap();
        let document = serde_json::to_vec(&[order]).unwrap();
        assert!(reading.fits(&document, Some("result")), "{:?}", output.schema);
    }

    fn invoice() -> Value {
        json!({
            "type": "object", "additionalProperties": false, "required": ["id", "lines"],
            "properties": {
                "id": { "type": "integer", "minimum": 0, "maximum": 255, "format": "uint8" },
                "state": { "type": "string", "enum": ["open", "paid"] },
                "amount": { "type": ["number", "string"], "description": "of all" },
                "lines": { "type": "array", "items": { "$ref": "#/$defs/Line" } },
                "maybe": { "anyOf": [{ "$ref": "#/$defs/Line" }, { "type": "null" }] },
                "map": { "type": "object", "additionalProperties": { "type": "boolean" } },
            },
            "$defs": { "Line": {
                "type": "object", "required": ["text"],
                "properties": {
                    "text": { "type": "string" },
                    "child": { "anyOf": [{ "$ref": "#/$defs/Line" }, { "type": "null" }] },
                },
            }},
        })
    }

    #[test]
    fn a_plain_document_surely_fits() {
        let (_, reading) = compiled(&invoice());
        let reading = reading.unwrap();
        let document = json!({
            "id": 255, "state": "paid", "amount": 1.5, "map": { "a": true, "b": false }, "maybe": null,
            "lines": [{ "text": "a" }, { "text": "b", "child": { "text": "c", "child": null } }],
        });
        assert!(reading.fits(document.to_string().as_bytes(), None));
        assert!(reading.fits(br#"[{"text":"a"}]"#, Some("lines")));
        assert!(!reading.fits(br#"[{"text":1}]"#, Some("lines")));
        assert!(!reading.fits(b"1", Some("unknown")));
    }

    #[test]
    fn what_does_not_surely_fit_is_not_said_to() {
        let (_, reading) = compiled(&invoice());
        let reading = reading.unwrap();
        for document in [
            "",
            "[]",
            "{}",
            r#"{"id":1}"#,
            r#"{"id":1,"lines":[]} 2"#,
            r#"{"id":256,"lines":[]}"#,
            r#"{"id":-1,"lines":[]}"#,
            r#"{"id":1.0,"lines":[]}"#,
            r#"{"id":"1","lines":[]}"#,
            r#"{"id":null,"lines":[]}"#,
            r#"{"id":1,"lines":{}}"#,
            r#"{"id":1,"lines":[{}]}"#,
            r#"{"id":1,"lines":[null]}"#,
            r#"{"id":1,"lines":[],"state":"late"}"#,
            r#"{"id":1,"lines":[],"state":1}"#,
            r#"{"id":1,"lines":[],"amount":true}"#,
            r#"{"id":1,"lines":[],"other":1}"#,
            r#"{"id":1,"lines":[],"map":{"a":1}}"#,
            r#"{"id":1,"lines":[],"map":7}"#,
            r#"{"id":1,"lines":[],"maybe":7}"#,
            // Names that are there twice, in whatever words.
            r#"{"id":1,"id":2,"lines":[]}"#,
            r#"{"id":1,"\u0069d":2,"lines":[]}"#,
            r#"{"id":1,"lines":[],"map":{"a":true,"\u0061":true}}"#,
            r#"{"id":1,"lines":[{"text":"a","text":"a"}]}"#,
            // What the schema does not name may be anything.
            r#"{"id":1,"lines":[{"text":"a","other":1}]}"#,
            r#"{"id":1,"lines":[],"map":{"$serde_json::private::Number":true}}"#,
        ] {
            assert!(!reading.fits(document.as_bytes(), None), "{document}");
        }
        assert!(!reading.fits(b"{\"id\":1,\"lines\":[],\"state\":\"\xff\"}", None));
    }

    #[test]
    fn a_schema_that_asks_for_more_is_left_to_the_validator() {
        for schema in [
            json!({ "type": "object", "minProperties": 1 }),
            json!({ "type": "object", "properties": { "a": true } }),
            json!({ "type": "object", "properties": { "a": { "const": 1 } } }),
            json!({ "type": "object", "properties": { "a": { "enum": [1] } } }),
            json!({ "type": "object", "properties": { "a": { "minimum": 0.5 } } }),
            json!({ "type": "object", "properties": { "a": { "pattern": "a" } } }),
            json!({ "type": "object", "properties": { "a": { "type": "unknown" } } }),
            json!({ "type": "object", "properties": { "a": { "anyOf": [{}, {}] } } }),
            json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/A", "type": "null" } }, "$defs": { "A": {} } }),
            json!({ "type": "object", "properties": { "a": { "$ref": "#/properties/a" } } }),
            json!({ "type": "object", "properties": { "a": { "items": [] } } }),
            json!({ "type": "object", "required": ["a"] }),
        ] {
            assert!(Reading::of(schema.as_object().unwrap()).is_none(), "{schema}");
        }
    }

    fn schemas() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!({ "type": "string" })),
            Just(json!({ "type": "integer", "minimum": -1, "maximum": 2 })),
            Just(json!({ "type": ["number", "null"] })),
            Just(json!({ "type": "boolean" })),
            Just(json!({ "enum": ["a", "b"] })),
            Just(json!({ "$ref": "#/$defs/A" })),
            Just(json!({ "minimum": 0, "maximum": u64::MAX })),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
                inner.clone().prop_map(|one| json!({ "anyOf": [one, { "type": "null" }] })),
                inner
                    .clone()
                    .prop_map(|others| json!({ "type": "object", "additionalProperties": others })),
                (inner.clone(), inner, any::<bool>(), any::<bool>()).prop_map(
                    |(a, b, closed, needs)| {
                        let mut schema = json!({ "properties": { "a": a, "b": b } });
                        if closed {
                            schema["additionalProperties"] = false.into();
                        }
                        if needs {
                            schema["required"] = json!(["a"]);
                        }
                        schema
                    }
                ),
            ]
        })
    }

    /// Texts of JSON, also such as no value is written as.
    fn documents() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            prop::sample::select(vec![
                "null",
                "true",
                "0",
                "-1",
                "2",
                "3",
                "1.0",
                "1.5",
                "1e2",
                "\"a\"",
                "\"b\"",
                "\"c\"",
                "[]",
                "{}",
                "18446744073709551615",
                "\"\\u0061\"",
            ])
            .prop_map(str::to_owned),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let name = prop::sample::select(vec!["a", "b", "c", "\\u0061"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|all| format!("[{}]", all.join(","))),
                prop::collection::vec((name, inner), 0..4).prop_map(|all| {
                    let all: Vec<String> =
                        all.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                    format!("{{{}}}", all.join(","))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_surely_fits_is_what_the_validator_lets_pass_without_a_name_twice(
            schema in schemas(), shared in schemas(), documents in prop::collection::vec(documents(), 8),
        ) {
            let root = json!({ "type": "object", "properties": { "a": schema },
                "$defs": { "A": shared } });
            let (validator, reading) = compiled(&root);
            let Some(reading) = reading else { return Ok(()) };
            for document in documents {
                let whole = format!("{{\"a\":{document}}}");
                let fits = reading.fits(whole.as_bytes(), None);
                prop_assert_eq!(fits, reading.fits(document.as_bytes(), Some("a")));
                if fits {
                    let (value, repeats) = json::read(whole.as_bytes(), usize::MAX).unwrap();
                    prop_assert!(!repeats && validator.fits(&value), "{root}: {whole}");
                }
            }
        }
    }
}
