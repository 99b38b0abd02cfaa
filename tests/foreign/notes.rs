//! What another server's tool says before its result.

#![expect(deprecated, reason = "there is nothing else before MCP 2026-07-28")]

use std::sync::{Arc, Mutex};

use doorman::Allow;
use futures_util::future::BoxFuture;
use rmcp::{
    Peer, RoleServer,
    model::{
        CallToolResult, ContentBlock, LoggingLevel, LoggingMessageNotificationParam,
        NumberOrString, ProgressNotificationParam, ProgressToken, ResourceUpdatedNotificationParam,
        ServerRequest,
    },
};
use serde_json::{Value, json};

use super::methods::{modern, modern_with};
use crate::support::{
    READER, Server,
    foreign::{Context, Notes, builder, reads, served, tool},
    stdio::wire,
};

const MAIL: &str = "c0vert1@example.com";

fn saying(
    say: impl Fn(Context) -> BoxFuture<'static, String> + Send + Sync + Clone + 'static,
) -> Notes {
    Notes::answering([tool("search")], move |_, context| {
        let said = say(context);
        Box::pin(async { Ok(CallToolResult::success(vec![ContentBlock::text(said.await)]).into()) })
    })
}

async fn log(peer: &Peer<RoleServer>, level: LoggingLevel, data: Value) -> bool {
    let params =
        LoggingMessageNotificationParam::new(level, data).with_logger(format!("of {MAIL}"));
    peer.notify_logging_message(params).await.is_ok()
}

/// Says everything that it may, and something that it may not.
fn chatty() -> Notes {
    saying(|context| {
        Box::pin(async move {
            let secret = json!({ "password": "c0vert1", "note": format!("from {MAIL}") });
            for level in [LoggingLevel::Debug, LoggingLevel::Info, LoggingLevel::Error] {
                log(&context.peer, level, secret.clone()).await;
            }
            let token = context.meta.get_progress_token();
            for token in
                token.iter().cloned().chain([ProgressToken(NumberOrString::String("other".into()))])
            {
                let params = ProgressNotificationParam::new(token, 1.0)
                    .with_total(2.0)
                    .with_message(format!("asking {MAIL}"));
                let _ = context.peer.notify_progress(params).await;
            }
            format!("{}", token.is_some())
        })
    })
}

async fn serving(notes: Notes, allow: Allow) -> Server {
    served(notes.listed(allow).await).await
}

fn search(meta: &Value) -> Value {
    json!({ "name": "search", "arguments": {}, "_meta": meta })
}

#[tokio::test]
async fn what_a_tool_says_comes_before_its_result_redacted_and_is_recorded_with_it() {
    let server = serving(chatty(), reads().notifies()).await;
    let meta = json!({ "progressToken": "mine" });
    let answer = server.rpc(READER, "tools/call", search(&meta)).await;
    let events = answer.events();
    let methods: Vec<_> = events.iter().map(|event| event["method"].as_str()).collect();
    let [log, progress] = ["notifications/message", "notifications/progress"].map(Some);
    assert_eq!(methods, [log, log, progress, None], "{answer:?}");
    let data = json!({ "password": "«redacted»", "note": "from «redacted»" });
    let said = json!({ "level": "info", "logger": "of «redacted»", "data": data });
    assert_eq!(events[0]["params"], said);
    assert_eq!(events[1]["params"]["level"], "error");
    let step = json!({ "progressToken": "mine", "progress": 1.0, "total": 2.0, "message": "asking «redacted»" });
    assert_eq!(events[2]["params"], step);
    assert_eq!(events[3]["result"]["content"][0]["text"], "true");
    assert!(!answer.body.contains("c0vert1"), "{answer:?}");
    let records = server.records.all();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["redactions"]["key"], 2, "{records:?}");
}

