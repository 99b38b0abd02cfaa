//! Tools as rows: what each is, and how a call reaches it.

use std::{fmt, sync::Arc};

pub use futures_util::future::BoxFuture;

use crate::{
    call::{Call, Reply},
    error::{Error, Refusal},
    spec::Spec,
};

/// How a call that the guard has let through reaches its tool.
pub trait Dispatch: Send + Sync + 'static {
    /// Runs the tool. The guard drops the future at the timeout, and when the caller goes away.
    ///
    /// # Errors
    /// What the agent may hear instead of a reply.
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>>;
}

/// A tool and the way to it.
#[derive(Clone)]
pub(crate) struct Tool {
    pub(crate) spec: Arc<Spec>,
    pub(crate) dispatch: Arc<dyn Dispatch>,
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec.fmt(f)
    }
}

/// Tools that are ready to be served; what is wrong with them is told by `build()`.
///
/// ```
/// use doorman::{expose, tools};
///
/// /// Adds two numbers.
/// #[expose(public, read_only)]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// assert_eq!(tools![add].with_state(()).len(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Toolset {
    pub(crate) tools: Vec<Tool>,
    pub(crate) errors: Vec<Error>,
}

impl Toolset {
    #[doc(hidden)]
    /// Adds a tool, or keeps what is wrong with it until `build()`.
    pub fn push(&mut self, spec: Result<Spec, Error>, dispatch: impl Dispatch) {
        match spec {
            Ok(spec) => {
                self.tools.push(Tool { spec: Arc::new(spec), dispatch: Arc::new(dispatch) });
            }
            Err(error) => self.errors.push(error),
        }
    }

    #[doc(hidden)]
    /// Keeps a mistake until `build()`.
    pub fn refuse(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// The number of tools.
    ///
    /// ```
    /// # use doorman::{expose, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// assert_eq!(tools![ping].with_state(()).len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.tools.len()
    }

    /// Whether there is no tool.
    ///
    /// ```
    /// assert!(doorman::Toolset::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }
}
