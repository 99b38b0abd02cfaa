use doorman::Redact;

#[derive(serde::Serialize, Redact)]
struct Customer {
    #[redact]
    #[redact(mask = "last4")]
    name: String,
}

fn main() {}
