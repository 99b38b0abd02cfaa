//! Callers without a server.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use http::HeaderMap;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Outcome;
use crate::{
    auth::{Credential, Denial},
    call::{Call, Round},
    doorman::Doorman,
    error::Refusal,
    guard::Refused,
    principal::{Principal, Transport},
    schema::Object,
    scope::{MalformedScope, ScopeSet},
    tool::Dispatch,
};

/// A caller, without the server and the tokens that it would take to be one.
///
/// ```
/// # use doorman::{Doorman, expose, testing::{Agent, answers, refuses}, tools};
/// # use serde_json::json;
/// # use std::time::Duration;
/// # /// Answers.
/// # #[expose(scopes = ["ping:send"], read_only, rate = "1/min per_caller")]
/// # fn ping() -> String { "pong".into() }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
/// let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
/// answers!(alice.call("ping", json!({})).await);
/// refuses!(alice.call("ping", json!({})).await, "rate_limited");
/// let later = alice.later(Duration::from_secs(60));
/// answers!(later.call("ping", json!({})).await);
/// refuses!(Agent::nobody(&doorman).call("ping", json!({})).await, "no_auth");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Agent {
    doorman: Doorman,
    /// None shows no token, and the door decides.
    principal: Option<Principal>,
    peer: IpAddr,
    now: Instant,
}

/// Addresses for documentation and benchmarks belong to nobody (RFC 5737).
const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

const PORT: u16 = 50_000;

impl Agent {
    /// A caller over HTTP with a token of this subject, and no scopes yet.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let alice = Agent::new(&doorman, "alice");
    /// assert_eq!(alice.call("ping", json!({})).await.reason(), "forbidden:scope");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn new(doorman: &Doorman, subject: impl Into<String>) -> Self {
        let nobody = Principal::anonymous(Transport::Http);
        let principal = Principal {
            subject: subject.into(),
            issuer: Some("https://issuer.test".into()),
            verified: true,
            ..nobody
        };
        Self::of(doorman, Some(principal), PEER)
    }

    /// A caller over HTTP without a token, from an address that is not this machine's.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let nobody = Agent::nobody(&doorman);
    /// assert!(!nobody.call("ping", json!({})).await.is_answered());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn nobody(doorman: &Doorman) -> Self {
        Self::of(doorman, None, PEER)
    }

    /// The caller on standard input, as the program and its settings name it.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let builder = Doorman::builder("pings").tools(tools![ping].with_state(()));
    /// let doorman = builder.stdio_principal("alice", "ping:send").build()?;
    /// let local = Agent::local(&doorman).await.unwrap();
    /// assert!(local.call("ping", json!({})).await.is_answered());
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What a client on standard input would be told where nobody is let in.
    pub async fn local(doorman: &Doorman) -> Result<Self, Denial> {
        Ok(Self::of(doorman, Some(doorman.local().await?), PEER))
    }

    pub(super) fn of(doorman: &Doorman, principal: Option<Principal>, peer: IpAddr) -> Self {
        Self { doorman: doorman.clone(), principal, peer, now: Instant::now() }
    }

    /// The same caller with these scopes, with spaces between them. Nobody has none.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
    /// assert!(alice.call("ping", json!({})).await.is_answered());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`MalformedScope`] where one of them is none.
    pub fn scopes(self, scopes: &str) -> Result<Self, MalformedScope> {
        let scopes = ScopeSet::parse(scopes)?;
        Ok(self.with(|principal| principal.scopes = scopes))
    }

    /// The same caller in this tenant. Nobody is in none.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping(principal: doorman::Principal) -> String { principal.tenant().unwrap_or("none").into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let alice = Agent::new(&doorman, "alice").tenant("acme");
    /// assert_eq!(alice.call("ping", json!({})).await.text(), "acme");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        let tenant = tenant.into();
        self.with(|principal| principal.tenant = Some(tenant))
    }

    /// The same caller so much later: rates and budgets refill meanwhile, and nobody waits.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(public, read_only, rate = "1/min per_caller")]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # use std::time::Duration;
    /// # let alice = Agent::new(&doorman, "alice");
    /// assert!(alice.call("ping", json!({})).await.is_answered());
    /// assert!(!alice.call("ping", json!({})).await.is_answered());
    /// assert!(alice.later(Duration::from_secs(60)).call("ping", json!({})).await.is_answered());
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn later(&self, by: Duration) -> Self {
        Self { now: self.now + by, ..self.clone() }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Principal)) -> Self {
        if let Some(principal) = &mut self.principal {
            change(principal);
        }
        self
    }

    /// Calls a tool. The arguments are an object.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping(word: String) -> String { word }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # let alice = Agent::new(&doorman, "alice");
    /// let outcome = alice.call("ping", json!({ "word": "pong" })).await;
    /// assert_eq!(outcome.text(), "pong");
    /// assert_eq!(alice.call("ping", json!({})).await.reason(), "invalid_arguments");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn call(&self, tool: &str, arguments: Value) -> Outcome {
        let parts = self.doorman.parts();
        if let Some(place) = parts.index.get(tool) {
            return self.at(*place, arguments, None).await;
        }
        match self.comes(arguments).await {
            Ok((principal, arguments)) => {
                let peer = (principal.transport() == Transport::Http).then_some(self.peer);
                let unknown = parts.guard.unknown(tool, &arguments, &principal, peer, self.now);
                Outcome::refused(&unknown.refusal)
            }
            Err(outcome) => outcome,
        }
    }

    /// Calls what stands at a place, or something else instead of it.
    pub(super) async fn at(
        &self,
        place: usize,
        arguments: Value,
        instead: Option<&dyn Dispatch>,
    ) -> Outcome {
        let (principal, arguments) = match self.comes(arguments).await {
            Ok(come) => come,
            Err(outcome) => return outcome,
        };
        let parts = self.doorman.parts();
        let call = self.asks(place, principal, arguments);
        let dispatch = instead.unwrap_or(&*parts.tools[place].dispatch);
        match parts.guard.call(dispatch, call, self.now).await {
            Ok(answer) => Outcome::answered(answer),
            Err(Refused { refusal, .. }) => Outcome::refused(&refusal),
        }
    }

    /// Who comes, with what; or how that ended at the door.
    async fn comes(&self, arguments: Value) -> Result<(Principal, Object), Outcome> {
        let peer = Some(SocketAddr::new(self.peer, PORT));
        let principal = match &self.principal {
            Some(principal) => principal.clone(),
            None => {
                self.doorman.authenticate(Credential::Absent, peer).await.map_err(|denial| {
                    let Denial { reason, message: text, .. } = denial;
                    Outcome::at_the_door(reason, text)
                })?
            }
        };
        match arguments {
            Value::Object(arguments) => Ok((principal, arguments)),
            _ => {
                Err(Outcome::refused(&Refusal::InvalidArguments(vec!["they are no object".into()])))
            }
        }
    }

    fn asks(&self, tool: usize, principal: Principal, arguments: Object) -> Call {
        let parts = self.doorman.parts();
        let peer = SocketAddr::new(self.peer, PORT);
        Call {
            spec: parts.tools[tool].spec.clone(),
            arguments,
            peer: (principal.transport() == Transport::Http).then_some(peer),
            principal,
            headers: HeaderMap::new(),
            host: parts.host.clone(),
            result_limit: parts.result_limit,
            tool,
            gone: CancellationToken::new(),
            round: Round::default(),
        }
    }
}
