//! A call reaches the handler of its own tool, and no other, whatever its arguments say: the guard has
//! looked at the scopes of that tool only.

use axum::{
    Json, Router,
    extract::{Path, Request},
    middleware::{Next, from_fn},
    routing::get,
};
use doorman::Doorman;
use doorman_axum::{expose, tools};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tower::{ServiceBuilder, util::MapRequestLayer};

use crate::support::{NOBODY, WRITER, serve, serve_with};

#[expose(get = "/files/{name}", public)]
async fn file(Path(name): Path<String>) -> String {
    format!("file {name}")
}

#[expose(get = "/files/secret", scopes = ["root"])]
async fn secret() -> &'static str {
    "SECRET"
}

#[expose(delete = "/files/gone", scopes = ["root"], destructive)]
async fn gone() -> &'static str {
    "GONE"
}

#[expose(get = "/trees/{*rest}", public)]
async fn tree(Path(rest): Path<String>) -> String {
    format!("tree {rest}")
}

#[expose(get = "/{kind}/{name}/text", public)]
async fn text(Path((kind, name)): Path<(String, String)>) -> String {
    format!("text {kind} {name}")
}

#[expose(get = "/vault/{name}/text", scopes = ["root"])]
async fn vault(Path(name): Path<String>) -> String {
    format!("SECRET {name}")
}

#[expose(get = "/trees/oak", scopes = ["root"])]
async fn oak() -> &'static str {
    "SECRET"
}

#[derive(Deserialize, JsonSchema)]
struct Job {
    #[expect(dead_code, reason = "a body is all that matters here")]
    all: bool,
}

#[expose(put = "/jobs/{job}", scopes = ["invoices:write"], destructive)]
async fn put_job(Path(job): Path<String>, Json(_): Json<Job>) -> String {
    format!("put {job}")
}

#[expose(put = "/jobs/wipe", scopes = ["root"], destructive)]
async fn wipe(Json(_): Json<Job>) -> &'static str {
    "WIPED"
}

#[tokio::test]
async fn an_argument_that_spells_another_tools_route_is_an_argument() {
    let server =
        serve(tools![file, secret, gone, tree, oak, text, vault, put_job, wipe].with_state(()))
            .await;
    for (tool, arguments, said) in [
        ("file", json!({ "name": "secret" }), "file secret"),
        ("file", json!({ "name": "gone" }), "file gone"),
        ("tree", json!({ "rest": "oak" }), "tree oak"),
        ("text", json!({ "kind": "vault", "name": "a" }), "text vault a"),
        ("put_job", json!({ "job": "wipe", "all": true }), "put wipe"),
    ] {
        let answer = server.call(WRITER, tool, arguments).await;
        assert_eq!(answer.text(), said, "{answer:?}");
    }
    assert_eq!(server.call(WRITER, "secret", json!({})).await.status, 403);
}

#[tokio::test]
async fn an_argument_does_not_reach_the_routes_that_the_program_adds() {
    let tools = tools![file]
        .with_router(|routes: Router<()>| routes.route("/files/internal", get(async || "SECRET")));
    let server = serve(tools).await;
    assert_eq!(
        server.call(NOBODY, "file", json!({ "name": "internal" })).await.text(),
        "file internal"
    );
}

#[tokio::test]
async fn a_layer_that_sends_a_request_elsewhere_ends_at_no_other_handler() {
    let tools = tools![file, secret].with_router(|routes: Router<()>| {
        let elsewhere = MapRequestLayer::new(|mut request: Request| {
            *request.uri_mut() = "/files/secret".parse().unwrap();
            request
        });
        Router::new().fallback_service(ServiceBuilder::new().layer(elsewhere).service(routes))
    });
    let server = serve(tools).await;
    let answer = server.call(NOBODY, "file", json!({ "name": "a" })).await;
    assert!(answer.is_error() && !answer.body.contains("SECRET"), "{answer:?}");
}

#[tokio::test]
async fn a_layer_that_makes_a_request_of_its_own_ends_at_no_handler() {
    let tools = tools![file].with_router(|routes: Router<()>| {
        routes.layer(from_fn(async |request: Request, next: Next| {
            let own = Request::builder()
                .uri(request.uri().clone())
                .body(axum::body::Body::empty())
                .unwrap();
            next.run(own).await
        }))
    });
    let answer = serve(tools).await.call(NOBODY, "file", json!({ "name": "a" })).await;
    assert_eq!(answer.reason(), "handler_error");
}

mod elsewhere {
    use doorman_axum::expose;

    #[expose(get = "/status", public)]
    pub async fn status() -> &'static str {
        "exposed"
    }

    #[doorman::expose(public, read_only)]
    pub fn sum() -> &'static str {
        "exposed"
    }
}

mod shadowed {
    use doorman::Toolset;

    use super::elsewhere::*;

    #[expect(dead_code, clippy::unused_async, reason = "it must not be called")]
    async fn status() -> &'static str {
        "SECRET"
    }

    pub fn tools() -> [Toolset; 2] {
        #[expect(unused_variables, reason = "it must not be called")]
        let sum = || "SECRET";
        [doorman_axum::tools![status].with_state(()), doorman::tools![sum].with_state(())]
    }
}

#[tokio::test]
async fn a_function_that_hides_an_exposed_one_is_not_what_the_tool_runs() {
    let [handlers, functions] = shadowed::tools();
    let server = serve_with(Doorman::dev("b").tools(handlers).tools(functions)).await;
    for tool in ["status", "sum"] {
        assert_eq!(server.call("", tool, json!({})).await.text(), "exposed");
    }
}
