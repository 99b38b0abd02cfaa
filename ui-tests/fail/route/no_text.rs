use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = 5, public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
