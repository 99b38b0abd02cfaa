//! Standard input and output of a process: `examples/stdio.rs`, as clients start it.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::examples::path;

/// Runs the notes until they end by themselves, after these lines.
async fn run(lines: &[Value]) -> Output {
    let mut child = Command::new(path("stdio"))
        .args(["--as", "ann", "--scopes", "notes:read notes:write"])
        .env("RUST_LOG", "trace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }
    drop(input);
    child.wait_with_output().await.unwrap()
}

fn call(id: u64, tool: &str, arguments: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments } })
}

const TEXTS: [&str; 3] = ["one\ntwo\r\nthree", "\u{2028}\u{85}\u{b}", "größer 🦀 \u{0}\u{1b}[2J"];

#[tokio::test]
async fn s1_s2_s3_s4_output_is_one_message_a_line_and_the_process_ends_with_its_input() {
    let mut lines = vec![json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } })];
    for (id, text) in (1..).zip(TEXTS) {
        lines.push(call(id, "write_note", &json!({ "text": text })));
    }
    lines.push(call(4, "read_notes", &json!({})));
    lines.push(call(5, "nothing", &json!({})));
    lines.push(json!({ "jsonrpc": "2.0", "id": 6, "method": "no/method" }));
    let output = run(&lines).await;
    assert!(output.status.success(), "the end of the input is no failure");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.ends_with('\n'));
    let mut ids = Vec::new();
    let mut notes = Value::Null;
    for line in text.strip_suffix('\n').unwrap().split('\n') {
        let message: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line:?}"));
        assert_eq!(message["jsonrpc"], "2.0");
        assert!(message.get("result").is_some() != message.get("error").is_some(), "{message}");
        if message["id"] == 4 {
            notes = message["result"]["structuredContent"]["result"].clone();
        }
        ids.push(message["id"].as_u64().unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, [0, 1, 2, 3, 4, 5, 6], "an answer to each, and nothing else");
    // Several calls run at once, so how many notes there were by then is not told.
    let notes = notes.as_array().unwrap().clone();
    assert!(notes.iter().all(|note| TEXTS.contains(&note.as_str().unwrap())), "{notes:?}");
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(log.lines().filter(|line| line.contains(r#""tool":"write_note""#)).count(), 3);
}

#[tokio::test]
async fn s5_a_client_of_2026_is_asked_nothing() {
    let meta = json!({ super::VERSION: "2026-07-28", super::CAPABILITIES: {
        "elicitation": {}, "sampling": {}, "roots": { "listChanged": true } } });
    let mut lines = Vec::new();
    for (id, method, params) in [
        (1, "server/discover", json!({})),
        (2, "tools/list", json!({})),
        (3, "tools/call", json!({ "name": "write_note", "arguments": { "text": "a" } })),
    ] {
        let mut params = params;
        params["_meta"] = meta.clone();
        lines.push(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }
    let output = run(&lines).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 3);
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (message.get("method"), message["result"].is_object()),
            (None, true),
            "{message}"
        );
    }
}
