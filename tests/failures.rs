//! Tools that fail: what the agent hears, and what the audit log says.

use std::{future::pending, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use doorman::{Doorman, Toolset};
use doorman_axum::{Answer, Answered, expose, tools};
use serde_json::{Value, json};

use crate::support::{NOBODY, Response as Heard, oauth, serve, serve_with};

/// A return type that says it answers a text and answers what the test wants.
struct Anything(Response);

impl IntoResponse for Anything {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for Anything {
    fn answered() -> Answered {
        <Json<Vec<u8>> as Answer>::answered()
    }
}

#[expose(get = "/fail/{how}", public)]
async fn fail(Path(how): Path<String>) -> Anything {
    const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];
    Anything(match &*how {
        "4xx" => (StatusCode::CONFLICT, "already paid").into_response(),
        "4xx-silent" => StatusCode::CONFLICT.into_response(),
        "5xx" => (StatusCode::INTERNAL_SERVER_ERROR, "dsn=SENTINEL").into_response(),
        "panic" => panic!("the test wants it"),
        "redirect" => Redirect::to("/elsewhere").into_response(),
        "204" => StatusCode::NO_CONTENT.into_response(),
        "html" => ([(header::CONTENT_TYPE, "text/html")], "[1]").into_response(),
        "not-json" => (JSON, "SENTINEL").into_response(),
        "shape" => (JSON, r#"["SENTINEL"]"#).into_response(),
        "image" => ([(header::CONTENT_TYPE, "image/png")], PICTURE).into_response(),
        "image-as-json" => (JSON, PICTURE).into_response(),
        "bytes-in-json" => (JSON, b"[\"SENTINEL\xFF\"]".as_slice()).into_response(),
        "large" => (JSON, "1".repeat(3_000)).into_response(),
        "endless" => {
            let chunks =
                futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64]));
            (JSON, Body::from_stream(chunks)).into_response()
        }
        "vendor" => {
            ([(header::CONTENT_TYPE, "application/vnd.numbers+json; charset=utf-8")], "[1]")
                .into_response()
        }
        _ => (JSON, "[1]").into_response(),
    })
}

/// The head of a PNG; and what must not be seen of it.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR SENTINEL";

#[expose(get = "/text/{how}", public)]
async fn text(Path(how): Path<String>) -> AnyText {
    const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain")];
    AnyText(match &*how {
        "image" => ([(header::CONTENT_TYPE, "image/png")], PICTURE).into_response(),
        "latin" => (TEXT, b"caf\xE9 SENTINEL".as_slice()).into_response(),
        _ => (TEXT, b"cut off SENTINEL \xE2\x82".as_slice()).into_response(),
    })
}

/// A return type that says it answers a text, and may answer no text.
struct AnyText(Response);

impl IntoResponse for AnyText {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for AnyText {
    fn answered() -> Answered {
        String::answered()
    }
}

/// What it holds panics where it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "the test wants it");
    }
}

#[expose(get = "/bomb", public)]
async fn bomb() -> String {
    std::panic::panic_any(Bomb)
}

#[doorman::expose(public, read_only)]
fn long_error() -> Result<String, String> {
    Err("x".repeat(1_001))
}

#[derive(serde::Serialize, schemars::JsonSchema)]
enum Tree {
    Leaf,
    Branch(Vec<Tree>),
}

#[expose(get = "/tree", public)]
async fn tree() -> Json<Tree> {
    Json(Tree::Branch(vec![Tree::Leaf, Tree::Branch(vec![Tree::Leaf])]))
}

#[expose(get = "/slow", public, timeout = "20ms")]
async fn slow() -> String {
    pending().await
}

#[expose(post = "/slow", scopes = ["slow:write"], destructive, timeout = "20ms")]
async fn slow_destructive() -> String {
    pending().await
}

pub fn failing() -> Toolset {
    tools![fail, slow, slow_destructive].with_state(())
}

async fn hear(how: &str) -> (Heard, Value) {
    let server =
        serve_with(Doorman::builder("b").auth(oauth()).tools(failing()).result_limit(1_000)).await;
    let answer = server.call(NOBODY, "fail", json!({ "how": how })).await;
    assert!(!answer.body.contains("SENTINEL"), "{answer:?}");
    let records = server.records.all();
    assert_eq!(records.len(), 1);
    (answer, records[0].clone())
}

