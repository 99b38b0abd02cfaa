use doorman_axum::tools;

async fn refund() {}

fn main() {
    let _ = tools![refund].with_state(());
}
