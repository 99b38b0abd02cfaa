//! Handlers at their own routes: programs come in by the second door, past the same guard.

mod answers;
mod limits;
mod outcomes;
mod requests;
mod routes;

use std::convert::Infallible;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use doorman::{Doorman, DoormanBuilder, Toolset};
use doorman_axum::{Answer, Answered, Caller, Describe, Place, expose, tools};
use futures_util::{StreamExt as _, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Response as Heard, Server, oauth};

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    email: String,
    caller: String,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    amount: f64,
}

/// One invoice.
#[expose(get = "/invoices/{id}", scopes = ["invoices:read"], cost = 4)]
async fn invoice(Path(id): Path<u64>, caller: Caller) -> Result<Json<Invoice>, StatusCode> {
    match id {
        0 => Err(StatusCode::NOT_FOUND),
        500 => Err(StatusCode::INTERNAL_SERVER_ERROR),
        id => Ok(Json(Invoice {
            id,
            email: "ann@example.com".into(),
            caller: caller.subject().into(),
        })),
    }
}

/// Pays back.
#[expose(post = "/invoices/{id}/refund", scopes = ["invoices:write", "invoices:read"], destructive)]
async fn refund(Path(id): Path<u64>, Json(refund): Json<Refund>) -> (StatusCode, String) {
    (StatusCode::CREATED, format!("{id} {}", refund.amount))
}

/// Answers.
#[expose(get = "/ping", public)]
async fn ping(caller: Caller) -> String {
    format!("pong {}", caller.subject())
}

/// Panics.
#[expose(get = "/panics", public, cost = 4)]
async fn panics() -> String {
    panic!("the test wants it")
}

/// Never answers.
#[expose(get = "/hangs", public, cost = 4, timeout = "5ms")]
async fn hangs() -> String {
    std::future::pending().await
}

/// Tells what reached it.
#[expose(post = "/seen/{word}", public, destructive = false, reason = "it only tells what it sees")]
async fn seen(Path(word): Path<String>, Whole(request): Whole) -> Json<Value> {
    Json(json!({ "word": word, "request": request }))
}

/// All that a handler can see of a request.
struct Whole(Value);

impl Describe for Whole {
    type Asked = Option<Refund>;
    const PLACE: Place = Place::Json;
}

impl<S: Sync> axum::extract::FromRequest<S> for Whole {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await;
        let body = body.map_err(|_| StatusCode::IM_A_TEAPOT)?;
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        Ok(Self(json!({
            "method": head.method.as_str(), "query": head.uri.query(), "headers": headers,
            "body": String::from_utf8_lossy(&body), "named": head.extensions.get::<Named>().is_some(),
        })))
    }
}

/// What a layer around the application leaves.
#[derive(Clone)]
struct Named;

/// A response with a body that does not end by itself.
struct Endless(Response);

impl IntoResponse for Endless {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for Endless {
    fn answered() -> Answered {
        Answered::Text
    }
}

/// Begins to answer.
#[expose(get = "/stream", public)]
async fn flow() -> Endless {
    let first = stream::once(async { Ok::<_, Infallible>(Bytes::from("first")) });
    let head = [("x-flow", "on"), ("set-cookie", "a=b")];
    Endless(
        (StatusCode::ACCEPTED, head, Body::from_stream(first.chain(stream::pending())))
            .into_response(),
    )
}

/// Knows its state.
#[expose(get = "/state", public)]
async fn state(State(word): State<&'static str>, headers: HeaderMap) -> String {
    format!("{word} {}", headers.len())
}

fn handlers() -> Toolset {
    tools![invoice, refund, ping, panics, hangs, seen, flow, state].with_state("blue")
}

fn builder() -> DoormanBuilder {
    Doorman::builder("billing").auth(oauth()).tools(handlers().also_over_http())
}

/// One request at a handler's own route; an empty token sends none.
async fn send(server: &Server, token: &str, line: &str, headers: &str, body: &str) -> Heard {
    let authorization = match token {
        "" => String::new(),
        token => format!("Authorization: Bearer {token}\r\n"),
    };
    server
        .send(&format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\n{authorization}{headers}Content-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        ))
        .await
}

async fn get(server: &Server, token: &str, path: &str) -> Heard {
    send(server, token, &format!("GET {path}"), "", "").await
}

/// Status and reason of the last record.
fn last(server: &Server) -> (String, String) {
    let record = server.records.all().pop().unwrap();
    assert_eq!(record["transport"], "http");
    let word = |name: &str| record[name].as_str().unwrap().to_owned();
    (word("status"), word("reason"))
}

fn words(status: &str, reason: &str) -> (String, String) {
    (status.into(), reason.into())
}
