use axum::extract::State;
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund(State(_): State<u8>) {}

fn main() {
    let _ = tools![refund].with_state(());
}
