use doorman::Redact;

struct Name;

#[derive(Redact)]
struct Customer {
    #[redact]
    name: Name,
}

fn main() {}
