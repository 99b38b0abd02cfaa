//! Plain calls take a short way past rmcp (`doorman/src/server/plain.rs`), and nobody can tell: the same
//! message is sent twice, once with one more media type in `Accept`, which is rmcp's to read.

use doorman::{Doorman, private};
use http::{HeaderMap, HeaderValue, header};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    cancellation::watched,
    support::{READER, Response, Server, WRITER, billing::billing, oauth, serve, serve_with},
};

const MODERN: &str = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n";

/// The answers of the short way and of rmcp's, each with its audit record.
async fn both_ways(server: &Server, headers: &str, body: &str) -> [(Response, Value); 2] {
    let mut answers = Vec::new();
    for more in ["", ", text/plain"] {
        let before = server.records.all().len();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream{more}\r\n{headers}Content-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            server.address,
            body.len(),
        );
        let answer = server.send(&request).await;
        let mut records = server.records.all().split_off(before);
        for record in &mut records {
            for changing in ["time", "request_id", "duration_ms", "latency_ms", "sequence"] {
                record.as_object_mut().unwrap().remove(changing);
            }
        }
        answers.push((answer, records.into()));
    }
    answers.try_into().unwrap()
}

/// An answer as far as two answers to one message agree.
fn told(answer: &Response) -> (u16, Option<String>, Option<String>, String) {
    let header = |name| answer.header(name).map(ToOwned::to_owned);
    let body = match serde_json::from_str::<Value>(&answer.body) {
        Ok(mut body) => {
            for way in ["/result/_meta/doorman~1refusal/request_id", "/error/data/request_id"] {
                if let Some(id) = body.pointer_mut(way) {
                    *id = "".into();
                }
            }
            body.to_string()
        }
        Err(_) => answer.body.clone(),
    };
    (answer.status, header("content-type"), header("www-authenticate"), body)
}

async fn alike(server: &Server, headers: &str, body: &str) -> u16 {
    let [(short, short_record), (long, long_record)] = both_ways(server, headers, body).await;
    assert_eq!(told(&short), told(&long), "{headers}{body}");
    assert_eq!(short_record, long_record, "{headers}{body}");
    short.status
}

fn old(params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string()
}

fn new(name: &str, arguments: &Value) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
    });
    old(&json!({ "name": name, "arguments": arguments, "_meta": meta }))
}

/// What is called, and how.
fn calls() -> Vec<(&'static str, Value)> {
    vec![
        ("get_invoice", json!({ "id": 7 })),
        ("get_invoice", json!({ "id": 7.0 })),
        ("get_invoice", json!({ "id": 0 })),
        ("get_invoice", json!({ "id": "x" })),
        ("get_invoice", json!({ "id": 7, "more": 1 })),
        ("get_invoice", json!({})),
        ("search", json!({ "text": "a\u{e9}\u{1f600}\"\\", "limit": 3 })),
        ("refund", json!({ "id": 7, "amount": 1.5 })),
        ("ping", json!({})),
        ("erase", json!({})),
        ("", json!({})),
    ]
}

/// Headers of a call in this version.
fn headers(version: Option<&'static str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let both = HeaderValue::from_static("text/event-stream,application/json");
    headers.insert(header::ACCEPT, both);
    if let Some(version) = version {
        headers.insert("mcp-protocol-version", HeaderValue::from_static(version));
    }
    headers
}

