use axum::extract::Path;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/a", public)]
async fn refund(Path(_b): Path<String>) {}

fn main() {
    let _ = tools![refund].with_state(());
}
