use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: u64) -> impl std::fmt::Display {
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
