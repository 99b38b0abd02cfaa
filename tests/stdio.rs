//! Standard input and output: one caller, the same guard.

use std::{future::pending, time::Duration};

use doorman::{Doorman, DoormanBuilder, Listing, expose, private::Server, tools};
use rmcp::{
    ServiceExt as _,
    model::{CallToolRequestParams, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt as _, serve_directly},
};
use serde_json::{Value, json};
use tokio::io::duplex;

use crate::{
    cancellation::watched,
    failures::failing,
    support::{
        ANY_RATE,
        billing::billing,
        stdio::{Wire, build, reason, text, wire, wire_of},
    },
};

/// A server of which the test's own environment says nothing.
pub fn plain() -> DoormanBuilder {
    Doorman::builder("billing").version("7.1").environment([] as [(&str, &str); 0])
}

pub fn anonymous() -> DoormanBuilder {
    plain().tools(billing())
}

fn reader() -> DoormanBuilder {
    anonymous().stdio_principal("alice", "invoices:read")
}

/// The result of one call, and its record.
pub async fn one(builder: DoormanBuilder, tool: &str, arguments: Value) -> (Value, Value) {
    let mut wire = wire(builder);
    let result = wire.call(tool, arguments).await;
    let mut records = wire.records.all();
    assert_eq!(records.len(), 1, "one record of one attempt");
    (result, records.remove(0))
}

pub fn ended(record: &Value) -> [&str; 3] {
    ["transport", "status", "reason"].map(|field| record[field].as_str().unwrap())
}

