use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/x", public, destructive)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
