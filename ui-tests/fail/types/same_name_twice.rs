use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Adds more.
#[expose(public, read_only, name = "add")]
fn add_more(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let _ = tools![add, add_more].with_state(());
}
