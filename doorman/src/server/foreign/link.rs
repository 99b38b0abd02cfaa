//! The way to another server, whatever its type; and no way back from it to the client.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::{
        OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use rmcp::{
    ErrorData, Peer, RoleServer, ServerHandler, Service,
    model::{
        CallToolRequestParams, CallToolResponse, ClientJsonRpcMessage, ClientRequest,
        CompleteRequestParams, CompleteResult, GetPromptRequestParams, GetPromptResponse,
        InitializeRequestParams, ListPromptsResult, ListResourceTemplatesResult,
        ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams,
        ReadResourceResponse, Request, RequestId, ServerResult, SubscriptionFilter,
        SubscriptionsListenRequestParams, Tool as Published,
    },
    service::{RequestContext, RunningService, TxJsonRpcMessage, serve_directly},
    transport::Transport,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{line::Line, questions::Questions};
use crate::{call::Call, error::Refusal, principal::Principal, tool::BoxFuture};

/// The most pages that a list may have.
const PAGES: usize = 1_000;

/// The most time that a server may take to say what it has.
const DEFINITIONS: Duration = Duration::from_secs(30);

type Context = RequestContext<RoleServer>;
type Asked<'a, T> = BoxFuture<'a, Result<T, ErrorData>>;

/// A server as an object: `ServerHandler` cannot be one. What is not named here cannot be asked for, so
/// that nothing of a later rmcp is served by itself.
pub(super) trait Upstream: Send + Sync {
    fn tool(&self, name: &str) -> Option<Published>;
    fn tools(&self, page: Page, context: Context) -> Asked<'_, ListToolsResult>;
    fn prompts(&self, page: Page, context: Context) -> Asked<'_, ListPromptsResult>;
    fn resources(&self, page: Page, context: Context) -> Asked<'_, ListResourcesResult>;
    fn templates(&self, page: Page, context: Context) -> Asked<'_, ListResourceTemplatesResult>;
    fn call(&self, request: CallToolRequestParams, context: Context)
    -> Asked<'_, CallToolResponse>;
    fn prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Asked<'_, GetPromptResponse>;
    fn read(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Asked<'_, ReadResourceResponse>;
    fn complete(
        &self,
        request: CompleteRequestParams,
        context: Context,
    ) -> Asked<'_, CompleteResult>;
    fn tells_of(&self, filter: &SubscriptionFilter) -> bool;
    fn listen(&self, filter: SubscriptionFilter, context: Context) -> Asked<'_, ServerResult>;
}

pub(super) type Page = Option<PaginatedRequestParams>;

struct Handler<H>(H);

impl<H: ServerHandler> Upstream for Handler<H> {
    fn tool(&self, name: &str) -> Option<Published> {
        self.0.get_tool(name)
    }

    fn tools(&self, page: Page, context: Context) -> Asked<'_, ListToolsResult> {
        Box::pin(self.0.list_tools(page, context))
    }

    fn prompts(&self, page: Page, context: Context) -> Asked<'_, ListPromptsResult> {
        Box::pin(self.0.list_prompts(page, context))
    }

    fn resources(&self, page: Page, context: Context) -> Asked<'_, ListResourcesResult> {
        Box::pin(self.0.list_resources(page, context))
    }

    fn templates(&self, page: Page, context: Context) -> Asked<'_, ListResourceTemplatesResult> {
        Box::pin(self.0.list_resource_templates(page, context))
    }

    fn call(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Asked<'_, CallToolResponse> {
        Box::pin(self.0.call_tool(request, context))
    }

    fn prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Asked<'_, GetPromptResponse> {
        Box::pin(self.0.get_prompt(request, context))
    }

    fn read(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Asked<'_, ReadResourceResponse> {
        Box::pin(self.0.read_resource(request, context))
    }

    fn complete(
        &self,
        request: CompleteRequestParams,
        context: Context,
    ) -> Asked<'_, CompleteResult> {
        Box::pin(self.0.complete(request, context))
    }

    fn tells_of(&self, filter: &SubscriptionFilter) -> bool {
        self.0.accepted_subscription_filter(filter).is_some()
    }

    fn listen(&self, filter: SubscriptionFilter, context: Context) -> Asked<'_, ServerResult> {
        // What it listens by can be made by rmcp's own dispatch only.
        let params = SubscriptionsListenRequestParams::new(filter);
        let request = ClientRequest::SubscriptionsListenRequest(Request::new(params));
        Box::pin(self.0.handle_request(request, context))
    }
}

/// A server, and the peer that it is given in the place of the client's.
pub(super) struct Link {
    server: Box<dyn Upstream>,
    peer: OnceLock<Peer<RoleServer>>,
    /// How often it was asked: servers tell requests apart by their numbers.
    asked: AtomicI64,
}

