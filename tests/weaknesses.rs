//! The weaknesses of the Python original, by their numbers, and that doorman does not have them. W4 to
//! W6 and W8 stand in `redaction`, parts of W7 in `audit`, parts of W10 in `settings` and `examples`.

use axum::{
    Json,
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
};
use doorman::{Doorman, Error, expose as function};
use doorman_axum::{Caller, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{
    ANY_RATE, NOBODY, READER, RESOURCE, Server, WRITER, billing::billing, oauth, serve, serve_with,
};

/// Only administrators pass.
struct Admin;

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let caller = parts.extensions.get::<Caller>().ok_or(StatusCode::UNAUTHORIZED)?;
        if caller.subject() == "writer" { Ok(Self) } else { Err(StatusCode::FORBIDDEN) }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Reason {
    reason: String,
}

/// Wipes a table.
#[expose(delete = "/tables/{table}", scopes = ["invoices:read"], destructive)]
async fn wipe(_: Admin, Path(table): Path<String>, Json(reason): Json<Reason>) -> String {
    format!("{table} is gone: {}", reason.reason)
}

async fn wipes() -> Server {
    serve(tools![wipe].with_state(())).await
}

#[tokio::test]
async fn w1_what_is_mounted_answers() {
    let server = serve(billing()).await;
    assert_eq!(server.call(READER, "ping", json!({})).await.text(), "pong");
    let host = format!("Host: {}\r\n", server.address);
    let metadata = server.head("GET /.well-known/oauth-protected-resource/mcp", &host).await;
    assert_eq!((metadata.status, &metadata.json()["resource"]), (200, &json!(RESOURCE)));
}

#[tokio::test]
async fn w2_a_handlers_own_checks_run() {
    let server = wipes().await;
    let arguments = json!({ "table": "users", "reason": "old" });
    let refused = server.call(READER, "wipe", arguments.clone()).await;
    assert_eq!((refused.reason(), refused.is_error()), ("handler_error".into(), true));
    assert_eq!(server.call(WRITER, "wipe", arguments).await.text(), "users is gone: old");
}

#[tokio::test]
async fn w2_a_caller_cannot_supply_what_a_check_finds_out() {
    let server = wipes().await;
    for forged in ["_", "admin", "caller", "Admin", "user"] {
        let arguments = json!({ "table": "users", "reason": "old", forged: "writer" });
        assert_eq!(server.call(READER, "wipe", arguments).await.reason(), "invalid_arguments");
    }
}

#[tokio::test]
async fn w2_a_body_is_published_and_passed_as_the_object_that_it_is() {
    let server = wipes().await;
    let list = server.rpc(READER, "tools/list", json!({})).await.result();
    let input = &list["tools"][0]["inputSchema"];
    assert_eq!(input["properties"]["reason"]["type"], "string");
    assert_eq!(input["required"], json!(["reason", "table"]));
    let text = server.call(WRITER, "wipe", json!({ "table": "users", "reason": 7 })).await;
    assert_eq!(text.reason(), "invalid_arguments");
}

#[tokio::test]
async fn w3_no_refusal_is_a_success() {
    let server = serve_with(
        Doorman::builder("b").auth(oauth()).tools(billing()).rate_limit("1/h per_caller_tool"),
    )
    .await;
    let anonymous = server.call("", "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(anonymous.status, 401);
    assert!(anonymous.header("www-authenticate").unwrap().starts_with("Bearer "));
    let forbidden = server.call(NOBODY, "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(forbidden.status, 403);
    let challenge = forbidden.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope", scope="invoices:read""#));
    let unknown = server.call(READER, "nothing", json!({})).await;
    assert_eq!(unknown.json()["error"]["code"], -32602);
    assert!(!server.call(READER, "ping", json!({})).await.is_error());
    assert!(server.call(READER, "ping", json!({})).await.is_error(), "too fast");
}

#[tokio::test]
async fn w3_nobody_sees_tools_that_they_may_not_call() {
    let server = serve(billing()).await;
    let names = async |token| {
        let list = server.rpc(token, "tools/list", json!({})).await.result();
        let names = list["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone());
        names.collect::<Value>()
    };
    assert_eq!(names(NOBODY).await, json!(["ping"]));
    assert_eq!(names(READER).await, json!(["get_invoice", "search", "ping"]));
}

#[derive(Serialize, JsonSchema)]
struct Account {
    email: String,
    access_token: String,
    since: String,
    card: Option<u64>,
}

/// An account.
#[expose(get = "/account", public, redact = ["since"])]
async fn account() -> Json<Account> {
    Json(Account {
        email: "alice@example.com".into(),
        access_token: "s3nt1nel".into(),
        since: "2026-11-20".into(),
        card: Some(4_111_111_111_111_111),
    })
}

/// A text.
#[expose(get = "/text", public)]
async fn text() -> &'static str {
    "ask alice@example.com on 2026-11-20"
}

/// Refuses in its own words.
#[expose(get = "/refuse", public)]
async fn refuse() -> Result<Json<u8>, (StatusCode, &'static str)> {
    Err((StatusCode::CONFLICT, "dsn=postgres://bob:hunter2@db, alice@example.com is taken"))
}

/// Refuses in its own words, without HTTP.
#[function(public, read_only)]
fn refuse_plainly() -> Result<u8, String> {
    Err("dsn=postgres://bob:hunter2@db, alice@example.com is taken".into())
}

async fn accounts() -> Server {
    let builder =
        Doorman::builder("b").auth(oauth()).tools(tools![account, text, refuse].with_state(()));
    serve_with(builder.tools(doorman::tools![refuse_plainly].with_state(()))).await
}

#[tokio::test]
async fn w4_results_reach_the_model_masked_and_are_counted() {
    let server = accounts().await;
    let answer = server.call(READER, "account", json!({})).await;
    let mask = "«redacted»";
    let masked = json!({ "email": mask, "access_token": mask, "since": mask, "card": mask });
    assert_eq!(answer.result()["structuredContent"], masked);
    assert_eq!(serde_json::from_str::<Value>(&answer.text()).unwrap(), masked);
    assert_eq!(server.call(READER, "text", json!({})).await.text(), "ask «redacted» on 2026-11-20");
    let records = server.records.all();
    assert_eq!(records[0]["redactions"], json!({ "email": 1, "key": 2, "card": 1 }));
    assert_eq!(records[1]["redactions"], json!({ "email": 1 }));
}

#[tokio::test]
async fn w6_the_words_of_an_error_reach_the_model_masked() {
    let server = accounts().await;
    for tool in ["refuse", "refuse_plainly"] {
        let words = server.call(READER, tool, json!({})).await.text();
        assert!(words.contains("is taken") && words.contains("«redacted»"), "{words}");
        assert!(!words.contains("hunter2") && !words.contains("alice"), "{words}");
    }
}

#[tokio::test]
async fn w7_a_thousand_bad_tokens_are_recorded_and_throttled() {
    let server = serve(billing()).await;
    let mut statuses = Vec::new();
    for number in 0..1_000 {
        statuses.push(server.call(&format!("bad-{number}"), "ping", json!({})).await.status);
    }
    // The bucket fills while the test runs: four more a second.
    let throttled = statuses.iter().filter(|status| **status == 429).count() as u64;
    assert!(throttled > 300 && statuses[..240].iter().all(|status| *status == 401));
    let records = server.records.all();
    let count = |reason: &str| -> u64 {
        let records = records.iter().filter(|record| record["reason"] == reason);
        records.map(|record| record["count"].as_u64().unwrap_or(1)).sum()
    };
    assert_eq!((count("throttled"), count("invalid_token")), (throttled, 1_000 - throttled));
    assert!(records.len() < 600, "a flood is merged: {}", records.len());
    assert_eq!(server.call(READER, "ping", json!({})).await.text(), "pong");
}

#[tokio::test]
async fn w7_denied_calls_are_limited_too() {
    let server =
        serve_with(Doorman::builder("b").auth(oauth()).tools(billing()).rate_limit("5/min")).await;
    let mut denied = 0;
    for _ in 0..100 {
        denied +=
            usize::from(server.call(NOBODY, "get_invoice", json!({ "id": 7 })).await.status == 403);
    }
    assert!((60..70).contains(&denied), "{denied}");
}

/// Costs more than most.
#[function(public, read_only, cost = 8)]
fn dear() -> String {
    "dear".into()
}

/// Fails.
#[expose(get = "/fail", public, cost = 8)]
async fn fail() -> Result<Json<u8>, StatusCode> {
    Err(StatusCode::INTERNAL_SERVER_ERROR)
}

#[tokio::test]
async fn w9_what_can_never_be_admitted_does_not_start() {
    let builder = || Doorman::builder("b").tools(doorman::tools![dear].with_state(()));
    let refuses = |error: Result<Doorman, Error>, words: &str| {
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refuses(builder().rate_limit("0.5/s").build(), "less than one call can never be made");
    refuses(builder().budget("7/h").build(), "a call costs 8, and the budget holds 7 at most");
    refuses(builder().rate_limit(format!("{}/min", "9".repeat(400))).build(), "too large");
    refuses(builder().budget("NaN/h").build(), "no plain number");
    refuses(builder().budget("-1/h").build(), "no plain number");
    // `cost = -1` and `cost = f64::NAN` do not compile: `ui-tests/fail/cost`.
    assert!(builder().budget("8/h").build().is_ok());
}

#[tokio::test]
async fn w9_a_failed_handler_charges_nothing() {
    let tools = tools![fail].with_state(());
    let server = serve_with(Doorman::builder("b").auth(oauth()).tools(tools).budget("8/d")).await;
    for _ in 0..5 {
        assert_eq!(server.call(READER, "fail", json!({})).await.reason(), "handler_error");
    }
    let remaining: Vec<Value> =
        server.records.all().iter().map(|record| record["remaining_budget"].clone()).collect();
    assert_eq!(remaining, vec![json!(8.0); 5]);
}

// That no live bucket is reset is shown in `doorman/src/bucket/model.rs` and `limits/tests.rs`.

#[tokio::test]
async fn w10_scopes_are_enforced_and_not_only_advertised() {
    let server = serve(billing()).await;
    let host = format!("Host: {}\r\n", server.address);
    let metadata = server.head("GET /.well-known/oauth-protected-resource", &host).await.json();
    for scope in metadata["scopes_supported"].as_array().unwrap() {
        assert!(["invoices:read", "invoices:write"].contains(&scope.as_str().unwrap()));
    }
    assert_eq!(server.call(NOBODY, "search", json!({ "text": "a" })).await.status, 403);
}

#[tokio::test]
async fn w10_a_development_server_answers_loopback_only() {
    let builder = || Doorman::dev("b").tools(billing()).rate_limit(ANY_RATE);
    let server = serve_with(builder()).await;
    assert_eq!(server.call("", "ping", json!({})).await.text(), "pong");
    let doorman = builder().build().unwrap();
    let stranger = "192.0.2.1:5000".parse().unwrap();
    let denied = doorman.authenticate(doorman::Credential::Absent, Some(stranger)).await;
    assert_eq!(denied.unwrap_err().status, 403);
}
