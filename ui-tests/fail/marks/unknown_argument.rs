use doorman::Redact;

#[derive(serde::Serialize, Redact)]
struct Customer {
    #[redact(keep = 4)]
    name: String,
    #[redact = "last4"]
    card: String,
    #[redact("last4")]
    phone: String,
    #[redact(mask = "last4", mask = "last4")]
    note: String,
}

fn main() {}