impl Link {
    pub(super) fn to(server: impl ServerHandler) -> Self {
        Self { server: Box::new(Handler(server)), peer: OnceLock::new(), asked: AtomicI64::new(0) }
    }

    /// Makes the peer. rmcp makes one only for a connection, so there is one that has ended.
    pub(super) async fn open(&self) {
        if self.peer.get().is_none() {
            let connection = serve_directly(Nobody, Nowhere, None);
            let peer = connection.peer().clone();
            let _ended = connection.waiting().await;
            let _ = self.peer.set(peer);
        }
    }

    pub(super) fn server(&self) -> &dyn Upstream {
        &*self.server
    }

    /// What a server is told of a call beside its request: who calls, and when to stop. What it may say
    /// meanwhile goes over the line, if there is one. The ends are to be held while it runs.
    pub(super) fn context_of(
        &self,
        call: &Call,
        questions: Questions,
    ) -> Result<(Context, Ends), Refusal> {
        let (mut context, guard) = self.silent_context_of(call)?;
        let line = call.round.aside.leads_somewhere().then(|| {
            let aside = &call.round.aside;
            let line = Line::of_tool(aside, questions, &mut context.meta);
            connected(line, questions.declared(aside.can), &mut context)
        });
        Ok((context, Ends { _guard: guard, _line: line }))
    }

    pub(super) fn silent_context_of(&self, call: &Call) -> Result<(Context, DropGuard), Refusal> {
        // A destructive tool ends what it began, though its caller is gone.
        let stop = if call.spec.is_destructive() {
            CancellationToken::new()
        } else {
            call.gone.child_token()
        };
        self.context(Some(call.principal.clone()), stop).ok_or(Refusal::Failed)
    }

    fn context(
        &self,
        principal: Option<Principal>,
        stop: CancellationToken,
    ) -> Option<(Context, DropGuard)> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let id = RequestId::Number(number);
        let mut context = RequestContext::new(id, self.peer.get()?.clone());
        context.ct = stop.clone();
        if let Some(principal) = principal {
            context.extensions.insert(principal);
        }
        Some((context, stop.drop_guard()))
    }

    /// Everything of a list, asked for this caller or, for all of them, for nobody: `ask` asks for a page
    /// and gives what stands on it, with the cursor of the next. `None` where the server fails, or does not
    /// come to an end.
    pub(super) async fn all<'a, T>(
        &'a self,
        principal: Option<&Principal>,
        ask: impl Fn(&'a dyn Upstream, Page, Context) -> Asked<'a, (Vec<T>, Option<String>)>,
    ) -> Option<Vec<T>> {
        let reading = async {
            let (mut found, mut cursor) = (Vec::new(), None);
            for _ in 0..PAGES {
                let (context, _guard) =
                    self.context(principal.cloned(), CancellationToken::new())?;
                let page = cursor
                    .take()
                    .map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor)));
                let (items, next) = ask(self.server(), page, context).await.ok()?;
                found.extend(items);
                match next {
                    Some(next) => cursor = Some(next),
                    None => return Some(found),
                }
            }
            None
        };
        let read = AssertUnwindSafe(tokio::time::timeout(DEFINITIONS, reading)).catch_unwind();
        match read.await {
            Ok(read) => read.ok()?,
            Err(payload) => {
                // What was thrown may throw again where it is dropped.
                std::mem::forget(payload);
                None
            }
        }
    }

    /// One tool, where the server tells of it without being asked for all.
    pub(super) fn tool(&self, name: &str) -> Option<Published> {
        let asked = std::panic::catch_unwind(AssertUnwindSafe(|| self.server.tool(name)));
        asked.unwrap_or_else(|payload| {
            std::mem::forget(payload);
            None
        })
    }
}

/// What ends with a call.
pub(super) struct Ends {
    _guard: DropGuard,
    _line: Option<RunningService<RoleServer, Nobody>>,
}

/// Gives the server a peer that leads over a line.
pub(super) fn connected(
    line: Line,
    client: Option<InitializeRequestParams>,
    context: &mut Context,
) -> RunningService<RoleServer, Nobody> {
    let connection = serve_directly(Nobody, line, client);
    context.peer = connection.peer().clone();
    connection
}

/// What a server says in the place of an answer. What is its own fault stays inside.
pub(super) fn refusal(error: ErrorData) -> Refusal {
    if error.code == rmcp::model::ErrorCode::INTERNAL_ERROR {
        Refusal::Failed
    } else {
        Refusal::Handler(error.message.into_owned())
    }
}

pub(super) struct Nobody;

impl ServerHandler for Nobody {}

/// A transport that has ended: what is sent over it fails at once.
struct Nowhere;

impl Transport<RoleServer> for Nowhere {
    type Error = Infallible;

    fn send(
        &mut self,
        _: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Infallible>> + Send + 'static {
        std::future::ready(Ok(()))
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        None
    }

    async fn close(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
