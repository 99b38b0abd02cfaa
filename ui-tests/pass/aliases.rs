//! Aliases of extractors, state and results are what they stand for.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use doorman::Principal;

/// An invoice.
#[derive(Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
pub struct Invoice {
    number: u64,
}

/// The state.
pub type Db = State<u8>;
/// The path.
pub type Id = Path<u64>;
/// The body.
pub type Body = Json<Invoice>;
/// The answer.
pub type Answer<T> = Result<Json<T>, StatusCode>;

/// Stores.
///
/// # Errors
/// Never.
#[doorman_axum::expose(put = "/invoices/{id}", scopes = ["a"], destructive)]
pub async fn store(Path(id): Id, State(_): Db, Json(mut invoice): Body) -> Answer<Invoice> {
    invoice.number = id;
    Ok(Json(invoice))
}

/// Who.
pub type Who = Principal;
/// Shared.
pub type Shared = doorman::State<u8>;

/// Adds.
///
/// # Errors
/// Never.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn add(_: Who, doorman::State(more): Shared, to: i64) -> i64 {
    to + i64::from(more)
}

#[test]
fn aliases_are_seen_through() {
    assert_eq!(doorman_axum::tools![store].with_state(1_u8).len(), 1);
    assert_eq!(doorman::tools![add].with_state(1_u8).len(), 1);
}
