//! Whatever is posted by a good caller: an answer of the protocol, at most one handler, no tool beyond its
//! scopes, and one record of every call.
//!
//! `!` before an input makes it the parameters of a call, `?` a request of 2026; without either it is the body.

#![no_main]

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Json, extract::Path, http::StatusCode};
use doorman::{Doorman, DoormanBuilder};
use doorman_axum::{expose, tools};
use doorman_fuzz::{Answer, Server, TOKEN, bearer, oauth, post};
use http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What only a caller with more scopes may read.
const SENTINEL: &str = "what the vault holds";
const STATUSES: [u16; 7] = [200, 202, 400, 403, 404, 413, 415];

static RAN: AtomicUsize = AtomicUsize::new(0);

fn ran() {
    RAN.fetch_add(1, Ordering::Relaxed);
}

/// Says it again.
#[expose(get = "/echo/{word}", scopes = ["tools:use"])]
async fn echo(Path(word): Path<String>) -> String {
    ran();
    word
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    text: String,
    #[serde(default)]
    more: Vec<Note>,
    rest: Option<Value>,
}

/// Notes it down.
#[expose(put = "/notes/{number}", scopes = ["tools:use"], destructive)]
async fn note(Path(_): Path<u8>, Json(note): Json<Note>) -> Result<Json<Note>, StatusCode> {
    ran();
    if note.text.is_empty() { Err(StatusCode::UNPROCESSABLE_ENTITY) } else { Ok(Json(note)) }
}

/// Fails.
#[expose(get = "/broken", public)]
async fn broken() -> Result<String, (StatusCode, &'static str)> {
    ran();
    Err((StatusCode::INTERNAL_SERVER_ERROR, SENTINEL))
}

/// What nobody here may read.
#[expose(get = "/vault", scopes = ["vault:read"])]
async fn vault() -> &'static str {
    unreachable!("a handler without its scope")
}

/// Adds.
#[doorman::expose(public, read_only)]
fn add(a: i32, b: Option<i32>) -> i64 {
    ran();
    i64::from(a) + i64::from(b.unwrap_or(1))
}

fn build() -> DoormanBuilder {
    Doorman::builder("fuzzed")
        .auth(oauth())
        .tools(tools![echo, note, broken, vault].with_state(()))
        .tools(doorman::tools![add].with_state(()))
}

thread_local!(static SERVER: Server = Server::new(build));

fuzz_target!(|input: &[u8]| {
    let body = match input.split_first() {
        Some((b'!', params)) => {
            let [before, after] =
                [r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"#, "}"];
            [before.as_bytes(), params, after.as_bytes()].concat()
        }
        Some((b'?', body)) => body.to_vec(),
        _ => input.to_vec(),
    };
    let sent = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let mut request = post(body);
    let headers = request.headers_mut();
    headers.insert("authorization", bearer(TOKEN));
    if input.starts_with(b"?") {
        let text = |value: &Value| HeaderValue::try_from(value.as_str()?).ok();
        headers.insert("mcp-protocol-version", HeaderValue::from_static("2026-07-28"));
        headers.extend(text(&sent["method"]).map(|it| (HeaderName::from_static("mcp-method"), it)));
        headers.extend(
            text(&sent["params"]["name"]).map(|it| (HeaderName::from_static("mcp-name"), it)),
        );
    }
    RAN.store(0, Ordering::Relaxed);
    let answer = SERVER.with(|server| server.ask(request));
    check(&sent, &answer);
});

fn check(sent: &Value, answer: &Answer) {
    assert!(STATUSES.contains(&answer.status), "{} {}", answer.status, answer.body);
    assert!(!answer.body.contains(SENTINEL) || sent.to_string().contains(SENTINEL));
    let json = answer.json();
    let has = |name| usize::from(json.get(name).is_some());
    // Of what is no message at all rmcp says so in plain words.
    let is_told = answer.status == 415 && json.is_null();
    let is_rpc = json["jsonrpc"] == "2.0" && has("result") + has("error") == 1;
    assert!(answer.body.is_empty() || is_told || is_rpc, "{} {}", answer.status, answer.body);

    // A call that comes as far as the server tells the number of its record where it is not answered.
    let is_call = sent["method"] == "tools/call";
    let number = [&json["error"]["data"], &json["result"]["_meta"]["doorman/refusal"]]
        .into_iter()
        .find_map(|place| place["request_id"].as_str());
    let reached = number.is_some() || (is_call && json.get("result").is_some());
    assert_eq!(answer.records.len(), usize::from(reached), "{sent} {}", answer.body);
    assert!(!reached || is_call, "{sent}");
    assert!(number.is_none_or(|number| answer.records[0]["request_id"] == number));

    let ran = RAN.load(Ordering::Relaxed);
    let name = answer.records.first().map(|record| record["tool"].clone());
    assert!(ran <= usize::from(is_call), "{ran} handlers ran");
    assert!(name.is_none_or(|name| name != "vault" || (ran == 0 && answer.status == 403)));
}
