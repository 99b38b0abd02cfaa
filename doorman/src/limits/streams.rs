//! How many streams of changes are open at a time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{error::Refusal, limits::Caller};

/// The most at a time, of one caller and of all.
const OF_ONE: usize = 8;
const OF_ALL: usize = 1_000;
/// When a place may be free again; nobody knows.
const A_WHILE: Duration = Duration::from_secs(60);

/// Who hears of changes at the moment, and how often.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<HashMap<Caller, usize>>);

/// A place among them, until it is dropped.
pub(crate) struct Listening<'a>(&'a Streams, Caller);

impl Streams {
    pub(super) fn enter(&self, caller: Caller) -> Result<Listening<'_>, Refusal> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.get(&caller).copied().unwrap_or_default();
        if own >= OF_ONE || all >= OF_ALL {
            return Err(Refusal::RateLimited { retry_after: A_WHILE });
        }
        open.insert(caller, own + 1);
        Ok(Listening(self, caller))
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        let Self(Streams(open), caller) = self;
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(caller) {
            *own -= 1;
            if *own == 0 {
                open.remove(caller);
            }
        }
    }
}
