use doorman::State;
use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(State(a): State<u8>) -> u8 {
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
