//! Rates, budgets and refused attempts, as callers over HTTP hear of them.

use axum::{Json, http::StatusCode};
use doorman::{Doorman, Error};
use doorman_axum::{expose, tools};
use serde_json::json;

use crate::support::{NOBODY, READER, Server, WRITER, oauth, serve_with};

/// Counts.
#[expose(get = "/count", public)]
async fn count() -> &'static str {
    "counted"
}

/// Counts seldom.
#[expose(get = "/seldom", public, rate = "2/h per_tool", cost = 4)]
async fn seldom() -> &'static str {
    "counted"
}

/// Fails.
#[expose(get = "/fail", public, cost = 4)]
async fn fail() -> Result<Json<u8>, StatusCode> {
    Err(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Panics.
#[expose(get = "/panics", public, cost = 4)]
async fn panics() -> String {
    panic!("the test wants it")
}

/// Never answers.
#[expose(get = "/hangs", public, cost = 4, timeout = "5ms")]
async fn hangs() -> String {
    std::future::pending().await
}

/// Refuses.
#[expose(get = "/refuse", public, cost = 4)]
async fn refuse() -> Result<Json<u8>, StatusCode> {
    Err(StatusCode::CONFLICT)
}

/// Needs a scope.
#[expose(get = "/read", scopes = ["invoices:read"])]
async fn read() -> &'static str {
    "read"
}

fn builder() -> doorman::DoormanBuilder {
    let tools = tools![count, seldom, fail, panics, hangs, refuse, read].with_state(());
    Doorman::builder("limits").auth(oauth()).tools(tools)
}

async fn reason(server: &Server, token: &str, tool: &str) -> String {
    let answer = server.call(token, tool, json!({})).await;
    if answer.status == 200 { answer.reason() } else { answer.status.to_string() }
}

#[tokio::test]
async fn a_call_too_fast_is_a_tool_error_that_says_when_to_try_again() {
    let server = serve_with(builder().rate_limit("1/h")).await;
    assert!(!server.call(READER, "count", json!({})).await.is_error());
    let refused = server.call(READER, "count", json!({})).await;
    assert_eq!(refused.status, 200);
    let text = refused.text();
    let seconds = text.strip_prefix("rate_limited: retry after ").unwrap();
    let (seconds, rest) = seconds.split_once(' ').unwrap();
    assert_eq!(rest, format!("s (retry_after_seconds={seconds})"));
    assert!((3590..=3600).contains(&seconds.parse().unwrap()));
    let meta = &refused.result()["_meta"]["doorman/refusal"];
    assert_eq!(meta["retry_after_seconds"].to_string(), seconds);
    assert!(refused.result().get("structuredContent").is_none());
    let record = &server.records.all()[1];
    assert_eq!(
        (&record["status"], &record["reason"]),
        (&json!("rate_limited"), &json!("rate_limited"))
    );
    assert!(!server.call(WRITER, "count", json!({})).await.is_error(), "another caller");
}

#[tokio::test]
async fn without_a_word_a_caller_has_ten_calls_a_minute_of_a_tool_and_shuts_it_for_nobody() {
    let server = serve_with(builder()).await;
    for _ in 0..10 {
        assert_eq!(reason(&server, READER, "count").await, "");
    }
    assert_eq!(reason(&server, READER, "count").await, "rate_limited");
    assert_eq!(reason(&server, READER, "read").await, "");
    assert_eq!(reason(&server, WRITER, "count").await, "");
}

#[tokio::test]
async fn a_tools_own_rate_comes_on_top() {
    let server = serve_with(builder().rate_limit("100/h")).await;
    assert_eq!(reason(&server, READER, "seldom").await, "");
    assert_eq!(reason(&server, WRITER, "seldom").await, "");
    assert_eq!(reason(&server, NOBODY, "seldom").await, "rate_limited");
    assert_eq!(reason(&server, NOBODY, "count").await, "");
}

#[tokio::test]
async fn a_call_over_budget_hears_what_it_costs_and_what_remains() {
    let server = serve_with(builder().budget("5/d")).await;
    assert_eq!(reason(&server, READER, "seldom").await, "");
    let refused = server.call(READER, "seldom", json!({})).await;
    assert!(
        refused.text().starts_with("budget_exceeded: this call costs 4 and 1 remain; retry after ")
    );
    let record = &server.records.all()[1];
    assert_eq!(
        (&record["status"], &record["reason"]),
        (&json!("budget_exceeded"), &json!("budget_exceeded"))
    );
    assert_eq!(reason(&server, READER, "count").await, "", "one unit is left, and it costs one");
}

#[tokio::test]
async fn a_handler_that_failed_costs_nothing_and_one_that_refused_does() {
    let server = serve_with(builder().budget("5/d")).await;
    for _ in 0..2 {
        for (tool, end) in [("fail", "handler_error"), ("panics", "panic"), ("hangs", "timeout")] {
            assert_eq!(reason(&server, READER, tool).await, end);
        }
    }
    for record in server.records.all() {
        assert_eq!((&record["cost"], &record["remaining_budget"]), (&json!(4.0), &json!(5.0)));
    }
    assert_eq!(reason(&server, READER, "refuse").await, "handler_error");
    assert_eq!(reason(&server, READER, "refuse").await, "budget_exceeded");
}

#[tokio::test]
async fn a_cost_that_no_budget_holds_does_not_start() {
    let error = builder().budget("3/d; 100/h").build().unwrap_err();
    assert!(matches!(error, Error::Several(_)), "five tools cost 4");
    assert!(
        error.to_string().contains("tool `seldom`: a call costs 4, and the budget holds 3 at most")
    );
}

#[tokio::test]
async fn a_malformed_rate_or_budget_does_not_start_and_says_what_is_wrong() {
    let error = builder().rate_limit("10/decade").build().unwrap_err().to_string();
    assert!(error.starts_with(
        "`rate_limit` holds `10/decade`: that is no unit of time; allowed: `COUNT/UNIT"
    ));
    let error = builder().budget("").build().unwrap_err().to_string();
    assert!(error.starts_with("`budget` holds no rate; allowed: "), "{error}");
    assert!(builder().rate_limit("0.5/s").build().is_err());
    assert!(builder().budget("4.5/s").build().is_ok());
}

#[tokio::test]
async fn refused_attempts_of_every_kind_are_few() {
    let server = serve_with(builder()).await;
    for _ in 0..30 {
        assert_eq!(reason(&server, NOBODY, "read").await, "403");
        assert_eq!(server.call(NOBODY, "nothing", json!({})).await.json()["error"]["code"], -32602);
    }
    assert_eq!(reason(&server, NOBODY, "read").await, "refusals");
    assert_eq!(reason(&server, NOBODY, "nothing").await, "refusals");
    let refused = server.call(NOBODY, "count", json!({})).await;
    assert!(refused.text().starts_with("rate_limited: retry after 1 s (retry_after_seconds=1)"));
    assert_eq!(reason(&server, READER, "read").await, "", "another caller");
}

#[tokio::test]
async fn bad_tokens_of_a_peer_are_throttled_and_a_good_one_passes_all_the_same() {
    let server = serve_with(builder()).await;
    let mut statuses = Vec::new();
    let throttled = loop {
        let answer = server.call("no-token-of-ours", "count", json!({})).await;
        statuses.push(answer.status);
        if answer.status != 401 {
            break answer;
        }
    };
    assert!(statuses.len() > 240, "{}", statuses.len());
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, Some("1")));
    // Whose token has expired learns here too that it needs another.
    assert!(throttled.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    assert!(throttled.json()["error"]["data"]["request_id"].is_string());
    assert_eq!(server.call("", "count", json!({})).await.status, 401, "no token is no failure");
    assert_eq!(reason(&server, READER, "count").await, "");
    let records = server.records.all();
    let throttled = records.iter().find(|record| record["reason"] == "throttled").unwrap();
    assert_eq!(throttled["status"], "denied");
}
