//! What else the protocol asks, and what this server does not serve.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::extract::State;
use doorman_axum::{expose, tools};
use serde_json::{Value, json};

use crate::support::{READER, Server, billing::billing, serve};

async fn modern(server: &Server, method: &str, params: Value) -> crate::support::Response {
    let mut params = params;
    params["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {} });
    let name =
        params["name"].as_str().map(|name| format!("Mcp-Name: {name}\r\n")).unwrap_or_default();
    let headers = format!(
        "Authorization: Bearer {READER}\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n{name}"
    );
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    server.post_with(&headers, &body.to_string()).await
}

#[tokio::test]
async fn both_handshakes_show_our_name_and_version_and_tools_only() {
    let server = serve(billing()).await;
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let old = server.rpc(READER, "initialize", params).await.result();
    assert_eq!(old["serverInfo"], json!({ "name": "billing", "version": "7.1" }));
    assert_eq!(old["capabilities"], json!({ "tools": {} }));
    let new = modern(&server, "server/discover", json!({})).await;
    assert_eq!(new.status, 200, "{new:?}");
    assert!(
        new.body.contains(r#""name":"billing""#) && new.body.contains(r#""version":"7.1""#),
        "{new:?}"
    );
    assert!(!old.to_string().contains("rmcp") && !new.body.contains("rmcp"));
}

#[tokio::test]
async fn a_modern_call_is_answered() {
    let server = serve(billing()).await;
    let answer =
        modern(&server, "tools/call", json!({ "name": "get_invoice", "arguments": { "id": 7 } }))
            .await;
    assert_eq!(answer.result()["structuredContent"]["id"], 7);
}

#[tokio::test]
async fn ping_and_notifications_are_answered() {
    let server = serve(billing()).await;
    assert_eq!(server.rpc(READER, "ping", json!({})).await.json()["result"], json!({}));
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let answer = server.post(READER, &notification).await;
    assert_eq!((answer.status, &*answer.body), (202, ""));
}

#[tokio::test]
async fn everything_but_tools_is_refused_and_never_answered_with_an_empty_list() {
    let server = serve(billing()).await;
    let requests = [
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "x" })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "file:///etc/passwd" })),
        ("resources/subscribe", json!({ "uri": "file:///etc/passwd" })),
        ("resources/directory/read", json!({ "uri": "file:///" })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "x" }, "argument": { "name": "a", "value": "b" } }),
        ),
        ("logging/setLevel", json!({ "level": "debug" })),
        ("tasks/get", json!({ "taskId": "1" })),
        ("tasks/cancel", json!({ "taskId": "1" })),
        ("skills/list", json!({})),
        ("skills/get", json!({ "uri": "skill://x/SKILL.md" })),
        ("sampling/createMessage", json!({})),
        ("SENTINEL/own", json!({ "a": "SENTINEL" })),
    ];
    for (method, params) in requests {
        let old = server.rpc(READER, method, params.clone()).await;
        assert!(
            old.json()["error"]["code"].as_i64().is_some_and(|code| code <= -32601),
            "{method}: {old:?}"
        );
        assert_eq!(old.json().get("result"), None, "{method}");
        let new = modern(&server, method, params).await;
        assert!(new.json()["error"]["code"].is_i64(), "{method}: {new:?}");
        assert!(
            !old.body.contains("SENTINEL") && !new.body.contains("SENTINEL"),
            "{old:?} {new:?}"
        );
    }
    let listen = modern(
        &server,
        "subscriptions/listen",
        json!({ "notifications": { "toolsListChanged": true } }),
    )
    .await;
    assert!(listen.json()["error"]["code"].is_i64(), "{listen:?}");
}

#[tokio::test]
async fn an_unknown_tool_is_an_error_that_repeats_no_name() {
    let server = serve(billing()).await;
    let answer = server.call(READER, "SENTINEL name\n", json!({ "id": 7, "SENTINEL": 1 })).await;
    assert_eq!(answer.json()["error"]["code"], -32602);
    assert!(!answer.body.contains("SENTINEL"), "{answer:?}");
    let record = &server.records.all()[0];
    assert_eq!(answer.json()["error"]["data"], json!({ "request_id": record["request_id"] }));
    assert_eq!((&record["status"], &record["reason"]), (&json!("error"), &json!("not_exposed")));
    assert_eq!(record["tool"], "SENTINEL?name?");
    assert_eq!(record["arguments"], json!({ "type": "object", "len": 2, "fields": {} }));
    let long = server.call(READER, &"x".repeat(100_000), json!({})).await;
    assert_eq!(long.json()["error"]["code"], -32602);
    assert_eq!(server.records.all()[1]["tool"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn a_malformed_call_is_refused_and_recorded_and_runs_nothing() {
    let server = serve(billing()).await;
    let malformed = [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"nome":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping","name":"refund"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping","arguments":[1]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
    ];
    for (count, body) in malformed.iter().enumerate() {
        let answer = server.post_with(&format!("Authorization: Bearer {READER}\r\n"), body).await;
        assert_eq!(answer.json()["error"]["code"], -32602, "{body}: {answer:?}");
        assert_eq!(server.records.all().len(), count + 1, "{body}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_single_message_are_refused() {
    let server = serve(billing()).await;
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}1{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    for body in [
        "",
        "{",
        "null",
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"refund"},"params":{"name":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        &deep,
    ] {
        let answer = server.post_with(&format!("Authorization: Bearer {READER}\r\n"), body).await;
        let refused =
            (400..500).contains(&answer.status) || answer.json()["error"]["code"].is_i64();
        assert!(refused, "{}: {answer:?}", &body[..body.len().min(90)]);
        assert!(!answer.body.contains("pong"));
    }
}

/// Counts its calls.
#[expose(post = "/count", public, destructive = false, reason = "only counts")]
async fn count(State(calls): State<Arc<AtomicUsize>>) -> String {
    calls.fetch_add(1, Ordering::SeqCst).to_string()
}

async fn counting() -> (Server, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    (serve(tools![count].with_state(calls.clone())).await, calls)
}

#[tokio::test]
async fn a_message_that_only_looks_like_a_call_runs_nothing() {
    let (server, calls) = counting().await;
    for body in [
        // A notification.
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"count"}}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"count"}}"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count"}}]"#,
        // Names of members are exact, case and all.
        r#"{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"count"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","PARAMS":{"name":"count"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"count"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"count"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"Count"}}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"count"}}"#,
    ] {
        let answer = server.post_with(&format!("Authorization: Bearer {READER}\r\n"), body).await;
        assert!(!answer.body.contains("result"), "{body}: {answer:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 0, "{body}");
    }
    assert_eq!(server.call(READER, "count", json!({})).await.text(), "0");
}

#[tokio::test]
async fn a_call_that_a_page_can_send_without_asking_runs_nothing() {
    let (server, calls) = counting().await;
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count","arguments":{}}}"#;
    let post = async |content_type: &str, accept: &str| {
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {READER}\r\n{content_type}{accept}\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            server.address,
            body.len(),
        );
        server.send(&request).await
    };
    let accept = "Accept: application/json, text/event-stream\r\n";
    for content_type in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: text/plain; x=application/json\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
    ] {
        let answer = post(content_type, accept).await;
        assert!((400..500).contains(&answer.status), "{content_type}: {answer:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 0, "{content_type}");
    }
    let answer = post("Content-Type: application/json\r\n", accept).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
}
