//! Places that a tool's output schema declares by [`KEYWORD`]: masked whatever stands there. No pattern is asked.
//!
//! The schema becomes an automaton once. Its states are the sets of subschemas that can describe a value, so
//! alternatives are followed together: what is declared in one of them is masked in all that share the place.

mod compiler;
mod walker;

use std::collections::HashMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::schema::{Object, REDACT as KEYWORD};

use super::{Kind, engine::Edit, mask::Form};

use self::{compiler::Compiler, walker::Walker};

/// How many states there may be; what would be a further one masks everything.
const MOST: usize = 2048;

/// How a declared place is masked; the stricter one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Style {
    Last4,
    Whole,
}

/// How a value is masked that is a scalar, an array or an object: alternatives can differ in it.
type Styles = [Option<Style>; 3];

const SCALAR: usize = 0;
const ARRAY: usize = 1;
const OBJECT: usize = 2;

/// Where one is in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct At(usize);

impl At {
    /// Where nothing is declared, and nothing below.
    const FREE: Self = Self(0);
    /// Where nothing is known of what stands there, but should be.
    const MASKED: Self = Self(1);
}

/// What a schema declares.
#[derive(Debug)]
pub(super) struct Declared {
    states: Vec<State>,
    start: At,
}

#[derive(Debug, Clone, Default)]
struct State {
    styles: Styles,
    /// The members that the schema names.
    keys: HashMap<String, At>,
    other_key: At,
    /// The items that the schema tells apart by their place.
    first: Vec<At>,
    other_item: At,
    /// Any of the items.
    item: At,
}

impl Declared {
    /// Reads an output schema; `None` where it declares nothing. Answers that are no objects are sent
    /// under `result` (`wrapped`), which is no key of theirs.
    pub(super) fn read(schema: &Object, wrapped: bool) -> Option<Self> {
        if !schema.iter().any(|(keyword, value)| keyword == KEYWORD || mentions(value)) {
            return None;
        }
        let root = Value::Object(schema.clone());
        let start = if wrapped { &root["properties"]["result"] } else { &root };
        Compiler::new(&root).compile(start)
    }

    pub(super) fn declares(&self) -> bool {
        self.states.len() > 1
    }

    pub(super) fn start(&self) -> At {
        self.start
    }

    /// Whether a scalar is masked there.
    pub(super) fn masks(&self, at: At) -> bool {
        self.states[at.0].styles[SCALAR].is_some()
    }

    /// Whether everything is masked there, and below.
    pub(super) fn masks_all(&self, at: At) -> bool {
        self.states[at.0].styles.iter().all(Option::is_some)
    }

    pub(super) fn member(&self, at: At, key: &str) -> At {
        let state = &self.states[at.0];
        state.keys.get(key).copied().unwrap_or(state.other_key)
    }

    pub(super) fn item(&self, at: At, index: usize) -> At {
        let state = &self.states[at.0];
        state.first.get(index).copied().unwrap_or(state.other_item)
    }

    pub(super) fn any_item(&self, at: At) -> At {
        self.states[at.0].item
    }

    /// The edits of a document: those given, and the declared places in the stead of what was found there.
    pub(super) fn over(&self, text: &str, edits: Vec<Edit>) -> Vec<Edit> {
        if serde_json::from_str::<IgnoredAny>(text).is_err() {
            return vec![whole(text)];
        }
        let claims = Walker { declared: self, text, claims: Vec::new() }.walk();
        let mut all: Vec<Edit> = Vec::with_capacity(edits.len() + claims.len());
        let mut found = edits.into_iter().peekable();
        for claim in claims {
            while let Some(edit) = found.next_if(|edit| edit.end <= claim.start) {
                all.push(edit);
            }
            while found.next_if(|edit| edit.start < claim.end).is_some() {}
            all.extend(claim.form.map(|form| Edit {
                start: claim.start,
                end: claim.end,
                kind: Kind::Declared,
                form,
            }));
        }
        all.extend(found);
        all
    }
}

impl Default for Declared {
    /// Nothing at all.
    fn default() -> Self {
        Self { states: vec![State::default()], start: At::FREE }
    }
}

/// What stands for an answer that is not what the schema tells of.
pub(super) fn whole(text: &str) -> Edit {
    Edit { start: 0, end: text.len(), kind: Kind::Declared, form: Form::Quoted { depth: 0 } }
}

fn mentions(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.iter().any(|(keyword, member)| keyword == KEYWORD || mentions(member))
        }
        Value::Array(items) => items.iter().any(mentions),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
