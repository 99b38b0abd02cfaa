//! What flows: a call on its way in, a reply on its way out.

use std::{fmt, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
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
    /// Nothing to say.
    Empty,
}

impl Reply {
    /// The size that the result limit counts, in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
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
            Self::Empty => "Empty",
        };
        write!(f, "Reply::{kind}({} bytes)", self.len())
    }
}
