//! Arguments that try to be more than arguments.

use axum::{
    Json,
    extract::{Form, OriginalUri, Path, Query, Request},
    http::{HeaderMap, Method, Uri},
    middleware::{Next, from_fn},
};
use doorman::{Doorman, Toolset};
use doorman_axum::{expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{NOBODY, Response, oauth, serve, serve_with};

/// What a handler saw.
#[derive(Serialize, JsonSchema)]
struct Seen {
    tool: &'static str,
    argument: String,
    segments: usize,
    query: Option<String>,
    headers: Vec<String>,
}

fn seen(tool: &'static str, argument: String, uri: &Uri, headers: &HeaderMap) -> Json<Seen> {
    let mut headers: Vec<String> = headers.keys().map(ToString::to_string).collect();
    headers.sort();
    let segments = uri.path().split('/').count() - 1;
    Json(Seen { tool, argument, segments, query: uri.query().map(str::to_owned), headers })
}

#[expose(get = "/files/{name}", public)]
async fn file(Path(name): Path<String>, uri: Uri, headers: HeaderMap) -> Json<Seen> {
    seen("file", name, &uri, &headers)
}

#[expose(get = "/files/{name}/secret", scopes = ["secret:read"])]
async fn secret(Path(name): Path<String>, uri: Uri, headers: HeaderMap) -> Json<Seen> {
    seen("secret", name, &uri, &headers)
}

#[expose(get = "/trees/{*rest}", public)]
async fn tree(Path(rest): Path<String>, uri: Uri, headers: HeaderMap) -> Json<Seen> {
    seen("tree", rest, &uri, &headers)
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

#[expose(get = "/search", public)]
async fn find(Query(query): Query<Text>, uri: Uri, headers: HeaderMap) -> Json<Seen> {
    seen("find", query.text, &uri, &headers)
}

#[expose(post = "/form", public, destructive = false, reason = "only tells what it saw")]
async fn form(uri: Uri, headers: HeaderMap, Form(form): Form<Text>) -> Json<Seen> {
    seen("form", form.text, &uri, &headers)
}

fn watching() -> Toolset {
    tools![file, secret, tree, find, form].with_state(())
}

const HOSTILE: [&str; 16] = [
    "..",
    ".",
    "../secret",
    "a/secret",
    "..%2Fsecret",
    "%2F",
    "%252F",
    "a\0b",
    "a\r\nX-Admin: yes",
    "a?admin=1",
    "a#b",
    "a&text=b",
    "a=b;c",
    "//evil.example/",
    "é\u{202e}",
    " ",
];

fn structured(answer: &Response) -> Value {
    assert!(!answer.is_error(), "{answer:?}");
    answer.result()["structuredContent"].clone()
}

#[tokio::test]
async fn a_path_argument_stays_in_its_segment() {
    let server = serve(watching()).await;
    for text in HOSTILE {
        for (tool, name) in [("file", "name"), ("tree", "rest")] {
            let seen = structured(&server.call(NOBODY, tool, json!({ name: text })).await);
            assert_eq!((&seen["tool"], &seen["argument"]), (&json!(tool), &json!(text)));
            assert_eq!((&seen["segments"], &seen["query"]), (&json!(2), &json!(null)), "{text:?}");
            assert_eq!(seen["headers"], json!(["accept", "host"]), "{text:?}");
        }
    }
}

#[tokio::test]
async fn an_empty_path_argument_is_refused() {
    let server = serve(watching()).await;
    let answer = server.call(NOBODY, "file", json!({ "name": "" })).await;
    assert_eq!(
        (answer.reason(), answer.text()),
        ("invalid_arguments".into(), "invalid_arguments: `name` must not be empty".into())
    );
}

#[tokio::test]
async fn a_query_or_form_argument_stays_one_value() {
    let server = serve(watching()).await;
    for text in HOSTILE.into_iter().chain([""]) {
        let found = structured(&server.call(NOBODY, "find", json!({ "text": text })).await);
        assert_eq!((&found["argument"], &found["segments"]), (&json!(text), &json!(1)));
        assert_eq!(found["query"].as_str().unwrap().matches(['=', '&']).count(), 1, "{found}");
        let formed = structured(&server.call(NOBODY, "form", json!({ "text": text })).await);
        assert_eq!((&formed["argument"], &formed["query"]), (&json!(text), &json!(null)));
        assert_eq!(formed["headers"], json!(["accept", "content-type", "host"]));
    }
}

#[expose(get = "/inbound", public)]
async fn inbound(
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Json<Vec<String>> {
    let headers =
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    Json([format!("{method} {uri}")].into_iter().chain(headers).collect())
}

const FORGED: &str = "Cookie: session=SENTINEL\r\nX-Forwarded-For: SENTINEL\r\nForwarded: for=SENTINEL\r\n\
    X-User: SENTINEL\r\nProxy-Authorization: SENTINEL\r\nTraceparent: 00-trace\r\n";

#[tokio::test]
async fn a_handler_sees_no_header_of_the_agents() {
    let server = serve(tools![inbound].with_state(())).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "inbound" } });
    let headers = format!("Authorization: Bearer {NOBODY}\r\n{FORGED}");
    let answer = server.post_with(&headers, &body.to_string()).await;
    assert_eq!(
        structured(&answer)["result"],
        json!(["GET /inbound", "accept: application/json", "host: api.example.com"])
    );
}

#[tokio::test]
async fn a_handler_sees_the_headers_that_the_program_names() {
    let tools = tools![inbound].forward_headers(["traceparent", "x-absent"]).with_state(());
    let server = serve_with(Doorman::builder("b").auth(oauth()).tools(tools)).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "inbound" } });
    let headers = format!("Authorization: Bearer {NOBODY}\r\n{FORGED}");
    let answer = server.post_with(&headers, &body.to_string()).await;
    assert_eq!(
        structured(&answer)["result"],
        json!([
            "GET /inbound",
            "accept: application/json",
            "host: api.example.com",
            "traceparent: 00-trace"
        ])
    );
}

#[tokio::test]
async fn a_layer_sees_no_credentials_either() {
    let tools = tools![inbound].with_router(|routes: axum::Router<()>| {
        routes.layer(from_fn(async |request: Request, next: Next| {
            assert!(
                request.headers().keys().all(|name| ["accept", "host"].contains(&name.as_str()))
            );
            next.run(request).await
        }))
    });
    let server = serve(tools).await;
    assert!(!server.call(NOBODY, "inbound", json!({})).await.is_error());
}
