//! Who comes to the door: Host, Origin and credentials of a request, before anybody knows what it asks for.

use std::{net::SocketAddr, time::SystemTime};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority},
    response::Response,
};
use doorman::{Credential, Denial, Doorman, Principal};
use futures_util::StreamExt as _;

/// Credentials stop here: nothing behind needs them.
const CREDENTIALS: [header::HeaderName; 3] =
    [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

/// Whoever sent a request.
pub(crate) struct Sender {
    pub(crate) principal: Principal,
    pub(crate) peer: Option<SocketAddr>,
}

/// Why a request is not let in.
pub(crate) enum TurnedAway {
    /// It is addressed wrongly: a status and words.
    Misaddressed(StatusCode, &'static str),
    /// Its sender may not come in.
    Denied(Denial),
}

/// Finds out who sent a request, and takes its credentials from it. What costs least is checked first.
pub(crate) async fn admit(doorman: &Doorman, request: &mut Request) -> Result<Sender, TurnedAway> {
    check_host(request.headers(), request.uri(), doorman.hosts())
        .and_then(|()| check_origin(request.headers(), doorman.origins()))
        .map_err(|(status, message)| TurnedAway::Misaddressed(status, message))?;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let headers = request.headers().get_all(header::AUTHORIZATION);
    let credential = Credential::read(headers.iter().map(HeaderValue::as_bytes));
    // A proxy on this machine makes everyone a loopback peer.
    let is_unknown = doorman.is_dev() && is_relayed(request.headers());
    let sender = peer.filter(|_| !is_unknown);
    let principal = doorman.authenticate(credential, sender).await.map_err(TurnedAway::Denied)?;
    for name in CREDENTIALS {
        request.headers_mut().remove(name);
    }
    Ok(Sender { principal, peer })
}

/// Adds what a denied client has to know to come back.
pub(crate) fn challenge(denial: &Denial, headers: &mut HeaderMap) {
    if let Some(challenge) =
        denial.challenge.as_deref().and_then(|text| HeaderValue::try_from(text).ok())
    {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = denial.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
}

/// A stream that outlives its caller's token ends with the token.
pub(crate) fn ended(response: Response, end: Option<SystemTime>) -> Response {
    let content = response.headers().get(header::CONTENT_TYPE);
    let streams = content
        .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/event-stream"));
    let Some(end) = end.filter(|_| streams) else { return response };
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    until(response, tokio::time::sleep(left))
}

/// A response that is cut off then.
pub(crate) fn until(
    response: Response,
    then: impl Future<Output = ()> + Send + 'static,
) -> Response {
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(then)))
}

/// Whether a proxy says that it has passed the request on. One that is silent cannot be told from a
/// client.
fn is_relayed(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let name = name.as_str();
        name == "via"
            || name.contains("forwarded")
            || name.split('-').any(|word| word.starts_with("ip"))
    })
}

/// The status and the words for a request that is addressed wrongly.
type Misaddressed = (StatusCode, &'static str);

/// A page in a browser can be made to send requests to an address of its choice under a name of its
/// own (DNS rebinding), so a request must name this server.
fn check_host(headers: &HeaderMap, uri: &Uri, hosts: &[String]) -> Result<(), Misaddressed> {
    let authority = authority(headers, uri)
        .ok_or((StatusCode::BAD_REQUEST, "send one well-formed Host header"))?;
    if hosts.iter().any(|host| host.eq_ignore_ascii_case(authority.host())) {
        return Ok(());
    }
    Err((StatusCode::FORBIDDEN, "this server is not known under that host"))
}

/// The one host, with or without port, that a request names.
fn authority(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let mut named = headers.get_all(header::HOST).iter();
    let authority = match (named.next(), named.next(), uri.authority()) {
        (Some(host), None, None) => host.to_str().ok()?.parse().ok()?,
        (Some(host), None, Some(addressed)) if host == addressed.as_str() => addressed.clone(),
        // HTTP/2 names the host in the address.
        (None, None, Some(addressed)) => addressed.clone(),
        _ => return None,
    };
    is_plain(&authority).then_some(authority)
}

/// Whether there is a host, perhaps a port, and nothing else.
fn is_plain(authority: &Authority) -> bool {
    let (host, text) = (authority.host(), authority.as_str());
    let behind = text.strip_prefix(host);
    let port =
        behind.and_then(|port| if port.is_empty() { Some("") } else { port.strip_prefix(':') });
    port.is_some_and(|port| match authority.port_u16() {
        // Written in one way: `:080` and `:` are none.
        Some(number) => port.parse() == Ok(number) && !port.starts_with(['0', '+']),
        None => text == host,
    })
}

/// A request with `Origin` comes from a page, which must be an allowed one. One without it comes from a
/// program, or from a page that loads it as a picture or a link: browsers say so.
fn check_origin(headers: &HeaderMap, allowed: &[String]) -> Result<(), Misaddressed> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let passes = match (origins.next(), origins.next()) {
        (None, _) => {
            let mut sites = headers.get_all("sec-fetch-site").iter();
            sites.all(|site| site == "same-origin" || site == "none")
        }
        (Some(origin), None) => origin.to_str().is_ok_and(|origin| {
            is_own(origin) || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
        }),
        (Some(_), Some(_)) => false,
    };
    if passes { Ok(()) } else { Err((StatusCode::FORBIDDEN, "this origin is not allowed")) }
}

