//! A name by which `serde_json` tells itself to read a text once more is believed of nobody: not of a message,
//! not of an answer. Each such text begins to count levels anew, so that few of them overflow the stack.

use axum::{Json, extract::Path, http::StatusCode};
use doorman::{Redact, Sessions};
use doorman_axum::{expose, tools};
use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    sessions::{over, session},
    stdio::anonymous,
    support::{
        ANY_RATE, READER,
        billing::billing,
        foreign::{Notes, builder, served, tool},
        serve, serve_with,
        stdio::wire,
    },
};

const NAME: &str = "$serde_json::private::RawValue";

/// A document of eighteen thousand levels, of which no reader sees more than a hundred and twenty at a time.
fn folded(name: &str) -> String {
    let mut document = "1".to_owned();
    for _ in 0..150 {
        document = format!("{}{document}{}", "[".repeat(120), "]".repeat(120));
        let text = document.replace('\\', r"\u005c").replace('"', r"\u0022");
        document = format!(r#"{{"{name}":"{text}"}}"#);
    }
    document
}

/// A call with something as an argument, and as what is said beside it.
fn messages() -> [String; 3] {
    let fold = folded(NAME);
    let coded = folded(r"\u0024serde_json::private::RawV\u0061lue");
    let params = [
        format!(r#"{{"name":"ping","arguments":{{"a":{fold}}}}}"#),
        format!(r#"{{"name":"ping","arguments":{{"a":[{coded}]}}}}"#),
        format!(r#"{{"name":"ping","_meta":{{"a":{fold}}}}}"#),
    ];
    params.map(|params| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#)
    })
}

#[tokio::test]
async fn a_message_that_is_more_than_is_written_ends_no_server_over_http() {
    let server = serve(billing()).await;
    let caller = format!("Authorization: Bearer {READER}\r\n");
    let modern = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: ping\r\n";
    // What names two kinds of answers goes the long way.
    for headers in ["", modern, "Accept: text/plain\r\n"] {
        for message in messages() {
            let answer = server.post_with(&format!("{caller}{headers}"), &message).await;
            assert_eq!(answer.status, 400, "{}", answer.body);
            let words = "the message is no JSON that can be read here";
            assert_eq!(answer.json()["error"]["message"], words);
        }
    }
    assert_eq!(server.records.all().len(), 0, "nothing was tried");
    assert!(!server.call(READER, "ping", json!({})).await.is_error());
}

#[tokio::test]
async fn nor_over_a_session() {
    let server = serve_with(builder(billing()).sessions(Sessions::bound())).await;
    let id = session(&server, READER, "{}").await;
    for message in messages() {
        assert_eq!(over(&server, READER, &id, &message).await.status, 400);
    }
    let call =
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "ping" } });
    let answer = over(&server, READER, &id, &call.to_string()).await;
    assert_eq!(answer.events().pop().unwrap()["result"]["isError"], false);
}

#[tokio::test]
async fn nor_on_stdio() {
    let mut wire = wire(anonymous().rate_limit(ANY_RATE));
    for message in messages() {
        wire.send(message).await;
        let answer = wire.read().await.unwrap();
        assert_eq!((&answer["error"]["code"], answer.get("id")), (&json!(-32600), None));
    }
    assert_eq!(wire.call("ping", json!({})).await["isError"], false);
    assert_eq!(wire.records.all().len(), 1);
}

/// Says an object of one member, whatever its name.
#[expose(get = "/say/{name}", public)]
async fn say(Path(name): Path<String>) -> Json<Value> {
    Json(json!({ name: folded(NAME) }))
}

#[tokio::test]
async fn an_answer_that_is_more_than_is_written_is_none() {
    let server = serve(tools![say].with_state(())).await;
    assert_eq!(server.call(READER, "say", json!({ "name": NAME })).await.reason(), "bad_output");
    assert!(!server.call(READER, "say", json!({ "name": "a" })).await.is_error());
}

#[tokio::test]
async fn nor_is_that_of_another_server() {
    let notes = Notes::new([tool("search")], || {
        let mut result = CallToolResult::success(vec![ContentBlock::text("found")]);
        result.structured_content = Some(json!({ NAME: folded(NAME) }));
        result
    });
    let server = served(notes.search().await).await;
    assert_eq!(server.call(READER, "search", json!({})).await.reason(), "bad_output");
}

#[derive(Serialize, Redact)]
struct Person {
    nick: String,
    #[redact]
    full_name: String,
}

/// Tells of nobody, in these words.
#[expose(get = "/people/{words}", public)]
async fn person(Path(words): Path<String>) -> Result<Json<Person>, (StatusCode, String)> {
    Err((StatusCode::NOT_FOUND, words))
}

#[tokio::test]
async fn words_with_json_in_them_tell_nothing_where_a_type_declares_what_is_hidden() {
    let server = serve_with(builder(tools![person].with_state(())).rate_limit(ANY_RATE)).await;
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for words in [
        r#"{"full_name":"b3neath"}"#.to_owned(),
        // What serde_json does not read to its end.
        format!(r#"{{"{NAME}":7,"full_name":"b3neath"}}"#),
        r#"{"full_name":"b3neath","n":1e400}"#.to_owned(),
        format!(r#"{{"full_name":"b3neath","n":{}}}"#, nested(130)),
        "{\"full_name\":\"b3neath\"}\n{}".to_owned(),
        r#"{"full_name":"b3neath"#.to_owned(),
        // What is in other words.
        r#"it said { "full_name": "b3neath" }"#.to_owned(),
        r#"it said ["b3neath"]"#.to_owned(),
        "it said {'full_name': 'b3neath'}".to_owned(),
        r#""{\"full_name\":\"b3neath\"}""#.to_owned(),
        "[\"b3neath\"]".to_owned(),
    ] {
        let answer = server.call(READER, "person", json!({ "words": words })).await;
        assert!(!answer.body.contains("b3neath"), "{words}\n{}", answer.body);
        assert!(answer.text().contains("the tool failed"), "{}", answer.body);
    }
    for words in ["there is no {nick}", "[person] is not there", "none of 7 (see {})"] {
        let answer = server.call(READER, "person", json!({ "words": words })).await;
        assert!(answer.text().contains(words), "{}", answer.body);
    }
}
