use doorman::Redact;

#[derive(serde::Serialize, Redact)]
#[redact]
enum Customer {
    #[redact]
    Person { name: String },
    Company(#[redact] String),
}

fn main() {}
