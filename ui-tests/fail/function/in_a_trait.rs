use doorman::expose;

trait Adder {
    /// Adds.
    #[expose(public, read_only)]
    fn add(a: i64) -> i64;
}

fn main() {}
