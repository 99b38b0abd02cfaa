//! What stands for `discovery` where that feature is off: no keys are fetched.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use crate::error::Error;

pub(super) enum Place {
    Issuer(String),
    Jwks(String),
}

pub(super) struct Fetched {
    pub(super) document: String,
    pub(super) max_age: Option<Duration>,
}

pub(super) enum Fetcher {}

impl Fetcher {
    pub(super) fn new(place: Place, _: BTreeSet<String>) -> Result<Self, Error> {
        let (Place::Issuer(address) | Place::Jwks(address)) = place;
        Err(Error::Setting {
            setting: "TrustedIssuer",
            problem: format!(
                "`{address}` would have to be asked for keys, and the feature `discovery` is off"
            ),
            allowed: "`.jwks(…)`, `.key(…)`, `.hmac_secret(…)` or a `.verifier(…)`; or the feature",
        })
    }

    #[expect(clippy::unused_async, reason = "it stands for one that waits")]
    pub(super) async fn fetch(&self) -> Result<Fetched, Infallible> {
        match *self {}
    }
}
