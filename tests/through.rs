//! A finished application as tools: what it asks of everybody it asks of agents, and a call reaches the
//! route of its own tool only.

mod aimed;
mod answers;
mod example;
mod probes;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Extension, Json, Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Path, Request, State},
    http::{StatusCode, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use doorman::{Doorman, Toolset};
use doorman_axum::{Caller, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{NOBODY, READER, WRITER, get as over_http, oauth, serve, serve_with};

/// What reached the application.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn keep(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(Clone)]
struct App {
    seen: Seen,
    currency: &'static str,
}

/// Who may do more than call: the application's own right, by its own list.
struct Clerk(String);

impl<S: Send + Sync> FromRequestParts<S> for Clerk {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let nobody = |_| (StatusCode::UNAUTHORIZED, "nobody is logged in".to_owned());
        let caller = Caller::from_request_parts(parts, state).await.map_err(nobody)?;
        match caller.subject() {
            "writer" => Ok(Self("writer".into())),
            other => Err((StatusCode::FORBIDDEN, format!("{other} is no clerk"))),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    currency: String,
    email: String,
    clerk: String,
    peer: bool,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    amount: u32,
}

/// One invoice.
#[expose(get = "/api/invoices/{id}", scopes = ["invoices:read"])]
async fn get_invoice(
    State(app): State<App>,
    Clerk(clerk): Clerk,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<u64>,
) -> Json<Invoice> {
    app.seen.keep(format!("invoice {id}"));
    let (currency, email) = (app.currency.into(), "ann@example.com".into());
    Json(Invoice { id, currency, email, clerk, peer: peer.ip().is_loopback() })
}

/// Pays back.
#[expose(post = "/api/invoices/{id}/refund", scopes = ["invoices:write"], destructive)]
async fn refund(
    State(app): State<App>,
    Path(id): Path<u64>,
    Json(refund): Json<Refund>,
) -> Result<Json<u64>, (StatusCode, &'static str)> {
    app.seen.keep(format!("refund {id}"));
    if refund.amount > 100 {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "no more than 100; ask bob@example.com"));
    }
    Ok(Json(id))
}

/// Says who is there.
#[expose(get = "/api/who", public)]
async fn who(caller: Option<Extension<Caller>>) -> String {
    caller.map_or("nobody".into(), |caller| format!("somebody {}", caller.subject()))
}

#[tokio::test]
async fn an_application_finds_no_caller_where_nobody_is_verified() {
    let api = Router::new().route("/api/who", get(who));
    let builder = Doorman::builder("who").auth(oauth()).allow_anonymous();
    let server = serve_with(builder.tools(tools![who].through(api))).await;
    assert_eq!(server.call("", "who", json!({})).await.text(), "nobody");
    assert_eq!(server.call(READER, "who", json!({})).await.text(), "somebody reader");
}

fn api(app: App) -> Router {
    let invoices =
        Router::new().route("/{id}", get(get_invoice)).route("/{id}/refund", post(refund));
    let watch = async |State(app): State<App>, request: Request, next: Next| -> Response {
        app.seen.keep(format!("{} {}", request.method(), request.uri()));
        next.run(request).await
    };
    Router::new()
        .nest("/api", Router::new().nest("/invoices", invoices))
        .fallback(async || (StatusCode::NOT_FOUND, "no such page"))
        .layer(from_fn_with_state(app.clone(), watch))
        .with_state(app)
}

fn app() -> App {
    App { seen: Seen::default(), currency: "EUR" }
}

fn billing(app: &App) -> Toolset {
    tools![get_invoice, refund].through(api(app.clone()))
}

#[tokio::test]
async fn the_state_the_extractors_and_the_layers_of_the_application_hold() {
    let app = app();
    let server = serve(billing(&app)).await;
    let answer = server.call(WRITER, "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(
        answer.result()["structuredContent"],
        json!({ "id": 7, "currency": "EUR", "email": "«redacted»", "clerk": "writer", "peer": true })
    );
    assert_eq!(app.seen.all(), ["GET /api/invoices/%37", "invoice 7"]);
}

#[tokio::test]
async fn the_application_refuses_whom_it_would_refuse_in_its_own_words() {
    let app = app();
    let server = serve(billing(&app)).await;
    let answer = server.call(READER, "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(
        (answer.reason(), answer.text()),
        ("handler_error".into(), "reader is no clerk".into())
    );
    assert_eq!(app.seen.all(), ["GET /api/invoices/%37"]);
}

#[tokio::test]
async fn the_validation_of_the_application_holds_and_its_words_are_redacted() {
    let server = serve(billing(&app())).await;
    let fine = server.call(WRITER, "refund", json!({ "id": 7, "amount": 5 })).await;
    assert_eq!(fine.result()["structuredContent"], json!({ "result": 7 }));
    let refused = server.call(WRITER, "refund", json!({ "id": 7, "amount": 500 })).await;
    assert_eq!(refused.text(), "no more than 100; ask «redacted»");
}

/// Writes a note.
#[expose(post = "/notes", public, destructive = false, reason = "only adds a note")]
async fn note(Json(note): Json<String>) -> String {
    note
}

#[tokio::test]
async fn the_body_limit_of_the_application_holds() {
    let api = Router::new().route("/notes", post(note)).layer(DefaultBodyLimit::max(64));
    let server = serve(tools![note].through(api)).await;
    assert_eq!(server.call(NOBODY, "note", json!({ "note": "short" })).await.text(), "short");
    let long = server.call(NOBODY, "note", json!({ "note": "x".repeat(64) })).await;
    assert_eq!(long.reason(), "handler_error");
}

#[tokio::test]
async fn the_application_sees_nothing_of_what_the_guard_refuses() {
    let app = app();
    let server =
        serve_with(Doorman::builder("b").auth(oauth()).tools(billing(&app)).rate_limit("1/h"))
            .await;
    assert_eq!(server.call(READER, "refund", json!({ "id": 1, "amount": 1 })).await.status, 403);
    assert_eq!(server.call("", "refund", json!({ "id": 1, "amount": 1 })).await.status, 401);
    let wrong = server.call(WRITER, "refund", json!({ "id": "x", "amount": 1 })).await;
    assert_eq!(wrong.reason(), "invalid_arguments");
    assert_eq!(app.seen.all(), [""; 0]);
    for reason in ["", "rate_limited"] {
        let answer = server.call(WRITER, "refund", json!({ "id": 1, "amount": 1 })).await;
        assert_eq!(answer.reason(), reason);
    }
    assert_eq!(app.seen.all(), ["POST /api/invoices/%31/refund", "refund 1"]);
}

#[tokio::test]
async fn every_attempt_is_one_record() {
    let server = serve(billing(&app())).await;
    server.call(WRITER, "get_invoice", json!({ "id": 7 })).await;
    server.call(READER, "get_invoice", json!({ "id": 7 })).await;
    server.call(READER, "refund", json!({ "id": 7, "amount": 1 })).await;
    let records = server.records.all();
    let told: Vec<Value> =
        records.iter().map(|r| json!([r["caller"], r["tool"], r["reason"]])).collect();
    assert_eq!(
        told,
        [
            json!(["writer", "get_invoice", "ok"]),
            json!(["reader", "get_invoice", "handler_error"]),
            json!(["reader", "refund", "forbidden:scope"]),
        ]
    );
    assert_eq!(records[0]["redactions"]["email"], 1);
}

#[tokio::test]
async fn the_same_application_serves_plain_http_to_nobody_in_particular() {
    let app = app();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let plain = api(app.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, plain).await.unwrap() });
    let answer = over_http(&address, "/api/invoices/7").await;
    assert_eq!((answer.status, &*answer.body), (401, "nobody is logged in"));
    serving.abort();
}
