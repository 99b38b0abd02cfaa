//! Documents and schemas, by hand and by chance.

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
