use axum::extract::Path;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/refunds/{id}", public)]
async fn refund(#[cfg_attr(all(), cfg(all()))] _id: Path<u64>) {}

fn main() {
    let _ = tools![refund].with_state(());
}
