//! Which routes there are, and for which methods.

use axum::Router;
use doorman::{Error, OAuth, Principal, Transport, private::enter};

use super::*;
use crate::support::{ISSUER, READER, Records, WRITER, serve_as_resource, serve_with, tokens};

#[tokio::test]
async fn routes_stay_hidden_unless_they_are_published() {
    let server = serve_with(Doorman::builder("b").auth(oauth()).tools(handlers())).await;
    for path in ["/ping", "/invoices/7", "/stream"] {
        assert_eq!(get(&server, READER, path).await.status, 404, "{path}");
    }
    assert!(!server.call(READER, "ping", json!({})).await.is_error());
    assert!(server.records.all().iter().all(|record| record["tool"] == "ping"));
}

#[tokio::test]
async fn one_toolset_is_published_and_its_neighbour_is_not() {
    #[expose(get = "/hidden", public)]
    async fn hidden() -> &'static str {
        "hidden"
    }
    let server = serve_with(builder().tools(tools![hidden].with_state(()))).await;
    assert_eq!(get(&server, READER, "/hidden").await.status, 404);
    assert_eq!(get(&server, READER, "/state").await.body, "blue 3");
    assert_eq!(server.call(READER, "hidden", json!({})).await.text(), "hidden");
}

#[tokio::test]
async fn head_is_guarded_like_get() {
    let server = serve_with(builder().rate_limit("2/h per_caller_tool")).await;
    assert_eq!(send(&server, "", "HEAD /invoices/7", "", "").await.status, 401);
    assert_eq!(send(&server, WRITER, "HEAD /invoices/7", "", "").await.status, 200);
    let answer = send(&server, READER, "HEAD /invoices/7", "", "").await;
    let length = answer.header("content-length").unwrap().to_owned();
    assert_eq!((answer.status, &*answer.body), (200, ""));
    assert_eq!(server.records.all()[2]["result_bytes"], 0);
    assert_eq!(get(&server, READER, "/invoices/7").await.header("content-length"), Some(&*length));
    assert_eq!(send(&server, READER, "HEAD /invoices/7", "", "").await.status, 429);
    assert_eq!(server.records.all().len(), 5);
}

#[tokio::test]
async fn a_method_that_no_handler_serves_reaches_none() {
    let server = serve_with(builder()).await;
    for method in ["OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
        for token in ["", READER] {
            let answer = send(&server, token, &format!("{method} /invoices/7"), "", "").await;
            assert_eq!((answer.status, &*answer.body), (405, ""), "{method}");
            assert_eq!(answer.header("allow"), Some("GET,HEAD"));
            assert!(answer.header("access-control-allow-origin").is_none());
        }
    }
    let answer = send(&server, WRITER, "GET /invoices/7/refund", "", "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    assert!(server.records.all().is_empty());
}

#[expose(get = "/mcp", public)]
async fn at_the_endpoint() -> &'static str {
    "x"
}

#[expose(get = "/.well-known/oauth-protected-resource/mcp", public)]
async fn at_the_document() -> &'static str {
    "x"
}

#[expose(get = "/invoices/{number}", public)]
async fn another_invoice(Path(number): Path<u64>) -> String {
    number.to_string()
}

#[expose(get = "/ping", public)]
async fn another_ping() -> &'static str {
    "x"
}

#[expose(post = "/ping", public, destructive = false, reason = "it changes nothing")]
async fn post_ping() -> &'static str {
    "posted"
}

#[expose(get = "/{page}", public)]
async fn page(Path(page): Path<String>) -> String {
    page
}

fn refused(tools: Toolset) -> String {
    let doorman = builder().tools(tools.also_over_http()).build().unwrap();
    doorman_axum::router::<()>(doorman).unwrap_err().to_string()
}

