//! What goes to a caller before an answer: log messages, progress and questions of a tool, changes of resources.

#![expect(deprecated, reason = "clients before MCP 2026-07-28 have nothing else")]

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::future::{BoxFuture, select_all};
use http::HeaderMap;
use rmcp::{
    ErrorData, Peer, RoleServer,
    model::{
        CancelledNotificationParam, ClientCapabilities, GetExtensions as _,
        LoggingMessageNotification, LoggingMessageNotificationParam, ProgressNotification,
        ProgressNotificationParam, ProtocolVersion, RequestId, ServerRequest,
        SetLevelRequestParams, SubscriptionFilter,
    },
    service::{
        OriginatingRequestId, PeerRequestOptions, RequestContext, SubscriptionContext,
        SubscriptionSink,
    },
};
use serde_json::Value;
use tokio::runtime::Handle;

use super::{
    Entrance, Server,
    answers::not_served,
    beside::error,
    call_of,
    foreign::{ADDRESSES, LEVELS, severity},
    inbound::Inbound,
};
use crate::{
    call::{Aside, Kinds, Note, Round, Wants},
    schema::Object,
    tool::{Role, Tool},
    uri::normalized,
};

/// How long a caller may take to take a message, before nothing more is said to it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The level of those who cannot name one: `info`.
pub(super) const UNNAMED: u8 = 1;

type Context = RequestContext<RoleServer>;

impl Server {
    pub(super) fn notifies(&self) -> bool {
        self.doorman.parts().tools.iter().any(|tool| tool.dispatch.notifies())
    }

    /// Whether changes are told. Where the process has one caller, nothing could end that.
    pub(super) fn tells_of_changes(&self) -> bool {
        matches!(self.entrance, Entrance::Gate) && self.has(|role| matches!(role, Role::Updates(_)))
    }

