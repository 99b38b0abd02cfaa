use doorman_axum::{expose, tools};

/// Refunds.
#[expose(public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
