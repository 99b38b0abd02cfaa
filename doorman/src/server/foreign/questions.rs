//! What another server may ask a caller before it answers.

#![expect(deprecated, reason = "what is deprecated is asked for still")]

use rmcp::{
    ErrorData, RoleServer,
    model::{
        ClientCapabilities, CreateMessageRequestParams, ElicitRequestParams, ElicitationCapability,
        ErrorCode, Implementation, InitializeRequestParams, InputRequest, InputRequiredResult,
        ProtocolVersion, RootsCapabilities, SamplingCapability, SamplingContent,
        SamplingMessageContentBlock, ServerRequest,
    },
    service::RequestContext,
};

use serde_json::Value;

use super::{
    Allow,
    allow::Opens,
    link,
    tools::{UNREAD, remove},
};
use crate::{
    call::{Blocks, Kinds, Reply, Round},
    error::Refusal,
};

/// Whether a client declares a kind.
type Declares = fn(Kinds) -> bool;

/// The kinds of questions that a thing may ask.
#[derive(Clone, Copy, Default)]
pub(super) struct Questions {
    kinds: Kinds,
    /// Whether forms may have values filled in.
    filled: bool,
}

impl Questions {
    pub(super) fn of(allow: &Allow) -> Self {
        Self { kinds: allow.asks, filled: allow.opens(Opens::Filled) }
    }

    pub(super) fn any(self) -> bool {
        self.kinds != Kinds::default()
    }

    /// Tells the server what it may ask this caller for, and nothing else that its client declares.
    pub(super) fn tell(self, round: &Round, context: &mut RequestContext<RoleServer>) {
        let Some(can) = round.can.filter(|_| self.any()) else { return };
        context.meta.set_client_capabilities(self.told(can));
    }

    /// What a server that asks while it runs hears of the client: what it may ask for, and nothing of who it
    /// is.
    pub(super) fn declared(self, can: Kinds) -> Option<InitializeRequestParams> {
        let is_asked = self.any() && can != Kinds::default();
        is_asked.then(|| {
            let client = Implementation::new("client", "");
            InitializeRequestParams::new(self.told(can), client)
                .with_protocol_version(ProtocolVersion::V_2025_11_25)
        })
    }

    /// What of that a server hears of.
    pub(super) fn told(self, can: Kinds) -> ClientCapabilities {
        let mut told = ClientCapabilities::default();
        told.elicitation = (self.kinds.forms && can.forms).then(ElicitationCapability::default);
        told.sampling = (self.kinds.model && can.model).then(SamplingCapability::default);
        told.roots = (self.kinds.roots && can.roots).then(RootsCapabilities::default);
        told
    }

    /// A question as it may go on: of the kinds that were named, which the client declares.
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
            let (name, declares) = self.kind(request).ok_or(Refusal::BadOutput)?;
            if !can.is_some_and(declares) && !missing.contains(&name) {
                missing.push(name);
            }
        }
        // Who does not say what it can be asked for knows no questions.
        if can.is_none() || !missing.is_empty() {
            return Err(Refusal::Undeclared { missing });
        }
        let block = serde_json::to_value(asked).map_err(|_| Refusal::BadOutput)?;
        let blocks = vec![self.bare(block)];
        Ok(Reply::Blocks(Blocks { blocks, asks: true, ..Blocks::default() }))
    }

    /// A question that is asked while the thing runs, as it may go on: of the kinds that were named, which the
    /// client declares.
    pub(super) fn meanwhile(self, request: &ServerRequest, can: Kinds) -> Option<Value> {
        let request = match request {
            ServerRequest::ElicitRequest(request) => InputRequest::Elicitation(request.clone()),
            ServerRequest::CreateMessageRequest(request) => {
                InputRequest::CreateMessage(request.clone())
            }
            ServerRequest::ListRootsRequest(request) => InputRequest::ListRoots(request.clone()),
            _ => return None,
        };
        let (_, declares) = self.kind(&request)?;
        let mut request = serde_json::to_value(request).ok().filter(|_| declares(can))?;
        self.bare_one(&mut request);
        Some(request)
    }

    /// Questions without what nobody reads, and without values that are filled in. They and their fields have
    /// names of the server's own, which say nothing of what they hold.
    fn bare(self, mut asked: Value) -> Value {
        let requests = asked.as_object_mut().and_then(|asked| asked.remove("inputRequests"));
        remove(&mut asked, &UNREAD);
        if let Some(Value::Object(mut requests)) = requests {
            requests.values_mut().for_each(|request| self.bare_one(request));
            asked["inputRequests"] = requests.into();
        }
        asked
    }

    fn bare_one(self, request: &mut Value) {
        let fields = request.pointer_mut("/params/requestedSchema/properties").map(Value::take);
        remove(request, &UNREAD);
        remove(request, &["default"]);
        if let Some(Value::Object(mut fields)) = fields {
            for field in fields.values_mut() {
                remove(field, &UNREAD);
                if !self.filled {
                    remove(field, &["default"]);
                }
            }
            request["params"]["requestedSchema"]["properties"] = fields.into();
        }
    }

    /// The name of a kind of questions, and whether a client declares it; `None` where it may not be asked.
    fn kind(self, request: &InputRequest) -> Option<(&'static str, Declares)> {
        let (may, name, declares): (_, _, Declares) = match request {
            InputRequest::Elicitation(request) => {
                let is_form =
                    matches!(request.params, ElicitRequestParams::FormElicitationParams { .. });
                (self.kinds.forms && is_form, "elicitation", |can| can.forms)
            }
            InputRequest::CreateMessage(request) => {
                (self.kinds.model && is_of_texts(&request.params), "sampling", |can| can.model)
            }
            InputRequest::ListRoots(_) => (self.kinds.roots, "roots", |can| can.roots),
            _ => return None,
        };
        may.then_some((name, declares))
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
