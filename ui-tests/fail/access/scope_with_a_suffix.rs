use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/refunds", scopes = ["invoices:read"_or_admin])]
async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
