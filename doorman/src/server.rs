//! The only file that knows rmcp: an MCP server whose every call goes through the guard.

mod beside;
mod foreign;
mod inbound;
mod stdio;

use std::{
    future::ready,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use http::HeaderMap;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams,
        CompleteResult, ContentBlock, CustomRequest, CustomResult, ErrorCode,
        GetPromptRequestParams, GetPromptResponse, Implementation, InputRequiredResult,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        MetaObject, PaginatedRequestParams, PromptsCapability, ReadResourceRequestParams,
        ReadResourceResponse, ResourcesCapability, ServerCapabilities, ServerConfig,
        Tool as Published, ToolAnnotations,
    },
    service::RequestContext,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::inbound::left_by_gate;
pub use self::{
    foreign::{Allow, Foreign},
    inbound::{Inbound, Slot},
    stdio::serve_io,
};
use crate::{
    auth::Denial,
    authorize::authorize,
    call::{Call, Round},
    doorman::{Doorman, Listing},
    error::Refusal,
    guard::{Answer, Refused},
    principal::Principal,
    schema::Object,
    spec::{Effect, Spec},
    tool::Role,
};

/// The most time that other servers may take, for a list of tools, to say that theirs are what they were.
const DEFINITIONS: Duration = Duration::from_secs(10);

/// A [`Doorman`] as rmcp serves it.
#[derive(Debug, Clone)]
pub struct Server {
    doorman: Doorman,
    published: Arc<[Published]>,
    entrance: Entrance,
}

/// Which way requests come in, and so who knows the caller. Nothing in a request chooses it.
#[derive(Debug, Clone, Copy)]
enum Entrance {
    /// The gate of an HTTP adapter, which leaves an [`Inbound`] at each request.
    Gate,
    /// Standard input: the process has one caller.
    Stdio,
}

impl Server {
    /// Publishes the tools once; every request then shares them.
    #[must_use]
    pub fn new(doorman: Doorman) -> Self {
        Self::behind(Entrance::Gate, doorman)
    }

    fn behind(entrance: Entrance, doorman: Doorman) -> Self {
        let published = doorman.parts().tools.iter().map(|tool| publish(&tool.spec)).collect();
        Self { doorman, published, entrance }
    }

    /// Says who sends a request, and with which headers.
    async fn inbound(
        &self,
        context: &mut RequestContext<RoleServer>,
    ) -> Result<(Inbound, HeaderMap), ErrorData> {
        match self.entrance {
            Entrance::Gate => left_by_gate(context),
            Entrance::Stdio => match self.doorman.local().await {
                Ok(principal) => {
                    Ok((Inbound::new(principal, None, Slot::default()), HeaderMap::new()))
                }
                Err(denial) => Err(denied(denial)),
            },
        }
    }

    /// Whether `tools/list` shows a tool to this caller.
    fn shows(&self, spec: &Spec, principal: &Principal) -> bool {
        let parts = self.doorman.parts();
        parts.listing == Listing::All || authorize(spec, principal, &parts.guard.hierarchy).is_ok()
    }

    /// Takes a call of a row through the guard. A refusal that HTTP has a status for is left at the gate.
    async fn guarded(
        &self,
        place: usize,
        (arguments, round): (Object, Round),
        inbound: &Inbound,
        headers: HeaderMap,
        context: &RequestContext<RoleServer>,
    ) -> Result<Answer, Refused> {
        let parts = self.doorman.parts();
        let tool = &parts.tools[place];
        let call = Call {
            spec: tool.spec.clone(),
            arguments,
            principal: inbound.principal.clone(),
            peer: inbound.peer,
            headers,
            host: parts.host.clone(),
            result_limit: parts.result_limit,
            tool: place,
            gone: context.ct.clone(),
            round,
        };
        let called = parts.guard.call(&*tool.dispatch, call, Instant::now()).await;
        called.inspect_err(|refused| {
            if let Some(denial) = self.doorman.denial(&refused.refusal, &refused.request_id) {
                inbound.slot.fill(&context.id, denial);
            }
        })
    }

    /// The answer to a call to what is no tool; it does not repeat the name.
    fn unknown(
        &self,
        name: &str,
        arguments: &Object,
        inbound: &Inbound,
    ) -> Result<CallToolResult, ErrorData> {
        let (guard, peer) = (&self.doorman.parts().guard, inbound.peer.map(|peer| peer.ip()));
        let refused = guard.unknown(name, arguments, &inbound.principal, peer, Instant::now());
        match refused.refusal {
            Refusal::NotExposed => {
                let data = json!({ "request_id": refused.request_id });
                Err(ErrorData::invalid_params(refused.refusal.to_string(), Some(data)))
            }
            _ => Ok(refusal(&refused)),
        }
    }
}

