use doorman_axum::{expose, tools};

/// Refunds.
#[expose(put = "/refund", scopes = ["a"], destructive = false, reason = "it only adds a line")]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
