use doorman::{expose, tools};

#[derive(serde::Serialize)]
struct Receipt {
    _amount: u64,
}

/// Adds.
#[expose(public, read_only)]
fn add(amount: u64) -> Receipt {
    Receipt { _amount: amount }
}

fn main() {
    let _ = tools![add].with_state(());
}
