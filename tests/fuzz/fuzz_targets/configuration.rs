//! Whatever a redactor is told: it refuses, or it does as told, and the same twice.

#![no_main]

use doorman::{Containers, Detector, Mask, Redactor};
use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use serde_json::{Map, Value, json};

#[derive(Arbitrary, Debug)]
struct Told<'a> {
    keys: Vec<&'a str>,
    kinds: u32,
    pattern: &'a str,
    word: Option<&'a str>,
    mask: u8,
    whole: bool,
    text: &'a str,
}

const KINDS: [&str; 5] = ["ip", "mac", "crypto", "entropy", "birth_date"];
const MASKS: [Mask; 4] = [Mask::Redacted, Mask::Typed, Mask::Pseudonym, Mask::LastFour];

fn redactor(told: &Told<'_>) -> Result<Redactor, doorman::Error> {
    let kinds = KINDS.iter().enumerate().filter(|(at, _)| told.kinds >> at & 1 == 1);
    let mut own = Detector::pattern("own", told.pattern)?;
    if let Some(word) = told.word {
        own = own.words([word])?;
    }
    let containers = if told.whole { Containers::Whole } else { Containers::Leaves };
    Redactor::new()
        .with_keys(&told.keys)?
        .with_kinds(kinds.map(|(_, kind)| kind))?
        .with_detectors([own])?
        .containers(containers)
        .pseudonyms(&[7; 32])?
        .masked(MASKS[usize::from(told.mask) % MASKS.len()])
}

fuzz_target!(|told: Told<'_>| {
    let Ok(redactor) = redactor(&told) else { return };
    let once = redactor.text(told.text).content().to_string();
    assert_eq!(redactor.text(&once).content().as_ref(), once);
    for key in told.keys.iter().filter(|key| !key.contains(['*', '.'])) {
        let document = json!({ *key: "planted", "n": told.text }).to_string();
        let redacted = redactor.json(document.as_bytes());
        let members: Map<String, Value> = serde_json::from_slice(redacted.content()).expect("JSON");
        assert!(members.values().all(|value| value != "planted"), "{document}");
    }
});
