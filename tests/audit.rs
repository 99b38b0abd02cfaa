//! One record for every attempt.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use doorman::{
    AuditLog, AuditRecord, AuditSink, Doorman, DoormanBuilder, OAuth, StaticTokens, TokenError,
    TokenVerifier, VerifiedToken,
};
use doorman_axum::{Answer, Answered, expose, tools};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{
    ISSUER, NOBODY, READER, RESOURCE, Server, WRITER, billing::billing, oauth, serve,
    serve_logging, serve_with,
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

/// Takes a record, fails, panics, or waits, as its mood is.
#[derive(Clone, Default)]
struct Moody(Arc<(Mutex<Mood>, Condvar)>);

#[derive(Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Well,
    Fails,
    Panics,
    Waits,
}

impl Moody {
    fn is(&self, mood: Mood) {
        *self.0.0.lock().unwrap() = mood;
        self.0.1.notify_all();
    }
}

impl AuditSink for Moody {
    fn record(&self, _: &AuditRecord) -> io::Result<()> {
        let mood = self.0.0.lock().unwrap();
        let mood = *self.0.1.wait_while(mood, |mood| *mood == Mood::Waits).unwrap();
        match mood {
            Mood::Fails => Err(io::Error::other("the test wants it")),
            Mood::Panics => panic!("the test wants it"),
            Mood::Well | Mood::Waits => Ok(()),
        }
    }
}

/// Counts how often it runs.
#[expose(get = "/count", public)]
async fn count(State(runs): State<Arc<AtomicU64>>) -> String {
    (runs.fetch_add(1, Ordering::SeqCst) + 1).to_string()
}

/// A server that counts its calls, and what it counts to.
async fn counting(log: &AuditLog) -> (Server, Arc<AtomicU64>) {
    let runs = Arc::<AtomicU64>::default();
    let tools = tools![count].with_state(runs.clone());
    let builder = Doorman::builder("b").auth(oauth()).tools(tools);
    (serve_logging(builder, log.clone()).await, runs)
}

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn w7_a_sink_error_fails_no_call_that_ran() {
    for mood in [Mood::Fails, Mood::Panics] {
        let sink = Moody::default();
        let log = AuditLog::custom(sink.clone());
        let (server, runs) = counting(&log).await;
        sink.is(mood);
        for run in ["1", "2"] {
            assert_eq!(server.call(NOBODY, "count", json!({})).await.text(), run);
            assert!(log.flush(SOON));
        }
        assert_eq!((runs.load(Ordering::SeqCst), log.lost()), (2, 2));
    }
}

#[tokio::test]
async fn w7_a_cancelled_call_has_a_record() {
    #[expose(get = "/wait", public)]
    async fn wait(State(begun): State<Arc<Notify>>) -> String {
        begun.notify_one();
        std::future::pending().await
    }
    let begun = Arc::new(Notify::new());
    let tools = tools![wait].with_state(begun.clone());
    let server = serve_with(Doorman::builder("b").auth(oauth()).tools(tools)).await;
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "wait" } })
            .to_string();
    let stream = server
        .open(&format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nAuthorization: Bearer {NOBODY}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
    begun.notified().await;
    drop(stream);
    let record = server.records.wait_for(1).await.remove(0);
    assert_eq!((&record["tool"], &record["reason"]), (&json!("wait"), &json!("cancelled")));
}

/// Arrays in arrays, two thousand times.
struct Deep;

impl IntoResponse for Deep {
    fn into_response(self) -> Response {
        let text = "[".repeat(2_000) + &"]".repeat(2_000);
        ([(CONTENT_TYPE, "application/json")], text).into_response()
    }
}

impl Answer for Deep {
    fn answered() -> Answered {
        <Json<Value> as Answer>::answered()
    }
}

#[tokio::test]
async fn w7_a_deep_result_has_a_record() {
    #[expose(get = "/deep", public)]
    async fn deep() -> Deep {
        Deep
    }
    let tools = tools![deep].with_state(());
    let server = serve_with(Doorman::builder("b").auth(oauth()).tools(tools)).await;
    assert_eq!(server.call(NOBODY, "deep", json!({})).await.reason(), "bad_output");
    let records = server.records.all();
    assert_eq!((records.len(), &records[0]["reason"]), (1, &json!("bad_output")));
}

#[tokio::test]
async fn w7_an_unknown_tool_name_is_cleaned_and_cut() {
    let server = serve(billing()).await;
    let name = format!("a\n\u{202e}@{}customer7@example.com", "x".repeat(100_000));
    server.call(READER, &name, json!({})).await;
    let record = server.records.all().remove(0);
    assert_eq!(record["tool"].as_str().unwrap().chars().count(), 64);
    assert!(!record.to_string().contains(['\n', '\u{202e}', '@']), "{record}");
}

#[tokio::test]
async fn w7_a_record_has_a_time() {
    let server = serve(billing()).await;
    let before = std::time::SystemTime::now();
    server.call(READER, "ping", json!({})).await;
    let record = server.records.all().remove(0);
    let time = chrono::DateTime::parse_from_rfc3339(record["time"].as_str().unwrap()).unwrap();
    let since = std::time::SystemTime::from(time).duration_since(before - Duration::from_millis(1));
    assert!(since.unwrap() < SOON);
}

