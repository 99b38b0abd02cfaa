use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/in%20voices", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
