//! The short way of a plain `tools/call` or `tools/list`. rmcp tries a message as each kind that there is
//! and serves it by tasks of its own, which own tools have no need of. A message is read once: what is not
//! exactly as here goes rmcp's way as the bytes that came, and is answered alike (`tests/plain.rs`).

use std::{borrow::Cow, fmt, marker::PhantomData};

use http::{HeaderMap, HeaderName, header};
use rmcp::{
    ErrorData,
    model::{
        CacheScope, JsonRpcMessage, JsonRpcResponse, JsonRpcVersion2_0, ProtocolVersion, RequestId,
        RequestMetaObject, ResultType, ServerJsonRpcMessage, ServerResult, Tool as Published,
    },
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use super::{Inbound, Server, answers::answered};
use crate::{
    call::Round,
    guard::{Answer, Refused},
    schema::Object,
    tool::{Role, Tool},
};

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// A message that holds nothing else than a call of an own tool, or asks for the list of own tools.
pub struct PlainMessage {
    id: RequestId,
    is_modern: bool,
    asks: Asks,
}

/// What became of a call, where the task that it ran in has ended well.
type Called = Result<Result<Answer, Refused>, JoinError>;

enum Asks {
    Call { tool: usize, arguments: Object },
    List,
}

/// What there is to know of a row before a message comes.
#[derive(Debug)]
pub(super) struct Row {
    /// What `tools/list` shows of it.
    shown: Box<RawValue>,
    is_own: bool,
}

impl Row {
    pub(super) fn of(tool: &Tool, published: &Published) -> Self {
        let shown =
            serde_json::value::to_raw_value(published).expect("keys of schemas are strings");
        Self { shown, is_own: matches!(tool.role, Role::Tool) && !tool.dispatch.is_foreign() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    id: RequestId,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "object")]
    params: Params<'a>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Params<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    arguments: Option<Object>,
    #[serde(default, rename = "_meta")]
    meta: RequestMetaObject,
}

/// Reads an object. serde takes an array of the values of its members for one too.
fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(reader: D) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members))
        }
    }

    reader.deserialize_map(Members(PhantomData))
}

/// The list, with tools that were written before.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<ResultType>,
    tools: Vec<&'a RawValue>,
    ttl_ms: u64,
    cache_scope: CacheScope,
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

    /// Reads a message that may take the short way: about own tools, in a protocol version that is known,
    /// and with nothing in it or in the protocol's headers that only rmcp knows how to take.
    #[must_use]
    pub fn plain(&self, headers: &HeaderMap, body: &[u8]) -> Option<PlainMessage> {
        let mut reader = serde_json::Deserializer::from_slice(body);
        let Message { jsonrpc, id, method, params } = object(&mut reader).ok()?;
        reader.end().ok()?;
        let is_modern = is_modern(headers, &method, &params)?;
        let asks = match (&*method, params.name) {
            ("tools/call", Some(name)) => {
                let parts = self.doorman.parts();
                let tool = parts.index.get(&*name).copied()?;
                // Headers that repeat arguments are held against them.
                if !self.plain[tool].is_own || (is_modern && parts.tools[tool].spec.mirrors()) {
                    return None;
                }
                Asks::Call { tool, arguments: params.arguments.unwrap_or_default() }
            }
            // Another server's tools are asked for first.
            ("tools/list", None) if params.arguments.is_none() => {
                self.plain.iter().all(|row| row.is_own).then_some(Asks::List)?
            }
            _ => return None,
        };
        (jsonrpc == "2.0").then_some(PlainMessage { id, is_modern, asks })
    }

    /// Answers a plain message with the bytes of another one. A call goes through the guard.
    pub async fn answer(
        &self,
        plain: PlainMessage,
        inbound: Inbound,
        headers: HeaderMap,
    ) -> Vec<u8> {
        let PlainMessage { id, is_modern, asks } = plain;
        match asks {
            Asks::List => self.list(id, is_modern, &inbound),
            Asks::Call { tool, arguments } => {
                let called = self.called(&id, (tool, arguments), inbound, headers).await;
                match &called {
                    Ok(Ok(answer)) if answer.is_document() => {
                        json_answer(&id, is_modern, &answer.text)
                    }
                    _ => other_answer(id, is_modern, called),
                }
            }
        }
    }

    async fn called(
        &self,
        id: &RequestId,
        (tool, arguments): (usize, Object),
        inbound: Inbound,
        headers: HeaderMap,
    ) -> Called {
        let gone = CancellationToken::new();
        let _leaves = gone.clone().drop_guard();
        let call = (arguments, Round::default());
        // It ends what it began, though nobody waits for it.
        if self.doorman.parts().tools[tool].spec.is_destructive() {
            let (server, id) = (self.clone(), id.clone());
            let running = tokio::spawn(async move {
                server.guarded(tool, call, &inbound, headers, (&id, gone)).await
            });
            return running.await;
        }
        Ok(self.guarded(tool, call, &inbound, headers, (id, gone)).await)
    }

    fn list(&self, id: RequestId, is_modern: bool, inbound: &Inbound) -> Vec<u8> {
        let rows = self.doorman.parts().tools.iter().zip(&*self.plain);
        let shown = rows.filter(|(tool, _)| self.shows(&tool.spec, &inbound.principal));
        let result = Listed {
            result_type: is_modern.then_some(ResultType::COMPLETE),
            tools: shown.map(|(_, row)| &*row.shown).collect(),
            // The list depends on who asks, so nobody may keep it for others.
            ttl_ms: 0,
            cache_scope: CacheScope::Private,
        };
        written(&JsonRpcResponse { jsonrpc: JsonRpcVersion2_0, id, result })
    }
}

