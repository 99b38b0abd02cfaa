use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(_: i64) -> i64 {
    1
}

fn main() {
    let _ = tools![add].with_state(());
}
