//! An issuer as the program trusts it: where its keys are, and what its tokens may lack.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use super::{
    claims::{MOST_LEEWAY, Rules},
    keys::{JwtAlgorithm, Keys},
};
use crate::error::Error;

/// An issuer of JWT access tokens (RFC 9068), with its keys and the relaxations that it needs.
///
/// Without relaxations a token is typed `at+jwt`, names `iss`, `aud`, `exp`, `iat`, `sub`, `client_id`
/// and `jti`, and is for this server alone, of at most 24 hours. The algorithm is the key's; nothing in
/// a token's header brings a key along. A token that `cnf` binds to a key is refused.
///
/// Without `jwks_url`, `jwks`, `key` or `hmac_secret` the keys are found by the issuer's metadata
/// (RFC 8414, then `OpenID` Connect Discovery), which needs the feature `discovery`.
///
/// ```
/// use doorman::{OAuth, TrustedIssuer};
/// let sso = TrustedIssuer::new("https://sso.example.com").client_id_claim("azp").tenant_claim("org");
/// let auth = OAuth::new(sso, "https://api.example.com/mcp")?;
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Clone)]
pub struct TrustedIssuer {
    pub(super) rules: Rules,
    pub(super) algorithms: Vec<JwtAlgorithm>,
    pub(super) source: Source,
    pub(super) private_hosts: BTreeSet<String>,
}

/// Where the keys of an issuer are.
#[derive(Clone)]
pub(super) enum Source {
    /// Where its metadata says.
    Metadata,
    /// At this address.
    Address(String),
    /// Here.
    Given(Arc<Keys>),
}

impl From<&str> for TrustedIssuer {
    fn from(issuer: &str) -> Self {
        Self::new(issuer)
    }
}

impl From<&String> for TrustedIssuer {
    fn from(issuer: &String) -> Self {
        Self::new(issuer)
    }
}

impl From<String> for TrustedIssuer {
    fn from(issuer: String) -> Self {
        Self::new(&issuer)
    }
}

impl TrustedIssuer {
    /// Names the issuer as its tokens do: `iss` is compared exactly.
    ///
    /// ```
    /// # use doorman::{OAuth, TrustedIssuer};
    /// let issuer = TrustedIssuer::new("https://sso.example.com");
    /// assert!(OAuth::new(issuer, "https://api.example.com/mcp").is_ok());
    /// ```
    #[must_use]
    pub fn new(issuer: &str) -> Self {
        Self {
            rules: Rules::new(issuer),
            algorithms: JwtAlgorithm::ALL.to_vec(),
            source: Source::Metadata,
            private_hosts: BTreeSet::new(),
        }
    }

    /// Fetches the keys from this JWKS address instead of asking the issuer's metadata. `build()`
    /// refuses one that is no `https` (`http` on loopback).
    ///
    /// ```
    /// # use doorman::{TrustedIssuer};
    /// let issuer = TrustedIssuer::new("https://sso.example.com").jwks_url("https://sso.example.com/keys")?;
    /// assert!(issuer.jwks_url("https://sso.example.com/others").is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where the keys were named before.
    pub fn jwks_url(self, url: &str) -> Result<Self, Error> {
        self.keys_from(Source::Address(url.into()))
    }

    /// Takes the keys of a JWKS document (RFC 7517 §5). A key that may not verify tokens is dropped and
    /// logged by its kid: one for encryption, for another algorithm than its kind has, RSA below 2048
    /// bits, a private or symmetric one, two of one kid.
    ///
    /// ```
    /// # use doorman::{TrustedIssuer};
    /// let issuer = TrustedIssuer::new("https://sso.example.com");
    /// assert!(issuer.clone().jwks(r#"{"keys":[]}"#).is_err());
    /// let document = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    /// let issuer = issuer.jwks(document)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where the document is not strict JSON or has no fit key, or the keys were
    /// named before.
    pub fn jwks(self, document: &str) -> Result<Self, Error> {
        let keys = Keys::of_jwks(document).map_err(unfit)?;
        if keys.is_empty() {
            return Err(unfit("holds no key that may verify tokens"));
        }
        self.keys_from(Source::Given(Arc::new(keys)))
    }

    /// Takes one public key, a JWK.
    ///
    /// ```
    /// let issuer = doorman::TrustedIssuer::new("https://sso.example.com")
    ///     .key(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where it is no key that may verify tokens, or the keys were named before.
    pub fn key(self, jwk: &str) -> Result<Self, Error> {
        let keys = Keys::of_jwk(jwk).map_err(unfit)?;
        self.keys_from(Source::Given(Arc::new(keys)))
    }

