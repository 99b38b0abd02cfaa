use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/refunds"_more, public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
