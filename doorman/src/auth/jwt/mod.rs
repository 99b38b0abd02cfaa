//! Access tokens that are JWTs (RFC 9068), verified by the rules of RFC 8725. Fetches no key.

mod cache;
mod claims;
mod keys;
mod strict;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

pub use self::keys::JwtAlgorithm;
use self::{
    cache::{PrintKey, Verdicts},
    claims::{MOST_LEEWAY, Rules},
    keys::{Keys, unfit},
};
use super::{TokenError, TokenVerifier, VerifiedToken};
use crate::error::Error;

/// Verifies JWT access tokens of one issuer for one resource with keys that are given to it.
///
/// Without relaxations a token is what RFC 9068 says: typed `at+jwt`, with `iss`, `aud`, `exp`, `iat`,
/// `sub`, `client_id` and `jti`, for this resource alone, of at most 24 hours. The algorithm is the
/// key's; nothing in a token's header brings a key along. A token that `cnf` binds to a key is refused.
///
/// ```
/// use doorman::{JwtVerifier, OAuth};
/// # let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let verifier = JwtVerifier::new("https://sso.example.com", "https://api.example.com/mcp")
///     .jwks(jwks)?
///     .tenant_claim("org");
/// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(verifier);
/// # Ok::<(), doorman::Error>(())
/// ```
pub struct JwtVerifier {
    rules: Rules,
    algorithms: Vec<JwtAlgorithm>,
    has_secret: bool,
    ring: RwLock<Arc<Ring>>,
    print_key: PrintKey,
    signatures_checked: AtomicU64,
}

/// Keys and the verdicts that they gave: both are replaced together.
struct Ring {
    keys: Keys,
    verdicts: Verdicts,
}

impl JwtVerifier {
    /// A verifier without keys. Both texts are compared exactly: `issuer` with `iss`, `resource` with
    /// the members of `aud`.
    #[must_use]
    pub fn new(issuer: &str, resource: &str) -> Self {
        Self {
            rules: Rules::new(issuer, resource),
            algorithms: JwtAlgorithm::ALL.to_vec(),
            has_secret: false,
            ring: RwLock::new(Ring::of(Keys::default())),
            print_key: PrintKey::new(),
            signatures_checked: AtomicU64::new(0),
        }
    }

    /// Takes the keys of a JWKS document (RFC 7517 §5) in place of any before. A key that may not
    /// verify tokens is dropped and logged by its kid: one for encryption, for another algorithm than
    /// its kind has, RSA below 2048 bits, a private or symmetric one, two of one kid.
    ///
    /// # Errors
    /// [`Error::Setting`] where the document is not strict JSON or has no fit key, or there is a secret.
    pub fn jwks(self, document: &str) -> Result<Self, Error> {
        let keys = Keys::of_jwks(document)?;
        self.with(keys)
    }

    /// Takes one public key, a JWK, in place of any before.
    ///
    /// ```
    /// use doorman::JwtVerifier;
    /// let verifier = JwtVerifier::new("https://sso.example.com", "https://api.example.com/mcp")
    ///     .key(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where it is no key that may verify tokens, or there is a secret.
    pub fn key(self, jwk: &str) -> Result<Self, Error> {
        let keys = Keys::of_jwk(jwk)?;
        self.with(keys)
    }

    /// Takes a secret that issuer and server share, and no public key beside it: whoever can verify
    /// tokens can then make them. They name no `kid`.
    ///
    /// ```
    /// use doorman::JwtVerifier;
    /// # let secret = [7; 32];
    /// let verifier = JwtVerifier::new("https://sso.example.com", "https://api.example.com/mcp")
    ///     .hmac_secret(&secret)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where it has fewer than 32 bytes, or there are public keys.
    pub fn hmac_secret(mut self, secret: &[u8]) -> Result<Self, Error> {
        let keys = Keys::of_secret(secret)?;
        if !self.has_secret && !self.ring().keys.is_empty() {
            return Err(unfit("is a secret beside public keys"));
        }
        self.has_secret = true;
        *self.ring.get_mut().unwrap_or_else(PoisonError::into_inner) = Ring::of(keys);
        Ok(self)
    }

    fn with(mut self, keys: Keys) -> Result<Self, Error> {
        if self.has_secret {
            return Err(unfit("is a public key beside a secret"));
        }
        *self.ring.get_mut().unwrap_or_else(PoisonError::into_inner) = Ring::of(keys);
        Ok(self)
    }

    /// Puts other keys in place of all before, also while the server runs; what was remembered about
    /// tokens is forgotten. `Arc<JwtVerifier>` is a verifier too.
    ///
    /// # Errors
    /// As [`JwtVerifier::jwks`]; the keys before then stay.
    pub fn replace_jwks(&self, document: &str) -> Result<(), Error> {
        let keys = Keys::of_jwks(document)?;
        if self.has_secret {
            return Err(unfit("is a public key beside a secret"));
        }
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Ring::of(keys);
        Ok(())
    }

    /// Allows these algorithms only. Without it every [`JwtAlgorithm`] that the keys are fit for.
    #[must_use]
    pub fn algorithms(mut self, allowed: impl IntoIterator<Item = JwtAlgorithm>) -> Self {
        self.algorithms = allowed.into_iter().collect();
        self
    }

