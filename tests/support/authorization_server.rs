//! An authorization server on loopback, as strict as one may be, which asks nobody for consent:
//! metadata (RFC 8414), keys, registration (RFC 7591), codes for a resource (RFC 7636, 8707, 9207),
//! access tokens (RFC 9068). It knows public clients only, and refreshes nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Request, State},
    http::{StatusCode, Uri, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
};

use super::issuer::{ISSUED_BY, b64, now};

const METADATA: [&str; 2] =
    ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
const JWKS: &str = "/jwks";
const LIFETIME: u64 = 600;

/// An issuer of tokens. Dropped, it closes its connections and its port.
pub struct AuthorizationServer {
    office: Arc<Office>,
    _open: oneshot::Sender<()>,
}

/// What a user agreed to: this client may use this resource so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub client: String,
    pub resource: String,
    pub scopes: String,
}

impl AuthorizationServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let office = Arc::new(Office::at(format!("http://{}", listener.local_addr().unwrap())));
        let app = Router::new().fallback(answer).with_state(office.clone());
        let (open, closed) = oneshot::channel::<()>();
        let closed = async { drop(closed.await) };
        let serving = axum::serve(listener, app).with_graceful_shutdown(closed);
        tokio::spawn(async { serving.await.unwrap() });
        Self { office, _open: open }
    }

    /// The issuer.
    pub fn url(&self) -> &str {
        &self.office.url
    }

    /// Every request, as `GET /jwks`, in the order of arrival.
    pub fn requests(&self) -> Vec<String> {
        self.office.books().requests.clone()
    }

    /// What a correct client would not have sent, and why.
    pub fn mistakes(&self) -> Vec<String> {
        self.office.books().mistakes.clone()
    }

    /// Every grant that a token was issued for.
    pub fn grants(&self) -> Vec<Grant> {
        self.office.books().grants.clone()
    }

    /// How often the metadata was asked for, under either name, also in vain.
    pub fn metadata_fetches(&self) -> usize {
        self.office.metadata_fetches.load(Ordering::SeqCst)
    }

    /// How often the keys were asked for, also in vain.
    pub fn jwks_fetches(&self) -> usize {
        *self.office.jwks_fetches.borrow()
    }

    /// Waits until the keys were asked for so often; an answer that is held counts.
    pub async fn jwks_fetched(&self, count: usize) {
        let mut fetches = self.office.jwks_fetches.subscribe();
        fetches.wait_for(|fetches| *fetches >= count).await.unwrap();
    }

    /// Holds the answers at `/jwks` back, until [`Self::release`]; what is answered then is what is set then.
    pub fn hold(&self) {
        self.office.held.send_replace(true);
    }

    pub fn release(&self) {
        self.office.held.send_replace(false);
    }

    /// Answers 503 to everything.
    pub fn set_down(&self, down: bool) {
        self.office.books().down = down;
    }

    /// The document at `/jwks`, whatever it is.
    pub fn set_jwks(&self, document: impl Into<String>) {
        self.office.books().jwks = document.into();
    }

    /// The `Cache-Control` of `/jwks`.
    pub fn set_cache_control(&self, value: Option<String>) {
        self.office.books().cache_control = value;
    }

    pub fn metadata(&self) -> Value {
        self.office.books().metadata.clone()
    }

    /// Changes what the metadata says, and nothing else: tokens stay those of [`Self::url`].
    pub fn set_metadata(&self, document: Value) {
        self.office.books().metadata = document;
    }

    /// An access token that nobody asked for, of a key of [`ISSUED_BY`].
    pub fn token(&self, kid: &str, algorithm: &str, resource: &str, scopes: &str) -> String {
        let grant =
            Grant { client: "client-0".into(), resource: resource.into(), scopes: scopes.into() };
        self.office.sign(kid, algorithm, &grant)
    }
}

struct Office {
    url: String,
    metadata_fetches: AtomicUsize,
    jwks_fetches: watch::Sender<usize>,
    held: watch::Sender<bool>,
    serial: AtomicUsize,
    books: Mutex<Books>,
}

struct Books {
    down: bool,
    metadata: Value,
    jwks: String,
    cache_control: Option<String>,
    /// The redirect addresses of each client.
    clients: HashMap<String, Vec<String>>,
    codes: HashMap<String, Code>,
    grants: Vec<Grant>,
    requests: Vec<String>,
    mistakes: Vec<String>,
}

struct Code {
    grant: Grant,
    redirect_uri: String,
    challenge: String,
}

