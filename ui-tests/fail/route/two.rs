use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", post = "/x", scopes = ["a"], destructive)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
