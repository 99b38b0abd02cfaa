//! What of a handler's answer reaches a program, and what a program that does not wait leaves behind.

use std::time::{Duration, SystemTime};

use doorman::{OAuth, StaticTokens, VerifiedToken};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::{
    cancellation::{Watch, watched},
    sentinels::Net,
    support::{ISSUER, READER, RESOURCE, WRITER, serve_with},
};

#[tokio::test]
async fn a_program_reads_the_whole_answer_and_an_agent_the_redacted_one() {
    let server = serve_with(builder().result_limit(70)).await;
    let answer = get(&server, READER, "/invoices/7").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), json!({ "id": 7, "email": "ann@example.com", "caller": "reader" }));
    let agents = server.call(READER, "invoice", json!({ "id": 7 })).await;
    assert_eq!(agents.result()["structuredContent"]["email"], "«redacted»");
    assert_eq!(server.records.all()[0].get("redactions"), None);
    let long = format!("/seen/{}", "x".repeat(100));
    assert_eq!(send(&server, READER, &format!("POST {long}"), "", "").await.status, 200);
    assert_eq!(
        send(
            &server,
            WRITER,
            "POST /invoices/7/refund",
            "Content-Type: application/json\r\n",
            r#"{"amount":1}"#
        )
        .await
        .status,
        201
    );
}

#[tokio::test]
async fn a_stream_goes_through_as_it_comes_with_its_status_and_headers() {
    let server = serve_with(builder()).await;
    let request = format!(
        "GET /stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {READER}\r\n\r\n"
    );
    let mut stream = server.open(&request).await;
    let mut heard = Vec::new();
    while !heard.ends_with(b"first\r\n") {
        assert!(stream.read_buf(&mut heard).await.unwrap() > 0);
    }
    let heard = String::from_utf8(heard).unwrap();
    assert!(
        heard.starts_with("HTTP/1.1 202 ")
            && heard.contains("x-flow: on")
            && heard.contains("set-cookie: a=b")
    );
    assert_eq!(last(&server), words("ok", "ok"));
    assert_eq!(server.records.all()[0]["result_bytes"], Value::Null, "nobody knows it yet");
}

/// Tells what happens, and never that all has happened.
#[expose(get = "/events", public)]
async fn events() -> Endless {
    let head = [("content-type", "text/event-stream")];
    Endless(
        (head, Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())).into_response(),
    )
}

#[tokio::test]
async fn a27_an_event_stream_ends_with_its_callers_token() {
    let token = VerifiedToken::new("a").audience(RESOURCE);
    let token = token.expires(SystemTime::now() + Duration::from_secs(1));
    let auth =
        OAuth::new(ISSUER, RESOURCE).unwrap().verifier(StaticTokens::new().insert(READER, token));
    let tools = tools![events].with_state(()).also_over_http();
    let server = serve_with(Doorman::builder("b").auth(auth).tools(tools)).await;
    let answer = get(&server, READER, "/events").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
}

/// Asks and hangs up once the handler runs; when this returns, the server knows.
async fn hang_up(server: &Server, watch: &Watch, line: &str) {
    let request = format!("{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    let mut stream = server.open(&request).await;
    watch.started.notified().await;
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the server closes without an answer");
}

#[tokio::test]
async fn a_request_whose_program_is_gone_is_dropped_and_recorded_once() {
    let (tools, watch) = watched();
    let server = serve_with(Doorman::dev("b").tools(tools.also_over_http())).await;
    hang_up(&server, &watch, "GET /look").await;
    watch.dropped.notified().await;
    let records = server.records.wait_for(1).await;
    assert_eq!(
        (&records[0]["status"], &records[0]["reason"]),
        (&json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(records[0].get("end"), None);
    watch.may_end.add_permits(1);
    assert_eq!(get(&server, "", "/look").await.body, "worked");
    assert_eq!(server.records.all().len(), 2);
}

#[tokio::test]
async fn a_destructive_handler_runs_on_and_its_record_says_how_it_ended() {
    let (tools, watch) = watched();
    let server = serve_with(Doorman::dev("b").tools(tools.also_over_http())).await;
    hang_up(&server, &watch, "POST /erase").await;
    watch.may_end.add_permits(1);
    watch.ended.notified().await;
    let records = server.records.wait_for(1).await;
    assert_eq!(
        (&records[0]["status"], &records[0]["reason"]),
        (&json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(records[0]["end"], "ok");
}

#[tokio::test]
async fn no_planted_secret_reaches_a_log_or_an_audit_record() {
    let net = Net::cast();
    let server = serve_with(builder()).await;
    let planted = "s3nt1nel-of-doors";
    let headers =
        format!("Cookie: {planted}\r\nX-Own: {planted}\r\nContent-Type: application/json\r\n");
    let body = format!(r#"{{"amount":"{planted}"}}"#);
    for (token, line) in [
        (READER, format!("POST /seen/{planted}?{planted}={planted}")),
        (READER, format!("GET /invoices/{planted}")),
        (READER, format!("POST /invoices/{planted}/refund")),
        (WRITER, format!("POST /invoices/7/refund?{planted}")),
        (planted, format!("GET /ping?{planted}")),
        ("", format!("GET /ping?{planted}")),
        (READER, format!("GET /panics?{planted}")),
        (READER, format!("GET /hangs?{planted}")),
    ] {
        let answer = send(&server, token, &line, &headers, &body).await;
        let own = answer.header("content-type") == Some("application/problem+json");
        assert!(!own || !answer.body.contains(planted), "{answer:?}");
    }
    let records = server.records.all();
    assert_eq!(records.len(), 8);
    let records = serde_json::to_string(&records).unwrap();
    for secret in [planted, READER, WRITER] {
        assert!(!records.contains(secret), "{records}");
        for (target, line) in net.lines() {
            assert!(!target.starts_with("doorman") || !line.contains(secret), "{target}: {line}");
        }
    }
}
