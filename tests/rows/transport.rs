//! Streamable HTTP: addresses, methods, bodies, what comes back.

use std::fs;

use axum::{body::Body, http};
use doorman::Doorman;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

use super::Modern;
use crate::{
    cancellation::watched,
    support::{READER, Server, billing::billing, oauth, serve, serve_with},
};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// A POST of a ping with exactly these header lines beside what HTTP needs.
async fn post(server: &Server, headers: &str) -> u16 {
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {READER}\r\n{headers}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{PING}",
        server.address,
        PING.len()
    );
    server.send(&request).await.status
}

#[tokio::test]
async fn t03_the_host_of_an_absolute_address_and_of_http2_is_checked_too() {
    let server = serve(billing()).await;
    for (address, host, status) in [
        ("http://localhost/mcp", "localhost", 401),
        ("http://evil.example/mcp", "evil.example", 403),
        ("http://evil.example/mcp", "localhost", 400),
        ("http://localhost/mcp", "evil.example", 400),
    ] {
        let headers = format!("Host: {host}\r\n");
        let answer = server.head(&format!("POST {address}"), &headers).await;
        assert_eq!(answer.status, status, "{address} {host}");
    }
    let doorman = Doorman::builder("b").auth(oauth()).tools(billing()).build().unwrap();
    let app = doorman_axum::router::<()>(doorman).unwrap();
    for (authority, status) in [("localhost", 401), ("evil.example", 403)] {
        // What hyper makes of `:authority`.
        let request = http::Request::post(format!("https://{authority}/mcp"))
            .version(http::Version::HTTP_2)
            .body(Body::empty())
            .unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{authority}");
    }
}

#[test]
fn t04_what_people_copy_binds_to_this_machine() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut bound = 0;
    for folder in [".", "examples", "docs"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if !path.extension().is_some_and(|it| it == "rs" || it == "md") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for rest in text.split("TcpListener::bind(").skip(1) {
                let own = rest.trim_start_matches(['(', '"']).starts_with("127.0.0.1");
                assert!(own, "{}: {}", path.display(), rest.lines().next().unwrap());
                bound += 1;
            }
        }
    }
    assert!(bound >= 5, "the test finds what binds: {bound}");
}

#[tokio::test]
async fn t05_a_batch_is_refused_and_nothing_of_it_runs() {
    let server = serve(billing()).await;
    let one = Modern::call("ping", &json!({}));
    for batch in ["[]".to_owned(), format!("[{}]", one.body), format!("[{PING},{}]", one.body)] {
        for headers in ["", "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"] {
            let headers = format!("Authorization: Bearer {READER}\r\n{headers}");
            let answer = server.post_with(&headers, &batch).await;
            assert!((400..500).contains(&answer.status), "{batch}: {answer:?}");
        }
    }
    assert!(server.records.all().is_empty());
}

#[tokio::test]
async fn t06_a_client_takes_both_kinds_of_answers_and_sends_json() {
    const BOTH: &str = "Accept: application/json, text/event-stream\r\n";
    const JSON: &str = "Content-Type: application/json\r\n";
    let server = serve(billing()).await;
    for (accept, status) in [
        (BOTH, 200),
        ("Accept: text/event-stream;q=0.5, application/json;q=0.9\r\n", 200),
        ("Accept: application/json\r\nAccept: text/event-stream\r\n", 200),
        ("", 406),
        ("Accept: application/json\r\n", 406),
        ("Accept: text/event-stream\r\n", 406),
        ("Accept: text/html\r\n", 406),
    ] {
        assert_eq!(post(&server, &format!("{accept}{JSON}")).await, status, "{accept:?}");
    }
    for (content, status) in [
        ("Content-Type: application/json; charset=utf-8\r\n", 200),
        ("Content-Type: APPLICATION/JSON\r\n", 200),
        ("", 415),
        ("Content-Type: text/plain\r\n", 415),
        ("Content-Type: application/x-www-form-urlencoded\r\n", 415),
        ("Content-Type: application/jsonp\r\n", 415),
    ] {
        assert_eq!(post(&server, &format!("{BOTH}{content}")).await, status, "{content:?}");
    }
}

