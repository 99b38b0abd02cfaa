//! What a refused request is answered over HTTP: a status and a challenge (RFC 6750 §3, RFC 9728 §5.1).

use std::fmt::Write as _;

use super::oauth::OAuth;
use crate::{error::Refusal, scope::Scope};

/// A refusal that HTTP has a status for, as data.
///
/// An adapter writes it out as a response; the words hold no value of the caller's.
///
/// ```
/// # use doorman::{Credential, Doorman, OAuth, StaticTokens, expose, tools};
/// # /// Answers.
/// # #[expose(public, read_only)]
/// # fn ping() -> String { "pong".into() }
/// # async fn run() -> Result<(), doorman::Error> {
/// # let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
/// let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
/// let denial = doorman.authenticate(Credential::Absent, None).await.unwrap_err();
/// assert_eq!(denial.status, 401);
/// assert!(denial.challenge.unwrap().starts_with("Bearer resource_metadata="));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial {
    /// The HTTP status.
    pub status: u16,
    /// The `WWW-Authenticate` header.
    pub challenge: Option<String>,
    /// The `Retry-After` header, in seconds.
    pub retry_after: Option<u64>,
    /// A sentence for the JSON-RPC error.
    pub message: String,
    /// Names the attempt, as its audit record does.
    pub request_id: String,
}

impl Denial {
    fn new(status: u16, challenge: Option<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            challenge,
            retry_after: None,
            message: message.into(),
            request_id: String::new(),
        }
    }

    pub(crate) fn not_loopback() -> Self {
        Self::new(403, None, "a development server answers this machine only")
    }

    pub(crate) fn peer_unknown() -> Self {
        let message = "a development server answers this machine only, and it is not known where this \
                       request comes from: serve with `doorman_axum::serve`, and without a proxy";
        Self::new(403, None, message)
    }

    pub(crate) fn no_auth() -> Self {
        Self::new(403, None, "this server has no authentication and answers nobody over HTTP")
    }

    pub(crate) fn unavailable() -> Self {
        let denial = Self::new(503, None, "tokens cannot be verified at the moment");
        Self { retry_after: Some(5), ..denial }
    }
}

impl OAuth {
    /// No credentials: a challenge without `error` (RFC 6750 §3.1).
    pub(crate) fn unauthenticated(&self) -> Denial {
        Denial::new(401, Some(self.challenge(None, &[])), "a bearer token is needed")
    }

    pub(crate) fn invalid_token(&self) -> Denial {
        Denial::new(
            401,
            Some(self.challenge(Some("invalid_token"), &[])),
            "the token is not valid here",
        )
    }

    pub(crate) fn malformed(&self) -> Denial {
        let challenge = self.challenge(Some("invalid_request"), &[]);
        Denial::new(400, Some(challenge), "send one `Authorization: Bearer` header with one token")
    }

    /// The status of a refused call, where it has one.
    pub(crate) fn denial(&self, refusal: &Refusal) -> Option<Denial> {
        match refusal {
            Refusal::Unauthorized { required } => {
                Some(Denial::new(401, Some(self.challenge(None, required)), refusal.to_string()))
            }
            Refusal::Forbidden { required, .. } => {
                let challenge = self.challenge(Some("insufficient_scope"), required);
                Some(Denial::new(403, Some(challenge), refusal.to_string()))
            }
            _ => None,
        }
    }

    /// Every part is ours: scopes hold neither quotes nor backslashes, and the address was parsed.
    fn challenge(&self, error: Option<&str>, scopes: &[Scope]) -> String {
        let mut challenge = String::from("Bearer ");
        if let Some(error) = error {
            let _ = write!(challenge, "error=\"{error}\", ");
        }
        if !scopes.is_empty() {
            let scopes: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
            let _ = write!(challenge, "scope=\"{}\", ", scopes.join(" "));
        }
        let _ = write!(challenge, "resource_metadata=\"{}\"", self.metadata_url());
        challenge
    }
}
