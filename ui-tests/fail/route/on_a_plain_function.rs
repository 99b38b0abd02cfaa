use doorman::{expose, tools};

/// Adds.
#[expose(get = "/x", public)]
async fn add() {}

fn main() {
    let _ = tools![add].with_state(());
}
