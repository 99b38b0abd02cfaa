use axum::{Router, routing::get};
use doorman_axum::tools;

async fn refund() {}

fn main() {
    let api = Router::new().route("/refund", get(refund));
    let _ = tools![refund].through(api);
}
