//! Everything that should be refused, tried on every tool.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};

use super::{
    Agent, Outcome,
    report::{Finding, Report, Try},
    sample,
};
use crate::{
    call::{Call, Reply},
    doorman::Doorman,
    error::Refusal,
    principal::{Principal, Transport},
    scope::{Scope, ScopeSet},
    spec::Spec,
    tool::{BoxFuture, Dispatch},
};

/// Tries on every tool of a server, and on every prompt and resource of one that it guards, what should be
/// refused: no token, a wrong scope, each missing scope, an unknown argument, each missing argument, more
/// calls than its rate or budget allows. The tools themselves never run. Awaited, it says what was not
/// refused; one test is enough:
///
/// ```
/// # use doorman::{Doorman, expose, tools};
/// # /// Answers.
/// # #[expose(scopes = ["ping:send"], read_only)]
/// # fn ping() -> String { "pong".into() }
/// # fn server() -> Doorman { Doorman::builder("pings").tools(tools![ping].with_state(())).build().unwrap() }
/// # let matrix_is_clean =
/// async {
///     let report = doorman::testing::matrix(&server()).await;
///     assert!(report.is_clean(), "{report}");
/// }
/// # ; tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(matrix_is_clean);
/// ```
///
/// Arguments are made up from the input schema; where that cannot be, [`Matrix::sample`] gives some. What is
/// tried takes from rates that callers share, and is in the audit log. Calls come as agents make them: the
/// routes of `.also_over_http()` and the application around them are not tried. A development server fails,
/// for it lets everyone on its machine in: try the one that is deployed.
#[must_use = "nothing is tried before it is awaited"]
pub fn matrix(doorman: &Doorman) -> Matrix {
    Matrix { doorman: doorman.clone(), samples: BTreeMap::new() }
}

/// What [`matrix`] gives, before it is awaited.
///
/// ```
/// # use doorman::{Doorman, expose, testing::{Matrix, matrix}, tools};
/// # /// Answers.
/// # #[expose(public, read_only)]
/// # fn ping() -> String { "pong".into() }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
/// let untold: Matrix = matrix(&doorman);
/// assert!(untold.await.is_clean());
/// # Ok::<(), doorman::Error>(())
/// # }).unwrap();
/// ```
pub struct Matrix {
    doorman: Doorman,
    samples: BTreeMap<String, Value>,
}

/// Shows no sample.
impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matrix").field("samples", &self.samples.len()).finish_non_exhaustive()
    }
}

impl Matrix {
    /// Arguments that a tool takes, where none can be made up from its schema.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::matrix, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping(word: String) -> String { word }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let report = matrix(&doorman).sample("ping", serde_json::json!({ "word": "pong" })).await;
    /// assert!(report.is_clean(), "{report}");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use = "nothing is tried before it is awaited"]
    pub fn sample(mut self, tool: impl Into<String>, arguments: Value) -> Self {
        self.samples.insert(tool.into(), arguments);
        self
    }

    async fn run(self) -> Report {
        let tools = &self.doorman.parts().tools;
        let mut trial = Trial { matrix: &self, place: 0, report: Report::default() };
        for (place, tool) in tools.iter().enumerate() {
            trial.place = place;
            trial.report.tools += 1;
            trial.callers(&tool.spec).await;
            trial.arguments(&tool.spec).await;
        }
        for name in
            self.samples.keys().filter(|name| tools.iter().all(|tool| tool.spec.name() != **name))
        {
            let end = "there is no such tool, and a sample for it".to_owned();
            let (tool, tried) = (name.clone(), Try::OverRate);
            trial.report.untried.push(Finding { tool, tried, about: None, end });
        }
        trial.report
    }
}

impl IntoFuture for Matrix {
    type Output = Report;
    type IntoFuture = BoxFuture<'static, Report>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Stands in the place of a tool.
#[derive(Default)]
struct Stand(AtomicBool);

impl Dispatch for Stand {
    fn dispatch(&self, _: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        self.0.store(true, Ordering::Relaxed);
        Box::pin(async { Ok(Reply::Empty) })
    }
}

struct Trial<'a> {
    matrix: &'a Matrix,
    /// Of the tool that is tried.
    place: usize,
    report: Report,
}

