use axum::Json;
use doorman_axum::{expose, tools};

#[derive(serde::Deserialize)]
struct Order {
    _amount: u64,
}

/// Refunds.
#[expose(post = "/refund", scopes = ["a"], destructive)]
async fn refund(Json(_order): Json<Order>) {}

fn main() {
    let _ = tools![refund].with_state(());
}
