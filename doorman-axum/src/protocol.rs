//! What answers a message once its sender is known; the only file here that knows rmcp.

mod kept;

use std::{cell::Cell, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use doorman::{
    Doorman,
    private::{Held, Inbound, Place, Server, misleads},
};
use futures_util::{StreamExt as _, stream};
use http_body_util::{LengthLimitError, Limited};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};
use serde::Deserialize;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::kept::Kept;
use crate::pieces::in_one_piece;

/// rmcp, with a server of our own for each request; and the short way beside it.
pub(crate) struct Protocol {
    server: Server,
    rmcp: StreamableHttpService<Server, NeverSessionManager>,
    sessions: Option<Sessions>,
    body_limit: usize,
}

/// rmcp with sessions, and whose they are.
struct Sessions {
    held: Arc<Held>,
    rmcp: StreamableHttpService<Server, Kept>,
    /// Ends them with the endpoint.
    _end: DropGuard,
}

/// Names a session.
pub(crate) const SESSION: &str = "mcp-session-id";

/// Why a message was not read: a status and words.
pub(crate) type Unread = (StatusCode, &'static str);

tokio::task_local! {
    /// Who sends the request that is on its way into rmcp: the one thing that it tells the maker of a server
    /// nothing of.
    static SENDER: Inbound;

    /// Where a session may begin, and whether its client knows streams that begin with an event without data.
    static PLACE: Cell<Option<(Place, bool)>>;

    /// The session that a request comes over, which the gate found to be its sender's.
    static OWN: Own;
}

struct Own {
    id: String,
    /// Whether there is a request under the number already, or too many are under way.
    is_taken: Cell<bool>,
}

impl Protocol {
    /// rmcp without sessions: there is nothing to hijack, and every request brings its own principal. And, where
    /// they are asked for, rmcp with sessions.
    pub(crate) fn of(doorman: &Doorman) -> Self {
        let (server, body_limit) = (Server::new(doorman.clone()), doorman.body_limit());
        let hosts = doorman.hosts().iter().map(|host| host.trim_matches(['[', ']']).to_owned());
        let own = ["http", "https"].into_iter().flat_map(|scheme| {
            ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{scheme}://{host}:*"))
        });
        let origins = own.chain(doorman.origins().iter().map(|origin| with_port(origin)));
        let config = StreamableHttpServerConfig::default()
            .with_max_request_body_bytes(body_limit)
            .with_allowed_hosts(hosts)
            .with_allowed_origins(origins)
            .enforce_origin_validation();
        let sessions = doorman.sessions().map(|terms| {
            let (held, made, end) =
                (Arc::new(Held::new(terms)), server.clone(), CancellationToken::new());
            let config = config.clone().with_cancellation_token(end.clone());
            // Who sends a request of a session is told with the request only.
            let kept = Arc::new(Kept::of(held.clone()));
            let rmcp = StreamableHttpService::new(move || Ok(made.clone()), kept, config);
            Sessions { held, rmcp, _end: end.drop_guard() }
        });
        let made = server.clone();
        let rmcp = StreamableHttpService::new(
            move || Ok(SENDER.try_with(|sender| made.of(sender.clone())).unwrap_or(made.clone())),
            Arc::new(NeverSessionManager::default()),
            config.with_legacy_session_mode(false).with_json_response(true),
        );
        Self { server, rmcp, sessions, body_limit }
    }

    /// The sessions that there are; `None` where there are none.
    pub(crate) fn held(&self) -> Option<&Held> {
        self.sessions.as_ref().map(|sessions| &*sessions.held)
    }

    /// Answers a message: a plain one by the short way, and all else by rmcp's. What comes over a session,
    /// or begins one, goes rmcp's way. The body is read here for both: rmcp would keep it in its pieces.
    ///
    /// # Errors
    /// It is too large, or breaks off.
    pub(crate) async fn handle(
        &self,
        request: Request,
        sender: Inbound,
    ) -> Result<Response, Unread> {
        let (mut head, body) = request.into_parts();
        let body = self.read(body).await?;
        if !sender.in_session
            && Server::may_be_plain(&head.headers)
            && let Some(plain) = self.server.plain(&head.headers, &body)
        {
            let headers = std::mem::take(&mut head.headers);
            let answer = self.server.answer(plain, sender, headers).await;
            let mut response = Response::new(Body::from(answer));
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            return Ok(response);
        }
        let sessions = self.sessions.as_ref();
        // What the gate has not looked at, rmcp must not see: it may take the message for one of a session.
        if !sender.in_session {
            head.headers.remove(SESSION);
        }
        let place = sessions.filter(|_| !sender.in_session).and_then(|sessions| {
            let primes = begins(&body)?;
            Some((sessions.held.place(&sender.principal)?, primes))
        });
        let request = Request::from_parts(head, body.into());
        Ok(match sessions {
            Some(sessions) if sender.in_session => sessions.answer(request, sender).await?,
            Some(sessions) if place.is_some() => sessions.begin(request, sender, place).await,
            _ => self.alone(request, sender).await,
        })
    }

    async fn alone(&self, mut request: Request, sender: Inbound) -> Response {
        request.extensions_mut().insert(sender.clone());
        SENDER.scope(sender, self.rmcp.handle(request)).await.map(Body::new)
    }

    async fn read(&self, body: Body) -> Result<Bytes, Unread> {
        match in_one_piece(Limited::new(body, self.body_limit)).await {
            Ok(body) if misleads(&body) => {
                Err((StatusCode::BAD_REQUEST, "the message is no JSON that can be read here"))
            }
            Ok(body) => Ok(body),
            Err(error) if error.is::<LengthLimitError>() => {
                Err((StatusCode::PAYLOAD_TOO_LARGE, "the message is too large"))
            }
            Err(_) => Err((StatusCode::BAD_REQUEST, "the message breaks off")),
        }
    }
}

impl Sessions {
    /// Answers the message that begins a session in this place.
    async fn begin(
        &self,
        mut request: Request,
        sender: Inbound,
        place: Option<(Place, bool)>,
    ) -> Response {
        request.extensions_mut().insert(sender.in_session());
        unprimed(PLACE.scope(Cell::new(place), self.rmcp.handle(request)).await.map(Body::new))
    }

    /// Answers what comes over a session.
    async fn answer(&self, mut request: Request, sender: Inbound) -> Result<Response, Unread> {
        let is_message = request.method() == Method::POST;
        let own = request.headers().get(SESSION).and_then(|id| id.to_str().ok());
        let own = Own { id: own.unwrap_or_default().to_owned(), is_taken: Cell::new(false) };
        let primes = self.held.primes(&own.id);
        request.extensions_mut().insert(sender);
        let answering = async {
            let response = self.rmcp.handle(request).await.map(Body::new);
            (response, OWN.with(|own| own.is_taken.get()))
        };
        let (response, is_taken) = OWN.scope(own, answering).await;
        if is_taken {
            let words = "a request with this id is under way, or too many are";
            return Err((StatusCode::BAD_REQUEST, words));
        }
        let response = if primes { response } else { unprimed(response) };
        Ok(if is_message { spoken(response).await } else { response })
    }
}

/// An event without data, from which a stream can be taken up again.
fn is_priming(event: &Result<Bytes, axum::Error>) -> bool {
    event.as_ref().is_ok_and(|event| event.starts_with(b"data: \n"))
}

/// A stream as older clients know them: they take the data of every event for a message.
fn unprimed(response: Response) -> Response {
    response.map(|body| {
        let events = body.into_data_stream();
        Body::from_stream(events.filter(|event| std::future::ready(!is_priming(event))))
    })
}

/// The answer to a message of a session, once the first thing that is said is known: a refusal has a status of
/// its own, and rmcp answers before anything runs.
async fn spoken(response: Response) -> Response {
    let (head, body) = response.into_parts();
    let (mut body, mut begun) = (body.into_data_stream(), Vec::new());
    while let Some(event) = body.next().await {
        let says_nothing = is_priming(&event);
        begun.push(event);
        if !says_nothing {
            break;
        }
    }
    Response::from_parts(head, Body::from_stream(stream::iter(begun).chain(body)))
}

/// Whether a message is `initialize`, as far as can be seen from outside, for rmcp looks for itself; and whether
/// its client knows streams that begin with an event without data (from MCP 2025-11-25 on).
fn begins(body: &[u8]) -> Option<bool> {
    #[derive(Deserialize)]
    struct Message {
        method: String,
        params: Params,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params {
        protocol_version: String,
    }
    let Message { method, params } = serde_json::from_slice(body).ok()?;
    (method == "initialize").then(|| params.protocol_version.as_str() >= "2025-11-25")
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
