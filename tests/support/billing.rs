//! The tools that most tests call.

use axum::{
    Json,
    extract::{Path, Query},
    http::StatusCode,
};
use doorman::Toolset;
use doorman_axum::{Caller, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, JsonSchema)]
pub struct Invoice {
    pub id: u64,
    pub caller: String,
}

#[derive(Deserialize, JsonSchema)]
pub struct Refund {
    /// In euros.
    pub amount: f64,
    pub note: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct Receipt {
    pub id: u64,
    pub amount: f64,
    pub note: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
pub struct Search {
    pub text: String,
    pub limit: Option<u8>,
}

/// One invoice.
#[expose(get = "/invoices/{id}", title = "Get an invoice", scopes = ["invoices:read"])]
pub async fn get_invoice(
    Path(id): Path<u64>,
    caller: Caller,
) -> Result<Json<Invoice>, (StatusCode, String)> {
    if id == 0 {
        return Err((StatusCode::NOT_FOUND, "there is no invoice 0".into()));
    }
    Ok(Json(Invoice { id, caller: caller.subject().to_owned() }))
}

/// Pays back.
#[expose(post = "/invoices/{id}/refund", scopes = ["invoices:write"], destructive)]
pub async fn refund(Path(id): Path<u64>, Json(refund): Json<Refund>) -> Json<Receipt> {
    Json(Receipt { id, amount: refund.amount, note: refund.note })
}

/// Finds invoices.
#[expose(get = "/invoices", scopes = ["invoices:read"])]
pub async fn search(Query(search): Query<Search>) -> Json<Vec<String>> {
    Json(vec![search.text; usize::from(search.limit.unwrap_or(1))])
}

/// Answers.
#[expose(get = "/ping", public)]
pub async fn ping() -> &'static str {
    "pong"
}

pub fn billing() -> Toolset {
    tools![get_invoice, refund, search, ping].with_state(())
}
