//! Handlers under the user's own layers, with state and an extractor of their own.
//!
//!     cargo run --example middleware
//!
//! Serves until the process ends; every caller on this machine is `dev`.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Query, Request, State},
    http::{StatusCode, request::Parts},
    middleware::{Next, from_fn},
    response::Response,
};
use doorman::{Doorman, DoormanBuilder};
use doorman_axum::{Caller, Describe, Place, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Default)]
struct App {
    orders: Arc<AtomicU64>,
}

/// What a layer found out; the handler takes it, and no agent can set it.
#[derive(Clone)]
struct Region(&'static str);

/// An extractor that asks nothing of the agent.
impl<S: Sync> FromRequestParts<S> for Region {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// An extractor that asks for a page, and says so.
struct Page(u32);

#[derive(Deserialize, JsonSchema)]
struct PageQuery {
    /// The page, from 1.
    #[schemars(range(min = 1))]
    page: Option<u32>,
}

impl Describe for Page {
    type Asked = PageQuery;
    const PLACE: Place = Place::Query;
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state)
            .await
            .map_err(|_| StatusCode::BAD_REQUEST)?;
        Ok(Self(query.page.unwrap_or(1)))
    }
}

#[derive(Serialize, JsonSchema)]
struct Orders {
    shop: String,
    region: &'static str,
    page: u32,
    caller: String,
    total: u64,
}

/// The orders of one shop, page by page.
#[expose(get = "/shops/{shop}/orders", scopes = ["orders:read"])]
async fn orders(
    Path(shop): Path<String>,
    Page(page): Page,
    region: Region,
    caller: Caller,
    State(app): State<App>,
) -> Json<Orders> {
    let total = app.orders.load(Ordering::Relaxed);
    Json(Orders { shop, region: region.0, page, caller: caller.subject().to_owned(), total })
}

/// Places an order.
#[expose(post = "/orders", scopes = ["orders:write"], destructive = false, reason = "only adds an order")]
async fn order(State(app): State<App>) -> StatusCode {
    app.orders.fetch_add(1, Ordering::Relaxed);
    StatusCode::CREATED
}

async fn in_region(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Region("eu-west"));
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let doorman = shop(Doorman::dev("shop"))?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Serving MCP at http://{}/mcp", listener.local_addr()?);
    doorman_axum::serve(listener, doorman_axum::router(doorman)?).await?;
    Ok(())
}

fn shop(builder: DoormanBuilder) -> Result<Doorman, doorman::Error> {
    let app = App::default();
    let tools = tools![orders, order]
        .with_router(|routes: Router<App>| routes.layer(from_fn(in_region)).with_state(app));
    builder.tools(tools).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let report = doorman::testing::matrix(&shop(Doorman::builder("shop"))?).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
