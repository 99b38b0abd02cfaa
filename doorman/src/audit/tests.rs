//! What a log promises, whatever its sink does.

use std::{
    io::{Error, Result},
    net::Ipv4Addr,
    sync::{
        atomic::AtomicU8,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

use http::{HeaderMap, HeaderValue};
use tokio_util::sync::CancellationToken;
use tracing::{Event, Subscriber};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

use super::*;
use crate::{
    call::Round,
    error::Refusal,
    principal::Transport,
    schema::Arguments,
    spec::{Access, Effect, Facts, Spec},
    units::Units,
};

/// Longer than anything here takes.
pub(super) const SOON: Duration = Duration::from_secs(30);

/// One record.
pub(super) fn attempt(log: &AuditLog) {
    let nobody = Principal::anonymous(Transport::Http);
    drop(log.open_unknown("tool", &Object::new(), &nobody, None));
}

fn throttle(log: &AuditLog, peer: u32) {
    log.knock(Transport::Http, Some(Ipv4Addr::from_bits(peer).into())).reject("throttled", None);
}

fn call() -> Call {
    let facts = Facts::new("tool", Access::Public, Effect::ReadOnly).cost(2.5);
    Call {
        spec: Arc::new(Spec::new(facts, Arguments::default(), None).unwrap()),
        arguments: Object::new(),
        principal: Principal::anonymous(Transport::Http),
        peer: None,
        headers: HeaderMap::new(),
        host: HeaderValue::from_static("localhost"),
        result_limit: 10,
        tool: 0,
        gone: CancellationToken::new(),
        round: Round::default(),
    }
}

/// Blocks until each record is received.
struct Rendezvous(SyncSender<AuditRecord>);

impl AuditSink for Rendezvous {
    fn record(&self, record: &AuditRecord) -> Result<()> {
        self.0.send(record.clone()).map_err(Error::other)
    }
}

fn rendezvous() -> (AuditLog, Receiver<AuditRecord>) {
    let (sender, receiver) = sync_channel(0);
    (AuditLog::custom(Rendezvous(sender)), receiver)
}

/// Takes a record, fails, or panics.
struct Moody(Arc<AtomicU8>, Sender<AuditRecord>);

const WELL: u8 = 0;
const FAILS: u8 = 1;
const PANICS: u8 = 2;

impl AuditSink for Moody {
    fn record(&self, record: &AuditRecord) -> Result<()> {
        match self.0.load(Ordering::SeqCst) {
            WELL => self.1.send(record.clone()).map_err(Error::other),
            FAILS => Err(Error::other("the test wants it")),
            _ => panic!("the test wants it"),
        }
    }
}

fn moody() -> (AuditLog, Arc<AtomicU8>, Receiver<AuditRecord>) {
    let (mood, (sender, receiver)) = (Arc::new(AtomicU8::new(WELL)), channel());
    (AuditLog::custom(Moody(mood.clone(), sender)), mood, receiver)
}

fn told(record: &AuditRecord) -> (u64, u64) {
    (record.sequence, record.lost)
}

#[test]
fn a_sink_that_blocks_blocks_nobody_and_what_is_lost_is_told() {
    let (log, receiver) = rendezvous();
    let log = log.queue(2);
    for _ in 0..5 {
        attempt(&log);
    }
    assert_eq!(log.lost(), 3);
    assert!(!log.flush(Duration::ZERO));
    let kept: Vec<_> = receiver.iter().take(2).map(|record| told(&record)).collect();
    assert_eq!(kept, [(1, 0), (2, 0)]);
    assert!(log.flush(SOON));
    attempt(&log);
    assert_eq!(told(&receiver.recv().unwrap()), (6, 3));
    assert_eq!(log.lost(), 3);
}

#[test]
fn a_record_that_the_sink_fails_or_panics_on_is_lost_and_told() {
    let (log, mood, receiver) = moody();
    for now in [WELL, FAILS, PANICS, WELL, WELL] {
        mood.store(now, Ordering::SeqCst);
        attempt(&log);
        assert!(log.flush(SOON));
    }
    assert_eq!(log.lost(), 2);
    let kept: Vec<_> = receiver.try_iter().map(|record| told(&record)).collect();
    assert_eq!(kept, [(1, 0), (4, 2), (5, 0)]);
}

#[test]
fn every_gap_is_as_wide_as_the_loss_that_the_next_record_tells() {
    let (log, mood, receiver) = moody();
    let log = log.queue(8);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|_| attempt(&log)));
        }
        scope.spawn(|| (0..100).for_each(|turn| mood.store(turn % 3, Ordering::SeqCst)));
    });
    assert!(log.flush(SOON));
    mood.store(WELL, Ordering::SeqCst);
    attempt(&log);
    assert!(log.flush(SOON));
    let mut last = 0;
    let mut kept = 0;
    for record in receiver.try_iter() {
        assert_eq!(record.sequence, last + 1 + record.lost);
        last = record.sequence;
        kept += 1;
    }
    assert_eq!((last, kept + log.lost()), (4_001, 4_001));
}

#[test]
fn a_strict_log_refuses_while_the_sink_fails_and_no_longer() {
    let (log, mood, receiver) = moody();
    let log = log.strict();
    let attempt = || {
        let entry = log.open(&call());
        let kept = entry.kept();
        entry.close(kept.as_ref().map(|()| None), false);
        assert!(log.flush(SOON));
        kept.is_ok()
    };
    assert!(attempt());
    mood.store(FAILS, Ordering::SeqCst);
    assert!(attempt(), "nobody knew that the sink fails");
    assert!(!attempt());
    mood.store(PANICS, Ordering::SeqCst);
    assert!(!attempt());
    mood.store(WELL, Ordering::SeqCst);
    assert!(!attempt(), "the attempt by which the log recovers");
    assert!(attempt());
    let reasons: Vec<_> = receiver.try_iter().map(|record| record.reason).collect();
    assert_eq!(reasons, ["ok", "audit_unavailable", "ok"]);
}

