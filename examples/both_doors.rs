//! One billing API with two doors: programs call its handlers over HTTP, agents as MCP tools.
//!
//!     cargo run --example both_doors
//!
//! Prints lines to try, and serves until the process ends.

use std::error::Error;

use axum::{Json, extract::Path, http::StatusCode};
use doorman::{Doorman, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{Caller, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    email: String,
    /// In euros.
    amount: f64,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    /// In euros.
    amount: f64,
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    id: u64,
    amount: f64,
    paid_back_by: String,
}

/// One invoice.
#[expose(get = "/invoices/{id}", scopes = ["invoices:read"])]
async fn get_invoice(Path(id): Path<u64>) -> Result<Json<Invoice>, StatusCode> {
    if id == 0 {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(Json(Invoice { id, email: format!("customer{id}@example.com"), amount: 100.0 }))
}

/// Pays back an invoice, in part or in whole.
#[expose(
    post = "/invoices/{id}/refund",
    scopes = ["invoices:write"],
    destructive,
    rate = "1/min per_caller"
)]
async fn refund(
    Path(id): Path<u64>,
    caller: Caller,
    Json(refund): Json<Refund>,
) -> (StatusCode, Json<Receipt>) {
    let paid_back_by = caller.subject().to_owned();
    (StatusCode::CREATED, Json(Receipt { id, amount: refund.amount, paid_back_by }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let resource = format!("{origin}/mcp");
    let (reader, writer) = (random_token()?, random_token()?);

    let token = |subject: &str| VerifiedToken::new(subject).audience(&*resource);
    let tokens = StaticTokens::new()
        .insert(&reader, token("reader").scopes("invoices:read")?)
        .insert(&writer, token("writer").scopes("invoices:read invoices:write")?);
    let doorman = billing(OAuth::new(&origin, &resource)?.verifier(tokens))?;

    println!("{}", instructions(&origin, &reader, &writer));
    doorman_axum::serve(listener, doorman_axum::router(doorman)?).await?;
    Ok(())
}

fn billing(auth: OAuth) -> Result<Doorman, doorman::Error> {
    let tools = tools![get_invoice, refund].with_state(()).also_over_http();
    Doorman::builder("billing").auth(auth).tools(tools).build()
}

fn random_token() -> Result<String, Box<dyn Error>> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

fn instructions(origin: &str, reader: &str, writer: &str) -> String {
    let json = "-H 'Content-Type: application/json'";
    let agent = |token: &str, tool: &str, arguments: &str| {
        format!(
            "curl -si {origin}/mcp -H 'Authorization: Bearer {token}' {json} \
             -H 'Accept: application/json, text/event-stream' -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\
             \"method\":\"tools/call\",\"params\":{{\"name\":\"{tool}\",\"arguments\":{arguments}}}}}'"
        )
    };
    let program = |token: &str, path: &str| {
        format!("curl -si {origin}{path} -H 'Authorization: Bearer {token}'")
    };
    let (read, refund) = ("/invoices/7", "/invoices/7/refund");
    format!(
        "Serving programs at {origin} and agents at {origin}/mcp

A program reads an invoice, whole:
  {}

An agent reads the same; the e-mail address is masked:
  {}

Without a token both are refused with 401:
  curl -si {origin}{read}

The reader may not refund, and is told which scope that needs:
  {} {json} -d '{{\"amount\":5}}'

The writer may, once a minute:
  {} {json} -d '{{\"amount\":5}}'

That was its one refund at either door, so as an agent it has to wait:
  {}
",
        program(reader, read),
        agent(reader, "get_invoice", r#"{"id":7}"#),
        program(reader, refund),
        program(writer, refund),
        agent(writer, "refund", r#"{"id":7,"amount":5}"#),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?;
        let report = doorman::testing::matrix(&billing(auth)?).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
