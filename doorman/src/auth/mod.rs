//! Who may be whom: credentials become a [`Principal`], or a [`Denial`] that says why not.

mod challenge;
mod credential;
mod oauth;
mod static_tokens;
mod verifier;

use std::net::SocketAddr;

pub use self::{
    challenge::Denial,
    credential::Credential,
    oauth::{OAuth, ResourceMetadata},
    static_tokens::StaticTokens,
    verifier::{TokenError, TokenVerifier, VerifiedToken},
};
use crate::principal::{Principal, Transport};

/// How callers over HTTP are told apart.
#[derive(Debug)]
pub(crate) enum Auth {
    /// Bearer tokens of one issuer for one resource.
    OAuth(OAuth),
    /// A development machine: everyone from loopback is this principal.
    Dev(Principal),
}

/// Why a request was not let in, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) reason: &'static str,
    pub(crate) detail: Option<&'static str>,
}

impl Auth {
    /// Decides who calls. Nothing but a verified credential makes a verified principal; a missing
    /// one makes an anonymous principal only where that was allowed.
    pub(crate) async fn authenticate(
        &self,
        credential: Credential<'_>,
        peer: Option<SocketAddr>,
        anonymous_allowed: bool,
    ) -> Result<Principal, (Rejection, Denial)> {
        let reject = |reason, detail, denial| Err((Rejection { reason, detail }, denial));
        let oauth = match self {
            Self::OAuth(oauth) => oauth,
            Self::Dev(principal) => {
                return match peer {
                    Some(peer) if peer.ip().to_canonical().is_loopback() => Ok(principal.clone()),
                    Some(_) => reject("not_loopback", None, Denial::not_loopback()),
                    None => reject("peer_unknown", None, Denial::peer_unknown()),
                };
            }
        };
        match credential {
            Credential::Absent if anonymous_allowed => Ok(Principal::anonymous(Transport::Http)),
            Credential::Absent => reject("unauthenticated", None, oauth.unauthenticated()),
            Credential::Malformed => reject("invalid_request", None, oauth.malformed()),
            Credential::Bearer(token) => match oauth.verify(token).await {
                Ok(principal) => Ok(principal),
                Err(TokenError::Invalid(detail)) => {
                    reject("invalid_token", Some(detail), oauth.invalid_token())
                }
                Err(TokenError::Unavailable) => {
                    reject("verifier_unavailable", None, Denial::unavailable())
                }
            },
        }
    }
}
