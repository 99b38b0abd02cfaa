//! Raw identifiers: an agent never sees `r#`.

use axum::extract::Path;

/// The type.
#[doorman::expose(public, read_only)]
#[must_use]
pub fn r#type(r#fn: String, r#mod: u64) -> String {
    r#fn.repeat(usize::try_from(r#mod).unwrap_or_default())
}

/// A match.
#[doorman_axum::expose(get = "/{match}", public)]
pub async fn r#match(Path(r#match): Path<String>) -> String {
    r#match
}

/// Both names.
#[doorman::expose(public, read_only, tool = r#Loop)]
pub fn r#loop() {}

#[test]
fn names_are_plain() {
    use doorman::private::Function;
    use doorman_axum::private::Handler;
    assert_eq!(<r#type as Function>::FACTS.name(), "type");
    assert_eq!(<r#type as Function>::PARAMETERS, ["fn", "mod"]);
    assert_eq!(<r#match as Handler>::FACTS.name(), "match");
    assert_eq!(doorman::tools![r#type, Loop].with_state(()).len(), 2);
    assert_eq!(doorman_axum::tools![r#match].with_state(()).len(), 1);
}
