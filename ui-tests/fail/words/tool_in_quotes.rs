use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only, tool = "AddTool")]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let _ = tools![AddTool].with_state(());
}
