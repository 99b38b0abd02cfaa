//! What becomes of a call, whatever its tool does.

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
    call::{Aside, Blocks, Kinds, Round, Wants},
    limits::Terms,
    principal::{Principal, Transport},
    redact::Mask,
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
        round: Round::default(),
    }
}

async fn ends(dispatch: impl Dispatch, effect: Effect, gone: CancellationToken) -> &'static str {
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
        let mut calling =
            Box::pin(guard.call(&dispatch, call(effect, CancellationToken::new()), Instant::now()));
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

/// The reason that a request with this handler ends with, as its one record tells it.
async fn serves(
    handler: impl Future<Output = Served<()>>,
    effect: Effect,
    gone: CancellationToken,
) -> (&'static str, Ended) {
    let (guard, records) = guard();
    let outcome = guard.serve(handler, call(effect, gone), Instant::now()).await;
    let told = outcome.map_or_else(|refused| refused.refusal.reason(), |_| "served");
    let records = records.of(&guard);
    assert_eq!(records.len(), 1, "one record of one request");
    (told, records[0])
}

fn served(status: u16) -> Served<()> {
    let response = Response::builder().status(status).body(()).unwrap();
    Served { response, size: Some(0) }
}

#[tokio::test]
async fn a_status_is_passed_on_and_its_record_says_how_it_ended() {
    for (status, reason) in [
        (200, "ok"),
        (302, "ok"),
        (400, "handler_error"),
        (499, "handler_error"),
        (500, "handler_error"),
        (599, "handler_error"),
    ] {
        let ended = serves(async { served(status) }, Effect::ReadOnly, CancellationToken::new());
        assert_eq!(ended.await, ("served", (reason, None)), "{status}");
    }
}

#[tokio::test]
async fn a_handler_of_a_program_fails_in_one_answer_and_one_record() {
    let panics = async || panic!("the test wants it");
    let ended = serves(panics(), Effect::ReadOnly, CancellationToken::new()).await;
    assert_eq!(ended, ("panic", ("panic", None)));
    for effect in [Effect::ReadOnly, Effect::Destructive] {
        let ended = serves(pending(), effect, CancellationToken::new()).await;
        assert_eq!(ended, ("timeout", ("timeout", None)));
    }
}

#[tokio::test]
async fn a_program_that_is_gone_before_its_handler_runs_ends_every_request() {
    for effect in [Effect::ReadOnly, Effect::Destructive] {
        let never = async { unreachable!("the handler must not run") };
        assert_eq!(serves(never, effect, gone()).await, ("cancelled", ("cancelled", None)));
    }
}

#[tokio::test]
async fn a_program_that_goes_ends_its_request_unless_that_is_destructive() {
    for (effect, ended) in [
        (Effect::ReadOnly, ("cancelled", ("cancelled", None))),
        (Effect::Destructive, ("served", ("cancelled", Some("ok")))),
    ] {
        let gone = CancellationToken::new();
        let going = gone.clone();
        let handler = async move {
            going.cancel();
            tokio::task::yield_now().await;
            served(200)
        };
        assert_eq!(serves(handler, effect, gone).await, ended);
    }
}

#[tokio::test]
async fn a_dropped_request_leaves_one_record() {
    let (guard, records) = guard();
    let call = call(Effect::Destructive, CancellationToken::new());
    let mut serving = Box::pin(guard.serve::<()>(pending(), call, Instant::now()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(serving.as_mut().poll(&mut context), Poll::Pending));
    drop(serving);
    assert_eq!(records.of(&guard), [("cancelled", None)]);
}

#[tokio::test]
async fn no_handler_runs_for_a_program_without_its_scopes() {
    let (guard, records) = guard();
    let mut call = call(Effect::ReadOnly, CancellationToken::new());
    let facts = Facts::new("tool", Access::Scopes(&["a"]), Effect::ReadOnly);
    call.spec = Arc::new(Spec::new(facts, Arguments::default(), None).unwrap());
    let never = async { unreachable!("the handler must not run") };
    assert!(guard.serve::<()>(never, call, Instant::now()).await.is_err());
    assert_eq!(records.of(&guard), [("unauthorized", None)]);
}

#[tokio::test]
async fn a_reply_over_the_limit_and_one_of_another_kind_are_refused() {
    let large = Tool(async || Ok(Reply::Text("x".repeat(11))));
    assert_eq!(ends(large, Effect::ReadOnly, CancellationToken::new()).await, "too_large");
    let fitting = Tool(async || Ok(Reply::Text("x".repeat(10))));
    assert_eq!(ends(fitting, Effect::ReadOnly, CancellationToken::new()).await, "ok");
    let undeclared = Tool(async || Ok(Reply::Json("{}".into())));
    assert_eq!(ends(undeclared, Effect::ReadOnly, CancellationToken::new()).await, "bad_output");
}

#[tokio::test]
async fn what_serde_json_would_read_as_something_else_is_no_block_and_no_question() {
    let of = |name: &str| json!({ "method": "roots/list", "params": { "a": [{ name: "[1]" }] } });
    let (plain, misleading) = (of("name"), of("$serde_json::private::RawValue"));
    let mut call = call(Effect::ReadOnly, CancellationToken::new());
    for asks in [false, true] {
        let settled = |block: &Value| {
            let answer = Blocks { blocks: vec![block.clone()], asks, ..Blocks::default() };
            blocks::settle(&call.spec, answer).is_ok()
        };
        assert!(settled(&plain) && !settled(&misleading));
    }
    call.result_limit = 1_000;
    call.round.aside = Aside::to(Wants::default(), |_| Box::pin(async { true }))
        .asking(Kinds::default(), |question| Box::pin(async { Some(question) }));
    let _open = aside::open(&mut call, &Redactor::new());
    assert_eq!(call.round.aside.ask(plain.clone()).await, Some(plain));
    assert_eq!(call.round.aside.ask(misleading).await, None);
}

#[tokio::test]
async fn a_value_has_another_pseudonym_for_each_tenant() {
    let (mut guard, _) = guard();
    let redactor = Redactor::new().pseudonyms(&[7; 32]).unwrap();
    guard.redactors = vec![redactor.masked(Mask::Pseudonym).unwrap()];
    let answer = async |tenant: Option<&str>| {
        let mut call = call(Effect::ReadOnly, CancellationToken::new());
        call.principal.tenant = tenant.map(str::to_owned);
        call.result_limit = 100;
        let dispatch = Tool(|| async { Ok(Reply::Text("ann@example.com".into())) });
        guard.call(&dispatch, call, Instant::now()).await.ok().unwrap().text
    };
    let acme = answer(Some("acme")).await;
    assert!(acme.starts_with("«email:"), "{acme}");
    assert_eq!(answer(Some("acme")).await, acme);
    assert_ne!(answer(Some("globex")).await, acme);
    assert_ne!(answer(None).await, acme);
}
