//! The order of every check. Nothing else in doorman decides whether a tool runs.

mod aside;
mod blocks;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, net::IpAddr, panic::AssertUnwindSafe, time::Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::Response;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    audit::{AuditLog, Entry},
    authorize::authorize,
    call::{Call, Reply},
    error::Refusal,
    json,
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
    pub(crate) structured: Structured,
    /// Of another server: all that it said, in the place of the text.
    pub(crate) blocks: Option<Vec<Value>>,
    /// Whether the block is a question to the caller.
    pub(crate) asks: bool,
}

/// Structured content.
pub(crate) enum Structured {
    None,
    /// What the text says, as it says it; whether it was put under `result`.
    Text {
        wrapped: bool,
    },
    Value(Value),
}

impl Answer {
    fn of(text: String, structured: Structured) -> Self {
        Self { text, structured, blocks: None, asks: false }
    }

    /// Whether it has structured content, of which the text is the JSON.
    pub(crate) fn is_document(&self) -> bool {
        self.blocks.is_none() && !matches!(self.structured, Structured::None)
    }

    /// The structured content.
    pub(crate) fn take_structured(&mut self) -> Option<Value> {
        match std::mem::replace(&mut self.structured, Structured::None) {
            Structured::None => None,
            Structured::Text { wrapped: false } => json::value(self.text.as_bytes()),
            // A level more may be one too many to read.
            Structured::Text { wrapped: true } => {
                let document = self.text.strip_prefix(UNDER)?.strip_suffix('}')?;
                Some(json!({ "result": json::value(document.as_bytes())? }))
            }
            Structured::Value(value) => Some(value),
        }
    }

    /// The size of what it says, in bytes.
    fn len(&self) -> usize {
        let blocks = self.blocks.iter().flatten().map(|block| block.to_string().len());
        self.text.len() + blocks.sum::<usize>()
    }
}

