//! A server: who may come in over HTTP, and what an adapter has to know.

use std::{
    any::Any,
    collections::{BTreeSet, HashMap},
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use http::HeaderValue;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{
        Auth, Credential, Denial, Local, Rejection, ResourceMetadata, deny_on_route,
        deny_without_challenge,
    },
    error::Refusal,
    guard::Guard,
    principal::{Principal, Transport},
    scope::Scope,
    sessions::Sessions,
    tool::Tool,
    units::Units,
};

/// The most time that a verifier may take.
const VERIFICATION: Duration = Duration::from_secs(30);

/// The most time that the audit log has for its last records.
const FLUSH: Duration = Duration::from_secs(10);

/// Which tools `tools/list` shows.
///
/// ```
/// assert_eq!(doorman::Listing::default(), doorman::Listing::Callable);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Listing {
    /// Those that the caller may call.
    #[default]
    Callable,
    /// All of them, for clients that ask for more scopes when a call is refused.
    All,
}

/// A guarded set of tools, ready to be served. Clones are the same server.
///
/// ```
/// use doorman::{Doorman, OAuth, StaticTokens, expose, tools};
///
/// /// Adds two numbers.
/// #[expose(scopes = ["math:add"], read_only)]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
/// let doorman = Doorman::builder("calculator").auth(auth).tools(tools![add].with_state(())).build()?;
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Doorman(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) auth: Option<Auth>,
    pub(crate) local: Local,
    pub(crate) anonymous: bool,
    pub(crate) guard: Guard,
    pub(crate) tools: Vec<Tool>,
    pub(crate) index: HashMap<String, usize>,
    /// What adapters keep of the tools whose routes are published.
    pub(crate) published: Vec<Arc<dyn Any + Send + Sync>>,
    pub(crate) listing: Listing,
    pub(crate) result_limit: usize,
    /// The host that handlers see.
    pub(crate) host: HeaderValue,
    pub(crate) body_limit: usize,
    pub(crate) endpoint: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) sessions: Option<Sessions>,
    /// Fires when nobody is let in any more: what lasts for as long as a caller listens ends then.
    pub(crate) ending: CancellationToken,
}

impl Doorman {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    /// Decides who sends an HTTP request; a refusal is in the audit log when this returns.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let token = VerifiedToken::new("alice").audience(RESOURCE);
    /// # let auth = OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", token));
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// let alice = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// assert_eq!(alice.subject(), "alice");
    /// assert_eq!(doorman.authenticate(Credential::Bearer("0ther"), None).await.unwrap_err().status, 401);
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// The response that the caller gets instead: 401 without credentials or with a token that is not
    /// valid here, 400 for a malformed header, 403 where a development server does not know its peer for one
    /// of this machine, or where there is no authentication at all, 429 for a peer's bad tokens past their
    /// number, 503 where tokens cannot be verified (RFC 6750 §3.1).
    pub async fn authenticate(
        &self,
        credential: Credential<'_>,
        peer: Option<SocketAddr>,
    ) -> Result<Principal, Denial> {
        self.knock(credential, Transport::Http, peer).await
    }

    /// Decides who sends a request on standard input. A token is verified at every request, so that one
    /// that was revoked or has expired ends here too.
    pub(crate) async fn local(&self) -> Result<Principal, Denial> {
        let token = match &self.0.local {
            Local::Nobody => return Ok(Principal::anonymous(Transport::Stdio)),
            Local::Named(principal) => return Ok(principal.clone()),
            Local::Token(token) => token,
        };
        let principal = self.knock(token.credential(), Transport::Stdio, None).await?;
        Ok(Principal { transport: Transport::Stdio, ..principal })
    }

    async fn knock(
        &self,
        credential: Credential<'_>,
        transport: Transport,
        peer: Option<SocketAddr>,
    ) -> Result<Principal, Denial> {
        let knock = self.0.guard.audit.knock(transport, peer.map(|peer| peer.ip()));
        let Some(auth) = &self.0.auth else {
            let rejection = Rejection::NoAuth;
            let request_id = knock.reject(rejection.reason(), rejection.detail());
            return Err(deny_without_challenge(rejection, request_id));
        };
        let authenticated = async {
            let authenticating = auth.authenticate(credential, peer, self.0.anonymous);
            let ended = timeout(VERIFICATION, authenticating).await;
            ended.unwrap_or(Err(Rejection::Unavailable("timeout")))
        };
        let mut rejection = match AssertUnwindSafe(authenticated).catch_unwind().await {
            Ok(Ok(principal)) => {
                knock.admit();
                return Ok(principal);
            }
            Ok(Err(rejection)) => rejection,
            Err(payload) => {
                // What was thrown may throw again where it is dropped.
                std::mem::forget(payload);
                Rejection::Unavailable("panic")
            }
        };
        if rejection.is_bad_token()
            && let Err(wait) =
                self.0.guard.limits.bad_token(peer.map(|peer| peer.ip()), Instant::now())
        {
            rejection = Rejection::Throttled(wait);
        }
        Err(auth.deny(rejection, knock.reject(rejection.reason(), rejection.detail())))
    }

