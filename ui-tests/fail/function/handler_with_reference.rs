use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund(_headers: &axum::http::HeaderMap) {}

fn main() {
    let _ = tools![refund].with_state(());
}
