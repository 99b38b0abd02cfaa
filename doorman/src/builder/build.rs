//! The parts of a server put together, and refused where that would be unsafe.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use http::HeaderValue;
use tokio_util::sync::CancellationToken;

use super::DoormanBuilder;
use crate::{
    audit::AuditLog,
    auth::{Auth, Local, OAuth, OFFLINE_ACCESS},
    config::{self, AuditTarget, Environment, Settings},
    doorman::{Doorman, Parts, scopes_of},
    error::Error,
    guard::Guard,
    limits::{Limits, Terms},
    principal::{Principal, Transport},
    rate::{self, Counts, Rate},
    redact::Redactor,
    scope::{Hierarchy, MalformedScope, Scope, ScopeSet},
    sessions::Sessions,
    spec::Spec,
    tool::{Role, Tool},
};

/// One caller cannot shut a tool for everyone, so no rate is `per_tool` unless somebody says so.
const RATE_LIMIT: &str = "60/min per_caller; 10/min per_caller_tool";
const RATE_LIMIT_OF_DEV: &str = "1000/min per_caller";

/// What ends with a session has a date.
const LONGEST_SESSION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl DoormanBuilder {
    /// Puts the server together.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let builder = Doorman::builder("billing").tools(tools![ping].with_state(()));
    /// let error = builder.result_limit(0).body_limit(0).build().unwrap_err().to_string();
    /// assert!(error.contains("`result_limit` is 0") && error.contains("`body_limit` is 0"));
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong, at once: no tools, two tools of one name, tools that cannot be
    /// published, issuers without keys that could verify tokens, malformed settings.
    pub fn build(mut self) -> Result<Doorman, Error> {
        let mut errors = std::mem::take(&mut self.errors);
        let environment = self.environment.take().unwrap_or_else(Environment::of_this_process);
        let settings = Settings::read(&environment, &mut errors);
        self.oauth = self.oauth.map(|oauth| oauth.or_tenant_claim(settings.tenant_claim));
        if self.tools.is_empty() && errors.is_empty() {
            errors.push(Error::NoTools);
        }
        let (mut index, mut rows) = (HashMap::new(), HashSet::new());
        for (place, tool) in self.tools.iter().enumerate() {
            if !rows.insert(tool.spec.name()) {
                errors.push(Error::DuplicateTool { name: tool.spec.name().into() });
            }
            // Nothing but a tool is found by the name of one.
            if matches!(tool.role, Role::Tool) {
                index.insert(tool.spec.name().to_owned(), place);
            }
            errors.extend(asks_for_refresh_tokens(&tool.spec));
        }
        let hierarchy = self.hierarchy(&mut errors);
        self.check_settings(&mut errors);
        let redactors = self.redactors(&mut errors);
        let rates = self.rate_limit.clone().or(settings.rate_limit);
        let budget = self.budget.clone().or(settings.budget);
        let limits = self.limits(rates.as_deref(), budget.as_deref(), &mut errors);
        let name = self.name.or(settings.server_name);
        if name.is_none() {
            errors.push(setting("DOORMAN_SERVER_NAME", "is not set", "a name for people"));
        }
        let named = self.stdio.and_then(|named| named.map_err(|error| errors.push(error)).ok());
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).into();
        hosts.extend(self.oauth.as_ref().map(|oauth| oauth.host().to_owned()));
        hosts.extend(self.hosts.or(settings.allowed_hosts).unwrap_or_default());
        let host = self.oauth.as_ref().map_or("localhost", OAuth::authority);
        let host = HeaderValue::try_from(host).unwrap_or(HeaderValue::from_static("localhost"));
        let harmless = self.tools.iter().filter(|tool| !tool.spec.is_destructive());
        let oauth = self.oauth.map(|oauth| oauth.ready(scopes_of(harmless).into_iter().collect()));
        let oauth = oauth.transpose();
        let oauth = oauth.map_err(|error| errors.push(error)).ok().flatten();
        Error::all(errors)?;
        let audit = match self.audit {
            Some(audit) => audit,
            None => audit_log(settings.audit.as_ref().unwrap_or(&AuditTarget::Stderr))?,
        };
        if self.dev {
            // Nobody may be listening.
            let _ = writeln!(
                std::io::stderr(),
                "WARNING: `Doorman::dev`: everyone on this machine is `dev` with every scope. Never deploy this."
            );
        }
        let auth = if self.dev {
            Some(Auth::Dev(developer(&self.tools, Transport::Http)))
        } else {
            oauth.map(Auth::OAuth)
        };
        let local = match (self.dev, named, settings.token) {
            (true, ..) => Local::Named(developer(&self.tools, Transport::Stdio)),
            (_, Some(principal), _) => Local::Named(principal),
            (_, None, Some(token)) => Local::Token(token),
            (_, None, None) => Local::Nobody,
        };
        Ok(Doorman::new(Parts {
            name: name.unwrap_or_default(),
            version: self.version,
            auth,
            local,
            anonymous: self.anonymous,
            guard: Guard { audit, hierarchy, limits, redactors },
            tools: self.tools,
            index,
            published: self.published,
            listing: self.listing,
            result_limit: self.result_limit,
            host,
            body_limit: self.body_limit,
            endpoint: self.endpoint.or(settings.endpoint).unwrap_or_else(|| "/mcp".into()),
            hosts,
            origins: self.origins.or(settings.allowed_origins).unwrap_or_default(),
            sessions: self.sessions,
            ending: CancellationToken::new(),
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

    /// A redactor for each tool, and with it how its answers are published.
    fn redactors(&mut self, errors: &mut Vec<Error>) -> Vec<Redactor> {
        let everywhere = self.redaction.redactor(errors);
        let redactor = |tool: &mut Tool| {
            let spec = Arc::make_mut(&mut tool.spec);
            let own: Vec<Cow<'static, str>> = spec.redact().into();
            let own: Vec<&str> = own.iter().map(AsRef::as_ref).collect();
            let mut redactor = everywhere.and(&own)?;
            if let Some(output) = spec.output() {
                redactor = redactor.declared_by(&output.schema, output.wrapped);
            }
            spec.publish_answers(|schema, wrapped| redactor.publish(schema, wrapped, &own))?;
            Ok(redactor)
        };
        let redactors: Vec<Result<Redactor, Error>> = self.tools.iter_mut().map(redactor).collect();
        redactors
            .into_iter()
            .filter_map(|one| one.map_err(|error| errors.push(error)).ok())
            .collect()
    }

    fn limits(&self, rates: Option<&str>, budget: Option<&str>, errors: &mut Vec<Error>) -> Limits {
        let default = if self.dev { RATE_LIMIT_OF_DEV } else { RATE_LIMIT };
        let mut read = |setting, text: &str, counts| {
            rate::parse(text, counts).unwrap_or_else(|problem| {
                errors.push(Error::Setting { setting, problem, allowed: rate::ALLOWED });
                Vec::new()
            })
        };
        let rates = read("rate_limit", rates.unwrap_or(default), Counts::Calls);
        let budgets = budget.map_or_else(Vec::new, |text| read("budget", text, Counts::Cost));
        errors.extend(self.tools.iter().filter_map(|tool| too_dear(&tool.spec, &budgets)));
        let terms = |tool: &Tool| Terms { rates: tool.spec.rates().into(), cost: tool.spec.cost() };
        let terms: Vec<Terms> = self.tools.iter().map(terms).collect();
        Limits::new(&rates, &budgets, &terms, Instant::now())
    }

    fn check_settings(&self, errors: &mut Vec<Error>) {
        if let Some(name) = &self.name {
            errors.extend(config::server_name("name", name).err());
        }
        if let Some(path) = &self.endpoint {
            errors.extend(config::endpoint("endpoint", path).err());
        }
        let hosts = self.hosts.iter().flatten();
        errors.extend(hosts.filter_map(|host| config::host("allowed_hosts", host).err()));
        let origins = self.origins.iter().flatten();
        errors.extend(origins.filter_map(|origin| config::origin("allowed_origins", origin).err()));
        let mut refuse = |refused: bool, error: Error| errors.extend(refused.then_some(error));
        refuse(
            self.dev && self.oauth.is_some(),
            setting("auth", "is set on a development server", "with `Doorman::builder(…)` only"),
        );
        refuse(
            self.dev && self.stdio.is_some(),
            setting(
                "stdio_principal",
                "is set on a development server",
                "with `Doorman::builder(…)` only",
            ),
        );
        refuse(
            self.anonymous && self.oauth.is_none(),
            setting("allow_anonymous", "is set without `.auth(…)`", "with `.auth(…)` only"),
        );
        refuse(
            self.audit.as_ref().is_some_and(AuditLog::is_strict_about_nothing),
            setting(
                "audit",
                "is strict and keeps no records",
                "`strict` with a log that has a sink",
            ),
        );
        refuse(self.result_limit == 0, setting("result_limit", "is 0", "1 byte or more"));
        refuse(self.body_limit == 0, setting("body_limit", "is 0", "1 byte or more"));
        if let Some(sessions) = self.sessions {
            errors.extend(self.unfit(sessions));
        }
    }

    /// What is wrong with the terms of sessions.
    fn unfit(&self, sessions: Sessions) -> impl Iterator<Item = Error> {
        let calls = self.tools.iter().filter(|tool| !tool.dispatch.listens());
        let timeout = calls.map(|tool| tool.spec.timeout()).max().unwrap_or_default();
        let Sessions { of_one, of_all, idle, longest } = sessions;
        let unfit = [
            (of_one == 0 || of_all == 0, "has room for none", "1 or more of a caller, and in all"),
            (
                idle < timeout || idle.is_zero(),
                "has an `idle` shorter than a tool's timeout",
                "one that no call outlasts",
            ),
            (
                longest < idle || longest > LONGEST_SESSION,
                "has a `longest` shorter than its `idle`, or over a year",
                "`idle` or more, and a year at most",
            ),
        ];
        unfit
            .into_iter()
            .filter(|(is, ..)| *is)
            .map(|(_, problem, allowed)| setting("sessions", problem, allowed))
    }
}

/// A tool with the scope that is no permission: challenges and metadata must not name it (MCP
/// specification, "Refresh Tokens").
fn asks_for_refresh_tokens(spec: &Spec) -> Option<Error> {
    let asks = spec.scopes().iter().any(|scope| scope.as_str() == OFFLINE_ACCESS);
    let problem =
        format!("`{OFFLINE_ACCESS}` asks for refresh tokens and opens no tool: name another scope");
    asks.then(|| Error::Tool { tool: spec.name().into(), problem })
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

/// Opens the log that the environment names.
fn audit_log(target: &AuditTarget) -> Result<AuditLog, Error> {
    match target {
        AuditTarget::Stderr => Ok(AuditLog::stderr()),
        AuditTarget::None => Ok(AuditLog::none()),
        AuditTarget::File(path) => AuditLog::file(path).map_err(|error| match error {
            Error::Setting { problem, allowed, .. } => {
                Error::Setting { setting: "DOORMAN_AUDIT", problem, allowed }
            }
            other => other,
        }),
    }
}

/// The principal that the program names.
pub(super) fn local(subject: String, scopes: &str) -> Result<Principal, Error> {
    config::plain("stdio_principal", &subject, "a subject that is not blank")?;
    Ok(Principal {
        subject,
        scopes: ScopeSet::parse(scopes).map_err(|_| {
            setting("stdio_principal", "names a malformed scope", MalformedScope::ALLOWED)
        })?,
        verified: true,
        ..Principal::anonymous(Transport::Stdio)
    })
}

/// The one principal of a development server.
fn developer(tools: &[Tool], transport: Transport) -> Principal {
    Principal {
        subject: "dev".into(),
        scopes: scopes_of(tools).into_iter().collect(),
        verified: true,
        ..Principal::anonymous(transport)
    }
}
