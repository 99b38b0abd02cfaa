//! What a program hears, and what the record says, of each way in which a request can end.

use doorman::AuditLog;

use super::*;
use crate::support::{NOBODY, READER, STRANGER, serve_logging, serve_with};

#[tokio::test]
async fn a_request_without_a_token_is_challenged_as_at_the_mcp_endpoint() {
    let server = serve_with(builder()).await;
    let refused = get(&server, "", "/invoices/7").await;
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("resource_metadata=") && !challenge.contains("error="),
        "{challenge}"
    );
    assert_eq!(
        Some(challenge),
        server.call("", "invoice", json!({})).await.header("www-authenticate")
    );
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    let records = server.records.all();
    assert_eq!(refused.json()["request_id"], records[0]["request_id"]);
    assert_eq!(
        (&records[0]["status"], &records[0]["reason"]),
        (&json!("denied"), &json!("unauthenticated"))
    );
    assert_eq!((records.len(), &records[0]["transport"]), (2, &json!("http")));
}

#[tokio::test]
async fn a_bad_token_is_refused_and_too_many_are_throttled() {
    let server = serve_with(builder()).await;
    for token in ["garbage", STRANGER] {
        let refused = get(&server, token, "/ping").await;
        assert_eq!(refused.status, 401);
        assert!(refused.header("www-authenticate").unwrap().contains(r#"error="invalid_token""#));
        assert_eq!(last(&server), words("denied", "invalid_token"));
    }
    // Four a second are forgotten meanwhile.
    let mut throttled = get(&server, "garbage", "/ping").await;
    while throttled.status == 401 {
        throttled = get(&server, "garbage", "/ping").await;
    }
    assert_eq!(throttled.status, 429);
    assert!(throttled.header("retry-after").is_some());
    assert_eq!(server.call("garbage", "ping", json!({})).await.status, 429, "the other door too");
    assert_eq!(get(&server, READER, "/ping").await.body, "pong reader");
}

#[tokio::test]
async fn a_missing_scope_is_told_with_all_scopes_of_the_handler() {
    let server = serve_with(builder()).await;
    let refused = send(&server, READER, "POST /invoices/7/refund", "", "").await;
    assert_eq!(refused.status, 403);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope""#));
    assert!(challenge.contains(r#"scope="invoices:write invoices:read""#), "{challenge}");
    assert!(challenge.contains("resource_metadata="));
    assert_eq!(last(&server), words("denied", "forbidden:scope"));
    assert_eq!(server.records.all()[0]["scopes_missing"], json!(["invoices:write"]));
}

#[tokio::test]
async fn an_anonymous_caller_has_the_public_handlers_only() {
    let server = serve_with(builder().allow_anonymous()).await;
    assert_eq!(get(&server, "", "/ping").await.body, "pong ");
    let refused = get(&server, "", "/invoices/7").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().contains(r#"scope="invoices:read""#));
    assert_eq!(last(&server), words("denied", "unauthorized"));
    assert_eq!(get(&server, "garbage", "/ping").await.status, 401);
}

#[tokio::test]
async fn what_a_handler_refuses_goes_through_and_is_recorded() {
    let server = serve_with(builder()).await;
    for (path, status) in
        [("/invoices/0", 404), ("/invoices/500", 500), ("/invoices/x", 400), ("/invoices/%ff", 400)]
    {
        assert_eq!(get(&server, READER, path).await.status, status, "{path}");
        assert_eq!(last(&server), words("error", "handler_error"), "{path}");
    }
    assert_eq!(server.records.all().len(), 4);
}

#[tokio::test]
async fn a_panic_is_500_and_a_handler_out_of_time_504() {
    let server = serve_with(builder()).await;
    for (path, status, reason) in [("/panics", 500, "panic"), ("/hangs", 504, "timeout")] {
        let failed = get(&server, READER, path).await;
        assert_eq!(failed.status, status);
        assert!(!failed.body.contains("the test wants it"));
        assert_eq!(failed.json()["request_id"], server.records.all().pop().unwrap()["request_id"]);
        assert_eq!(last(&server), words("error", reason));
    }
}

#[tokio::test]
async fn a_request_that_went_well_has_one_record_that_tells_no_arguments() {
    let server = serve_with(builder().budget("10/d")).await;
    let answer = get(&server, READER, "/invoices/7").await;
    assert_eq!(answer.status, 200);
    let records = server.records.all();
    let [record] = &records[..] else { panic!("{records:?}") };
    assert_eq!(last(&server), words("ok", "ok"));
    for (name, value) in [
        ("tool", json!("invoice")),
        ("caller", json!("reader")),
        ("tenant", json!("acme")),
        ("peer", json!("127.0.0.1")),
        ("scopes_required", json!(["invoices:read"])),
        ("arguments", Value::Null),
        ("result_bytes", json!(answer.body.len())),
        ("cost", json!(4.0)),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    assert!((6.0..6.1).contains(&record["remaining_budget"].as_f64().unwrap()));
}

#[tokio::test]
async fn without_a_record_a_strict_log_lets_no_request_reach_its_handler() {
    struct Broken;
    impl doorman::AuditSink for Broken {
        fn record(&self, _: &doorman::AuditRecord) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    let log = AuditLog::custom(Broken).strict();
    let server = serve_logging(builder(), log.clone()).await;
    get(&server, NOBODY, "/ping").await;
    assert!(log.flush(std::time::Duration::from_secs(30)));
    let refused = get(&server, NOBODY, "/ping").await;
    assert_eq!(refused.status, 503);
    assert!(refused.body.contains("audit_unavailable"));
}
