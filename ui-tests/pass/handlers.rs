//! Every method, and every argument of the attribute for handlers.

use axum::{
    Form, Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
};
use doorman_axum::{Caller, expose};

/// An order.
#[derive(Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
pub struct Order {
    amount: f64,
}

/// A page.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Page {
    page: Option<u32>,
}

/// Lists.
#[expose(get = "/orders", public)]
pub async fn list(Query(page): Query<Page>) -> String {
    page.page.unwrap_or(1).to_string()
}

/// Creates.
#[expose(post = "/orders", public, destructive = false, reason = "it only adds an order")]
pub async fn create(State(_): State<u8>, Json(order): Json<Order>) -> (StatusCode, Json<Order>) {
    (StatusCode::CREATED, Json(order))
}

/// Replaces.
#[expose(put = "/orders/{id}", scopes = ["orders:write"], destructive, timeout = "500ms")]
pub async fn replace(Path(_): Path<u64>, _headers: HeaderMap, Form(_): Form<Order>) {}

/// Changes.
///
/// # Errors
/// Never.
#[expose(patch = "/orders/{id}/lines/{line}", scopes = ["orders:write"], destructive)]
pub async fn change(
    Path((_id, _line)): Path<(u64, String)>,
    _caller: Caller,
    Json(order): Json<Order>,
) -> Result<Json<Order>, StatusCode> {
    Ok(Json(order))
}

/// Removes.
#[expose(delete = "/orders/{id}", scopes = ["orders:write"], destructive, open_world = false)]
pub async fn remove(Path(_): Path<u64>) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// A GET that does change something.
#[expose(get = "/next", scopes = ["orders:write"], destructive, idempotent = false)]
pub async fn next() -> &'static str {
    "1"
}

#[test]
fn the_facts_are_those_that_were_written() {
    use doorman_axum::private::Handler;
    let facts = [<list as Handler>::FACTS, <replace as Handler>::FACTS, <next as Handler>::FACTS];
    let [list_facts, replace_facts, next_facts] = facts.map(|facts| format!("{facts:?}"));
    assert!(list_facts.contains("Public, effect: ReadOnly"), "{list_facts}");
    assert!(list_facts.contains("idempotent: true"), "{list_facts}");
    assert!(replace_facts.contains("effect: Destructive"), "{replace_facts}");
    assert!(replace_facts.contains("idempotent: true"), "{replace_facts}");
    assert!(replace_facts.contains("timeout: 500ms"), "{replace_facts}");
    assert!(next_facts.contains("effect: Destructive"), "{next_facts}");
    assert!(next_facts.contains("idempotent: false"), "{next_facts}");
    assert_eq!(<change as Handler>::PATH, "/orders/{id}/lines/{line}");
}

#[test]
fn all_are_tools() {
    use axum::Router;
    use doorman_axum::tools;
    let tools = tools![list, create, replace, change, remove, next].with_state(1_u8);
    assert_eq!(tools.len(), 6, "{tools:?}");
    let tools = tools![create].with_router(|routes: Router<u8>| routes.with_state(1));
    assert_eq!(tools.len(), 1, "{tools:?}");
}
