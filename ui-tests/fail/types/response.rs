use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() -> axum::response::Response {
    todo!()
}

fn main() {
    let _ = tools![refund].with_state(());
}
