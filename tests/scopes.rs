//! Who may call what: the rows of the table of outcomes that are about callers.

use doorman::{Doorman, Listing};
use serde_json::json;

use crate::support::{
    NOBODY, READER, STRANGER, WRITER, billing::billing, oauth, serve, serve_with,
};

const METADATA: &str =
    r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp""#;

#[tokio::test]
async fn a_call_with_every_scope_is_answered() {
    let server = serve(billing()).await;
    let answer = server.call(READER, "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.result()["structuredContent"], json!({ "id": 7, "caller": "reader" }));
    assert_eq!(answer.text(), r#"{"id":7,"caller":"reader"}"#);
    assert!(!answer.is_error());
    let record = &server.records.all()[0];
    assert_eq!((&record["status"], &record["reason"]), (&json!("ok"), &json!("ok")));
}

#[tokio::test]
async fn a_missing_scope_is_403_for_a_2026_request_too() {
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {
        "name": "refund", "arguments": { "id": 7, "amount": 5 },
        "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                   "io.modelcontextprotocol/clientCapabilities": {} } } });
    let headers = format!(
        "Authorization: Bearer {READER}\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: refund\r\n"
    );
    let answer = server.post_with(&headers, &body.to_string()).await;
    assert_eq!((answer.status, &answer.json()["id"]), (403, &json!(9)));
}

#[tokio::test]
async fn a_hidden_tool_is_refused_like_a_listed_one() {
    for listing in [Listing::Callable, Listing::All] {
        let server =
            serve_with(Doorman::builder("b").auth(oauth()).tools(billing()).listing(listing)).await;
        assert_eq!(server.call(NOBODY, "refund", json!({})).await.status, 403);
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_here_is_401_invalid_token() {
    let server = serve(billing()).await;
    for (token, detail) in [("unknown", "unknown token"), (STRANGER, "audience")] {
        let answer = server.call(token, "ping", json!({})).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.header("www-authenticate"),
            Some(&*format!(r#"Bearer error="invalid_token", {METADATA}"#))
        );
        let record = server.records.all().pop().unwrap();
        assert_eq!(
            (&record["reason"], &record["detail"]),
            (&json!("invalid_token"), &json!(detail))
        );
        assert_eq!(record["peer"], "127.0.0.1");
        assert_eq!(answer.json()["error"]["data"]["request_id"], record["request_id"]);
    }
}

#[tokio::test]
async fn anonymous_callers_reach_public_tools_only_where_that_is_allowed() {
    let builder = Doorman::builder("b").auth(oauth()).tools(billing()).allow_anonymous();
    let server = serve_with(builder).await;
    assert_eq!(server.call("", "ping", json!({})).await.text(), "pong");
    let refused = server.call("", "get_invoice", json!({ "id": 1 })).await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.header("www-authenticate"),
        Some(&*format!(r#"Bearer scope="invoices:read", {METADATA}"#))
    );
    assert_eq!(server.call("unknown", "ping", json!({})).await.status, 401);
    let reasons: Vec<_> =
        server.records.all().iter().map(|record| record["reason"].clone()).collect();
    assert_eq!(reasons, ["ok", "unauthorized", "invalid_token"]);
}

#[tokio::test]
async fn a_header_does_not_choose_the_tool() {
    let server = serve(billing()).await;
    let headers = format!(
        "Authorization: Bearer {READER}\r\nMCP-Protocol-Version: 2025-11-25\r\nMcp-Method: tools/call\r\nMcp-Name: get_invoice\r\n"
    );
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "refund", "arguments": { "id": 1, "amount": 1 } } });
    assert_eq!(server.post_with(&headers, &body.to_string()).await.status, 403);
}

#[tokio::test]
async fn a_writer_may_refund() {
    let server = serve(billing()).await;
    let answer =
        server.call(WRITER, "refund", json!({ "id": 7, "amount": 5, "note": "late" })).await;
    assert_eq!(
        answer.result()["structuredContent"],
        json!({ "id": 7, "amount": 5.0, "note": "late" })
    );
}

#[tokio::test]
async fn a_scope_is_needed_whichever_version_of_the_protocol_a_request_speaks() {
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "refund", "arguments": { "id": 1, "amount": 1 } } });
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", ""] {
        let version = match version {
            "" => String::new(),
            version => format!("MCP-Protocol-Version: {version}\r\n"),
        };
        let asks = |token: &str| format!("Authorization: Bearer {token}\r\n{version}");
        let refused = server.post_with(&asks(READER), &body.to_string()).await;
        assert_eq!(refused.status, 403, "{version}");
        let answered = server.post_with(&asks(WRITER), &body.to_string()).await;
        assert_eq!(answered.result()["structuredContent"]["id"], 1, "{version}");
    }
}
