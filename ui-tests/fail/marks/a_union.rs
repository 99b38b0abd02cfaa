use doorman::Redact;

#[derive(Redact)]
union Number {
    #[redact]
    whole: u32,
    float: f32,
}

fn main() {}
