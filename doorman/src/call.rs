//! What flows: a call on its way in, a reply on its way out.

use std::{collections::BTreeMap, fmt, net::SocketAddr, sync::Arc};

use bytes::Bytes;
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
    /// What a caller answers to the question that it got instead of a result, if it can be asked at all.
    pub(crate) round: Round,
}

/// What a caller can be asked, and its answers to a question (SEP-2322): for the server that asked,
/// whatever they are.
#[derive(Clone, Default)]
pub(crate) struct Round {
    /// Whether the client said that it shows forms.
    pub(crate) shows_forms: bool,
    pub(crate) answers: Option<BTreeMap<String, Value>>,
    /// What the server handed out to know its question again.
    pub(crate) state: Option<String>,
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
