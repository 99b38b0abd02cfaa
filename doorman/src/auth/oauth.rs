//! This server as an OAuth 2.1 resource server: its issuers, and the one resource that their tokens are for.

use std::{
    collections::BTreeSet,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::Uri;
use serde::Serialize;

use super::{
    address,
    jwt::{JwtVerifier, TrustedIssuer},
    verifier::{ErasedVerifier, TokenError, TokenVerifier},
};
use crate::{
    error::Error,
    principal::{Principal, Transport},
    scope::{MalformedScope, Scope, ScopeSet},
};

const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";
/// No permission: a client that wants refresh tokens asks for it by itself.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";
/// The most that clocks may differ by (RFC 7519 §4.1.4).
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// Bearer tokens: who issues them, and the resource that they must be for.
///
/// Without more, tokens are JWTs as RFC 9068 describes them, and the issuer's keys are found by its
/// metadata. What an issuer's tokens lack is relaxed by name on its [`TrustedIssuer`].
///
/// ```
/// use doorman::{OAuth, TrustedIssuer};
/// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
///     .also_trust(TrustedIssuer::new("https://partner.example").accept_missing_jti())?;
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Clone)]
pub struct OAuth {
    /// The first is the one that `new` names.
    issuers: Vec<TrustedIssuer>,
    resource: String,
    resource_uri: Uri,
    tenant_claim: Option<String>,
    exposed_claims: BTreeSet<String>,
    /// What a client without a token is told to ask for.
    initial_scopes: Option<ScopeSet>,
    verifier: Option<Arc<dyn ErasedVerifier>>,
}

impl OAuth {
    /// Names the issuer (`iss`) and the resource (`aud`): the exact address under which clients reach
    /// the MCP endpoint. Nothing of either is ever taken from a request.
    ///
    /// ```
    /// # use doorman::OAuth;
    /// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?;
    /// assert!(OAuth::new("http://sso.example.com", "https://api.example.com/mcp").is_err());
    /// assert!(OAuth::new("https://sso.example.com", "https://api.example.com/mcp/").is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where one is no absolute `https` address (`http` on loopback), or holds
    /// credentials, a query, a fragment or, the resource, a trailing `/` (RFC 9728 §3.3, RFC 8414 §2).
    pub fn new(issuer: impl Into<TrustedIssuer>, resource: &str) -> Result<Self, Error> {
        let resource_uri = address::parse("resource", resource)?;
        if resource.ends_with('/') {
            return Err(address::unfit("resource", "ends with `/`"));
        }
        let oauth = Self {
            issuers: Vec::new(),
            resource: resource.into(),
            resource_uri,
            tenant_claim: None,
            exposed_claims: BTreeSet::new(),
            initial_scopes: None,
            verifier: None,
        };
        oauth.also_trust(issuer)
    }

    /// Trusts one more issuer, with its own keys and relaxations. A token belongs to the one that its
    /// `iss` names, and no other judges it.
    ///
    /// ```
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .also_trust("https://partner.example")?;
    /// assert!(auth.also_trust("https://partner.example").is_err());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where it is no address of an issuer, or trusted already.
    pub fn also_trust(mut self, issuer: impl Into<TrustedIssuer>) -> Result<Self, Error> {
        let issuer = issuer.into();
        address::parse("issuer", issuer.name())?;
        if self.trusts(issuer.name()) {
            return Err(address::unfit("issuer", "is named twice"));
        }
        self.issuers.push(issuer);
        Ok(self)
    }

    /// [`TrustedIssuer::jwks_url`] of the first issuer.
    ///
    /// ```
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .jwks_url("https://sso.example.com/keys")?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// As there.
    pub fn jwks_url(self, url: &str) -> Result<Self, Error> {
        self.first(|issuer| issuer.jwks_url(url))
    }

    /// [`TrustedIssuer::jwks`] of the first issuer.
    ///
    /// ```
    /// # let document = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .jwks(document)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// As there.
    pub fn jwks(self, document: &str) -> Result<Self, Error> {
        self.first(|issuer| issuer.jwks(document))
    }

    /// [`TrustedIssuer::key`] of the first issuer.
    ///
    /// ```
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .key(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// As there.
    pub fn key(self, jwk: &str) -> Result<Self, Error> {
        self.first(|issuer| issuer.key(jwk))
    }

    /// [`TrustedIssuer::audience`] of the first issuer.
    ///
    /// ```
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .audience("billing-api");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.issuers[0] = self.issuers[0].clone().audience(audience);
        self
    }

    /// [`TrustedIssuer::accept_plain_jwt`] of the first issuer.
    ///
    /// ```
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .accept_plain_jwt();
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn accept_plain_jwt(mut self) -> Self {
        self.issuers[0] = self.issuers[0].clone().accept_plain_jwt();
        self
    }

    fn first(
        mut self,
        change: impl FnOnce(TrustedIssuer) -> Result<TrustedIssuer, Error>,
    ) -> Result<Self, Error> {
        self.issuers[0] = change(self.issuers[0].clone())?;
        Ok(self)
    }

