use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/refund", scopes = ["a"], destructive)]
async fn refund(_request: axum::extract::Request) {}

fn main() {
    let _ = tools![refund].with_state(());
}