/// What a handler answered to a program: it goes out whole.
pub(crate) struct Served<B> {
    pub(crate) response: Response<B>,
    /// The size of its body, where that is known before it is sent.
    pub(crate) size: Option<usize>,
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
        let mut attempt = self.attempt(self.audit.open(&call), &call, now);
        let passing = self.pass(dispatch, call, &mut attempt);
        // A panic would leave the caller without an answer for ever: rmcp does not catch it.
        let outcome = caught(passing).await;
        let end = outcome.as_ref().map(|answer| Some(answer.len()));
        let request_id = self.close(attempt, end);
        outcome.map_err(|refusal| Refused { refusal, request_id })
    }

    /// Takes a program's request through every check to the handler, whose response goes out as it is.
    /// Exactly one audit record is written, also where this future is dropped on the way.
    pub(crate) async fn serve<B>(
        &self,
        handler: impl Future<Output = Served<B>>,
        call: Call,
        now: Instant,
    ) -> Result<Response<B>, Refused> {
        let mut attempt = self.attempt(self.audit.open_unread(&call), &call, now);
        let outcome = caught(self.pass_whole(handler, call, &mut attempt)).await;
        let request_id = self.close(attempt, end_of(&outcome).as_ref().map(|size| *size));
        outcome.map(|served| served.response).map_err(|refusal| Refused { refusal, request_id })
    }

    /// The page to review: every line may refuse. Below `run` the reply is made fit to be sent.
    async fn pass(
        &self,
        dispatch: &dyn Dispatch,
        mut call: Call,
        Attempt { entry, caller, clock, .. }: &mut Attempt,
    ) -> Result<Answer, Refusal> {
        let (caller, clock) = (*caller, *clock);
        let (spec, tool, result_limit) = (call.spec.clone(), call.tool, call.result_limit);
        let redactor = self.redactors[tool].for_tenant(realm(&call.principal).as_deref());
        entry.kept()?;
        self.limits.patience(Some(tool), caller, clock.began)?;
        authorize(&spec, &call.principal, &self.hierarchy)?;
        validate(&mut call)?;
        self.here(&call.gone, caller, clock)?;
        let _place = dispatch.listens().then(|| self.limits.listen(caller)).transpose()?;
        let taken = self.limits.admit(tool, caller, clock.began)?;
        // For the record of a call that is dropped on the way.
        entry.remaining_budget(self.limits.remaining_budget(tool, caller, clock.began));
        let (gone, listening) = (call.gone.clone(), aside::open(&mut call, &redactor));
        let reply = caught(run(&spec, &gone, async { dispatch.dispatch(call).await })).await;
        self.ran(reply.as_ref().err(), &taken, clock);
        let (reply, mut redactions) = redact(&redactor, within(reply, result_limit)).await;
        if let Some(aside) = listening.end() {
            redactions.add(&aside);
        }
        entry.redactions(redactions.iter());
        settle(&spec, within(reply, result_limit)?)
    }

    /// The same page for a request that the handler reads and answers by itself: its extractors hold
    /// the arguments, and nothing of the response is hidden from a program.
    async fn pass_whole<B>(
        &self,
        handler: impl Future<Output = Served<B>>,
        Call { spec, principal, tool, gone, .. }: Call,
        Attempt { entry, caller, clock, .. }: &mut Attempt,
    ) -> Result<Served<B>, Refusal> {
        let (caller, clock) = (*caller, *clock);
        entry.kept()?;
        self.limits.patience(Some(tool), caller, clock.began)?;
        authorize(&spec, &principal, &self.hierarchy)?;
        self.here(&gone, caller, clock)?;
        let taken = self.limits.admit(tool, caller, clock.began)?;
        entry.remaining_budget(self.limits.remaining_budget(tool, caller, clock.began));
        let served = caught(run(&spec, &gone, async { Ok(handler.await) })).await;
        self.ran(end_of(&served).err().as_ref(), &taken, clock);
        served
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

    fn attempt(&self, entry: Entry, call: &Call, now: Instant) -> Attempt {
        Attempt {
            entry,
            tool: call.tool,
            gone: call.gone.clone(),
            caller: self.limits.caller(&call.principal, call.peer.map(|peer| peer.ip())),
            clock: Clock { began: now, running: tokio::time::Instant::now() },
        }
    }

    /// Writes the record of an attempt, and gives its name.
    fn close(&self, attempt: Attempt, end: Result<Option<usize>, &Refusal>) -> String {
        let Attempt { mut entry, tool, caller, clock, gone } = attempt;
        if end.is_err_and(Refusal::is_refused_attempt) {
            self.limits.refused(caller, clock.began);
        }
        entry.remaining_budget(self.limits.remaining_budget(tool, caller, clock.now()));
        let request_id = entry.request_id().to_owned();
        entry.close(end, gone.is_cancelled());
        request_id
    }

    /// Nothing is taken for a caller that went away before its call could run. Such attempts cost
    /// nothing, so they must be few.
    fn here(&self, gone: &CancellationToken, caller: Caller, clock: Clock) -> Result<(), Refusal> {
        if gone.is_cancelled() {
            self.limits.refused(caller, clock.began);
            return Err(Refusal::Cancelled);
        }
        Ok(())
    }

    /// What a call took stays taken, unless its handler failed.
    fn ran(&self, refusal: Option<&Refusal>, taken: &Taken, clock: Clock) {
        if refusal.is_some_and(Refusal::is_failure_of_the_tool) {
            self.limits.give_back(taken, clock.now());
        }
    }
}