/// An answer in JSON: its text is its structured content, as it stands.
fn json_answer(id: &RequestId, is_modern: bool, document: &str) -> Vec<u8> {
    let kind = if is_modern { r#""resultType":"complete","# } else { "" };
    let id = written(id);
    let mut answer = Vec::with_capacity(256 + id.len() + document.len() * 5 / 2);
    answer.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    answer.extend_from_slice(&id);
    answer.extend_from_slice(br#","result":{"#);
    answer.extend_from_slice(kind.as_bytes());
    answer.extend_from_slice(br#""content":[{"type":"text","text":"#);
    serde_json::to_writer(&mut answer, document).expect("a text is written to memory");
    answer.extend_from_slice(br#"}],"structuredContent":"#);
    answer.extend_from_slice(document.as_bytes());
    answer.extend_from_slice(br#","isError":false}}"#);
    answer
}

fn other_answer(id: RequestId, is_modern: bool, called: Called) -> Vec<u8> {
    let failed = |_| ErrorData::internal_error("panic", None);
    let told = called.map_err(failed).and_then(answered).map(|told| {
        let mut told = ServerResult::from(told);
        if !is_modern {
            told.strip_result_type_for_legacy_peer();
        }
        told
    });
    let message: ServerJsonRpcMessage = match told {
        Ok(told) => JsonRpcMessage::response(told, id),
        Err(error) => JsonRpcMessage::error(error, Some(id)),
    };
    written(&message)
}

fn written(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).expect("keys of messages are strings")
}

/// Whether a message comes in the lifecycle without `initialize`, with all that this asks for; `None`
/// where the short way does not know.
fn is_modern(headers: &HeaderMap, method: &str, params: &Params<'_>) -> Option<bool> {
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
    let names = sole(headers, &HeaderName::from_static(METHOD)) == Some(method)
        && match params.name.as_deref() {
            Some(name) => sole(headers, &HeaderName::from_static(NAME)) == Some(name),
            None => !headers.contains_key(NAME),
        };
    let is_whole = says.as_ref() == Some(known)
        && *known == ProtocolVersion::V_2026_07_28
        && params.meta.missing_required_keys(known).is_empty();
    let mirrors = headers.keys().any(|name| name.as_str().starts_with("mcp-param-"));
    (names && is_whole && !mirrors).then_some(true)
}

/// The value of a header that stands there once, in ASCII.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// Shows what is asked for: arguments are values.
impl fmt::Debug for PlainMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tool = match &self.asks {
            Asks::Call { tool, .. } => Some(tool),
            Asks::List => None,
        };
        f.debug_struct("PlainMessage").field("tool", &tool).finish_non_exhaustive()
    }
}
