use doorman::{expose, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Pair {
    a: i64,
    b: i64,
}

/// Adds.
#[expose(public, read_only)]
fn add(Pair { a, b }: Pair) -> i64 {
    a + b
}

fn main() {
    let _ = tools![add].with_state(());
}
