//! What the targets share: a server without a socket, and the attribute without a compiler.

// A macro's crate exports nothing else, so its files are read once more.
#[path = "../../../doorman-macros/src/args.rs"]
mod args;
#[path = "../../../doorman-macros/src/check/mod.rs"]
mod check;
#[path = "../../../doorman-macros/src/doc.rs"]
mod doc;
#[path = "../../../doorman-macros/src/errors.rs"]
mod errors;
#[path = "../../../doorman-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../../doorman-macros/src/handler.rs"]
mod handler;
mod server;
#[path = "../../../doorman-macros/src/tool.rs"]
mod tool;

use proc_macro2::TokenStream;

pub use self::server::{Answer, ISSUER, RESOURCE, Server, TOKEN, bearer, call, oauth, post};
use self::tool::Kind;

/// `doorman::expose`.
#[must_use]
pub fn expose_function(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    expand::expose(Kind::Function, arguments, item)
}

/// `doorman_axum::expose`.
#[must_use]
pub fn expose_handler(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    expand::expose(Kind::Handler, arguments, item)
}

/// `doorman::Redact`.
#[must_use]
pub fn redact(item: TokenStream) -> TokenStream {
    expand::redact(item)
}
