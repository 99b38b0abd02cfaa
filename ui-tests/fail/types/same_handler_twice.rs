use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund, refund].with_state(());
}
