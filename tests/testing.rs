//! The kit for tests of programs that use doorman: callers without a server, and the matrix.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::{Json, extract::Path};
use doorman::{
    AuditLog, Doorman, DoormanBuilder, Transport, expose as function,
    testing::{Agent, Try, answers, matrix, refuses},
    tools as functions,
};
use doorman_axum::{Caller, expose, tools};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::{ANY_RATE, Records, billing::billing, oauth};

#[derive(Serialize, JsonSchema)]
struct Customer {
    id: u64,
    email: String,
    seen_by: String,
}

/// One customer.
#[expose(get = "/customers/{id}", scopes = ["customers:read"], rate = "2/min per_caller")]
async fn customer(Path(id): Path<u64>, caller: Caller) -> Json<Customer> {
    let seen_by = caller.subject().to_owned();
    Json(Customer { id, email: "ann@example.com".into(), seen_by })
}

fn customers() -> DoormanBuilder {
    Doorman::builder("customers").auth(oauth()).tools(tools![customer].with_state(()))
}

fn reader(doorman: &Doorman) -> Agent {
    Agent::new(doorman, "reader").scopes("customers:read").unwrap()
}

#[tokio::test]
async fn a_tool_is_called_as_anybody_and_answers_what_an_agent_reads() {
    let doorman = customers().build().unwrap();
    let answer = answers!(reader(&doorman).call("customer", json!({ "id": 7 })).await);
    assert_eq!(answer, json!({ "id": 7, "email": "«redacted»", "seen_by": "reader" }));
}

#[tokio::test]
async fn refusals_have_the_reasons_of_the_audit_record() {
    let records = Records::new();
    let doorman = customers().audit(records.log.clone()).build().unwrap();
    let reader = reader(&doorman);
    let stranger = Agent::new(&doorman, "stranger").tenant("acme").scopes("orders:read").unwrap();
    let arguments = || json!({ "id": 7 });
    refuses!(stranger.call("customer", arguments()).await, "forbidden:scope");
    refuses!(Agent::nobody(&doorman).call("customer", arguments()).await, "unauthenticated");
    refuses!(reader.call("customers", arguments()).await, "not_exposed");
    refuses!(reader.call("customer", json!({ "id": "seven" })).await, "invalid_arguments");
    refuses!(reader.call("customer", json!([7])).await, "invalid_arguments");
    let reasons: Vec<Value> = records.all().iter().map(|record| record["reason"].clone()).collect();
    let told = ["forbidden:scope", "unauthenticated", "not_exposed", "invalid_arguments"];
    assert_eq!(reasons, told.map(|reason| json!(reason)));
}

#[tokio::test]
async fn nobody_waits_for_a_rate_to_refill() {
    let doorman = customers().build().unwrap();
    let reader = reader(&doorman);
    for reason in ["ok", "ok", "rate_limited"] {
        assert_eq!(reader.call("customer", json!({ "id": 1 })).await.reason(), reason);
    }
    let later = reader.later(Duration::from_secs(30));
    answers!(later.call("customer", json!({ "id": 1 })).await);
    refuses!(later.call("customer", json!({ "id": 1 })).await, "rate_limited");
}

/// Says who calls.
#[function(scopes = ["me:read"], read_only)]
fn whoami(principal: doorman::Principal) -> String {
    format!("{} on {}", principal.subject(), principal.transport().as_str())
}

#[tokio::test]
async fn the_caller_on_standard_input_is_the_one_that_the_program_names() {
    let doorman = Doorman::builder("me").tools(functions![whoami].with_state(()));
    let doorman = doorman.stdio_principal("alice", "me:read").build().unwrap();
    let alice = Agent::local(&doorman).await.unwrap();
    let on_stdio = format!("alice on {}", Transport::Stdio.as_str());
    assert_eq!(answers!(alice.call("whoami", json!({})).await), json!(on_stdio));
}

