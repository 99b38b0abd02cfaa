//! The keys of one issuer while they live: given for good, or fetched when they are first needed, again
//! in the background, and at most once an interval for tokens that they do not fit.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use sha2::{Digest as _, Sha256};
use tokio::task::AbortHandle;

use super::{Now, keys::Keys};
use crate::auth::{
    TokenError,
    discovery::{Fetched, Fetcher},
};

/// Between two fetches that failed, or that tokens with unknown keys asked for.
pub(super) const INTERVAL: Duration = Duration::from_secs(5);
/// How long fetched keys are used before they are fetched again, where `Cache-Control` does not say.
const FRESH: Duration = Duration::from_secs(5 * 60);
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(15 * 60);
/// How long fetched keys are used at all, whether or not their issuer can be reached.
pub(super) const LIMIT: Duration = Duration::from_secs(60 * 60);
/// When a fetch is given up that has not ended itself: nobody drives the runtime that it is on.
const LOST: Duration = Duration::from_secs(30);

/// Keys, and how long they may be used.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) keys: Arc<Keys>,
    /// Changes with the keys.
    pub(super) generation: u64,
    /// Of keys that were fetched: when, and for how long they are fresh.
    fetched: Option<(Now, Duration)>,
}

impl Held {
    fn is_fresh(&self, now: Now) -> bool {
        self.fetched.is_none_or(|(at, fresh)| at.age(now) < fresh)
    }

    /// How long they may still be used.
    pub(super) fn left(&self, now: Now) -> Duration {
        self.fetched.map_or(Duration::MAX, |(at, _)| LIMIT.saturating_sub(at.age(now)))
    }
}

pub(super) struct KeyRing {
    issuer: String,
    fetcher: Option<Fetcher>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// Of the document that `held` was read from.
    digest: [u8; 32],
    flight: Option<(AbortHandle, Flight)>,
    /// When the last fetch began, unless it went well.
    failed: Option<Instant>,
    /// When a token last asked for other keys.
    asked: Option<Instant>,
    /// The latest time at which a token came: whoever has waited asks at that time too.
    latest: Option<Instant>,
}

/// A fetch that is under way, for all who wait for it.
type Flight = Shared<BoxFuture<'static, ()>>;

impl KeyRing {
    pub(super) fn given(issuer: &str, keys: Arc<Keys>) -> Arc<Self> {
        let held = Held { keys, generation: 0, fetched: None };
        let state = State { held: Some(held), ..State::default() };
        Arc::new(Self { issuer: issuer.into(), fetcher: None, state: Mutex::new(state) })
    }

    pub(super) fn fetched(issuer: &str, fetcher: Fetcher) -> Arc<Self> {
        Arc::new(Self { issuer: issuer.into(), fetcher: Some(fetcher), state: Mutex::default() })
    }

    /// Which keys are in use, where some are.
    pub(super) fn generation(&self, now: Now) -> Option<u64> {
        let state = self.lock();
        state.held.as_ref().filter(|held| !held.left(now).is_zero()).map(|held| held.generation)
    }

    /// The keys: those at hand, or fetched now where there are none that may still be used.
    pub(super) async fn held(self: &Arc<Self>, now: Now) -> Result<Held, TokenError> {
        let flight = {
            let mut state = self.lock();
            let now = state.at(now);
            match state.held.clone().filter(|held| !held.left(now).is_zero()) {
                Some(held) => {
                    if !held.is_fresh(now) && !state.has_failed(now.clock) {
                        self.fly(&mut state, now);
                    }
                    return Ok(held);
                }
                None if state.has_failed(now.clock) && state.flight(now.clock).is_none() => None,
                None => self.fly(&mut state, now),
            }
        };
        flight.ok_or(TokenError::Unavailable)?.await;
        let held = self.lock().held.clone();
        held.filter(|held| !held.left(now).is_zero()).ok_or(TokenError::Unavailable)
    }

