use doorman::expose;

/// Adds.
#[expose(public, read_only)]
fn add(a: u64, ...) -> u64 {
    a
}

fn main() {}
