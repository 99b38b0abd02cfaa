use doorman::{expose, tools};

/// Adds.
#[expose(public, read_only)]
fn add<'a>(a: std::borrow::Cow<'a, str>) -> u64 {
    let _ = a;
    1
}

fn main() {
    let _ = tools![add].with_state(());
}
