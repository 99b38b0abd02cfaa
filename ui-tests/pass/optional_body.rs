//! Extractors behind `Option` and `Result`.

use axum::{Json, extract::rejection::JsonRejection};
use doorman_axum::expose;

/// A note.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Note {
    text: String,
}

/// Notes, or not.
#[expose(post = "/maybe", scopes = ["a"], destructive)]
pub async fn maybe(body: Option<Json<Note>>) -> String {
    body.map(|Json(note)| note.text).unwrap_or_default()
}

/// Notes, or says why not.
#[expose(post = "/perhaps", scopes = ["a"], destructive)]
pub async fn perhaps(body: Result<Json<Note>, JsonRejection>) -> String {
    body.map(|Json(note)| note.text).unwrap_or_default()
}

#[test]
fn both_are_tools() {
    let tools = doorman_axum::tools![maybe, perhaps].with_state(());
    assert_eq!(tools.len(), 2, "{tools:?}");
}
