use doorman::{expose, tools};

/// Adds.
#[expose(public)]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Subtracts.
#[expose(read_only)]
fn subtract(a: i64, b: i64) -> i64 {
    a - b
}

fn main() {
    let _ = tools![add, subtract].with_state(());
}
