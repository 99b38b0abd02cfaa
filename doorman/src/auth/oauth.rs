//! This server as an OAuth 2.1 resource server: one issuer, one resource, one verifier.

use std::{fmt, sync::Arc};

use http::Uri;
use serde::Serialize;

use super::verifier::{ErasedVerifier, TokenError, TokenVerifier};
use crate::{
    error::Error,
    principal::{Principal, Transport},
    scope::Scope,
};

const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// Bearer tokens: who issues them, and the resource that they must be for.
///
/// ```
/// use doorman::{OAuth, StaticTokens};
/// let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?
///     .verifier(StaticTokens::new());
/// # Ok::<(), doorman::Error>(())
/// ```
#[derive(Clone)]
pub struct OAuth {
    issuer: String,
    resource: String,
    resource_uri: Uri,
    verifier: Option<Arc<dyn ErasedVerifier>>,
    tenant_claim: Option<String>,
}

impl OAuth {
    /// Names the issuer (`iss`) and the resource (`aud`): the exact address under which clients reach
    /// the MCP endpoint. Both are compared as strings, and nothing is ever taken from a request.
    ///
    /// # Errors
    /// [`Error::Setting`] where one is no absolute `https` address (`http` on loopback), or holds
    /// credentials, a query, a fragment or, the resource, a trailing `/` (RFC 9728 §3.3, RFC 8414 §2).
    pub fn new(issuer: &str, resource: &str) -> Result<Self, Error> {
        address("issuer", issuer)?;
        let resource_uri = address("resource", resource)?;
        if resource.ends_with('/') {
            return Err(unfit("resource", "ends with `/`"));
        }
        Ok(Self {
            issuer: issuer.into(),
            resource: resource.into(),
            resource_uri,
            verifier: None,
            tenant_claim: None,
        })
    }

    /// Sets what verifies tokens.
    #[must_use]
    pub fn verifier(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifier = Some(Arc::new(verifier));
        self
    }

    /// Verifies JWT access tokens with the keys of this JWKS document, by the defaults of
    /// [`JwtVerifier`](crate::JwtVerifier); one with other settings goes to `.verifier(…)`.
    ///
    /// ```
    /// # let document = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    /// let auth = doorman::OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.jwks(document)?;
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] where it holds no key that may verify tokens.
    #[cfg(feature = "jwt")]
    pub fn jwks(self, document: &str) -> Result<Self, Error> {
        let verifier = super::JwtVerifier::new(&self.issuer, &self.resource).jwks(document)?;
        Ok(self.verifier(verifier))
    }

    /// Names the claim that holds the tenant, for a verifier that hands over claims
    /// ([`VerifiedToken::claim`](crate::VerifiedToken::claim)) and names no tenant itself. Without it,
    /// `DOORMAN_TENANT_CLAIM`; without both, no claim is the tenant.
    #[must_use]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.tenant_claim = Some(name.into());
        self
    }

    /// Takes the claim of the environment where the program names none.
    pub(crate) fn or_tenant_claim(mut self, name: Option<String>) -> Self {
        self.tenant_claim = self.tenant_claim.or(name);
        self
    }

    /// Says what would keep it from verifying tokens.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(name) = &self.tenant_claim
            && (name.trim().is_empty() || name.chars().any(char::is_control))
        {
            return Err(Error::Setting {
                setting: "tenant_claim",
                problem: "is blank or holds a control character".into(),
                allowed: "the name of a claim",
            });
        }
        let verifier = self.verifier.as_ref().ok_or(Error::NoVerifier)?;
        if let Some(name) = &self.tenant_claim {
            verifier.keep_claim(name);
        }
        verifier.check()
    }

    /// Verifies a token, and that it is for this resource: the one place where the audience is checked.
    pub(crate) async fn verify(&self, token: &str) -> Result<Principal, TokenError> {
        let verifier = self.verifier.as_ref().ok_or(TokenError::Unavailable)?;
        let token = verifier.verify(token).await?;
        if !token.audience.contains(&self.resource) {
            return Err(TokenError::Invalid("audience"));
        }
        if token.issuer.as_ref().is_some_and(|issuer| *issuer != self.issuer) {
            return Err(TokenError::Invalid("issuer"));
        }
        if token.subject.is_empty() {
            return Err(TokenError::Invalid("subject"));
        }
        let claimed = self.tenant_claim.as_ref().and_then(|name| token.claims.get(name)).cloned();
        Ok(Principal {
            subject: token.subject,
            issuer: Some(self.issuer.clone()),
            client_id: token.client_id,
            scopes: token.scopes,
            tenant: token.tenant.or(claimed),
            transport: Transport::Http,
            verified: true,
        })
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
            authorization_servers: vec![self.issuer.clone()],
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
            .field("issuer", &self.issuer)
            .field("resource", &self.resource)
            .field("verifier", &self.verifier.is_some())
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

fn address(setting: &'static str, text: &str) -> Result<Uri, Error> {
    // The parser drops a fragment without a word.
    if text.contains('#') {
        return Err(unfit(setting, "has a fragment"));
    }
    let uri: Uri = text.parse().map_err(|_| unfit(setting, "is no address"))?;
    let host = uri.host().unwrap_or_default();
    let problem = match uri.scheme_str() {
        _ if host.is_empty() => "is no absolute address",
        Some("https") => "",
        Some("http") if is_loopback(host) => "",
        Some("http") => "is not `https`",
        _ => "is neither `https` nor `http`",
    };
    if !problem.is_empty() {
        return Err(unfit(setting, problem));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(unfit(setting, "holds credentials"));
    }
    if uri.query().is_some() {
        return Err(unfit(setting, "has a query"));
    }
    let is_plain =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    if !uri.path().bytes().all(is_plain) {
        return Err(unfit(
            setting,
            "has a path with other characters than letters, digits and `/ - _ . ~`",
        ));
    }
    Ok(uri)
}

fn unfit(setting: &'static str, problem: &str) -> Error {
    Error::Setting {
        setting,
        problem: problem.into(),
        allowed: "an absolute `https` address (`http` on loopback) without credentials, query or fragment; a resource does not end with `/`",
    }
}

/// Whether a host can only be this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
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
