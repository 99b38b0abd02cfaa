//! doorman turns Rust functions into MCP tools that refuse by default.
//!
//! This crate is the decision: what a tool is, who may call it, and one guard in front of all of them.
//! It knows no HTTP server; `doorman_axum` serves it, and makes axum handlers tools.
//!
//! # A tool
//!
//! [`expose`] on a function says who may call it and what it changes; the build refuses what it does not
//! say. Doc comments become the descriptions that an agent reads. [`tools!`] lists the functions that are
//! tools; what is not listed is none.
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
//!
//! # Who calls
//!
//! Over HTTP, [`OAuth`] names the issuer whose access tokens count for this resource, and [`TrustedIssuer`]
//! what its tokens may lack; own formats take a [`TokenVerifier`]. On standard input it is whom
//! [`DoormanBuilder::stdio_principal`] names, or the token in `DOORMAN_TOKEN`. A function that takes a
//! [`Principal`] learns who it is. Where nobody is verified, only `public` tools answer.
//!
//! # How often, and for how much
//!
//! `rate` and `cost` in the attribute, [`DoormanBuilder::rate_limit`] and [`DoormanBuilder::budget`].
//!
//! # What comes back
//!
//! Answers and error texts are redacted, by key and by shape: [`DoormanBuilder::redact`] names keys, [`Pii`],
//! [`Secret`] and [`derive@Redact`] declare places, [`Mask`] says what a mask shows. [`Redactor`] does the
//! same outside of a server.
//!
//! # What remains
//!
//! Each attempt leaves one [`AuditRecord`], without a value, where the [`AuditLog`] puts it.
//!
//! # Serving and testing
//!
//! `doorman_axum::router(doorman)?` is a router for an axum application; [`Doorman::serve_stdio`] serves
//! standard input and output. The feature `testing` brings `doorman::testing`, which calls tools as anybody
//! without a server, and tries on every tool what should be refused.

mod audit;
mod auth;
mod authorize;
mod bucket;
mod builder;
mod call;
mod config;
mod distinct;
mod door;
mod doorman;
mod error;
mod function;
mod guard;
mod json;
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
mod sessions;
mod signature;
mod spec;
#[cfg(feature = "testing")]
pub mod testing;
mod tool;
mod units;
mod uri;
mod validate;

pub use audit::{AuditLog, AuditRecord, AuditSink};
pub use auth::{
    Credential, Denial, JwtAlgorithm, OAuth, ResourceMetadata, StaticTokens, TokenError,
    TokenVerifier, TrustedIssuer, VerifiedToken,
};
pub use builder::DoormanBuilder;
pub use doorman::{Doorman, Listing};
/// Stands in the place of `schemars::JsonSchema`, which it implements: a list of derives with both does
/// not compile. The marks reach the output schema of every tool that answers with the type, at any depth,
/// as `"x-doorman-redact"`; the guard masks what stands there, however it looks, and plain HTTP responses
/// stay whole.
///
/// ```
/// use doorman::Redact;
/// use serde::Serialize;
///
/// #[derive(Serialize, Redact)]
/// #[serde(rename_all = "camelCase")]
/// struct Payment {
///     id: u64,
///     #[redact]
///     paid_by: String,
///     /// Of the card.
///     #[redact(mask = "last4")]
///     card_number: Option<String>,
/// }
///
/// let schema = schemars::schema_for!(Payment);
/// assert_eq!(schema.as_value()["properties"]["paidBy"]["x-doorman-redact"], "redacted");
/// ```
///
/// Fields of structs, of tuples and of the variants of enums can be marked. `#[redact(crate = ::path)]`
/// above the type tells where `doorman` is.
///
/// # What is masked
/// - `#[redact]`: texts, numbers and booleans as `«redacted»`; of a container every leaf, and the keys
///   that are no names of fields. Names of fields and variants, lengths and `null` stay.
/// - `#[redact(mask = "last4")]`: texts of eight or more characters as `«…1234»`; all else as above. It
///   wins over sensitive keys and patterns: the card number above is shown as it says.
/// - Variants of an enum that share a field name are masked there if one of them marks it.
/// - In an answer that carries marks, members that its schema does not tell of are masked too.
///
/// # Limits
/// A mark is in the schema, and what the schema does not tell of has none: keys of maps that are marked
/// types themselves (mark the map), and fields whose type is given another schema by
/// `#[schemars(with = "…")]` around a type with marks. No schema describes the words of a refusal: an
/// object or array among them stays inside, sentences are redacted by key and by shape.
/// In `#[serde(default = "…")]` and its like, `Self` is a hidden copy of the type: write its name.
pub use doorman_macros::Redact;
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
pub use redact::{
    Containers, Detector, LogFields, Mask, Pii, Redacted, Redactions, Redactor, Secret, Span,
};
pub use scope::{MalformedScope, Scope, ScopeSet};
pub use server::{Allow, Foreign};
pub use sessions::Sessions;
pub use signature::{FromRef, State};
pub use tool::Toolset;
pub use units::Units;
