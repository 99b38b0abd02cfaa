//! Under the strictest lints, generated code says nothing.
#![forbid(unsafe_code, non_camel_case_types, non_snake_case, unused, missing_docs)]
#![deny(
    warnings,
    unreachable_pub,
    unnameable_types,
    missing_debug_implementations,
    missing_copy_implementations,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::exhaustive_enums,
    clippy::min_ident_chars,
    clippy::missing_docs_in_private_items,
    clippy::missing_inline_in_public_items,
    clippy::absolute_paths,
    clippy::unwrap_used,
    clippy::panic
)]

use std::future::ready;

use axum::{Json, extract::Path};
use doorman::{Principal, State};

/// Adds.
#[doorman::expose(public, read_only, tool = AddTool)]
#[must_use]
#[inline]
pub fn add(_: Principal, State(_): State<u8>, left: i64, right: i64) -> i64 {
    left.saturating_add(right)
}

/// Waits.
///
/// # Errors
/// Never.
#[doorman::expose(scopes = ["clock"], destructive, timeout = "1s", tool = WaitTool)]
#[inline]
pub async fn wait(_: Principal, seconds: u64) -> Result<u64, String> {
    ready(Ok(seconds)).await
}

/// Echoes.
#[doorman_axum::expose(post = "/echo/{id}", scopes = ["a"], destructive, tool = EchoTool)]
#[inline]
pub async fn echo(
    /// Which.
    Path(_id): Path<u64>,
    Json(body): Json<u64>,
) -> Json<u64> {
    ready(Json(body)).await
}

/// The same, where the lint of names may be lifted.
#[deny(warnings)]
pub mod own_names {
    use std::future::ready;

    /// Pings.
    #[doorman_axum::expose(get = "/ping", public, tool = PingTool)]
    #[inline]
    pub async fn ping() -> &'static str {
        ready("pong").await
    }
}

#[test]
fn all_are_tools() {
    assert_eq!(doorman::tools![AddTool, WaitTool].with_state(1_u8).len(), 2);
    assert_eq!(doorman_axum::tools![EchoTool, own_names::PingTool].with_state(()).len(), 2);
}
