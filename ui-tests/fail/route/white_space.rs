use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/in voices", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
