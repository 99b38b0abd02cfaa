//! Notes as MCP tools on standard input and output.
//!
//!     claude mcp add notes -- cargo run --quiet --example stdio -- --as you --scopes "notes:read notes:write"
//!
//! Without `--as` and `--scopes` the caller is nobody and may only count. The notes last as long as the
//! process. Standard output belongs to the protocol: nothing here prints.

use std::{
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use doorman::{Doorman, DoormanBuilder, State, expose, tools};

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many notes there are.
#[expose(public, read_only, open_world = false)]
fn count_notes(State(notes): State<Notes>) -> usize {
    notes.lock().len()
}

/// All notes, the oldest first.
#[expose(scopes = ["notes:read"], read_only, open_world = false)]
fn read_notes(State(notes): State<Notes>) -> Vec<String> {
    notes.lock().clone()
}

/// Writes a note.
#[expose(scopes = ["notes:write"], destructive = false, reason = "it only adds a note", open_world = false)]
fn write_note(
    State(notes): State<Notes>,
    /// What to note.
    text: String,
) -> usize {
    let mut notes = notes.lock();
    notes.push(text);
    notes.len()
}

/// Removes all notes.
#[expose(scopes = ["notes:write"], destructive, open_world = false)]
fn forget_notes(State(notes): State<Notes>) {
    notes.lock().clear();
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = notes();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {}
        ["--as", subject, "--scopes", scopes] => {
            builder = builder.stdio_principal(*subject, *scopes);
        }
        _ => return Err("usage: stdio [--as SUBJECT --scopes SCOPES]".into()),
    }
    Ok(builder.build()?.serve_stdio().await?)
}

fn notes() -> DoormanBuilder {
    let tools = tools![count_notes, read_notes, write_note, forget_notes];
    Doorman::builder("notes").tools(tools.with_state(Notes::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let report = doorman::testing::matrix(&notes().build()?).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
