//! A full server made with rmcp, and what of it is listed.

use std::sync::Arc;

use doorman::{Allow, Foreign};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        ArgumentInfo, CallToolRequestParams, CallToolResponse, CompleteRequestParams,
        CompleteResult, CompletionInfo, GetPromptRequestParams, GetPromptResponse,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
        ServerCapabilities, ServerConfig, SubscriptionFilter, Tool,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde_json::{Map, Value, json};
use tokio::sync::broadcast;

use crate::{SCOPE, contents, legacy, notes, prompts, questions, resources};

pub type Context = RequestContext<RoleServer>;

#[derive(Clone)]
struct Fixtures {
    /// Addresses of resources that change.
    changes: broadcast::Sender<&'static str>,
}

/// A tool as it is listed, and who may call it.
pub type Listed = (Tool, Allow);

pub fn tool(name: &'static str, description: &'static str, schema: Value) -> Tool {
    let Value::Object(schema) = schema else { unreachable!("schemas are objects") };
    Tool::new(name, description, Arc::new(schema))
}

/// A tool without arguments.
pub fn plain(name: &'static str, description: &'static str) -> Tool {
    tool(name, description, json!({ "type": "object", "additionalProperties": false }))
}

pub fn allow() -> Allow {
    Allow::scopes([SCOPE])
}

fn tools() -> Vec<Listed> {
    [contents::tools(), legacy::tools(), notes::tools(), questions::tools()].concat()
}

pub fn listed() -> Foreign {
    let fixtures = Fixtures { changes: broadcast::channel(16).0 };
    let mut foreign = Foreign::new(fixtures);
    for (tool, allow) in tools() {
        foreign = foreign.tool(tool.name, allow);
    }
    for (prompt, allow) in prompts::prompts() {
        foreign = foreign.prompt(prompt.name, allow);
    }
    for (pattern, allow) in resources::patterns() {
        foreign = foreign.resource(pattern, allow);
    }
    foreign
}

impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_prompts()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_tools()
            .build();
        ServerConfig::new(capabilities)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools().into_iter().map(|(tool, _)| tool).find(|tool| tool.name == name)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools().into_iter().map(|(tool, _)| tool).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Result<CallToolResponse, ErrorData> {
        if request.name == resources::CHANGES {
            // Nobody need listen.
            let _ = self.changes.send(resources::WATCHED);
        }
        if let Some(result) = contents::call(&request) {
            return Ok(result.into());
        }
        if let Some(result) = notes::call(&request, &context).await {
            return Ok(result.into());
        }
        if let Some(result) = legacy::call(&request, &context).await {
            return Ok(result.into());
        }
        questions::call(&request, &context)
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompts = prompts::prompts().into_iter().map(|(prompt, _)| prompt);
        Ok(ListPromptsResult::with_all_items(prompts.collect()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(&request)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::resources()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&request.uri).map(Into::into)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _: Context,
    ) -> Result<CompleteResult, ErrorData> {
        let ArgumentInfo { name, value, .. } = request.argument;
        let words = match &*name {
            "id" => vec!["1", "12", "123"],
            _ => vec!["paris", "park", "party", "testing"],
        };
        let fitting = words.into_iter().filter(|word| word.starts_with(&value));
        let info = CompletionInfo::new(fitting.map(str::to_owned).collect());
        info.map(CompleteResult::new).map_err(|_| ErrorData::internal_error("too many", None))
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            tokio::select! {
                () = subscription.cancelled() => return Ok(()),
                change = changes.recv() => {
                    let Ok(uri) = change else { return Ok(()) };
                    // One that was not asked for is refused.
                    let _ = subscription.sink().notify_resource_updated(uri).await;
                }
            }
        }
    }
}

pub fn text(value: &Map<String, Value>, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
