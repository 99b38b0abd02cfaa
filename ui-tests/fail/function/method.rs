use doorman::expose;

struct Adder;

impl Adder {
    /// Adds.
    #[expose(public, read_only)]
    fn add(&self, a: i64) -> i64 {
        a + 1
    }
}

fn main() {
    Adder.add(1);
}
