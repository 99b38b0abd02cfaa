use doorman::expose;

/// Adds.
#[expose(public, read_only, rate = "0.5/s")]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
