//! The tools. Each answers with its caller's name and the nonce that it was called with.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use doorman::{Principal, Toolset};
use doorman_axum::{Answer, Answered, Caller, expose, tools};
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

/// How many handlers run, and ran at once at most.
#[derive(Clone, Default)]
pub struct Running {
    pub now: Arc<AtomicUsize>,
    pub most: Arc<AtomicUsize>,
}

/// A handler that runs, until it is dropped.
struct One(Running);

impl Running {
    fn one(&self) -> One {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        One(self.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Deserialize, JsonSchema)]
struct Asked {
    nonce: u64,
    /// As long as the caller's number of this attempt: the audit log tells lengths.
    pad: String,
}

#[derive(Serialize, JsonSchema)]
struct Echo {
    caller: String,
    nonce: u64,
    pad: String,
}

fn echo_of(caller: &str, asked: Asked) -> Json<Echo> {
    Json(Echo { caller: caller.into(), nonce: asked.nonce, pad: asked.pad })
}

/// Answers.
#[expose(get = "/echo", scopes = ["soak"])]
async fn echo(caller: Caller, Query(asked): Query<Asked>) -> Json<Echo> {
    echo_of(caller.subject(), asked)
}

/// Answers after a second.
#[expose(get = "/slow", scopes = ["soak"])]
async fn slow(
    caller: Caller,
    State(running): State<Running>,
    Query(asked): Query<Asked>,
) -> Json<Echo> {
    let _one = running.one();
    sleep(Duration::from_secs(1)).await;
    echo_of(caller.subject(), asked)
}

/// Answers after eight seconds: a thousand of them run at once.
#[expose(get = "/long", scopes = ["soak"])]
async fn long(
    caller: Caller,
    State(running): State<Running>,
    Query(asked): Query<Asked>,
) -> Json<Echo> {
    let _one = running.one();
    sleep(Duration::from_secs(8)).await;
    echo_of(caller.subject(), asked)
}

/// Answers after a second, whether or not somebody still waits.
#[expose(post = "/erase", scopes = ["soak"], destructive)]
async fn erase(
    caller: Caller,
    State(running): State<Running>,
    Json(asked): Json<Asked>,
) -> Json<Echo> {
    let _one = running.one();
    sleep(Duration::from_secs(1)).await;
    echo_of(caller.subject(), asked)
}

/// Panics.
#[expose(get = "/boom", scopes = ["soak"])]
async fn boom(Query(asked): Query<Asked>) -> Json<Echo> {
    panic!("{}", asked.nonce)
}

/// Hangs past its timeout.
#[expose(get = "/hang", scopes = ["soak"], timeout = "2s")]
async fn hang(State(running): State<Running>, Query(asked): Query<Asked>) -> Json<Echo> {
    let _one = running.one();
    pending::<()>().await;
    echo_of("", asked)
}

/// Answers 5xx.
#[expose(get = "/fail", scopes = ["soak"])]
async fn fail(Query(_): Query<Asked>) -> Result<Json<Echo>, StatusCode> {
    Err(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Answers 4xx.
#[expose(get = "/refuse", scopes = ["soak"])]
async fn refuse(Query(_): Query<Asked>) -> Result<Json<Echo>, StatusCode> {
    Err(StatusCode::NOT_FOUND)
}

/// Has a rate of its own.
#[expose(get = "/seldom", scopes = ["soak"], rate = "1/d per_caller")]
async fn seldom(caller: Caller, Query(asked): Query<Asked>) -> Json<Echo> {
    echo_of(caller.subject(), asked)
}

/// Costs nearly all of a budget.
#[expose(get = "/dear", scopes = ["soak"], cost = 600)]
async fn dear(caller: Caller, Query(asked): Query<Asked>) -> Json<Echo> {
    echo_of(caller.subject(), asked)
}

/// Nobody holds its scope.
#[expose(get = "/guarded", scopes = ["admin"])]
async fn guarded(Query(asked): Query<Asked>) -> Json<Echo> {
    echo_of("", asked)
}

/// 100 MB of text.
struct Endless;

impl IntoResponse for Endless {
    fn into_response(self) -> Response {
        static CHUNK: [u8; 65_536] = [b'a'; 65_536];
        let chunks = (0..1_600).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&CHUNK)));
        let body = Body::from_stream(stream::iter(chunks));
        ([(header::CONTENT_TYPE, "text/plain")], body).into_response()
    }
}

impl Answer for Endless {
    fn answered() -> Answered {
        String::answered()
    }
}

/// Answers 100 MB.
#[expose(get = "/large", scopes = ["soak"])]
async fn large(Query(_): Query<Asked>) -> Endless {
    Endless
}

/// The tools of handlers.
pub fn hidden(running: &Running) -> Toolset {
    tools![echo, slow, long, erase, boom, hang, fail, refuse, seldom, dear, guarded, large]
        .with_state(running.clone())
}

/// Says who calls.
#[doorman::expose(scopes = ["soak"], read_only)]
fn tell(principal: Principal, nonce: u64, pad: String) -> Echo {
    Echo { caller: principal.subject().into(), nonce, pad }
}

/// The tools that are plain functions.
pub fn functions() -> Toolset {
    doorman::tools![tell].with_state(())
}

/// Answers, also over HTTP.
#[expose(get = "/open/echo", scopes = ["soak"])]
async fn open_echo(caller: Caller, Query(asked): Query<Asked>) -> Json<Echo> {
    echo_of(caller.subject(), asked)
}

/// Answers 100 MB, also over HTTP.
#[expose(get = "/open/large", scopes = ["soak"])]
async fn open_large(State(running): State<Running>, Query(_): Query<Asked>) -> Endless {
    let _one = running.one();
    Endless
}

/// The tools that are routes too.
pub fn published(running: &Running) -> Toolset {
    tools![open_echo, open_large].with_state(running.clone()).also_over_http()
}

/// A page of an application that is there already.
#[expose(get = "/app/page", scopes = ["soak"])]
async fn page(caller: Caller, Query(asked): Query<Asked>) -> Json<Echo> {
    echo_of(caller.subject(), asked)
}

/// The tools that are reached through a finished application.
pub fn through() -> Toolset {
    tools![page].through(Router::new().route("/app/page", get(page)))
}
