use doorman::expose;

/// Adds.
#[expose(public, read_only, redact)]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
