//! axum handlers as MCP tools, and a `doorman::Doorman` as a route.
//!
//! # Handlers
//!
//! [`expose`] on a handler says its route, who may call it and what it changes; [`tools!`] lists the handlers
//! that are tools. With their state they are served from a private router: a call of an agent becomes a request
//! that never leaves the process, so extractors and state work as ever.
//!
//! ```
//! use axum::{Json, extract::Path, http::StatusCode};
//! use doorman::{Doorman, OAuth, StaticTokens, VerifiedToken};
//! use doorman_axum::{expose, tools};
//!
//! #[derive(serde::Serialize, schemars::JsonSchema)]
//! struct Invoice {
//!     id: u64,
//!     amount: f64,
//! }
//!
//! /// One invoice.
//! #[expose(get = "/invoices/{id}", scopes = ["invoices:read"])]
//! async fn get_invoice(Path(id): Path<u64>) -> Result<Json<Invoice>, StatusCode> {
//!     Ok(Json(Invoice { id, amount: 12.5 }))
//! }
//!
//! const RESOURCE: &str = "https://api.example.com/mcp";
//! let alice = VerifiedToken::new("alice").audience(RESOURCE).scopes("invoices:read")?;
//! let doorman = Doorman::builder("billing")
//!     .auth(OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", alice)))
//!     .tools(tools![get_invoice].with_state(()))
//!     .build()?;
//! let app: axum::Router = doorman_axum::router(doorman)?;
//! # Ok::<(), doorman::Error>(())
//! ```
//!
//! [`Caller`] tells a handler who calls. What an extractor of one's own asks of the caller is told by
//! [`Describe`], what a type of one's own answers by [`Answer`].
//!
//! # Layers, and applications that are there already
//!
//! [`Tools::with_router`] puts layers around the private router. [`Tools::through`] takes a finished application
//! instead, and calls travel through all of it.
//!
//! # Programs and agents
//!
//! `.also_over_http()` on a toolset publishes the handlers' own routes too, behind the same guard.
//!
//! # Serving
//!
//! [`router`] is the MCP endpoint with the documents that clients look for, to be merged into an application;
//! [`serve`] serves it with the addresses that requests come from, [`serve_until`] to a good end.

mod admission;
mod aim;
mod bind;
mod caller;
#[cfg(feature = "dev-issuer")]
mod dev_issuer;
mod dispatch;
mod door;
mod extract;
mod forward;
mod gate;
mod mount;
mod path;
mod pieces;
#[doc(hidden)]
pub mod private;
mod probe;
mod protocol;
mod reply;
mod tools;

pub use caller::Caller;
#[cfg(feature = "dev-issuer")]
pub use dev_issuer::DevIssuer;
/// ```
/// use axum::{Json, extract::Path, http::StatusCode};
/// use doorman_axum::{expose, tools};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Refund {
///     amount: f64,
/// }
///
/// /// Pays back an invoice.
/// #[expose(post = "/invoices/{id}/refund", scopes = ["invoices:write"], destructive)]
/// async fn refund(Path(id): Path<u64>, Json(refund): Json<Refund>) -> Result<String, StatusCode> {
///     Ok(format!("paid back {} of {id}", refund.amount))
/// }
///
/// let toolset = tools![refund].with_state(());
/// ```
pub use doorman_macros::expose_handler as expose;
pub use extract::{Describe, Place};
pub use mount::{router, serve, serve_until};
pub use reply::{Answer, Answered};
pub use tools::Tools;

/// The README's code, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// That of the pages, compiled.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../docs/existing-app.md")]
    struct ExistingApp;
    #[doc = include_str!("../../docs/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../../docs/stdio.md")]
    struct Stdio;
    #[doc = include_str!("../../docs/audit.md")]
    struct Audit;
}
