//! Tools as rows: what each is, and how a call reaches it.

use std::{any::Any, fmt, future::ready, sync::Arc};

pub use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    call::{Call, Reply},
    error::{Error, Refusal},
    spec::Spec,
    uri::UriPattern,
};

/// How a call that the guard has let through reaches its tool.
pub trait Dispatch: Send + Sync + 'static {
    /// Runs the tool. The guard drops the future at the timeout, and when the caller goes away.
    ///
    /// # Errors
    /// What the agent may hear instead of a reply.
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>>;

    /// Whether the tool still is what is published; one that is not leaves the list. Only another
    /// server's tool can change, and its `dispatch` refuses it then.
    fn unchanged(&self) -> BoxFuture<'_, bool> {
        Box::pin(ready(true))
    }

    /// Whether the tool may send log messages and progress before its result.
    fn notifies(&self) -> bool {
        false
    }

    /// Whether the tool may ask its caller something while it runs.
    fn asks(&self) -> bool {
        false
    }

    /// Whether a call of it lasts for as long as its caller listens: such calls are few at a time.
    fn listens(&self) -> bool {
        false
    }

    /// Whether it is another server's, which may use more of the protocol than arguments and an answer.
    fn is_foreign(&self) -> bool {
        false
    }
}

/// A tool and the way to it.
#[derive(Clone)]
pub(crate) struct Tool {
    pub(crate) spec: Arc<Spec>,
    pub(crate) dispatch: Arc<dyn Dispatch>,
    pub(crate) role: Role,
}

/// What a row is in the protocol. The guard makes no difference.
#[derive(Clone)]
pub(crate) enum Role {
    Tool,
    /// A prompt, as it is published, and its name.
    Prompt {
        name: String,
        published: Arc<Value>,
    },
    /// Resources of another server whose addresses match.
    Resource(UriPattern),
    /// What shows another server's resources, for those who may read some: the rows of its patterns. It
    /// is called for lists of them.
    Resources(Arc<[Arc<Spec>]>),
    /// What shows their templates, likewise.
    Templates(Arc<[Arc<Spec>]>),
    /// What completes the arguments of the prompt of this name.
    PromptCompletion(String),
    /// What completes the parts of templates that make such addresses.
    TemplateCompletion(UriPattern),
    /// What answers those who want to hear of changes of such resources, and cannot.
    Subscription(UriPattern),
    /// What tells of changes of such resources.
    Updates(UriPattern),
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
    /// What the adapter that made the tools keeps of their routes; nobody else can read it.
    pub(crate) routes: Option<Arc<dyn Any + Send + Sync>>,
    pub(crate) published: bool,
}

impl Toolset {
    #[doc(hidden)]
    /// Adds a tool, or keeps what is wrong with it until `build()`.
    pub fn push(&mut self, spec: Result<Spec, Error>, dispatch: impl Dispatch) {
        match spec {
            Ok(spec) => {
                self.add(spec, Arc::new(dispatch), Role::Tool);
            }
            Err(error) => self.errors.push(error),
        }
    }

    pub(crate) fn add(
        &mut self,
        spec: impl Into<Arc<Spec>>,
        dispatch: Arc<dyn Dispatch>,
        role: Role,
    ) {
        self.tools.push(Tool { spec: spec.into(), dispatch, role });
    }

    #[doc(hidden)]
    /// Keeps a mistake until `build()`.
    pub fn refuse(&mut self, error: Error) {
        self.errors.push(error);
    }

    #[doc(hidden)]
    /// Keeps what an adapter needs to publish the tools' routes.
    pub fn keep_routes(&mut self, routes: impl Any + Send + Sync) {
        self.routes = Some(Arc::new(routes));
    }

    /// Publishes the handlers' own HTTP routes beside the MCP endpoint, guarded by the same declaration:
    /// the same tokens, scopes, rates, budgets and audit log, one bucket for both doors. Programs get the
    /// response as the handler gave it, whole and unredacted; agents get tools, as ever. It is for axum
    /// handlers, and `doorman_axum::router` serves the routes; functions have none, so `build()` refuses
    /// them:
    ///
    /// ```
    /// # use doorman::{Doorman, expose, tools};
    /// /// Adds two numbers.
    /// #[expose(public, read_only)]
    /// fn add(a: i64, b: i64) -> i64 {
    ///     a + b
    /// }
    ///
    /// let tools = tools![add].with_state(()).also_over_http();
    /// assert!(Doorman::builder("calculator").tools(tools).build().is_err());
    /// ```
    #[must_use]
    pub fn also_over_http(mut self) -> Self {
        if self.routes.is_none() {
            self.errors.push(Error::Setting {
                setting: "also_over_http",
                problem: "is said of tools that have no routes here".into(),
                allowed: "handlers of `doorman_axum::tools![…]` with a state or a router of their own; an application \
                          that they go `through` serves its routes by itself",
            });
        }
        self.published = true;
        self
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
