//! What stands before the protocol; and the statuses and challenges of what is refused.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use doorman::{
    Denial, Doorman,
    private::{Inbound, Slot},
};
use serde_json::{Value, json};

use crate::{
    admission::{Sender, TurnedAway, admit, challenge, ended},
    protocol::Protocol,
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
        if request.method() != Method::POST {
            let mut response = rpc_error(StatusCode::METHOD_NOT_ALLOWED, "send POST");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        let (slot, end) = (Slot::default(), principal.expires());
        let sender = Inbound::new(principal, peer, slot.clone());
        let response = match self.protocol.handle(request, sender).await {
            Ok(response) => response,
            Err((status, message)) => return rpc_error(status, message),
        };
        match slot.read() {
            Some((id, denial)) => denied(denial, Some(id)),
            None => ended(response, end),
        }
    }
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
