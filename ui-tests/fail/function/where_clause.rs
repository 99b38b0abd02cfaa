use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: u64) -> u64
where
    u64: Copy,
{
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
