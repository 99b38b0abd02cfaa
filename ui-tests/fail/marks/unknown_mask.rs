use doorman::Redact;

#[derive(serde::Serialize, Redact)]
struct Customer {
    #[redact(mask = "first4")]
    name: String,
    #[redact(mask)]
    card: String,
    #[redact(mask = 4)]
    phone: String,
}

fn main() {}
