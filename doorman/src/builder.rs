//! The parts of a server put together, and refused where that would be unsafe.

use std::{collections::HashMap, time::Instant};

use http::{HeaderValue, Uri, uri::Authority};

use crate::{
    audit::AuditLog,
    auth::{Auth, OAuth},
    doorman::{Doorman, Listing, Parts, scopes_of},
    error::Error,
    guard::Guard,
    limits::{Limits, Terms},
    principal::{Principal, Transport},
    rate::{self, Counts, Rate},
    scope::{Hierarchy, MalformedScope, Scope, ScopeSet},
    spec::Spec,
    tool::{Tool, Toolset},
};

const MIB: usize = 1 << 20;

/// One caller cannot shut a tool for everyone, so no rate is `per_tool` unless somebody says so.
const RATE_LIMIT: &str = "60/min per_caller; 10/min per_caller_tool";
const RATE_LIMIT_OF_DEV: &str = "1000/min per_caller";

impl Doorman {
    /// Starts a server of this name.
    pub fn builder(name: impl Into<String>) -> DoormanBuilder {
        DoormanBuilder::new(name.into(), false)
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
        DoormanBuilder::new(name.into(), true)
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
    name: String,
    version: String,
    dev: bool,
    oauth: Option<OAuth>,
    anonymous: bool,
    audit: AuditLog,
    implications: Vec<(String, Vec<String>)>,
    tools: Vec<Tool>,
    errors: Vec<Error>,
    listing: Listing,
    rate_limit: Option<String>,
    budget: Option<String>,
    result_limit: usize,
    body_limit: usize,
    endpoint: String,
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl DoormanBuilder {
    fn new(name: String, dev: bool) -> Self {
        Self {
            name,
            version: env!("CARGO_PKG_VERSION").into(),
            dev,
            oauth: None,
            anonymous: false,
            audit: AuditLog::stderr(),
            implications: Vec::new(),
            tools: Vec::new(),
            errors: Vec::new(),
            listing: Listing::default(),
            rate_limit: None,
            budget: None,
            result_limit: MIB,
            body_limit: MIB,
            endpoint: "/mcp".into(),
            hosts: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// The server's own version, as clients see it; without it, doorman's.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Who issues tokens, for which resource, and what verifies them.
    pub fn auth(mut self, oauth: OAuth) -> Self {
        self.oauth = Some(oauth);
        self
    }

    /// Lets requests without a token call `public` tools. One with a token that is not valid is refused
    /// all the same.
    pub fn allow_anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Where audit records go; without it, to standard error.
    pub fn audit(mut self, audit: AuditLog) -> Self {
        self.audit = audit;
        self
    }

    /// Says that a broader scope satisfies narrower ones, and with them what those satisfy. A scope
    /// satisfies no other by its spelling.
    pub fn scope_implies<const N: usize>(mut self, broad: &str, narrow: [&str; N]) -> Self {
        self.implications.push((broad.into(), narrow.map(str::to_owned).into()));
        self
    }

    /// Adds tools; several times adds them all.
    pub fn tools(mut self, tools: Toolset) -> Self {
        self.tools.extend(tools.tools);
        self.errors.extend(tools.errors);
        self
    }

    /// Which tools `tools/list` shows.
    pub fn listing(mut self, listing: Listing) -> Self {
        self.listing = listing;
        self
    }

    /// How often callers may call: `COUNT/UNIT SUBJECT`, several with `;` between them. The subject is
    /// `per_caller` (one caller, all tools; also where none is written), `per_tool` (one tool, all
    /// callers) or `per_caller_tool` (one caller on one tool). Without it,
    /// `60/min per_caller; 10/min per_caller_tool`, and for a development server `1000/min per_caller`.
    /// A tool's own `rate` comes on top.
    pub fn rate_limit(mut self, rates: impl Into<String>) -> Self {
        self.rate_limit = Some(rates.into());
        self
    }

    /// What callers may spend, in cost units and the words of [`Self::rate_limit`]; a call spends its
    /// tool's `cost`, 1 where none is written. Without it, nothing bounds what they spend.
    pub fn budget(mut self, budget: impl Into<String>) -> Self {
        self.budget = Some(budget.into());
        self
    }

    /// The most bytes that a result may have; without it, 1 MiB.
    pub fn result_limit(mut self, bytes: usize) -> Self {
        self.result_limit = bytes;
        self
    }

    /// The most bytes that a request body may have; without it, 1 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The path of the MCP endpoint; without it, `/mcp`.
    pub fn endpoint(mut self, path: impl Into<String>) -> Self {
        self.endpoint = path.into();
        self
    }

    /// Host names, without port, under which the server may be addressed, beside loopback and the
    /// resource's own.
    pub fn allowed_hosts<const N: usize>(mut self, hosts: [&str; N]) -> Self {
        self.hosts.extend(hosts.map(str::to_owned));
        self
    }

    /// Origins (`https://app.example.com`, with the port where it is not the scheme's own) from which a
    /// browser may send requests, beside those of this machine.
    pub fn allowed_origins<const N: usize>(mut self, origins: [&str; N]) -> Self {
        self.origins.extend(origins.map(str::to_owned));
        self
    }

    /// Puts the server together.
    ///
    /// # Errors
    /// Everything that is wrong, at once: no tools, two tools of one name, tools that cannot be
    /// published, `OAuth` without a verifier, malformed settings.
    pub fn build(mut self) -> Result<Doorman, Error> {
        let mut errors = std::mem::take(&mut self.errors);
        if self.tools.is_empty() && errors.is_empty() {
            errors.push(Error::NoTools);
        }
        let mut index = HashMap::new();
        for (place, tool) in self.tools.iter().enumerate() {
            if index.insert(tool.spec.name(), place).is_some() {
                errors.push(Error::DuplicateTool { name: tool.spec.name().into() });
            }
        }
        let hierarchy = self.hierarchy(&mut errors);
        self.check_settings(&mut errors);
        let limits = self.limits(&mut errors);
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).into();
        hosts.extend(self.oauth.as_ref().map(|oauth| oauth.host().to_owned()));
        hosts.append(&mut self.hosts);
        let host = self.oauth.as_ref().map_or("localhost", OAuth::authority);
        let host = HeaderValue::try_from(host).unwrap_or(HeaderValue::from_static("localhost"));
        Error::all(errors)?;
        if self.dev {
            eprintln!(
                "WARNING: `Doorman::dev`: everyone on this machine is `dev` with every scope. Never deploy this."
            );
        }
        let auth = if self.dev {
            Some(Auth::Dev(developer(&self.tools)))
        } else {
            self.oauth.map(Auth::OAuth)
        };
        Ok(Doorman::new(Parts {
            name: self.name,
            version: self.version,
            auth,
            anonymous: self.anonymous,
            guard: Guard { audit: self.audit, hierarchy, limits },
            tools: self.tools,
            index,
            listing: self.listing,
            result_limit: self.result_limit,
            host,
            body_limit: self.body_limit,
            endpoint: self.endpoint,
            hosts,
            origins: self.origins,
        }))
    }

    fn hierarchy(&self, errors: &mut Vec<Error>) -> Hierarchy {
        let mut hierarchy = Hierarchy::default();
        for (broad, narrow) in &self.implications {
            let narrow: Result<Vec<Scope>, _> =
                narrow.iter().map(|scope| Scope::parse(scope)).collect();
            let (Ok(broad), Ok(narrow)) = (Scope::parse(broad), narrow) else {
                errors.push(setting(
                    "scope_implies",
                    "names a malformed scope",
                    MalformedScope::ALLOWED,
                ));
                continue;
            };
            for narrow in &narrow {
                hierarchy.imply(&broad, narrow);
            }
        }
        hierarchy
    }

    fn limits(&self, errors: &mut Vec<Error>) -> Limits {
        let default = if self.dev { RATE_LIMIT_OF_DEV } else { RATE_LIMIT };
        let mut read = |setting, text: &str, counts| {
            rate::parse(text, counts).unwrap_or_else(|problem| {
                errors.push(Error::Setting { setting, problem, allowed: rate::ALLOWED });
                Vec::new()
            })
        };
        let text = self.rate_limit.as_deref().unwrap_or(default);
        let rates = read("rate_limit", text, Counts::Calls);
        let budgets = self.budget.as_deref();
        let budgets = budgets.map_or_else(Vec::new, |text| read("budget", text, Counts::Cost));
        errors.extend(self.tools.iter().filter_map(|tool| too_dear(&tool.spec, &budgets)));
        let terms = |tool: &Tool| Terms { rates: tool.spec.rates().into(), cost: tool.spec.cost() };
        let terms: Vec<Terms> = self.tools.iter().map(terms).collect();
        Limits::new(&rates, &budgets, &terms, Instant::now())
    }

    fn check_settings(&self, errors: &mut Vec<Error>) {
        let mut refuse = |refused: bool, error: Error| errors.extend(refused.then_some(error));
        refuse(
            self.name.trim().is_empty() || self.name.chars().any(char::is_control),
            setting("name", "is blank or holds a control character", "a name for people"),
        );
        refuse(
            self.dev && self.oauth.is_some(),
            setting("auth", "is set on a development server", "with `Doorman::builder(…)` only"),
        );
        if let Some(Err(error)) = self.oauth.as_ref().map(OAuth::check) {
            refuse(true, error);
        }
        refuse(
            self.anonymous && self.oauth.is_none(),
            setting("allow_anonymous", "is set without `.auth(…)`", "with `.auth(…)` only"),
        );
        refuse(
            self.audit.is_strict_about_nothing(),
            setting(
                "audit",
                "is strict and keeps no records",
                "`strict` with a log that has a sink",
            ),
        );
        refuse(self.result_limit == 0, setting("result_limit", "is 0", "1 byte or more"));
        refuse(self.body_limit == 0, setting("body_limit", "is 0", "1 byte or more"));
        refuse(
            !is_endpoint(&self.endpoint),
            setting(
                "endpoint",
                "is no plain path",
                "`/` and then letters, digits, `/ - _ . ~`; not below `/.well-known/`",
            ),
        );
        for host in &self.hosts {
            let is_host = host.parse::<Authority>().is_ok_and(|authority| authority.host() == host);
            refuse(
                !is_host,
                setting(
                    "allowed_hosts",
                    "names what is no host name",
                    "a host name without scheme and port",
                ),
            );
        }
        for origin in &self.origins {
            refuse(
                !is_origin(origin),
                setting(
                    "allowed_origins",
                    "names what is no origin",
                    "`https://host`, or `https://host:port` where it is not the scheme's own port, or `http`",
                ),
            );
        }
    }
}

/// A tool whose cost no budget could ever hold.
fn too_dear(spec: &Spec, budgets: &[Rate]) -> Option<Error> {
    let most = budgets.iter().map(|budget| budget.limit.most()).min()?;
    let problem = format!("a call costs {}, and the budget holds {most} at most", spec.cost());
    (spec.cost() > most).then(|| Error::Tool { tool: spec.name().into(), problem })
}

fn setting(setting: &'static str, problem: &str, allowed: &'static str) -> Error {
    Error::Setting { setting, problem: problem.into(), allowed }
}

fn is_endpoint(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    path.len() > 1
        && path.starts_with('/')
        && path.bytes().all(plain)
        && !path.starts_with("/.well-known/")
}

/// Whether a text is a scheme, a host and perhaps a port, as RFC 6454 §6.1 writes them.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority())
    else {
        return false;
    };
    // A browser leaves the scheme's own port out, so an origin with it would never match.
    let own_port = if scheme == "http" { 80 } else { 443 };
    text == format!("{scheme}://{authority}")
        && !authority.as_str().contains('@')
        && authority.port_u16() != Some(own_port)
}

/// The one principal of a development server.
fn developer(tools: &[Tool]) -> Principal {
    Principal {
        subject: "dev".into(),
        scopes: ScopeSet::from_iter(scopes_of(tools)),
        verified: true,
        ..Principal::anonymous(Transport::Http)
    }
}
