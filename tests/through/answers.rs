//! Routers that answer otherwise than the handler's type says.

use axum::{
    Json, Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use doorman::Doorman;
use doorman_axum::{expose, tools};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::support::{NOBODY, Server, oauth, serve_with};

#[derive(Serialize, JsonSchema)]
struct Numbers {
    numbers: Vec<u8>,
}

/// Numbers.
#[expose(get = "/numbers", public)]
async fn numbers() -> Json<Numbers> {
    Json(Numbers { numbers: Vec::new() })
}

/// Words.
#[expose(get = "/words", public)]
async fn words() -> String {
    String::new()
}

/// Nothing.
#[expose(post = "/nothing", public, destructive = false, reason = "does nothing at all")]
async fn nothing() -> StatusCode {
    StatusCode::NO_CONTENT
}

type Answering = fn() -> Response;

/// An application in which a layer answers for all three.
async fn answering(answer: Answering) -> Server {
    let api = Router::new()
        .route("/numbers", get(numbers))
        .route("/words", get(words))
        .route("/nothing", post(nothing))
        .layer(from_fn(move |_: Request, _: Next| std::future::ready(answer())));
    let tools = tools![numbers, words, nothing].through(api);
    serve_with(Doorman::builder("b").auth(oauth()).tools(tools).result_limit(1_000)).await
}

fn json_of(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}

const LOGIN: &str = "https://login.example.com/?SENTINEL";

#[tokio::test]
async fn what_is_not_declared_is_no_answer() {
    let undeclared: [(&str, Answering); 10] = [
        ("numbers", || Redirect::to(LOGIN).into_response()),
        ("words", || (StatusCode::FOUND, [("location", LOGIN)], "SENTINEL").into_response()),
        ("nothing", || Redirect::permanent(LOGIN).into_response()),
        ("numbers", || StatusCode::NO_CONTENT.into_response()),
        ("words", || StatusCode::NO_CONTENT.into_response()),
        ("nothing", || "SENTINEL".into_response()),
        ("numbers", || r#"{"numbers":[1]}"#.into_response()),
        ("numbers", || json_of("SENTINEL")),
        ("numbers", || json_of(r#"{"numbers":["SENTINEL"]}"#)),
        ("words", || b"SENTINEL\xFF".as_slice().into_response()),
    ];
    for (tool, answer) in undeclared {
        let server = answering(answer).await;
        let answer = server.call(NOBODY, tool, json!({})).await;
        assert_eq!(
            (answer.reason(), answer.text()),
            ("bad_output".into(), "bad_output: the tool answered in an undeclared shape".into()),
            "{tool}"
        );
        assert!(!answer.body.contains("SENTINEL") && !answer.body.contains("login"));
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    for tool in ["numbers", "words", "nothing"] {
        let server = answering(|| {
            let chunks = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64]));
            json_of(Body::from_stream(chunks))
        })
        .await;
        assert_eq!(server.call(NOBODY, tool, json!({})).await.reason(), "too_large");
    }
}

#[tokio::test]
async fn what_is_said_in_a_5xx_stays_inside() {
    let server = answering(|| (StatusCode::BAD_GATEWAY, "dsn=SENTINEL").into_response()).await;
    let answer = server.call(NOBODY, "numbers", json!({})).await;
    assert_eq!(answer.reason(), "handler_error");
    assert!(!answer.body.contains("SENTINEL"), "{answer:?}");
}

#[tokio::test]
async fn an_answer_is_redacted_before_it_is_held_against_its_type() {
    let server = answering(|| "ask ann@example.com".into_response()).await;
    assert_eq!(server.call(NOBODY, "words", json!({})).await.text(), "ask «redacted»");
}
