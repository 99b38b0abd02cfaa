//! rmcp's client: does what its one argument says, and prints one JSON line of what came of it.

use std::error::Error;

use rmcp::{
    RoleClient,
    model::{CallToolRequestParams, JsonObject, ProtocolVersion},
    service::{
        ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, RunningService,
        ServiceError,
    },
    transport::{
        StreamableHttpClientTransport, TokioChildProcess,
        streamable_http_client::{
            AuthRequiredError, InsufficientScopeError, StreamableHttpClientTransportConfig,
        },
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::process::Command;

#[derive(Deserialize)]
struct Task {
    url: Option<String>,
    token: Option<String>,
    command: Vec<String>,
    era: Option<String>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    tool: String,
    arguments: JsonObject,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let argument = std::env::args().nth(1).ok_or("usage: rmcp_client TASK")?;
    let task: Task = serde_json::from_str(&argument)?;
    let report = match connect(&task).await {
        Ok(client) => drive(client, task.calls).await,
        Err(error) => json!({ "raised": not_connected(&error) }),
    };
    println!("{report}");
    Ok(())
}

async fn connect(
    task: &Task,
) -> Result<RunningService<RoleClient, ()>, Box<ClientInitializeError>> {
    let lifecycle = match task.era.as_deref() {
        Some("modern") => ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        },
        _ => ClientLifecycleMode::Initialize,
    };
    let client = if let Some(url) = &task.url {
        let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        config.auth_header = task.token.clone();
        ().serve_with_lifecycle(StreamableHttpClientTransport::from_config(config), lifecycle).await
    } else {
        let mut command = Command::new(&task.command[0]);
        command.args(&task.command[1..]);
        let process = TokioChildProcess::new(command).expect("the server starts");
        ().serve_with_lifecycle(process, lifecycle).await
    };
    client.map_err(Box::new)
}

async fn drive(client: RunningService<RoleClient, ()>, calls: Vec<Call>) -> Value {
    let protocol = client.peer_info().map(|info| info.protocol_version.clone());
    let tools = match client.list_all_tools().await {
        Ok(tools) => tools,
        Err(error) => return json!({ "protocol": protocol, "raised": not_answered(&error) }),
    };
    let tools: Vec<_> = tools.iter().map(|tool| &tool.name).collect();
    let mut answers = Vec::new();
    for call in calls {
        let params = CallToolRequestParams::new(call.tool).with_arguments(call.arguments);
        answers.push(match client.call_tool(params).await {
            Ok(result) => json!({
                "is_error": result.is_error.unwrap_or_default(),
                "structured": result.structured_content,
                "text": result.content.iter().filter_map(|it| it.as_text()).map(|it| &it.text).collect::<Vec<_>>(),
            }),
            Err(error) => json!({ "raised": not_answered(&error) }),
        });
    }
    let report = json!({ "protocol": protocol, "tools": tools, "calls": answers });
    match client.cancel().await {
        Ok(_) => report,
        Err(error) => json!({ "raised": { "message": format!("closing: {error}") } }),
    }
}

/// An error with those beneath it, and the challenge where one of them carries it.
fn raised(kind: &str, error: &(dyn Error + 'static)) -> Value {
    let mut beneath = Some(error);
    let (mut messages, mut challenge) = (Vec::new(), None);
    while let Some(error) = beneath {
        let message = error.to_string();
        if !messages.contains(&message) {
            messages.push(message);
        }
        let unauthorized = error.downcast_ref::<AuthRequiredError>();
        let forbidden = error.downcast_ref::<InsufficientScopeError>();
        challenge = challenge
            .or(unauthorized.map(|it| &it.www_authenticate_header))
            .or(forbidden.map(|it| &it.www_authenticate_header));
        beneath = error.source();
    }
    json!({ "type": kind, "message": messages.join(": "), "challenge": challenge })
}

fn not_connected(error: &ClientInitializeError) -> Value {
    match error {
        ClientInitializeError::TransportError { error, .. } => {
            raised("TransportError", &*error.error)
        }
        other => raised("ClientInitializeError", other),
    }
}

fn not_answered(error: &ServiceError) -> Value {
    match error {
        ServiceError::TransportSend(error) => raised("TransportSend", &*error.error),
        other => raised("ServiceError", other),
    }
}
