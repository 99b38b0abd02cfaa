use doorman::expose;

/// Adds.
#[expose(public, read_only)]
pub struct Adder;

fn main() {
    let _ = Adder;
}
