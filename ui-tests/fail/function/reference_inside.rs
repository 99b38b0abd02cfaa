use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add(a: Option<&str>) -> usize {
    a.map_or(0, str::len)
}

fn main() {
    let _ = tools![add].with_state(());
}