    /// Other keys than those of this generation, for a token that they do not fit.
    pub(super) async fn newer(
        self: &Arc<Self>,
        generation: u64,
        now: Now,
    ) -> Result<Option<Held>, TokenError> {
        let other = |state: &State| state.held.clone().filter(|held| held.generation != generation);
        let flight = {
            let mut state = self.lock();
            let now = state.at(now);
            if self.fetcher.is_none() {
                return Ok(None);
            }
            if let Some(held) = other(&state) {
                return Ok(Some(held));
            }
            if state.flight(now.clock).is_none() {
                if state.has_failed(now.clock) {
                    return Err(TokenError::Unavailable);
                }
                if is_within(state.asked, now.clock, INTERVAL) {
                    return Ok(None);
                }
                state.asked = Some(now.clock);
            }
            self.fly(&mut state, now)
        };
        flight.ok_or(TokenError::Unavailable)?.await;
        let state = self.lock();
        match other(&state) {
            // While another fetch is under way, nothing is known to have failed.
            None if state.failed.is_some() && state.flight(now.clock).is_none() => {
                Err(TokenError::Unavailable)
            }
            other => Ok(other),
        }
    }

    /// The fetch that is under way, or a new one.
    fn fly(self: &Arc<Self>, state: &mut State, now: Now) -> Option<Flight> {
        if let Some(flight) = state.flight(now.clock) {
            return Some(flight);
        }
        let ring = Arc::clone(self);
        self.fetcher.as_ref()?;
        // Until it has landed; a panic on the way leaves it so.
        state.failed = Some(now.clock);
        // A task of its own: a caller that goes away takes nobody's keys along.
        let task = tokio::spawn(async move {
            if let Some(fetcher) = &ring.fetcher {
                let fetched = fetcher.fetch().await.map_err(|problem| problem.to_string());
                ring.land(fetched, now);
            }
        });
        let abort = task.abort_handle();
        let flight = task.map(drop).boxed().shared();
        if let Some((lost, _)) = state.flight.replace((abort, flight.clone())) {
            lost.abort();
        }
        Some(flight)
    }

    fn land(&self, fetched: Result<Fetched, String>, now: Now) {
        let read = fetched.and_then(|fetched| {
            let digest = <[u8; 32]>::from(Sha256::digest(&fetched.document));
            let at_hand = {
                let state = self.lock();
                state.held.clone().filter(|_| state.digest == digest)
            };
            let (keys, generation) = match at_hand {
                Some(held) => (held.keys, Some(held.generation)),
                None => (Arc::new(Keys::of_jwks(&fetched.document)?), None),
            };
            Ok((keys, generation, digest, fetched.max_age))
        });
        let mut state = self.lock();
        state.flight = None;
        match read {
            Ok((keys, generation, digest, max_age)) => {
                let next = state.held.as_ref().map_or(0, |held| held.generation + 1);
                let fresh = max_age.unwrap_or(FRESH).clamp(LEAST_FRESH, MOST_FRESH);
                let generation = generation.unwrap_or(next);
                state.held = Some(Held { keys, generation, fetched: Some((now, fresh)) });
                state.digest = digest;
                state.failed = None;
            }
            Err(problem) => {
                drop(state);
                tracing::warn!("the keys of {} could not be fetched: {problem}", self.issuer);
            }
        }
    }

    /// Waits for the fetch that is under way, if one is.
    #[cfg(all(test, feature = "discovery"))]
    pub(super) async fn landed(&self) {
        let flight = self.lock().flight.as_ref().map(|(_, flight)| flight.clone());
        if let Some(flight) = flight {
            flight.await;
        }
    }

    /// A panic elsewhere leaves at worst keys that are fetched once more.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn at(&mut self, now: Now) -> Now {
        let clock = self.latest.map_or(now.clock, |latest| latest.max(now.clock));
        self.latest = Some(clock);
        Now { clock, ..now }
    }

    fn flight(&self, now: Instant) -> Option<Flight> {
        let (task, flight) = self.flight.as_ref()?;
        let is_lost = !is_within(self.failed, now, LOST);
        (!task.is_finished() && !is_lost).then(|| flight.clone())
    }

    fn has_failed(&self, now: Instant) -> bool {
        is_within(self.failed, now, INTERVAL)
    }
}

/// Whether so much time has not passed since then.
fn is_within(then: Option<Instant>, now: Instant, time: Duration) -> bool {
    then.is_some_and(|then| now.saturating_duration_since(then) < time)
}

/// Shows the number of keys.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.lock().held.as_ref().map(|held| Arc::clone(&held.keys));
        f.debug_struct("KeyRing")
            .field("issuer", &self.issuer)
            .field("keys", &held)
            .finish_non_exhaustive()
    }
}
