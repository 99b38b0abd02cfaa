//! The only file that knows rmcp: an MCP server whose every call goes through the guard.

#![expect(deprecated, reason = "clients before MCP 2026-07-28 set levels and subscribe")]

mod answers;
mod beside;
mod foreign;
mod inbound;
mod plain;
mod stdio;
mod streams;

use std::{
    sync::{Arc, atomic::AtomicU8},
    time::{Duration, Instant},
};

use futures_util::{TryFutureExt as _, future::join_all};
use http::HeaderMap;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams,
        CompleteResult, CustomRequest, CustomResult, GetPromptRequestParams, GetPromptResponse,
        Implementation, InitializeRequestParams, InitializeResult, ListPromptsResult,
        ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
        PromptsCapability, ReadResourceRequestParams, ReadResourceResponse, RequestId,
        ResourcesCapability, ServerCapabilities, ServerConfig, SetLevelRequestParams,
        SubscribeRequestParams, SubscriptionFilter, Tool as Published, UnsubscribeRequestParams,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::{
    answers::{answered, denied, not_served, publish, refusal},
    inbound::left_by_gate,
    streams::{UNNAMED, is_modern, kinds},
};
pub use self::{
    foreign::{Allow, Foreign},
    inbound::{Inbound, Slot},
    plain::PlainMessage,
    stdio::serve_io,
};
use crate::{
    authorize::authorize,
    call::{Call, Round},
    doorman::{Doorman, Listing},
    error::Refusal,
    guard::{Answer, Refused},
    principal::Principal,
    schema::Object,
    spec::Spec,
    tool::{BoxFuture, Role},
};

/// The most time that other servers may take, for a list of tools, to say that theirs are what they were.
const DEFINITIONS: Duration = Duration::from_secs(10);

/// A [`Doorman`] as rmcp serves it.
#[derive(Debug, Clone)]
pub struct Server {
    doorman: Doorman,
    published: Arc<[Published]>,
    plain: Arc<[plain::Row]>,
    entrance: Entrance,
    /// How grave a log message has to be for the one caller on stdio.
    level: Arc<AtomicU8>,
    /// Who sends the one request that this is for, where the gate said so.
    sender: Option<Inbound>,
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

    /// The server for one request, whose sender is known before rmcp asks what to acknowledge.
    #[must_use]
    pub fn of(&self, sender: Inbound) -> Self {
        Self { sender: Some(sender), ..self.clone() }
    }

    fn behind(entrance: Entrance, doorman: Doorman) -> Self {
        let tools = &doorman.parts().tools;
        let published: Arc<[_]> = tools.iter().map(|tool| publish(&tool.spec)).collect();
        let plain =
            tools.iter().zip(&*published).map(|(tool, it)| plain::Row::of(tool, it)).collect();
        let level = Arc::new(AtomicU8::new(UNNAMED));
        Self { doorman, published, plain, entrance, level, sender: None }
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
    /// The future is boxed because rmcp moves the one that holds it about.
    fn guarded<'a>(
        &'a self,
        place: usize,
        (arguments, round): (Object, Round),
        inbound: &'a Inbound,
        headers: HeaderMap,
        (id, gone): (&'a RequestId, CancellationToken),
    ) -> BoxFuture<'a, Result<Answer, Refused>> {
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
            gone,
            round,
        };
        Box::pin(parts.guard.call(&*tool.dispatch, call, Instant::now()).inspect_err(|refused| {
            if let Some(denial) = self.doorman.denial(&refused.refusal, &refused.request_id) {
                inbound.slot.fill(id, denial);
            }
        }))
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

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let parts = self.doorman.parts();
        let mut capabilities = ServerCapabilities::builder().enable_tools().build();
        if self.serves_prompts().is_ok() {
            capabilities.prompts = Some(PromptsCapability::default());
        }
        if self.serves_resources().is_ok() {
            let mut resources = ResourcesCapability::default();
            resources.subscribe = self.tells_of_changes().then_some(true);
            capabilities.resources = Some(resources);
        }
        capabilities.completions = self.serves_completion().is_ok().then(Object::new);
        capabilities.logging = self.notifies().then(Object::new);
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new(&*parts.name, &*parts.version))
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        let mut info = self.negotiate_initialize(&request)?;
        // Who begins so cannot be told of changes.
        if let Some(resources) = &mut info.capabilities.resources {
            resources.subscribe = None;
        }
        Ok(info)
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
            answers: request.input_responses,
            state: request.request_state,
            can: kinds(&context),
            aside: self.aside(&parts.tools[place], &inbound, &context),
        };
        answered(
            self.guarded(place, (arguments, round), &inbound, headers, call_of(&context)).await,
        )
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
            method @ "completion/complete" if self.serves_completion().is_ok() => {
                self.malformed(method, "completion", context).await
            }
            method @ ("resources/subscribe" | "resources/unsubscribe")
                if self.tells_of_changes() && !is_modern(&context) =>
            {
                self.malformed(method, "resource", context).await
            }
            method @ "subscriptions/listen" if self.tells_of_changes() && is_modern(&context) => {
                self.malformed(method, "resource", context).await
            }
            _ => Err(not_served()),
        }
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        self.serves_completion()?;
        self.completion(request, context).await
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.keep_level(&request, &context)
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        self.granted(requested)
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        self.tell(subscription).await
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.subscription(&request.uri, context).await
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.subscription(&request.uri, context).await
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
        self.prompt(request, context).await
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

/// The id of a request, and what tells that its caller went away.
fn call_of(context: &RequestContext<RoleServer>) -> (&RequestId, CancellationToken) {
    (&context.id, context.ct.clone())
}
