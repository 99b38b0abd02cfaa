//! An attempt under way, and the one record that comes of it.

use std::{net::IpAddr, time::Instant};

use super::{AuditLog, merge, queue::Place, record::AuditRecord};
use crate::{
    error::Refusal,
    principal::{Principal, Transport},
    units::Units,
};

/// An attempt under way. Exactly one record is written of it: by [`Entry::close`], or, where the
/// future that holds it is dropped, as cancelled.
pub(crate) struct Entry {
    log: AuditLog,
    request_id: String,
    /// None where the log keeps none, and once it was handed over.
    record: Option<Box<AuditRecord>>,
    /// Where the record of a call will stand that is not made without one.
    place: Option<Place>,
    kept: bool,
    started: Instant,
}

impl Entry {
    pub(super) fn new(log: AuditLog, request_id: String, record: Option<AuditRecord>) -> Self {
        let started = Instant::now();
        log.0.under_way.begin();
        Self { log, request_id, record: record.map(Box::new), place: None, kept: true, started }
    }

    /// Finds out, where the log is strict, whether the record can be kept.
    pub(super) fn reserve(&mut self) {
        if let Some(queue) = self.log.0.queue.as_ref().filter(|_| self.log.is_strict()) {
            self.place = queue.reserve();
            self.kept = self.place.is_some() && queue.is_working();
        }
    }

    /// The record, as long as it can be changed.
    pub(super) fn record_mut(&mut self) -> Option<&mut AuditRecord> {
        self.record.as_deref_mut()
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Whether the call may be made, as far as its record goes.
    pub(crate) fn kept(&self) -> Result<(), Refusal> {
        if self.kept { Ok(()) } else { Err(Refusal::AuditUnavailable) }
    }

    /// The cost units that the caller has left.
    pub(crate) fn remaining_budget(&mut self, units: Option<Units>) {
        if let Some(record) = self.record_mut() {
            record.remaining_budget = units.map(Units::as_f64);
        }
    }

    /// How many values were masked, by kind.
    pub(crate) fn redactions<'a>(&mut self, by_kind: impl Iterator<Item = (&'a str, u32)>) {
        if let Some(record) = self.record_mut() {
            record.redactions = by_kind.map(|(kind, count)| (kind.into(), count.into())).collect();
        }
    }

    /// Closes the record, with the size of the result where that is known. Of a call whose caller is gone
    /// it says so, and how the call really ended.
    pub(crate) fn close(mut self, outcome: Result<Option<usize>, &Refusal>, caller_is_gone: bool) {
        let (status, reason) =
            outcome.map_or_else(|refusal| (refusal.status(), refusal.reason()), |_| ("ok", "ok"));
        // A flood stays one, whether or not its sender waits for answers.
        let cancelled = caller_is_gone && reason != "cancelled" && !merge::merges(reason);
        if let Some(record) = self.record_mut() {
            match outcome {
                Ok(size) => record.result_bytes = size,
                Err(refusal) => {
                    let (_, missing) = refusal.scopes();
                    record.scopes_missing = missing.iter().map(ToString::to_string).collect();
                }
            }
            record.end = cancelled.then_some(reason);
        }
        if cancelled {
            self.write("cancelled", "cancelled");
        } else {
            self.write(status, reason);
        }
    }

    fn write(&mut self, status: &'static str, reason: &'static str) {
        let (Some(mut record), Some(queue)) = (self.record.take(), &self.log.0.queue) else {
            return;
        };
        record.request_id.clone_from(&self.request_id);
        record.status = status;
        record.reason = reason;
        record.duration_ms = (self.started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        queue.keep(record, self.place.take());
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.write("cancelled", "cancelled");
        self.log.0.under_way.end();
    }
}

/// A request at the door. It leaves a record unless it is admitted; where the future that holds it is
/// dropped, as cancelled.
pub(crate) struct Knock<'a> {
    log: &'a AuditLog,
    transport: Transport,
    peer: Option<IpAddr>,
    answered: bool,
}

impl<'a> Knock<'a> {
    pub(super) fn new(log: &'a AuditLog, transport: Transport, peer: Option<IpAddr>) -> Self {
        Self { log, transport, peer, answered: false }
    }

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
        let mut entry = self.log.entry(&Principal::anonymous(self.transport), String::new);
        if let Some(record) = entry.record_mut() {
            record.peer = self.peer.map(|peer| peer.to_string());
            record.detail = detail;
            record.cost = 0.0;
        }
        entry.write(status, reason);
        std::mem::take(&mut entry.request_id)
    }
}

impl Drop for Knock<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.write("cancelled", "cancelled", None);
        }
    }
}
