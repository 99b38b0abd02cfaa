//! Secrets of another server's, planted in all that it may do by name, and looked for everywhere.

#![expect(deprecated, reason = "there is nothing else before MCP 2026-07-28")]

use std::sync::Arc;

use doorman::Foreign;
use rmcp::{
    ErrorData,
    model::{
        CallToolResponse, CallToolResult, CompleteResult, CompletionInfo, InputRequiredResult,
        LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, Prompt,
        PromptArgument,
    },
};
use serde_json::{Value, json};

use super::methods::{modern, modern_with};
use crate::{
    sentinels::Net,
    support::{
        READER,
        foreign::{Context, Notes, builder, reads, served, tool},
        stdio::wire,
    },
};

const SENTINEL: &str = "b3hind-of-another";

/// The secret as a log message, a value or a question may hold it.
fn hidden() -> Value {
    json!({
        "password": SENTINEL,
        "deep": [{ "apiKey": { "is": SENTINEL } }],
        "text": format!("password={SENTINEL}"),
        "nested": json!({ "password": SENTINEL, "in": json!({ "token": SENTINEL }).to_string() }).to_string(),
        "author": SENTINEL,
        format!("{SENTINEL}@example.com"): "a name",
    })
}

async fn say(context: Context) {
    for data in [hidden(), hidden().to_string().into(), json!([hidden()])] {
        let log = LoggingMessageNotificationParam::new(LoggingLevel::Error, data);
        let log = log.with_logger(format!("password={SENTINEL}"));
        let _ = context.peer.notify_logging_message(log).await;
    }
    if let Some(token) = context.meta.get_progress_token() {
        let step = ProgressNotificationParam::new(token, 1.0);
        let step = step.with_message(format!("password={SENTINEL}"));
        let _ = context.peer.notify_progress(step).await;
    }
}

fn question() -> InputRequiredResult {
    let field =
        json!({ "type": "string", "title": format!("password={SENTINEL}"), "default": SENTINEL });
    let form = json!({ "mode": "form", "message": hidden().to_string(),
        "requestedSchema": { "type": "object", "properties": { "data": field } } });
    let asked = json!({ "resultType": "input_required", "requestState": "s",
        "inputRequests": { "data": { "method": "elicitation/create", "params": form } } });
    serde_json::from_value(asked).unwrap()
}

fn notes() -> Notes {
    let mut notes = Notes::answering([tool("search")], |request, context| {
        Box::pin(async move {
            say(context).await;
            match request.request_state.as_deref() {
                None => Ok(question().into()),
                Some("none") => Err(ErrorData::invalid_params(SENTINEL, Some(hidden()))),
                Some("broken") => Err(ErrorData::internal_error(SENTINEL, Some(hidden()))),
                Some("panic") => panic!("{SENTINEL}"),
                Some(_) => Ok(CallToolResponse::from(CallToolResult::success(vec![]))),
            }
        })
    });
    let argument = |name: &str| PromptArgument::new(name);
    let arguments = ["topic", "author", "fails"].map(argument);
    notes.prompts = vec![Prompt::new("summary", None::<String>, Some(arguments.into()))];
    notes.complete = Arc::new(|request, _| {
        let values = match &*request.argument.name {
            "fails" => {
                return Box::pin(async {
                    Err(ErrorData::invalid_params(SENTINEL, Some(hidden())))
                });
            }
            "author" => vec![SENTINEL.into()],
            _ => vec![format!("password={SENTINEL}"), hidden().to_string(), "left".into()],
        };
        let info = CompletionInfo::new(values).unwrap();
        Box::pin(async { Ok(CompleteResult::new(info)) })
    });
    notes
}

fn listed() -> Foreign {
    let allow = || reads().redact(["author"]);
    Foreign::new(notes())
        .tool("search", allow().asks().notifies())
        .prompt("summary", allow().completes())
}

#[tokio::test]
async fn no_secret_of_another_servers_reaches_the_caller_a_record_or_a_log() {
    let net = Net::cast();
    let server = served(listed().connect().await.unwrap()).await;
    let local = builder(listed().connect().await.unwrap()).stdio_principal("a", "invoices:read");
    let mut wire = wire(local);
    let mut shown = Vec::new();
    let meta = json!({ "logLevel": "debug", "progressToken": 1, "clientCapabilities": { "elicitation": {} } });
    for state in [Value::Null, "none".into(), "broken".into(), "panic".into(), "well".into()] {
        let call = json!({ "name": "search", "arguments": {}, "requestState": state });
        let old = json!({ "name": "search", "arguments": {}, "requestState": state, "_meta": { "progressToken": 1 } });
        let answer = modern_with(&server, "tools/call", call, meta.clone()).await;
        assert_eq!(answer.body.matches("notifications/").count(), 4, "{answer:?}");
        shown.push(answer.body);
        shown.push(server.rpc(READER, "tools/call", old.clone()).await.body);
        wire.request(1, "tools/call", old).await;
        loop {
            let said = wire.read().await.unwrap();
            shown.push(said.to_string());
            if said["id"] == 1 {
                break;
            }
        }
    }
    for argument in ["topic", "author", "fails"] {
        let params = json!({ "ref": { "type": "ref/prompt", "name": "summary" },
            "argument": { "name": argument, "value": "" } });
        shown.push(modern(&server, "completion/complete", params.clone()).await.body);
        shown.push(server.rpc(READER, "completion/complete", params.clone()).await.body);
        shown.push(wire.rpc("completion/complete", params).await.to_string());
    }
    assert_eq!(shown.iter().filter(|shown| shown.contains(r#"["left"]"#)).count(), 3);
    let records = [server.records.all(), wire.records.all()].concat();
    assert_eq!(records.len(), 3 * 5 + 3 * 3, "{records:?}");
    shown.extend(records.iter().map(Value::to_string));
    for shown in shown {
        assert!(!shown.contains(SENTINEL), "{shown}");
    }
    for (target, line) in net.lines() {
        let own = target.starts_with("doorman") || line.contains("response error");
        assert!(!own || !line.contains(SENTINEL), "{target}: {line}");
    }
}
