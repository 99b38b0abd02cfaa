use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
unsafe fn add(a: u64) -> u64 {
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
