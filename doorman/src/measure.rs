//! What the benches of this repository measure from inside.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};

use http::{HeaderMap, HeaderValue};
use tokio_util::sync::CancellationToken;

use crate::{
    authorize::authorize,
    bucket::{Buckets, Charge, Limit, Place, Size},
    call::{Call, Round},
    doorman::Doorman,
    principal::Principal,
    schema::Object,
    units::Units,
};

/// One rate rule over a store of so many buckets.
#[derive(Debug)]
pub struct Rule(Buckets);

/// A day, which no measurement outlives: every bucket stays live.
const DAY: u64 = 86_400_000_000_000;

impl Rule {
    /// A store that may hold so many.
    #[must_use]
    pub fn new(buckets: usize) -> Self {
        Self(Buckets::new(0, &[Size { buckets, rules: 1 }]))
    }

    /// Charges the bucket of a hashed key with one call.
    #[must_use]
    pub fn take(&self, key: u128, now: u64) -> bool {
        let limit = Limit::new(Units::from_millionths(1_000_000_000_000), DAY);
        self.0.take(&mut [Charge::new(Place::keyed(0, 0, key), limit, Units::ONE)], now).is_ok()
    }
}

/// Takes a call of a tool's to its guarded answer; the size of its text, and of a refusal nothing.
///
/// # Panics
/// Where there is no such tool.
pub async fn guarded(
    doorman: &Doorman,
    tool: &str,
    principal: &Principal,
    arguments: Object,
) -> Option<usize> {
    let (parts, call) = (doorman.parts(), call(doorman, tool, principal, arguments));
    let dispatch = &*parts.tools[call.tool].dispatch;
    let answer = parts.guard.call(dispatch, call, Instant::now()).await;
    answer.ok().map(|answer| answer.text.len())
}

/// Whether a caller has the scopes of a tool.
///
/// # Panics
/// Where there is no such tool.
#[must_use]
pub fn authorized(doorman: &Doorman, tool: &str, principal: &Principal) -> bool {
    let parts = doorman.parts();
    authorize(&parts.tools[parts.index[tool]].spec, principal, &parts.guard.hierarchy).is_ok()
}

/// Calls that were attempted, to be recorded as fine.
#[derive(Debug)]
pub struct Attempt<'a>(&'a Doorman, Call);

impl<'a> Attempt<'a> {
    /// One call of a tool.
    ///
    /// # Panics
    /// Where there is no such tool.
    #[must_use]
    pub fn new(doorman: &'a Doorman, tool: &str, principal: &Principal, arguments: Object) -> Self {
        Self(doorman, call(doorman, tool, principal, arguments))
    }

    /// Opens a record and closes it.
    pub fn record(&self) {
        self.0.parts().guard.audit.open(&self.1).close(Ok(Some(1_000)), false);
    }
}

fn call(doorman: &Doorman, tool: &str, principal: &Principal, arguments: Object) -> Call {
    let parts = doorman.parts();
    let place = parts.index[tool];
    Call {
        spec: parts.tools[place].spec.clone(),
        arguments,
        principal: principal.clone(),
        peer: Some((IpAddr::from(Ipv4Addr::LOCALHOST), 1).into()),
        headers: HeaderMap::new(),
        host: HeaderValue::from_static("localhost"),
        result_limit: parts.result_limit,
        tool: place,
        gone: CancellationToken::new(),
        round: Round::default(),
    }
}
