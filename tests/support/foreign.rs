//! A server made with rmcp that answers whatever a test wants, to every request that there is.

#![expect(deprecated, reason = "what is deprecated is refused too")]

use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use doorman::{Allow, Doorman, DoormanBuilder, Foreign, Toolset};
use futures_util::future::{BoxFuture, pending};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams,
        CompleteResult, ContentBlock, CustomRequest, CustomResult, GetPromptRequestParams,
        GetPromptResponse, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListToolsResult, PaginatedRequestParams, Prompt, ReadResourceRequestParams,
        ReadResourceResponse, Resource, ResourceTemplate, ServerCapabilities, ServerConfig,
        SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
        UnsubscribeRequestParams,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde_json::{Map, Value, json};
use tokio::sync::{broadcast, watch};

use super::{ANY_RATE, Server, oauth, serve_with};

pub type Context = RequestContext<RoleServer>;
type Answering<A, R> =
    Arc<dyn Fn(A, Context) -> BoxFuture<'static, Result<R, ErrorData>> + Send + Sync>;

#[derive(Clone)]
pub struct Notes {
    pub tools: Arc<Mutex<Vec<Tool>>>,
    /// Whether it tells of a tool by its name, or in its list only.
    pub by_name: bool,
    pub prompts: Vec<Prompt>,
    pub resources: Vec<Resource>,
    pub templates: Vec<ResourceTemplate>,
    pub answer: Answering<CallToolRequestParams, CallToolResponse>,
    pub prompt: Answering<GetPromptRequestParams, GetPromptResponse>,
    pub read: Answering<ReadResourceRequestParams, ReadResourceResponse>,
    /// Whether it never says what it has.
    pub stuck: Arc<AtomicBool>,
    /// Whether it fails to say what resources it has.
    pub broken: bool,
    pub complete: Answering<CompleteRequestParams, CompleteResult>,
    /// Whether it tells of changes.
    pub tells: bool,
    /// The addresses of what changes.
    pub changes: broadcast::Sender<String>,
    /// How many listen for them.
    pub listening: Arc<watch::Sender<usize>>,
    /// How many requests reached it.
    pub calls: Arc<AtomicUsize>,
}

pub fn object(value: impl Into<Value>) -> Map<String, Value> {
    value.into().as_object().unwrap().clone()
}

/// A tool that takes an optional text.
pub fn tool(name: &str) -> Tool {
    let schema = json!({ "type": "object", "properties": { "text": { "type": "string" } },
        "additionalProperties": false });
    Tool::new(name.to_owned(), format!("The tool {name}."), object(schema))
}

impl Notes {
    /// A server of these tools, which answers every call so.
    pub fn new(
        tools: impl IntoIterator<Item = Tool>,
        answer: impl Fn() -> CallToolResult + Send + Sync + 'static,
    ) -> Self {
        Self::answering(tools, move |_, _| {
            let answer = answer();
            Box::pin(async { Ok(answer.into()) })
        })
    }

    pub fn answering(
        tools: impl IntoIterator<Item = Tool>,
        answer: impl Fn(
            CallToolRequestParams,
            Context,
        ) -> BoxFuture<'static, Result<CallToolResponse, ErrorData>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            tools: Arc::new(Mutex::new(tools.into_iter().collect())),
            by_name: true,
            prompts: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            answer: Arc::new(answer),
            prompt: Arc::new(|_, _| Box::pin(async { Err(none()) })),
            read: Arc::new(|_, _| Box::pin(async { Err(none()) })),
            stuck: Arc::default(),
            broken: false,
            complete: Arc::new(|_, _| Box::pin(async { Ok(CompleteResult::default()) })),
            tells: true,
            changes: broadcast::channel(4096).0,
            listening: Arc::new(watch::Sender::new(0)),
            calls: Arc::default(),
        }
    }

    /// One that says a text.
    pub fn saying(text: &'static str) -> Self {
        Self::new([tool("search")], move || CallToolResult::success(vec![ContentBlock::text(text)]))
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn count(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }

    /// Its tool `search`, for the reader.
    pub async fn search(self) -> Toolset {
        self.listed(reads()).await
    }

    pub async fn listed(self, allow: Allow) -> Toolset {
        Foreign::new(self).tool("search", allow).connect().await.unwrap()
    }
}

fn none() -> ErrorData {
    ErrorData::invalid_params("there is none", None)
}

pub fn reads() -> Allow {
    Allow::scopes(["invoices:read"]).read_only()
}

pub fn builder(tools: Toolset) -> DoormanBuilder {
    Doorman::builder("notes").auth(oauth()).rate_limit(ANY_RATE).tools(tools)
}

pub async fn served(tools: Toolset) -> Server {
    serve_with(builder(tools)).await
}

impl ServerHandler for Notes {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder()
                .enable_tools()
                .enable_prompts()
                .enable_resources()
                .enable_resources_subscribe()
                .enable_logging()
                .enable_completions()
                .enable_tasks()
                .build(),
        )
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let tools = self.tools.lock().unwrap();
        tools.iter().find(|tool| self.by_name && tool.name == name).cloned()
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        if self.stuck.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
        // One tool a page.
        let at: usize = page.and_then(|page| page.cursor).map_or(0, |at| at.parse().unwrap());
        let tools = self.tools.lock().unwrap().clone();
        let mut list =
            ListToolsResult::with_all_items(tools[at..].iter().take(1).cloned().collect());
        list.next_cursor = (at + 1 < tools.len()).then(|| (at + 1).to_string());
        Ok(list)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Result<CallToolResponse, ErrorData> {
        self.count();
        (self.answer)(request, context).await
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(self.prompts.clone()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.count();
        (self.prompt)(request, context).await
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.count();
        if self.broken {
            return Err(none());
        }
        Ok(ListResourcesResult::with_all_items(self.resources.clone()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.count();
        if self.broken {
            return Err(none());
        }
        Ok(ListResourceTemplatesResult::with_all_items(self.templates.clone()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.count();
        (self.read)(request, context).await
    }

    // Everything else it answers gladly.

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: Context,
    ) -> Result<CompleteResult, ErrorData> {
        self.count();
        (self.complete)(request, context).await
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        self.count();
        Ok(())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        self.count();
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        self.count();
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        filter: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        self.count();
        self.tells.then(|| filter.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        self.listening.send_modify(|count| *count += 1);
        loop {
            tokio::select! {
                () = subscription.cancelled() => break,
                change = changes.recv() => {
                    let Ok(uri) = change else { break };
                    let _ = subscription.sink().notify_resource_updated(uri).await;
                    // What has nothing to do with it.
                    let _ = subscription.request_context().peer.notify_tool_list_changed().await;
                }
            }
        }
        self.listening.send_modify(|count| *count -= 1);
        Ok(())
    }

    async fn on_custom_request(
        &self,
        _: CustomRequest,
        _: Context,
    ) -> Result<CustomResult, ErrorData> {
        self.count();
        Ok(CustomResult::new(json!({ "gladly": true })))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [rmcp::model::ProtocolVersion]> {
        Cow::Borrowed(rmcp::model::ProtocolVersion::KNOWN_VERSIONS)
    }
}
