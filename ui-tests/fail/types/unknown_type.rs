use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: Unknown) -> Unknown {
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