/// Whether an origin is a page of this machine, on any port.
fn is_own(origin: &str) -> bool {
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let authority = authority.and_then(|authority| authority.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let own = ["localhost", "127.0.0.1", "[::1]"];
        is_plain(&authority) && own.iter().any(|own| own.eq_ignore_ascii_case(authority.host()))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::response::IntoResponse as _;
    use futures_util::stream;

    use super::*;

    /// One chunk at once, and another in a quarter of an hour.
    async fn received(content_type: &'static str, end: Option<SystemTime>) -> usize {
        let late = async {
            tokio::time::sleep(Duration::from_secs(900)).await;
            Ok::<_, std::io::Error>("late")
        };
        let body = stream::iter([Ok("soon")]).chain(stream::once(late));
        let head = [(header::CONTENT_TYPE, content_type)];
        let response = ended((head, Body::from_stream(body)).into_response(), end);
        axum::body::to_bytes(response.into_body(), 100).await.unwrap().len()
    }

    #[tokio::test(start_paused = true)]
    async fn a27_a_stream_ends_with_its_token_and_an_answer_does_not() {
        let after = |minutes: u64| Some(SystemTime::now() + Duration::from_secs(60 * minutes));
        assert_eq!(received("text/event-stream", after(10)).await, 4);
        assert_eq!(received("text/event-stream; charset=utf-8", after(10)).await, 4);
        assert_eq!(received("text/event-stream", after(20)).await, 8);
        assert_eq!(received("text/event-stream", None).await, 8);
        assert_eq!(received("application/json", after(10)).await, 8);
        let over = Some(SystemTime::UNIX_EPOCH);
        assert!(received("text/event-stream", over).await <= 4);
    }

    #[test]
    fn only_pages_of_this_machine_are_own() {
        for own in [
            "http://localhost",
            "http://localhost:5173",
            "https://127.0.0.1:1",
            "http://[::1]:80",
            "http://LOCALHOST",
        ] {
            assert!(is_own(own), "{own}");
        }
        for foreign in [
            "null",
            "",
            "http://",
            "localhost",
            "file://localhost",
            "http://localhost.evil.example",
            "http://evil.example",
            "http://localhost@evil.example",
            "http://evil.example#localhost",
            "http://localhost/",
            "http://localhost:x",
            "http://127.0.0.1.evil.example",
            "http://localhost:1:2",
        ] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_host_is_one_well_formed_known_name() {
        let hosts = ["localhost".to_owned(), "api.example.com".to_owned()];
        let status = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::HOST, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            check_host(&headers, &Uri::from_static("/mcp"), &hosts)
                .map_or_else(|(status, _)| status.as_u16(), |()| 200)
        };
        for good in ["localhost", "localhost:8000", "API.example.com:443"] {
            assert_eq!(status(&[good]), 200, "{good}");
        }
        for bad in [
            &[][..],
            &["localhost", "localhost"],
            &["a b"],
            &[""],
            &["u@localhost"],
            &["localhost:"],
            &["localhost:99999"],
            &["é"],
        ] {
            assert_eq!(status(bad), 400, "{bad:?}");
        }
        for foreign in ["evil.example", "localhost.evil.example", "evil.example:8000"] {
            assert_eq!(status(&[foreign]), 403, "{foreign}");
        }
    }
}