async fn answer(State(office): State<Arc<Office>>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    office.books().requests.push(line.clone());
    let path = request.uri().path();
    if METADATA.contains(&path) {
        office.metadata_fetches.fetch_add(1, Ordering::SeqCst);
    }
    if path == JWKS {
        office.jwks_fetches.send_modify(|fetches| *fetches += 1);
        office.held.subscribe().wait_for(|held| !held).await.unwrap();
    }
    if office.books().down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (head, body) = request.into_parts();
    let answer = match to_bytes(body, 1 << 16).await {
        Ok(body) => office.answer(&head, &body),
        Err(error) => Err(error.to_string()),
    };
    answer.unwrap_or_else(|mistake| {
        let error = json!({ "error": "invalid_request", "error_description": mistake });
        office.books().mistakes.push(format!("{line}: {mistake}"));
        (StatusCode::BAD_REQUEST, Json(error)).into_response()
    })
}

/// What is wrong with a request.
type Mistake = String;

impl Office {
    fn at(url: String) -> Self {
        let metadata = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "registration_endpoint": format!("{url}/register"),
            "jwks_uri": format!("{url}{JWKS}"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "authorization_response_iss_parameter_supported": true,
        });
        let books = Books {
            down: false,
            metadata,
            jwks: ISSUED_BY.jwks(),
            cache_control: None,
            clients: HashMap::new(),
            codes: HashMap::new(),
            grants: Vec::new(),
            requests: Vec::new(),
            mistakes: Vec::new(),
        };
        Self {
            url,
            metadata_fetches: AtomicUsize::new(0),
            jwks_fetches: watch::Sender::new(0),
            held: watch::Sender::new(false),
            serial: AtomicUsize::new(0),
            books: Mutex::new(books),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    fn answer(&self, head: &Parts, body: &[u8]) -> Result<Response, Mistake> {
        let sent = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        ensure(
            sent(header::HOST).is_some_and(|host| self.url == format!("http://{host}")),
            "the host is another",
        )?;
        // The clients are public, and no resource server shows its callers' tokens here.
        for name in [header::AUTHORIZATION, header::COOKIE] {
            ensure(!head.headers.contains_key(&name), &format!("there is a header `{name}`"))?;
        }
        let query = head.uri.query();
        let posted = head.method == "POST";
        ensure(!posted || query.is_none(), "there is a query")?;
        ensure(posted || body.is_empty(), "there is a body")?;
        let media = sent(header::CONTENT_TYPE).unwrap_or_default();
        match (head.method.as_str(), head.uri.path()) {
            ("GET", path) if METADATA.contains(&path) => {
                ensure(query.is_none(), "there is a query")?;
                Ok(Json(&self.books().metadata).into_response())
            }
            ("GET", JWKS) => {
                ensure(query.is_none(), "there is a query")?;
                Ok(self.keys())
            }
            ("POST", "/register") => {
                ensure(media == "application/json", "this is no JSON")?;
                self.register(&serde_json::from_slice(body).map_err(|error| error.to_string())?)
            }
            ("GET", "/authorize") => {
                self.authorize(&parameters(query.unwrap_or_default().as_bytes())?)
            }
            ("POST", "/token") => {
                ensure(media == "application/x-www-form-urlencoded", "this is no form")?;
                self.exchange(&parameters(body)?)
            }
            _ => Err("there is no such endpoint".into()),
        }
    }

    fn keys(&self) -> Response {
        let books = self.books();
        let mut answer =
            ([(header::CONTENT_TYPE, "application/json")], books.jwks.clone()).into_response();
        if let Some(value) = &books.cache_control {
            answer.headers_mut().insert(header::CACHE_CONTROL, value.parse().unwrap());
        }
        answer
    }

    fn register(&self, client: &Value) -> Result<Response, Mistake> {
        let words = |name: &str| -> Vec<&str> {
            client[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let redirect_uris = words("redirect_uris");
        ensure(
            !redirect_uris.is_empty() && redirect_uris.iter().all(|uri| returns(uri)),
            "`redirect_uris` are none of a client",
        )?;
        ensure(client["token_endpoint_auth_method"] == "none", "the client is not public")?;
        ensure(
            words("grant_types").contains(&"authorization_code"),
            "`grant_types` lack the code",
        )?;
        ensure(words("response_types") == ["code"], "`response_types` are others")?;
        if let Some(scope) = client.get("scope") {
            ensure(scope.as_str().is_some_and(are_scopes), "`scope` is none")?;
        }
        let id = self.next("client");
        self.books()
            .clients
            .insert(id.clone(), redirect_uris.iter().map(ToString::to_string).collect());
        let mut registered = client.clone();
        registered["client_id"] = json!(id);
        registered["client_id_issued_at"] = json!(now());
        registered["grant_types"] = json!(["authorization_code"]);
        Ok((StatusCode::CREATED, Json(registered)).into_response())
    }

    fn authorize(&self, query: &Parameters) -> Result<Response, Mistake> {
        let (client, redirect_uri) = (value(query, "client_id")?, value(query, "redirect_uri")?);
        let registered = self.books().clients.get(client).cloned().ok_or("an unknown client")?;
        ensure(registered.iter().any(|uri| uri == redirect_uri), "another `redirect_uri`")?;
        same(query, "response_type", "code")?;
        same(query, "code_challenge_method", "S256")?;
        let (challenge, state) = (value(query, "code_challenge")?, value(query, "state")?);
        ensure(
            challenge.len() == 43 && is_unreserved(challenge),
            "`code_challenge` is no SHA-256",
        )?;
        let (resource, scopes) = (value(query, "resource")?, value(query, "scope")?);
        ensure(
            absolute(resource).is_some(),
            "`resource` is no absolute address without a fragment",
        )?;
        ensure(are_scopes(scopes), "`scope` is none")?;
        let grant =
            Grant { client: client.into(), resource: resource.into(), scopes: scopes.into() };
        let code = self.next("code");
        let answer = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", &*code), ("state", state), ("iss", &self.url)])
            .finish();
        let separator = if redirect_uri.contains('?') { '&' } else { '?' };
        let location = format!("{redirect_uri}{separator}{answer}");
        self.books().codes.insert(
            code,
            Code { grant, redirect_uri: redirect_uri.into(), challenge: challenge.into() },
        );
        Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
    }

    fn exchange(&self, form: &Parameters) -> Result<Response, Mistake> {
        same(form, "grant_type", "authorization_code")?;
        ensure(!form.contains_key("client_secret"), "a public client has a secret")?;
        // Whoever shows a code uses it up.
        let code = self.books().codes.remove(value(form, "code")?).ok_or("an unknown `code`")?;
        same(form, "client_id", &code.grant.client)?;
        same(form, "redirect_uri", &code.redirect_uri)?;
        same(form, "resource", &code.grant.resource)?;
        let verifier = value(form, "code_verifier")?;
        ensure(
            (43..=128).contains(&verifier.len()) && is_unreserved(verifier),
            "`code_verifier` is none",
        )?;
        ensure(
            b64(digest(&SHA256, verifier.as_bytes())) == code.challenge,
            "`code_verifier` is of another challenge",
        )?;
        let token = json!({
            "access_token": self.sign("p256", "ES256", &code.grant),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": code.grant.scopes,
        });
        self.books().grants.push(code.grant);
        Ok(([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response())
    }

    fn sign(&self, kid: &str, algorithm: &str, grant: &Grant) -> String {
        let header = json!({ "alg": algorithm, "kid": kid, "typ": "at+jwt" });
        let claims = json!({
            "iss": self.url, "aud": grant.resource, "sub": "alice", "client_id": grant.client,
            "jti": self.next("token"), "iat": now(), "exp": now() + LIFETIME, "scope": grant.scopes,
        });
        ISSUED_BY.sign(header.to_string(), claims.to_string(), algorithm)
    }

    /// A name that is given once.
    fn next(&self, what: &str) -> String {
        format!("{what}-{}", self.serial.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

fn ensure(holds: bool, mistake: &str) -> Result<(), Mistake> {
    if holds { Ok(()) } else { Err(mistake.into()) }
}

type Parameters = BTreeMap<String, String>;

/// The parameters of a query or form; none may come twice (RFC 6749 §3.1, §3.2).
fn parameters(encoded: &[u8]) -> Result<Parameters, Mistake> {
    let mut parameters = Parameters::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        let before = parameters.insert(name.clone().into_owned(), value.into_owned());
        ensure(before.is_none(), &format!("`{name}` comes twice"))?;
    }
    Ok(parameters)
}

fn value<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Mistake> {
    let value = parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    value.ok_or_else(|| format!("`{name}` is missing"))
}

fn same(parameters: &Parameters, name: &str, expected: &str) -> Result<(), Mistake> {
    let value = value(parameters, name)?;
    ensure(value == expected, &format!("`{name}` is `{value}` and not `{expected}`"))
}

/// Whether a client may be returned to here: its own machine, or over TLS.
fn returns(uri: &str) -> bool {
    let own = ["127.0.0.1", "[::1]", "localhost"];
    absolute(uri).is_some_and(|uri| {
        uri.scheme_str() == Some("https") || uri.host().is_some_and(|host| own.contains(&host))
    })
}

/// An address with scheme and host, without a fragment.
fn absolute(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let is_absolute = uri.scheme().is_some() && !text.contains('#');
    (is_absolute && uri.host().is_some_and(|host| !host.is_empty())).then_some(uri)
}

/// RFC 6749 §3.3.
fn are_scopes(text: &str) -> bool {
    let is_plain = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    text.split(' ').all(|scope| !scope.is_empty() && scope.bytes().all(is_plain))
}

/// RFC 3986 §2.3.
fn is_unreserved(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests;
