//! The seam behind which tokens are verified.

use std::{collections::BTreeMap, fmt, time::SystemTime};

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    error::Error,
    scope::{MalformedScope, ScopeSet},
};

/// Verifies bearer tokens: signature or look-up, issuer and times. The audience is doorman's own check.
///
/// ```
/// use doorman::{TokenError, TokenVerifier, VerifiedToken};
///
/// struct Session(String);
///
/// impl TokenVerifier for Session {
///     async fn verify(&self, token: &str) -> Result<VerifiedToken, TokenError> {
///         if token != self.0 {
///             return Err(TokenError::Invalid("unknown token"));
///         }
///         Ok(VerifiedToken::new("alice").audience("https://api.example.com/mcp"))
///     }
/// }
/// ```
pub trait TokenVerifier: Send + Sync + 'static {
    /// Verifies one token.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] for a token that must not pass, with a reason for the audit log;
    /// [`TokenError::Unavailable`] where it cannot be told.
    fn verify(&self, token: &str)
    -> impl Future<Output = Result<VerifiedToken, TokenError>> + Send;

    /// Says, before the server starts, what would keep it from verifying.
    ///
    /// # Errors
    /// What `build()` then refuses with.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// A [`TokenVerifier`] on the heap.
pub(crate) trait ErasedVerifier: Send + Sync {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<VerifiedToken, TokenError>>;
    fn check(&self) -> Result<(), Error>;
}

impl<V: TokenVerifier> ErasedVerifier for V {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<VerifiedToken, TokenError>> {
        Box::pin(TokenVerifier::verify(self, token))
    }

    fn check(&self) -> Result<(), Error> {
        TokenVerifier::check(self)
    }
}

/// Why a token does not pass.
///
/// ```
/// assert_eq!(doorman::TokenError::Invalid("expired").to_string(), "the token is not valid: expired");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It must not pass. The reason goes to the audit log and never to the caller; being static, it
    /// cannot hold a value.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// It cannot be told at the moment: callers are asked to come back (HTTP 503).
    #[error("tokens cannot be verified at the moment")]
    Unavailable,
}

/// What a verified token says.
///
/// ```
/// use doorman::VerifiedToken;
/// let token = VerifiedToken::new("alice")
///     .audience("https://api.example.com/mcp")
///     .scopes("invoices:read invoices:write")?;
/// # Ok::<(), doorman::MalformedScope>(())
/// ```
#[derive(Clone)]
pub struct VerifiedToken {
    pub(crate) subject: String,
    pub(crate) issuer: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) scopes: ScopeSet,
    pub(crate) tenant: Option<String>,
    pub(crate) claims: BTreeMap<String, Value>,
    pub(crate) expires: Option<SystemTime>,
}

impl VerifiedToken {
    /// A token of this subject, for no audience and without scopes.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience(RESOURCE);
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(principal.subject(), "alice");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            issuer: None,
            client_id: None,
            audience: Vec::new(),
            scopes: ScopeSet::default(),
            tenant: None,
            claims: BTreeMap::new(),
            expires: None,
        }
    }

    /// Adds an audience; a token that does not name this server's `resource` is refused (RFC 8707 §2).
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience("https://api.example.com/other");
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// let denial = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap_err();
    /// assert_eq!(denial.reason, "invalid_token");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience.push(audience.into());
        self
    }

    /// The scopes, with spaces between them.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience(RESOURCE).scopes("invoices:read")?;
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(principal.scopes().to_string(), "invoices:read");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`MalformedScope`] where one of them is malformed.
    pub fn scopes(mut self, scopes: &str) -> Result<Self, MalformedScope> {
        self.scopes = ScopeSet::parse(scopes)?;
        Ok(self)
    }

    /// Who issued it; without it, the issuer that `OAuth` names.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience(RESOURCE).issuer("https://sso.example.com");
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(principal.issuer(), Some("https://sso.example.com"));
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// The OAuth client that it was issued to.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience(RESOURCE).client_id("billing-app");
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(principal.client_id(), Some("billing-app"));
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The tenant that the subject belongs to.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience(RESOURCE).tenant("acme");
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(principal.tenant(), Some("acme"));
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Adds a claim. Handlers see those that `OAuth::expose_claims` names; where no tenant is named,
    /// the one that `OAuth::tenant_claim` or `DOORMAN_TENANT_CLAIM` names is the tenant.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let token = VerifiedToken::new("alice").audience(RESOURCE).claim("level", 3);
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.expose_claims(["level"]).verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// // With `.expose_claims(["level"])`:
    /// assert_eq!(principal.claim("level").unwrap(), 3);
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// When it ends: a stream that is open then is closed, and a minute later it passes no more.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use std::time::{Duration, SystemTime};
    /// let end = SystemTime::now() + Duration::from_secs(600);
    /// let token = VerifiedToken::new("alice").audience(RESOURCE).expires(end);
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(principal.expires(), Some(end));
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn expires(mut self, at: SystemTime) -> Self {
        self.expires = Some(at);
        self
    }
}

/// Shows no identity.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("scopes", &self.scopes.iter().count())
            .finish_non_exhaustive()
    }
}
