//! Answers of other servers made fit to be sent: every text in them is redacted, and what is structured
//! agrees with what is published.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{
    call::Blocks,
    error::Refusal,
    guard::Answer,
    redact::{Redactions, Redactor},
    spec::Spec,
};

/// Words of the protocol, and base64, which a tool must be declared to return.
const NO_TEXTS: [&str; 4] = ["type", "role", "data", "blob"];

/// Masks what an agent is not to read.
pub(super) fn masked(redactor: &Redactor, answer: Blocks) -> (Blocks, Redactions) {
    let mut redactions = Redactions::default();
    let Blocks { structured, mut blocks } = answer;
    let said: Option<Value> =
        structured.as_ref().and_then(|bytes| serde_json::from_slice(bytes).ok());
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
        said.is_some() && text.and_then(|text| serde_json::from_str(text).ok()) == said
    };
    // What the schema declares as secret can stand in any other words, where nothing finds it.
    blocks.retain(|block| !redactor.declares() || repeats(block));
    for block in &mut blocks {
        match &structured {
            Some(structured) if repeats(block) => {
                block["text"] = String::from_utf8_lossy(structured).into();
            }
            _ => texts(redactor, block, &mut redactions),
        }
    }
    (Blocks { structured, blocks }, redactions)
}

fn texts(redactor: &Redactor, value: &mut Value, redactions: &mut Redactions) {
    match value {
        Value::String(text) => {
            let redacted = redactor.text(text);
            redactions.add(redacted.redactions());
            if let Cow::Owned(masked) = redacted.into_content() {
                *text = masked;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| texts(redactor, item, redactions)),
        Value::Object(members) => {
            for (name, member) in members {
                if !NO_TEXTS.contains(&name.as_str()) {
                    texts(redactor, member, redactions);
                }
            }
        }
        _ => {}
    }
}

/// Holds structured content against the published schema. Where none is published there is none.
pub(super) fn settle(spec: &Spec, answer: Blocks) -> Result<Answer, Refusal> {
    let Blocks { structured, mut blocks } = answer;
    let structured: Option<Value> = structured
        .map(|bytes| serde_json::from_slice(&bytes).map_err(|_| Refusal::BadOutput))
        .transpose()?;
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
    Ok(Answer { text: String::new(), structured, blocks: Some(blocks) })
}
