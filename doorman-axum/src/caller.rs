//! The extractor that tells a handler who calls.

use std::ops::Deref;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use doorman::Principal;

/// Who calls, for handlers. It derefs to [`Principal`], and rejects with 401 where the request did
/// not come through doorman. For a `public` tool that can be nobody: see
/// [`Principal::verified`]. An application that calls go `through` never finds nobody in it: there is no
/// `Caller` then.
///
/// ```
/// use doorman_axum::{Caller, expose};
///
/// /// Says who calls.
/// #[expose(get = "/me", scopes = ["profile:read"])]
/// async fn whoami(caller: Caller) -> String {
///     caller.subject().to_owned()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Caller(Principal);

impl From<Principal> for Caller {
    fn from(principal: Principal) -> Self {
        Self(principal)
    }
}

impl Deref for Caller {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}
