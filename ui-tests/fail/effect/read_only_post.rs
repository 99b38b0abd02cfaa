use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/x", scopes = ["a"], read_only)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
