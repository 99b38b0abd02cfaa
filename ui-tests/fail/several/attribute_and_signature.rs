use doorman::{expose, tools};

/// Adds.
#[expose(scopes = [], destructive = false)]
unsafe fn add<T>(a: T) -> impl Sized {
    a
}

fn main() {
    let _ = tools![add].with_state(());
}
