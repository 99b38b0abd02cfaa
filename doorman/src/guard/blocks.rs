//! Answers of other servers made fit to be sent: every text in them is redacted, and what is structured
//! agrees with what is published.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{
    call::Blocks,
    error::Refusal,
    guard::{Answer, Structured},
    json,
    redact::{Redactions, Redactor},
    spec::Spec,
};

/// Words of the protocol, and base64, which a tool must be declared to return.
const NO_TEXTS: [&str; 4] = ["type", "role", "data", "blob"];

/// Masks what an agent is not to read.
pub(super) fn masked(redactor: &Redactor, answer: Blocks) -> (Blocks, Redactions) {
    let mut redactions = Redactions::default();
    let Blocks { structured, mut blocks, asks, whole } = answer;
    if asks {
        let block = blocks.pop().and_then(|block| asked(redactor, block, &mut redactions));
        let blocks = block.into_iter().collect();
        return (Blocks { structured, blocks, asks, whole }, redactions);
    }
    if whole {
        blocks.retain(|block| stays(redactor, block, &mut redactions));
        return (Blocks { structured, blocks, asks, whole }, redactions);
    }
    let said: Option<Value> = structured.as_ref().and_then(|bytes| json::value(bytes));
    let structured = structured.map(|bytes| {
        let redacted = redactor.json(&bytes);
        redactions.add(redacted.redactions());
        match redacted.into_content() {
            Cow::Owned(masked) => masked.into(),
            Cow::Borrowed(_) => bytes.clone(),
        }
    });
    let repeats = |block: &Value| {
        let text = block["text"].as_str().filter(|_| block["type"] == "text");
        said.is_some() && text.and_then(|text| json::value(text.as_bytes())) == said
    };
    // What is secret by its place or its name can stand in any other words, where nothing finds it.
    let by_place = redactions.iter().any(|(kind, _)| matches!(kind, "key" | "declared"));
    blocks.retain(|block| !(by_place || redactor.declares()) || repeats(block));
    for block in &mut blocks {
        match &structured {
            Some(structured) if repeats(block) => {
                block["text"] = String::from_utf8_lossy(structured).into();
            }
            _ => texts(redactor, block, &NO_TEXTS, &mut redactions),
        }
    }
    (Blocks { structured, blocks, asks, whole }, redactions)
}

/// Whether there is nothing in a block that would have to be masked.
fn stays(redactor: &Redactor, block: &Value, redactions: &mut Redactions) -> bool {
    let text = block.to_string();
    let redacted = redactor.json(text.as_bytes());
    redactions.add(redacted.redactions());
    !redactor.declares() && redacted.redactions().total() == 0
}

/// A question with its words redacted; none where it could not be sent as it is meant: its state must come
/// back as it went out, and names have to stay.
pub(super) fn asked(
    redactor: &Redactor,
    mut block: Value,
    redactions: &mut Redactions,
) -> Option<Value> {
    let state = block.as_object_mut()?.remove("requestState");
    let shows = |text: &str| redactor.text(text).redactions().total() > 0;
    if redactor.declares() || state.as_ref().and_then(Value::as_str).is_some_and(shows) {
        return None;
    }
    if any_name(&block, &shows) {
        return None;
    }
    let several = block.get_mut("inputRequests").and_then(Value::as_object_mut);
    several.into_iter().flatten().for_each(|(_, one)| emptied(redactor, one, redactions));
    emptied(redactor, &mut block, redactions);
    // In a question these are names like any other: of fields, and of questions.
    texts(redactor, &mut block, &[], redactions);
    if let Some(state) = state {
        block["requestState"] = state;
    }
    Some(block)
}

/// Takes out what is filled in already and would be masked in an answer with a field of that name.
fn emptied(redactor: &Redactor, question: &mut Value, redactions: &mut Redactions) {
    let fields = question.pointer_mut("/params/requestedSchema/properties");
    for (name, field) in fields.and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(field) = field.as_object_mut() else { continue };
        let Some(value) = field.get("default") else { continue };
        let filled = json!({ name: value }).to_string();
        let found = redactor.json(filled.as_bytes());
        if found.redactions().total() > 0 {
            redactions.add(found.redactions());
            field.remove("default");
        }
    }
}

fn any_name(value: &Value, is: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, member)| is(name) || any_name(member, is))
        }
        Value::Array(items) => items.iter().any(|item| any_name(item, is)),
        _ => false,
    }
}

/// Redacts every text but those under these names.
fn texts(redactor: &Redactor, value: &mut Value, but: &[&str], redactions: &mut Redactions) {
    match value {
        Value::String(text) => {
            let redacted = redactor.text(text);
            redactions.add(redacted.redactions());
            if let Cow::Owned(masked) = redacted.into_content() {
                *text = masked;
            }
        }
        Value::Array(items) => {
            for item in items {
                texts(redactor, item, but, redactions);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if !but.contains(&name.as_str()) {
                    texts(redactor, member, but, redactions);
                }
            }
        }
        _ => {}
    }
}

/// Holds structured content against the published schema. Where none is published there is none.
pub(super) fn settle(spec: &Spec, answer: Blocks) -> Result<Answer, Refusal> {
    let Blocks { structured, mut blocks, asks, .. } = answer;
    if blocks.iter().any(json::value_misleads) {
        return Err(Refusal::BadOutput);
    }
    if asks {
        // One that could not be sent is none.
        let block = blocks.pop().ok_or(Refusal::BadOutput)?;
        return Ok(Answer {
            blocks: Some(vec![block]),
            asks,
            ..Answer::of(String::new(), Structured::None)
        });
    }
    let structured: Option<Value> =
        structured.map(|bytes| json::value(&bytes).ok_or(Refusal::BadOutput)).transpose()?;
    let structured = match (structured, spec.output()) {
        (Some(value), Some(_)) if spec.answers().is_some_and(|schema| schema.fits(&value)) => {
            Some(value)
        }
        (_, Some(_)) => return Err(Refusal::BadOutput),
        (Some(value), None) if blocks.is_empty() => {
            blocks.push(json!({ "type": "text", "text": value.to_string() }));
            None
        }
        (_, None) => None,
    };
    let structured = structured.map_or(Structured::None, Structured::Value);
    Ok(Answer { blocks: Some(blocks), ..Answer::of(String::new(), structured) })
}
