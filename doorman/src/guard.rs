//! The order of every check. Nothing else in doorman decides whether a tool runs.

use std::{borrow::Cow, net::IpAddr, panic::AssertUnwindSafe, time::Instant};

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use crate::{
    audit::{AuditLog, Entry},
    authorize::authorize,
    call::{Call, Reply},
    error::Refusal,
    limits::{Caller, Limits, Taken},
    principal::Principal,
    redact::{Redactions, Redactor},
    schema::Object,
    scope::Hierarchy,
    spec::Spec,
    tool::Dispatch,
};

/// What stands between a call and its tool.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) audit: AuditLog,
    pub(crate) hierarchy: Hierarchy,
    pub(crate) limits: Limits,
    /// Of each tool, in the order of the tools.
    pub(crate) redactors: Vec<Redactor>,
}

/// A result as it is sent.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// The same as JSON, where the tool declares an output.
    pub(crate) structured: Option<Value>,
}

/// A refusal, and the name under which the audit log knows the attempt.
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    pub(crate) request_id: String,
}

impl Guard {
    /// Takes a call through every check to its tool and back. Exactly one audit record is written,
    /// also where this future is dropped on the way.
    pub(crate) async fn call(
        &self,
        dispatch: &dyn Dispatch,
        call: Call,
        now: Instant,
    ) -> Result<Answer, Refused> {
        let mut entry = self.audit.open(&call);
        let (tool, gone) = (call.tool, call.gone.clone());
        let caller = self.limits.caller(&call.principal, call.peer.map(|peer| peer.ip()));
        let clock = Clock { began: now, running: tokio::time::Instant::now() };
        let passing = self.pass(dispatch, call, caller, &mut entry, clock);
        // A panic would leave the caller without an answer for ever: rmcp does not catch it.
        let outcome = caught(passing).await;
        if outcome.as_ref().is_err_and(Refusal::is_refused_attempt) {
            self.limits.refused(caller, now);
        }
        entry.remaining_budget(self.limits.remaining_budget(tool, caller, clock.now()));
        let request_id = entry.request_id().to_owned();
        entry.close(outcome.as_ref().map(|answer| answer.text.len()), gone.is_cancelled());
        outcome.map_err(|refusal| Refused { refusal, request_id })
    }

    /// The page to review: every line may refuse, and only the last two come after the tool ran.
    async fn pass(
        &self,
        dispatch: &dyn Dispatch,
        mut call: Call,
        caller: Caller,
        entry: &mut Entry,
        clock: Clock,
    ) -> Result<Answer, Refusal> {
        let (spec, tool, result_limit) = (call.spec.clone(), call.tool, call.result_limit);
        entry.kept()?;
        self.limits.patience(Some(tool), caller, clock.began)?;
        authorize(&spec, &call.principal, &self.hierarchy)?;
        validate(&mut call)?;
        // Such attempts cost nothing, so they must be few.
        here(&call).inspect_err(|_| self.limits.refused(caller, clock.began))?;
        let taken = self.limits.admit(tool, caller, clock.began)?;
        let reply = caught(run(dispatch, call)).await;
        let reply = self.ran(reply, &taken, clock);
        let (reply, redactions) = redact(&self.redactors[tool], within(reply, result_limit)).await;
        entry.redactions(redactions.iter());
        settle(&spec, within(reply, result_limit)?)
    }

    /// Refuses a call to a tool that is none.
    pub(crate) fn unknown(
        &self,
        name: &str,
        arguments: &Object,
        principal: &Principal,
        peer: Option<IpAddr>,
        now: Instant,
    ) -> Refused {
        let entry = self.audit.open_unknown(name, arguments, principal, peer);
        let caller = self.limits.caller(principal, peer);
        let patience = self.limits.patience(None, caller, now);
        let refusal = patience.err().unwrap_or(Refusal::NotExposed);
        if refusal.is_refused_attempt() {
            self.limits.refused(caller, now);
        }
        let request_id = entry.request_id().to_owned();
        entry.close(Err(&refusal), false);
        Refused { refusal, request_id }
    }

