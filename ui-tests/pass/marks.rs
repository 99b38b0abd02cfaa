//! Marked fields in every place that has fields, beside attributes of other derives.

use doorman::Redact;
use serde::{Deserialize, Serialize};

/// A facade.
pub mod facade {
    pub use doorman as core_of_doorman;
}

/// With defaults of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Redact)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[redact(crate = facade::core_of_doorman)]
#[non_exhaustive]
pub struct Customer<'a, T: Default + Clone>
where
    T: PartialEq,
{
    /// Raw.
    #[redact]
    pub r#type: std::borrow::Cow<'a, str>,
    /// With a default of its own.
    #[redact(mask = "last4")]
    #[serde(default = "card", skip_serializing_if = "String::is_empty")]
    pub card_number: String,
    /// Of any type.
    #[redact]
    #[schemars(extend("x-other" = 1))]
    pub rest: Option<T>,
}

impl<T: Default + Clone + PartialEq> Default for Customer<'_, T> {
    fn default() -> Self {
        Self { r#type: "person".into(), card_number: card(), rest: None }
    }
}

fn card() -> String {
    "4242".into()
}

/// With numbers of its own.
#[derive(Debug, Clone, Copy, Serialize, Redact)]
#[serde(rename = "Either")]
#[repr(u8)]
#[non_exhaustive]
pub enum Choice<const N: usize> {
    /// Left.
    Left(#[redact] u8) = 3,
    /// Right.
    Right {
        /// One.
        #[redact]
        one: u8,
    },
}

#[test]
fn the_marks_are_in_the_schema() {
    let customer = schemars::schema_for!(Customer<'static, u8>).to_value();
    assert_eq!(customer["title"], "Customer");
    let properties = &customer["properties"];
    assert_eq!(properties["type"]["x-doorman-redact"], "redacted");
    assert_eq!(properties["type"]["default"], "person");
    assert_eq!(properties["cardNumber"]["x-doorman-redact"], "last4");
    assert_eq!(properties["cardNumber"]["default"], "4242");
    assert_eq!(properties["rest"]["x-doorman-redact"], "redacted");
    assert_eq!(properties["rest"]["x-other"], 1);
    let choice = schemars::schema_for!(Choice<3>).to_value();
    assert_eq!(choice["title"], "Either");
    assert_eq!(choice["oneOf"][0]["properties"]["Left"]["x-doorman-redact"], "redacted");
    assert_eq!(
        choice["oneOf"][1]["properties"]["Right"]["properties"]["one"]["x-doorman-redact"],
        "redacted"
    );
}
