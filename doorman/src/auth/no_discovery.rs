//! What stands for `discovery` where that feature is off: no keys are fetched.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use crate::error::Error;

pub(super) enum Place {
    Issuer(String),
    #[expect(dead_code, reason = "it may hold credentials, so nothing here shows it")]
    Jwks(String),
}

pub(super) struct Fetched {
    pub(super) document: String,
    pub(super) max_age: Option<Duration>,
}

pub(super) enum Fetcher {}

impl Fetcher {
    pub(super) fn new(place: Place, _: BTreeSet<String>) -> Result<Self, Error> {
        let keys = match place {
            Place::Issuer(issuer) => format!("the keys of `{issuer}`"),
            Place::Jwks(_) => "the keys at its `jwks_url`".into(),
        };
        Err(Error::Setting {
            setting: "TrustedIssuer",
            problem: format!("would have to fetch {keys}, and the feature `discovery` is off"),
            allowed: "`.jwks(…)`, `.key(…)`, `.hmac_secret(…)` or a `.verifier(…)`; or the feature",
        })
    }

    #[expect(clippy::unused_async, reason = "it stands for one that waits")]
    pub(super) async fn fetch(&self) -> Result<Fetched, Infallible> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_keys_is_not_shown() {
        let place = Place::Jwks("https://user:pa55@sso.example.com/keys?key=pa55".into());
        let error = Fetcher::new(place, BTreeSet::new()).err().unwrap().to_string();
        assert!(error.contains("`discovery` is off") && !error.contains("pa55"), "{error}");
        let place = Place::Issuer("https://sso.example.com".into());
        let error = Fetcher::new(place, BTreeSet::new()).err().unwrap().to_string();
        assert!(error.contains("`https://sso.example.com`"), "{error}");
    }
}
