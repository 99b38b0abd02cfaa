use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/x", scopes = ["a"], destructive = false, reason = "  ")]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
