use doorman::Redact;

#[derive(serde::Serialize, Redact)]
struct Customer {
    name: String,
}

fn main() {}