    /// Waits until no call is under way and the audit log has taken the records of all, and says whether that
    /// came to pass: to be awaited before the process exits, when nobody is let in any more. Also calls whose
    /// callers are gone are waited for; streams of changes end at once, and none begins after. It ends, for calls end within their tools' timeouts, and the log
    /// has ten seconds.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let doorman = Doorman::builder("billing").tools(tools![ping].with_state(())).build()?;
    /// // The server has ended.
    /// assert!(doorman.finish().await, "records may be missing");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use = "records may be unwritten still"]
    pub async fn finish(&self) -> bool {
        self.0.ending.cancel();
        let audit = self.0.guard.audit.clone();
        let longest = self.0.tools.iter().map(|tool| tool.spec.timeout()).max();
        // A handler that blocks its thread keeps no timeout.
        let longest = longest.unwrap_or_default().saturating_add(FLUSH);
        let ended = timeout(longest, audit.ended()).await.is_ok();
        let flushed = tokio::task::spawn_blocking(move || audit.flush(FLUSH)).await;
        ended && flushed.unwrap_or(false)
    }

    /// The cost units that a caller can still spend on a tool; `None` without a budget, or where there
    /// is no such tool. Nothing is taken.
    ///
    /// ```
    /// # use doorman::{Doorman, Principal, Transport, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let doorman = Doorman::builder("billing")
    ///     .budget("100/day per_caller")
    ///     .tools(tools![ping].with_state(()))
    ///     .build()?;
    /// let left = doorman.remaining_budget("ping", &Principal::anonymous(Transport::Stdio), None);
    /// assert_eq!(left.unwrap().to_string(), "100");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn remaining_budget(
        &self,
        tool: &str,
        principal: &Principal,
        peer: Option<IpAddr>,
    ) -> Option<Units> {
        let (tool, limits) = (*self.0.index.get(tool)?, &self.0.guard.limits);
        limits.remaining_budget(tool, limits.caller(principal, peer), Instant::now())
    }

    /// Whether callers over HTTP are told apart at all; an adapter serves nobody where they are not.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert!(!builder.build()?.has_auth());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn has_auth(&self) -> bool {
        self.0.auth.is_some()
    }

    /// Whether everyone on this machine is the principal `dev`.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let doorman = Doorman::dev("billing").tools(tools![ping].with_state(())).build()?;
    /// assert!(doorman.is_dev());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn is_dev(&self) -> bool {
        matches!(self.0.auth, Some(Auth::Dev(_)))
    }

    /// The path of the MCP endpoint.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert_eq!(builder.build()?.endpoint(), "/mcp");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// The sessions that clients before MCP 2026-07-28 may have; `None` without any.
    ///
    /// ```
    /// # use doorman::{Doorman, Sessions, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.sessions(Sessions::bound()).build()?;
    /// assert_eq!(doorman.sessions(), Some(Sessions::bound()));
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn sessions(&self) -> Option<Sessions> {
        self.0.sessions
    }

    /// Ends when nobody is let in any more: [`Doorman::finish`] was called.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("billing").tools(tools![ping].with_state(())).build()?;
    /// let ending = doorman.ending();
    /// let _ = doorman.finish().await;
    /// ending.await;
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn ending(&self) -> impl Future<Output = ()> + Send + use<> {
        self.0.ending.clone().cancelled_owned()
    }

    /// The most bytes that a request body may have.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert_eq!(builder.build()?.body_limit(), 1024 * 1024);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.0.body_limit
    }

    /// The host names, without port, under which the server may be addressed.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert_eq!(builder.build()?.hosts(), ["localhost", "127.0.0.1", "[::1]"]);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn hosts(&self) -> &[String] {
        &self.0.hosts
    }

    /// The origins, beside those of this machine, from which a browser may send requests.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert!(builder.build()?.origins().is_empty());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn origins(&self) -> &[String] {
        &self.0.origins
    }

    /// The RFC 9728 document; none without `OAuth`.
    ///
    /// ```
    /// # use doorman::{Doorman, OAuth, StaticTokens, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// # let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
    /// # let doorman = builder.auth(auth).build()?;
    /// let document = serde_json::to_value(doorman.metadata()).unwrap();
    /// assert_eq!(document["authorization_servers"][0], "https://sso.example.com");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn metadata(&self) -> Option<ResourceMetadata> {
        let Some(Auth::OAuth(oauth)) = &self.0.auth else { return None };
        Some(oauth.metadata(&self.0.name, scopes_of(&self.0.tools)))
    }

    /// The paths at which the RFC 9728 document stands.
    ///
    /// ```
    /// # use doorman::{Doorman, OAuth, StaticTokens, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// # let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
    /// # let doorman = builder.auth(auth).build()?;
    /// let root = "/.well-known/oauth-protected-resource";
    /// assert_eq!(doorman.metadata_paths(), [root.to_owned(), format!("{root}/mcp")]);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn metadata_paths(&self) -> Vec<String> {
        match &self.0.auth {
            Some(Auth::OAuth(oauth)) => oauth.metadata_paths(),
            _ => Vec::new(),
        }
    }

    /// The response to a refused call over HTTP, where there is a status for it.
    pub(crate) fn denial(&self, refusal: &Refusal, request_id: &str) -> Option<Denial> {
        match &self.0.auth {
            Some(Auth::OAuth(oauth)) => oauth.denial(refusal, request_id),
            _ => None,
        }
    }

    /// The response to a refused request at a handler's own route, where every refusal has a status.
    pub(crate) fn denial_on_route(&self, refusal: &Refusal, request_id: &str) -> Denial {
        self.denial(refusal, request_id).unwrap_or_else(|| deny_on_route(refusal, request_id))
    }
}

/// Every scope that one of these tools needs.
pub(crate) fn scopes_of<'a>(tools: impl IntoIterator<Item = &'a Tool>) -> BTreeSet<Scope> {
    tools.into_iter().flat_map(|tool| tool.spec.scopes().iter().cloned()).collect()
}
