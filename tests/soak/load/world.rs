//! What all callers share.

use std::{
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};

use crate::ledger::Ledger;

/// Callers who call far too often. Their refusals are merged in the log, so they are counted together.
pub const HOT: usize = 10;

pub struct World {
    pub server: SocketAddr,
    tokens: Vec<String>,
    /// How often each caller called.
    attempts: Vec<AtomicUsize>,
    turn: AtomicUsize,
    nonce: AtomicU64,
    flying: AtomicUsize,
    pub most: AtomicUsize,
    ledger: Mutex<Ledger>,
}

/// One attempt: who, and the words by which it is known again.
pub struct Attempt {
    pub caller: u32,
    pub nonce: u64,
    pub pad: usize,
}

/// A request under way, until it is dropped.
pub struct Flying<'a>(&'a World);

impl Drop for Flying<'_> {
    fn drop(&mut self) {
        self.0.flying.fetch_sub(1, Ordering::SeqCst);
    }
}

impl World {
    pub fn new(server: SocketAddr, tokens: Vec<String>) -> Self {
        let attempts = tokens.iter().map(|_| AtomicUsize::new(0)).collect();
        let (turn, nonce) = (AtomicUsize::new(0), AtomicU64::new(0));
        let (flying, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { server, tokens, attempts, turn, nonce, flying, most, ledger: Mutex::default() }
    }

    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt of the next caller; all have their turn before one has another.
    pub fn attempt(&self) -> Attempt {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.attempt_of(HOT + turn.wrapping_mul(7_919) % (self.tokens.len() - HOT))
    }

    pub fn attempt_of(&self, caller: usize) -> Attempt {
        let pad = self.attempts[caller].fetch_add(1, Ordering::Relaxed) + 1;
        let nonce = self.nonce.fetch_add(1, Ordering::Relaxed);
        Attempt { caller: u32::try_from(caller).unwrap_or(u32::MAX), nonce, pad }
    }

    /// A number that decides what is tried next.
    pub fn dice(attempt: &Attempt) -> u64 {
        (attempt.nonce.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33
    }

    pub fn callers(&self) -> usize {
        self.attempts.iter().filter(|count| count.load(Ordering::Relaxed) > 0).count()
    }

    pub fn token(&self, caller: u32) -> &str {
        &self.tokens[caller as usize]
    }

    pub fn fly(&self) -> Flying<'_> {
        let now = self.flying.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Flying(self)
    }
}

/// What the log calls a caller.
pub fn name(caller: usize) -> String {
    format!("caller-{caller:05}")
}

impl Attempt {
    pub fn name(&self) -> String {
        name(self.caller as usize)
    }

    pub fn arguments(&self) -> Value {
        json!({ "nonce": self.nonce, "pad": "x".repeat(self.pad) })
    }

    pub fn query(&self) -> String {
        format!("nonce={}&pad={}", self.nonce, "x".repeat(self.pad))
    }

    /// Whether an answer is to this attempt and to nobody else's.
    pub fn is_own(&self, echo: &Value) -> bool {
        echo["caller"] == self.name()
            && echo["nonce"] == self.nonce
            && echo["pad"].as_str().is_some_and(|pad| pad.len() == self.pad)
    }
}
