//! Between a call and the sink: a bounded queue, and one thread that writes.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    merge::{Merger, merges},
    record::AuditRecord,
    sink::AuditSink,
};

const CAPACITY: usize = 8_192;

/// Records on their way to a sink. Nobody waits for the sink but the thread that writes, and who
/// flushes.
pub(super) struct Queue {
    sink: Box<dyn AuditSink>,
    capacity: AtomicUsize,
    /// The places that are taken: by records in the queue or in the sink's hands, and by calls under
    /// way in a strict log.
    taken: Arc<AtomicUsize>,
    lost: AtomicU64,
    /// Whether the last record could not be written.
    failing: AtomicBool,
    /// Locked alone, or after `state`.
    merger: Mutex<Merger>,
    state: Mutex<State>,
    /// Wakes the writer.
    work: Condvar,
    /// Wakes who flushes.
    flushed: Condvar,
}

#[derive(Default)]
struct State {
    records: VecDeque<Queued>,
    /// The number of the last record, kept or lost.
    sequence: u64,
    /// The records that were lost since the last one that was kept.
    lost: u64,
    /// Whether that was told already.
    warned: bool,
    writer: Writer,
    /// No more records will come.
    closed: bool,
    /// The flushes that were asked for, and those of them that are done.
    asked: u64,
    done: u64,
}

#[derive(Default, PartialEq)]
enum Writer {
    /// There is none before the first record.
    #[default]
    Absent,
    Busy,
    /// It has to be woken.
    Idle,
}

/// Merged records come without a place: they are bounded by themselves.
type Queued = (Box<AuditRecord>, Option<Place>);

/// A place in the queue, free again when it is dropped.
pub(super) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl State {
    /// Numbers a record that is kept, so that losses before it show.
    fn number(&mut self, record: &mut AuditRecord) {
        self.sequence += 1;
        record.sequence = self.sequence;
        record.lost = std::mem::take(&mut self.lost);
    }

    /// Numbers a record that is not, and says whether it is the first of a burst.
    fn lose(&mut self) -> bool {
        self.sequence += 1;
        self.lost += 1;
        !std::mem::replace(&mut self.warned, true)
    }
}

impl Queue {
    pub(super) fn new(sink: Box<dyn AuditSink>) -> Arc<Self> {
        Arc::new(Self {
            sink,
            capacity: CAPACITY.into(),
            taken: Arc::default(),
            lost: 0.into(),
            failing: false.into(),
            merger: Mutex::default(),
            state: Mutex::default(),
            work: Condvar::new(),
            flushed: Condvar::new(),
        })
    }