    /// Takes a secret that issuer and server share, and no public key beside it: whoever can verify
    /// tokens can then make them. They name no `kid`.
    ///
    /// ```
    /// # let secret = [7; 32];
    /// let issuer = doorman::TrustedIssuer::new("https://sso.example.com").hmac_secret(&secret)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where it has fewer than 32 bytes, or the keys were named before.
    pub fn hmac_secret(self, secret: &[u8]) -> Result<Self, Error> {
        let keys = Keys::of_secret(secret).map_err(unfit)?;
        self.keys_from(Source::Given(Arc::new(keys)))
    }

    fn keys_from(mut self, source: Source) -> Result<Self, Error> {
        if !matches!(self.source, Source::Metadata) {
            return Err(unfit("comes beside other keys"));
        }
        self.source = source;
        Ok(self)
    }

    /// Allows these algorithms only. Without it every [`JwtAlgorithm`] that the keys are fit for.
    ///
    /// ```
    /// # use doorman::{Doorman, JwtAlgorithm, OAuth, TrustedIssuer, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").key(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// # let server = |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp")?;
    /// #     Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()
    /// # };
    /// // The issuer's key is an Ed25519 key.
    /// assert!(server(issuer.clone().algorithms([JwtAlgorithm::EdDsa])).is_ok());
    /// assert!(server(issuer.algorithms([JwtAlgorithm::Rs256])).is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn algorithms(mut self, allowed: impl IntoIterator<Item = JwtAlgorithm>) -> Self {
        self.algorithms = allowed.into_iter().collect();
        self
    }

    /// Accepts this audience as another name of the resource, for issuers that do not follow RFC 8707.
    /// It must name this server and no other.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": "billing-api", "client_id": "billing-app", "jti": "1"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token is for `billing-api`.
    /// assert!(principal(issuer.clone()).await.is_err());
    /// assert!(principal(issuer.audience("billing-api")).await.is_ok());
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audiences.insert(audience.into());
        self
    }

    /// Accepts tokens that name these audiences besides this server; alone they open nothing.
    /// Gives up: those servers could use here the tokens that they are shown.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": ["https://api.example.com/mcp", "https://api.example.com/reports"], "client_id": "billing-app", "jti": "1"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token is for this server and for the reports.
    /// assert!(principal(issuer.clone()).await.is_err());
    /// assert!(principal(issuer.tolerate_audiences(["https://api.example.com/reports"])).await.is_ok());
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn tolerate_audiences<A: Into<String>>(
        mut self,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        self.rules.tolerated.extend(audiences.into_iter().map(Into::into));
        self
    }

    /// Accepts tokens without `aud` where they were issued to one of these clients. Gives up: whatever
    /// else such a client has tokens for, those open this server too.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "client_id": "billing-app", "jti": "1"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token has no `aud`, and was issued to `billing-app`.
    /// assert!(principal(issuer.clone()).await.is_err());
    /// assert!(principal(issuer.accept_missing_audience_of_clients(["billing-app"])).await.is_ok());
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn accept_missing_audience_of_clients<C: Into<String>>(
        mut self,
        clients: impl IntoIterator<Item = C>,
    ) -> Self {
        self.rules.clients_without_audience.extend(clients.into_iter().map(Into::into));
        self
    }

    /// Accepts tokens of the type `JWT` and of none. Gives up: the type no longer tells access tokens
    /// from others. Instead such a token must hold `scope`, `scp`, `client_id` or `azp`, may not be
    /// for its own client, and may hold nothing that only other kinds hold (`nonce`, `at_hash`,
    /// `c_hash`, `s_hash`, `events`, another `token_use` than `access`, another `typ` than `Bearer`).
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("JWT".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": "https://api.example.com/mcp", "client_id": "billing-app", "jti": "1"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The type of the token is `JWT`.
    /// assert!(principal(issuer.clone()).await.is_err());
    /// assert!(principal(issuer.accept_plain_jwt()).await.is_ok());
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn accept_plain_jwt(mut self) -> Self {
        self.rules.plain_jwt = true;
        self
    }

    /// Reads the client from this claim instead of `client_id`: `azp`, `cid`, `appid`.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": "https://api.example.com/mcp", "azp": "billing-app", "jti": "1"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token says `"azp": "billing-app"`.
    /// let alice = principal(issuer.client_id_claim("azp")).await.unwrap();
    /// assert_eq!(alice.client_id(), Some("billing-app"));
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn client_id_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.client_id_claim = name.into();
        self
    }

    /// Accepts tokens that do not name their client. Gives up: which program acted.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": "https://api.example.com/mcp", "jti": "1"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token has no `client_id`.
    /// assert!(principal(issuer.clone()).await.is_err());
    /// assert!(principal(issuer.accept_missing_client_id()).await.is_ok());
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn accept_missing_client_id(mut self) -> Self {
        self.rules.client_id_needed = false;
        self
    }

    /// Accepts tokens without `jti`. Gives up: telling one token from another at the issuer.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": "https://api.example.com/mcp", "client_id": "billing-app"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token has no `jti`.
    /// assert!(principal(issuer.clone()).await.is_err());
    /// assert!(principal(issuer.accept_missing_jti()).await.is_ok());
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn accept_missing_jti(mut self) -> Self {
        self.rules.jti_needed = false;
        self
    }

    /// How long after `exp` a token still passes, for clocks that differ: 30 s without it, at most 60 s.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use doorman::{Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").key(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// # let server = |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp")?;
    /// #     Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()
    /// # };
    /// assert!(server(issuer.clone().leeway(Duration::from_secs(5))).is_ok());
    /// assert!(server(issuer.leeway(Duration::from_secs(61))).is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// The longest time from `iat` to `exp`: 24 hours without it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use doorman::{Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").key(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// # let server = |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp")?;
    /// #     Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()
    /// # };
    /// assert!(server(issuer.clone().max_lifetime(Duration::from_secs(3_600))).is_ok());
    /// assert!(server(issuer.max_lifetime(Duration::ZERO)).is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.rules.max_lifetime = lifetime;
        self
    }

    /// Names the claim that holds the tenant. A token where it is no text, or empty, is refused.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, TrustedIssuer, expose, tools};
    /// # use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp as now};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # let issuer = TrustedIssuer::new("https://sso.example.com").hmac_secret(&[7; 32])?;
    /// # let header = Header { typ: Some("at+jwt".into()), ..Header::default() };
    /// # let claims = serde_json::json!({
    /// #     "iss": "https://sso.example.com", "sub": "alice", "iat": now(), "exp": now() + 60,
    /// #     "aud": "https://api.example.com/mcp", "client_id": "billing-app", "jti": "1", "org": "acme"
    /// # });
    /// # let token = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
    /// # let principal = async |issuer: TrustedIssuer| {
    /// #     let auth = OAuth::new(issuer, "https://api.example.com/mcp").unwrap();
    /// #     let builder = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(()));
    /// #     builder.build().unwrap().authenticate(Credential::Bearer(&token), None).await
    /// # };
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // The token says `"org": "acme"`.
    /// let alice = principal(issuer.tenant_claim("org")).await.unwrap();
    /// assert_eq!(alice.tenant(), Some("acme"));
    /// # });
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.tenant_claim = Some(name.into());
        self
    }

    /// Lets keys be fetched from this host though its addresses are private. Without it only globally
    /// reachable addresses are asked, and loopback where the issuer itself is on loopback.
    ///
    /// ```
    /// # use doorman::{OAuth, TrustedIssuer};
    /// let issuer = TrustedIssuer::new("https://sso.internal").allow_private_host("sso.internal");
    /// let auth = OAuth::new(issuer, "https://api.example.com/mcp")?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn allow_private_host(mut self, host: impl Into<String>) -> Self {
        self.private_hosts.insert(host.into());
        self
    }

    /// The issuer's name.
    pub(crate) fn name(&self) -> &str {
        &self.rules.issuer
    }

    /// Says what would keep it from verifying tokens.
    pub(super) fn check(&self) -> Result<(), Error> {
        let rules = &self.rules;
        let serves = match &self.source {
            Source::Given(keys) => keys.serve(&self.algorithms),
            Source::Metadata | Source::Address(_) => {
                let mut allowed = self.algorithms.iter();
                allowed.any(|algorithm| !algorithm.is_symmetric())
            }
        };
        let mut named = [&rules.issuer, &rules.client_id_claim]
            .into_iter()
            .chain(&rules.audiences)
            .chain(&rules.tenant_claim)
            .chain(&rules.tolerated)
            .chain(&rules.clients_without_audience)
            .chain(&self.private_hosts);
        let problem = if !serves {
            "has no key for an algorithm that it allows"
        } else if rules.leeway > MOST_LEEWAY {
            "has a leeway of more than 60 s"
        } else if rules.max_lifetime.is_zero() {
            "has a lifetime of 0 s"
        } else if named.any(|name| name.trim().is_empty() || name.contains(char::is_control)) {
            "has a blank issuer, audience, client, host or name of a claim"
        } else {
            return Ok(());
        };
        Err(Error::Setting {
            setting: "TrustedIssuer",
            problem: problem.into(),
            allowed: "keys for an allowed algorithm, a leeway up to 60 s, a lifetime, names that are not blank",
        })
    }
}

/// Shows where the keys are and nothing of them.
impl fmt::Debug for TrustedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedIssuer")
            .field("issuer", &self.rules.issuer)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata => f.write_str("Metadata"),
            Self::Address(_) => f.write_str("Address"),
            Self::Given(keys) => fmt::Debug::fmt(keys, f),
        }
    }
}

fn unfit(problem: &str) -> Error {
    Error::Setting {
        setting: "TrustedIssuer",
        problem: format!("has a key that does not fit: it {problem}"),
        allowed: "one source of keys: a JWKS address, a JWKS or JWK with public RSA (2048 to 8192 bits), P-256, P-384 or Ed25519 keys for signatures, or a secret of at least 32 bytes",
    }
}
