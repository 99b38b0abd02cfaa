//! Prompts of another server.

use std::sync::Arc;

use doorman::{Allow, Foreign, Principal};
use rmcp::{
    ErrorData,
    model::{
        CallToolResult, ContentBlock, GetPromptRequestParams, GetPromptResult, InputRequiredResult,
        Prompt, PromptArgument, PromptMessage, Role,
    },
};
use serde_json::json;

use crate::support::{
    NOBODY, READER, WRITER,
    foreign::{Notes, builder, reads, served},
    serve_with,
    stdio::wire,
};

fn prompt(name: &str) -> Prompt {
    let arguments = vec![PromptArgument::new("topic").with_required(true)];
    Prompt::new(name, Some("Sums up."), Some(arguments))
}

fn notes(text: &'static str) -> Notes {
    let mut notes = Notes::new([], || CallToolResult::success(vec![]));
    notes.prompts = vec![prompt("summary"), prompt("secret"), prompt("edit")];
    notes.prompt = Arc::new(move |request: GetPromptRequestParams, context| {
        let who = context.extensions.get::<Principal>().unwrap().subject().to_owned();
        let text = format!("{} for {who}: {text}", request.name);
        let message = PromptMessage::new_text(Role::User, text);
        Box::pin(async { Ok(GetPromptResult::new(vec![message]).with_description("d").into()) })
    });
    notes
}

async fn listed(notes: Notes) -> doorman::Toolset {
    let edits = Allow::scopes(["invoices:write"]);
    let foreign = Foreign::new(notes).prompt("summary", reads()).prompt("edit", edits);
    foreign.connect().await.unwrap()
}

fn asking(name: &str) -> serde_json::Value {
    json!({ "name": name, "arguments": { "topic": "x" } })
}

#[tokio::test]
async fn a_listed_prompt_is_shown_and_answered_and_recorded_once() {
    let server = served(listed(notes("hello")).await).await;
    let list = server.rpc(READER, "prompts/list", json!({})).await.result();
    assert_eq!(list["prompts"].as_array().unwrap().len(), 1);
    assert_eq!(list["prompts"][0]["name"], "summary");
    assert_eq!(list["cacheScope"], "private");
    let answer = server.rpc(READER, "prompts/get", asking("summary")).await.result();
    assert_eq!(answer["messages"][0]["content"]["text"], "summary for reader: hello");
    assert_eq!(
        (&answer["messages"][0]["role"], &answer["description"]),
        (&json!("user"), &json!("d"))
    );
    let records = server.records.all();
    assert_eq!(records.len(), 1);
    assert_eq!(
        (&records[0]["tool"], &records[0]["reason"]),
        (&json!("prompt:summary"), &json!("ok"))
    );
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let hello = server.rpc(READER, "initialize", hello).await.result();
    assert_eq!(hello["capabilities"], json!({ "tools": {}, "prompts": {} }));
    let mut wire =
        wire(builder(listed(notes("hello")).await).stdio_principal("a", "invoices:read"));
    let answer = wire.rpc("prompts/get", asking("summary")).await;
    assert!(answer.to_string().contains("summary for a: hello"), "{answer}");
}

#[tokio::test]
async fn what_is_not_listed_or_not_ones_own_is_refused_and_never_reached() {
    let notes = notes("hello");
    let server = served(listed(notes.clone()).await).await;
    for name in ["secret", "no such", "prompt:summary", ""] {
        let answer = server.rpc(WRITER, "prompts/get", asking(name)).await;
        assert_eq!(answer.json()["error"]["code"], -32602, "{name}");
        assert_eq!(answer.json()["error"]["message"], "not_exposed: there is no such prompt");
    }
    let refused = server.rpc(READER, "prompts/get", asking("edit")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains("invoices:write"));
    assert_eq!(server.rpc(NOBODY, "prompts/get", asking("summary")).await.status, 403);
    let wrong = json!({ "name": "summary", "arguments": { "c0vert1": "c0vert1" } });
    let wrong = server.rpc(READER, "prompts/get", wrong).await;
    assert_eq!(wrong.json()["error"]["code"], -32602);
    assert!(!wrong.body.contains("c0vert1"));
    assert_eq!(
        server.call(WRITER, "prompt:summary", json!({ "topic": "x" })).await.json()["error"]["code"],
        -32602
    );
    assert_eq!(notes.calls(), 0);
    assert_eq!(server.records.all().len(), 8);
    let list = server.rpc(NOBODY, "prompts/list", json!({})).await.result();
    assert_eq!(list["prompts"], json!([]));
}

