//! What asks nothing of the agent needs no name.

use doorman::{Principal, State, expose};

/// Greets.
#[expose(public, read_only)]
#[must_use]
pub fn greet(
    _: Principal,
    State(greeting): State<&'static str>,
    State(_): State<&'static str>,
    name: String,
) -> String {
    format!("{greeting}, {name}")
}

/// A number.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Number(i64);

/// Doubles: the name of a wrapped argument is that of the wrapper, without its underscore.
#[expose(public, read_only)]
#[must_use]
pub fn double(Number(number): Number, _unused: Option<String>) -> i64 {
    number * 2
}

#[test]
fn names_are_those_in_the_patterns() {
    use doorman::private::Function;
    assert_eq!(<greet as Function>::PARAMETERS, ["", "greeting", "", "name"]);
    assert_eq!(<double as Function>::PARAMETERS, ["number", "unused"]);
    assert_eq!(doorman::tools![greet, double].with_state("Hello").len(), 2);
}
