//! Plain functions and axum handlers behind one guard.
//!
//!     cargo run --example both
//!
//! Serves until the process ends; every caller on this machine is `dev`.

use std::error::Error;

use axum::{Json, extract::Query};
use doorman::{Doorman, DoormanBuilder, Principal, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Deserialize, JsonSchema)]
struct Range {
    /// Degrees Celsius.
    low: f64,
    /// Degrees Celsius.
    high: f64,
}

#[derive(Serialize, JsonSchema)]
struct Span {
    degrees: f64,
}

/// How far apart two temperatures are.
#[doorman_axum::expose(get = "/span", public)]
async fn span(Query(range): Query<Range>) -> Json<Span> {
    Json(Span { degrees: range.high - range.low })
}

/// Turns degrees Celsius into Fahrenheit.
#[doorman::expose(public, read_only, open_world = false)]
fn fahrenheit(
    /// Degrees Celsius.
    celsius: f64,
) -> f64 {
    celsius * 1.8 + 32.0
}

/// Greets whoever calls.
#[doorman::expose(scopes = ["greet:send"], read_only)]
async fn greet(
    principal: Principal,
    State(greeting): State<&'static str>,
    /// Whom to greet instead of the caller.
    name: Option<String>,
) -> String {
    format!("{greeting}, {}", name.as_deref().unwrap_or(principal.subject()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let doorman = weather(Doorman::dev("weather"))?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Serving MCP at http://{}/mcp", listener.local_addr()?);
    doorman_axum::serve(listener, doorman_axum::router(doorman)?).await?;
    Ok(())
}

fn weather(builder: DoormanBuilder) -> Result<Doorman, doorman::Error> {
    builder
        .tools(doorman_axum::tools![span].with_state(()))
        .tools(doorman::tools![fahrenheit, greet].with_state("Hello"))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let report = doorman::testing::matrix(&weather(Doorman::builder("weather"))?).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