#[tokio::test]
async fn a_refusal_on_standard_input_is_an_error_with_its_reason() {
    let mut wire = wire(builder(listed(notes("hello")).await));
    let refused = wire.rpc("prompts/get", asking("summary")).await;
    assert_eq!(refused["error"]["code"], 401, "{refused}");
    let told = &refused["error"]["data"]["doorman/refusal"];
    assert_eq!(told["reason"], "unauthorized");
}

#[tokio::test]
async fn prompts_have_rates_of_their_own() {
    let allow = reads().rate("1/h per_caller");
    let toolset = Foreign::new(notes("x")).prompt("summary", allow).connect().await.unwrap();
    let server = serve_with(builder(toolset)).await;
    assert!(server.rpc(READER, "prompts/get", asking("summary")).await.result().is_object());
    let refused = server.rpc(READER, "prompts/get", asking("summary")).await;
    assert_eq!(refused.json()["error"]["data"]["doorman/refusal"]["reason"], "rate_limited");
    assert_eq!(server.records.all()[1]["reason"], "rate_limited");
}

#[tokio::test]
async fn messages_are_redacted_and_binary_or_unfinished_ones_refused() {
    let server = served(listed(notes("password=c0vert1 c0vert1@example.com")).await).await;
    let answer = server.rpc(READER, "prompts/get", asking("summary")).await;
    assert!(!answer.body.contains("c0vert1") && answer.body.contains("«redacted»"), "{answer:?}");
    let answers: [fn() -> Result<rmcp::model::GetPromptResponse, ErrorData>; 4] = [
        || {
            let image = ContentBlock::image("c0vert1", "image/png");
            Ok(GetPromptResult::new(vec![PromptMessage::new(Role::User, image)]).into())
        },
        || Ok(InputRequiredResult::from_request_state("c0vert1").into()),
        || Err(ErrorData::invalid_params("c0vert1", Some(json!("c0vert1")))),
        || panic!("c0vert1"),
    ];
    for answer in answers {
        let mut notes = notes("x");
        notes.prompt = Arc::new(move |_, _| Box::pin(async move { answer() }));
        let server = served(listed(notes).await).await;
        let answer = server.rpc(READER, "prompts/get", asking("summary")).await;
        assert_eq!(answer.json()["error"]["code"], -32603);
        assert!(!answer.body.contains("c0vert1"), "{answer:?}");
        assert_eq!(server.records.all().len(), 1);
    }
}

#[tokio::test]
async fn mistakes_in_what_is_listed_end_the_start() {
    let mut hidden = notes("x");
    hidden.prompts[0].description = Some("\u{202e}".into());
    let mut twice = notes("x");
    twice.prompts.push(prompt("summary"));
    for (notes, name, allow, words) in [
        (notes("x"), "gone", reads(), "`prompt:gone`: the server has no such prompt"),
        (notes("x"), "summary", Allow::scopes(["a"]).destructive(), "remove its effect"),
        (notes("x"), "summary", reads().pin("sha256:0"), "pins are for tools"),
        (notes("x"), "summary", Allow::scopes(["a b"]), "is no scope"),
        (hidden, "summary", reads(), "invisible character U+202E"),
        (twice, "summary", reads(), "or several"),
    ] {
        let error = Foreign::new(notes).prompt(name, allow).connect().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
