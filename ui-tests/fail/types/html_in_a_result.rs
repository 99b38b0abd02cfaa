use axum::response::Html;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() -> Result<Html<String>, String> {
    Err(String::new())
}

fn main() {
    let _ = tools![refund].with_state(());
}
