//! Every method of the protocol, against a server that would answer all of them gladly.

use rmcp::model::CallToolResult;
use serde_json::{Value, json};

use crate::support::{
    READER, Response, Server,
    foreign::{Notes, builder, served, tool},
    stdio::wire,
};

/// What a client can ask for, with parameters that rmcp takes. A method of a later rmcp that is not
/// here ends in the same place: our wrapper names what it asks the other server for.
fn methods() -> Vec<(&'static str, Value)> {
    let reference = json!({ "ref": { "type": "ref/prompt", "name": "x" }, "argument": { "name": "a", "value": "b" } });
    vec![
        ("completion/complete", reference),
        ("logging/setLevel", json!({ "level": "debug" })),
        ("prompts/get", json!({ "name": "x" })),
        ("prompts/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "notes://a" })),
        ("resources/subscribe", json!({ "uri": "notes://a" })),
        ("resources/unsubscribe", json!({ "uri": "notes://a" })),
        ("resources/directory/read", json!({ "uri": "notes://a" })),
        ("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } })),
        ("tasks/get", json!({ "taskId": "1" })),
        ("tasks/update", json!({ "taskId": "1", "inputResponses": {} })),
        ("tasks/cancel", json!({ "taskId": "1" })),
        ("tasks/list", json!({})),
        ("tasks/result", json!({ "taskId": "1" })),
        ("skills/list", json!({})),
        ("skills/get", json!({ "uri": "skill://x/SKILL.md" })),
        ("sampling/createMessage", json!({})),
        ("roots/list", json!({})),
        ("elicitation/create", json!({})),
        ("notes/own", json!({ "x": 1 })),
        ("tools/call", json!({ "nome": "search" })),
        ("tools/call", json!({ "name": 7 })),
        ("", json!({})),
    ]
}

fn notes() -> Notes {
    Notes::new([tool("search")], || CallToolResult::success(vec![]))
}

pub async fn modern(server: &Server, method: &str, params: Value) -> Response {
    let meta = json!({ "clientCapabilities": { "elicitation": {}, "extensions": { "io.modelcontextprotocol/tasks": {} } } });
    modern_with(server, method, params, meta).await
}

/// One request of MCP 2026-07-28, with these members of the protocol's own in its `_meta`.
pub async fn modern_with(server: &Server, method: &str, params: Value, meta: Value) -> Response {
    let (headers, body) = modern_request(method, params, &meta);
    server.post_with(&headers, &body).await
}

/// Its headers and its body.
pub fn modern_request(method: &str, mut params: Value, meta: &Value) -> (String, String) {
    let mut whole = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {} });
    for (name, value) in meta.as_object().unwrap() {
        let own = name == "progressToken";
        let name = if own { name.clone() } else { format!("io.modelcontextprotocol/{name}") };
        whole[name] = value.clone();
    }
    params["_meta"] = whole;
    let name = params["name"].as_str().or(params["uri"].as_str()).unwrap_or("x");
    let headers = format!(
        "Authorization: Bearer {READER}\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\nMcp-Name: {name}\r\n"
    );
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    (headers, body.to_string())
}

#[tokio::test]
async fn every_method_that_is_not_named_is_refused_and_never_reaches_the_server() {
    let notes = notes();
    let server = served(notes.clone().search().await).await;
    let wired = builder(notes.clone().search().await).stdio_principal("a", "invoices:read");
    let mut wire = wire(wired);
    for (method, params) in methods() {
        let old = server.rpc(READER, method, params.clone()).await;
        assert!(old.json()["error"]["code"].is_i64(), "{method}: {old:?}");
        let new = modern(&server, method, params.clone()).await;
        assert!(new.status == 400 || new.json()["error"]["code"].is_i64(), "{method}: {new:?}");
        let local = wire.rpc(method, params).await;
        assert!(local["error"]["code"].is_i64(), "{method}: {local}");
    }
    assert_eq!(notes.calls(), 0);
}

#[tokio::test]
async fn notifications_of_the_client_do_not_reach_the_server() {
    let notes = notes();
    let server = served(notes.clone().search().await).await;
    for method in [
        "notifications/initialized",
        "notifications/roots/list_changed",
        "notifications/cancelled",
        "notifications/notes",
    ] {
        let body = json!({ "jsonrpc": "2.0", "method": method, "params": { "requestId": 1 } });
        assert_eq!(server.post(READER, &body).await.status, 202);
    }
    assert_eq!(notes.calls(), 0);
}
