#[derive(serde::Serialize, schemars::JsonSchema)]
struct Customer {
    #[redact]
    name: String,
}

fn main() {}
