use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/refund", scopes = ["a"])]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
