//! One record for every attempt, whatever becomes of it.

mod record;
mod shape;
mod sink;

use std::{
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime},
};

pub use self::{record::AuditRecord, sink::AuditSink};
use self::{shape::shape, sink::Stderr};
use crate::{
    call::Call,
    error::Refusal,
    principal::{Principal, Transport},
    schema::Object,
    spec::visible,
};

/// Where audit records go.
///
/// ```
/// use doorman::{AuditLog, AuditRecord, AuditSink};
///
/// struct Counter(std::sync::atomic::AtomicU64);
///
/// impl AuditSink for Counter {
///     fn record(&self, _: &AuditRecord) {
///         self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///     }
/// }
///
/// let log = AuditLog::custom(Counter(0.into()));
/// ```
#[derive(Clone)]
pub struct AuditLog(Arc<Log>);

struct Log {
    sink: Option<Box<dyn AuditSink>>,
    /// Tells the records of two processes apart.
    process: u64,
    /// The attempts that were opened.
    attempts: AtomicU64,
    /// The records that were written.
    sequence: AtomicU64,
}

impl AuditLog {
    /// One JSON object a line on standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self::custom(Stderr)
    }

    /// No records are kept.
    #[must_use]
    pub fn none() -> Self {
        Self::new(None)
    }

    /// Records go to a sink of the user's.
    #[must_use]
    pub fn custom(sink: impl AuditSink) -> Self {
        Self::new(Some(Box::new(sink)))
    }

    fn new(sink: Option<Box<dyn AuditSink>>) -> Self {
        let process = RandomState::new().hash_one(std::process::id());
        Self(Arc::new(Log { sink, process, attempts: 1.into(), sequence: 1.into() }))
    }

    /// Opens the record of a call; it is written when the entry is closed, or dropped.
    pub(crate) fn open(&self, call: &Call) -> Entry {
        let mut entry = self.entry(call.spec.name().to_owned(), &call.principal);
        entry.record.peer = call.peer.map(|peer| peer.ip().to_string());
        entry.record.scopes_required = call.spec.scopes().iter().map(ToString::to_string).collect();
        entry.record.arguments = shape(&call.arguments, call.spec.properties());
        entry
    }

    /// Opens the record of a call to a tool that is none; its name is the caller's, so it is cleaned.
    pub(crate) fn open_unknown(
        &self,
        name: &str,
        arguments: &Object,
        principal: &Principal,
        peer: Option<IpAddr>,
    ) -> Entry {
        let mut entry = self.entry(visible(name, 64), principal);
        entry.record.peer = peer.map(|peer| peer.to_string());
        entry.record.arguments = shape(arguments, None);
        entry
    }

    /// Returns once every record is where it belongs.
    #[expect(clippy::unused_self, reason = "the sinks of today keep nothing back")]
    pub(crate) fn flush(&self) {}

    /// A request whose sender is not known yet.
    pub(crate) fn knock(&self, transport: Transport, peer: Option<IpAddr>) -> Knock<'_> {
        Knock { audit: self, transport, peer, answered: false }
    }

    fn entry(&self, tool: String, principal: &Principal) -> Entry {
        let attempt = self.0.attempts.fetch_add(1, Ordering::Relaxed);
        let request_id = format!("{:016x}-{attempt}", self.0.process);
        Entry {
            record: AuditRecord::new(SystemTime::now(), request_id, tool, principal),
            log: self.clone(),
            started: Instant::now(),
            written: false,
        }
    }
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuditLog({})", if self.0.sink.is_some() { "on" } else { "none" })
    }
}

/// An attempt under way. Exactly one record is written of it: by [`Entry::close`], or, where the
/// future that holds it is dropped, as cancelled.
pub(crate) struct Entry {
    record: AuditRecord,
    log: AuditLog,
    started: Instant,
    written: bool,
}

impl Entry {
    pub(crate) fn request_id(&self) -> &str {
        &self.record.request_id
    }

    /// Closes the record. Of a call whose caller is gone it says so, and how the call really ended.
    pub(crate) fn close(mut self, outcome: Result<usize, &Refusal>, caller_is_gone: bool) {
        let (status, reason) = match outcome {
            Ok(size) => {
                self.record.result_bytes = Some(size);
                ("ok", "ok")
            }
            Err(refusal) => {
                let (_, missing) = refusal.scopes();
                self.record.scopes_missing = missing.iter().map(ToString::to_string).collect();
                (refusal.status(), refusal.reason())
            }
        };
        if caller_is_gone && reason != "cancelled" {
            self.record.end = Some(reason);
            self.write("cancelled", "cancelled");
        } else {
            self.write(status, reason);
        }
    }

    fn write(&mut self, status: &'static str, reason: &'static str) {
        self.written = true;
        self.record.sequence = self.log.0.sequence.fetch_add(1, Ordering::Relaxed);
        self.record.status = status;
        self.record.reason = reason;
        self.record.duration_ms = (self.started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        if let Some(sink) = &self.log.0.sink {
            // A sink that panics must not take the answer with it, nor abort a drop; and what it threw
            // may throw again where it is dropped.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| sink.record(&self.record))) {
                std::mem::forget(payload);
            }
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.written {
            self.write("cancelled", "cancelled");
        }
    }
}

/// A request at the door. It leaves a record unless it is admitted; where the future that holds it is
/// dropped, as cancelled.
pub(crate) struct Knock<'a> {
    audit: &'a AuditLog,
    transport: Transport,
    peer: Option<IpAddr>,
    answered: bool,
}

impl Knock<'_> {
    /// The sender is known; what it calls has records of its own.
    pub(crate) fn admit(mut self) {
        self.answered = true;
    }

    /// Gives the name of the attempt.
    pub(crate) fn reject(mut self, reason: &'static str, detail: Option<&'static str>) -> String {
        self.answered = true;
        self.write("denied", reason, detail)
    }

    fn write(
        &self,
        status: &'static str,
        reason: &'static str,
        detail: Option<&'static str>,
    ) -> String {
        let mut entry = self.audit.entry(String::new(), &Principal::anonymous(self.transport));
        entry.record.peer = self.peer.map(|peer| peer.to_string());
        entry.record.detail = detail;
        entry.write(status, reason);
        entry.request_id().to_owned()
    }
}

impl Drop for Knock<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.write("cancelled", "cancelled", None);
        }
    }
}
