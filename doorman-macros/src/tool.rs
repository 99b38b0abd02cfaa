//! The checked model: what `expand` writes code from.

use syn::{DeriveInput, Ident, Path, Type, parse_quote};

use crate::{doc::Part, handler::Function};

/// Which of the two attributes stands on the function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `doorman_axum::expose`.
    Handler,
    /// `doorman::expose`.
    Function,
}

impl Kind {
    /// Where the generated code finds what it uses, unless `crate = …` says otherwise.
    pub(crate) fn runtime(self) -> Path {
        match self {
            Self::Handler => parse_quote!(::doorman_axum),
            Self::Function => parse_quote!(::doorman),
        }
    }
}

/// A function under `#[expose]` and what becomes of it.
pub(crate) struct Exposed {
    pub(crate) kind: Kind,
    pub(crate) function: Function,
    pub(crate) runtime: Path,
    /// What `tools![]` calls it: the function's own identifier, or that of `tool = …`.
    pub(crate) ident: Ident,
    pub(crate) outcome: Outcome,
}

impl Exposed {
    /// Whether `tool = …` gave another name.
    pub(crate) fn is_renamed(&self) -> bool {
        self.ident != self.function.signature.ident
    }
}

pub(crate) enum Outcome {
    Tool(Box<Tool>),
    /// With an error, a stand-in keeps `tools![refund]` from adding a second, misleading one.
    StandIn {
        error: syn::Error,
        name: String,
        /// Whether the function itself can stand in `tools![]`; otherwise it needs an empty one in
        /// its place.
        fits: bool,
    },
}

/// A tool without a mistake.
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) access: Access,
    pub(crate) effect: Effect,
    pub(crate) title: Option<String>,
    pub(crate) description: Vec<Part>,
    pub(crate) idempotent: bool,
    pub(crate) open_world: bool,
    pub(crate) timeout_millis: Option<u64>,
    pub(crate) rate: Option<String>,
    pub(crate) cost: Option<f64>,
    pub(crate) redact: Vec<String>,
    /// The handler's; a plain function has none.
    pub(crate) route: Option<Route>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: Type,
}

pub(crate) enum Access {
    Public,
    Scopes(Vec<String>),
}

#[derive(PartialEq, Eq)]
pub(crate) enum Effect {
    ReadOnly,
    Additive(String),
    Destructive,
}

pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

pub(crate) struct Parameter {
    /// Empty where the pattern gives none.
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: Vec<Part>,
    /// What is told where the type, which only rustc knows, turns out to need what the parameter lacks.
    pub(crate) unless: Option<Unless>,
}

/// A condition that is asked of rustc.
pub(crate) struct Unless {
    pub(crate) at: proc_macro2::TokenStream,
    pub(crate) message: String,
}

/// A type under `#[derive(Redact)]`, with attributes that schemars reads, and marks that it understands.
pub(crate) struct Marked {
    pub(crate) item: DeriveInput,
    pub(crate) runtime: Path,
    /// With an error, the schema is still made: a missing one would be told at every use.
    pub(crate) error: Option<syn::Error>,
}
