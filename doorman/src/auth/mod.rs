//! Who may be whom: credentials become a [`Principal`], or a [`Denial`] that says why not.

mod address;
mod challenge;
mod credential;
#[cfg(feature = "discovery")]
mod discovery;
#[cfg(not(feature = "discovery"))]
#[path = "no_discovery.rs"]
mod discovery;
mod jwt;
mod oauth;
mod static_tokens;
mod verifier;

use std::{net::SocketAddr, time::Duration};

pub use self::{
    challenge::Denial,
    credential::Credential,
    jwt::{JwtAlgorithm, TrustedIssuer},
    oauth::{OAuth, ResourceMetadata},
    static_tokens::StaticTokens,
    verifier::{TokenError, TokenVerifier, VerifiedToken},
};
pub(crate) use self::{
    challenge::{deny_on_route, deny_without_challenge},
    credential::Token,
    oauth::OFFLINE_ACCESS,
};
use crate::principal::{Principal, Transport};

/// How callers over HTTP are told apart.
#[derive(Debug)]
pub(crate) enum Auth {
    /// Bearer tokens of trusted issuers for one resource.
    OAuth(OAuth),
    /// A development machine: everyone from loopback is this principal.
    Dev(Principal),
}

/// Who calls over standard input and output.
#[derive(Debug)]
pub(crate) enum Local {
    /// Nobody that is known.
    Nobody,
    /// The principal that the program names.
    Named(Principal),
    /// Whoever the token is of, as long as it verifies.
    Token(Token),
}

/// Why a request was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// There are no credentials.
    Unauthenticated,
    /// The credentials cannot be read.
    Malformed,
    /// The token must not pass, and why, for the audit log only.
    InvalidToken(&'static str),
    /// The peer has shown too many bad tokens, this one among them, and has to wait so long.
    Throttled(Duration),
    /// It cannot be told whether the token may pass, and why, for the audit log only.
    Unavailable(&'static str),
    /// A development server, asked by another machine.
    NotLoopback,
    /// A development server that cannot know who asks.
    PeerUnknown,
    /// A server without authentication.
    NoAuth,
}

impl Rejection {
    /// The audit reason, a stable word.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Malformed => "invalid_request",
            Self::InvalidToken(_) => "invalid_token",
            Self::Throttled(_) => "throttled",
            Self::Unavailable(_) => "verifier_unavailable",
            Self::NotLoopback => "not_loopback",
            Self::PeerUnknown => "peer_unknown",
            Self::NoAuth => "no_auth",
        }
    }

    /// Whether a bad credential was shown. None at all is no failure: a client learns from the answer
    /// where to get one.
    pub(crate) fn is_bad_token(self) -> bool {
        matches!(self, Self::Malformed | Self::InvalidToken(_))
    }

    /// What the verifier said.
    pub(crate) fn detail(self) -> Option<&'static str> {
        match self {
            Self::InvalidToken(detail) | Self::Unavailable(detail) => Some(detail),
            _ => None,
        }
    }
}

impl Auth {
    /// Decides who calls. Nothing but a verified credential makes a verified principal; a missing
    /// one makes an anonymous principal only where that was allowed.
    pub(crate) async fn authenticate(
        &self,
        credential: Credential<'_>,
        peer: Option<SocketAddr>,
        anonymous_allowed: bool,
    ) -> Result<Principal, Rejection> {
        let oauth = match self {
            Self::OAuth(oauth) => oauth,
            Self::Dev(principal) => {
                let peer = peer.ok_or(Rejection::PeerUnknown)?;
                let is_loopback = peer.ip().to_canonical().is_loopback();
                return if is_loopback {
                    Ok(principal.clone())
                } else {
                    Err(Rejection::NotLoopback)
                };
            }
        };
        match credential {
            Credential::Absent if anonymous_allowed => Ok(Principal::anonymous(Transport::Http)),
            Credential::Absent => Err(Rejection::Unauthenticated),
            Credential::Malformed => Err(Rejection::Malformed),
            Credential::Bearer(token) => oauth.verify(token).await.map_err(|error| match error {
                TokenError::Invalid(detail) => Rejection::InvalidToken(detail),
                TokenError::Unavailable => Rejection::Unavailable("verifier"),
            }),
        }
    }

    /// The response to a rejected request; `request_id` names the attempt.
    pub(crate) fn deny(&self, rejection: Rejection, request_id: String) -> Denial {
        match self {
            Self::OAuth(oauth) => oauth.deny(rejection, request_id),
            Self::Dev(_) => deny_without_challenge(rejection, request_id),
        }
    }
}