    /// Accepts this audience as the resource's other name, for issuers that do not follow RFC 8707.
    /// It must name this server and no other.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audience = Some(audience.into());
        self
    }

    /// Accepts tokens that name these audiences besides this server; alone they open nothing.
    /// Gives up: those servers could use here the tokens that they are shown.
    #[must_use]
    pub fn tolerate_audiences<A: Into<String>>(
        mut self,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        self.rules.tolerated.extend(audiences.into_iter().map(Into::into));
        self
    }

    /// Accepts tokens of the type `JWT` and of none. Gives up: the type no longer tells access tokens
    /// from others. Instead such a token must hold `scope`, `scp`, `client_id` or `azp`, may not be
    /// for its own client, and may hold nothing that only other kinds hold (`nonce`, `at_hash`,
    /// `c_hash`, `s_hash`, `events`, another `token_use` than `access`, another `typ` than `Bearer`).
    #[must_use]
    pub fn accept_plain_jwt(mut self) -> Self {
        self.rules.plain_jwt = true;
        self
    }

    /// Reads the client from this claim instead of `client_id`: `azp`, `cid`, `appid`.
    #[must_use]
    pub fn client_id_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.client_id_claim = name.into();
        self
    }

    /// Accepts tokens that do not name their client. Gives up: which program acted.
    #[must_use]
    pub fn accept_missing_client_id(mut self) -> Self {
        self.rules.client_id_needed = false;
        self
    }

    /// Accepts tokens without `jti`. Gives up: telling one token from another at the issuer.
    #[must_use]
    pub fn accept_missing_jti(mut self) -> Self {
        self.rules.jti_needed = false;
        self
    }

    /// How long after `exp` a token still passes, for clocks that differ: 30 s without it, at most 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// The longest time from `iat` to `exp`: 24 hours without it.
    #[must_use]
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.rules.max_lifetime = lifetime;
        self
    }

    /// Names the claim that holds the tenant. A token where it is no text, or empty, is refused.
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.tenant_claim = Some(name.into());
        self
    }

    /// Hands over these claims, where they are texts, and no others.
    #[must_use]
    pub fn expose_claims<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.rules.exposed.extend(names.into_iter().map(Into::into));
        self
    }

    /// Verifies a token as it is at this time.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use doorman::{JwtVerifier, TokenError};
    /// let verifier = JwtVerifier::new("https://sso.example.com", "https://api.example.com/mcp");
    /// let verdict = verifier.verify_at("no.jwt", SystemTime::now());
    /// assert_eq!(verdict.unwrap_err(), TokenError::Invalid("format"));
    /// ```
    ///
    /// # Errors
    /// [`TokenError::Invalid`] with one stable word.
    pub fn verify_at(&self, token: &str, now: SystemTime) -> Result<VerifiedToken, TokenError> {
        // Before anything that takes time by the length of the token.
        if token.len() > strict::LARGEST {
            return Err(TokenError::Invalid("too_large"));
        }
        let (ring, print) = (self.ring(), self.print_key.print(token));
        if let Some(verdict) = ring.verdicts.recall(print, now) {
            return verdict;
        }
        let parts = strict::parts(token)?;
        let checked = self.rules.check(&parts.header, &parts.claims, now)?;
        let key = ring.keys.find(&parts.header, &self.algorithms)?;
        self.signatures_checked.fetch_add(1, Ordering::Relaxed);
        if !key.verifies(&parts) {
            let error = TokenError::Invalid("signature");
            ring.verdicts.keep_bad(print, error, now);
            return Err(error);
        }
        ring.verdicts.keep(print, &checked.token, checked.expires, now);
        Ok(checked.token)
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ring {
    fn of(keys: Keys) -> Arc<Self> {
        Arc::new(Self { keys, verdicts: Verdicts::new() })
    }
}

impl TokenVerifier for JwtVerifier {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, TokenError> {
        self.verify_at(token, SystemTime::now())
    }

    fn check(&self) -> Result<(), Error> {
        let rules = &self.rules;
        let problem = if !self.ring().keys.serve(&self.algorithms) {
            "has no key for an algorithm that it allows"
        } else if rules.leeway > MOST_LEEWAY {
            "has a leeway of more than 60 s"
        } else if rules.max_lifetime.is_zero() {
            "has a lifetime of 0 s"
        } else if rules.issuer.is_empty()
            || rules.resource.is_empty()
            || rules.audience.as_deref().is_some_and(str::is_empty)
            || rules.client_id_claim.is_empty()
            || rules.tenant_claim.as_deref().is_some_and(str::is_empty)
        {
            "has an empty issuer, resource, audience or name of a claim"
        } else {
            return Ok(());
        };
        Err(Error::Setting {
            setting: "JwtVerifier",
            problem: problem.into(),
            allowed: "keys by `.jwks(…)`, `.key(…)` or `.hmac_secret(…)`, a leeway up to 60 s, a lifetime",
        })
    }

    fn keep_claim(&self, name: &str) {
        self.rules.asked_claim.get_or_init(|| name.to_owned());
    }
}

/// Shows the kind and number of keys, and nothing of them.
impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier")
            .field("issuer", &self.rules.issuer)
            .field("keys", &self.ring().keys)
            .finish_non_exhaustive()
    }
}
