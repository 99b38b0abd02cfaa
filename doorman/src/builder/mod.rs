//! What a server is made of, as it is told; `build` puts it together.

mod build;
mod redaction;

use std::{any::Any, ffi::OsString, sync::Arc};

use crate::{
    audit::AuditLog,
    auth::OAuth,
    config::Environment,
    doorman::{Doorman, Listing},
    error::Error,
    principal::Principal,
    sessions::Sessions,
    tool::{Tool, Toolset},
};

use self::redaction::Redaction;

const MIB: usize = 1 << 20;

impl Doorman {
    /// Starts a server of this name.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let doorman = Doorman::builder("billing").tools(tools![ping].with_state(())).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn builder(name: impl Into<String>) -> DoormanBuilder {
        DoormanBuilder::new(Some(name.into()), false)
    }

    /// Starts a server whose name is that of `DOORMAN_SERVER_NAME`; `build()` refuses where it is not
    /// set. The other variables count for every server: see [`DoormanBuilder::environment`].
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let builder = Doorman::from_env().tools(tools![ping].with_state(()));
    /// let doorman = builder.environment([("DOORMAN_SERVER_NAME", "billing")]).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn from_env() -> DoormanBuilder {
        DoormanBuilder::new(None, false)
    }

    /// Starts a server for a development machine: it answers loopback peers only, each of them is the
    /// principal `dev` with every scope, and it says so loudly. Behind a proxy on the same machine
    /// everyone would be a loopback peer: requests that say they were passed on are refused, but not
    /// every proxy says so.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let doorman = Doorman::dev("billing").tools(tools![ping].with_state(())).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn dev(name: impl Into<String>) -> DoormanBuilder {
        DoormanBuilder::new(Some(name.into()), true)
    }
}

/// What a server is made of.
///
/// ```
/// # use doorman::{AuditLog, Doorman, Error};
/// let error = Doorman::builder("billing").audit(AuditLog::stderr()).build().unwrap_err();
/// assert_eq!(error, Error::NoTools);
/// ```
#[derive(Debug)]
#[must_use = "nothing is served before `.build()`"]
pub struct DoormanBuilder {
    name: Option<String>,
    version: String,
    dev: bool,
    oauth: Option<OAuth>,
    stdio: Option<Result<Principal, Error>>,
    anonymous: bool,
    audit: Option<AuditLog>,
    implications: Vec<(String, Vec<String>)>,
    tools: Vec<Tool>,
    published: Vec<Arc<dyn Any + Send + Sync>>,
    errors: Vec<Error>,
    listing: Listing,
    rate_limit: Option<String>,
    budget: Option<String>,
    redaction: Redaction,
    result_limit: usize,
    body_limit: usize,
    endpoint: Option<String>,
    hosts: Option<Vec<String>>,
    origins: Option<Vec<String>>,
    sessions: Option<Sessions>,
    environment: Option<Environment>,
}

impl DoormanBuilder {
    fn new(name: Option<String>, dev: bool) -> Self {
        Self {
            name,
            version: env!("CARGO_PKG_VERSION").into(),
            dev,
            oauth: None,
            stdio: None,
            anonymous: false,
            audit: None,
            implications: Vec::new(),
            tools: Vec::new(),
            published: Vec::new(),
            errors: Vec::new(),
            listing: Listing::default(),
            rate_limit: None,
            budget: None,
            redaction: Redaction::default(),
            result_limit: MIB,
            body_limit: MIB,
            endpoint: None,
            hosts: None,
            origins: None,
            sessions: None,
            environment: None,
        }
    }

