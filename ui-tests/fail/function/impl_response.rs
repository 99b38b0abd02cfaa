use axum::response::IntoResponse;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() -> impl IntoResponse {
    "x"
}

fn main() {
    let _ = tools![refund].with_state(());
}