#[test]
fn plain_calls_take_the_short_way_and_nothing_else_does() {
    let doorman = Doorman::builder("billing").auth(oauth()).tools(billing()).build().unwrap();
    let server = private::Server::new(doorman);
    let is_plain = |headers: &HeaderMap, body: &str| {
        private::Server::may_be_plain(headers) && server.plain(headers, body.as_bytes()).is_some()
    };
    let call = old(&json!({ "name": "get_invoice", "arguments": { "id": "x" } }));
    for version in [None, Some("2024-11-05"), Some("2025-11-25")] {
        assert!(is_plain(&headers(version), &call), "{version:?}");
        assert!(!is_plain(&headers(version), &new("ping", &json!({}))), "{version:?}");
        assert!(!is_plain(&headers(version), &old(&json!({ "name": "erase" }))));
        let list = |params: &str| {
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{params}}}"#)
        };
        assert!(is_plain(&headers(version), &list("{}")));
        assert!(!is_plain(&headers(version), &list(r#"{"cursor":"a"}"#)));
    }
    let mut modern = headers(Some("2026-07-28"));
    modern.insert("mcp-method", HeaderValue::from_static("tools/call"));
    modern.insert("mcp-name", HeaderValue::from_static("ping"));
    assert!(is_plain(&modern, &new("ping", &json!({}))));
    assert!(!is_plain(&modern, &new("search", &json!({}))));
    assert!(!is_plain(&modern, &old(&json!({ "name": "ping" }))));
    for (name, value) in [("mcp-param-a", "b"), ("accept", "text/html"), ("mcp-name", "ping")] {
        let mut more = modern.clone();
        more.append(name, HeaderValue::from_static(value));
        assert!(!is_plain(&more, &new("ping", &json!({}))), "{name}");
    }
    for content_type in ["application/json; charset=utf-8", "text/plain"] {
        let mut other = headers(None);
        other.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        assert!(!is_plain(&other, &call), "{content_type}");
    }
}

#[tokio::test]
async fn every_outcome_is_told_alike_in_every_version() {
    let mut statuses = Vec::new();
    for (name, arguments) in calls() {
        // Of one server, a caller's refused attempts are few.
        let server = serve(billing()).await;
        // Bad tokens are few, so that is tried once.
        let stranger = (name == "ping").then_some("stranger");
        for token in [READER, WRITER].into_iter().chain(stranger) {
            let token = format!("Authorization: Bearer {token}\r\n");
            let message = old(&json!({ "name": name, "arguments": arguments }));
            let list = r#"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#;
            for version in
                ["", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
            {
                let line = format!("MCP-Protocol-Version: {version}\r\n");
                let version = if version.is_empty() { "" } else { &line };
                for message in [&*message, list] {
                    statuses.push(alike(&server, &format!("{token}{version}"), message).await);
                }
            }
            let headers = format!("{token}{MODERN}Mcp-Name: {name}\r\n");
            statuses.push(alike(&server, &headers, &new(name, &arguments)).await);
            let headers = format!("{token}{}", MODERN.replace("call", "list"));
            let list = new(name, &arguments).replace("tools/call", "tools/list");
            let mut list: Value = serde_json::from_str(&list).unwrap();
            list["params"].as_object_mut().unwrap().retain(|name, _| name == "_meta");
            statuses.push(alike(&server, &headers, &list.to_string()).await);
        }
    }
    for status in [200, 400, 401, 403] {
        assert!(statuses.contains(&status), "{status} {statuses:?}");
    }
}

#[tokio::test]
async fn what_is_nearly_a_plain_call_is_told_alike() {
    let server = serve(billing()).await;
    let token = format!("Authorization: Bearer {READER}\r\n");
    let message = |id: &str, params: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
    };
    let call = r#"{"name":"get_invoice","arguments":{"id":7}}"#;
    let mut bodies: Vec<String> = [
        "1",
        "\"a\"",
        "null",
        "1.5",
        "1.0",
        "-1",
        "18446744073709551615",
        "[]",
        "true",
        "\"\\u0000\"",
    ]
    .map(|id| message(id, call))
    .into();
    bodies.extend(
        [
            r#"{"name":"get_invoice","arguments":null}"#,
            r#"{"name":"get_invoice","arguments":[7]}"#,
            r#"{"name":"get_invoice","arguments":{"id":1,"id":7}}"#,
            r#"{"name":"ping"}"#,
            r#"{"name":"ping","name":"get_invoice","arguments":{"id":7}}"#,
            r#"{"name":"ping","task":{}}"#,
            r#"{"name":"ping","inputResponses":{},"requestState":"x"}"#,
            r#"{"name":"ping","_meta":{"progressToken":1}}"#,
            r#"{"name":"ping","_meta":{"progressToken":[1]}}"#,
            r#"{"name":"ping","_meta":null}"#,
            r#"{"name":"ping","_meta":{"io.modelcontextprotocol/protocolVersion":"2025-06-18"}}"#,
            r#"{"name":"ping","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#,
            r#"{"name":"ping","_meta":{"io.modelcontextprotocol/protocolVersion":7}}"#,
            r#"{"name":"p\u0069ng"}"#,
            r#"{"name":7}"#,
            r#"{"nome":"ping"}"#,
            r#"["ping"]"#,
            r#"["get_invoice",{"id":7},{}]"#,
            r#"[{},"get_invoice",{"id":7}]"#,
            r#"[null,"ping"]"#,
            r#"{"name":"ping","_meta":[]}"#,
            r#"{"name":"ping","arguments":[]}"#,
            "{}",
            "[]",
            "null",
        ]
        .map(|params| message("1", params)),
    );
    bodies.extend(
        [
            r#"{"id":1,"method":"tools/call","params":{"name":"ping"}}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"ping"}}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"ping"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/call","params":{"name":"ping"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"ping"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"},"more":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"}} x"#,
            r#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"}}]"#,
            r#"["2.0",1,"tools/call",{"name":"ping"}]"#,
            r#"["2.0",1,"tools/call",["ping"]]"#,
            r#"["2.0",1,"tools/list"]"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"a"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"ping"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","method":"tools/list"}"#,
            "",
            "{",
        ]
        .map(ToOwned::to_owned),
    );
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    bodies.push(message("1", &format!(r#"{{"name":"ping","arguments":{{"a":{deep}}}}}"#)));
    for body in bodies {
        alike(&server, &token, &body).await;
    }
}

#[tokio::test]
async fn headers_that_only_rmcp_knows_are_told_alike() {
    let server = serve(billing()).await;
    let token = format!("Authorization: Bearer {READER}\r\n");
    let message = new("ping", &json!({}));
    for headers in [
        "MCP-Protocol-Version: 2026-07-28\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\nMcp-Name: ping\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: search\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: =?base64?cGluZw==?=\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: ping\r\nMcp-Name: ping\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: ping\r\nMcp-Param-A: b\r\n",
        "MCP-Protocol-Version: 2026-07-28\r\nMCP-Protocol-Version: 2025-06-18\r\nMcp-Method: tools/call\r\nMcp-Name: ping\r\n",
        "MCP-Protocol-Version: 2025-11-25\r\nMcp-Method: tools/call\r\nMcp-Name: ping\r\n",
        "MCP-Protocol-Version: 2027-01-01\r\n",
        "MCP-Protocol-Version: \u{e9}\r\n",
        "Mcp-Session-Id: a\r\nLast-Event-ID: 7\r\n",
    ] {
        alike(&server, &format!("{token}{headers}"), &message).await;
        alike(&server, &format!("{token}{headers}"), &old(&json!({ "name": "ping" }))).await;
    }
}

/// Who hangs up leaves the same record on both ways.
#[tokio::test]
async fn callers_that_are_gone_are_recorded_alike() {
    for tool in ["look", "erase"] {
        let mut records = Vec::new();
        for more in ["", ", text/plain"] {
            let (tools, watch) = watched();
            let server =
                serve_with(Doorman::dev("b").budget("9/day per_caller").tools(tools)).await;
            let body = old(&json!({ "name": tool }));
            let mut stream = server
                .open(&format!(
                    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                     Accept: application/json, text/event-stream{more}\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                ))
                .await;
            watch.started.notified().await;
            stream.shutdown().await.unwrap();
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
            watch.may_end.add_permits(1);
            let mut record = server.records.wait_for(1).await.remove(0);
            for changing in ["time", "request_id", "duration_ms"] {
                record.as_object_mut().unwrap().remove(changing);
            }
            records.push(record);
        }
        assert_eq!(records[0], records[1]);
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn whatever_the_arguments_are() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let token = format!("Authorization: Bearer {READER}\r\n");
    proptest!(ProptestConfig::with_cases(128), |(
        name in prop_oneof![Just("search".to_owned()), Just("get_invoice".to_owned()), ".{0,8}"],
        first in prop_oneof![Just("text"), Just("id"), Just("limit")],
        one in value(),
        other in value(),
    )| {
        let arguments = json!({ first: one, "limit": other });
        let message = old(&json!({ "name": name, "arguments": arguments }));
        runtime.block_on(async { alike(&serve(billing()).await, &token, &message).await });
    });
}
