//! Who may call what: the rows of the table of outcomes that are about callers.

use doorman::{Doorman, Listing};
use serde_json::json;

use crate::support::{
    NOBODY, READER, RESOURCE, STRANGER, WRITER, billing::billing, oauth, serve, serve_with,
};

const METADATA: &str =
    r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp""#;

#[tokio::test]
async fn a_call_with_every_scope_is_answered() {
    let server = serve(billing()).await;
    let answer = server.call(READER, "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.result()["structuredContent"], json!({ "id": 7, "caller": "reader" }));
    assert_eq!(answer.text(), r#"{"caller":"reader","id":7}"#);
    assert!(!answer.is_error());
    let record = &server.records.all()[0];
    assert_eq!((&record["status"], &record["reason"]), (&json!("ok"), &json!("ok")));
}

#[tokio::test]
async fn a_missing_scope_is_403_with_every_scope_of_the_tool_and_the_request_id() {
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": "my-7", "method": "tools/call",
        "params": { "name": "refund", "arguments": { "id": 7, "amount": 5 } } });
    let answer = server.post(READER, &body).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("www-authenticate"),
        Some(&*format!(r#"Bearer error="insufficient_scope", scope="invoices:write", {METADATA}"#))
    );
    let record = &server.records.all()[0];
    assert_eq!(
        answer.json(),
        json!({ "jsonrpc": "2.0", "id": "my-7", "error": {
            "code": 403,
            "message": "forbidden: missing scope `invoices:write`",
            "data": { "request_id": record["request_id"] },
        }})
    );
    assert_eq!(
        (&record["status"], &record["reason"]),
        (&json!("denied"), &json!("forbidden:scope"))
    );
    assert_eq!(record["scopes_required"], json!(["invoices:write"]));
    assert_eq!(record["scopes_missing"], json!(["invoices:write"]));
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
async fn no_token_is_401_without_an_error_on_every_request() {
    let server = serve(billing()).await;
    for method in [
        "initialize",
        "server/discover",
        "ping",
        "tools/list",
        "tools/call",
        "notifications/initialized",
    ] {
        let answer = server.rpc("", method, json!({ "name": "ping" })).await;
        assert_eq!(answer.status, 401, "{method}");
        assert_eq!(
            answer.header("www-authenticate"),
            Some(&*format!("Bearer {METADATA}")),
            "{method}"
        );
        assert_eq!(answer.json()["error"]["code"], 401);
    }
    for method in ["GET", "DELETE", "PUT", "OPTIONS"] {
        let answer =
            server.head(&format!("{method} /mcp"), &format!("Host: {}\r\n", server.address)).await;
        assert_eq!(answer.status, 401, "{method}");
    }
    for record in server.records.all() {
        assert_eq!(
            (&record["status"], &record["reason"]),
            (&json!("denied"), &json!("unauthenticated"))
        );
    }
    assert_eq!(server.records.all().len(), 10);
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
async fn a_token_in_the_query_is_none() {
    let server = serve(billing()).await;
    let host = server.address;
    let answer = server
        .head(&format!("POST /mcp?access_token={READER}"), &format!("Host: {host}\r\n"))
        .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn another_scheme_is_401_and_a_malformed_or_second_header_400() {
    let server = serve(billing()).await;
    let status = async |headers: &str| server.post_with(headers, "{}").await.status;
    assert_eq!(status("Authorization: Basic dTpw\r\n").await, 401);
    assert_eq!(status("Authorization: Bearer a b\r\n").await, 400);
    assert_eq!(
        status(&format!("Authorization: Bearer {READER}\r\nAuthorization: Bearer {READER}\r\n"))
            .await,
        400
    );
    let lower = format!("authorization: bearer {READER}\r\n");
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    assert_eq!(server.post_with(&lower, &body).await.status, 200);
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
async fn a_broader_scope_satisfies_a_narrower_one_only_where_that_is_declared() {
    let plain = serve(billing()).await;
    assert_eq!(plain.call(NOBODY, "get_invoice", json!({ "id": 1 })).await.status, 403);
    let token =
        doorman::VerifiedToken::new("w").audience(RESOURCE).scopes("invoices:write").unwrap();
    let auth = || {
        let tokens = doorman::StaticTokens::new().insert("w-token", token.clone());
        doorman::OAuth::new("https://sso.example.com", RESOURCE).unwrap().verifier(tokens)
    };
    let without = serve_with(Doorman::builder("b").auth(auth()).tools(billing())).await;
    assert_eq!(without.call("w-token", "get_invoice", json!({ "id": 1 })).await.status, 403);
    let builder = Doorman::builder("b").auth(auth()).tools(billing());
    let with = serve_with(builder.scope_implies("invoices:write", ["invoices:read"])).await;
    assert_eq!(with.call("w-token", "get_invoice", json!({ "id": 1 })).await.status, 200);
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
