use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/x", scope = ["a"], destuctive)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
