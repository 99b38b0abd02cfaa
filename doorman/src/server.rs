//! The only file that knows rmcp: an MCP server whose every call goes through the guard.

mod stdio;

use std::{
    future::ready,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Instant,
};

use http::{HeaderMap, request::Parts as HttpParts};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams,
        CompleteResult, ContentBlock, CustomRequest, CustomResult, ErrorCode, Implementation,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        MetaObject, PaginatedRequestParams, RequestId, ServerCapabilities, ServerConfig,
        Tool as Published, ToolAnnotations,
    },
    service::RequestContext,
};
use serde_json::{Value, json};

pub use self::stdio::serve_io;
use crate::{
    auth::Denial,
    authorize::authorize,
    call::Call,
    doorman::{Doorman, Listing},
    error::Refusal,
    guard::{Answer, Refused},
    principal::Principal,
    schema::Object,
    spec::{Effect, Spec},
};

/// What an HTTP adapter knows of a request and hands over in its extensions. Without it a request is
/// refused.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inbound {
    /// Who sends it.
    pub principal: Principal,
    /// Where it comes from.
    pub peer: Option<SocketAddr>,
    /// Where a refusal that HTTP has a status for is left.
    pub slot: Slot,
}

impl Inbound {
    /// What the gate found out.
    #[must_use]
    pub fn new(principal: Principal, peer: Option<SocketAddr>, slot: Slot) -> Self {
        Self { principal, peer, slot }
    }
}

/// Carries a refusal of one request back to the adapter, which answers with its status: so nobody
/// parses the body a second time.
#[derive(Debug, Clone, Default)]
pub struct Slot(Arc<OnceLock<(Value, Denial)>>);

impl Slot {
    /// The JSON-RPC id of the refused request, and the response.
    #[must_use]
    pub fn read(&self) -> Option<&(Value, Denial)> {
        self.0.get()
    }

    fn fill(&self, id: &RequestId, denial: Denial) {
        let id = serde_json::to_value(id).unwrap_or(Value::Null);
        let _ = self.0.set((id, denial));
    }
}

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
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
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
        let place = parts.index.get(&*request.name).copied();
        let Some((place, tool)) = place.and_then(|place| Some((place, parts.tools.get(place)?)))
        else {
            return self.unknown(&request.name, &arguments, &inbound).map(Into::into);
        };
        let call = Call {
            spec: tool.spec.clone(),
            arguments,
            principal: inbound.principal,
            peer: inbound.peer,
            headers,
            host: parts.host.clone(),
            result_limit: parts.result_limit,
            tool: place,
            gone: context.ct.clone(),
        };
        match parts.guard.call(&*tool.dispatch, call, Instant::now()).await {
            Ok(answer) => Ok(result(answer).into()),
            Err(refused) => {
                let denial = self.doorman.denial(&refused.refusal, &refused.request_id);
                if let Some(denial) = denial {
                    inbound.slot.fill(&context.id, denial);
                }
                Ok(refusal(&refused).into())
            }
        }
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let (inbound, _) = self.inbound(&mut context).await?;
        let tools = self.doorman.parts().tools.iter().zip(&*self.published);
        let shown = tools.filter(|(tool, _)| self.shows(&tool.spec, &inbound.principal));
        let shown = shown.map(|(_, published)| published.clone()).collect();
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
        // rmcp takes a malformed `tools/call` for a request that it does not know.
        if request.method == "tools/call" {
            let (inbound, _) = self.inbound(&mut context).await?;
            let told = self.unknown("", &Object::new(), &inbound);
            return told
                .map(|refusal| CustomResult::new(json!(refusal)))
                .map_err(|error| ErrorData { message: "malformed `tools/call`".into(), ..error });
        }
        Err(not_served())
    }

    refused! {
        complete(CompleteRequestParams) -> CompleteResult;
        list_prompts(Option<PaginatedRequestParams>) -> ListPromptsResult;
        list_resources(Option<PaginatedRequestParams>) -> ListResourcesResult;
        list_resource_templates(Option<PaginatedRequestParams>) -> ListResourceTemplatesResult;
    }
}

/// Takes out what the gate left. A request that did not come through a gate has nobody behind it.
fn left_by_gate(
    context: &mut RequestContext<RoleServer>,
) -> Result<(Inbound, HeaderMap), ErrorData> {
    let parts = context.extensions.remove::<HttpParts>();
    let found =
        parts.and_then(|mut parts| Some((parts.extensions.remove::<Inbound>()?, parts.headers)));
    found.ok_or_else(|| {
        ErrorData::internal_error("this request did not come through doorman's gate", None)
    })
}

/// The answer to a request whose sender is not let in: the same code as over HTTP.
fn denied(denial: Denial) -> ErrorData {
    let mut data = json!({ "request_id": denial.request_id });
    if let Some(seconds) = denial.retry_after {
        data["retry_after_seconds"] = seconds.into();
    }
    ErrorData::new(ErrorCode(denial.status.into()), denial.message, Some(data))
}

fn not_served() -> ErrorData {
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "this server has tools only", None)
}

fn result(answer: Answer) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text)]);
    result.structured_content = answer.structured;
    result
}

/// Words for the agent and data under `_meta`: clients hold `structuredContent` against the output
/// schema even where a call failed.
fn refusal(Refused { refusal, request_id }: &Refused) -> CallToolResult {
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
    let mut meta = MetaObject::new();
    meta.insert("doorman/refusal".to_owned(), data);
    CallToolResult::error(vec![ContentBlock::text(refusal.to_string())]).with_meta(Some(meta))
}

fn publish(spec: &Spec) -> Published {
    let effect = spec.effect();
    let annotations = ToolAnnotations::new()
        .read_only(effect == Effect::ReadOnly)
        .destructive(effect == Effect::Destructive)
        .idempotent(spec.idempotent())
        .open_world(spec.open_world());
    let mut tool = Published::new_with_raw(
        spec.name(),
        spec.description().map(Into::into),
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
