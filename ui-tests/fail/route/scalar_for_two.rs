use axum::extract::Path;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/a/{b}/{c}", public)]
async fn refund(Path(_b): Path<u64>) {}

fn main() {
    let _ = tools![refund].with_state(());
}
