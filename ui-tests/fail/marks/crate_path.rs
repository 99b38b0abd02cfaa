use doorman::Redact;

#[derive(serde::Serialize, Redact)]
#[redact(crate = "doorman", mask = "last4", other)]
struct Customer {
    #[redact]
    name: String,
}

fn main() {}
