use doorman::{expose, tools};

/// Adds.
#[expose(public, destructive)]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let _ = tools![add].with_state(());
}
