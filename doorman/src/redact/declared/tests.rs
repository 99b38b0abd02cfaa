use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::redact::Redactor;

fn redactor(schema: &Value) -> Redactor {
    Redactor::new().declared_by(schema.as_object().unwrap(), false)
}

fn redacted(schema: &Value, document: &Value) -> Value {
    let document = document.to_string();
    let redactor = redactor(schema);
    let once = redactor.json(document.as_bytes()).into_content().into_owned();
    let twice = redactor.json(&once);
    assert_eq!(twice.content().as_ref(), once, "what is masked stays as it is");
    assert_eq!(twice.redactions().total(), 0);
    serde_json::from_slice(&once).unwrap()
}

fn marked() -> Value {
    json!({ "type": "string", KEYWORD: "redacted" })
}

#[test]
fn only_what_is_declared_is_masked_at_any_depth() {
    let schema = json!({
        "properties": {
            "list": { "items": { "$ref": "#/$defs/Person" } },
            "pair": { "prefixItems": [marked(), {}], "items": { KEYWORD: "pii" } },
            "map": { "additionalProperties": marked() },
            "either": { "anyOf": [{ "type": "null" }, { "properties": { "a": marked() } }] },
            "plain": {},
        },
        "$defs": { "Person": { "allOf": [
            { "properties": { "nick": marked(), "age": { "type": "integer" } } },
            { "properties": { "next": { "$ref": "#/$defs/Person" } } },
        ] } },
    });
    let document = json!({
        "list": [{ "nick": "x", "age": 3, "next": { "nick": "y", "next": { "nick": "z" } } }],
        "pair": ["x", "kept", "y", 1, true, null],
        "map": { "k": "x" },
        "either": { "a": "x" },
        "plain": { "nick": "kept", "map": { "k": ["kept"] } },
    });
    assert_eq!(
        redacted(&schema, &document),
        json!({
            "list": [{ "nick": "«redacted»", "age": 3,
                "next": { "nick": "«redacted»", "next": { "nick": "«redacted»" } } }],
            "pair": ["«redacted»", "kept", "«redacted»", "«redacted»", "«redacted»", null],
            "map": { "k": "«redacted»" },
            "either": { "a": "«redacted»" },
            "plain": { "nick": "kept", "map": { "k": ["kept"] } },
        })
    );
}

