//! Where records go.

use std::io::Write as _;

use super::record::AuditRecord;

/// Takes records. It is called in the path of every call, so it should hand the record over and
/// return; a panic in it is caught and the call goes on.
///
/// ```
/// use doorman::{AuditRecord, AuditSink};
///
/// struct Log;
///
/// impl AuditSink for Log {
///     fn record(&self, record: &AuditRecord) {
///         println!("{} {}: {}", record.time, record.tool, record.status);
///     }
/// }
/// ```
pub trait AuditSink: Send + Sync + 'static {
    /// Takes one record.
    fn record(&self, record: &AuditRecord);
}

pub(super) struct Stderr;

impl AuditSink for Stderr {
    fn record(&self, record: &AuditRecord) {
        let Ok(mut line) = serde_json::to_vec(record) else { return };
        line.push(b'\n');
        // One write, so that lines of two threads do not mix; a closed stderr fails no call.
        let _ = std::io::stderr().lock().write_all(&line);
    }
}