#[tokio::test]
async fn a_sink_that_waits_for_ever_holds_no_call_up() {
    let sink = Moody::default();
    let log = AuditLog::custom(sink.clone()).queue(2);
    let (server, _) = counting(&log).await;
    sink.is(Mood::Waits);
    for run in ["1", "2", "3", "4", "5"] {
        assert_eq!(server.call(NOBODY, "count", json!({})).await.text(), run);
    }
    assert_eq!(log.lost(), 3);
    sink.is(Mood::Well);
    assert!(log.flush(SOON));
}

#[tokio::test]
async fn a_strict_log_that_cannot_be_written_refuses_before_the_handler_runs_and_recovers() {
    let sink = Moody::default();
    let log = AuditLog::custom(sink.clone()).queue(1).strict();
    let (server, runs) = counting(&log).await;
    let call = async || server.call(NOBODY, "count", json!({})).await;
    let refused = async || {
        let ran = runs.load(Ordering::SeqCst);
        let answer = call().await;
        assert_eq!((answer.status, answer.reason()), (200, "audit_unavailable".into()));
        assert_eq!(
            answer.text(),
            "audit_unavailable: the audit log cannot be written, so no call is made; try again later"
        );
        assert_eq!(runs.load(Ordering::SeqCst), ran);
    };

    sink.is(Mood::Waits);
    assert_eq!(call().await.text(), "1");
    refused().await;
    sink.is(Mood::Fails);
    assert!(log.flush(SOON));
    refused().await;
    assert!(log.flush(SOON));
    sink.is(Mood::Well);
    refused().await;
    assert!(log.flush(SOON));
    assert_eq!(call().await.text(), "2");
    assert!(log.flush(SOON));
    assert_eq!(log.lost(), 3);
}

#[test]
fn a_strict_log_that_keeps_nothing_is_refused() {
    let builder = Doorman::builder("b").auth(oauth()).tools(billing());
    let error = builder.audit(AuditLog::none().strict()).build().unwrap_err().to_string();
    assert!(error.starts_with("`audit` is strict and keeps no records"), "{error}");
}

#[tokio::test]
async fn w7_a_flood_is_one_record_a_second_that_counts_every_attempt() {
    let server = serve_with(Doorman::builder("b").auth(oauth()).tools(billing())).await;
    let begun = std::time::Instant::now();
    for attempt in 0..400 {
        server.call("no-token-of-ours", "ping", json!({})).await;
        if attempt < 150 {
            server.call(NOBODY, "refund", json!({ "note": "SENTINEL" })).await;
        }
    }
    let records = server.records.all();
    let seconds = begun.elapsed().as_secs() + 1;
    for (single, heard, merged, all, status, tool, caller) in [
        ("invalid_token", 240, "throttled", 400, "denied", "", "anonymous"),
        ("forbidden:scope", 60, "refusals", 150, "rate_limited", "refund", "nobody"),
    ] {
        let of = |reason| records.iter().filter(move |record| record["reason"] == reason);
        let count = |record: &Value| record["count"].as_u64().unwrap_or(1);
        assert!((heard..=heard + 4 * seconds).contains(&of(single).map(count).sum()));
        assert_eq!(of(single).chain(of(merged)).map(count).sum::<u64>(), all);
        assert!((1..=seconds).contains(&(of(merged).count() as u64)), "{merged}");
        for record in of(merged) {
            assert_eq!(
                [&record["status"], &record["tool"], &record["caller"], &record["peer"]],
                [status, tool, caller, "127.0.0.1"]
            );
        }
    }
    assert!(!json!(records).to_string().contains("SENTINEL"));
    assert_eq!(server.records.log.lost(), 0);
}

#[tokio::test]
async fn strangers_fill_no_log_so_that_calls_go_unrecorded_or_are_refused() {
    let sink = Moody::default();
    let log = AuditLog::custom(sink.clone()).queue(8).strict();
    let (server, _) = counting(&log).await;
    sink.is(Mood::Waits);
    for _ in 0..20 {
        assert_eq!(server.call("", "count", json!({})).await.status, 401);
    }
    assert_eq!(server.call(NOBODY, "count", json!({})).await.text(), "1");
    sink.is(Mood::Well);
    assert!(log.flush(SOON));
    assert_eq!(log.lost(), 0);
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

#[tokio::test]
async fn an_identity_without_end_is_cut() {
    let endless = "a".repeat(20_000);
    let token = VerifiedToken::new(&*endless).tenant(&*endless).audience(RESOURCE);
    let auth =
        OAuth::new(ISSUER, RESOURCE).unwrap().verifier(StaticTokens::new().insert("t", token));
    let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
    server.call("t", "ping", json!({})).await;
    let record = server.records.all().remove(0);
    for cut in [&record["caller"], &record["tenant"]] {
        assert_eq!(*cut, "a".repeat(512) + "…");
    }
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
