use doorman::tools;
use doorman_axum::expose;

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
