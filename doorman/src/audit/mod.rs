//! One record for every attempt, whatever becomes of it.

mod entry;
mod file;
mod merge;
mod queue;
mod record;
mod shape;
mod sink;
mod under_way;

use std::{
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

pub(crate) use self::entry::{Entry, Knock};
use self::{
    file::File,
    queue::Queue,
    shape::shape,
    sink::{Stderr, Tracing},
    under_way::UnderWay,
};
pub use self::{record::AuditRecord, sink::AuditSink};
use crate::{
    call::Call,
    error::Error,
    principal::{Principal, Transport},
    schema::Object,
    spec::visible,
};

/// Where audit records go, by way of a queue and a thread that writes: a slow or failing sink neither
/// blocks nor fails a call that ran. Clones are the same log.
///
/// ```
/// use doorman::{AuditLog, AuditRecord, AuditSink};
///
/// struct Counter(std::sync::atomic::AtomicU64);
///
/// impl AuditSink for Counter {
///     fn record(&self, _: &AuditRecord) -> std::io::Result<()> {
///         self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         Ok(())
///     }
/// }
///
/// let log = AuditLog::custom(Counter(0.into())).queue(1_000).strict();
/// ```
///
/// What is queued when the process exits is not written: end with [`Doorman::finish`](crate::Doorman::finish), or
/// keep a clone, and [`flush`](Self::flush) it last.
#[derive(Clone)]
pub struct AuditLog(Arc<Log>);

struct Log {
    queue: Option<Arc<Queue>>,
    /// Tells the records of two processes apart.
    process: u64,
    /// The attempts that were opened.
    attempts: AtomicU64,
    /// Whether a call without a record is not made.
    strict: AtomicBool,
    under_way: UnderWay,
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.close();
        }
    }
}

