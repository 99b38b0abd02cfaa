use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn größe() -> u64 {
    1
}

fn main() {
    let _ = tools![größe].with_state(());
}