#[tokio::test]
async fn a_call_that_goes_well_is_answered_and_recorded() {
    let (result, record) = one(reader(), "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(result["structuredContent"], json!({ "id": 7, "caller": "alice" }));
    assert_eq!(text(&result), r#"{"id":7,"caller":"alice"}"#);
    assert_eq!(ended(&record), ["stdio", "ok", "ok"]);
    assert_eq!((&record["caller"], &record["peer"]), (&json!("alice"), &Value::Null));
}

#[tokio::test]
async fn a_missing_scope_is_told_in_words() {
    let (result, record) = one(reader(), "refund", json!({ "id": 7, "amount": 1 })).await;
    assert_eq!(text(&result), "forbidden: missing scope `invoices:write`");
    assert_eq!(reason(&result), "forbidden:scope");
    assert_eq!(ended(&record), ["stdio", "denied", "forbidden:scope"]);
}

#[tokio::test]
async fn nobody_may_call_public_tools_only() {
    let (result, record) = one(anonymous(), "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(text(&result), "unauthorized: this tool needs a token with scope `invoices:read`");
    assert_eq!(ended(&record), ["stdio", "denied", "unauthorized"]);
    assert_eq!(record["caller"], "anonymous");
    let (result, record) = one(anonymous(), "ping", json!({})).await;
    assert_eq!((text(&result), reason(&result)), ("pong", ""));
    assert_eq!(ended(&record), ["stdio", "ok", "ok"]);
}

#[tokio::test]
async fn an_unknown_tool_and_a_malformed_call_are_errors_and_recorded() {
    let mut wire = wire(reader());
    let unknown = wire.rpc("tools/call", json!({ "name": "SENTINEL x", "arguments": {} })).await;
    assert_eq!(unknown["error"]["code"], -32602);
    let malformed = wire.rpc("tools/call", json!({ "nome": "SENTINEL" })).await;
    assert_eq!(malformed["error"]["code"], -32602);
    assert!(
        !unknown.to_string().contains("SENTINEL") && !malformed.to_string().contains("SENTINEL")
    );
    let records = wire.records.all();
    assert_eq!(records.len(), 2);
    for record in &records {
        assert_eq!(ended(record), ["stdio", "error", "not_exposed"]);
        assert_eq!(record["caller"], "alice");
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_told_without_values() {
    let (result, record) = one(reader(), "get_invoice", json!({ "id": "SENTINEL" })).await;
    assert_eq!(reason(&result), "invalid_arguments");
    assert!(text(&result).contains("`id`") && !result.to_string().contains("SENTINEL"), "{result}");
    assert_eq!(ended(&record), ["stdio", "error", "invalid_arguments"]);
}

#[tokio::test]
async fn a_call_too_fast_and_one_over_budget_are_told_with_a_time_to_try_again() {
    for (builder, expected, words) in [
        (anonymous().rate_limit("1/h"), "rate_limited", "rate_limited"),
        (
            anonymous().budget("1.5/h"),
            "budget_exceeded",
            "budget_exceeded: this call costs 1 and 0.5 remain",
        ),
    ] {
        let mut wire = wire(builder);
        assert_eq!(text(&wire.call("ping", json!({})).await), "pong");
        let result = wire.call("ping", json!({})).await;
        assert_eq!((&result["isError"], reason(&result)), (&json!(true), expected));
        assert!(text(&result).starts_with(words), "{result}");
        let seconds = &result["_meta"]["doorman/refusal"]["retry_after_seconds"];
        assert!((1..=3600).contains(&seconds.as_u64().unwrap()));
        let retry = format!("retry after {seconds} s (retry_after_seconds={seconds})");
        assert!(text(&result).ends_with(&retry), "{result}");
        assert!(result.get("structuredContent").is_none());
        assert_eq!(ended(&wire.records.all()[1]), ["stdio", expected, expected]);
    }
}

#[tokio::test]
async fn too_many_refused_attempts_of_every_kind_are_told_with_a_time_to_try_again() {
    let mut wire = wire(reader());
    for _ in 0..60 {
        wire.call("refund", json!({})).await;
    }
    for params in [
        json!({ "name": "refund" }),
        json!({ "name": "get_invoice", "arguments": { "id": 7 } }),
        json!({ "name": "nothing" }),
        json!({ "nome": "refund" }),
    ] {
        let result = wire.rpc("tools/call", params).await["result"].take();
        assert_eq!(
            (text(&result), reason(&result)),
            (
                "rate_limited: retry after 1 s (retry_after_seconds=1); too many attempts were refused",
                "refusals"
            )
        );
    }
    let records = wire.records.all();
    let merged = &records[60..];
    assert!(merged.iter().all(|record| ended(record) == ["stdio", "rate_limited", "refusals"]));
    assert_eq!(merged.iter().map(|record| record["count"].as_u64().unwrap_or(1)).sum::<u64>(), 4);
}

#[tokio::test]
async fn a_tool_that_fails_is_told_of_as_over_http() {
    for (how, expected, words) in [
        ("4xx", "handler_error", "already paid"),
        ("5xx", "handler_error", "handler_error: the tool failed; trying again may help"),
        ("panic", "panic", "panic: the tool failed"),
        ("shape", "bad_output", "bad_output: the tool answered in an undeclared shape"),
        ("large", "too_large", "too_large: the result is too large; ask for less"),
        ("endless", "too_large", "too_large: the result is too large; ask for less"),
    ] {
        let builder = plain().tools(failing()).result_limit(1_000);
        let (result, record) = one(builder, "fail", json!({ "how": how })).await;
        assert_eq!((reason(&result), text(&result)), (expected, words), "{how}");
        assert_eq!(ended(&record), ["stdio", "error", expected], "{how}");
        assert!(!result.to_string().contains("SENTINEL"), "{how}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_slow_ends_at_its_timeout() {
    let (result, record) = one(plain().tools(failing()), "slow", json!({})).await;
    assert_eq!(reason(&result), "timeout");
    assert_eq!(ended(&record), ["stdio", "error", "timeout"]);
}

#[tokio::test]
async fn a_list_shows_what_its_caller_may_call() {
    assert_eq!(wire(anonymous()).list().await, ["ping"]);
    assert_eq!(wire(reader()).list().await, ["get_invoice", "search", "ping"]);
    assert_eq!(wire(anonymous().listing(Listing::All)).list().await.len(), 4);
    let list = wire(reader()).rpc("tools/list", json!({})).await;
    assert_eq!(list["result"]["cacheScope"], "private");
}

#[tokio::test]
async fn everything_but_tools_is_refused_and_never_answered_with_an_empty_list() {
    let mut wire = wire(reader());
    for (method, params) in [
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "x" })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "file:///etc/passwd" })),
        ("resources/subscribe", json!({ "uri": "file:///etc/passwd" })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "x" }, "argument": { "name": "a", "value": "b" } }),
        ),
        ("logging/setLevel", json!({ "level": "debug" })),
        ("tasks/get", json!({ "taskId": "1" })),
        ("skills/list", json!({})),
        ("SENTINEL/own", json!({ "a": "SENTINEL" })),
    ] {
        let answer = wire.rpc(method, params).await;
        assert!(answer["error"]["code"].as_i64().is_some_and(|code| code <= -32601), "{answer}");
        assert!(answer.get("result").is_none() && !answer.to_string().contains("SENTINEL"));
    }
    assert_eq!(wire.rpc("ping", json!({})).await["result"], json!({}));
}

