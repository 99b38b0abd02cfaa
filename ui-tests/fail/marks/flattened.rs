use doorman::Redact;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Name {
    first: String,
}

#[derive(serde::Serialize, Redact)]
struct Customer {
    #[redact]
    #[serde(flatten)]
    name: Name,
    #[redact]
    #[schemars(skip)]
    note: String,
}

fn main() {}
