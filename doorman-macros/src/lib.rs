//! The `#[expose]` attribute of doorman: syntax in, code out.
//!
//! Use it as `doorman::expose` (plain functions) and `doorman_axum::expose` (axum handlers), which
//! document its arguments.

use proc_macro::TokenStream;

use crate::tool::Kind;

mod args;
mod check;
mod doc;
mod errors;
mod expand;
mod handler;
mod tool;

/// Makes a plain function a tool.
///
/// | argument | meaning | default |
/// |---|---|---|
/// | `scopes = ["a:read", …]` | the caller needs every one of these | none: this or `public` |
/// | `public` | no scope is needed; excludes `destructive` | – |
/// | `read_only` | a call changes nothing | none: one of these three |
/// | `destructive` | a call changes or removes something | |
/// | `destructive = false, reason = "…"` | a call only adds something | |
/// | `idempotent`, `idempotent = false` | a second call changes nothing more | with `read_only` |
/// | `open_world = false` | the tool reaches nothing beyond a closed domain | open |
/// | `timeout = "5s"` | a call is given up after it (`ms`, `s`, `m`, `h`); `async` functions only | 30 seconds |
/// | `name`, `title`, `description` | what the agent reads | function's name, –, doc comment |
/// | `tool = AddTool` | another name for `tools![]` and the hidden type | the function's |
/// | `crate = ::path` | where `doorman` is | `::doorman` |
///
/// Doc comments on parameters become their descriptions. A parameter's name is that in its pattern,
/// without underscores at its front.
#[proc_macro_attribute]
pub fn expose(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expose(Kind::Function, arguments.into(), &item.into()).into()
}

/// Makes an axum handler a tool.
///
/// Needs one route: `get`, `post`, `put`, `patch` or `delete` `= "/path/{param}"`. All but `get` also
/// need `destructive`; `post` may say `destructive = false, reason = "…"`. Every other argument is that of
/// `doorman::expose`.
#[proc_macro_attribute]
pub fn expose_handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expose(Kind::Handler, arguments.into(), &item.into()).into()
}

/// Derives the JSON Schema of a type, with marks that let the guard mask fields in what a tool answers.
///
/// It takes the place of `schemars::JsonSchema` in the list of derives, and reads the same `#[serde(…)]`
/// and `#[schemars(…)]` attributes. `#[redact]` above a field masks its value whole;
/// `#[redact(mask = "last4")]` keeps the last four characters of texts of eight or more.
#[proc_macro_derive(Redact, attributes(redact, schemars, serde, validate, garde))]
pub fn redact(item: TokenStream) -> TokenStream {
    expand::redact(item.into()).into()
}
