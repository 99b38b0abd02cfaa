use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "invoices/{id}", public)]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
