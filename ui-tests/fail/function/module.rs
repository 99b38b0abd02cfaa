use doorman::expose;

#[expose(public, read_only)]
mod adders {
    pub fn add() {}
}

fn main() {
    adders::add();
}
