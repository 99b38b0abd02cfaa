use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/files/*rest", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
