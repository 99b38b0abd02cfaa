//! What takes records: standard error, `tracing`, and whatever a user makes.

use std::io::{Error, Result, Write as _};

use tracing::{Dispatch, Level, dispatcher, subscriber::NoSubscriber};

use super::record::AuditRecord;

const TARGET: &str = "doorman::audit";

/// Takes records, one after the other, on a thread of the log's own: it may take its time, and what it
/// cannot take is counted and told in the next record. A panic is caught, and fails the one record.
///
/// ```
/// use doorman::{AuditRecord, AuditSink};
/// use std::io::Write;
///
/// struct Log(std::fs::File);
///
/// impl AuditSink for Log {
///     fn record(&self, record: &AuditRecord) -> std::io::Result<()> {
///         writeln!(&self.0, "{} {}: {}", record.time, record.tool, record.status)
///     }
/// }
/// ```
pub trait AuditSink: Send + Sync + 'static {
    /// Takes one record.
    ///
    /// # Errors
    /// The record is not kept.
    fn record(&self, record: &AuditRecord) -> Result<()>;
}

/// A record as one line of JSON.
pub(super) fn line(record: &AuditRecord) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}

pub(super) struct Stderr;

impl AuditSink for Stderr {
    fn record(&self, record: &AuditRecord) -> Result<()> {
        // One write, so that lines of two threads do not mix.
        std::io::stderr().lock().write_all(&line(record)?)
    }
}

/// The subscriber that was current when the log was made; none where there was none, and then it is the
/// global one, which may be set later.
pub(super) struct Tracing(Option<Dispatch>);

impl Tracing {
    pub(super) fn current() -> Self {
        let current = dispatcher::get_default(Dispatch::clone);
        Self((!current.is::<NoSubscriber>()).then_some(current))
    }
}

impl AuditSink for Tracing {
    fn record(&self, record: &AuditRecord) -> Result<()> {
        let line = serde_json::to_string(record)?;
        let tell = || {
            if !tracing::enabled!(target: TARGET, Level::INFO) {
                return Err(Error::other("no subscriber wants the event"));
            }
            tracing::info!(target: TARGET, "{line}");
            Ok(())
        };
        match &self.0 {
            Some(subscriber) => dispatcher::with_default(subscriber, tell),
            None => tell(),
        }
    }
}
