
/// Adds.
#[doorman::expose(public, read_only)]
#[doorman_axum::expose(get = "/x", public)]
async fn add() {}

fn main() {
    let _ = doorman::tools![add].with_state(());
}
