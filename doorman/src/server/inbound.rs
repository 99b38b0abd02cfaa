//! What the gate of an HTTP adapter leaves at a request, and where a refusal is left for it.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use http::{HeaderMap, request::Parts as HttpParts};
use rmcp::{ErrorData, RoleServer, model::RequestId, service::RequestContext};
use serde_json::Value;

use crate::{auth::Denial, principal::Principal};

/// What an HTTP adapter knows of a request and hands over in its extensions. Without it a request is
/// refused.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inbound {
    /// Who sends it.
    pub principal: Principal,
    /// Where it comes from.
    pub peer: Option<SocketAddr>,
    /// Where a refusal that HTTP has a status for is left.
    pub slot: Slot,
    /// Whether it comes over a session of that principal, over which it can be asked something.
    pub in_session: bool,
}

impl Inbound {
    /// What the gate found out.
    #[must_use]
    pub fn new(principal: Principal, peer: Option<SocketAddr>, slot: Slot) -> Self {
        Self { principal, peer, slot, in_session: false }
    }

    /// One that comes over a session of its sender.
    #[must_use]
    pub fn in_session(self) -> Self {
        Self { in_session: true, ..self }
    }
}

/// Carries a refusal of one request back to the adapter, which answers with its status: so nobody
/// parses the body a second time.
#[derive(Debug, Clone, Default)]
pub struct Slot(Arc<OnceLock<(Value, Denial)>>);

impl Slot {
    /// The JSON-RPC id of the refused request, and the response.
    #[must_use]
    pub fn read(&self) -> Option<&(Value, Denial)> {
        self.0.get()
    }

    pub(super) fn fill(&self, id: &RequestId, denial: Denial) {
        let id = serde_json::to_value(id).unwrap_or(Value::Null);
        let _ = self.0.set((id, denial));
    }
}

/// Takes out what the gate left. A request that did not come through a gate has nobody behind it.
pub(super) fn left_by_gate(
    context: &mut RequestContext<RoleServer>,
) -> Result<(Inbound, HeaderMap), ErrorData> {
    let parts = context.extensions.remove::<HttpParts>();
    let found =
        parts.and_then(|mut parts| Some((parts.extensions.remove::<Inbound>()?, parts.headers)));
    found.ok_or_else(|| {
        ErrorData::internal_error("this request did not come through doorman's gate", None)
    })
}