    pub(super) fn set_capacity(&self, records: usize) {
        self.capacity.store(records.max(1), Ordering::Relaxed);
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Takes a place, where there is one.
    pub(super) fn reserve(&self) -> Option<Place> {
        let capacity = self.capacity.load(Ordering::Relaxed);
        let more = |taken| (taken < capacity).then_some(taken + 1);
        let taken = self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.is_ok().then(|| Place(self.taken.clone()))
    }

    /// Whether half of the places are taken. The rest is for calls: strangers could have them all, and
    /// so hide what a call did, or end all calls where they depend on their records.
    fn is_crowded(&self) -> bool {
        let half = (self.capacity.load(Ordering::Relaxed) / 2).max(1);
        self.taken.load(Ordering::Relaxed) >= half
    }

    /// Whether there is a writer, and its last record was kept.
    pub(super) fn is_working(self: &Arc<Self>) -> bool {
        !self.failing.load(Ordering::Acquire) && self.start(&mut self.state())
    }

    /// Takes a record over. It never waits for the sink; a record without room is lost.
    pub(super) fn keep(self: &Arc<Self>, mut record: Box<AuditRecord>, place: Option<Place>) {
        if merges(record.reason) || (record.tool.is_empty() && self.is_crowded()) {
            drop(place);
            if lock(&self.merger).add(record, Instant::now()) {
                let mut state = self.state();
                self.start(&mut state);
                self.wake(&mut state);
            }
            return;
        }
        let place = place.or_else(|| self.reserve());
        let mut state = self.state();
        if place.is_some() && self.start(&mut state) {
            state.number(&mut record);
            state.records.push_back((record, place));
            self.wake(&mut state);
        } else {
            let first = state.lose();
            drop(state);
            self.lost.fetch_add(1, Ordering::Relaxed);
            if first {
                warn("audit records are lost: there is no room for more");
            }
        }
    }

    /// Waits until everything that was kept before has been given to the sink.
    pub(super) fn flush(self: &Arc<Self>, within: Duration) -> bool {
        let mut state = self.state();
        let nothing = state.records.is_empty() && lock(&self.merger).ends().is_none();
        if state.writer == Writer::Absent && nothing {
            return true;
        }
        if !self.start(&mut state) {
            return false;
        }
        state.asked += 1;
        let asked = state.asked;
        self.wake(&mut state);
        let waited = self.flushed.wait_timeout_while(state, within, |state| state.done < asked);
        waited.unwrap_or_else(PoisonError::into_inner).0.done >= asked
    }

    /// Lets the writer end, once it has written what there is.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.wake(&mut state);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Starts the writer with the first record; where that fails, the next record tries again.
    fn start(self: &Arc<Self>, state: &mut State) -> bool {
        if state.writer == Writer::Absent {
            let queue = self.clone();
            let thread = thread::Builder::new().name("doorman-audit".into());
            if thread.spawn(move || queue.run()).is_ok() {
                state.writer = Writer::Busy;
            }
        }
        state.writer != Writer::Absent
    }

    fn wake(&self, state: &mut State) {
        if state.writer == Writer::Idle {
            state.writer = Writer::Busy;
            self.work.notify_one();
        }
    }

    /// The writer.
    fn run(&self) {
        let mut records = VecDeque::new();
        let mut unwritten = 0;
        while let Some(flushes) = self.next(&mut records) {
            for (record, place) in records.drain(..) {
                self.write(record, &mut unwritten);
                drop(place);
            }
            self.state().done = flushes;
            self.flushed.notify_all();
        }
    }

    /// Waits for work and takes all of it; tells the flushes that it answers. None at the end.
    fn next(&self, records: &mut VecDeque<Queued>) -> Option<u64> {
        let mut state = self.state();
        loop {
            let at_once = state.closed || state.asked > state.done;
            let mut merger = lock(&self.merger);
            let ends = merger.ends();
            let wait = ends.map(|ends| ends.saturating_duration_since(Instant::now()));
            let over = at_once || wait == Some(Duration::ZERO);
            let floods = if over { merger.take() } else { Vec::new() };
            drop(merger);
            std::mem::swap(records, &mut state.records);
            for mut record in floods {
                state.number(&mut record);
                records.push_back((record, None));
            }
            if !records.is_empty() || state.asked > state.done {
                return Some(state.asked);
            }
            if state.closed {
                return None;
            }
            state.warned = false;
            state.writer = Writer::Idle;
            state = match wait {
                Some(wait) => {
                    self.work.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Writes one record, with those told that were lost before it.
    fn write(&self, mut record: Box<AuditRecord>, unwritten: &mut u64) {
        record.lost += *unwritten;
        let written = catch_unwind(AssertUnwindSafe(|| self.sink.record(&record).is_ok()));
        let written = written.unwrap_or_else(|payload| {
            // What was thrown may throw again where it is dropped.
            std::mem::forget(payload);
            false
        });
        *unwritten = if written { 0 } else { record.lost + 1 };
        let failed_before = self.failing.swap(!written, Ordering::AcqRel);
        if !written {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        if !written && !failed_before {
            warn("audit records are lost: the sink does not take them");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A subscriber that panics must not take an answer with it, nor abort a drop.
fn warn(words: &'static str) {
    if let Err(payload) = catch_unwind(|| tracing::warn!("{words}")) {
        std::mem::forget(payload);
    }
}
