use doorman_axum::{expose, tools};

/// Refunds.
#[expose(GET = "/x", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