/// A call under way.
struct Attempt {
    entry: Entry,
    tool: usize,
    caller: Caller,
    clock: Clock,
    gone: CancellationToken,
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
fn caught<T>(
    running: impl Future<Output = Result<T, Refusal>>,
) -> impl Future<Output = Result<T, Refusal>> {
    AssertUnwindSafe(running).catch_unwind().map(|ended| {
        ended.unwrap_or_else(|payload| {
            // What was thrown may throw again where it is dropped.
            std::mem::forget(payload);
            Err(Refusal::Panic)
        })
    })
}

/// Runs the tool within its timeout. A caller that goes away ends the call, unless it is destructive:
/// half a refund is worse than one that nobody hears of.
async fn run<T>(
    spec: &Spec,
    gone: &CancellationToken,
    running: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let running = tokio::time::timeout(spec.timeout(), running);
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

/// How a request ended of which the handler has said the last word: its status tells, and its words
/// are the program's alone.
fn end_of<B>(outcome: &Result<Served<B>, Refusal>) -> Result<Option<usize>, Refusal> {
    let served = outcome.as_ref().map_err(Clone::clone)?;
    match served.response.status() {
        status if status.is_server_error() => Err(Refusal::Failed),
        status if status.is_client_error() => Err(Refusal::Handler(String::new())),
        _ => Ok(served.size),
    }
}

/// Whose pseudonyms are one's own: a tenant's, and two issuers may have tenants of one name.
fn realm(principal: &Principal) -> Option<Cow<'_, str>> {
    let tenant = principal.tenant()?;
    Some(match principal.issuer() {
        Some(issuer) => format!("{issuer}\n{tenant}").into(),
        None => tenant.into(),
    })
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
        (redacted.redactions().clone(), redacted.into_content().into_owned())
    };
    match reply {
        Ok(Reply::Json(bytes)) => {
            let redacted = redactor.json(&bytes);
            let redactions = redacted.redactions().clone();
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
        Ok(Reply::Blocks(answer)) => {
            let (answer, redactions) = blocks::masked(redactor, answer);
            (Ok(Reply::Blocks(answer)), redactions)
        }
        // A body may hold what the schema declares as secret, and no schema tells where.
        Err(Refusal::Handler(words)) if redactor.declares() && may_hold_json(&words) => {
            (Err(Refusal::Failed), Redactions::default())
        }
        Err(Refusal::Handler(words)) => {
            let (redactions, words) = text(&words);
            (Err(Refusal::Handler(words)), redactions)
        }
        other @ (Ok(Reply::Empty) | Err(_)) => (other, Redactions::default()),
    }
}

/// Whether words are an object or an array of JSON, or have in them what may be one: whole or not, and also in
/// a string of JSON.
fn may_hold_json(words: &str) -> bool {
    let behind = |at: usize| words[at + 1..].trim_start();
    let mut brackets = words.match_indices(['{', '[']);
    let is_number = |sign: char| sign == '-' || sign.is_ascii_digit();
    brackets.any(|(at, _)| behind(at).starts_with(['"', '\'', '\\', '{', '[']))
        || words
            .trim_start()
            .strip_prefix('[')
            .is_some_and(|of| of.trim_start().starts_with(is_number))
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

/// What stands before a document that is put under `result`.
const UNDER: &str = r#"{"result":"#;

/// The text of a document, as it stands.
fn text_of(document: Bytes, wrapped: bool) -> Result<String, Refusal> {
    let text = String::from_utf8(document.into()).map_err(|_| Refusal::BadOutput)?;
    Ok(if wrapped { format!("{UNDER}{text}}}") } else { text })
}

/// Makes the reply what was published: structured content that fits the output schema, and the same
/// as text; or text alone.
fn settle(spec: &Spec, reply: Reply) -> Result<Answer, Refusal> {
    match (reply, spec.output()) {
        (Reply::Json(bytes), Some(output)) => {
            let below = output.wrapped.then_some("result");
            if spec.answers().is_some_and(|schema| schema.surely_fits(&bytes, below)) {
                let structured = Structured::Text { wrapped: output.wrapped };
                return Ok(Answer::of(text_of(bytes, output.wrapped)?, structured));
            }
            let (value, repeats) =
                json::read(&bytes, usize::MAX).map_err(|_| Refusal::BadOutput)?;
            let structured = if output.wrapped { json!({ "result": value }) } else { value };
            if !spec.answers().is_some_and(|schema| schema.fits(&structured)) {
                return Err(Refusal::BadOutput);
            }
            if repeats {
                return Ok(Answer::of(structured.to_string(), Structured::Value(structured)));
            }
            Ok(Answer::of(text_of(bytes, output.wrapped)?, Structured::Value(structured)))
        }
        (Reply::Text(text), None) => Ok(Answer::of(text, Structured::None)),
        (Reply::Blocks(answer), _) => blocks::settle(spec, answer),
        (Reply::Empty, None) => Ok(Answer::of("done".into(), Structured::None)),
        _ => Err(Refusal::BadOutput),
    }
}
