//! The program of `docs/getting-started.md`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use doorman::{Doorman, DoormanBuilder, Error};
use doorman_axum::{expose, tools};

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Note>>>);

#[derive(Clone, serde::Serialize, schemars::JsonSchema)]
struct Note {
    text: String,
    /// Who wrote it, as an e-mail address.
    author: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct NewNote {
    /// What to note.
    text: String,
}

/// One note, by its number.
#[expose(get = "/notes/{number}", scopes = ["notes:read"])]
async fn read_note(
    State(notes): State<Notes>,
    Path(number): Path<usize>,
) -> Result<Json<Note>, (StatusCode, &'static str)> {
    let notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
    let note = notes.get(number).cloned();
    note.map(Json).ok_or((StatusCode::NOT_FOUND, "there is no such note"))
}

/// Writes a note, and tells its number.
#[expose(post = "/notes", scopes = ["notes:write"], destructive = false, reason = "it only adds a note")]
async fn write_note(State(notes): State<Notes>, Json(new): Json<NewNote>) -> Json<usize> {
    let mut notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
    notes.push(Note { text: new.text, author: "ann@example.com".into() });
    Json(notes.len() - 1)
}

fn server(builder: DoormanBuilder) -> Result<Doorman, Error> {
    builder.tools(tools![read_note, write_note].with_state(Notes::default())).build()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = doorman_axum::router(server(Doorman::dev("notes"))?)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    Ok(doorman_axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use doorman::testing::{Agent, matrix, refuses};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() {
        let report = matrix(&server(Doorman::builder("notes")).unwrap()).await;
        assert!(report.is_clean(), "{report}");
    }

    #[tokio::test]
    async fn a_note_that_is_not_there_is_told() {
        let doorman = server(Doorman::builder("notes")).unwrap();
        let ann = Agent::new(&doorman, "ann").scopes("notes:read").unwrap();
        refuses!(ann.call("read_note", json!({ "number": 7 })).await, "handler_error");
    }
}
