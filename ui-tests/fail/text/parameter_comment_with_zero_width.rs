use doorman::{expose, tools};

/// Adds two numbers.
#[expose(public, read_only)]
fn add(
    /// The first.
    a: i64,
    /// The second.​
    b: i64,
) -> i64 {
    a + b
}

fn main() {
    let _ = tools![add].with_state(());
}
