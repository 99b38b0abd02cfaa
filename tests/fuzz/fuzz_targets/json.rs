//! Whatever the bytes are: no panic, the same twice; and a document stays one of the same shape.

#![no_main]

use doorman::Redactor;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fn same_shape(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| same_shape(before, after))
        }
        // Members of one name are one in a `Value`, and may be masked apart.
        (Value::Object(before), Value::Object(after)) => before.len() <= after.len(),
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
        // A mask may stand for any scalar.
        _ => true,
    }
}

fuzz_target!(|input: &[u8]| {
    let redactor = Redactor::new();
    let once = redactor.json(input).content().to_vec();
    let twice = redactor.json(&once).content().to_vec();
    assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
    if let Ok(before) = serde_json::from_slice::<Value>(input) {
        let after = serde_json::from_slice::<Value>(&once).expect("still a document");
        assert!(same_shape(&before, &after));
    }
});
