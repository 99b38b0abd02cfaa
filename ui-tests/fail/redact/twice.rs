use doorman::expose;

/// Adds.
#[expose(public, read_only, redact = ["amount", "amount"])]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
