use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: impl Into<u64>) -> u64 {
    a.into()
}

fn main() {
    let _ = tools![add].with_state(());
}
