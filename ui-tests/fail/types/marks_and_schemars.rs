use doorman::Redact;

#[derive(serde::Serialize, schemars::JsonSchema, Redact)]
struct Customer {
    #[redact]
    name: String,
}

fn main() {}