#[test]
fn a_container_that_is_masked_whole_takes_what_is_declared_in_it() {
    let schema = json!({ "properties": { "credentials": { "properties": { "user": marked() } } } });
    let redactor = redactor(&schema).containers(crate::redact::Containers::Whole);
    let redacted = redactor.json(br#"{"credentials":{"user":"x","pass":"y"},"user":"kept"}"#);
    let shown = String::from_utf8_lossy(redacted.content());
    assert!(!shown.contains("\"x\"") && !shown.contains("\"y\""), "{shown}");
}

#[test]
fn a_schema_without_a_mark_declares_nothing() {
    let schema = json!({ "properties": { KEYWORD: { "type": "string" } } });
    assert!(Declared::read(schema.as_object().unwrap(), false).is_none());
}

#[test]
fn the_last_four_of_a_long_text_are_kept_and_win_over_patterns_and_keys() {
    let last4 = json!({ KEYWORD: "last4" });
    let schema = json!({ "properties": { "card_number": { "items": last4 } } });
    let document = json!({ "card_number": ["4111111111111111", "1234567", 12_345_678, "ab\"«…\"cdéf", "ab\"cd«é»"] });
    assert_eq!(
        redacted(&schema, &document)["card_number"],
        json!(["«…1111»", "«redacted»", "«redacted»", "«…cdéf»", "«redacted»"])
    );
}

#[test]
fn a_mark_of_one_alternative_masks_no_other_kind_of_value() {
    let schema = json!({ "anyOf": [
        marked(), { "type": "array", "prefixItems": [marked(), {}] },
        { "type": "object", KEYWORD: "pii", "properties": { "a": {} } },
        { "type": ["integer", "null"] },
    ] });
    for (document, expected) in [
        (json!("x"), json!("«redacted»")),
        (json!(["x", ["kept"]]), json!(["«redacted»", ["kept"]])),
        (json!({ "a": "x", "b": 1 }), json!({ "a": "«redacted»", "«redacted»": "«redacted»" })),
    ] {
        assert_eq!(redacted(&schema, &document), expected);
    }
}

#[test]
fn the_stricter_of_two_marks_holds() {
    let schema = json!({
        KEYWORD: "last4",
        "properties": { "a": { KEYWORD: "secret" }, "b": {} },
    });
    let document = json!({ "a": "0123456789", "b": "0123456789" });
    assert_eq!(redacted(&schema, &document), json!({ "a": "«redacted»", "b": "«…6789»" }));
}

#[test]
fn under_a_mark_names_that_are_no_fields_are_masked_and_stay_apart() {
    let schema = json!({ KEYWORD: "pii", "properties": { "a": {} } });
    let document = json!({ "a": 1, "ann": 2, "bob": [3], "«redacted»": 4 });
    assert_eq!(
        redacted(&schema, &document),
        json!({ "a": "«redacted»", "«redacted 2»": "«redacted»",
            "«redacted 3»": ["«redacted»"], "«redacted»": "«redacted»" })
    );
}

#[test]
fn what_the_schema_does_not_tell_of_is_masked() {
    let schema = json!({ "properties": {
        "a": marked(), "flat": { "type": "string" }, "pair": { "prefixItems": [{}] },
    } });
    let document = json!({ "a": "x", "b": "y", "flat": { "x": "y" }, "pair": [1, "y"] });
    assert_eq!(
        redacted(&schema, &document),
        json!({ "a": "«redacted»", "b": "«redacted»", "flat": { "x": "«redacted»" },
            "pair": [1, "«redacted»"] })
    );
    for malformed in ["{\"a\":\"x\"", "x", "{\"a\":\"x\"} y", "\u{FEFF}{\"a\":\"x\"}"] {
        let redacted = redactor(&schema).json(malformed.as_bytes());
        assert_eq!(redacted.content().as_ref(), "\"«redacted»\"".as_bytes());
    }
    assert_eq!(
        redactor(&schema).json(b"{\"a\":\"\xff\"}").content().as_ref(),
        "\"«redacted»\"".as_bytes()
    );
}

#[test]
fn an_escaped_name_is_the_same_name() {
    let schema = json!({ "properties": { "name": marked(), "n": {} } });
    let redacted = redactor(&schema).json(br#"{"\u006eame":"x\"","n":"x"}"#);
    assert_eq!(redacted.content().as_ref(), r#"{"\u006eame":"«redacted»","n":"x"}"#.as_bytes());
    assert_eq!(redacted.redactions().iter().collect::<Vec<_>>(), [("declared", 1)]);
}

#[test]
fn a_million_levels_and_keys_are_walked() {
    let schema = json!({ "properties": { "a": { "$ref": "#" } }, "items": marked() });
    let deep = "{\"a\":".repeat(500_000) + "[\"x\"]" + &"}".repeat(500_000);
    assert_eq!(redactor(&schema).json(deep.as_bytes()).redactions().total(), 1);
    let schema = json!({ KEYWORD: "pii" });
    let keys: Vec<String> = (0..200_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let wide = format!("{{{}}}", keys.join(","));
    assert_eq!(redactor(&schema).json(wide.as_bytes()).redactions().total(), 400_000);
}

#[test]
fn a_schema_of_too_many_states_masks_everything_and_comes_to_an_end() {
    // Every key doubles the sets of alternatives that are still possible.
    let alternatives: Vec<Value> = (0..12)
        .map(|n| {
            let mut properties = Object::new();
            for other in (0..12).filter(|other| *other != n) {
                properties.insert(format!("k{other}"), json!({ "$ref": format!("#/$defs/n{n}") }));
            }
            json!({ "properties": properties, KEYWORD: if n == 0 { "pii" } else { "last4" } })
        })
        .collect();
    let all: Object =
        alternatives.into_iter().enumerate().map(|(n, one)| (format!("n{n}"), one)).collect();
    let refers: Vec<Value> = (0..12).map(|n| json!({ "$ref": format!("#/$defs/n{n}") })).collect();
    let schema = json!({ "anyOf": refers, "$defs": all });
    let declared = Declared::read(schema.as_object().unwrap(), false).unwrap();
    assert!(declared.states.len() <= MOST);
}

proptest! {
    #[test]
    fn planted_values_never_survive(text in "\\PC*", number in any::<i64>(), key in "\\PC{6,}") {
        let schema = json!({ "properties": { "a": { "items": { "$ref": "#/$defs/P" } } },
            "$defs": { "P": { "properties": { "p": { KEYWORD: "secret" } } } } });
        let document = json!({ "a": [{ "p": text }, { "p": { key.clone(): [number, text] } }] });
        let after = redacted(&schema, &document);
        assert_eq!(after["a"][0]["p"], "«redacted»");
        assert_eq!(after["a"][1]["p"], json!({ "«redacted»": ["«redacted»", "«redacted»"] }));
    }
}
