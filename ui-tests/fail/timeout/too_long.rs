use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only, timeout = "18446744073709551616ms")]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let _ = tools![add].with_state(());
}
