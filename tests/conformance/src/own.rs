//! Fixtures as exposed handlers and functions.

use axum::{Json, extract::Query, http::StatusCode};
use doorman::Toolset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Returns simple text.
#[doorman_axum::expose(get = "/simple", scopes = ["conformance"], name = "test_simple_text")]
async fn simple() -> &'static str {
    "This is a simple text response for testing."
}

/// Always fails.
#[doorman_axum::expose(get = "/error", scopes = ["conformance"], name = "test_error_handling")]
async fn error() -> Result<String, (StatusCode, &'static str)> {
    Err((StatusCode::BAD_REQUEST, "This tool intentionally returns an error for testing"))
}

#[derive(Deserialize, JsonSchema)]
struct Numbers {
    left: i64,
    right: i64,
}

#[derive(Serialize, JsonSchema)]
struct Sum {
    sum: i64,
}

/// Adds two numbers: a tool with structured content.
#[doorman_axum::expose(get = "/sum", scopes = ["conformance"])]
async fn sum(Query(numbers): Query<Numbers>) -> Json<Sum> {
    Json(Sum { sum: numbers.left.saturating_add(numbers.right) })
}

/// Answers after a client came back.
#[doorman::expose(scopes = ["conformance"], read_only)]
fn test_reconnection() -> String {
    "Reconnection test completed".into()
}

pub fn handlers() -> Toolset {
    doorman_axum::tools![simple, error, sum].with_state(())
}

pub fn functions() -> Toolset {
    doorman::tools![test_reconnection].with_state(())
}
