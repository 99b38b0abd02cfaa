use doorman::expose;

/// Adds.
#[expose(public, read_only, rate = "10/min per_caller per_tool")]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
