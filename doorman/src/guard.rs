//! The order of every check. Nothing else in doorman decides whether a tool runs.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use crate::{
    audit::AuditLog,
    authorize::authorize,
    call::{Call, Reply},
    error::Refusal,
    scope::Hierarchy,
    spec::Spec,
    tool::Dispatch,
};

/// What stands between a call and its tool.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) audit: AuditLog,
    pub(crate) hierarchy: Hierarchy,
}

/// A result as it is sent.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// The same as JSON, where the tool declares an output.
    pub(crate) structured: Option<Value>,
}

/// A refusal, and the name under which the audit log knows the attempt.
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    pub(crate) request_id: String,
}

impl Guard {
    /// Takes a call through every check to its tool and back. Exactly one audit record is written,
    /// also where this future is dropped on the way.
    pub(crate) async fn call(
        &self,
        dispatch: &dyn Dispatch,
        call: Call,
    ) -> Result<Answer, Refused> {
        let entry = self.audit.open(&call);
        let gone = call.gone.clone();
        // A panic would leave the caller without an answer for ever: rmcp does not catch it.
        let outcome = AssertUnwindSafe(self.pass(dispatch, call)).catch_unwind().await;
        let outcome = outcome.unwrap_or(Err(Refusal::Panic));
        let request_id = entry.request_id().to_owned();
        entry.close(outcome.as_ref().map(|answer| answer.text.len()), gone.is_cancelled());
        outcome.map_err(|refusal| Refused { refusal, request_id })
    }

    /// The page to review: every line may refuse, and none but the last two comes after the tool ran.
    async fn pass(&self, dispatch: &dyn Dispatch, mut call: Call) -> Result<Answer, Refusal> {
        let spec = call.spec.clone();
        let result_limit = call.result_limit;
        authorize(&spec, &call.principal, &self.hierarchy)?;
        validate(&mut call)?;
        let reply = run(dispatch, call).await?;
        within(&reply, result_limit)?;
        settle(&spec, reply)
    }
}

/// Holds the arguments against the published schema.
fn validate(call: &mut Call) -> Result<(), Refusal> {
    let arguments = Value::Object(std::mem::take(&mut call.arguments));
    let mistakes = call.spec.accepts().mistakes(&arguments, call.spec.properties());
    match arguments {
        Value::Object(arguments) if mistakes.is_empty() => {
            call.arguments = arguments;
            Ok(())
        }
        _ => Err(Refusal::InvalidArguments(mistakes)),
    }
}

/// Runs the tool within its timeout. A caller that goes away ends the call, unless it is destructive:
/// half a refund is worse than one that nobody hears of.
async fn run(dispatch: &dyn Dispatch, call: Call) -> Result<Reply, Refusal> {
    let gone = call.gone.clone();
    if gone.is_cancelled() {
        return Err(Refusal::Cancelled);
    }
    let spec = call.spec.clone();
    let running = tokio::time::timeout(spec.timeout(), dispatch.dispatch(call));
    let ended = if spec.is_destructive() {
        Some(running.await)
    } else {
        gone.run_until_cancelled(running).await
    };
    match ended {
        Some(Ok(reply)) => reply,
        Some(Err(_elapsed)) => Err(Refusal::Timeout),
        None => Err(Refusal::Cancelled),
    }
}

fn within(reply: &Reply, limit: usize) -> Result<(), Refusal> {
    if reply.len() > limit { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// Makes the reply what was published: structured content that fits the output schema, and the same
/// as text; or text alone.
fn settle(spec: &Spec, reply: Reply) -> Result<Answer, Refusal> {
    match (reply, spec.output()) {
        (Reply::Json(bytes), Some(output)) => {
            let value: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::BadOutput)?;
            let structured = if output.wrapped { json!({ "result": value }) } else { value };
            if !spec.answers().is_some_and(|schema| schema.fits(&structured)) {
                return Err(Refusal::BadOutput);
            }
            Ok(Answer { text: structured.to_string(), structured: Some(structured) })
        }
        (Reply::Text(text), None) => Ok(Answer { text, structured: None }),
        (Reply::Empty, None) => Ok(Answer { text: "done".into(), structured: None }),
        _ => Err(Refusal::BadOutput),
    }
}
