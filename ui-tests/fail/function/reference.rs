use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: &str) -> usize {
    a.len()
}

fn main() {
    let _ = tools![add].with_state(());
}
