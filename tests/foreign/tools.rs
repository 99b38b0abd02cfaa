//! What is listed, who may call it, and what the server sees.

#![expect(deprecated, reason = "what is deprecated is refused too")]

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use doorman::{Allow, Foreign, Principal, tools};
use rmcp::{
    ServiceExt as _,
    model::{
        CallToolRequestParams, CallToolResult, ContentBlock, LoggingLevel,
        LoggingMessageNotificationParam, NumberOrString, ProgressNotificationParam, ProgressToken,
    },
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::json;

use crate::support::{
    NOBODY, READER, WRITER,
    foreign::{Notes, builder, reads, served, tool},
    serve_with,
    stdio::wire,
};

fn three() -> Notes {
    Notes::new([tool("search"), tool("delete"), tool("secret")], || {
        CallToolResult::success(vec![ContentBlock::text("done")])
    })
}

async fn two_of_three(notes: Notes) -> doorman::Toolset {
    let deletes = Allow::scopes(["invoices:write"]).destructive().cost(10);
    let foreign = Foreign::new(notes).tool("search", reads()).tool("delete", deletes);
    foreign.connect().await.unwrap()
}

#[tokio::test]
async fn a_real_client_lists_and_calls_what_it_may() {
    let server = served(two_of_three(three()).await).await;
    let config = StreamableHttpClientTransportConfig::with_uri(server.url()).auth_header(READER);
    let client = ().serve(StreamableHttpClientTransport::from_config(config)).await.unwrap();
    let tools = client.list_all_tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    assert_eq!(names, ["search"]);
    assert_eq!(tools[0].description.as_deref(), Some("The tool search."));
    let annotations = tools[0].annotations.as_ref().unwrap();
    assert_eq!(annotations.read_only_hint, Some(true));
    let answer = client.call_tool(CallToolRequestParams::new("search")).await.unwrap();
    assert_eq!(answer.content[0].as_text().unwrap().text, "done");
    client.cancel().await.unwrap();
    let records = server.records.all();
    assert_eq!(records.len(), 1);
    assert_eq!((&records[0]["tool"], &records[0]["reason"]), (&json!("search"), &json!("ok")));
}

#[tokio::test]
async fn what_is_not_listed_is_unknown_and_never_reached() {
    let notes = three();
    let server = served(two_of_three(notes.clone()).await).await;
    let secret = server.call(WRITER, "secret", json!({})).await;
    let unknown = server.call(WRITER, "no-such-tool", json!({})).await;
    assert_eq!(secret.json()["error"]["code"], -32602);
    assert_eq!(secret.json()["error"]["message"], unknown.json()["error"]["message"]);
    let list = server.rpc(WRITER, "tools/list", json!({})).await.result();
    assert_eq!(list["tools"].as_array().unwrap().len(), 2);
    assert_eq!(notes.calls(), 0);
    assert_eq!(server.records.all()[0]["reason"], "not_exposed");
}

#[tokio::test]
async fn scopes_count_as_for_own_tools() {
    let notes = three();
    let server = served(two_of_three(notes.clone()).await).await;
    let refused = server.call(READER, "delete", json!({})).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains("invoices:write"));
    assert_eq!(server.call(NOBODY, "search", json!({})).await.status, 403);
    assert_eq!(server.call("", "search", json!({})).await.status, 401);
    assert_eq!(notes.calls(), 0);
    assert_eq!(server.call(WRITER, "delete", json!({})).await.text(), "done");
    let list = server.rpc(NOBODY, "tools/list", json!({})).await.result();
    assert_eq!(list["tools"], json!([]));
}

#[tokio::test]
async fn the_list_is_nobody_elses_to_keep() {
    let server = served(two_of_three(three()).await).await;
    let list = server.rpc(READER, "tools/list", json!({})).await.result();
    assert_eq!(list["cacheScope"], "private");
}

#[tokio::test]
async fn it_works_on_standard_input_unchanged() {
    let mut without = wire(builder(two_of_three(three()).await));
    let refused = without.call("search", json!({})).await;
    assert_eq!(refused["isError"], true, "{refused}");
    let named = builder(two_of_three(three()).await).stdio_principal("alice", "invoices:read");
    let mut wire = wire(named);
    let answer = wire.call("search", json!({})).await;
    assert_eq!(answer["content"][0]["text"], "done");
    let refused = wire.call("delete", json!({})).await;
    assert!(refused.to_string().contains("missing"), "{refused}");
}

#[tokio::test]
async fn arguments_are_held_against_the_pinned_schema() {
    let notes = three();
    let server = served(two_of_three(notes.clone()).await).await;
    for arguments in [json!({ "text": 7 }), json!({ "other": "x" })] {
        let answer = server.call(READER, "search", arguments).await;
        assert_eq!(answer.reason(), "invalid_arguments");
    }
    assert_eq!(notes.calls(), 0);
}

#[tokio::test]
async fn rates_and_costs_count_as_for_own_tools() {
    let allow = reads().rate("2/h per_caller").cost(4);
    let server = serve_with(builder(three().listed(allow).await).budget("100/d")).await;
    for _ in 0..2 {
        assert!(!server.call(READER, "search", json!({})).await.is_error());
    }
    assert_eq!(server.call(READER, "search", json!({})).await.reason(), "rate_limited");
    let records = server.records.all();
    assert_eq!(records[1]["cost"], 4.0);
    assert!(records[1]["remaining_budget"].as_f64().unwrap() < 93.0);
    let dear = serve_with(builder(three().listed(reads().cost(4)).await).budget("7/d")).await;
    assert!(!dear.call(READER, "search", json!({})).await.is_error());
    assert_eq!(dear.call(READER, "search", json!({})).await.reason(), "budget_exceeded");
}

