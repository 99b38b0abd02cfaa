//! What flows: a call on its way in, a reply on its way out.

use std::{collections::BTreeMap, fmt, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{principal::Principal, schema::Object, spec::Spec};

/// One attempt to call a tool.
#[non_exhaustive]
pub struct Call {
    /// The tool.
    pub spec: Arc<Spec>,
    /// The arguments; a dispatcher sees them only after they were held against the schema.
    pub arguments: Object,
    /// Who calls.
    pub principal: Principal,
    /// Where the request came from, where that is known.
    pub peer: Option<SocketAddr>,
    /// The request's headers without credentials; a dispatcher forwards none that is not asked for.
    pub headers: HeaderMap,
    /// The host that a handler sees: the resource's own, never one that the caller named.
    pub host: HeaderValue,
    /// The most bytes that a result may have.
    pub result_limit: usize,
    /// The tool's place among the server's.
    pub(crate) tool: usize,
    /// Fires when the caller goes away.
    pub(crate) gone: CancellationToken,
    /// What goes between caller and tool beside arguments and result.
    pub(crate) round: Round,
}

/// What goes between a caller and another server beside arguments and result.
#[derive(Clone, Default)]
pub(crate) struct Round {
    /// A caller's answers to a question (SEP-2322): for the server that asked, whatever they are.
    pub(crate) answers: Option<BTreeMap<String, Value>>,
    /// What the server handed out to know its question again.
    pub(crate) state: Option<String>,
    /// What the caller's client says that it can be asked for, where it says so with the request.
    pub(crate) can: Option<Kinds>,
    /// Where the tool says what it has to say before its result.
    pub(crate) aside: Aside,
}

/// Kinds of questions to a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    /// Forms for the person.
    pub(crate) forms: bool,
    /// Requests of the client's model.
    pub(crate) model: bool,
    /// The list of the client's folders.
    pub(crate) roots: bool,
}

/// The way of what a tool says, and asks, before its result; without one, it leads nowhere.
#[derive(Clone, Default)]
pub(crate) struct Aside {
    tell: Option<Arc<Tell>>,
    ask: Option<Arc<Ask>>,
    pub(crate) wants: Wants,
    /// What the caller's client can be asked for meanwhile.
    pub(crate) can: Kinds,
}

/// What a caller wants to hear before the result.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wants {
    /// How grave a log message has to be; none is heard without it.
    pub(crate) severity: Option<u8>,
    pub(crate) progress: bool,
}

type Tell = dyn Fn(Note) -> BoxFuture<'static, bool> + Send + Sync;
type Ask = dyn Fn(Value) -> BoxFuture<'static, Option<Value>> + Send + Sync;

/// What a tool says before its result.
pub(crate) enum Note {
    /// A log message, and how grave it is: from 0 (debug) to 7 (emergency).
    Log { severity: u8, logger: Option<String>, data: Value },
    /// How far it is.
    Progress { progress: f64, total: Option<f64>, message: Option<String> },
    /// That a resource changed: which of those that the caller named.
    Updated(usize),
}

impl Aside {
    pub(crate) fn to(
        wants: Wants,
        tell: impl Fn(Note) -> BoxFuture<'static, bool> + Send + Sync + 'static,
    ) -> Self {
        Self { tell: Some(Arc::new(tell)), wants, ..Self::default() }
    }

    /// And the way of questions: requests of the protocol, which are answered with a result or not at all.
    pub(crate) fn asking(
        self,
        can: Kinds,
        ask: impl Fn(Value) -> BoxFuture<'static, Option<Value>> + Send + Sync + 'static,
    ) -> Self {
        Self { ask: Some(Arc::new(ask)), can, ..self }
    }

    pub(crate) fn leads_somewhere(&self) -> bool {
        self.tell.is_some() || self.ask.is_some()
    }

    /// Says it, and whether somebody still listens.
    pub(crate) async fn say(&self, note: Note) -> bool {
        match &self.tell {
            Some(tell) => tell(note).await,
            None => false,
        }
    }

    /// Asks it, and gives the answer.
    pub(crate) async fn ask(&self, question: Value) -> Option<Value> {
        self.ask.as_ref()?(question).await
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("tool", &self.spec.name())
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

/// What a tool answered.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// JSON, as bytes.
    Json(Bytes),
    /// Plain text.
    Text(String),
    /// What another server answered.
    Blocks(Blocks),
    /// Nothing to say.
    Empty,
}

/// An answer in the protocol's own blocks.
#[expect(clippy::struct_field_names, reason = "they are what it has its name of")]
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocks {
    /// The structured content, as JSON.
    pub(crate) structured: Option<Bytes>,
    /// The blocks: objects of the protocol, whose texts are redacted wherever they stand. What stands
    /// under `data` and `blob` is base64, and let through as it is.
    pub(crate) blocks: Vec<Value>,
    /// Whether the one block asks the caller something, in the place of a result.
    pub(crate) asks: bool,
    /// Whether a block in which something had to be masked is of no use.
    pub(crate) whole: bool,
}

impl Reply {
    /// The size that the result limit counts, in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
            Self::Blocks(Blocks { structured, blocks, .. }) => {
                let blocks = blocks.iter().map(|block| block.to_string().len()).sum::<usize>();
                structured.as_ref().map_or(0, Bytes::len) + blocks
            }
            Self::Empty => 0,
        }
    }
}

/// Shows kind and size: a reply is all values.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Json(_) => "Json",
            Self::Text(_) => "Text",
            Self::Blocks(_) => "Blocks",
            Self::Empty => "Empty",
        };
        write!(f, "Reply::{kind}({} bytes)", self.len())
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocks({})", self.blocks.len())
    }
}
