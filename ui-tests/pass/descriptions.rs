//! Doc comments are descriptions: over attributes, of parameters, from files.

use axum::{Json, extract::Path};

/// First line.
///  Indented.
#[must_use]
#[doorman::expose(public, read_only)]
/// Last line.
pub fn lines(
    /// How many.
    ///
    /// Not more than ten.
    count: u64,
    mut more: u64,
) -> u64 {
    more += count;
    more
}

/** A block
 * of two lines.
 */
#[doorman::expose(public, read_only)]
pub fn block() {}

/// Before:
#[doc = include_str!("description.md")]
#[doc = concat!("af", "ter")]
#[doorman::expose(public, read_only)]
pub fn file() {}

/// Not this one.
#[doorman::expose(public, read_only, title = "A title", description = "This one.")]
pub fn given() {}

/// A handler's parameters have them too.
#[doorman_axum::expose(put = "/notes/{id}", scopes = ["notes"], destructive)]
pub async fn note(
    /// Which note.
    Path(_id): Path<u64>,
    /// The whole text.
    Json(_text): Json<String>,
) {
}

#[test]
fn the_agent_reads_what_is_written() {
    use doorman::private::Function;
    use doorman_axum::private::Handler;
    let facts = |facts: doorman::private::Facts| format!("{facts:?}");
    let lines = facts(<lines as Function>::FACTS);
    assert!(lines.contains(r#"description: "First line.\n Indented.\nLast line.""#), "{lines}");
    assert!(facts(<block as Function>::FACTS).contains(r#"description: "A block\nof two lines."#));
    let file = facts(<file as Function>::FACTS);
    assert!(file.contains(r#"description: "Before:\nRead from a file.\n\nafter""#), "{file}");
    let given = facts(<given as Function>::FACTS);
    assert!(given.contains(r#"title: "A title", description: "This one.""#), "{given}");
    assert!(facts(<note as Handler>::FACTS).contains("have them too"));
}