#[test]
fn a_strict_log_keeps_a_place_for_each_call_under_way() {
    let (log, receiver) = rendezvous();
    let log = log.queue(1).strict();
    let first = log.open(&call());
    assert_eq!(first.kept(), Ok(()));
    let second = log.open(&call());
    assert_eq!(second.kept(), Err(Refusal::AuditUnavailable));
    drop(second);
    assert_eq!(log.lost(), 1, "there is no place for it either");
    first.close(Ok(None), false);
    assert_eq!(log.open(&call()).kept(), Err(Refusal::AuditUnavailable), "it is being written");
    assert_eq!(told(&receiver.recv().unwrap()), (2, 1));
    assert!(log.flush(SOON));
    assert_eq!(log.open(&call()).kept(), Ok(()));
    assert_eq!(told(&receiver.recv().unwrap()), (4, 1));
}

#[test]
fn what_is_queued_when_the_last_hand_lets_go_is_written_and_then_the_sink_is_dropped() {
    let (log, _, receiver) = moody();
    let entry = log.open(&call());
    for _ in 0..100 {
        attempt(&log);
    }
    throttle(&log, 1);
    drop(log);
    drop(entry);
    // It ends when the sink, and with it the sender, is dropped.
    assert_eq!(receiver.iter().count(), 102);
}

#[test]
fn a_flood_is_few_records_whose_counts_add_up_and_costs_no_other_record() {
    let (log, _, receiver) = moody();
    let log = log.queue(10);
    for index in 0..100_000 {
        throttle(&log, index % 4);
        if index % 10_000 == 0 {
            attempt(&log);
            assert!(log.flush(SOON));
        }
    }
    assert!(log.flush(SOON));
    let records: Vec<_> = receiver.try_iter().collect();
    assert_eq!(log.lost(), 0);
    let merged = records.iter().filter(|record| record.reason == "throttled");
    assert_eq!(merged.map(|record| record.count).sum::<u64>(), 100_000);
    assert_eq!(records.iter().filter(|record| record.reason != "throttled").count(), 10);
    assert!(records.len() < 1_000, "{}", records.len());
}

#[test]
fn a_flood_waits_for_a_sink_that_blocks_and_takes_no_place() {
    let (log, receiver) = rendezvous();
    let log = log.queue(1);
    attempt(&log);
    for _ in 0..10_000 {
        throttle(&log, 1);
    }
    assert_eq!(told(&receiver.recv().unwrap()), (1, 0));
    let mut merged = 0;
    while merged < 10_000 {
        merged += receiver.recv_timeout(SOON).unwrap().count;
    }
    assert_eq!((merged, log.lost()), (10_000, 0));
}

#[test]
fn a_merged_record_is_written_when_its_second_is_over_though_nothing_else_happens() {
    let (log, receiver) = rendezvous();
    throttle(&log, 1);
    assert_eq!(receiver.recv_timeout(SOON).unwrap().reason, "throttled");
}

#[test]
fn a_log_without_a_sink_makes_names_and_no_records() {
    let log = AuditLog::none();
    let mut entry = log.open(&call());
    assert!(entry.record_mut().is_none() && entry.request_id().ends_with("-1"));
    assert!(log.knock(Transport::Http, None).reject("throttled", None).ends_with("-2"));
    assert!(log.flush(Duration::ZERO));
    assert_eq!(log.lost(), 0);
}

#[test]
fn a_record_tells_what_a_call_cost_and_what_was_masked() {
    let (log, _, receiver) = moody();
    let mut entry = log.open(&call());
    entry.remaining_budget(Units::from_f64(7.5));
    entry.redactions([("email", 1), ("key", 2)].into_iter());
    entry.close(Ok(Some(3)), false);
    log.knock(Transport::Http, None).reject("invalid_token", None);
    assert!(log.flush(SOON));
    let records: Vec<_> =
        receiver.try_iter().map(|record| serde_json::to_value(record).unwrap()).collect();
    assert_eq!((&records[0]["cost"], &records[0]["remaining_budget"]), (&2.5.into(), &7.5.into()));
    assert_eq!(records[0]["redactions"], serde_json::json!({ "email": 1, "key": 2 }));
    assert_eq!(records[1]["cost"], 0.0);
    for skipped in ["redactions", "count", "lost", "end"] {
        assert_eq!(records[1].get(skipped), None);
    }
}

#[test]
fn an_event_that_no_subscriber_wants_is_a_loss() {
    let log = AuditLog::tracing();
    attempt(&log);
    assert!(log.flush(SOON));
    assert_eq!(log.lost(), 1);
}

/// Counts events.
struct Counter(Arc<AtomicU64>);

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_burst_of_losses_is_one_warning() {
    let warnings = Arc::<AtomicU64>::default();
    let counter = Counter(warnings.clone());
    let _subscriber = tracing_subscriber::registry().with(counter).set_default();
    let (log, _receiver) = rendezvous();
    let log = log.queue(1);
    for _ in 0..5 {
        attempt(&log);
    }
    assert_eq!((log.lost(), warnings.load(Ordering::SeqCst)), (4, 1));
}
