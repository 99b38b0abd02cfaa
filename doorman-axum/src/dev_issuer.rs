//! An issuer of tokens within this process, for tests and examples. It asks nobody who they are: it has no
//! endpoint that gives tokens, and whoever holds it mints whatever it likes.

use std::{
    fmt,
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    digest,
    rand::{self, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use axum::{Json, Router, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorman::Error;
use serde_json::{Map, Value, json};
use tokio::{
    net::{TcpListener, ToSocketAddrs, lookup_host},
    sync::oneshot,
};

/// How long a token is good for where its claims do not say.
const LIFETIME: u64 = 600;

/// An issuer on this machine, for tests and examples, with a key of its own at every start.
///
/// It publishes its metadata (RFC 8414) and its keys over HTTP until it is dropped, and signs access
/// tokens (RFC 9068, ES256) with the claims that the program chooses. Feature `dev-issuer`; never for
/// production.
///
/// ```
/// use doorman::{Doorman, OAuth};
/// use doorman_axum::{DevIssuer, expose, tools};
/// use serde_json::json;
///
/// /// Answers.
/// #[expose(get = "/ping", scopes = ["ping:send"])]
/// async fn ping() -> &'static str {
///     "pong"
/// }
///
/// # async fn run() -> Result<(), doorman::Error> {
/// const RESOURCE: &str = "https://api.example.com/mcp";
/// let issuer = DevIssuer::start().await?;
/// let doorman = Doorman::builder("pings")
///     .auth(OAuth::new(issuer.url(), RESOURCE)?.jwks(&issuer.jwks())?)
///     .tools(tools![ping].with_state(()))
///     .build()?;
/// let token = issuer.mint(json!({ "aud": RESOURCE, "sub": "alice", "scope": "ping:send" }));
/// # Ok(())
/// # }
/// ```
pub struct DevIssuer {
    url: String,
    key: Key,
    /// Serving ends when this is dropped.
    _serving: oneshot::Sender<()>,
}

impl DevIssuer {
    /// Starts on `127.0.0.1` and a free port.
    ///
    /// ```
    /// # async fn run() -> Result<(), doorman::Error> {
    /// let issuer = doorman_axum::DevIssuer::start().await?;
    /// assert!(issuer.url().starts_with("http://127.0.0.1:"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where there is no port to be had.
    pub async fn start() -> Result<Self, Error> {
        Self::bind("127.0.0.1:0").await
    }

    /// Starts on this address, for an issuer that is to have the same name each time.
    ///
    /// ```
    /// # async fn run() -> Result<(), doorman::Error> {
    /// let issuer = doorman_axum::DevIssuer::bind("127.0.0.1:9000").await?;
    /// assert_eq!(issuer.url(), "http://127.0.0.1:9000");
    /// assert!(doorman_axum::DevIssuer::bind("0.0.0.0:9000").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where other machines could reach the address, or it cannot be listened on.
    pub async fn bind(address: impl ToSocketAddrs) -> Result<Self, Error> {
        let unusable = |error: std::io::Error| unfit(format!("cannot listen there: {error}"));
        let addresses: Vec<SocketAddr> = lookup_host(address).await.map_err(unusable)?.collect();
        if let Some(open) = addresses.iter().find(|found| !found.ip().to_canonical().is_loopback())
        {
            return Err(unfit(format!("would listen on `{open}`")));
        }
        // What was looked at is bound, and not the name once more.
        let listener = TcpListener::bind(&*addresses).await.map_err(unusable)?;
        let url = format!("http://{}", listener.local_addr().map_err(unusable)?);
        let key = Key::generate();
        let (serving, dropped) = oneshot::channel();
        let app = app(&url, &key);
        tokio::spawn(async move {
            let ended = async move {
                let _ = dropped.await;
            };
            axum::serve(listener, app).with_graceful_shutdown(ended).await
        });
        tracing::warn!("{url} gives tokens to whoever runs this program: for DEVELOPMENT ONLY");
        Ok(Self { url, key, _serving: serving })
    }

    /// The issuer identifier: what `iss` says, and what [`OAuth::new`](doorman::OAuth::new) takes.
    ///
    /// ```
    /// # async fn run() -> Result<(), doorman::Error> {
    /// let issuer = doorman_axum::DevIssuer::start().await?;
    /// let auth = doorman::OAuth::new(issuer.url(), "https://api.example.com/mcp")?.jwks(&issuer.jwks())?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The public key as a JWKS document, which also stands at `/jwks`.
    ///
    /// ```
    /// # async fn run() -> Result<(), doorman::Error> {
    /// # let issuer = doorman_axum::DevIssuer::start().await?;
    /// let auth = doorman::OAuth::new(issuer.url(), "https://api.example.com/mcp")?.jwks(&issuer.jwks())?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn jwks(&self) -> String {
        self.key.jwks().to_string()
    }

    /// Signs a token with these claims. What they leave out is filled in: `iss`, `iat`, `exp` (in ten
    /// minutes), `jti`, `sub` and `client_id` (`dev`); `null` leaves a claim out. A token without `aud`
    /// is for nobody.
    ///
    /// ```
    /// # async fn run() -> Result<(), doorman::Error> {
    /// # use serde_json::json;
    /// # let issuer = doorman_axum::DevIssuer::start().await?;
    /// const RESOURCE: &str = "https://api.example.com/mcp";
    /// let good = issuer.mint(json!({ "aud": RESOURCE, "sub": "alice", "scope": "tools:read" }));
    /// let expired = issuer.mint(json!({ "aud": RESOURCE, "iat": 1_000, "exp": 2_000 }));
    /// let nameless = issuer.mint(json!({ "aud": RESOURCE, "sub": null }));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// Where the claims are no JSON object.
    #[must_use]
    pub fn mint(&self, claims: Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut id = [0; 16];
        rand::fill(&mut id).expect("the system has random bytes");
        let filled = json!({
            "iss": self.url, "sub": "dev", "client_id": "dev", "jti": encode(id),
            "iat": now, "exp": now + LIFETIME,
        });
        let object = |half| match half {
            Value::Object(claims) => claims,
            _ => panic!("claims are a JSON object"),
        };
        let mut claims: Map<String, Value> =
            [filled, claims].into_iter().flat_map(object).collect();
        claims.retain(|_, claim| !claim.is_null());
        self.key.sign(&claims.into())
    }
}

/// Shows the address and nothing of the key.
impl fmt::Debug for DevIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevIssuer").field("url", &self.url).finish_non_exhaustive()
    }
}

