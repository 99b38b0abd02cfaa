//! The user's own extractors: silent ones, described ones, and one that takes the body.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
};
use doorman_axum::{Describe, Place, expose};

/// Asks nothing.
#[derive(Debug)]
#[non_exhaustive]
pub struct Tenant;

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(Self)
    }
}

/// A page.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Page {
    page: Option<u32>,
}

/// A leaf.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Leaf {
    leaf: u32,
}

/// Asks for a page.
#[derive(Debug)]
pub struct Paged(u32);

impl Describe for Paged {
    type Asked = Page;
    const PLACE: Place = Place::Query;
}

impl<S: Send + Sync> FromRequestParts<S> for Paged {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let query = axum::extract::Query::<Page>::from_request_parts(parts, state).await;
        query.map(|query| Self(query.page.unwrap_or(1))).map_err(|_| StatusCode::BAD_REQUEST)
    }
}

/// JSON that is checked.
#[derive(Debug)]
pub struct Valid<T>(T);

impl<T> Describe for Valid<T> {
    type Asked = T;
    const PLACE: Place = Place::Json;
}

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for Valid<T> {
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        let body = Json::<T>::from_request(request, state).await;
        body.map(|Json(body)| Self(body)).map_err(|_| StatusCode::BAD_REQUEST)
    }
}

/// Turns a page.
#[expose(post = "/turn", scopes = ["a"], destructive)]
pub async fn turn(_: Tenant, Paged(from): Paged, Valid(to): Valid<Leaf>) -> String {
    format!("{from} {}", to.leaf)
}

/// Needs no body.
#[expose(get = "/tenant", public)]
pub async fn tenant(_: Tenant) {}

#[test]
fn both_are_tools() {
    let tools = doorman_axum::tools![turn, tenant].with_state(());
    assert_eq!(tools.len(), 2, "{tools:?}");
}
