//! Floods made small: past the throttle, the refused attempts of one second and one sender are one record.

use std::{
    collections::{HashMap, hash_map},
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

use super::record::AuditRecord;

const WINDOW: Duration = Duration::from_secs(1);

/// How many senders are told apart within one second.
const MOST: usize = 1_024;

/// Whether attempts that are refused for this reason are past the throttle.
pub(super) fn merges(reason: &str) -> bool {
    matches!(reason, "throttled" | "refusals")
}

/// Records that wait for the end of their second.
#[derive(Default)]
pub(super) struct Merger {
    waiting: HashMap<Sender, Box<AuditRecord>>,
    ends: Option<Instant>,
}

impl Merger {
    /// Adds an attempt, and says whether it is the first of its second.
    pub(super) fn add(&mut self, mut record: Box<AuditRecord>, now: Instant) -> bool {
        let mut sender = Sender::of(&record);
        if self.waiting.len() >= MOST && !self.waiting.contains_key(&sender) {
            sender = Sender::anyone(record.reason);
            make_anyones(&mut record);
        }
        match self.waiting.entry(sender) {
            hash_map::Entry::Occupied(mut first) => {
                let first = first.get_mut();
                first.count = first.count.saturating_add(record.count);
            }
            hash_map::Entry::Vacant(place) => {
                place.insert(record);
            }
        }
        let opens = self.ends.is_none();
        self.ends.get_or_insert(now + WINDOW);
        opens
    }

    /// When the second is over, where there is one.
    pub(super) fn ends(&self) -> Option<Instant> {
        self.ends
    }

    /// Takes all records out, in the order in which their attempts began.
    #[expect(clippy::vec_box, reason = "they came in boxes and go on in them")]
    pub(super) fn take(&mut self) -> Vec<Box<AuditRecord>> {
        self.ends = None;
        let mut records: Vec<_> = std::mem::take(&mut self.waiting).into_values().collect();
        records.sort_by(|one, other| one.time.cmp(&other.time));
        records
    }
}

/// Whose attempts, refused for which reason, are one record.
#[derive(PartialEq, Eq, Hash)]
struct Sender {
    reason: &'static str,
    network: Option<IpAddr>,
    caller: String,
    issuer: Option<String>,
    tenant: Option<String>,
}

impl Sender {
    fn of(record: &AuditRecord) -> Self {
        let peer = record.peer.as_deref().and_then(|peer| peer.parse().ok());
        Self {
            reason: record.reason,
            network: peer.map(network),
            caller: record.caller.clone(),
            issuer: record.issuer.clone(),
            tenant: record.tenant.clone(),
        }
    }

    fn anyone(reason: &'static str) -> Self {
        Self { reason, network: None, caller: String::new(), issuer: None, tenant: None }
    }
}

/// Takes out of a record who made the attempt.
fn make_anyones(record: &mut AuditRecord) {
    record.peer = None;
    record.caller.clear();
    record.issuer = None;
    record.client_id = None;
    record.tenant = None;
}

/// What one sender can choose its address from: of IPv6, a network of 64 bits.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::principal::{Principal, Transport};

    fn record(peer: &str, reason: &'static str) -> Box<AuditRecord> {
        let nobody = Principal::anonymous(Transport::Http);
        let mut record = AuditRecord::new(SystemTime::UNIX_EPOCH, "tool".into(), &nobody);
        record.peer = Some(peer.into());
        record.reason = reason;
        Box::new(record)
    }

    fn counts(merger: &mut Merger) -> Vec<u64> {
        let mut counts: Vec<u64> = merger.take().iter().map(|record| record.count).collect();
        counts.sort_unstable();
        counts
    }

    #[test]
    fn the_attempts_of_one_network_and_reason_are_one_record() {
        let mut merger = Merger::default();
        let now = Instant::now();
        for (peer, reason) in [
            ("192.0.2.1", "throttled"),
            ("::ffff:192.0.2.1", "throttled"),
            ("192.0.2.2", "throttled"),
            ("192.0.2.1", "refusals"),
            ("2001:db8::1", "throttled"),
            ("2001:db8::ffff:1:2:3", "throttled"),
            ("2001:db8:0:1::1", "throttled"),
        ] {
            merger.add(record(peer, reason), now);
        }
        assert_eq!(counts(&mut merger), [1, 1, 1, 2, 2]);
    }

    #[test]
    fn one_caller_name_of_two_tenants_or_issuers_is_two_callers() {
        let mut merger = Merger::default();
        for (issuer, tenant) in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "1")] {
            let mut record = record("192.0.2.1", "refusals");
            record.caller = "alice".into();
            record.issuer = Some(issuer.into());
            record.tenant = Some(tenant.into());
            merger.add(record, Instant::now());
        }
        assert_eq!(counts(&mut merger), [1, 1, 2]);
    }

    #[test]
    fn a_merged_record_tells_of_the_first_attempt() {
        let mut merger = Merger::default();
        let mut first = record("192.0.2.1", "refusals");
        (first.tool, first.request_id) = ("refund".into(), "1".into());
        merger.add(first, Instant::now());
        merger.add(record("192.0.2.1", "refusals"), Instant::now());
        let record = merger.take().remove(0);
        assert_eq!((&*record.tool, &*record.request_id, record.count), ("refund", "1", 2));
    }

    #[test]
    fn a_second_begins_with_its_first_attempt_and_ends_when_it_is_taken() {
        let mut merger = Merger::default();
        let now = Instant::now();
        assert_eq!(merger.ends(), None);
        assert!(merger.add(record("192.0.2.1", "throttled"), now));
        assert!(!merger.add(record("192.0.2.2", "throttled"), now + WINDOW / 2));
        assert_eq!(merger.ends(), Some(now + WINDOW));
        assert_eq!(merger.take().len(), 2);
        assert_eq!((merger.ends(), merger.take().len()), (None, 0));
        assert!(merger.add(record("192.0.2.1", "throttled"), now + WINDOW));
    }

    #[test]
    fn past_the_bound_all_senders_of_one_reason_share_a_record_that_names_none() {
        let mut merger = Merger::default();
        for reason in ["throttled", "refusals"] {
            for index in 0..10_000_u32 {
                let peer = std::net::Ipv4Addr::from_bits(index).to_string();
                merger.add(record(&peer, reason), Instant::now());
            }
        }
        // One that has a record of its own keeps it.
        merger.add(record("0.0.0.7", "throttled"), Instant::now());
        let records = merger.take();
        assert_eq!(records.len(), MOST + 2);
        assert_eq!(records.iter().map(|record| record.count).sum::<u64>(), 20_001);
        let (named, shared): (Vec<_>, Vec<_>) =
            records.iter().partition(|record| record.peer.is_some());
        assert_eq!((named.len(), shared.len()), (MOST, 2));
        assert!(shared.iter().all(|record| record.caller.is_empty() && record.count > 8_000));
    }
}