    /// Keeps the level where there is one caller; elsewhere there is nobody to keep it for.
    pub(super) fn keep_level(
        &self,
        request: &SetLevelRequestParams,
        context: &Context,
    ) -> Result<(), ErrorData> {
        if !self.notifies() || is_modern(context) {
            return Err(not_served());
        }
        if let (Entrance::Stdio, Some(severity)) = (self.entrance, severity(request.level)) {
            self.level.store(severity, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The way to the sender of a request, for what its tool may say and ask before it answers.
    pub(super) fn aside(&self, tool: &Tool, inbound: &Inbound, context: &Context) -> Aside {
        let says = if tool.dispatch.notifies() { self.saying(context) } else { Aside::default() };
        match self.can(inbound, context).filter(|_| tool.dispatch.asks()) {
            Some(can) => says.asking(can, self.questions(tool.spec.timeout(), context)),
            None => says,
        }
    }

    /// What the sender can be asked for while a call runs: before MCP 2026-07-28, over a session or over
    /// standard output.
    fn can(&self, inbound: &Inbound, context: &Context) -> Option<Kinds> {
        let is_heard = inbound.in_session || matches!(self.entrance, Entrance::Stdio);
        let client = context.peer.peer_info().filter(|_| is_heard && !is_modern(context))?;
        Some(declared(&client.capabilities)).filter(|can| *can != Kinds::default())
    }

    /// Asks the sender, for as long as the call may take. Where the server is to end, no answer can come.
    fn questions(
        &self,
        patience: Duration,
        context: &Context,
    ) -> impl Fn(Value) -> BoxFuture<'static, Option<Value>> + Send + Sync + 'static {
        let (peer, call) = (context.peer.clone(), OriginatingRequestId(context.id.clone()));
        let (ending, gone) = (self.doorman.parts().ending.clone(), context.ct.clone());
        move |question| {
            let (peer, call) = (peer.clone(), call.clone());
            let (ending, gone) = (ending.clone(), gone.clone());
            Box::pin(async move {
                if gone.is_cancelled() {
                    return None;
                }
                let mut request: ServerRequest = serde_json::from_value(question).ok()?;
                // The answer to the call is the stream that it goes over.
                request.extensions_mut().insert(call);
                let options = PeerRequestOptions::with_timeout(patience);
                let asked = peer.send_cancellable_request(request, options).await.ok()?;
                let open = Question { peer, id: Some(asked.id.clone()) };
                let answer = gone.run_until_cancelled(asked.await_response());
                let answer = ending.run_until_cancelled(answer).await??;
                open.answered();
                serde_json::to_value(answer.ok()?).ok()
            })
        }
    }

    /// The way of log messages and progress.
    fn saying(&self, context: &Context) -> Aside {
        let severity = match self.entrance {
            _ if is_modern(context) => context.meta.log_level().and_then(severity),
            Entrance::Stdio => Some(self.level.load(Ordering::Relaxed)),
            Entrance::Gate => Some(UNNAMED),
        };
        let token = context.meta.get_progress_token();
        let wants = Wants { severity, progress: token.is_some() };
        let peer = context.peer.clone();
        Aside::to(wants, move |note| {
            let told = match note {
                Note::Log { severity, logger, data } => {
                    LEVELS.get(usize::from(severity)).map(|level| {
                        let mut params = LoggingMessageNotificationParam::new(*level, data);
                        params.logger = logger;
                        LoggingMessageNotification::new(params).into()
                    })
                }
                Note::Progress { progress, total, message } => token.clone().map(|token| {
                    let mut params = ProgressNotificationParam::new(token, progress);
                    (params.total, params.message) = (total, message);
                    ProgressNotification::new(params).into()
                }),
                Note::Updated(_) => None,
            };
            let peer = peer.clone();
            Box::pin(async move {
                let Some(told) = told else { return true };
                let sent = tokio::time::timeout(PATIENCE, peer.send_notification(told));
                matches!(sent.await, Ok(Ok(())))
            })
        })
    }

    /// What of a request for changes is granted: the addresses that its sender may read. rmcp acknowledges
    /// it before anything of it runs.
    pub(super) fn granted(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        if !self.tells_of_changes() {
            return None;
        }
        let mut granted = SubscriptionFilter::default();
        let uris = requested.resource_subscriptions.iter().flatten().take(ADDRESSES);
        let uris = uris.filter(|uri| {
            let tool = self.updates(uri).and_then(|place| self.doorman.parts().tools.get(place));
            let may = |sender: &Inbound| {
                tool.is_some_and(|tool| self.may_read(&tool.spec, &sender.principal))
            };
            self.sender.as_ref().is_some_and(may)
        });
        granted.resource_subscriptions = Some(uris.cloned().collect());
        Some(granted)
    }

    /// Tells of changes for as long as the calls run that each pattern makes of it: what was acknowledged is
    /// told as a whole or not at all. Where the server is to end, so does this.
    pub(super) async fn tell(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let Some(sender) = &self.sender else { return Err(not_served()) };
        let context = subscription.request_context();
        let uris = subscription.accepted().resource_subscriptions.clone().unwrap_or_default();
        if uris.is_empty() {
            let asked = subscription.requested().resource_subscriptions.iter().flatten().count();
            return if asked == 0 { Ok(()) } else { Err(self.unknown_resource(sender)) };
        }
        let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
        for uri in uris {
            let Some(place) = self.updates(&uri) else { continue };
            match rows.iter_mut().find(|(row, _)| *row == place) {
                Some((_, uris)) => uris.push(uri),
                None => rows.push((place, vec![uri])),
            }
        }
        let calls = rows.into_iter().map(|(place, uris)| {
            let mut arguments = Object::new();
            arguments.insert("uris".into(), uris.clone().into());
            let round =
                Round { aside: changes(subscription.sink().clone(), uris), ..Round::default() };
            self.guarded(place, (arguments, round), sender, HeaderMap::new(), call_of(context))
        });
        let calls: Vec<_> = calls.collect();
        if calls.is_empty() {
            return Err(self.unknown_resource(sender));
        }
        match self.doorman.parts().ending.run_until_cancelled(select_all(calls)).await {
            Some((Err(refused), ..)) => Err(error(&refused, "resource")),
            _ => Ok(()),
        }
    }

    /// The row that tells of changes of an address.
    fn updates(&self, uri: &str) -> Option<usize> {
        let uri = normalized(uri)?;
        // Where several patterns match, nobody said which counts.
        self.resource(&uri)?;
        let mut rows =
            self.rows(|tool| matches!(&tool.role, Role::Updates(pattern) if pattern.matches(&uri)));
        rows.next()
    }
}

/// A question that nobody has answered; where it is dropped, the client is told that nobody waits.
struct Question {
    peer: Peer<RoleServer>,
    id: Option<RequestId>,
}

impl Question {
    fn answered(mut self) {
        self.id = None;
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let peer = self.peer.clone();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let over = CancelledNotificationParam::new(Some(id), None);
                let _ = tokio::time::timeout(PATIENCE, peer.notify_cancelled(over)).await;
            });
        }
    }
}

/// The way to whom a stream of changes is for. The stream tells of nothing that was not granted.
fn changes(sink: SubscriptionSink, uris: Vec<String>) -> Aside {
    Aside::to(Wants::default(), move |note| {
        let uri = match note {
            Note::Updated(place) => uris.get(place).cloned(),
            _ => None,
        };
        let sink = sink.clone();
        Box::pin(async move {
            let Some(uri) = uri else { return true };
            let told = tokio::time::timeout(PATIENCE, sink.notify_resource_updated(uri));
            matches!(told.await, Ok(Ok(())))
        })
    })
}

pub(super) fn is_modern(context: &Context) -> bool {
    context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
}

/// What a request says that its client can be asked for. Before MCP 2026-07-28 no result can ask.
pub(super) fn kinds(context: &Context) -> Option<Kinds> {
    let can = context.meta.client_capabilities().filter(|_| is_modern(context))?;
    Some(declared(&can))
}

fn declared(can: &ClientCapabilities) -> Kinds {
    let forms = can.elicitation.as_ref().is_some_and(|it| it.form.is_some() || it.url.is_none());
    Kinds { forms, model: can.sampling.is_some(), roots: can.roots.is_some() }
}
