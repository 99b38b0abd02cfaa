use doorman::{expose, tools};

struct Wrong;

/// Adds.
#[expose(public, read_only)]
fn add(amount: u64) -> Result<u64, Wrong> {
    let _ = amount;
    Err(Wrong)
}

fn main() {
    let _ = tools![add].with_state(());
}
