//! One record for every attempt.

use std::sync::Arc;

use doorman::{
    AuditLog, AuditRecord, AuditSink, Doorman, DoormanBuilder, OAuth, StaticTokens, TokenError,
    TokenVerifier, VerifiedToken,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{
    ISSUER, NOBODY, READER, RESOURCE, WRITER, billing::billing, oauth, serve, serve_with,
};

#[tokio::test]
async fn every_attempt_is_one_record_with_its_own_number_and_name() {
    let server = serve(billing()).await;
    server.call(READER, "get_invoice", json!({ "id": 7 })).await;
    server.call(READER, "get_invoice", json!({ "id": 0 })).await;
    server.call(READER, "get_invoice", json!({ "id": "x" })).await;
    server.call(READER, "refund", json!({})).await;
    server.call(READER, "erase", json!({})).await;
    server.call("", "ping", json!({})).await;
    server.call("unknown", "ping", json!({})).await;
    server.rpc(READER, "tools/list", json!({})).await;
    let records = server.records.all();
    let told: Vec<(&str, &str)> = records
        .iter()
        .map(|r| (r["status"].as_str().unwrap(), r["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("ok", "ok"),
            ("error", "handler_error"),
            ("error", "invalid_arguments"),
            ("denied", "forbidden:scope"),
            ("error", "not_exposed"),
            ("denied", "unauthenticated"),
            ("denied", "invalid_token"),
        ]
    );
    let sequence: Vec<u64> = records.iter().map(|r| r["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequence, [1, 2, 3, 4, 5, 6, 7]);
    let mut names: Vec<&Value> = records.iter().map(|r| &r["request_id"]).collect();
    names.dedup();
    assert_eq!(names.len(), 7);
    for record in &records {
        assert!(record["time"].as_str().unwrap().ends_with('Z'));
        assert!(record["duration_ms"].as_f64().unwrap() >= 0.0);
    }
}

#[tokio::test]
async fn a_record_has_the_shape_of_the_arguments() {
    let server = serve(billing()).await;
    server
        .call(WRITER, "refund", json!({ "id": 7, "amount": 1.5, "note": "late", "other": 1 }))
        .await;
    assert_eq!(
        server.records.all()[0]["arguments"],
        json!({ "type": "object", "len": 4, "fields": {
            "id": { "type": "integer" },
            "amount": { "type": "number" },
            "note": { "type": "string", "len": 4 },
        }})
    );
}

struct Failing;

impl AuditSink for Failing {
    fn record(&self, _: &AuditRecord) {
        panic!("the test wants it");
    }
}

#[tokio::test]
async fn a_sink_that_panics_fails_no_call() {
    use axum::body::Body;
    use tower_service::Service as _;

    let doorman = Doorman::builder("b")
        .auth(oauth())
        .tools(billing())
        .audit(AuditLog::custom(Failing))
        .build()
        .unwrap();
    let mut app = doorman_axum::router::<()>(doorman).unwrap();
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "ping" } });
    let request = http::Request::post("/mcp")
        .header("Host", "localhost")
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .header("Authorization", format!("Bearer {NOBODY}"))
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.call(request).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    assert!(String::from_utf8(body.into()).unwrap().contains("pong"));
}

#[tokio::test]
async fn a_call_to_no_tool_is_recorded_with_its_peer() {
    let server = serve(billing()).await;
    server.call(READER, "erase", json!({})).await;
    assert_eq!(server.records.all()[0]["peer"], "127.0.0.1");
}

#[tokio::test]
async fn an_identity_that_would_turn_a_line_around_is_made_plain() {
    let token = VerifiedToken::new("a\n\u{202e}b")
        .tenant("\u{2028}")
        .client_id("\u{1b}[31m")
        .audience(RESOURCE);
    let auth =
        OAuth::new(ISSUER, RESOURCE).unwrap().verifier(StaticTokens::new().insert("t", token));
    let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
    server.call("t", "ping", json!({})).await;
    let record = server.records.all().remove(0);
    assert_eq!(
        (&record["tenant"], &record["client_id"]),
        (&json!("\u{fffd}"), &json!("\u{fffd}[31m"))
    );
    assert_eq!(record["caller"], "a\n\u{fffd}b");
    assert!(!record.to_string().contains(['\n', '\u{202e}']));
}

/// Panics, or tells that it has begun and waits for ever.
struct Unwell(Option<Arc<Notify>>);

impl TokenVerifier for Unwell {
    async fn verify(&self, _: &str) -> Result<VerifiedToken, TokenError> {
        let Some(begun) = &self.0 else { panic!("the test wants it") };
        begun.notify_one();
        std::future::pending().await
    }
}

fn unwell(begun: Option<Arc<Notify>>) -> DoormanBuilder {
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(Unwell(begun));
    Doorman::builder("b").auth(auth).tools(billing())
}

#[tokio::test]
async fn a_verifier_that_panics_lets_nobody_in_and_is_recorded() {
    let server = serve_with(unwell(None)).await;
    let answer = server.call("t", "ping", json!({})).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert_eq!(server.records.all()[0]["reason"], "verifier_unavailable");
}

#[tokio::test]
async fn a_caller_that_goes_while_its_token_is_verified_is_recorded() {
    let begun = Arc::new(Notify::new());
    let server = serve_with(unwell(Some(begun.clone()))).await;
    let request = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nContent-Length: 0\r\n\r\n";
    let stream = server.open(request).await;
    begun.notified().await;
    drop(stream);
    assert_eq!(server.records.wait_for(1).await[0]["reason"], "cancelled");
}
