//! doorman turns Rust functions into MCP tools that refuse by default.
//!
//! This crate is the decision: what a tool is, who may call it, and one guard in front of all of them.
//! It knows no HTTP server; `doorman_axum` serves it, and makes axum handlers tools.
//!
//! ```
//! use doorman::{Doorman, OAuth, StaticTokens, VerifiedToken, expose, tools};
//!
//! /// Adds two numbers.
//! #[expose(scopes = ["math:add"], read_only)]
//! fn add(
//!     /// The first number.
//!     a: i64,
//!     /// The second number; 1 where it is left out.
//!     b: Option<i64>,
//! ) -> i64 {
//!     a + b.unwrap_or(1)
//! }
//!
//! const RESOURCE: &str = "https://api.example.com/mcp";
//! let alice = VerifiedToken::new("alice").audience(RESOURCE).scopes("math:add")?;
//! let doorman = Doorman::builder("calculator")
//!     .auth(OAuth::new("https://sso.example.com", RESOURCE)?.verifier(StaticTokens::new().insert("t0ken", alice)))
//!     .tools(tools![add].with_state(()))
//!     .build()?;
//! # Ok::<(), doorman::Error>(())
//! ```

mod audit;
mod auth;
mod authorize;
mod bucket;
mod builder;
mod call;
mod config;
mod distinct;
mod doorman;
mod error;
mod function;
mod guard;
mod limits;
#[cfg(feature = "measure")]
#[doc(hidden)]
pub mod measure;
mod principal;
#[doc(hidden)]
pub mod private;
mod rate;
mod redact;
mod schema;
mod scope;
mod server;
mod signature;
mod spec;
mod tool;
mod units;
mod validate;

pub use audit::{AuditLog, AuditRecord, AuditSink};
pub use auth::{
    Credential, Denial, JwtAlgorithm, OAuth, ResourceMetadata, StaticTokens, TokenError,
    TokenVerifier, TrustedIssuer, VerifiedToken,
};
pub use builder::DoormanBuilder;
pub use doorman::{Doorman, Listing};
/// ```
/// use doorman::{Principal, State, expose, tools};
///
/// /// Notes something down.
/// #[expose(scopes = ["notes:write"], destructive = false, reason = "it only adds a note", timeout = "5s")]
/// async fn note(
///     principal: Principal,
///     State(prefix): State<&'static str>,
///     /// What to note.
///     text: String,
/// ) -> String {
///     format!("{prefix} {}: {text}", principal.subject())
/// }
///
/// let toolset = tools![note].with_state("noted by");
/// ```
pub use doorman_macros::expose;
pub use error::Error;
pub use function::Tools;
pub use principal::{Principal, Transport};
pub use redact::{Pii, Redacted, Redactions, Redactor, Secret};
pub use scope::{MalformedScope, Scope, ScopeSet};
pub use signature::{FromRef, State};
pub use tool::Toolset;
pub use units::Units;
