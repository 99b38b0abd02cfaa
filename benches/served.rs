//! What the benches of calls and lists serve.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::Path,
    http::{Request, header},
};
use doorman::{
    AuditLog, Doorman, DoormanBuilder, OAuth, StaticTokens, Toolset, VerifiedToken,
    private::{Access, Arguments, BoxFuture, Call, Dispatch, Effect, Facts, Refusal, Reply, Spec},
};
use doorman_axum::{expose, tools};
use serde::Serialize;
use serde_json::{Value, json};
use tower::ServiceExt as _;

#[derive(Serialize, schemars::JsonSchema)]
pub struct Invoice {
    id: u64,
    customer: String,
    issued: String,
    lines: Vec<Line>,
}

#[derive(Serialize, schemars::JsonSchema)]
pub struct Line {
    text: String,
    amount: f64,
}

/// One kilobyte of JSON with nothing to hide.
pub fn invoice(id: u64) -> Invoice {
    let line = |number: u32| Line {
        text: format!("Consulting, day {number} of the second quarter"),
        amount: 100.0 + f64::from(number),
    };
    Invoice {
        id,
        customer: "Customer of the northern branch".into(),
        issued: "2026-11-20T21:53:00Z".into(),
        lines: (0..13).map(line).collect(),
    }
}

/// One invoice with its lines.
#[expose(get = "/invoices/{id}", scopes = ["invoices:read"])]
pub async fn get_invoice(Path(id): Path<u64>) -> Json<Invoice> {
    Json(invoice(id))
}

pub fn with_state() -> Toolset {
    tools![get_invoice].with_state(())
}

/// Tools of different names that nobody calls.
pub fn many(number: usize) -> Toolset {
    struct Nothing;
    impl Dispatch for Nothing {
        fn dispatch(&self, _: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
            Box::pin(async { Ok(Reply::Empty) })
        }
    }
    let mut tools = Toolset::default();
    for number in 0..number {
        let name = format!("get_invoice_{number}").leak();
        let facts = Facts::new(name, Access::Scopes(&["invoices:read"]), Effect::ReadOnly);
        let mut arguments = Arguments::default();
        arguments.insert("id", json!({ "type": "integer" }), "The number of the invoice.", true);
        tools.push(Spec::new(facts.description("One invoice."), arguments, None), Nothing);
    }
    tools
}

/// Limited as every server is, at a rate that no bench reaches.
pub fn server(tools: Toolset) -> DoormanBuilder {
    let resource = "http://127.0.0.1:8000/mcp";
    let token = VerifiedToken::new("reader").audience(resource).scopes("invoices:read");
    let tokens = StaticTokens::new().insert("bench-token", token.expect("a scope"));
    let auth = OAuth::new("https://sso.example.com", resource).expect("an issuer").verifier(tokens);
    Doorman::builder("billing")
        .auth(auth)
        .audit(AuditLog::none())
        .rate_limit("1000000000/s; 1000000000/s per_caller_tool")
        .tools(tools)
}

/// One message as an HTTP client sends it. rmcp reads those that accept more than they must.
pub async fn post(app: &Router, method: &str, params: &Value, accept: &str) -> Vec<u8> {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let request = Request::post("/mcp")
        .header(header::HOST, "127.0.0.1:8000")
        .header(header::AUTHORIZATION, "Bearer bench-token")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
        .body(Body::from(message.to_string()))
        .expect("a request");
    let Ok(response) = app.clone().oneshot(request).await;
    assert_eq!(response.status(), 200);
    to_bytes(response.into_body(), usize::MAX).await.expect("a body").into()
}

/// What a client accepts that gets a plain message answered by the short way.
pub const PLAIN: &str = "application/json, text/event-stream";