/// Adds two numbers.
#[doorman::expose(public, read_only)]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

#[tokio::test]
async fn own_tools_and_another_servers_live_together_under_names_of_their_own() {
    let both = builder(two_of_three(three()).await).tools(tools![add].with_state(()));
    let server = serve_with(both).await;
    let sum = server.call(READER, "add", json!({ "a": 1, "b": 2 })).await;
    assert_eq!(sum.result()["structuredContent"], json!({ "result": 3 }));
    assert_eq!(server.call(READER, "search", json!({})).await.text(), "done");
    let notes = Notes::new([tool("add")], || CallToolResult::success(vec![]));
    let foreign = Foreign::new(notes).tool("add", reads()).connect().await.unwrap();
    let error = builder(foreign).tools(tools![add].with_state(())).build().unwrap_err();
    assert!(error.to_string().contains("two tools are named `add`"), "{error}");
}

#[tokio::test]
async fn the_server_sees_the_caller_and_neither_token_nor_headers_nor_meta() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = seen.clone();
    let notes = Notes::answering([tool("search")], move |request, context| {
        let principal = context.extensions.get::<Principal>().unwrap();
        let parts = context.extensions.get::<http::request::Parts>().is_some();
        keep.lock().unwrap().push((
            principal.subject().to_owned(),
            parts,
            context.extensions.len(),
        ));
        let said = format!(
            "{:?} {:?} {:?} {:?}",
            request.meta, context.meta, context.id, request.request_state
        );
        Box::pin(async { Ok(CallToolResult::success(vec![ContentBlock::text(said)]).into()) })
    });
    let server = served(notes.search().await).await;
    let body = json!({ "jsonrpc": "2.0", "id": "c0vert1", "method": "tools/call", "params": {
        "name": "search", "_meta": { "c0vert1": "c0vert1", "progressToken": "c0vert1" },
        "requestState": "c0vert1", "inputResponses": { "c0vert1": {} } } });
    let headers =
        format!("Authorization: Bearer {READER}\r\nCookie: c0vert1\r\nX-Secret: c0vert1\r\n");
    let answer = server.post_with(&headers, &body.to_string()).await;
    assert!(!answer.text().contains("c0vert1"), "{answer:?}");
    assert_eq!(*seen.lock().unwrap(), [("reader".to_owned(), false, 1)]);
}

#[tokio::test]
async fn nothing_that_the_server_sends_by_itself_reaches_the_client() {
    let notes = Notes::answering([tool("search")], |_, context| {
        Box::pin(async move {
            let peer = &context.peer;
            let log = LoggingMessageNotificationParam::new(LoggingLevel::Error, json!("c0vert1"));
            let progress =
                ProgressNotificationParam::new(ProgressToken(NumberOrString::Number(1)), 1.0);
            let sent = [
                peer.notify_logging_message(log).await.is_ok(),
                peer.notify_progress(progress).await.is_ok(),
                peer.notify_tool_list_changed().await.is_ok(),
                peer.list_roots().await.is_ok(),
            ];
            let said = format!("{sent:?} {:?}", peer.peer_info().is_some());
            Ok(CallToolResult::success(vec![ContentBlock::text(said)]).into())
        })
    });
    let server = served(notes.clone().search().await).await;
    let answer = server.call(READER, "search", json!({})).await;
    assert_eq!(answer.text(), "[false, false, false, false] false");
    assert!(!answer.body.contains("c0vert1") && answer.body.starts_with('{'));
    let mut wire = wire(builder(notes.search().await).stdio_principal("a", "invoices:read"));
    let answer = wire.call("search", json!({})).await;
    assert!(answer.to_string().contains("[false, false, false, false]"), "{answer}");
}

#[tokio::test]
async fn every_request_to_the_server_has_a_number_of_its_own() {
    let notes = Notes::answering([tool("search")], |_, context| {
        let number = ContentBlock::text(context.id.to_string());
        Box::pin(async { Ok(CallToolResult::success(vec![number]).into()) })
    });
    let server = served(notes.search().await).await;
    let first = server.call(READER, "search", json!({})).await.text();
    assert_ne!(first, server.call(READER, "search", json!({})).await.text());
}

#[tokio::test(start_paused = true)]
async fn servers_that_do_not_answer_leave_the_list_within_ten_seconds_and_no_other() {
    let stuck = |name| {
        let mut notes = Notes::new([tool(name)], || CallToolResult::success(vec![]));
        notes.by_name = false;
        notes
    };
    let (one, other) = (stuck("one"), stuck("other"));
    let mut builder = builder(Notes::saying("a note").search().await);
    for (name, notes) in [("one", &one), ("other", &other)] {
        let foreign = Foreign::new(notes.clone()).tool(name, reads());
        builder = builder.tools(foreign.connect().await.unwrap());
        notes.stuck.store(true, Ordering::SeqCst);
    }
    let mut wire = wire(builder.stdio_principal("a", "invoices:read"));
    let began = tokio::time::Instant::now();
    let list = wire.rpc("tools/list", json!({})).await;
    assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
    let tools = list["result"]["tools"].as_array().unwrap();
    assert!(tools.len() == 1 && tools[0]["name"] == "search", "{list}");
}
