use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/refund", scopes = ["a"], destructive, crate = ::nowhere)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
