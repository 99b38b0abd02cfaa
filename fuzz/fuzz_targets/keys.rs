//! Whatever the keys are: they are refused, or they mask the member of that very name.

#![no_main]

use doorman::Redactor;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

fuzz_target!(|key: &str| {
    let Ok(redactor) = Redactor::new().with_keys([key]) else { return };
    if key.contains(['*', '.']) {
        return;
    }
    let document = json!({ key: "planted" }).to_string();
    let redacted = redactor.json(document.as_bytes());
    let members: Map<String, Value> = serde_json::from_slice(redacted.content()).expect("JSON");
    assert!(members.values().all(|value| value != "planted"), "{document}");
});
