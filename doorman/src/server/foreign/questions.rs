//! What another server may ask a caller before it answers.

#![expect(deprecated, reason = "what is deprecated is asked for still")]

use rmcp::{
    ErrorData, RoleServer,
    model::{
        ClientCapabilities, CreateMessageRequestParams, ElicitRequestParams, ElicitationCapability,
        ErrorCode, InputRequest, InputRequiredResult, RootsCapabilities, SamplingCapability,
        SamplingContent, SamplingMessageContentBlock,
    },
    service::RequestContext,
};

use serde_json::Value;

use super::{
    link,
    tools::{UNREAD, remove},
};
use crate::{
    call::{Blocks, Kinds, Reply, Round},
    error::Refusal,
};

/// The kinds of questions that a thing may ask.
#[derive(Clone, Copy)]
pub(super) struct Questions(pub(super) Kinds);

impl Questions {
    pub(super) fn any(self) -> bool {
        self.0 != Kinds::default()
    }

    /// Tells the server what it may ask this caller for, and nothing else that its client declares.
    pub(super) fn tell(self, round: &Round, context: &mut RequestContext<RoleServer>) {
        let Some(can) = round.can.filter(|_| self.any()) else { return };
        let mut told = ClientCapabilities::default();
        told.elicitation = (self.0.forms && can.forms).then(ElicitationCapability::default);
        told.sampling = (self.0.model && can.model).then(SamplingCapability::default);
        told.roots = (self.0.roots && can.roots).then(RootsCapabilities::default);
        context.meta.set_client_capabilities(told);
    }

    /// A question as it may go on: of the kinds that were named, which the client declares, and without
    /// what is filled in already.
    pub(super) fn ask(
        self,
        asked: &InputRequiredResult,
        can: Option<Kinds>,
    ) -> Result<Reply, Refusal> {
        if !self.any() {
            return Err(Refusal::BadOutput);
        }
        let mut missing = Vec::new();
        for request in asked.input_requests.iter().flatten().map(|(_, request)| request) {
            let declared = |is: fn(Kinds) -> bool| can.is_some_and(is);
            let (may, can, name) = match request {
                InputRequest::Elicitation(request) => {
                    let is_form =
                        matches!(request.params, ElicitRequestParams::FormElicitationParams { .. });
                    (self.0.forms && is_form, declared(|can| can.forms), "elicitation")
                }
                InputRequest::CreateMessage(request) => {
                    let may = self.0.model && is_of_texts(&request.params);
                    (may, declared(|can| can.model), "sampling")
                }
                InputRequest::ListRoots(_) => (self.0.roots, declared(|can| can.roots), "roots"),
                _ => return Err(Refusal::BadOutput),
            };
            if !may {
                return Err(Refusal::BadOutput);
            }
            if !can && !missing.contains(&name) {
                missing.push(name);
            }
        }
        // Who does not say what it can be asked for knows no questions.
        if can.is_none() || !missing.is_empty() {
            return Err(Refusal::Undeclared { missing });
        }
        let block = serde_json::to_value(asked).map_err(|_| Refusal::BadOutput)?;
        let blocks = vec![unfilled(block)];
        Ok(Reply::Blocks(Blocks { blocks, asks: true, ..Blocks::default() }))
    }

    /// What a server says in the place of an answer. To answers of a caller it may say that they are none.
    pub(super) fn refusal(self, answering: bool, error: ErrorData) -> Refusal {
        if answering && self.any() && error.code == ErrorCode::INVALID_PARAMS {
            Refusal::BadRound
        } else {
            link::refusal(error)
        }
    }
}

/// A question without what nobody reads, and without values that are filled in. Questions and their fields
/// have names of the server's own, which say nothing of what they hold.
fn unfilled(mut asked: Value) -> Value {
    let requests = asked.as_object_mut().and_then(|asked| asked.remove("inputRequests"));
    remove(&mut asked, &UNREAD);
    if let Some(Value::Object(mut requests)) = requests {
        for request in requests.values_mut() {
            let fields = request.pointer_mut("/params/requestedSchema/properties");
            let fields = fields.map(Value::take);
            remove(request, &UNREAD);
            remove(request, &["default"]);
            if let Some(Value::Object(mut fields)) = fields {
                for field in fields.values_mut() {
                    remove(field, &UNREAD);
                    remove(field, &["default"]);
                }
                request["params"]["requestedSchema"]["properties"] = fields.into();
            }
        }
        asked["inputRequests"] = requests.into();
    }
    asked
}

/// Whether a caller answers something, and does not begin.
pub(super) fn is_answer(round: &Round) -> bool {
    round.answers.is_some() || round.state.is_some()
}

/// Whether a model is given texts only, which are redacted, and neither tools nor what others know.
fn is_of_texts(params: &CreateMessageRequestParams) -> bool {
    let is_text =
        |block: &SamplingMessageContentBlock| matches!(block, SamplingMessageContentBlock::Text(_));
    let reaches_further = params.include_context.is_some()
        || params.tools.is_some()
        || params.tool_choice.is_some()
        || params.metadata.is_some();
    !reaches_further
        && params.messages.iter().all(|message| match &message.content {
            SamplingContent::Single(block) => is_text(block),
            SamplingContent::Multiple(blocks) => blocks.iter().all(is_text),
        })
}