    /// Sets what verifies tokens in place of doorman: opaque ones, or those of an issuer's own kind. No
    /// setting of a [`TrustedIssuer`] but its name then counts.
    ///
    /// ```
    /// use doorman::{OAuth, StaticTokens};
    /// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .verifier(StaticTokens::new());
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn verifier(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifier = Some(Arc::new(verifier));
        self
    }

    /// Names the claim that holds the tenant, for every issuer that names none itself. Without it,
    /// `DOORMAN_TENANT_CLAIM`; without both, no claim is the tenant.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let token = VerifiedToken::new("alice").audience(RESOURCE).claim("org", "acme");
    /// # let verifier = StaticTokens::new().insert("t0ken", token);
    /// let auth = OAuth::new("https://sso.example.com", RESOURCE)?.tenant_claim("org").verifier(verifier);
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// // The token says `"org": "acme"`.
    /// assert_eq!(principal.tenant(), Some("acme"));
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.tenant_claim = Some(name.into());
        self
    }

    /// Shows handlers these claims ([`Principal::claim`]), and no others.
    ///
    /// ```
    /// # use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # const RESOURCE: &str = "https://api.example.com/mcp";
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let token = VerifiedToken::new("alice").audience(RESOURCE).claim("email", "ann@example.com").claim("age", 7);
    /// # let verifier = StaticTokens::new().insert("t0ken", token);
    /// let auth = OAuth::new("https://sso.example.com", RESOURCE)?.expose_claims(["email"]).verifier(verifier);
    /// # let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
    /// # let principal = doorman.authenticate(Credential::Bearer("t0ken"), None).await.unwrap();
    /// // The token says `"email": "ann@example.com", "age": 7`.
    /// assert_eq!(principal.claim("email").unwrap(), "ann@example.com");
    /// assert!(principal.claim("age").is_none());
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn expose_claims<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.exposed_claims.extend(names.into_iter().map(Into::into));
        self
    }

    /// The scopes, with spaces between them, that a client without a token is told to ask for. Without
    /// it those of the tools that are not destructive.
    ///
    /// A client can ask for more when a call is refused, but calls only what `tools/list` shows: for
    /// tools beyond these scopes choose [`Listing::All`](crate::Listing::All), or name their scopes here.
    ///
    /// ```
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
    ///     .initial_scopes("invoices:read invoices:write")?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`MalformedScope`] where one of them is malformed.
    pub fn initial_scopes(mut self, scopes: &str) -> Result<Self, MalformedScope> {
        self.initial_scopes = Some(ScopeSet::parse(scopes)?);
        Ok(self)
    }

    /// What a client without a token is told to ask for.
    pub(super) fn first_scopes(&self) -> impl Iterator<Item = &Scope> {
        self.initial_scopes.iter().flat_map(ScopeSet::iter)
    }

    /// Takes the claim of the environment where the program names none.
    pub(crate) fn or_tenant_claim(mut self, name: Option<String>) -> Self {
        self.tenant_claim = self.tenant_claim.or(name);
        self
    }

    /// Makes it verify tokens, or says what would keep it from that; `scopes` are those of the tools
    /// that are not destructive.
    pub(crate) fn ready(mut self, scopes: ScopeSet) -> Result<Self, Error> {
        self.initial_scopes.get_or_insert(scopes);
        let tenant = self.tenant_claim.iter().map(|name| ("tenant_claim", name));
        let exposed = self.exposed_claims.iter().map(|name| ("expose_claims", name));
        for (setting, name) in tenant.chain(exposed) {
            if name.trim().is_empty() || name.contains(char::is_control) {
                return Err(Error::Setting {
                    setting,
                    problem: "is blank or holds a control character".into(),
                    allowed: "the name of a claim",
                });
            }
        }
        // MCP specification, "Refresh Tokens": no challenge names it.
        if self.first_scopes().any(|scope| scope.as_str() == OFFLINE_ACCESS) {
            return Err(Error::Setting {
                setting: "initial_scopes",
                problem: format!("names `{OFFLINE_ACCESS}`, which asks for refresh tokens"),
                allowed: "scopes that open tools",
            });
        }
        if let Some(verifier) = &self.verifier {
            verifier.check()?;
            return Ok(self);
        }
        let verifier = JwtVerifier::new(
            self.issuers.clone(),
            &self.resource,
            self.tenant_claim.as_deref(),
            &self.exposed_claims,
        )?;
        // Each issuer reads its own: what is exposed of a token is no second place to look in.
        self.tenant_claim = None;
        self.verifier = Some(Arc::new(verifier));
        Ok(self)
    }

    /// Verifies a token, and that it is for this resource and of a trusted issuer, whatever verifies.
    pub(crate) async fn verify(&self, token: &str) -> Result<Principal, TokenError> {
        let verifier = self.verifier.as_ref().ok_or(TokenError::Unavailable)?;
        let token = verifier.verify(token).await?;
        if !token.audience.iter().any(|audience| address::is_same(&self.resource, audience)) {
            return Err(TokenError::Invalid("audience"));
        }
        let issuer = token.issuer.unwrap_or_else(|| self.issuers[0].name().to_owned());
        if !self.trusts(&issuer) {
            return Err(TokenError::Invalid("issuer"));
        }
        if token.subject.is_empty() {
            return Err(TokenError::Invalid("subject"));
        }
        let over = token.expires.and_then(|end| SystemTime::now().duration_since(end).ok());
        if over.is_some_and(|over| over > CLOCKS_APART) {
            return Err(TokenError::Invalid("expired"));
        }
        let mut claims = token.claims;
        let tenant = match self.tenant_claim.as_ref().and_then(|name| claims.get(name)) {
            _ if token.tenant.is_some() => token.tenant,
            None => None,
            Some(tenant) => Some(tenant.as_str().ok_or(TokenError::Invalid("tenant"))?.to_owned()),
        };
        claims.retain(|name, _| self.exposed_claims.contains(name));
        Ok(Principal {
            subject: token.subject,
            issuer: Some(issuer),
            client_id: token.client_id,
            scopes: token.scopes,
            tenant,
            claims,
            expires: token.expires,
            transport: Transport::Http,
            verified: true,
        })
    }

    fn trusts(&self, issuer: &str) -> bool {
        self.issuers.iter().any(|trusted| trusted.name() == issuer)
    }

    /// The host and port of the resource.
    pub(crate) fn authority(&self) -> &str {
        self.resource_uri.authority().map_or("", http::uri::Authority::as_str)
    }

    /// The host of the resource, without port.
    pub(crate) fn host(&self) -> &str {
        self.resource_uri.host().unwrap_or_default()
    }

    /// The paths of the metadata documents: the root, and the one that the resource's path is put
    /// behind (RFC 9728 §3.1).
    pub(crate) fn metadata_paths(&self) -> Vec<String> {
        let mut paths = vec![METADATA_PATH.to_owned()];
        if self.resource_path() != "" {
            paths.push(format!("{METADATA_PATH}{}", self.resource_path()));
        }
        paths
    }

    pub(crate) fn metadata_url(&self) -> String {
        let scheme = self.resource_uri.scheme_str().unwrap_or("https");
        format!("{scheme}://{}{METADATA_PATH}{}", self.authority(), self.resource_path())
    }

    pub(crate) fn metadata(
        &self,
        name: &str,
        scopes: impl IntoIterator<Item = Scope>,
    ) -> ResourceMetadata {
        ResourceMetadata {
            resource: self.resource.clone(),
            authorization_servers: self.issuers.iter().map(|issuer| issuer.name().into()).collect(),
            scopes_supported: scopes.into_iter().map(|scope| scope.as_str().to_owned()).collect(),
            bearer_methods_supported: ["header"],
            resource_name: name.to_owned(),
        }
    }

    /// The resource's path, empty for the root.
    fn resource_path(&self) -> &str {
        Some(self.resource_uri.path()).filter(|path| *path != "/").unwrap_or_default()
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("issuers", &self.issuers)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// OAuth 2.0 Protected Resource Metadata (RFC 9728 §2).
///
/// ```
/// # use doorman::{Doorman, OAuth, StaticTokens, expose, tools};
/// # /// Answers.
/// # #[expose(scopes = ["ping:send"], read_only)]
/// # fn ping() -> String { "pong".into() }
/// # let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
/// let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
/// let document = serde_json::to_value(doorman.metadata()).unwrap();
/// assert_eq!(document["resource"], "https://api.example.com/mcp");
/// assert_eq!(document["scopes_supported"], serde_json::json!(["ping:send"]));
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct ResourceMetadata {
    resource: String,
    authorization_servers: Vec<String>,
    scopes_supported: Vec<String>,
    bearer_methods_supported: [&'static str; 1],
    resource_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_clients_could_not_compare_is_refused() {
        for bad in [
            "",
            "api",
            "/mcp",
            "ftp://api.example.com/mcp",
            "http://api.example.com/mcp",
            "https://",
            "https:///mcp",
            "https://user:secret@api.example.com/mcp",
            "https://api.example.com/mcp?a=b",
            "https://api.example.com/mcp#f",
            "https://api.example.com/mcp/",
            "https://api.example.com/",
            "http://localhost.evil.example/mcp",
            "https://api.example.com/m:cp",
            "https://api.example.com/{mcp}",
            "https://api.example.com/m%63p",
        ] {
            let error = OAuth::new("https://sso.example.com", bad).unwrap_err().to_string();
            assert!(error.contains("`resource`") && !error.contains("secret"), "{bad}: {error}");
        }
        for good in [
            "https://api.example.com/mcp",
            "https://api.example.com",
            "http://127.0.0.1:8000/mcp",
            "http://[::1]:1/mcp",
        ] {
            OAuth::new("https://sso.example.com/", good).unwrap();
        }
    }

    #[test]
    fn the_metadata_address_is_made_of_the_resource() {
        let oauth =
            OAuth::new("https://sso.example.com", "https://h.example:8443/public/mcp").unwrap();
        assert_eq!(
            oauth.metadata_url(),
            "https://h.example:8443/.well-known/oauth-protected-resource/public/mcp"
        );
        assert_eq!(oauth.metadata_paths().len(), 2);
    }
}
