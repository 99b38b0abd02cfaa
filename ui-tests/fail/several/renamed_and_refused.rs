use doorman::{expose, tools};

/// Adds.
#[expose(public, tool = AddTool)]
fn add(a: &str, b: &str) -> usize {
    a.len() + b.len()
}

fn main() {
    let _ = tools![AddTool].with_state(());
}
