//! Sessions of clients before MCP 2026-07-28: who began one, how many there are, and when they end.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::principal::Principal;

/// Sessions for clients before MCP 2026-07-28, where a tool of another server asks its caller something
/// while it runs ([`Allow::asks`](crate::Allow::asks) and its like). Without them there is nothing to ask over.
///
/// A session belongs to the issuer, tenant, subject and OAuth client that began it. To anyone else it is unknown
/// (404), on POST, GET and DELETE; and it opens no tool: the principal and its scopes are those of each request's
/// own token. What was begun with one token of its owner can be read, answered and cancelled with any other.
/// Callers that are not verified, and those for whom no place is left, are served without one, which
/// the protocol allows. A session is kept in this process: where several run, a client must come back to the
/// same one.
///
/// Source: MCP 2025-11-25, "Session Management", and its security best practices, "Session Hijacking".
///
/// ```
/// use doorman::{Doorman, Sessions, expose, tools};
/// use std::time::Duration;
///
/// /// Answers.
/// #[expose(public, read_only)]
/// fn ping() -> String { "pong".into() }
///
/// let doorman = Doorman::builder("billing")
///     .sessions(Sessions::bound().idle(Duration::from_secs(10 * 60)))
///     .tools(tools![ping].with_state(()))
///     .build()?;
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it is given to `.sessions(…)`"]
pub struct Sessions {
    pub(crate) of_one: usize,
    pub(crate) of_all: usize,
    pub(crate) idle: Duration,
    pub(crate) longest: Duration,
}

impl Sessions {
    /// Sessions that are bound to who began them: 16 at a time of one caller and 10,000 of all, each until
    /// nothing came over it for 30 minutes, and for 12 hours at most.
    ///
    /// ```
    /// let sessions = doorman::Sessions::bound();
    /// ```
    pub fn bound() -> Self {
        Self {
            of_one: 16,
            of_all: 10_000,
            idle: Duration::from_secs(30 * 60),
            longest: Duration::from_secs(12 * 60 * 60),
        }
    }

    /// How many a caller may have at a time; 1 or more.
    ///
    /// ```
    /// let sessions = doorman::Sessions::bound().per_caller(2);
    /// ```
    pub fn per_caller(mut self, most: usize) -> Self {
        self.of_one = most;
        self
    }

    /// How many all callers together may have at a time; 1 or more.
    ///
    /// ```
    /// let sessions = doorman::Sessions::bound().in_all(500);
    /// ```
    pub fn in_all(mut self, most: usize) -> Self {
        self.of_all = most;
        self
    }

    /// How long nothing may come over one before it ends: no less than the longest timeout of a tool, for a
    /// call ends with its session.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let sessions = doorman::Sessions::bound().idle(Duration::from_secs(5 * 60));
    /// ```
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// How long one may last, used or not; no less than [`Sessions::idle`], and a year at most.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let sessions = doorman::Sessions::bound().longest(Duration::from_secs(60 * 60));
    /// ```
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }
}

/// The sessions of one endpoint.
pub struct Held {
    terms: Sessions,
    /// How many places each caller has taken.
    taken: Taken,
    sessions: Mutex<HashMap<String, Session>>,
}

/// Issuer, tenant and subject.
type Caller = (Option<String>, Option<String>, String);

/// A caller, and the client that it uses.
type Owner = (Caller, Option<String>);

type Taken = Arc<Mutex<HashMap<Caller, usize>>>;

struct Session {
    owner: Owner,
    _place: Place,
    primes: bool,
    /// Tells that it is forgotten.
    _over: DropGuard,
    begun: Instant,
    used: Instant,
}

/// One of the sessions that a caller may have, until it is dropped.
pub struct Place {
    owner: Owner,
    taken: Taken,
}

impl Held {
    /// None yet.
    #[must_use]
    pub fn new(terms: Sessions) -> Self {
        Self { terms, taken: Arc::default(), sessions: Mutex::default() }
    }

    /// How long nothing may come over a session.
    #[must_use]
    pub fn idle(&self) -> Duration {
        self.terms.idle
    }

    /// How long a session may last.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.terms.longest
    }

    /// A place for a session of this caller, where there is one. Who is not verified has none: nobody
    /// could be told from another.
    #[must_use]
    pub fn place(&self, principal: &Principal) -> Option<Place> {
        let owner = owner(principal)?;
        let mut taken = locked(&self.taken);
        let all: usize = taken.values().sum();
        let own = taken.get(&owner.0).copied().unwrap_or_default();
        if own >= self.terms.of_one || all >= self.terms.of_all {
            return None;
        }
        taken.insert(owner.0.clone(), own + 1);
        Some(Place { owner, taken: self.taken.clone() })
    }

    /// Keeps the session that was begun in a place, and whether its client knows streams that begin with an
    /// event without data. What is given ends when it is forgotten.
    pub fn begin(
        &self,
        id: &str,
        (place, primes): (Place, bool),
        now: Instant,
    ) -> impl Future<Output = ()> + Send + use<> {
        let over = CancellationToken::new();
        let session = Session {
            owner: place.owner.clone(),
            _place: place,
            primes,
            _over: over.clone().drop_guard(),
            begun: now,
            used: now,
        };
        let before = locked(&self.sessions).insert(id.to_owned(), session);
        drop(before);
        over.cancelled_owned()
    }

    /// How much longer a session of this caller may last: it is used now. `None` where it is unknown, has
    /// ended, or is another's, which nothing tells apart.
    #[must_use]
    pub fn left(&self, id: &str, principal: &Principal, now: Instant) -> Option<Duration> {
        let owner = owner(principal)?;
        let mut sessions = locked(&self.sessions);
        let session = sessions.get_mut(id)?;
        if session.owner != owner {
            tracing::warn!("a caller named a session that is another's");
            return None;
        }
        if now.saturating_duration_since(session.used) >= self.terms.idle {
            return None;
        }
        let age = now.saturating_duration_since(session.begun);
        let left = self.terms.longest.checked_sub(age).filter(|left| !left.is_zero())?;
        session.used = now;
        Some(left)
    }

    /// Whether the client of a session knows streams that begin with an event without data.
    #[must_use]
    pub fn primes(&self, id: &str) -> bool {
        locked(&self.sessions).get(id).is_some_and(|session| session.primes)
    }

    /// Forgets a session. Its place is free again.
    pub fn end(&self, id: &str) {
        let ended = locked(&self.sessions).remove(id);
        drop(ended);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = locked(&self.taken);
        if let Some(own) = taken.get_mut(&self.owner.0) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.owner.0);
            }
        }
    }
}

