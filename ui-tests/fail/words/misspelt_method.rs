use doorman_axum::{expose, tools};

/// Refunds.
#[expose(pots = "/refund", scopes = ["a"], destructive)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