#[tokio::test]
async fn t07_a_notification_is_202_without_a_body_and_what_is_none_4xx() {
    let server = serve(billing()).await;
    let old = format!("Authorization: Bearer {READER}\r\n");
    let new =
        |method: &str| format!("{old}MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n");
    let cancelled = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"r"}}"#;
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    for (headers, body) in [
        (old.clone(), initialized),
        (old.clone(), cancelled),
        (format!("{old}MCP-Protocol-Version: 2025-11-25\r\n"), cancelled),
        (new("notifications/cancelled"), cancelled),
    ] {
        let answer = server.post_with(&headers, body).await;
        assert_eq!((answer.status, &*answer.body), (202, ""), "{headers}{body}");
    }
    for (headers, body) in [
        (format!("{old}MCP-Protocol-Version: 1999-01-01\r\n"), cancelled),
        (new("tools/call"), cancelled),
        (old.clone(), r#"{"jsonrpc":"2.0"}"#),
        (old.clone(), r#"{"jsonrpc":"2.0","method":7}"#),
    ] {
        let answer = server.post_with(&headers, body).await;
        assert!((400..500).contains(&answer.status), "{headers}{body}: {answer:?}");
    }
}

#[tokio::test]
async fn t08_every_request_is_answered_with_json() {
    let server = serve(billing()).await;
    let initialize = json!({ "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "t", "version": "1" } });
    let id = json!({ "name": "get_invoice", "arguments": { "id": 7 } });
    let misfit = json!({ "name": "get_invoice", "arguments": {} });
    let forbidden = json!({ "name": "refund", "arguments": {} });
    let unknown = json!({ "name": "nothing", "arguments": {} });
    let mut answers = Vec::new();
    for (method, params) in [
        ("initialize", initialize),
        ("ping", json!({})),
        ("tools/list", json!({})),
        ("tools/call", id.clone()),
        ("tools/call", misfit),
        ("tools/call", forbidden),
        ("tools/call", unknown),
        ("no/method", json!({})),
    ] {
        answers.push(server.rpc(READER, method, params).await);
    }
    for (method, params) in
        [("server/discover", json!({})), ("tools/list", json!({})), ("tools/call", id)]
    {
        answers.push(Modern::new(method, params).send(&server).await);
    }
    for answer in answers {
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
        assert_eq!(answer.json()["jsonrpc"], "2.0");
    }
}

#[tokio::test]
async fn t10_a_request_of_2026_that_names_a_session_or_an_event_is_like_any_other() {
    let server = serve(billing()).await;
    for method in ["GET", "DELETE"] {
        let headers = format!(
            "Host: {}\r\nAuthorization: Bearer {READER}\r\nMCP-Protocol-Version: 2026-07-28\r\n\
             Accept: text/event-stream\r\nMcp-Session-Id: s\r\nLast-Event-ID: 7\r\n",
            server.address
        );
        let answer = server.head(&format!("{method} /mcp"), &headers).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
        assert_eq!(answer.header("mcp-session-id"), None);
    }
    let plain = Modern::call("get_invoice", &json!({ "id": 7 }));
    let named = plain.clone().and("Mcp-Session-Id", "s").and("Last-Event-ID", "7");
    let (plain, named) = (plain.send(&server).await, named.send(&server).await);
    assert_eq!((plain.status, plain.header("mcp-session-id")), (200, None));
    assert_eq!((named.status, named.header("mcp-session-id")), (200, None));
    assert_eq!(plain.body, named.body);
}

#[tokio::test]
async fn t20_a_client_of_2026_that_goes_cancels_its_call() {
    let (tools, watch) = watched();
    let server = serve_with(Doorman::dev("b").tools(tools)).await;
    let request = Modern::call("look", &json!({}));
    let body = request.body.to_string();
    let mut head = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in &request.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let mut stream = server.open(&format!("{head}\r\n{body}")).await;
    watch.started.notified().await;
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "nothing more is sent for it");
    watch.dropped.notified().await;
    let record = server.records.wait_for(1).await.remove(0);
    assert_eq!((&record["status"], &record["reason"]), (&json!("cancelled"), &json!("cancelled")));
}
