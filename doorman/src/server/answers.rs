//! What is answered, in the protocol's own types.

use std::sync::Arc;

use rmcp::{
    ErrorData,
    model::{
        CallToolResponse, CallToolResult, ContentBlock, ErrorCode, InputRequiredResult, MetaObject,
        Tool as Published, ToolAnnotations,
    },
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    auth::Denial,
    error::Refusal,
    guard::{Answer, Refused},
    schema::Object,
    scope::Scope,
    spec::{Effect, Spec},
};

/// The answer to a request whose sender is not let in: the same code as over HTTP.
pub(super) fn denied(denial: Denial) -> ErrorData {
    let mut data = json!({ "request_id": denial.request_id });
    if let Some(seconds) = denial.retry_after {
        data["retry_after_seconds"] = seconds.into();
    }
    ErrorData::new(ErrorCode(denial.status.into()), denial.message, Some(data))
}

pub(super) fn not_served() -> ErrorData {
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "this server does not serve that", None)
}

/// What became of a call of a tool.
pub(super) fn answered(called: Result<Answer, Refused>) -> Result<CallToolResponse, ErrorData> {
    match called {
        Ok(answer) => result(answer),
        Err(refused) => match of_the_protocol(&refused) {
            Some(error) => Err(error),
            None => Ok(refusal(&refused).into()),
        },
    }
}

fn result(mut answer: Answer) -> Result<CallToolResponse, ErrorData> {
    if answer.asks {
        let mut asked: Vec<InputRequiredResult> = content(answer.blocks.unwrap_or_default())?;
        return asked
            .pop()
            .map(Into::into)
            .ok_or_else(|| ErrorData::internal_error("bad_output", None));
    }
    let structured = answer.take_structured();
    let content = match answer.blocks {
        None => vec![ContentBlock::text(answer.text)],
        Some(blocks) => content(blocks)?,
    };
    let mut result = CallToolResult::success(content);
    result.structured_content = structured;
    Ok(result.into())
}

/// A refusal for which the protocol has an error of its own.
pub(super) fn of_the_protocol(refused: &Refused) -> Option<ErrorData> {
    match &refused.refusal {
        Refusal::Undeclared { missing } => {
            let missing: Object = missing.iter().map(|it| ((*it).into(), json!({}))).collect();
            let mut data = json!({ "doorman/refusal": told(refused) });
            data["requiredCapabilities"] = missing.into();
            let code = ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY;
            Some(ErrorData::new(code, refused.refusal.to_string(), Some(data)))
        }
        Refusal::BadRound => {
            let data = json!({ "doorman/refusal": told(refused) });
            Some(ErrorData::invalid_params(refused.refusal.to_string(), Some(data)))
        }
        _ => None,
    }
}

/// What another server said, in the protocol's own types again.
pub(super) fn content<T: DeserializeOwned>(blocks: Vec<Value>) -> Result<Vec<T>, ErrorData> {
    let blocks = blocks.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    blocks.map_err(|_| ErrorData::internal_error("bad_output: the answer cannot be sent", None))
}

/// Words for the agent and data under `_meta`: clients hold `structuredContent` against the output
/// schema even where a call failed.
pub(super) fn refusal(refused: &Refused) -> CallToolResult {
    let mut meta = MetaObject::new();
    meta.insert("doorman/refusal".to_owned(), told(refused));
    let words = ContentBlock::text(refused.refusal.to_string());
    CallToolResult::error(vec![words]).with_meta(Some(meta))
}

/// A refusal as data.
pub(super) fn told(Refused { refusal, request_id }: &Refused) -> Value {
    let (required, missing) = refusal.scopes();
    let names = |scopes: &[Scope]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut data = json!({ "reason": refusal.reason(), "request_id": request_id });
    if let Some(seconds) = refusal.retry_after_seconds() {
        data["retry_after_seconds"] = seconds.into();
    }
    if !required.is_empty() {
        data["scopes_required"] = names(required).into();
        data["scopes_missing"] = names(missing).into();
    }
    data
}

pub(super) fn publish(spec: &Spec) -> Published {
    let effect = spec.effect();
    let annotations = ToolAnnotations::new()
        .read_only(effect == Effect::ReadOnly)
        .destructive(effect == Effect::Destructive)
        .idempotent(spec.idempotent())
        .open_world(spec.open_world());
    let mut tool = Published::new_with_raw(
        spec.name().to_owned(),
        spec.description().map(|description| description.to_owned().into()),
        spec.input().clone(),
    )
    .with_annotations(annotations);
    if let Some(title) = spec.title() {
        tool = tool.with_title(title);
    }
    if let Some(output) = spec.output() {
        tool = tool.with_raw_output_schema(Arc::new(output.schema.clone()));
    }
    tool
}
