use axum::extract::Path;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/a/{b}/{c}/{d}", public)]
async fn refund(Path((_b, _c)): Path<(u64, String)>) {}

fn main() {
    let _ = tools![refund].with_state(());
}
