use axum::response::IntoResponse;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() -> Result<impl IntoResponse, String> {
    Ok("x")
}

fn main() {
    let _ = tools![refund].with_state(());
}
