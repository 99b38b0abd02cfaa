use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only, title = "A\u{200B}", description = "B\u{202E}", name = "C\u{2066}")]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let _ = tools![add].with_state(());
}