impl Trial<'_> {
    /// Those who may not call.
    async fn callers(&mut self, spec: &Spec) {
        let doorman = &self.matrix.doorman;
        let parts = doorman.parts();
        let public = spec.scopes().is_empty();
        if !(public && parts.anonymous) {
            let nobody = Agent::of(doorman, None, self.somewhere());
            let words = ["unauthenticated", "unauthorized", "not_loopback", "no_auth"];
            self.expect(spec, Try::NoToken, None, &nobody, json!({}), &words).await;
            if doorman.is_dev() {
                let end = "a development server lets everyone on this machine in";
                self.passed(spec, Try::NoToken, None, end);
            }
        }
        if public {
            return;
        }
        let nobody = Principal::anonymous(Transport::Stdio);
        let nobody = Agent::of(doorman, Some(nobody), self.somewhere());
        self.expect(spec, Try::Nobody, None, &nobody, json!({}), &["unauthorized"]).await;
        let forbidden = ["forbidden:scope"];
        let wrong = self.caller(ScopeSet::parse("doorman.testing:none").unwrap_or_default());
        self.expect(spec, Try::WrongScope, None, &wrong, json!({}), &forbidden).await;
        for missing in spec.scopes() {
            let others = spec.scopes().iter().filter(|scope| *scope != missing);
            let others = joined(others);
            // A broader scope of the same tool may stand for it.
            if parts.guard.hierarchy.satisfies(&others, missing) {
                continue;
            }
            let about = Some(missing.to_string());
            let caller = self.caller(others);
            self.expect(spec, Try::MissingScope, about, &caller, json!({}), &forbidden).await;
        }
    }

    /// What may not be said, and how often.
    async fn arguments(&mut self, spec: &Spec) {
        let made = || sample::of(spec.input());
        let fitting = self.matrix.samples.get(spec.name()).cloned().unwrap_or_else(made);
        let invalid = ["invalid_arguments"];
        let closed = spec.input().get("additionalProperties") == Some(&Value::Bool(false));
        let Some(object) = fitting.as_object().filter(|_| spec.accepts().fits(&fitting)) else {
            let end = "its arguments cannot be made up: give some with `.sample(…)`".to_owned();
            for tried in [Try::UnknownArgument, Try::MissingArgument, Try::OverRate] {
                let tool = spec.name().to_owned();
                let end = end.clone();
                self.report.untried.push(Finding { tool, tried, about: None, end });
            }
            return;
        };
        // An open schema takes any argument.
        if !closed {
            self.report.open.push(spec.name().to_owned());
        }
        if closed {
            let mut more = object.clone();
            more.insert("doorman_testing".into(), Value::Null);
            let caller = self.caller(joined(spec.scopes()));
            let tried = Try::UnknownArgument;
            self.expect(spec, tried, None, &caller, more.into(), &invalid).await;
        }
        let needed = spec.input().get("required").and_then(Value::as_array);
        for name in needed.into_iter().flatten().filter_map(Value::as_str) {
            let mut fewer = object.clone();
            fewer.remove(name);
            let caller = self.caller(joined(spec.scopes()));
            let (tried, about) = (Try::MissingArgument, Some(name.to_owned()));
            self.expect(spec, tried, about, &caller, fewer.into(), &invalid).await;
        }
        self.over_rate(spec, &fitting).await;
    }

    async fn over_rate(&mut self, spec: &Spec, fitting: &Value) {
        const MOST: usize = 10_000;
        let caller = self.caller(joined(spec.scopes()));
        self.report.tried += 1;
        for _ in 0..MOST {
            let stand = Stand::default();
            let outcome = caller.at(self.place, fitting.clone(), Some(&stand)).await;
            if matches!(outcome.reason(), "rate_limited" | "budget_exceeded") {
                return;
            }
            if !stand.0.load(Ordering::Relaxed) {
                return self.passed(spec, Try::OverRate, None, outcome.reason());
            }
        }
        self.passed(spec, Try::OverRate, None, &format!("{MOST} calls at once ran"));
    }

    async fn expect(
        &mut self,
        spec: &Spec,
        tried: Try,
        about: Option<String>,
        agent: &Agent,
        arguments: Value,
        reasons: &[&str],
    ) {
        self.report.tried += 1;
        let stand = Stand::default();
        let outcome: Outcome = agent.at(self.place, arguments, Some(&stand)).await;
        if stand.0.load(Ordering::Relaxed) || !reasons.contains(&outcome.reason()) {
            let end =
                if stand.0.load(Ordering::Relaxed) { "the tool ran" } else { outcome.reason() };
            self.passed(spec, tried, about, end);
        }
    }

    fn passed(&mut self, spec: &Spec, tried: Try, about: Option<String>, end: &str) {
        let (tool, end) = (spec.name().to_owned(), end.to_owned());
        self.report.passed.push(Finding { tool, tried, about, end });
    }

    /// A caller that nobody has seen before.
    fn caller(&self, scopes: ScopeSet) -> Agent {
        let subject = format!("doorman-testing-{}", self.report.tried);
        Agent::new(&self.matrix.doorman, subject).with(|principal| principal.scopes = scopes)
    }

    /// An address that nobody has called from before: of those for benchmarks (RFC 2544).
    fn somewhere(&self) -> IpAddr {
        let [.., high, low] = self.report.tried.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(198, 18, high, low))
    }
}

fn joined<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> ScopeSet {
    let scopes: Vec<&str> = scopes.into_iter().map(Scope::as_str).collect();
    ScopeSet::parse(&scopes.join(" ")).unwrap_or_default()
}
