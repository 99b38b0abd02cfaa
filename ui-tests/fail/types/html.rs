use doorman_axum::{expose, tools};

/// Refunds.
#[expose(get = "/x", public)]
async fn refund() -> axum::response::Html<String> {
    axum::response::Html(String::new())
}

fn main() {
    let _ = tools![refund].with_state(());
}