async fn fails(how: &str, reason: &str, text: &str) {
    let (answer, record) = hear(how).await;
    assert_eq!((answer.status, answer.is_error()), (200, true), "{how}: {answer:?}");
    assert_eq!(answer.text(), text, "{how}");
    assert_eq!(answer.result().get("structuredContent"), None, "{how}");
    assert_eq!((&record["status"], &record["reason"]), (&json!("error"), &json!(reason)), "{how}");
    let told = &answer.result()["_meta"]["doorman/refusal"];
    assert_eq!(
        (&told["reason"], &told["request_id"]),
        (&json!(reason), &record["request_id"]),
        "{how}"
    );
}

#[tokio::test]
async fn a_4xx_is_told_in_the_handlers_words() {
    fails("4xx", "handler_error", "already paid").await;
    fails("4xx-silent", "handler_error", "Conflict").await;
}

#[tokio::test]
async fn a_5xx_keeps_its_words_inside() {
    fails("5xx", "handler_error", "handler_error: the tool failed; trying again may help").await;
}

#[tokio::test]
async fn a_panic_answers_the_caller_and_the_server_goes_on() {
    let server = serve(failing()).await;
    for _ in 0..3 {
        let answer = server.call(NOBODY, "fail", json!({ "how": "panic" })).await;
        assert_eq!(
            (answer.text(), answer.reason()),
            ("panic: the tool failed".into(), "panic".into())
        );
    }
    assert!(!server.call(NOBODY, "fail", json!({ "how": "well" })).await.is_error());
}

#[tokio::test]
async fn an_answer_outside_the_declared_shape_is_none() {
    for how in ["redirect", "204", "html", "not-json", "shape"] {
        fails(how, "bad_output", "bad_output: the tool answered in an undeclared shape").await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_reach_nobody() {
    for how in ["image", "image-as-json", "bytes-in-json"] {
        fails(how, "bad_output", "bad_output: the tool answered in an undeclared shape").await;
    }
    let server = serve(tools![text].with_state(())).await;
    for how in ["image", "latin", "cut"] {
        let answer = server.call(NOBODY, "text", json!({ "how": how })).await;
        assert_eq!((answer.is_error(), answer.reason()), (true, "bad_output".into()), "{how}");
        assert!(!answer.body.contains("SENTINEL"), "{how}: {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_none_even_where_it_never_ends() {
    for how in ["large", "endless"] {
        fails(how, "too_large", "too_large: the result is too large; ask for less").await;
    }
}

#[tokio::test]
async fn json_of_a_vendor_is_json() {
    let (answer, record) = hear("vendor").await;
    assert_eq!(answer.result()["structuredContent"], json!({ "result": [1] }));
    assert_eq!(record["result_bytes"], r#"{"result":[1]}"#.len());
}

#[tokio::test]
async fn a_call_ends_at_its_timeout_destructive_or_not() {
    let builder = Doorman::dev("b").tools(failing());
    let server = serve_with(builder).await;
    for tool in ["slow", "slow_destructive"] {
        let answer = server.call("", tool, json!({})).await;
        assert_eq!((answer.reason().as_str(), answer.is_error()), ("timeout", true));
        let record = server.records.all().pop().unwrap();
        assert_eq!((&record["status"], &record["reason"]), (&json!("error"), &json!("timeout")));
        assert!(
            record["duration_ms"].as_f64().unwrap()
                >= Duration::from_millis(20).as_secs_f64() * 1e3 - 1.0
        );
    }
}

#[tokio::test]
async fn a_panic_whose_payload_panics_answers_the_caller() {
    let server = serve(tools![bomb].with_state(())).await;
    assert_eq!(server.call(NOBODY, "bomb", json!({})).await.reason(), "panic");
    assert_eq!(server.records.all().len(), 1);
}

#[tokio::test]
async fn the_words_of_an_error_are_bounded_like_a_result() {
    let tools = doorman::tools![long_error].with_state(());
    let server =
        serve_with(Doorman::builder("b").auth(oauth()).tools(tools).result_limit(1_000)).await;
    assert_eq!(server.call(NOBODY, "long_error", json!({})).await.reason(), "too_large");
}

#[tokio::test]
async fn a_recursive_result_fits_what_is_published() {
    let server = serve(tools![tree].with_state(())).await;
    let answer = server.call(NOBODY, "tree", json!({})).await;
    assert_eq!(
        answer.result()["structuredContent"],
        json!({ "result": { "Branch": ["Leaf", { "Branch": ["Leaf"] }] } })
    );
}
