use doorman_axum::{expose, tools};

/// Refunds.
#[expose(post = "/refund", scopes = ["a"], destructive)]
async fn refund(_body: axum::Json<u64>, _method: axum::http::Method) {}

fn main() {
    let _ = tools![refund].with_state(());
}