/// Ids open nothing, and are nobody's business.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("terms", &self.terms).finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

fn owner(principal: &Principal) -> Option<Owner> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    principal.verified().then(|| {
        let subject = principal.subject().to_owned();
        let caller = (owned(principal.issuer()), owned(principal.tenant()), subject);
        (caller, owned(principal.client_id()))
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::principal::Transport;

    const MINUTE: Duration = Duration::from_secs(60);

    fn caller(issuer: &str, tenant: Option<&str>, subject: &str) -> Principal {
        Principal {
            subject: subject.into(),
            issuer: Some(issuer.into()),
            tenant: tenant.map(str::to_owned),
            verified: true,
            ..Principal::anonymous(Transport::Http)
        }
    }

    fn held(terms: Sessions, of: &Principal, now: Instant) -> Held {
        let held = Held::new(terms);
        let _over = held.begin("s1", (held.place(of).unwrap(), true), now);
        held
    }

    #[test]
    fn a_session_is_known_to_the_issuer_tenant_subject_and_client_that_began_it() {
        let (now, ann) = (Instant::now(), caller("https://a", Some("t"), "ann"));
        let held = held(Sessions::bound(), &ann, now);
        assert!(held.left("s1", &ann, now).is_some());
        assert!(held.left("s2", &ann, now).is_none());
        let unverified = Principal { verified: false, ..ann.clone() };
        for other in [
            caller("https://b", Some("t"), "ann"),
            caller("https://a", Some("u"), "ann"),
            caller("https://a", None, "ann"),
            caller("https://a", Some("t"), "bob"),
            Principal { client_id: Some("other".into()), ..ann.clone() },
            unverified,
            Principal::anonymous(Transport::Http),
        ] {
            assert!(held.left("s1", &other, now).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_session_ends_when_nothing_came_for_long_and_when_it_is_old() {
        let (begun, ann) = (Instant::now(), caller("https://a", None, "ann"));
        let terms = Sessions::bound().idle(10 * MINUTE).longest(25 * MINUTE);
        let left = |held: &Held, minutes: u32| held.left("s1", &ann, begun + minutes * MINUTE);
        let unused = held(terms, &ann, begun);
        assert_eq!(left(&unused, 10), None);
        let used = held(terms, &ann, begun);
        assert_eq!(left(&used, 9), Some(16 * MINUTE));
        assert_eq!(left(&used, 18), Some(7 * MINUTE));
        assert_eq!(left(&used, 24), Some(MINUTE));
        assert_eq!(left(&used, 25), None);
    }

    #[test]
    fn another_that_names_a_session_does_not_keep_it_alive() {
        let (begun, ann) = (Instant::now(), caller("https://a", None, "ann"));
        let held = held(Sessions::bound().idle(10 * MINUTE), &ann, begun);
        let bob = caller("https://a", None, "bob");
        assert!(held.left("s1", &bob, begun + 9 * MINUTE).is_none());
        assert!(held.left("s1", &ann, begun + 11 * MINUTE).is_none());
    }

    #[test]
    fn places_are_few_for_one_and_for_all_and_free_again_after() {
        let held = Held::new(Sessions::bound().per_caller(2).in_all(3));
        let (ann, bob) = (caller("https://a", None, "ann"), caller("https://a", None, "bob"));
        let (first, second) = (held.place(&ann).unwrap(), held.place(&ann).unwrap());
        assert!(held.place(&ann).is_none());
        let by_another_client = Principal { client_id: Some("other".into()), ..ann.clone() };
        assert!(held.place(&by_another_client).is_none());
        let third = held.place(&bob).unwrap();
        assert!(held.place(&bob).is_none());
        drop(first);
        let mut over = pin!(held.begin("s", (held.place(&bob).unwrap(), true), Instant::now()));
        assert!(over.as_mut().now_or_never().is_none());
        assert!(held.place(&ann).is_none());
        held.end("s");
        assert!(over.now_or_never().is_some());
        assert!(held.place(&ann).is_some());
        drop((second, third));
        assert!(locked(&held.taken).is_empty());
    }

    #[test]
    fn who_is_not_verified_has_no_place() {
        let held = Held::new(Sessions::bound());
        assert!(held.place(&Principal::anonymous(Transport::Http)).is_none());
    }

    #[test]
    fn an_id_is_not_shown() {
        let ann = caller("https://a", None, "ann");
        let shown = format!("{:?}", held(Sessions::bound(), &ann, Instant::now()));
        assert!(!shown.contains("s1") && !shown.contains("ann"), "{shown}");
    }
}
