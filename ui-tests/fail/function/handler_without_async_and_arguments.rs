use axum::extract::Path;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x/{id}", public)]
fn refund(Path(id): Path<u64>) -> String {
    id.to_string()
}

fn main() {
    let _ = tools![refund].with_state(());
}