#[tokio::test]
async fn an_outcome_shows_no_answer_by_debug() {
    let doorman = customers().build().unwrap();
    let outcome = reader(&doorman).call("customer", json!({ "id": 70_717 })).await;
    assert!(outcome.is_answered() && outcome.structured().is_some());
    assert_eq!(format!("{outcome:?}"), r#"Outcome { reason: "ok", .. }"#);
}

#[tokio::test]
#[should_panic(expected = "the call was refused: forbidden:scope")]
async fn a_call_that_should_answer_and_does_not_fails_the_test() {
    let doorman = customers().build().unwrap();
    answers!(Agent::new(&doorman, "reader").call("customer", json!({ "id": 7 })).await);
}

#[tokio::test]
#[should_panic(expected = "this is how the call ended")]
async fn a_call_that_should_be_refused_and_is_not_fails_the_test() {
    let doorman = customers().build().unwrap();
    refuses!(reader(&doorman).call("customer", json!({ "id": 7 })).await, "forbidden:scope");
}

#[tokio::test]
async fn a_matrix_tries_every_tool_and_finds_nothing_wrong() {
    let doorman = Doorman::builder("billing").auth(oauth()).tools(billing()).build().unwrap();
    let report = matrix(&doorman).await;
    assert!(report.is_clean(), "{report}");
    // get_invoice, refund, search: 4 callers, 1 unknown, 1 + 2 + 1 missing, 1 rate; ping: 1, 1, 1.
    assert_eq!(report.to_string(), "25 attempts on 4 tools, all refused");
}

#[tokio::test]
async fn a_matrix_holds_for_every_way_to_let_callers_in() {
    let builders = [
        Doorman::builder("billing"),
        Doorman::builder("billing").auth(oauth()).allow_anonymous(),
        Doorman::builder("billing").stdio_principal("alice", "invoices:read invoices:write"),
        Doorman::builder("billing").scope_implies("invoices:write", ["invoices:read"]),
        Doorman::builder("billing").budget("50/day per_caller"),
    ];
    for builder in builders {
        let doorman = builder.audit(AuditLog::none()).tools(billing()).build().unwrap();
        let report = matrix(&doorman).await;
        assert!(report.is_clean(), "{report}");
    }
}

#[tokio::test]
async fn a_development_server_fails_a_matrix() {
    let doorman = Doorman::dev("billing").audit(AuditLog::none()).tools(billing()).build().unwrap();
    let report = matrix(&doorman).await;
    assert!(!report.is_clean() && report.passed().all(|(_, tried)| tried == Try::NoToken));
    assert!(report.to_string().contains("lets everyone on this machine in"), "{report}");
}

#[tokio::test]
async fn a_sample_for_a_tool_that_is_none_is_told() {
    let doorman = customers().build().unwrap();
    let report = matrix(&doorman).sample("custommer", json!({})).await;
    let untried: Vec<_> = report.untried().map(|(tool, _)| tool).collect();
    assert_eq!(untried, ["custommer"], "{report}");
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Removes everything.
#[function(scopes = ["all:write", "all:delete"], destructive)]
fn remove_all() {
    RUNS.fetch_add(1, Ordering::Relaxed);
}

#[tokio::test]
async fn no_tool_runs_in_a_matrix() {
    let doorman = Doorman::builder("all").tools(functions![remove_all].with_state(()));
    let report = matrix(&doorman.build().unwrap()).await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(RUNS.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_is_not_refused_is_told() {
    let doorman =
        customers().audit(AuditLog::none()).rate_limit(ANY_RATE).tools(billing()).build().unwrap();
    let report = matrix(&doorman).await;
    let passed: Vec<_> = report.passed().collect();
    let over = ["get_invoice", "refund", "search", "ping"].map(|tool| (tool, Try::OverRate));
    assert!(!report.is_clean());
    assert_eq!(passed, over);
    let told = report.to_string();
    assert!(
        told.contains(
            "not refused as it should be: `refund` over its rate: 10000 calls at once ran"
        ),
        "{told}"
    );
}

/// A code of an airport.
#[derive(serde::Deserialize, JsonSchema)]
struct Code(#[schemars(regex(pattern = "^[A-Z]{3}$"))] String);

/// Where an airport is.
#[function(public, read_only)]
fn airport(code: Code) -> String {
    code.0
}

#[tokio::test]
async fn what_cannot_be_tried_is_told_until_a_sample_is_given() {
    let doorman = Doorman::builder("airports").tools(functions![airport].with_state(()));
    let doorman = doorman.build().unwrap();
    let report = matrix(&doorman).await;
    assert!(!report.is_clean());
    assert_eq!(report.untried().count(), 3, "{report}");
    assert!(report.to_string().contains("give some with `.sample(…)`"), "{report}");
    let report = matrix(&doorman).sample("airport", json!({ "code": "BER" })).await;
    assert!(report.is_clean(), "{report}");
}
