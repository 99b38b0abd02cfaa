use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "refund/{id", scopes = ["a b", "", 5], timeout = "5", name = "re fund", title = "", banana)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
