use doorman::{expose, tools};

#[derive(schemars::JsonSchema)]
struct Order {
    amount: u64,
}

/// Adds.
#[expose(public, read_only)]
fn add(order: Order) -> u64 {
    order.amount
}

fn main() {
    let _ = tools![add].with_state(());
}
