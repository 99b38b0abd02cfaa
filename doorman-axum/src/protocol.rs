//! What answers a message once its sender is known; the only file here that knows rmcp.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use doorman::{
    Doorman,
    private::{Inbound, Server},
};
use http_body_util::{LengthLimitError, Limited};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};

use crate::pieces::in_one_piece;

/// rmcp, with a server of our own for each request; and the short way beside it.
pub(crate) struct Protocol {
    server: Server,
    rmcp: StreamableHttpService<Server, NeverSessionManager>,
    body_limit: usize,
}

/// Why a message was not read: a status and words.
pub(crate) type Unread = (StatusCode, &'static str);

tokio::task_local! {
    /// Who sends the request that is on its way into rmcp: the one thing that it tells the maker of a server
    /// nothing of.
    static SENDER: Inbound;
}

impl Protocol {
    /// rmcp without sessions: there is nothing to hijack, and every request brings its own principal.
    pub(crate) fn of(doorman: &Doorman) -> Self {
        let (server, body_limit) = (Server::new(doorman.clone()), doorman.body_limit());
        let hosts = doorman.hosts().iter().map(|host| host.trim_matches(['[', ']']).to_owned());
        let own = ["http", "https"].into_iter().flat_map(|scheme| {
            ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{scheme}://{host}:*"))
        });
        let origins = own.chain(doorman.origins().iter().map(|origin| with_port(origin)));
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(body_limit)
            .with_allowed_hosts(hosts)
            .with_allowed_origins(origins)
            .enforce_origin_validation();
        let made = server.clone();
        let rmcp = StreamableHttpService::new(
            move || Ok(SENDER.try_with(|sender| made.of(sender.clone())).unwrap_or(made.clone())),
            Arc::new(NeverSessionManager::default()),
            config,
        );
        Self { server, rmcp, body_limit }
    }

    /// Answers a message: a plain one by the short way, and all else by rmcp's.
    ///
    /// # Errors
    /// It is too large, or breaks off.
    pub(crate) async fn handle(
        &self,
        request: Request,
        sender: Inbound,
    ) -> Result<Response, Unread> {
        if !Server::may_be_plain(request.headers()) {
            return Ok(self.whole(request, sender).await);
        }
        let (mut head, body) = request.into_parts();
        let body = self.read(body).await?;
        let Some(plain) = self.server.plain(&head.headers, &body) else {
            return Ok(self.whole(Request::from_parts(head, body.into()), sender).await);
        };
        let headers = std::mem::take(&mut head.headers);
        let answer = self.server.answer(plain, sender, headers).await;
        let mut response = Response::new(Body::from(answer));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        Ok(response)
    }

    async fn whole(&self, mut request: Request, sender: Inbound) -> Response {
        request.extensions_mut().insert(sender.clone());
        SENDER.scope(sender, self.rmcp.handle(request)).await.map(Body::new)
    }

    async fn read(&self, body: Body) -> Result<Bytes, Unread> {
        match in_one_piece(Limited::new(body, self.body_limit)).await {
            Ok(body) => Ok(body),
            Err(error) if error.is::<LengthLimitError>() => {
                Err((StatusCode::PAYLOAD_TOO_LARGE, "the message is too large"))
            }
            Err(_) => Err((StatusCode::BAD_REQUEST, "the message breaks off")),
        }
    }
}

/// rmcp takes an origin without a port for one with any.
fn with_port(origin: &str) -> String {
    let (scheme, authority) = origin.split_once("://").unwrap_or((origin, ""));
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let default = if scheme == "http" { 80 } else { 443 };
    if has_port { origin.to_owned() } else { format!("{origin}:{default}") }
}
