use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add<const N: usize>(a: u64) -> u64 {
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
