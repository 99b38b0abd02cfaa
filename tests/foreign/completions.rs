//! Completion of what another server lists.

use std::sync::Arc;

use doorman::{Allow, Foreign, Principal};
use rmcp::model::{
    CallToolResult, CompleteResult, CompletionInfo, Prompt, PromptArgument, Reference,
    ResourceTemplate,
};
use serde_json::{Value, json};

use super::methods::modern;
use crate::support::{
    NOBODY, READER, Server, WRITER,
    foreign::{Notes, builder, reads, served},
    stdio::wire,
};

fn notes() -> Notes {
    let mut notes = Notes::new([], || CallToolResult::success(vec![]));
    let argument = |name: &str| PromptArgument::new(name);
    let arguments = vec![argument("topic"), argument("password")];
    notes.prompts = ["summary", "edit", "secret"]
        .map(|name| Prompt::new(name, Some("Sums up."), Some(arguments.clone())))
        .into();
    notes.templates = ["notes://public/{id}", "notes://private/{id}"]
        .map(|uri| ResourceTemplate::new(uri, "a note"))
        .into();
    notes.complete = Arc::new(|request, context| {
        let who = context.extensions.get::<Principal>().unwrap().subject().to_owned();
        let what = match request.r#ref {
            Reference::Prompt(prompt) => prompt.name,
            Reference::Resource(template) => template.uri,
            _ => "nothing".into(),
        };
        let known = request.context.and_then(|context| context.arguments).unwrap_or_default();
        let values = vec![
            format!("{what} for {who}"),
            "c0vert1@example.com".into(),
            format!("{}{}", request.argument.value, known.len()),
        ];
        let info = CompletionInfo::with_pagination(values, Some(300), true).unwrap();
        Box::pin(async { Ok(CompleteResult::new(info)) })
    });
    notes
}

fn listed(notes: Notes) -> Foreign {
    Foreign::new(notes)
        .prompt("summary", reads().completes())
        .prompt("edit", Allow::scopes(["invoices:write"]).completes())
        .prompt("secret", reads())
        .resource("notes://public/*", reads().completes())
        .resource("notes://private/*", reads())
}

async fn serving(notes: Notes) -> Server {
    served(listed(notes).connect().await.unwrap()).await
}

fn of(reference: &Value, argument: &str) -> Value {
    json!({ "ref": reference, "argument": { "name": argument, "value": "s3cret" },
        "context": { "arguments": { "other": "s3cret" } } })
}

fn prompt(name: &str) -> Value {
    json!({ "type": "ref/prompt", "name": name })
}

fn template(uri: &str) -> Value {
    json!({ "type": "ref/resource", "uri": uri })
}

#[tokio::test]
async fn arguments_and_parts_are_completed_without_what_would_be_masked() {
    let server = serving(notes()).await;
    let old = server.rpc(READER, "completion/complete", of(&prompt("summary"), "topic")).await;
    let values = json!({ "values": ["summary for reader", "s3cret1"] });
    assert_eq!(old.result()["completion"], values, "{old:?}");
    let new = modern(&server, "completion/complete", of(&prompt("summary"), "topic")).await;
    assert_eq!(new.result()["completion"], values, "{new:?}");
    let uri = template("notes://public/{id}");
    let part = server.rpc(READER, "completion/complete", of(&uri, "id")).await;
    let values = json!({ "values": ["notes://public/{id} for reader", "s3cret1"] });
    assert_eq!(part.result()["completion"], values, "{part:?}");
    // All values of a key that is masked would be.
    let none = server.rpc(READER, "completion/complete", of(&prompt("summary"), "password")).await;
    assert_eq!(none.result()["completion"], json!({ "values": [] }), "{none:?}");
    let records = server.records.all();
    let names: Vec<_> = records.iter().map(|record| record["tool"].as_str().unwrap()).collect();
    let [of_prompt, of_template] =
        ["completion:prompt:summary", "completion:resource:notes://public/*"];
    assert_eq!(names, [of_prompt, of_prompt, of_template, of_prompt]);
    assert!(!json!(records).to_string().contains("s3cret"), "{records:?}");
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let hello = server.rpc(READER, "initialize", hello).await.result();
    assert_eq!(hello["capabilities"]["completions"], json!({}));
}

#[tokio::test]
async fn what_is_not_listed_or_not_ones_own_is_refused_and_never_reached() {
    let notes = notes();
    let calls = notes.calls.clone();
    let server = serving(notes).await;
    let before = calls.load(std::sync::atomic::Ordering::SeqCst);
    for (who, reference, argument, code) in [
        (READER, prompt("secret"), "topic", -32602),
        (READER, prompt("none"), "topic", -32602),
        (READER, prompt("summary"), "other", -32602),
        (NOBODY, prompt("summary"), "topic", 403),
        (WRITER, prompt("completion:prompt:summary"), "topic", -32602),
        (READER, prompt("edit"), "topic", 403),
        (READER, template("notes://private/{id}"), "id", -32002),
        (READER, template("notes://public/../private/{id}"), "id", -32002),
        (READER, template("notes://none/{id}"), "id", -32002),
        (READER, template("notes://public/{id}"), "other", -32002),
    ] {
        let answer = server.rpc(who, "completion/complete", of(&reference, argument)).await;
        assert_eq!(answer.json()["error"]["code"], code, "{reference}: {answer:?}");
        assert!(!answer.body.contains("s3cret"), "{answer:?}");
    }
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), before);
    // The pattern is, and the template is not: the server is asked for its templates only.
    let unlisted = of(&template("notes://public/{other}"), "other");
    let answer = server.rpc(READER, "completion/complete", unlisted).await;
    assert_eq!(answer.json()["error"]["code"], -32002, "{answer:?}");
    for malformed in [json!({}), json!({ "ref": { "type": "ref/other" } })] {
        let answer = server.rpc(READER, "completion/complete", malformed).await;
        assert_eq!(answer.json()["error"]["code"], -32602, "{answer:?}");
    }
    assert_eq!(server.records.all().len(), 13);

    let mut wire =
        wire(builder(listed(self::notes()).connect().await.unwrap()).stdio_principal("a", "other"));
    let refused = wire.rpc("completion/complete", of(&prompt("summary"), "topic")).await;
    assert_eq!(refused["error"]["code"], 403, "{refused}");
}

#[tokio::test]
async fn what_has_no_parts_is_not_completed() {
    let mut bare = notes();
    bare.prompts = vec![Prompt::new("summary", None::<String>, None)];
    let foreign = Foreign::new(bare).prompt("summary", reads().completes());
    let error = foreign.connect().await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("no arguments to complete"), "{error}");
    let tool = crate::support::foreign::tool("search");
    let tools = Notes::new([tool], || CallToolResult::success(vec![]));
    let foreign = Foreign::new(tools).tool("search", reads().completes());
    let error = foreign.connect().await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("remove `.completes()`"), "{error}");
}
