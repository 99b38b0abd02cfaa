use doorman::expose;

/// Adds.
#[expose(public, read_only, mask = ["amount"])]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
