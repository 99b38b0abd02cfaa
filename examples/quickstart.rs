//! A billing API as MCP tools: one public, one that reads, one that refunds.
//!
//!     cargo run --example quickstart -- [--port N]

use std::error::Error;

use axum::{Json, extract::Path, http::StatusCode};
use doorman::{Doorman, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    customer: String,
    email: String,
    /// In euros.
    amount: f64,
    lines: Vec<Line>,
}

#[derive(Serialize, JsonSchema)]
struct Line {
    text: String,
    amount: f64,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    /// In euros, at most the invoice's amount.
    amount: f64,
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    id: u64,
    amount: f64,
    status: &'static str,
}

/// One invoice with its lines.
#[expose(get = "/invoices/{id}", scopes = ["invoices:read"])]
async fn get_invoice(Path(id): Path<u64>) -> Result<Json<Invoice>, StatusCode> {
    find(id).map(Json).ok_or(StatusCode::NOT_FOUND)
}

/// Pays back an invoice, in part or in whole.
#[expose(
    post = "/invoices/{id}/refund",
    scopes = ["invoices:write"],
    destructive,
    redact = ["amount"],
    rate = "5/min per_caller",
    cost = 10
)]
async fn refund(
    Path(id): Path<u64>,
    Json(refund): Json<Refund>,
) -> Result<Json<Receipt>, (StatusCode, &'static str)> {
    let invoice = find(id).ok_or((StatusCode::NOT_FOUND, "there is no such invoice"))?;
    if !(0.01..=invoice.amount).contains(&refund.amount) {
        return Err((
            StatusCode::UNPROCESSABLE_ENTITY,
            "a refund is more than 0 and at most the invoice's amount",
        ));
    }
    Ok(Json(Receipt { id, amount: refund.amount, status: "refunded" }))
}

/// Says that the server is there.
#[expose(get = "/ping", public)]
async fn ping() -> &'static str {
    "pong"
}

fn find(id: u64) -> Option<Invoice> {
    if !(1..=100).contains(&id) {
        return None;
    }
    let line = |text: &str, amount| Line { text: text.into(), amount };
    let lines =
        vec![line("Consulting", 100.0), line("Travel", 0.5 + f64::from(u8::try_from(id).ok()?))];
    Some(Invoice {
        id,
        customer: format!("Customer {id}"),
        email: format!("customer{id}@example.com"),
        amount: lines.iter().map(|line| line.amount).sum(),
        lines,
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = port()?;
    let occupied = |error| format!("port {port}: {error}; take another with `--port N`");
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(occupied)?;
    let origin = format!("http://{}", listener.local_addr()?);
    let resource = format!("{origin}/mcp");
    let (reader, writer) = (random_token()?, random_token()?);

    let doorman = billing(&origin, &resource, &reader, &writer)?;

    println!("{}", instructions(&resource, &reader, &writer));
    doorman_axum::serve(listener, doorman_axum::router(doorman)?).await?;
    Ok(())
}

/// The server, and who may call it with which token.
fn billing(
    origin: &str,
    resource: &str,
    reader: &str,
    writer: &str,
) -> Result<Doorman, Box<dyn Error>> {
    let token = |subject: &str| VerifiedToken::new(subject).audience(resource);
    let tokens = StaticTokens::new()
        .insert(reader, token("reader").scopes("invoices:read")?)
        .insert(writer, token("writer").scopes("invoices:read invoices:write")?);
    Ok(Doorman::builder("billing")
        .auth(OAuth::new(origin, resource)?.verifier(tokens))
        .tools(tools![get_invoice, refund, ping].with_state(()))
        .build()?)
}

/// `--port N`; 8000 where it is not given.
fn port() -> Result<u16, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(8000),
        ["--port", port] => {
            Ok(port.parse().map_err(|_| "`--port` takes a number from 0 to 65535")?)
        }
        _ => Err("usage: quickstart [--port N]".into()),
    }
}

fn random_token() -> Result<String, Box<dyn Error>> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

fn instructions(resource: &str, reader: &str, writer: &str) -> String {
    let curl = |token: &str, body: &str| {
        format!(
            "curl -si {resource} -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
             -H 'Accept: application/json, text/event-stream' -d '{body}'"
        )
    };
    let list = curl(reader, r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    let call = curl(
        reader,
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_invoice","arguments":{"id":7}}}"#,
    );
    let refused = curl(
        reader,
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"refund","arguments":{"id":7,"amount":5}}}"#,
    );
    format!(
        "READER_TOKEN={reader}
WRITER_TOKEN={writer}

Serving MCP at {resource}

List the tools that the reader may call:
  {list}

Call one:
  {call}

Be refused with 403, for the reader may not refund:
  {refused}

Add it to Claude Code:
  claude mcp add --transport http billing {resource} --header \"Authorization: Bearer {reader}\"
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let report = doorman::testing::matrix(&billing(
            "https://sso.example.com",
            "https://api.example.com/mcp",
            "r",
            "w",
        )?)
        .await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
