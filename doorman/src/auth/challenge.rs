//! What a refused request is answered over HTTP: a status and a challenge (RFC 6750 §3, RFC 9728 §5.1).

use std::fmt::Write as _;

use super::{Rejection, jwt::RETRY, oauth::OAuth};
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
    /// A sentence for the body of the response.
    pub message: String,
    /// Names the attempt, as its audit record does.
    pub request_id: String,
    /// The reason of its audit record; no client is told.
    pub reason: &'static str,
}

/// The response where there is no issuer to send anyone to.
pub(crate) fn deny_without_challenge(rejection: Rejection, request_id: String) -> Denial {
    let (status, retry_after, message) = match rejection {
        Rejection::NotLoopback => (403, None, "a development server answers this machine only"),
        Rejection::PeerUnknown => (
            403,
            None,
            "a development server answers this machine only, and it is not known where this request \
             comes from: serve with `doorman_axum::serve`, and without a proxy",
        ),
        Rejection::Throttled(wait) => {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            (429, Some(seconds), "too many bad tokens came from this address")
        }
        Rejection::Unavailable(_) => {
            (503, Some(RETRY.as_secs()), "tokens cannot be verified at the moment")
        }
        Rejection::Unauthenticated
        | Rejection::Malformed
        | Rejection::InvalidToken(_)
        | Rejection::NoAuth => {
            (403, None, "this server has no authentication and answers nobody over HTTP")
        }
    };
    let (message, reason) = (message.into(), rejection.reason());
    Denial { status, challenge: None, retry_after, message, request_id, reason }
}

/// The response to a refused request at a handler's own route, where a challenge is not the matter.
pub(crate) fn deny_on_route(refusal: &Refusal, request_id: &str) -> Denial {
    let status = match refusal {
        Refusal::Unauthorized { .. } => 401,
        Refusal::Forbidden { .. } => 403,
        Refusal::NotExposed => 404,
        Refusal::RateLimited { .. }
        | Refusal::TooManyRefusals { .. }
        | Refusal::BudgetExceeded { .. } => 429,
        Refusal::AuditUnavailable => 503,
        Refusal::Timeout => 504,
        _ => 500,
    };
    Denial {
        status,
        challenge: None,
        retry_after: refusal.retry_after_seconds(),
        message: refusal.to_string(),
        request_id: request_id.to_owned(),
        reason: refusal.reason(),
    }
}

impl OAuth {
    /// The response to a rejected request: no `error` where there were no credentials (RFC 6750 §3.1),
    /// and the scopes to begin with instead.
    pub(super) fn deny(&self, rejection: Rejection, request_id: String) -> Denial {
        let (status, challenge, message) = match rejection {
            Rejection::Unauthenticated => {
                (401, self.challenge(None, self.first_scopes()), "a bearer token is needed")
            }
            Rejection::InvalidToken(_) => {
                (401, self.challenge(Some("invalid_token"), []), "the token is not valid here")
            }
            Rejection::Malformed => (
                400,
                self.challenge(Some("invalid_request"), []),
                "send one `Authorization: Bearer` header with one token",
            ),
            // A token that has expired is told from a guess by nobody: its client must learn here too
            // that it needs another, whoever shares its address.
            Rejection::Throttled(_) => {
                let challenge = Some(self.challenge(Some("invalid_token"), []));
                return Denial { challenge, ..deny_without_challenge(rejection, request_id) };
            }
            other => return deny_without_challenge(other, request_id),
        };
        let (challenge, reason) = (Some(challenge), rejection.reason());
        Denial { status, challenge, retry_after: None, message: message.into(), request_id, reason }
    }

    /// The response to a refused call, where HTTP has a status for it.
    pub(crate) fn denial(&self, refusal: &Refusal, request_id: &str) -> Option<Denial> {
        let (status, challenge) = match refusal {
            Refusal::Unauthorized { required } => (401, self.challenge(None, required)),
            Refusal::Forbidden { required, .. } => {
                (403, self.challenge(Some("insufficient_scope"), required))
            }
            _ => return None,
        };
        Some(Denial {
            status,
            challenge: Some(challenge),
            retry_after: None,
            message: refusal.to_string(),
            request_id: request_id.to_owned(),
            reason: refusal.reason(),
        })
    }

    /// Every part is ours: scopes hold neither quotes nor backslashes, and the address was parsed.
    fn challenge<'a>(
        &self,
        error: Option<&str>,
        scopes: impl IntoIterator<Item = &'a Scope>,
    ) -> String {
        let mut challenge = String::from("Bearer ");
        if let Some(error) = error {
            let _ = write!(challenge, "error=\"{error}\", ");
        }
        let scopes: Vec<&str> = scopes.into_iter().map(Scope::as_str).collect();
        if !scopes.is_empty() {
            let _ = write!(challenge, "scope=\"{}\", ", scopes.join(" "));
        }
        let _ = write!(challenge, "resource_metadata=\"{}\"", self.metadata_url());
        challenge
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::units::Units;

    #[test]
    fn every_refusal_has_a_status_at_a_route() {
        let retry_after = Duration::from_millis(11_001);
        let (required, missing) = (Vec::new(), Vec::new());
        for (refusal, status) in [
            (Refusal::Unauthorized { required: Vec::new() }, 401),
            (Refusal::Forbidden { required, missing }, 403),
            (Refusal::NotExposed, 404),
            (Refusal::RateLimited { retry_after }, 429),
            (Refusal::TooManyRefusals { retry_after }, 429),
            (Refusal::BudgetExceeded { cost: Units::ONE, remaining: Units::ONE, retry_after }, 429),
            (Refusal::Panic, 500),
            (Refusal::Failed, 500),
            (Refusal::Cancelled, 500),
            (Refusal::AuditUnavailable, 503),
            (Refusal::Timeout, 504),
        ] {
            let denial = deny_on_route(&refusal, "1");
            assert_eq!(denial.status, status, "{refusal:?}");
            assert_eq!(denial.retry_after, (status == 429).then_some(12), "{refusal:?}");
        }
    }
}