impl AuditLog {
    /// One JSON object a line on standard error.
    ///
    /// ```
    /// # use doorman::{AuditLog, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.audit(AuditLog::stderr()).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn stderr() -> Self {
        Self::custom(Stderr)
    }

    /// One JSON object a line at the end of a file. The file is made where there is none, for its owner
    /// only; on Unix it is opened again after a SIGHUP, which then no longer ends the process.
    ///
    /// ```
    /// # use doorman::AuditLog;
    /// let error = AuditLog::file("/no/such/folder/audit.jsonl").unwrap_err().to_string();
    /// assert!(error.contains("`/no/such/folder` is no folder"));
    /// ```
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self::custom(File::open(path.as_ref())?))
    }

    /// One `tracing` event a record, at INFO under the target `doorman::audit`, with the JSON object as
    /// its message. It goes to the subscriber that is current now, or, where there is none yet, to the
    /// global one; an event that no subscriber wants is a lost record.
    ///
    /// ```
    /// # use doorman::{AuditLog, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.audit(AuditLog::tracing()).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn tracing() -> Self {
        Self::custom(Tracing::current())
    }

    /// No records are kept.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let log = doorman::AuditLog::none();
    /// assert!(log.flush(Duration::ZERO) && log.lost() == 0);
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self::new(None)
    }

    /// Records go to a sink of the user's.
    ///
    /// ```
    /// # use doorman::{AuditLog, AuditRecord, AuditSink};
    /// struct Channel(std::sync::mpsc::SyncSender<String>);
    ///
    /// impl AuditSink for Channel {
    ///     fn record(&self, record: &AuditRecord) -> std::io::Result<()> {
    ///         self.0.try_send(serde_json::to_string(record)?).map_err(std::io::Error::other)
    ///     }
    /// }
    /// let (sender, records) = std::sync::mpsc::sync_channel(100);
    /// let log = AuditLog::custom(Channel(sender));
    /// ```
    #[must_use]
    pub fn custom(sink: impl AuditSink) -> Self {
        Self::new(Some(Queue::new(Box::new(sink))))
    }

    /// How many records may wait to be written, 1 at least; without it, 8,192. A record that finds the
    /// queue full is lost.
    ///
    /// ```
    /// # use doorman::{AuditLog, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.audit(AuditLog::stderr().queue(500)).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn queue(self, records: usize) -> Self {
        if let Some(queue) = &self.0.queue {
            queue.set_capacity(records);
        }
        self
    }

    /// Refuses calls, before they run, while their records could not be kept: the queue is full, or the
    /// last record could not be written. Each call under way holds a place in the queue, so that no more
    /// of them run at a time than [`queue`](Self::queue) has places. The refused attempts are offered to
    /// the sink, so that calls are made again once it takes one of them.
    ///
    /// ```
    /// # use doorman::{AuditLog, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let error = builder.audit(AuditLog::none().strict()).build().unwrap_err();
    /// assert!(error.to_string().starts_with("`audit` is strict and keeps no records"));
    /// ```
    #[must_use]
    pub fn strict(self) -> Self {
        self.0.strict.store(true, Ordering::Relaxed);
        self
    }

    /// The records that were lost: the queue was full, or the sink failed.
    ///
    /// ```
    /// # use doorman::{AuditLog, AuditRecord, AuditSink, Credential, Doorman, expose, tools};
    /// # use std::{io, time::Duration};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// struct Full;
    ///
    /// impl AuditSink for Full {
    ///     fn record(&self, _: &AuditRecord) -> io::Result<()> {
    ///         Err(io::ErrorKind::StorageFull.into())
    ///     }
    /// }
    /// let log = AuditLog::custom(Full);
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// # let doorman = builder.audit(log.clone()).build().unwrap();
    /// # doorman.authenticate(Credential::Absent, None).await.unwrap_err();
    /// # });
    /// // After one attempt:
    /// assert!(log.flush(Duration::from_secs(5)));
    /// assert_eq!(log.lost(), 1);
    /// ```
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.queue.as_ref().map_or(0, |queue| queue.lost())
    }

    /// Waits until the sink has been given everything that was recorded before, and says whether that
    /// came to pass in time. It blocks the thread.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let log = doorman::AuditLog::stderr();
    /// // The server has ended.
    /// assert!(log.flush(Duration::from_secs(5)), "records may be missing");
    /// ```
    #[must_use = "records may be unwritten still"]
    pub fn flush(&self, within: Duration) -> bool {
        self.0.queue.as_ref().is_none_or(|queue| queue.flush(within))
    }

    fn new(queue: Option<Arc<Queue>>) -> Self {
        let process = RandomState::new().hash_one(std::process::id());
        Self(Arc::new(Log {
            queue,
            process,
            attempts: 1.into(),
            strict: false.into(),
            under_way: UnderWay::default(),
        }))
    }

    /// Waits until no attempt is under way.
    pub(crate) async fn ended(&self) {
        self.0.under_way.ended().await;
    }

    /// Opens the record of a call; it is written when the entry is closed, or dropped.
    pub(crate) fn open(&self, call: &Call) -> Entry {
        let mut entry = self.open_unread(call);
        if let Some(record) = entry.record_mut() {
            record.arguments = shape(&call.arguments, call.spec.properties());
        }
        entry
    }

    /// Opens the record of a call whose arguments nobody but its handler reads: it tells nothing of them.
    pub(crate) fn open_unread(&self, call: &Call) -> Entry {
        let mut entry = self.entry(&call.principal, || call.spec.name().to_owned());
        entry.reserve();
        if let Some(record) = entry.record_mut() {
            record.peer = call.peer.map(|peer| peer.ip().to_string());
            record.scopes_required = call.spec.scopes().iter().map(ToString::to_string).collect();
            record.cost = call.spec.cost().as_f64();
        }
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
        let mut entry = self.entry(principal, || visible(name, 64));
        if let Some(record) = entry.record_mut() {
            record.peer = peer.map(|peer| peer.to_string());
            record.arguments = shape(arguments, None);
        }
        entry
    }

    /// A request whose sender is not known yet.
    pub(crate) fn knock(&self, transport: Transport, peer: Option<IpAddr>) -> Knock<'_> {
        Knock::new(self, transport, peer)
    }

    /// Whether calls depend on records that are never made.
    pub(crate) fn is_strict_about_nothing(&self) -> bool {
        self.is_strict() && self.0.queue.is_none()
    }

    fn is_strict(&self) -> bool {
        self.0.strict.load(Ordering::Relaxed)
    }

    fn entry(&self, principal: &Principal, tool: impl FnOnce() -> String) -> Entry {
        let attempt = self.0.attempts.fetch_add(1, Ordering::Relaxed);
        let request_id = format!("{:016x}-{attempt}", self.0.process);
        let record =
            self.0.queue.as_ref().map(|_| AuditRecord::new(SystemTime::now(), tool(), principal));
        Entry::new(self.clone(), request_id, record)
    }
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuditLog({})", if self.0.queue.is_some() { "on" } else { "none" })
    }
}

#[cfg(test)]
mod tests;
