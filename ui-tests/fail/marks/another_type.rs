use doorman::Redact;

#[derive(Clone, serde::Serialize, Redact)]
#[serde(into = "String")]
struct Customer {
    #[redact]
    name: String,
}

impl From<Customer> for String {
    fn from(customer: Customer) -> Self {
        customer.name
    }
}

#[derive(serde::Serialize, Redact)]
enum Contact {
    #[serde(serialize_with = "as_text")]
    Mail {
        #[redact]
        address: String,
    },
}

fn as_text<S: serde::Serializer>(address: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(address)
}

fn main() {}