    /// The server's own version, as clients see it; without it, doorman's.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.version("2.1.0").build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Who issues tokens, for which resource, and what verifies them.
    ///
    /// ```
    /// # use doorman::{Doorman, OAuth, StaticTokens, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// # let verifier = StaticTokens::new();
    /// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(verifier);
    /// assert!(builder.auth(auth).build()?.has_auth());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn auth(mut self, oauth: OAuth) -> Self {
        self.oauth = Some(oauth);
        self
    }

    /// Names who calls over standard input and output, and its scopes, with spaces between them. There
    /// it stands before `DOORMAN_TOKEN`; HTTP knows nothing of it.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["notes:read"], read_only)]
    /// # fn notes() -> String { "none".into() }
    /// let doorman = Doorman::builder("notes")
    ///     .stdio_principal("alice", "notes:read notes:write")
    ///     .tools(tools![notes].with_state(()))
    ///     .build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn stdio_principal(
        mut self,
        subject: impl Into<String>,
        scopes: impl Into<String>,
    ) -> Self {
        self.stdio = Some(build::local(subject.into(), &scopes.into()));
        self
    }

    /// Lets requests without a token call `public` tools. One with a token that is not valid is refused
    /// all the same.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
    /// let doorman = builder.auth(auth).allow_anonymous().build()?;
    /// let nobody = doorman.authenticate(Credential::Absent, None).await.unwrap();
    /// assert!(!nobody.verified());
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn allow_anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Where audit records go; without it, where `DOORMAN_AUDIT` says, or to standard error.
    ///
    /// ```
    /// # use doorman::{AuditLog, Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let log = AuditLog::stderr();
    /// let doorman = builder.audit(log.clone()).build()?;
    /// assert_eq!(log.lost(), 0);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn audit(mut self, audit: AuditLog) -> Self {
        self.audit = Some(audit);
        self
    }

    /// Says that a broader scope satisfies narrower ones, and with them what those satisfy. A scope
    /// satisfies no other by its spelling.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.scope_implies("invoices:write", ["invoices:read"]).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn scope_implies<const N: usize>(mut self, broad: &str, narrow: [&str; N]) -> Self {
        self.implications.push((broad.into(), narrow.map(str::to_owned).into()));
        self
    }

    /// Adds tools; several times adds them all.
    ///
    /// ```
    /// # use doorman::{Doorman, Error, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let error = builder.tools(tools![ping].with_state(())).build().unwrap_err();
    /// assert_eq!(error, Error::DuplicateTool { name: "ping".into() });
    /// ```
    pub fn tools(mut self, tools: Toolset) -> Self {
        self.tools.extend(tools.tools);
        self.published.extend(tools.routes.filter(|_| tools.published));
        self.errors.extend(tools.errors);
        self
    }

    /// Which tools `tools/list` shows.
    ///
    /// ```
    /// # use doorman::{Doorman, Listing, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.listing(Listing::All).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn listing(mut self, listing: Listing) -> Self {
        self.listing = listing;
        self
    }

    /// How often callers may call: `COUNT/UNIT SUBJECT`, several with `;` between them. The subject is
    /// `per_caller` (one caller, all tools; also where none is written), `per_tool` (one tool, all
    /// callers) or `per_caller_tool` (one caller on one tool). Without it,
    /// those of `DOORMAN_RATE_LIMIT`, or `60/min per_caller; 10/min per_caller_tool`, and for a
    /// development server `1000/min per_caller`.
    /// A tool's own `rate` comes on top.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.rate_limit("120/min per_caller; 5/s per_tool").build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn rate_limit(mut self, rates: impl Into<String>) -> Self {
        self.rate_limit = Some(rates.into());
        self
    }

    /// What callers may spend, in cost units and the words of [`Self::rate_limit`]; a call spends its
    /// tool's `cost`, 1 where none is written. Without it, that of `DOORMAN_BUDGET`, or nothing bounds
    /// what they spend.
    ///
    /// ```
    /// # use doorman::{Doorman, Principal, Transport, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.budget("1000/day per_caller").build()?;
    /// # let left = doorman.remaining_budget("ping", &Principal::anonymous(Transport::Stdio), None);
    /// # assert_eq!(left.unwrap().to_string(), "1000");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn budget(mut self, budget: impl Into<String>) -> Self {
        self.budget = Some(budget.into());
        self
    }

    /// The most bytes that a result may have; without it, 1 MiB.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.result_limit(64 * 1024).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn result_limit(mut self, bytes: usize) -> Self {
        self.result_limit = bytes;
        self
    }

    /// The most bytes that a request body may have, or a line of standard input; without it, 1 MiB.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert_eq!(builder.body_limit(64 * 1024).build()?.body_limit(), 64 * 1024);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Keeps sessions for clients before MCP 2026-07-28; without it, none, and every request stands for itself.
    ///
    /// ```
    /// # use doorman::{Doorman, Sessions, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.sessions(Sessions::bound()).build()?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn sessions(mut self, sessions: Sessions) -> Self {
        self.sessions = Some(sessions);
        self
    }

    /// The path of the MCP endpoint; without it, that of `DOORMAN_ENDPOINT`, or `/mcp`.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// assert_eq!(builder.endpoint("/api/mcp").build()?.endpoint(), "/api/mcp");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn endpoint(mut self, path: impl Into<String>) -> Self {
        self.endpoint = Some(path.into());
        self
    }

    /// Host names, without port, under which the server may be addressed, beside loopback and the
    /// resource's own; without it, those of `DOORMAN_ALLOWED_HOSTS`.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.allowed_hosts(["billing.internal"]).build()?;
    /// assert_eq!(doorman.hosts(), ["localhost", "127.0.0.1", "[::1]", "billing.internal"]);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn allowed_hosts<const N: usize>(mut self, hosts: [&str; N]) -> Self {
        self.hosts.get_or_insert_default().extend(hosts.map(str::to_owned));
        self
    }

    /// Origins (`https://app.example.com`, with the port where it is not the scheme's own) from which a
    /// browser may send requests, beside those of this machine; without it, those of
    /// `DOORMAN_ALLOWED_ORIGINS`.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let doorman = builder.allowed_origins(["https://app.example.com"]).build()?;
    /// assert_eq!(doorman.origins(), ["https://app.example.com"]);
    /// # Ok::<(), doorman::Error>(())
    /// ```
    pub fn allowed_origins<const N: usize>(mut self, origins: [&str; N]) -> Self {
        self.origins.get_or_insert_default().extend(origins.map(str::to_owned));
        self
    }

    /// The environment to read settings from; without it, that of the process. A setting that the
    /// program makes itself stands before the variable, but a malformed or unknown `DOORMAN_*` variable
    /// is refused all the same (except `DOORMAN_SERVICE_*` and `DOORMAN_PORT*`, which Kubernetes makes),
    /// as is an empty one.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let error = builder.environment([("DOORMAN_ENDPONT", "/api/mcp")]).build().unwrap_err();
    /// assert_eq!(error.to_string(), "`DOORMAN_ENDPONT` is no setting: did you mean `DOORMAN_ENDPOINT`?");
    /// ```
    pub fn environment<K: Into<OsString>, V: Into<OsString>>(
        mut self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.environment = Some(Environment::new(pairs));
        self
    }
}
