//! What stands before the protocol; and the statuses and challenges of what is refused.

use std::time::{Instant, SystemTime};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use doorman::{
    Denial, Doorman, Principal,
    private::{Held, Inbound, Slot},
};
use serde_json::{Value, json};

use crate::{
    admission::{Sender, TurnedAway, admit, challenge, ended, until},
    protocol::{Protocol, SESSION},
};

pub(crate) struct Gate {
    pub(crate) doorman: Doorman,
    pub(crate) protocol: Protocol,
}

impl Gate {
    /// Takes a request to the protocol and back.
    pub(crate) async fn pass(&self, mut request: Request) -> Response {
        let Sender { principal, peer } = match admit(&self.doorman, &mut request).await {
            Ok(sender) => sender,
            Err(TurnedAway::Misaddressed(status, message)) => return rpc_error(status, message),
            Err(TurnedAway::Denied(denial)) => return denied(&denial, None),
        };
        let session = match session(self.protocol.held(), request.headers(), &principal) {
            Ok(session) => session,
            Err((status, message)) => return rpc_error(status, message),
        };
        let method = request.method().clone();
        let is_of_session = session.is_some() && matches!(method, Method::GET | Method::DELETE);
        if method != Method::POST && !is_of_session {
            let mut response = rpc_error(StatusCode::METHOD_NOT_ALLOWED, "send POST");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        let (slot, end) = (Slot::default(), principal.expires());
        let mut sender = Inbound::new(principal, peer, slot.clone());
        if session.is_some() {
            sender = sender.in_session();
        }
        let response = match self.protocol.handle(request, sender).await {
            Ok(response) => response,
            Err((status, message)) => return rpc_error(status, message),
        };
        if let Some((id, denial)) = slot.read() {
            return denied(denial, Some(id));
        }
        let response = ended(response, end.into_iter().chain(session).min());
        // Nobody waits for what comes over a stream that answers nothing.
        if method == Method::GET { until(response, self.doorman.ending()) } else { response }
    }
}

/// When the session that a request names ends at the latest; `None` where it names none, or none is heeded: by
/// a doorman that keeps none, and from MCP 2026-07-28 on.
fn session(
    held: Option<&Held>,
    headers: &HeaderMap,
    principal: &Principal,
) -> Result<Option<SystemTime>, (StatusCode, &'static str)> {
    let mut named = headers.get_all(SESSION).iter();
    let (Some(held), Some(id)) = (held.filter(|_| !is_modern(headers)), named.next()) else {
        return Ok(None);
    };
    if named.next().is_some() {
        return Err((StatusCode::BAD_REQUEST, "send one `Mcp-Session-Id`"));
    }
    let id = id.to_str().ok();
    let left = id.and_then(|id| held.left(id, principal, Instant::now()));
    let left = left.ok_or((StatusCode::NOT_FOUND, "there is no such session: initialize anew"))?;
    Ok(Some(SystemTime::now() + left))
}

/// Whether a request says that it is of MCP 2026-07-28 or later, which knows no sessions.
fn is_modern(headers: &HeaderMap) -> bool {
    let version = headers.get("mcp-protocol-version");
    version.is_some_and(|version| version.as_bytes() >= b"2026-07-28".as_slice())
}

fn denied(denial: &Denial, id: Option<&Value>) -> Response {
    let status = StatusCode::from_u16(denial.status).unwrap_or(StatusCode::FORBIDDEN);
    let data = json!({ "request_id": denial.request_id });
    let mut response = rpc_response(status, &denial.message, Some(data), id);
    challenge(denial, response.headers_mut());
    response
}

fn rpc_error(status: StatusCode, message: &str) -> Response {
    rpc_response(status, message, None, None)
}

/// A JSON-RPC error, so that clients which hold every body against the protocol's schema can read it.
fn rpc_response(
    status: StatusCode,
    message: &str,
    data: Option<Value>,
    id: Option<&Value>,
) -> Response {
    let mut body =
        json!({ "jsonrpc": "2.0", "error": { "code": status.as_u16(), "message": message } });
    if let Some(data) = data {
        body["error"]["data"] = data;
    }
    if let Some(id) = id {
        body["id"] = id.clone();
    }
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
