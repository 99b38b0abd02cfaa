use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public, readonly)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