fn unfit(problem: String) -> Error {
    Error::Setting {
        setting: "DevIssuer",
        problem,
        allowed: "a free port of a loopback address, as in `127.0.0.1:0`",
    }
}

/// The two documents that verifiers read; nothing here gives a token.
fn app(url: &str, key: &Key) -> Router {
    // Both lists are there because leaving one out means something: the defaults of RFC 8414 §2.
    let metadata = Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": [],
        "grant_types_supported": [],
    }));
    let jwks = Json(key.jwks());
    let metadata = get(async move || metadata);
    Router::new()
        .route("/.well-known/oauth-authorization-server", metadata.clone())
        .route("/.well-known/openid-configuration", metadata)
        .route("/jwks", get(async move || jwks))
}

/// A key on P-256, named by its thumbprint (RFC 7638).
struct Key {
    pair: EcdsaKeyPair,
    id: String,
    x: String,
    y: String,
}

impl Key {
    fn generate() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .expect("the system has random bytes");
        // 4, which says that both coordinates follow (SEC 1 §2.3.3).
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (encode(x), encode(y));
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let id = encode(digest::digest(&digest::SHA256, members.as_bytes()));
        Self { pair, id, x, y }
    }

    fn jwks(&self) -> Value {
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y,
            "kid": self.id, "use": "sig", "alg": "ES256",
        }] })
    }

    fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "kid": self.id, "typ": "at+jwt" });
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message.as_bytes())
            .expect("the system has random bytes");
        format!("{message}.{}", encode(signature))
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
