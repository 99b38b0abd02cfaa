//! Without the prelude, and with every name that generated code could lean on taken by something else.
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros, reason = "the names are only there to be in the way")]

mod core {}
mod std {}
mod doorman {}
mod doorman_axum {}
mod private {}
struct Option;
struct Result;
struct String;
struct Ok;
trait Sync {}
trait Function {}
trait Handler {}
macro_rules! assert {
    () => {};
}
macro_rules! concat {
    () => {};
}

/// Adds.
#[doc = ::core::concat!("a", "b")]
#[::doorman::expose(public, read_only, title = "Add")]
#[must_use]
pub fn add(_: ::doorman::Principal, a: i64, b: ::core::option::Option<i64>) -> i64 {
    match b {
        ::core::option::Option::Some(b) => a + b,
        ::core::option::Option::None => a,
    }
}

/// Echoes.
///
/// # Errors
/// Never.
#[::doorman_axum::expose(post = "/echo/{id}", scopes = ["a"], destructive, tool = EchoTool)]
pub async fn echo(
    ::axum::extract::Path(_id): ::axum::extract::Path<u64>,
    body: ::axum::Json<u64>,
) -> ::core::result::Result<::axum::Json<u64>, ::axum::http::StatusCode> {
    ::core::result::Result::Ok(body)
}

#[test]
fn both_are_tools() {
    let tools = ::doorman::tools![add].with_state(());
    ::core::assert_eq!(tools.len(), 1);
    let tools = ::doorman_axum::tools![EchoTool].with_state(());
    ::core::assert_eq!(tools.len(), 1);
}
