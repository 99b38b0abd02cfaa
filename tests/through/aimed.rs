//! Arguments that try to lead elsewhere.

use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderMap, Uri},
    routing::get,
};
use doorman::Doorman;
use doorman_axum::{expose, tools};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::support::{NOBODY, serve};

/// What a handler saw, without what is in it: encoded, an address may look like what is masked.
#[derive(Serialize, JsonSchema)]
struct Seen {
    argument: String,
    segments: usize,
    query: Option<String>,
    headers: Vec<String>,
}

fn seen(argument: String, uri: &Uri, headers: &HeaderMap) -> Json<Seen> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    let segments = uri.path().split('/').count() - 1;
    Json(Seen { argument, segments, query: uri.query().map(str::to_owned), headers })
}

/// One file.
#[expose(get = "/files/{name}", public)]
async fn file(Path(name): Path<String>, uri: Uri, headers: HeaderMap) -> Json<Seen> {
    seen(name, &uri, &headers)
}

/// Everything below.
#[expose(get = "/trees/{*rest}", public)]
async fn tree(Path(rest): Path<String>, uri: Uri, headers: HeaderMap) -> Json<Seen> {
    seen(rest, &uri, &headers)
}

fn secrets() -> Router {
    let secret = || get(async || "SECRET");
    Router::new()
        .route("/files/{name}", get(file))
        .route("/files/me", secret())
        .route("/files/{name}/secret", secret())
        .route("/files/v{name}", secret())
        .route("/files/%70lain", secret())
        .route("/trees/{*rest}", get(tree))
        .route("/trees/oak/{leaf}", secret())
        .fallback(async || "SECRET")
}

const HOSTILE: [&str; 19] = [
    "me",
    "v1",
    "..",
    ".",
    "../me",
    "a/secret",
    "..%2Fme",
    "%2F",
    "%252F",
    "%6De",
    "a\0b",
    "a\r\nX-Admin: yes",
    "a?admin=1",
    "a#b",
    "//evil.example/",
    "oak/leaf",
    "é\u{202e}",
    " ",
    "http://evil.example/",
];

#[tokio::test]
async fn an_argument_stays_in_its_place_and_reaches_its_own_route() {
    let server = serve(tools![file, tree].through(secrets())).await;
    for text in HOSTILE {
        for (tool, name) in [("file", "name"), ("tree", "rest")] {
            let answer = server.call(NOBODY, tool, json!({ name: text })).await;
            assert_eq!(
                answer.result()["structuredContent"],
                json!({
                    "argument": text,
                    "segments": 2,
                    "query": null,
                    "headers": ["accept: \"application/json\"", "host: \"api.example.com\""],
                }),
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_empty_argument_is_refused() {
    let server = serve(tools![file, tree].through(secrets())).await;
    let answer = server.call(NOBODY, "file", json!({ "name": "" })).await;
    assert_eq!(answer.text(), "invalid_arguments: `name` must not be empty");
}

#[tokio::test]
async fn an_argument_that_another_route_spells_encoded_reaches_neither() {
    let server = serve(tools![file, tree].through(secrets())).await;
    let answer = server.call(NOBODY, "file", json!({ "name": "plain" })).await;
    assert_eq!(answer.text(), "invalid_arguments: the arguments lead to another route");
    let records = server.records.all();
    let heard = format!("{answer:?} {records:?}");
    assert!(!heard.contains("SECRET") && !heard.contains("plain"));
    assert_eq!((records.len(), &records[0]["reason"]), (1, &json!("invalid_arguments")));
}

#[tokio::test]
async fn an_argument_that_leads_from_the_fallback_to_a_route_reaches_neither() {
    let api = Router::new()
        .route("/files/%61", get(async || "SECRET"))
        .fallback_service(Router::new().route("/files/{name}", get(file)));
    let server = serve(tools![file].through(api)).await;
    assert!(!server.call(NOBODY, "file", json!({ "name": "b" })).await.is_error());
    let answer = server.call(NOBODY, "file", json!({ "name": "a" })).await;
    assert_eq!(answer.text(), "invalid_arguments: the arguments lead to another route");
}

#[tokio::test]
async fn an_argument_that_spells_a_route_of_a_hidden_router_is_an_argument() {
    let api = Router::new().fallback_service(secrets());
    let server = serve(tools![file, tree].through(api)).await;
    let answer = server.call(NOBODY, "file", json!({ "name": "me" })).await;
    assert_eq!(answer.result()["structuredContent"]["argument"], "me");
}

#[tokio::test]
async fn only_the_headers_that_the_program_names_are_forwarded() {
    let headers = format!(
        "Authorization: Bearer {NOBODY}\r\nCookie: session=SENTINEL\r\nX-User: SENTINEL\r\n\
         X-Forwarded-For: SENTINEL\r\nTraceparent: 00-trace\r\n"
    );
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "file", "arguments": { "name": "a" } } });
    for (names, traced) in [(&[][..], false), (&["traceparent"][..], true)] {
        let tools = match names {
            [name] => tools![file].forward_headers([*name]).through(secrets()),
            _ => tools![file].through(secrets()),
        };
        let answer = serve(tools).await.post_with(&headers, &body.to_string()).await;
        assert!(!answer.body.contains("SENTINEL"), "{answer:?}");
        assert_eq!(answer.body.contains("00-trace"), traced, "{answer:?}");
    }
}

#[test]
fn a_header_that_may_not_be_forwarded_is_refused() {
    for name in ["authorization", "cookie", "x-forwarded-for", "proxy-a", "forwarded"] {
        let tools = tools![file].forward_headers([name]).through(secrets());
        let error = Doorman::dev("b").tools(tools).build().unwrap_err();
        assert!(error.to_string().contains("forward_headers"), "{error}");
    }
}
