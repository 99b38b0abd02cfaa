use doorman_axum::{expose, tools};

/// Refunds.
#[expose(put = "/x", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
