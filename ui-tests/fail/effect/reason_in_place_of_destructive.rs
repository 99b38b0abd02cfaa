use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/x", scopes = ["a"], reason = "it only adds a line")]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
