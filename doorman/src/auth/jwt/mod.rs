//! Access tokens that are JWTs (RFC 9068), verified by the rules of RFC 8725.

mod cache;
mod claims;
mod issuer;
mod keys;
mod ring;
#[cfg(test)]
#[cfg(feature = "discovery")]
mod rotation;
mod strict;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use self::{
    cache::{Key, Print, PrintKey, Verdicts},
    claims::{Here, Rules},
    issuer::Source,
    ring::{Held, KeyRing},
    strict::Parts,
};
pub use self::{issuer::TrustedIssuer, keys::JwtAlgorithm};
use super::{
    TokenError, TokenVerifier, VerifiedToken,
    discovery::{Fetcher, Place},
};
use crate::error::Error;

/// When keys that could not be fetched are asked for again.
pub(super) const RETRY: Duration = ring::INTERVAL;

/// The time of a verification: on the wall for what tokens say, and as it passes for keys.
#[derive(Clone, Copy)]
pub(crate) struct Now {
    pub(crate) wall: SystemTime,
    pub(crate) clock: Instant,
}

impl Now {
    fn read() -> Self {
        Self { wall: SystemTime::now(), clock: Instant::now() }
    }

    /// The time since then: as it passed, or by the wall where that is longer, as after the machine slept.
    fn age(self, now: Self) -> Duration {
        let by_the_wall = now.wall.duration_since(self.wall).unwrap_or_default();
        now.clock.saturating_duration_since(self.clock).max(by_the_wall)
    }
}

/// Verifies tokens of several issuers; each token is matched to exactly one by its `iss`.
pub(crate) struct JwtVerifier {
    here: Here,
    trusted: Vec<Trusted>,
    verdicts: Verdicts,
    print_key: PrintKey,
    signatures_checked: AtomicU64,
}

/// One issuer with the keys that it has at the moment.
struct Trusted {
    rules: Rules,
    algorithms: Vec<JwtAlgorithm>,
    ring: Arc<KeyRing>,
}

impl JwtVerifier {
    /// # Errors
    /// Every issuer that cannot be trusted as it is set up, at once.
    pub(super) fn new(
        issuers: Vec<TrustedIssuer>,
        resource: &str,
        tenant_claim: Option<&str>,
        exposed: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let mut errors = Vec::new();
        let trusted = issuers.into_iter().filter_map(|issuer| {
            Trusted::new(issuer, tenant_claim).map_err(|error| errors.push(error)).ok()
        });
        let trusted = trusted.collect();
        Error::all(errors)?;
        Ok(Self {
            here: Here { resource: resource.into(), exposed: exposed.clone() },
            trusted,
            verdicts: Verdicts::new(),
            print_key: PrintKey::new(),
            signatures_checked: AtomicU64::new(0),
        })
    }

    /// Verifies a token as it is at this time.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] with one stable word, or [`TokenError::Unavailable`] where the keys are.
    pub(crate) async fn verify_at(
        &self,
        token: &str,
        now: Now,
    ) -> Result<VerifiedToken, TokenError> {
        // Before anything that takes time by the length of the token.
        if token.len() > strict::LARGEST {
            return Err(TokenError::Invalid("too_large"));
        }
        let print = self.print_key.print(token);
        if let Some(verdict) = self.recall(print, now) {
            return verdict;
        }
        let parts = strict::parts(token)?;
        let issuer = parts.claims.get("iss").and_then(|issuer| issuer.as_str());
        let place = self.trusted.iter().position(|trusted| Some(trusted.name()) == issuer);
        let place = place.ok_or(TokenError::Invalid("issuer"))?;
        let trusted = &self.trusted[place];
        let says = trusted.rules.check(&self.here, &parts.header, &parts.claims, now.wall)?;
        let algorithm = JwtAlgorithm::named(&parts.header.algorithm)
            .filter(|algorithm| trusted.algorithms.contains(algorithm))
            .ok_or(TokenError::Invalid("alg"))?;
        let mut held = trusted.ring.held(now).await?;
        let mut verdict = self.signed(&parts, algorithm, &held);
        // The issuer may have other keys by now.
        if verdict.is_err() {
            match trusted.ring.newer(held.generation, now).await {
                Ok(None) => {}
                Ok(Some(newer)) => {
                    held = newer;
                    verdict = self.signed(&parts, algorithm, &held);
                }
                Err(unavailable) => verdict = Err(unavailable),
            }
        }
        let key = Key { print, length: token.len(), place, generation: held.generation };
        match verdict {
            Ok(()) => self.verdicts.keep(key, &says, held.left(now), now.wall),
            Err(error @ (TokenError::Invalid("signature") | TokenError::Unavailable)) => {
                self.verdicts.keep_bad(key, error, now.wall);
            }
            Err(_) => {}
        }
        verdict.map(|()| says)
    }

    /// What was said about this token, by keys that are still in use.
    fn recall(&self, print: Print, now: Now) -> Option<Result<VerifiedToken, TokenError>> {
        let (verdict, place, generation) = self.verdicts.recall(print, now.wall)?;
        (self.trusted[place].ring.generation(now) == Some(generation)).then_some(verdict)
    }

    fn signed(
        &self,
        parts: &Parts<'_>,
        algorithm: JwtAlgorithm,
        held: &Held,
    ) -> Result<(), TokenError> {
        let key = held.keys.find(parts.header.kid.as_deref(), algorithm)?;
        self.signatures_checked.fetch_add(1, Ordering::Relaxed);
        if key.verifies(parts) { Ok(()) } else { Err(TokenError::Invalid("signature")) }
    }
}

impl Trusted {
    fn new(issuer: TrustedIssuer, tenant_claim: Option<&str>) -> Result<Self, Error> {
        issuer.check()?;
        let TrustedIssuer { mut rules, mut algorithms, source, private_hosts } = issuer;
        if !matches!(source, Source::Given(_)) {
            // No secret is ever fetched.
            algorithms.retain(|algorithm| !algorithm.is_symmetric());
        }
        if rules.tenant_claim.is_none() {
            rules.tenant_claim = tenant_claim.map(str::to_owned);
        }
        let name = &rules.issuer;
        let fetched = |place| Fetcher::new(place, private_hosts);
        let ring = match source {
            Source::Given(keys) => KeyRing::given(name, keys),
            Source::Metadata => KeyRing::fetched(name, fetched(Place::Issuer(name.clone()))?),
            Source::Address(url) => KeyRing::fetched(name, fetched(Place::Jwks(url))?),
        };
        Ok(Self { rules, algorithms, ring })
    }

    fn name(&self) -> &str {
        &self.rules.issuer
    }
}

impl TokenVerifier for JwtVerifier {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, TokenError> {
        self.verify_at(token, Now::read()).await
    }
}

/// Shows the issuers and the number of their keys.
impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.trusted.iter().map(|trusted| &trusted.ring)).finish()
    }
}
