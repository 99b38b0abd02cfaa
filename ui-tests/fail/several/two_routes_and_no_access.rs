use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/x/{id", put = "/x")]
fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
