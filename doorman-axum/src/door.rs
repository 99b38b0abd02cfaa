//! The handlers' own routes, for programs: in front of each the same admission and the same guard.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request},
    http::{StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
    routing::on,
};
use doorman::{
    Denial, Doorman, Error,
    private::{enter, published as kept},
};
use http_body_util::Limited;
use serde_json::json;
use tower::ServiceExt as _;

use crate::{
    admission::{Sender, TurnedAway, admit, challenge, ended},
    aim::{Aim, Astray},
    caller::Caller,
    forward::is_credential,
    tools::{Claims, Published, Routes},
};

/// The routes that `.also_over_http()` publishes, beside those that stand at the taken paths. axum
/// panics where two meet, so they are held against each other first.
pub(crate) fn published<S: Clone + Send + Sync + 'static>(
    doorman: &Doorman,
    taken: &[&str],
) -> Result<Router<S>, Error> {
    let mut router = Router::new();
    let mut claims = Claims::default();
    for kept in kept(doorman) {
        let Some(Routes(handlers)) = kept.downcast_ref() else {
            return Err(Error::Setting {
                setting: "also_over_http",
                problem: "is said of tools whose routes are unknown here".into(),
                allowed: "handlers of `doorman_axum::tools![…]` of this version",
            });
        };
        for published in handlers {
            let Published { tool, method, route, .. } = *published;
            let refusal = |problem| Error::Tool { tool: tool.to_owned(), problem };
            if taken.contains(&route) {
                return Err(refusal(format!(
                    "its path `{route}` is the MCP endpoint's or an RFC 9728 document's: take \
                     another, or move the endpoint with `.endpoint(…)`"
                )));
            }
            claims.claim(tool, method, route).map_err(refusal)?;
            // axum clones its handlers at every request.
            let door = Arc::new(Door { doorman: doorman.clone(), published: published.clone() });
            let pass = async move |request: Request| door.pass(request).await;
            router = router.route(route, on(method.filter(), pass));
        }
    }
    Ok(router)
}

struct Door {
    doorman: Doorman,
    published: Published,
}

impl Door {
    /// Takes a request to the handler and back.
    async fn pass(&self, mut request: Request) -> Response {
        let Sender { principal, peer } = match admit(&self.doorman, &mut request).await {
            Ok(sender) => sender,
            Err(TurnedAway::Misaddressed(status, detail)) => return problem(status, detail, None),
            Err(TurnedAway::Denied(denial)) => return denied(&denial),
        };
        let (caller, end) = (Caller::from(principal.clone()), principal.expires());
        let (published, limit) = (self.published.clone(), self.doorman.body_limit());
        let handler = async move {
            let response = match inward(request, &published, caller, peer, limit).await {
                Ok(request) => found(published.router.oneshot(request).await.into_response()),
                Err(response) => response,
            };
            let size = response.body().size_hint().exact();
            (response, size.and_then(|size| usize::try_from(size).ok()))
        };
        match enter(&self.doorman, self.published.tool, principal, peer, handler).await {
            Ok(response) => ended(response, end),
            Err(denial) => denied(&denial),
        }
    }
}

/// There is nothing for programs at a route that was never exposed.
fn found(response: Response) -> Response {
    match response.extensions().get() {
        Some(Astray) => StatusCode::NOT_FOUND.into_response(),
        None => response,
    }
}

/// The request as the private router gets it: as it came, but for its extensions, for anyone's layers
/// and routers left theirs there, and for the spelling of its path.
async fn inward(
    request: Request,
    published: &Published,
    caller: Caller,
    peer: Option<SocketAddr>,
    limit: usize,
) -> Result<Request, Response> {
    let (mut head, body) = request.into_parts();
    let arguments = RawPathParams::from_request_parts(&mut head, &()).await;
    let arguments = arguments.map_err(IntoResponse::into_response)?;
    let path = published.template.fill(|name| {
        // Of two that have one name, the first is a router's around this one.
        arguments.iter().filter(|(found, _)| *found == name).last().map(|(_, value)| value.into())
    });
    let path = path.map_err(|_| StatusCode::NOT_FOUND.into_response())?;
    let uri = respelled(&head.uri, path);
    let uri = uri.ok_or_else(|| StatusCode::URI_TOO_LONG.into_response())?;
    let mut inward = Request::new(Body::new(Limited::new(body, limit)));
    *inward.method_mut() = head.method;
    *inward.version_mut() = head.version;
    *inward.headers_mut() = head.headers;
    let names: Vec<_> =
        inward.headers().keys().filter(|name| is_credential(name)).cloned().collect();
    for name in names {
        inward.headers_mut().remove(name);
    }
    *inward.uri_mut() = uri;
    let extensions = inward.extensions_mut();
    if let Some(peer) = peer {
        extensions.insert(ConnectInfo(peer));
    }
    extensions.insert(Aim::Tool { tool: published.tool, route: published.route });
    extensions.insert(caller);
    Ok(inward)
}

/// The address with its path spelled as a call from MCP spells it: so no value is a literal segment, and
/// the private router finds the same handler, and none that the program added to it.
fn respelled(uri: &Uri, mut path: String) -> Option<Uri> {
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

fn denied(denial: &Denial) -> Response {
    let status = StatusCode::from_u16(denial.status).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = problem(status, &denial.message, Some(&denial.request_id));
    challenge(denial, response.headers_mut());
    response
}

/// What programs read of a refusal (RFC 9457).
fn problem(status: StatusCode, detail: &str, request_id: Option<&str>) -> Response {
    let mut body = json!({
        "title": status.canonical_reason(), "status": status.as_u16(), "detail": detail,
    });
    if let Some(request_id) = request_id {
        body["request_id"] = request_id.into();
    }
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