#[tokio::test]
async fn a_real_client_of_old_and_of_2026_lists_and_calls() {
    let discover = || ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
    };
    for lifecycle in [None, Some(discover())] {
        let (_, doorman) = build(reader());
        let (client, server) = duplex(1 << 16);
        let (read, write) = tokio::io::split(server);
        let serving = tokio::spawn(doorman::private::serve_io(doorman, read, write));
        let client = match lifecycle {
            None => ().serve(client).await.unwrap(),
            Some(mode) => ().serve_with_lifecycle(client, mode).await.unwrap(),
        };
        assert_eq!(client.list_all_tools().await.unwrap().len(), 3);
        let arguments = json!({ "id": 7 }).as_object().unwrap().clone();
        let invoice = CallToolRequestParams::new("get_invoice").with_arguments(arguments);
        let invoice = client.call_tool(invoice).await.unwrap();
        assert_eq!(invoice.structured_content, Some(json!({ "id": 7, "caller": "alice" })));
        client.cancel().await.unwrap();
        serving.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_handshake_shows_our_name_and_version_and_tools_only() {
    let mut wire = wire(anonymous());
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let shown = wire.rpc("initialize", params).await["result"].take();
    assert_eq!(shown["serverInfo"], json!({ "name": "billing", "version": "7.1" }));
    assert_eq!(shown["capabilities"], json!({ "tools": {} }));
    assert_eq!(shown["protocolVersion"], "2025-11-25");
}

#[tokio::test]
async fn what_comes_without_a_gate_has_nobody_behind_it() {
    let (records, doorman) = build(reader());
    let (client, server) = duplex(1 << 16);
    let _serving = serve_directly(Server::new(doorman), server, None);
    let client = ().serve(client).await.unwrap();
    assert!(client.call_tool(CallToolRequestParams::new("ping")).await.is_err());
    assert!(client.list_all_tools().await.is_err());
    assert_eq!(records.all().len(), 0);
}

#[tokio::test]
async fn a_cancelled_call_is_dropped_without_an_answer_and_recorded() {
    let (tools, watch) = watched();
    let mut wire = wire(plain().tools(tools));
    wire.request(5, "tools/call", json!({ "name": "look" })).await;
    watch.started.notified().await;
    wire.cancel(5).await;
    watch.dropped.notified().await;
    assert_eq!(ended(&wire.records.wait_for(1).await[0]), ["stdio", "cancelled", "cancelled"]);
    assert_eq!(wire.rpc("ping", json!({})).await["result"], json!({}));
    assert_eq!(wire.end().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_destructive_call_that_is_cancelled_runs_to_its_end_also_where_the_input_ends() {
    let (tools, watch) = watched();
    let mut wire = wire(plain().tools(tools).stdio_principal("alice", "erase"));
    wire.request(5, "tools/call", json!({ "name": "erase" })).await;
    watch.started.notified().await;
    wire.cancel(5).await;
    wire.end_input().await;
    watch.may_end.add_permits(1);
    let records = wire.records.clone();
    assert_eq!(wire.end().await, Vec::<Value>::new());
    let record = records.all().remove(0);
    assert_eq!(ended(&record), ["stdio", "cancelled", "cancelled"]);
    assert_eq!(record["end"], "ok");
}

/// Never answers.
#[expose(scopes = ["wait"], destructive)]
async fn wait() -> String {
    pending().await
}

/// Never answers.
#[expose(public, read_only, timeout = "10m")]
async fn linger() -> String {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_lets_calls_end_within_their_timeouts() {
    let tools = tools![wait, linger].with_state(());
    let mut wire = wire(plain().tools(tools).stdio_principal("alice", "wait"));
    for (id, tool) in [(1, "wait"), (2, "linger")] {
        wire.request(id, "tools/call", json!({ "name": tool })).await;
    }
    let records = wire.records.clone();
    let answers = wire.end().await;
    for (answer, id) in answers.iter().zip([1, 2]) {
        assert_eq!((&answer["id"], reason(&answer["result"])), (&json!(id), "timeout"));
    }
    assert_eq!((answers.len(), records.all().len()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_lets_answers_be_written() {
    let mut wire = wire_of(reader(), 256);
    wire.request(1, "tools/list", json!({})).await;
    wire.end_input().await;
    // One step after the other, so that the server takes part.
    for _ in 0..300 {
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert!(!wire.serving.is_finished());
    let answers = wire.end().await;
    assert_eq!(answers[0]["result"]["tools"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_server_that_nobody_asks_ends_with_its_input() {
    assert_eq!(wire(anonymous()).end().await, Vec::<Value>::new());
}

async fn still_serves(wire: &mut Wire) {
    wire.request(99, "tools/call", json!({ "name": "ping" })).await;
    loop {
        let message = wire.read().await.expect("the server goes on");
        if message["id"] == 99 {
            assert_eq!(text(&message["result"]), "pong");
            return;
        }
        assert!(message["error"]["code"].is_i64(), "{message}");
    }
}

#[tokio::test]
async fn no_line_ends_the_server() {
    let mut wire = wire(anonymous().rate_limit(ANY_RATE));
    let deep = "[".repeat(5_000);
    for line in [
        "",
        "{",
        "null",
        "SENTINEL",
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/SENTINEL"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        &deep,
    ] {
        wire.send(line).await;
        still_serves(&mut wire).await;
    }
    wire.send(b"\xff\xfe{}").await;
    still_serves(&mut wire).await;
    assert_eq!(wire.records.all().len(), 13);
}

#[tokio::test]
async fn a_line_over_the_body_limit_is_dropped_and_the_next_one_served() {
    let line = |id: u64, len: usize| {
        let head = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping","x":""#);
        format!("{head}{}\"}}", "x".repeat(len - head.len() - 2))
    };
    let mut wire = wire(anonymous().body_limit(1_000));
    for (id, len) in [(1, 1_001), (2, 100_000), (3, 1_000)] {
        let line = line(id, len);
        assert_eq!(line.len(), len);
        wire.send(line).await;
    }
    assert_eq!(wire.read().await.unwrap()["id"], 3);
}

#[tokio::test]
async fn two_requests_of_one_id_do_not_keep_the_server() {
    let (tools, watch) = watched();
    let mut wire = wire(plain().tools(tools));
    for _ in 0..2 {
        wire.request(5, "tools/call", json!({ "name": "look" })).await;
        watch.started.notified().await;
    }
    watch.may_end.add_permits(2);
    let records = wire.records.clone();
    assert_eq!(wire.end().await.len(), 1);
    assert_eq!(records.all().len(), 2);
}
