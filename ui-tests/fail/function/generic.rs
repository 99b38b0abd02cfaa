use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add<T: Copy>(a: T) -> u64 {
    let _ = a;
    1
}

fn main() {
    let _ = tools![add].with_state(());
}
