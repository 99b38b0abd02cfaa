use axum::Json;
use doorman_axum::{expose, tools};

#[derive(serde::Serialize)]
struct Receipt {
    id: u64,
}

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() -> Json<Receipt> {
    Json(Receipt { id: 1 })
}

fn main() {
    let _ = tools![refund].with_state(());
}