#[test]
fn routes_that_meet_are_refused_with_words() {
    for (tools, words) in [
        (
            tools![at_the_endpoint].with_state(()),
            "tool `at_the_endpoint`: its path `/mcp` is the MCP endpoint's",
        ),
        (
            tools![at_the_document].with_state(()),
            "tool `at_the_document`: its path `/.well-known/oauth-protected-resource/mcp` is the MCP endpoint's or an RFC 9728 document's",
        ),
        (
            tools![another_invoice].with_state(()),
            "tool `another_invoice`: its path `/invoices/{number}`: ",
        ),
        (tools![another_ping].with_state(()), "the tool `ping` has the same method and path"),
    ] {
        let error = refused(tools);
        assert!(error.contains(words), "{error}");
    }
    let moved = builder()
        .endpoint("/api/mcp")
        .tools(tools![at_the_endpoint].with_state(()).also_over_http());
    assert!(doorman_axum::router::<()>(moved.build().unwrap()).is_ok());
    let hidden = builder().tools(tools![at_the_endpoint, another_ping].with_state(()));
    assert!(doorman_axum::router::<()>(hidden.build().unwrap()).is_ok());
}

#[tokio::test]
async fn routes_that_differ_live_side_by_side() {
    let server =
        serve_with(builder().tools(tools![post_ping, page].with_state(()).also_over_http())).await;
    assert_eq!(send(&server, READER, "POST /ping", "", "").await.body, "posted");
    assert_eq!(get(&server, READER, "/ping").await.body, "pong reader");
    assert_eq!(get(&server, READER, "/pages").await.body, "pages");
    assert!(
        !server.call(READER, "ping", json!({})).await.is_error(),
        "the endpoint is still there"
    );
    assert_eq!(get(&server, READER, "/mcp").await.status, 405);
}

#[test]
fn functions_have_no_routes_and_without_auth_nothing_is_served() {
    #[doorman::expose(public, read_only)]
    fn add(a: i64) -> i64 {
        a
    }
    let error =
        Doorman::builder("b").tools(doorman::tools![add].with_state(()).also_over_http()).build();
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("`also_over_http` is said of tools that have no routes")
    );
    let doorman = Doorman::builder("b").tools(handlers().also_over_http()).build().unwrap();
    assert_eq!(doorman_axum::router::<()>(doorman).unwrap_err(), Error::NoAuth);
}

#[test]
fn what_is_published_changes_no_document() {
    let metadata = |tools| {
        let auth = OAuth::new(ISSUER, "https://api.example.com/mcp").unwrap().verifier(tokens());
        let doorman = Doorman::builder("b").auth(auth).tools(tools).build().unwrap();
        serde_json::to_value(doorman.metadata()).unwrap()
    };
    assert_eq!(metadata(handlers()), metadata(handlers().also_over_http()));
}

#[test]
fn routes_of_another_adapter_are_refused() {
    #[doorman::expose(public, read_only)]
    fn add(a: i64) -> i64 {
        a
    }
    let mut tools = doorman::tools![add].with_state(());
    tools.keep_routes("of another adapter");
    let doorman = builder().tools(tools.also_over_http()).build().unwrap();
    let error = doorman_axum::router::<()>(doorman).unwrap_err().to_string();
    assert!(error.contains("whose routes are unknown here"), "{error}");
}

#[tokio::test]
async fn a_tool_that_is_none_is_entered_by_nobody_and_recorded() {
    let records = Records::new();
    let doorman = builder().audit(records.log.clone()).build().unwrap();
    let handler = async { unreachable!("no handler must run") };
    let nobody = Principal::anonymous(Transport::Http);
    let denial = enter::<(), _>(&doorman, "nope", nobody, None, handler).await.unwrap_err();
    assert_eq!(denial.status, 404);
    let records = records.all();
    assert_eq!((records.len(), &records[0]["reason"]), (1, &json!("not_exposed")));
    assert_eq!(records[0]["request_id"], denial.request_id);
}

#[tokio::test]
async fn a_router_around_this_one_may_have_arguments_of_its_own() {
    let build = |resource: &str| {
        let auth = OAuth::new(ISSUER, resource).unwrap().verifier(tokens());
        Doorman::builder("b").auth(auth).allow_anonymous().tools(handlers().also_over_http())
    };
    let server = serve_as_resource(build, |app| Router::new().nest("/of/{word}", app)).await;
    let seen = send(&server, "", "POST /of/outer/seen/inner?x", "", "").await.json();
    assert_eq!((&seen["word"], &seen["request"]["query"]), (&json!("inner"), &json!("x")));
    assert_eq!(get(&server, "", "/of/outer/invoices/7").await.status, 401);
}
