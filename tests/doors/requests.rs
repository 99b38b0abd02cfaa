//! What of a request reaches a handler.

use axum::{Extension, Router, routing::get as on_get};

use super::*;
use crate::support::{ISSUER, NOBODY, READER, WRITER, serve_as_resource, serve_with, tokens};

#[tokio::test]
async fn a_handler_sees_the_request_but_neither_token_nor_cookies() {
    let server = serve_with(builder()).await;
    let headers = "Cookie: id=s3nt1nel\r\nProxy-Authorization: Basic s3nt1nel\r\nX-Api-Key: s3nt1nel\r\n\
                   X-Amz-Security-Token: s3nt1nel\r\nX-Remote-User: s3nt1nel\r\n\
                   X-Forwarded-Authorization: Bearer s3nt1nel\r\nX-Forwarded-For: 10.0.0.1\r\nX-Own: yes\r\nContent-Type: text/csv\r\n";
    let answer =
        send(&server, READER, "POST /seen/a%2Fb?x=%201&y", headers, "body, not JSON").await;
    let seen = answer.json();
    assert_eq!(seen["word"], "a/b");
    let request = &seen["request"];
    assert_eq!((&request["method"], &request["query"]), (&json!("POST"), &json!("x=%201&y")));
    assert_eq!(request["body"], "body, not JSON");
    let mut names: Vec<&str> = request["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair[0].as_str().unwrap())
        .collect();
    names.sort_unstable();
    let expected =
        ["connection", "content-length", "content-type", "host", "x-forwarded-for", "x-own"];
    assert_eq!(names, expected);
    assert!(!answer.body.contains("s3nt1nel") && !answer.body.contains(READER));
}

#[tokio::test]
async fn the_caller_of_a_handler_is_the_tokens_and_no_headers() {
    let server = serve_with(builder()).await;
    let headers = "X-Remote-User: writer\r\nX-Doorman-Caller: writer\r\n";
    assert_eq!(send(&server, READER, "GET /ping", headers, "").await.body, "pong reader");
    assert_eq!(get(&server, READER, "/ping?access_token=x").await.body, "pong reader");
    assert_eq!(get(&server, "", &format!("/ping?access_token={READER}")).await.status, 401);
}

#[tokio::test]
async fn what_layers_around_the_application_left_stays_outside() {
    let build = |resource: &str| {
        let auth = doorman::OAuth::new(ISSUER, resource).unwrap().verifier(tokens());
        Doorman::builder("b").auth(auth).allow_anonymous().tools(handlers().also_over_http())
    };
    let server = serve_as_resource(build, |app| app.layer(Extension(Named))).await;
    let seen = send(&server, "", "POST /seen/a", "", "").await.json();
    assert_eq!(seen["request"]["named"], false);
    let inside = tools![seen].with_router(|routes: Router<()>| routes.layer(Extension(Named)));
    let server = serve_with(Doorman::dev("b").tools(inside.also_over_http())).await;
    let seen = send(&server, "", "POST /seen/a", "", "").await.json();
    assert_eq!(seen["request"]["named"], true);
}

#[tokio::test]
async fn a_body_above_the_limit_is_413_and_cannot_be_read_past_it() {
    let server = serve_with(builder().body_limit(20)).await;
    let json = "Content-Type: application/json\r\n";
    let refund =
        async |body: &str| send(&server, WRITER, "POST /invoices/7/refund", json, body).await;
    assert_eq!(refund(r#"{ "amount": 1.00000}"#).await.body, "7 1");
    assert_eq!(refund(r#"{ "amount": 1.000000}"#).await.status, 413);
    assert_eq!(last(&server), words("error", "handler_error"));
    let chunked = "POST /invoices/7/refund HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n";
    let chunked = format!(
        "{chunked}Authorization: Bearer {WRITER}\r\n\r\n15\r\n{}\r\n0\r\n\r\n",
        r#"{ "amount": 1.000000}"#
    );
    assert_eq!(server.send(&chunked).await.status, 413);
    let own = send(&server, WRITER, "POST /seen/a", "", "012345678901234567890").await;
    assert_eq!(own.status, 418, "an extractor of one's own says it in its own way");
}

#[tokio::test]
async fn host_and_origin_are_checked_before_anything_else() {
    let server = serve_with(builder().allowed_origins(["https://app.example.com"])).await;
    let at = async |lines: &str| {
        server.head("GET /ping", &format!("Authorization: Bearer {READER}\r\n{lines}")).await.status
    };
    assert_eq!(at("Host: localhost\r\n").await, 200);
    assert_eq!(at("Host: api.example.com\r\n").await, 200);
    assert_eq!(at("Host: evil.example\r\n").await, 403);
    assert_eq!(at("").await, 400);
    assert_eq!(at("Host: localhost\r\nOrigin: https://app.example.com\r\n").await, 200);
    assert_eq!(at("Host: localhost\r\nOrigin: http://localhost:5173\r\n").await, 200);
    assert_eq!(at("Host: localhost\r\nOrigin: null\r\n").await, 403);
    assert_eq!(at("Host: localhost\r\nOrigin: https://evil.example\r\n").await, 403);
    for (site, status) in
        [("none", 200), ("same-origin", 200), ("same-site", 403), ("cross-site", 403), ("x", 403)]
    {
        let lines = format!("Host: localhost\r\nSec-Fetch-Site: {site}\r\n");
        assert_eq!(at(&lines).await, status, "{site}: a page's picture carries no `Origin`");
    }
    let refused = server.head("GET /ping", "Host: evil.example\r\n").await;
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
}

#[expose(get = "/files/{name}", public)]
async fn file(Path(name): Path<String>) -> String {
    format!("file {name}")
}

#[expose(get = "/trees/{*rest}", public)]
async fn tree(Path(rest): Path<String>) -> String {
    format!("tree {rest}")
}

#[expose(get = "/files/secret", scopes = ["root"])]
async fn secret() -> &'static str {
    "SECRET"
}

#[tokio::test]
async fn a_path_reaches_the_handler_that_the_guard_has_looked_at_and_nothing_that_the_program_added()
 {
    let tools = tools![file, tree, secret].with_router(|routes: Router<()>| {
        routes
            .route("/files/internal", on_get(async || "SECRET"))
            .route("/files/%C3%A9cole", on_get(async || "SECRET"))
            .fallback(async || "SECRET")
    });
    let server = serve_with(builder().tools(tools.also_over_http())).await;
    for (path, said) in [
        ("/files/internal", "file internal"),
        ("/files/%69nternal", "file internal"),
        ("/files/%73ecret", "file secret"),
        ("/files/a%2Fb", "file a/b"),
        ("/files/..", "file .."),
        ("/trees/a/b%20c/", "tree a/b c/"),
    ] {
        assert_eq!(get(&server, NOBODY, path).await.body, said, "{path}");
    }
    assert_eq!(get(&server, NOBODY, "/files/secret").await.status, 403);
    let agent = server.call(NOBODY, "file", json!({ "name": "école" })).await;
    assert_eq!(agent.reason(), "invalid_arguments", "{agent:?}");
    for path in ["/files/", "/files", "/other", "//files/internal", "/files/%C3%A9cole"] {
        let answer = get(&server, NOBODY, path).await;
        assert!(answer.status == 404 && !answer.body.contains("SECRET"), "{path}");
    }
}