    /// What a call took stays taken, unless its handler failed.
    fn ran(
        &self,
        reply: Result<Reply, Refusal>,
        taken: &Taken,
        clock: Clock,
    ) -> Result<Reply, Refusal> {
        if reply.as_ref().is_err_and(Refusal::is_failure_of_the_tool) {
            self.limits.give_back(taken, clock.now());
        }
        reply
    }
}

/// The time of one call: when it began is told, and from there it runs by itself.
#[derive(Clone, Copy)]
struct Clock {
    began: Instant,
    running: tokio::time::Instant,
}

impl Clock {
    fn now(self) -> Instant {
        self.began + self.running.elapsed()
    }
}

/// Holds the arguments against the published schema.
fn validate(call: &mut Call) -> Result<(), Refusal> {
    let accepts = call.spec.accepts();
    let arguments = Value::Object(std::mem::take(&mut call.arguments));
    if !accepts.fits(&arguments) {
        return Err(Refusal::InvalidArguments(accepts.mistakes(&arguments)));
    }
    if let Value::Object(mut arguments) = arguments {
        for (name, value) in &mut arguments {
            if call.spec.is_integer(name) {
                whole(value);
            }
        }
        call.arguments = arguments;
    }
    Ok(())
}

/// Writes `1.0` as `1`: JSON Schema takes both for an integer, and serde only the latter.
fn whole(value: &mut Value) {
    const TOO_WIDE: f64 = 9_223_372_036_854_775_808.0;
    let float = value.as_f64().filter(|_| value.is_f64());
    if let Some(float) = float.filter(|float| float.fract() == 0.0 && float.abs() < TOO_WIDE) {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and narrow enough")]
        let whole = float as i64;
        *value = whole.into();
    }
}

/// A panic would leave the caller without an answer for ever: rmcp does not catch it.
async fn caught<T>(running: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    AssertUnwindSafe(running).catch_unwind().await.unwrap_or_else(|payload| {
        // What was thrown may throw again where it is dropped.
        std::mem::forget(payload);
        Err(Refusal::Panic)
    })
}

/// Nothing is taken for a caller that went away before its call could run.
fn here(call: &Call) -> Result<(), Refusal> {
    if call.gone.is_cancelled() { Err(Refusal::Cancelled) } else { Ok(()) }
}

/// Runs the tool within its timeout. A caller that goes away ends the call, unless it is destructive:
/// half a refund is worse than one that nobody hears of.
async fn run(dispatch: &dyn Dispatch, call: Call) -> Result<Reply, Refusal> {
    let gone = call.gone.clone();
    let spec = call.spec.clone();
    let running = tokio::time::timeout(spec.timeout(), dispatch.dispatch(call));
    let ended = if spec.is_destructive() {
        Some(running.await)
    } else {
        gone.run_until_cancelled(running).await
    };
    match ended {
        Some(Ok(reply)) => reply,
        Some(Err(_elapsed)) => Err(Refusal::Timeout),
        None => Err(Refusal::Cancelled),
    }
}

/// Masks what an agent is not to read, in a result as in the words of a refusal. Where that takes long
/// it keeps no thread from other calls.
async fn redact(
    redactor: &Redactor,
    reply: Result<Reply, Refusal>,
) -> (Result<Reply, Refusal>, Redactions) {
    const LONG: usize = 16 << 10;
    let len = match &reply {
        Ok(reply) => reply.len(),
        Err(Refusal::Handler(words)) => words.len(),
        Err(_) => return (reply, Redactions::default()),
    };
    if len < LONG {
        return masked(redactor, reply);
    }
    let redactor = redactor.clone();
    let masked = tokio::task::spawn_blocking(move || masked(&redactor, reply)).await;
    masked.unwrap_or((Err(Refusal::Failed), Redactions::default()))
}

fn masked(
    redactor: &Redactor,
    reply: Result<Reply, Refusal>,
) -> (Result<Reply, Refusal>, Redactions) {
    let text = |text: &str| {
        let redacted = redactor.text(text);
        (redacted.redactions(), redacted.into_content().into_owned())
    };
    match reply {
        Ok(Reply::Json(bytes)) => {
            let redacted = redactor.json(&bytes);
            let redactions = redacted.redactions();
            let bytes = match redacted.into_content() {
                Cow::Owned(masked) => masked.into(),
                Cow::Borrowed(_) => bytes,
            };
            (Ok(Reply::Json(bytes)), redactions)
        }
        Ok(Reply::Text(answer)) => {
            let (redactions, answer) = text(&answer);
            (Ok(Reply::Text(answer)), redactions)
        }
        Err(Refusal::Handler(words)) => {
            let (redactions, words) = text(&words);
            (Err(Refusal::Handler(words)), redactions)
        }
        other => (other, Redactions::default()),
    }
}

