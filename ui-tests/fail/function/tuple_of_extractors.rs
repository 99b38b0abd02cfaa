use axum::extract::{Path, RawQuery};
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/refunds/{id}", public)]
async fn refund(_both: (Path<u64>, RawQuery)) {}

fn main() {
    let _ = tools![refund].with_state(());
}
