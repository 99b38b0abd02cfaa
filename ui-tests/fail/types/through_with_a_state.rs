use axum::{Router, extract::State, routing::get};
use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/refund", public)]
async fn refund(State(_): State<u8>) {}

fn main() {
    let api: Router<u8> = Router::new().route("/refund", get(refund));
    let _ = tools![refund].through(api);
}
