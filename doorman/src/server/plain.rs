//! The short way of a plain `tools/call`. rmcp tries a message as each kind that there is and serves it by
//! tasks of its own, which a call of an own tool has no need of. A message is read once: what is not
//! exactly as here goes rmcp's way as the bytes that came, and is answered alike (`tests/plain.rs`).

use std::{borrow::Cow, fmt};

use http::{HeaderMap, HeaderName, header};
use rmcp::{
    ErrorData,
    model::{
        JsonRpcMessage, ProtocolVersion, RequestId, RequestMetaObject, ServerJsonRpcMessage,
        ServerResult,
    },
};
use serde::Deserialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Inbound, Server, answers::answered};
use crate::{call::Round, schema::Object, tool::Role};

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// A call of an own tool, read from a message that holds nothing else.
pub struct PlainCall {
    id: RequestId,
    tool: usize,
    arguments: Object,
    is_modern: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    id: RequestId,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Params<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    arguments: Object,
    #[serde(default, rename = "_meta")]
    meta: RequestMetaObject,
}

impl Server {
    /// Whether a request's headers are those of a message that may take the short way, so that its body
    /// is worth reading here.
    #[must_use]
    pub fn may_be_plain(headers: &HeaderMap) -> bool {
        let accepts = sole(headers, &header::ACCEPT);
        let accepts_both = accepts.is_some_and(|accepts| {
            matches!(
                accepts.split_once(',').map(|(one, other)| (one.trim(), other.trim())),
                Some(
                    ("application/json", "text/event-stream")
                        | ("text/event-stream", "application/json")
                )
            )
        });
        accepts_both && sole(headers, &header::CONTENT_TYPE) == Some("application/json")
    }

    /// Reads a call that may take the short way: of an own tool, in a protocol version that is known, and
    /// with nothing in the message or the protocol's headers that only rmcp knows how to take.
    #[must_use]
    pub fn plain_call(&self, headers: &HeaderMap, body: &[u8]) -> Option<PlainCall> {
        let Message { jsonrpc, id, method, params } = serde_json::from_slice(body).ok()?;
        if jsonrpc != "2.0" || method != "tools/call" {
            return None;
        }
        let parts = self.doorman.parts();
        let tool = parts.index.get(&*params.name).copied()?;
        let row = &parts.tools[tool];
        let is_own = matches!(row.role, Role::Tool) && !row.dispatch.is_foreign();
        let is_modern = is_modern(headers, &params)?;
        // Arguments can be repeated in headers, which are then held against them.
        let is_plain = is_own && !(is_modern && mirrors(row.spec.input()));
        let arguments = params.arguments;
        is_plain.then_some(PlainCall { id, tool, arguments, is_modern })
    }

    /// Takes a plain call through the guard, and gives the message that answers it.
    pub async fn answer(&self, call: PlainCall, inbound: Inbound, headers: HeaderMap) -> Vec<u8> {
        let gone = CancellationToken::new();
        let _leaves = gone.clone().drop_guard();
        // It ends what it began, though nobody waits for it.
        if self.doorman.parts().tools[call.tool].spec.is_destructive() {
            let (server, id) = (self.clone(), call.id.clone());
            let answering =
                tokio::spawn(async move { server.told(call, inbound, headers, gone).await });
            let failed = |_| written(Err(ErrorData::internal_error("panic", None)), id);
            return answering.await.unwrap_or_else(failed);
        }
        self.told(call, inbound, headers, gone).await
    }

    async fn told(
        &self,
        PlainCall { id, tool, arguments, is_modern }: PlainCall,
        inbound: Inbound,
        headers: HeaderMap,
        gone: CancellationToken,
    ) -> Vec<u8> {
        let call = (arguments, Round::default());
        let called = self.guarded(tool, call, &inbound, headers, (&id, gone)).await;
        let mut told = answered(called).map(ServerResult::from);
        if let (Ok(told), false) = (&mut told, is_modern) {
            told.strip_result_type_for_legacy_peer();
        }
        written(told, id)
    }
}

fn written(told: Result<ServerResult, ErrorData>, id: RequestId) -> Vec<u8> {
    let message: ServerJsonRpcMessage = match told {
        Ok(told) => JsonRpcMessage::response(told, id),
        Err(error) => JsonRpcMessage::error(error, Some(id)),
    };
    serde_json::to_vec(&message).expect("keys of messages are strings")
}

/// Whether a call comes in the lifecycle without `initialize`, with all that this asks for; `None` where
/// the short way does not know.
fn is_modern(headers: &HeaderMap, params: &Params<'_>) -> Option<bool> {
    let says = params.meta.protocol_version();
    let version = match sole(headers, &HeaderName::from_static(VERSION)) {
        Some(version) => version,
        None if headers.contains_key(VERSION) => return None,
        None => ProtocolVersion::V_2025_03_26.as_str(),
    };
    let known = ProtocolVersion::KNOWN_VERSIONS.iter().find(|known| known.as_str() == version)?;
    if known.has_initialize() {
        return says.is_none().then_some(false);
    }
    let names = sole(headers, &HeaderName::from_static(METHOD)) == Some("tools/call")
        && sole(headers, &HeaderName::from_static(NAME)) == Some(&*params.name);
    let is_whole = says.as_ref() == Some(known)
        && *known == ProtocolVersion::V_2026_07_28
        && params.meta.missing_required_keys(known).is_empty();
    let mirrors = headers.keys().any(|name| name.as_str().starts_with("mcp-param-"));
    (names && is_whole && !mirrors).then_some(true)
}

/// Whether a schema asks for headers that repeat arguments.
fn mirrors(schema: &Object) -> bool {
    schema.iter().any(|(name, value)| name == "x-mcp-header" || mirrors_within(value))
}

fn mirrors_within(value: &Value) -> bool {
    match value {
        Value::Object(schema) => mirrors(schema),
        Value::Array(items) => items.iter().any(mirrors_within),
        _ => false,
    }
}

/// The value of a header that stands there once, in ASCII.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// Shows the place of the tool: arguments are values.
impl fmt::Debug for PlainCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainCall").field("tool", &self.tool).finish_non_exhaustive()
    }
}