/// What doorman does not serve is refused; rmcp would answer some of it with empty lists.
macro_rules! refused {
    ($($name:ident($($request:ty),*) -> $answer:ty;)+) => {
        $(fn $name(
            &self,
            $(_: $request,)*
            _: RequestContext<RoleServer>,
        ) -> impl Future<Output = Result<$answer, ErrorData>> + Send + '_ {
            ready(Err(not_served()))
        })+
    };
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let parts = self.doorman.parts();
        let mut capabilities = ServerCapabilities::builder().enable_tools().build();
        if self.serves_prompts().is_ok() {
            capabilities.prompts = Some(PromptsCapability::default());
        }
        if self.serves_resources().is_ok() {
            capabilities.resources = Some(ResourcesCapability::default());
        }
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new(&*parts.name, &*parts.version))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        mut context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let parts = self.doorman.parts();
        let (inbound, headers) = self.inbound(&mut context).await?;
        let arguments = request.arguments.unwrap_or_default();
        let Some(place) = parts.index.get(&*request.name).copied() else {
            return self.unknown(&request.name, &arguments, &inbound).map(Into::into);
        };
        let round = Round {
            shows_forms: shows_forms(&context),
            answers: request.input_responses,
            state: request.request_state,
        };
        match self.guarded(place, (arguments, round), &inbound, headers, &context).await {
            Ok(answer) => result(answer),
            Err(refused) if refused.refusal == Refusal::CannotBeAsked => {
                Err(cannot_be_asked(&refused))
            }
            Err(refused) => Ok(refusal(&refused).into()),
        }
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let (inbound, _) = self.inbound(&mut context).await?;
        let deadline = tokio::time::Instant::now() + DEFINITIONS;
        let tools = self.doorman.parts().tools.iter().zip(&*self.published);
        let listed = tools.filter(|(tool, _)| {
            matches!(tool.role, Role::Tool) && self.shows(&tool.spec, &inbound.principal)
        });
        let asked = listed.map(|(tool, published)| {
            let unchanged = tokio::time::timeout_at(deadline, tool.dispatch.unchanged());
            let unchanged = context.ct.run_until_cancelled(unchanged);
            async { matches!(unchanged.await, Some(Ok(true))).then(|| published.clone()) }
        });
        let shown = join_all(asked.collect::<Vec<_>>()).await.into_iter().flatten().collect();
        // The list depends on who asks, so nobody may keep it for others.
        Ok(ListToolsResult::with_all_items(shown)
            .with_ttl_ms(0)
            .with_cache_scope(CacheScope::Private))
    }

    fn get_tool(&self, name: &str) -> Option<Published> {
        self.doorman.parts().index.get(name).and_then(|place| self.published.get(*place)).cloned()
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        mut context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // rmcp takes a malformed request for one that it does not know.
        match &*request.method {
            "tools/call" => {
                let (inbound, _) = self.inbound(&mut context).await?;
                let told = self.unknown("", &Object::new(), &inbound);
                told.map(|refusal| CustomResult::new(json!(refusal))).map_err(|error| ErrorData {
                    message: "malformed `tools/call`".into(),
                    ..error
                })
            }
            method @ "prompts/get" if self.serves_prompts().is_ok() => {
                self.malformed(method, "prompt", context).await
            }
            method @ "resources/read" if self.serves_resources().is_ok() => {
                self.malformed(method, "resource", context).await
            }
            _ => Err(not_served()),
        }
    }

    refused! {
        complete(CompleteRequestParams) -> CompleteResult;
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        self.serves_prompts()?;
        self.prompts(context).await
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.serves_prompts()?;
        self.prompt(request, context).await.map(Into::into)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.serves_resources()?;
        self.resources(context).await
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.serves_resources()?;
        self.templates(context).await
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.serves_resources()?;
        self.read(request, context).await.map(Into::into)
    }
}

/// The answer to a request whose sender is not let in: the same code as over HTTP.
fn denied(denial: Denial) -> ErrorData {
    let mut data = json!({ "request_id": denial.request_id });
    if let Some(seconds) = denial.retry_after {
        data["retry_after_seconds"] = seconds.into();
    }
    ErrorData::new(ErrorCode(denial.status.into()), denial.message, Some(data))
}

/// Whether the client declared forms; a bare `elicitation` is one of forms.
fn shows_forms(context: &RequestContext<RoleServer>) -> bool {
    let declared = context.client_capabilities().and_then(|declared| declared.elicitation);
    declared.is_some_and(|it| it.form.is_some() || it.url.is_none())
}

fn cannot_be_asked(refused: &Refused) -> ErrorData {
    let data = json!({
        "requiredCapabilities": { "elicitation": {} },
        "request_id": refused.request_id,
    });
    let code = ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY;
    ErrorData::new(code, refused.refusal.to_string(), Some(data))
}

fn not_served() -> ErrorData {
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "this server does not serve that", None)
}

fn result(answer: Answer) -> Result<CallToolResponse, ErrorData> {
    if answer.asks {
        let mut asked: Vec<InputRequiredResult> = content(answer.blocks.unwrap_or_default())?;
        return asked
            .pop()
            .map(Into::into)
            .ok_or_else(|| ErrorData::internal_error("bad_output", None));
    }
    let content = match answer.blocks {
        None => vec![ContentBlock::text(answer.text)],
        Some(blocks) => content(blocks)?,
    };
    let mut result = CallToolResult::success(content);
    result.structured_content = answer.structured;
    Ok(result.into())
}

/// What another server said, in the protocol's own types again.
fn content<T: DeserializeOwned>(blocks: Vec<Value>) -> Result<Vec<T>, ErrorData> {
    let blocks = blocks.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    blocks.map_err(|_| ErrorData::internal_error("bad_output: the answer cannot be sent", None))
}

/// Words for the agent and data under `_meta`: clients hold `structuredContent` against the output
/// schema even where a call failed.
fn refusal(refused: &Refused) -> CallToolResult {
    let mut meta = MetaObject::new();
    meta.insert("doorman/refusal".to_owned(), told(refused));
    let words = ContentBlock::text(refused.refusal.to_string());
    CallToolResult::error(vec![words]).with_meta(Some(meta))
}

/// A refusal as data.
fn told(Refused { refusal, request_id }: &Refused) -> Value {
    let (required, missing) = refusal.scopes();
    let names =
        |scopes: &[crate::scope::Scope]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
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

fn publish(spec: &Spec) -> Published {
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