#[tokio::test]
async fn a_stream_is_passed_on_as_it_comes() {
    let server = serving(chatty(), reads().notifies()).await;
    let meta = json!({ "progressToken": "mine" });
    let answer = modern_with(&server, "tools/call", search(&json!({})), meta).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{answer:?}");
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn nothing_is_said_unless_it_is_listed() {
    let server = serving(chatty(), reads()).await;
    let meta = json!({ "progressToken": "mine", "logLevel": "debug" });
    for answer in [
        server.rpc(READER, "tools/call", search(&meta)).await,
        modern_with(&server, "tools/call", search(&json!({})), meta.clone()).await,
    ] {
        assert_eq!(answer.text(), "false");
    }
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let hello = server.rpc(READER, "initialize", hello).await.result();
    assert_eq!(hello["capabilities"], json!({ "tools": {} }));
    let level = json!({ "level": "debug" });
    let refused = server.rpc(READER, "logging/setLevel", level).await;
    assert_eq!(refused.json()["error"]["code"], -32601);
}

#[tokio::test]
async fn what_nobody_asked_for_is_not_said() {
    let server = serving(chatty(), reads().notifies()).await;
    let quiet = modern_with(&server, "tools/call", search(&json!({})), json!({})).await;
    assert_eq!(quiet.text(), "false");
    let meta = json!({ "logLevel": "warning" });
    let graver = modern_with(&server, "tools/call", search(&json!({})), meta).await;
    let levels: Vec<_> =
        graver.events().iter().map(|event| event["params"]["level"].clone()).collect();
    assert_eq!(levels, [json!("error"), Value::Null], "{graver:?}");
}

#[tokio::test]
async fn a_level_is_kept_where_there_is_one_caller_and_nowhere_else() {
    let level = json!({ "level": "error" });
    let server = serving(chatty(), reads().notifies()).await;
    let kept = server.rpc(READER, "logging/setLevel", level.clone()).await;
    assert_eq!(kept.result(), json!({}));
    let answer = server.rpc(READER, "tools/call", search(&json!({}))).await;
    assert_eq!(answer.events().len(), 3, "{answer:?}");
    let refused = modern(&server, "logging/setLevel", level.clone()).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (404, &json!(-32601)));

    let tools = chatty().listed(reads().notifies()).await;
    let mut wire = wire(builder(tools).stdio_principal("a", "invoices:read"));
    assert_eq!(wire.rpc("logging/setLevel", level).await["result"], json!({}));
    wire.request(1, "tools/call", search(&json!({}))).await;
    let said = wire.read().await.unwrap();
    assert_eq!(said["params"]["level"], "error", "{said}");
    assert_eq!(wire.read().await.unwrap()["id"], 1);
}

#[tokio::test]
async fn nothing_else_passes_the_line_of_a_tool() {
    let notes = saying(|context| {
        Box::pin(async move {
            let peer = &context.peer;
            let sample = json!({ "method": "sampling/createMessage", "params": { "messages": [], "maxTokens": 1 } });
            let form = json!({ "method": "elicitation/create", "params": { "mode": "form", "message": "?",
                "requestedSchema": { "type": "object", "properties": {} } } });
            let mut heard = Vec::new();
            for asked in
                [sample, form, json!({ "method": "roots/list" }), json!({ "method": "ping" })]
            {
                let asked: ServerRequest = serde_json::from_value(asked).unwrap();
                heard.push(peer.send_request(asked).await.is_ok());
            }
            let _ = peer.notify_tool_list_changed().await;
            let _ = peer.notify_prompt_list_changed().await;
            let _ = peer.notify_resource_list_changed().await;
            let update = ResourceUpdatedNotificationParam::new("notes://a");
            let _ = peer.notify_resource_updated(update).await;
            format!("{heard:?}")
        })
    });
    let server = serving(notes, reads().notifies()).await;
    let answer = server.rpc(READER, "tools/call", search(&json!({ "progressToken": 1 }))).await;
    assert_eq!(answer.text(), "[false, false, false, false]");
}

#[tokio::test]
async fn what_is_too_much_is_dropped() {
    let notes = saying(|context| {
        Box::pin(async move {
            let large = "x".repeat(20_000);
            log(&context.peer, LoggingLevel::Info, json!(large)).await;
            for count in 0..1_200 {
                log(&context.peer, LoggingLevel::Info, json!(count)).await;
            }
            "done".into()
        })
    });
    let server = serving(notes, reads().notifies()).await;
    let answer = server.rpc(READER, "tools/call", search(&json!({}))).await;
    let events = answer.events();
    // The large one counts.
    assert_eq!(events.len(), 1_000);
    assert_eq!(events[998]["params"]["data"], 998);
    assert_eq!(events[999]["result"]["content"][0]["text"], "done");
}

#[tokio::test]
async fn nothing_is_said_after_the_end() {
    let kept: Arc<Mutex<Option<Peer<RoleServer>>>> = Arc::default();
    let keep = kept.clone();
    let notes = saying(move |context| {
        *keep.lock().unwrap() = Some(context.peer);
        Box::pin(async { "done".into() })
    });
    let tools = notes.listed(reads().notifies()).await;
    let mut wire = wire(builder(tools).stdio_principal("a", "invoices:read"));
    wire.call("search", json!({})).await;
    let peer = kept.lock().unwrap().take().unwrap();
    log(&peer, LoggingLevel::Info, json!("late")).await;
    let next = wire.rpc("ping", json!({})).await;
    assert_eq!(next["result"], json!({}));
}

#[tokio::test]
async fn prompts_and_resources_say_nothing() {
    let notes = Notes::new([tool("search")], || CallToolResult::success(vec![]));
    let foreign = doorman::Foreign::new(notes).resource("notes://a", Allow::public().notifies());
    let error = foreign.connect().await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("remove `.notifies()`"), "{error}");
}
