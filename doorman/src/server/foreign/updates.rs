//! Changes of listed resources, told to those who may read them.

use std::{sync::Arc, time::Duration};

use rmcp::model::{ClientCapabilities, ProtocolVersion, SubscriptionFilter};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Allow, Link,
    line::Line,
    link::{self, connected},
    resources::{Own, spec},
};
use crate::{
    call::{Call, Reply},
    error::Refusal,
    schema::{Object, closed},
    spec::Effect,
    tool::{BoxFuture, Dispatch, Role, Toolset},
    uri::{UriPattern, normalized},
};

/// How long changes are told, at most; who wants to hear more asks again.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// The most addresses of one request.
pub(crate) const ADDRESSES: usize = 100;

pub(super) fn add(
    set: &mut Toolset,
    link: &Arc<Link>,
    own: &Own,
    pattern: &UriPattern,
    (name, allow): (&str, &Allow),
) -> Result<(), String> {
    let mut filter = SubscriptionFilter::default();
    filter.resource_subscriptions = Some(Vec::new());
    if !link.server().tells_of(&filter) {
        return Err("the server tells of no changes: remove `.updates()`".into());
    }
    let said = allow.said(&format!("subscription:{name}"), Effect::ReadOnly)?;
    let row = Arc::new(Answer { own: own.clone() });
    set.add(spec(said, arguments())?, row, Role::Subscription(pattern.clone()));
    let mut said = allow.said(&format!("updates:{name}"), Effect::ReadOnly)?;
    said.timeout = LONGEST + Duration::from_secs(60);
    let row = Row { link: link.clone(), own: own.clone() };
    set.add(spec(said, arguments())?, Arc::new(row), Role::Updates(pattern.clone()));
    Ok(())
}

fn arguments() -> Object {
    let uris = json!({ "type": "array", "items": { "type": "string" }, "maxItems": ADDRESSES });
    closed(json!({ "uris": uris }), ["uris"])
}

/// The addresses of a call, in their one form, if all of them are the pattern's own.
fn addresses(call: &Call, own: &Own) -> Result<Vec<String>, Refusal> {
    let uris = call.arguments.get("uris").and_then(Value::as_array);
    let uris = uris.ok_or(Refusal::NotExposed)?.iter().map(|uri| {
        let uri = uri.as_str().and_then(normalized);
        uri.filter(|uri| own.matches(uri)).ok_or(Refusal::NotExposed)
    });
    uris.collect()
}

/// Tells a client that its request is one it may make. No server hears of it: there is nothing to be told
/// over.
struct Answer {
    own: Own,
}

impl Dispatch for Answer {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move { addresses(&call, &self.own).map(|_| Reply::Empty) })
    }
}

struct Row {
    link: Arc<Link>,
    own: Own,
}

impl Dispatch for Row {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let watched = addresses(&call, &self.own)?;
            let (mut context, _guard) = self.link.silent_context_of(&call)?;
            let mut filter = SubscriptionFilter::default();
            filter.resource_subscriptions = Some(watched.clone());
            // What rmcp wants of a request of this kind.
            context.meta.set_protocol_version(ProtocolVersion::V_2026_07_28);
            context.meta.set_client_capabilities(ClientCapabilities::default());
            let over = CancellationToken::new();
            let line = Line::of_updates(call.round.aside.clone(), watched, over.clone());
            let _line = connected(line, None, &mut context);
            let listening = self.link.server().listen(filter, context);
            let listening = tokio::time::timeout(LONGEST, over.run_until_cancelled(listening));
            match listening.await {
                Ok(Some(Err(error))) => Err(link::refusal(error)),
                _ => Ok(Reply::Empty),
            }
        })
    }

    fn listens(&self) -> bool {
        true
    }
}