/// A result, and a handler's words where it refuses, are as large as the limit at most.
fn within(reply: Result<Reply, Refusal>, limit: usize) -> Result<Reply, Refusal> {
    let len = match &reply {
        Ok(reply) => reply.len(),
        Err(Refusal::Handler(words)) => words.len(),
        Err(_) => 0,
    };
    if len > limit { Err(Refusal::TooLarge) } else { reply }
}

/// Makes the reply what was published: structured content that fits the output schema, and the same
/// as text; or text alone.
fn settle(spec: &Spec, reply: Reply) -> Result<Answer, Refusal> {
    match (reply, spec.output()) {
        (Reply::Json(bytes), Some(output)) => {
            let value: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::BadOutput)?;
            let structured = if output.wrapped { json!({ "result": value }) } else { value };
            if !spec.answers().is_some_and(|schema| schema.fits(&structured)) {
                return Err(Refusal::BadOutput);
            }
            Ok(Answer { text: structured.to_string(), structured: Some(structured) })
        }
        (Reply::Text(text), None) => Ok(Answer { text, structured: None }),
        (Reply::Empty, None) => Ok(Answer { text: "done".into(), structured: None }),
        _ => Err(Refusal::BadOutput),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        task::{Context, Poll, Waker},
        time::Duration,
    };

    use futures_util::future::{BoxFuture, pending};
    use http::{HeaderMap, HeaderValue};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{
        audit::{AuditRecord, AuditSink},
        limits::Terms,
        principal::{Principal, Transport},
        schema::{Arguments, Object},
        spec::{Access, Effect, Facts},
    };

    #[derive(Clone, Default)]
    struct Records(Arc<Mutex<Vec<Ended>>>);

    /// The reason of a record, and its end.
    type Ended = (&'static str, Option<&'static str>);

    impl AuditSink for Records {
        fn record(&self, record: &AuditRecord) -> std::io::Result<()> {
            self.0.lock().unwrap().push((record.reason, record.end));
            Ok(())
        }
    }

    impl Records {
        fn of(&self, guard: &Guard) -> Vec<Ended> {
            assert!(guard.audit.flush(Duration::from_secs(30)));
            self.0.lock().unwrap().clone()
        }
    }

    /// A tool made of a function from nothing to a future.
    struct Tool<F>(F);

    impl<F, Fut> Dispatch for Tool<F>
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Reply, Refusal>> + Send + 'static,
    {
        fn dispatch(&self, _: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
            Box::pin((self.0)())
        }
    }

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the test wants it");
        }
    }

    fn guard() -> (Guard, Records) {
        let records = Records::default();
        let audit = AuditLog::custom(records.clone());
        let limits = Limits::new(&[], &[], &[Terms::default()], Instant::now());
        let redactors = vec![Redactor::new()];
        (Guard { audit, hierarchy: Hierarchy::default(), limits, redactors }, records)
    }

    fn call(effect: Effect, gone: CancellationToken) -> Call {
        let facts = Facts::new("tool", Access::Public, effect).timeout(Duration::from_millis(5));
        Call {
            spec: Arc::new(Spec::new(facts, Arguments::default(), None).unwrap()),
            arguments: Object::new(),
            principal: Principal::anonymous(Transport::Http),
            peer: None,
            headers: HeaderMap::new(),
            host: HeaderValue::from_static("localhost"),
            result_limit: 10,
            tool: 0,
            gone,
        }
    }

    async fn ends(
        dispatch: impl Dispatch,
        effect: Effect,
        gone: CancellationToken,
    ) -> &'static str {
        let (guard, records) = guard();
        let outcome = guard.call(&dispatch, call(effect, gone), Instant::now()).await;
        let told = outcome.map_or_else(|refused| refused.refusal.reason(), |_| "ok");
        let records = records.of(&guard);
        assert_eq!(records.len(), 1, "one record of one call");
        assert!(told == records[0].0 || records[0].1 == Some(told));
        records[0].0
    }

    fn gone() -> CancellationToken {
        let gone = CancellationToken::new();
        gone.cancel();
        gone
    }

    #[tokio::test]
    async fn a_dropped_future_leaves_one_record() {
        for effect in [Effect::ReadOnly, Effect::Destructive] {
            let (guard, records) = guard();
            let dispatch = Tool(pending::<Result<Reply, Refusal>>);
            let mut calling = Box::pin(guard.call(
                &dispatch,
                call(effect, CancellationToken::new()),
                Instant::now(),
            ));
            let mut context = Context::from_waker(Waker::noop());
            assert!(matches!(calling.as_mut().poll(&mut context), Poll::Pending));
            drop(calling);
            assert_eq!(records.of(&guard), [("cancelled", None)]);
        }
    }

    #[tokio::test]
    async fn a_panic_wherever_it_comes_from_is_one_answer_and_one_record() {
        let at_once = Tool(|| -> BoxFuture<'static, _> { panic!("the test wants it") });
        assert_eq!(ends(at_once, Effect::ReadOnly, CancellationToken::new()).await, "panic");
        let on_the_way = Tool(async || panic!("the test wants it"));
        assert_eq!(ends(on_the_way, Effect::ReadOnly, CancellationToken::new()).await, "panic");
        let after_the_timeout = Tool(|| async {
            let _bomb = Bomb;
            pending().await
        });
        assert_eq!(
            ends(after_the_timeout, Effect::Destructive, CancellationToken::new()).await,
            "panic"
        );
    }

    #[tokio::test]
    async fn a_caller_that_is_gone_before_the_tool_runs_ends_every_call() {
        for effect in [Effect::ReadOnly, Effect::Destructive] {
            let never = Tool(|| -> BoxFuture<'static, _> { unreachable!("the tool must not run") });
            assert_eq!(ends(never, effect, gone()).await, "cancelled");
        }
    }

    #[tokio::test]
    async fn calls_whose_callers_go_before_they_run_are_few() {
        let (guard, _) = guard();
        let never = Tool(|| -> BoxFuture<'static, _> { unreachable!("the tool must not run") });
        let now = Instant::now();
        let reason = async || {
            let outcome = guard.call(&never, call(Effect::ReadOnly, gone()), now).await;
            outcome.map_or_else(|refused| refused.refusal.reason(), |_| "ok")
        };
        for _ in 0..60 {
            assert_eq!(reason().await, "cancelled");
        }
        assert_eq!(reason().await, "refusals");
    }

    #[tokio::test]
    async fn a_caller_that_goes_ends_a_call_unless_it_is_destructive() {
        for (effect, end) in [(Effect::ReadOnly, None), (Effect::Destructive, Some("ok"))] {
            let (guard, records) = guard();
            let gone = CancellationToken::new();
            let going = gone.clone();
            let dispatch = Tool(move || {
                going.cancel();
                async {
                    tokio::task::yield_now().await;
                    Ok(Reply::Empty)
                }
            });
            let outcome = guard.call(&dispatch, call(effect, gone), Instant::now()).await;
            assert_eq!(outcome.is_ok(), end.is_some());
            assert_eq!(records.of(&guard), [("cancelled", end)]);
        }
    }

    #[tokio::test]
    async fn a_reply_over_the_limit_and_one_of_another_kind_are_refused() {
        let large = Tool(async || Ok(Reply::Text("x".repeat(11))));
        assert_eq!(ends(large, Effect::ReadOnly, CancellationToken::new()).await, "too_large");
        let fitting = Tool(async || Ok(Reply::Text("x".repeat(10))));
        assert_eq!(ends(fitting, Effect::ReadOnly, CancellationToken::new()).await, "ok");
        let undeclared = Tool(async || Ok(Reply::Json("{}".into())));
        assert_eq!(
            ends(undeclared, Effect::ReadOnly, CancellationToken::new()).await,
            "bad_output"
        );
    }
}
