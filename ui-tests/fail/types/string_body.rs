use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/refund", scopes = ["a"], destructive)]
async fn refund(_body: String) {}

fn main() {
    let _ = tools![refund].with_state(());
}
