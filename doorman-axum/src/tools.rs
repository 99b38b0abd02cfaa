//! Handlers as rows, and the ways to serve them.

use std::{collections::BTreeMap, fmt};

use axum::{Router, extract::DefaultBodyLimit, http::HeaderName, routing::MethodFilter};
use doorman::{
    Error, Toolset,
    private::{Facts, Spec},
};

use crate::{
    aim::{Aim, only_aimed, only_matched, only_own},
    bind::{Binding, Mount, Through, With},
    dispatch::Handled,
    extract::{Finished, Shape},
    forward::forwardable,
    path::PathTemplate,
    probe::probe,
    reply::Answered,
};

/// The HTTP method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    pub(crate) fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    pub(crate) fn as_http(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Patch => http::Method::PATCH,
            Self::Delete => http::Method::DELETE,
        }
    }
}

/// A handler with `#[expose]`: what the attribute wrote down.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an exposed handler",
    label = "no `#[doorman_axum::expose(…)]` on it",
    note = "only handlers that carry `#[doorman_axum::expose(…)]` go into `doorman_axum::tools![]`; plain functions go into `doorman::tools![]`"
)]
pub trait Handler {
    /// Name, access, effect and texts.
    const FACTS: Facts;
    /// The route's method.
    const METHOD: Method;
    /// The route's path in axum's syntax.
    const PATH: &'static str;
    /// Adds what the extractors ask of the caller, in the order of the parameters.
    fn arguments(shape: &mut Shape);
    /// What the return type says.
    fn answered() -> Answered;
}

/// A handler on its way into a toolset.
pub struct Row<B: Binding> {
    facts: Facts,
    method: Method,
    path: &'static str,
    arguments: fn(&mut Shape),
    answered: fn() -> Answered,
    last_takes_body: bool,
    mounted: B::Mounted,
}

impl<B: Binding> fmt::Debug for Row<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.facts.name())
    }
}

/// One row of `doorman_axum::tools![]`.
pub fn row<K: Handler, H: Mount<T, B>, T, B: Binding>(handler: H) -> Row<B> {
    Row {
        facts: K::FACTS,
        method: K::METHOD,
        path: K::PATH,
        arguments: K::arguments,
        answered: K::answered,
        last_takes_body: H::last_takes_body(),
        mounted: handler.mount(K::METHOD.filter()),
    }
}

/// What `doorman_axum::tools![]` gives: handlers that wait for their state.
///
/// ```
/// use doorman_axum::{expose, tools};
///
/// /// Answers.
/// #[expose(get = "/ping", public)]
/// async fn ping() -> &'static str {
///     "pong"
/// }
///
/// let toolset = tools![ping].with_state(());
/// ```
#[derive(Debug)]
#[must_use = "tools are served only once `.with_state(…)`, `.with_router(…)` or `.through(…)` has made them a toolset"]
pub struct Tools<B: Binding> {
    rows: Vec<Row<B>>,
    forwarded: Vec<&'static str>,
}

impl<B: Binding> Tools<B> {
    #[doc(hidden)]
    pub fn from_rows<const N: usize>(rows: [Row<B>; N]) -> Self {
        Self { rows: rows.into(), forwarded: Vec::new() }
    }

    /// Names the headers of the agent's request that handlers may see; without it they see none.
    /// Credentials and addresses (`Authorization`, `Cookie`, `Proxy-*`, `Forwarded`,
    /// `X-Forwarded-*`, …) and what describes the request itself can never be named: `build()` refuses
    /// them. What a header says is the agent's own word; never decide on it.
    ///
    /// ```
    /// # use doorman_axum::{expose, tools};
    /// # /// Answers.
    /// # #[expose(get = "/ping", public)]
    /// # async fn ping() -> &'static str { "pong" }
    /// let toolset = tools![ping].forward_headers(["traceparent"]).with_state(());
    /// ```
    pub fn forward_headers<const N: usize>(mut self, names: [&'static str; N]) -> Self {
        self.forwarded.extend(names);
        self
    }

    /// What the handlers say of themselves, and the handlers; what is wrong is kept in the toolset.
    fn described(self, tools: &mut Toolset) -> Vec<(Described, B::Mounted)> {
        let forwarded = forwardable(&self.forwarded, tools);
        let mut claims = Claims::default();
        let mut described = Vec::new();
        for row in self.rows {
            match claims.claim(row.facts.name(), row.method, row.path) {
                Ok(template) => {
                    let mut shape = Shape::new(template, row.method == Method::Get);
                    (row.arguments)(&mut shape);
                    let said = Described {
                        facts: row.facts,
                        method: row.method,
                        path: row.path,
                        answered: (row.answered)(),
                        finished: shape.finish(row.last_takes_body),
                        forwarded: forwarded.clone(),
                    };
                    described.push((said, row.mounted));
                }
                Err(problem) => tools.refuse(refusal(&row.facts, problem)),
            }
        }
        described
    }
}

impl<S: Clone + Send + Sync + 'static> Tools<With<S>> {
    /// Serves the handlers from a private router with this state: no request from outside reaches it.
    /// `.also_over_http()` publishes the handlers' own routes too, guarded by the same declaration.
    ///
    /// ```
    /// # use axum::extract::State;
    /// # use doorman_axum::{expose, tools};
    /// /// Greets.
    /// #[expose(get = "/greeting", public)]
    /// async fn greet(State(word): State<&'static str>) -> &'static str {
    ///     word
    /// }
    /// let toolset = tools![greet].with_state("hello");
    /// # assert_eq!(toolset.len(), 1);
    /// ```
    #[must_use]
    pub fn with_state(self, state: S) -> Toolset {
        self.with_router(|routes| routes.with_state(state))
    }

    /// Serves the handlers from a private router under the user's own layers.
    ///
    /// ```
    /// use axum::{Extension, Router};
    /// # use doorman_axum::{expose, tools};
    /// # /// Answers.
    /// # #[expose(get = "/ping", public)]
    /// # async fn ping() -> &'static str { "pong" }
    /// let toolset = tools![ping].with_router(|routes: Router<u8>| routes.layer(Extension("blue")).with_state(1));
    /// ```
    #[must_use]
    pub fn with_router(self, finish: impl FnOnce(Router<S>) -> Router) -> Toolset {
        let mut tools = Toolset::default();
        let mut router = Router::new();
        let mut described = Vec::new();
        for (said, handler) in self.described(&mut tools) {
            let tool = said.facts.name();
            router = router.route(said.path, only_aimed(handler, tool));
            let route = said.path;
            described.push((said, Aim::Tool { tool, route }));
        }
        // Both doors have bounded the arguments already.
        let router = only_own(finish(router)).layer(DefaultBodyLimit::disable());
        let mut handlers = Vec::new();
        for (said, aim) in described {
            handlers.push(said.published(&router));
            said.serve(aim, router.clone(), &mut tools);
        }
        tools.keep_routes(Routes(handlers));
        tools
    }
}

impl Tools<Through> {
    /// Serves the handlers from a finished application: calls travel in process through `api`, so that
    /// its extractors, layers, validation and error answers hold for agents as they do for everybody.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// # use doorman_axum::{expose, tools};
    /// # /// Answers.
    /// # #[expose(get = "/ping", public)]
    /// # async fn ping() -> &'static str { "pong" }
    /// let api = Router::new().route("/ping", get(ping));
    /// let toolset = tools![ping].through(api.clone());
    /// ```
    ///
    /// The path in `#[expose]` is the whole path, as the finished router has it: with what every
    /// `.nest(…)` puts before it. Each tool's route is looked up once, here: `build()` refuses a tool that
    /// the router does not route, or routes by another method or another path. Each call is held against
    /// what was found: arguments that lead to another route are refused. No code of the application runs
    /// for the one or the other.
    ///
    /// A router does not show what its fallback and its nested *services* (`.nest_service(…)`,
    /// `.fallback_service(…)`) have. Where a tool's path leads there, they get one request with the method
    /// `DOORMAN-PROBE`, `0` in the place of every argument, and nobody in it: a 405 whose `Allow` names the
    /// tool's method is fine; a 404, or any other 405, is refused by `build()`; after anything else, and
    /// where the answer is not there at once, the tool is served, and `tracing` warns that its route could
    /// not be checked. It warns too where the router has the route and keeps its methods to itself
    /// (`any(…)`, `.route_service(…)`).
    ///
    /// Which function stands at a route cannot be seen: the answer is held against what *this* handler's
    /// type says. `Caller` and the peer's address are in the extensions of the request. The application
    /// sees arguments percent-encoded, so a layer must not decide on the raw text of the path. Its own
    /// limits stay: `DefaultBodyLimit` holds here too.
    #[must_use]
    pub fn through(self, api: Router) -> Toolset {
        let mut tools = Toolset::default();
        let api = only_matched(api);
        for (said, ()) in self.described(&mut tools) {
            let (tool, method, path) = (said.facts.name(), said.method.as_http(), said.path);
            match probe(&api, &method, path, &said.finished.path) {
                Ok(found) => {
                    if !found.is_sure {
                        tracing::warn!(
                            "the route of the tool `{tool}` could not be checked: see that its handler answers `{method} {path}`"
                        );
                    }
                    said.serve(found.aim, api.clone(), &mut tools);
                }
                Err(problem) => tools.refuse(refusal(&said.facts, problem)),
            }
        }
        tools
    }
}

/// A handler's own account, before it has a router.
struct Described {
    facts: Facts,
    method: Method,
    path: &'static str,
    answered: Answered,
    finished: Finished,
    forwarded: Vec<HeaderName>,
}

impl Described {
    /// What it takes to publish its route, behind this router.
    fn published(&self, router: &Router) -> Published {
        Published {
            tool: self.facts.name(),
            method: self.method,
            route: self.path,
            template: self.finished.path.clone(),
            router: router.clone(),
        }
    }

    /// Adds the tool, or what is wrong with it.
    fn serve(self, aim: Aim, router: Router, tools: &mut Toolset) {
        let Self { facts, method, path: _, answered, finished, forwarded } = self;
        let Finished { path, arguments, layout, problems } = finished;
        if problems.is_empty() {
            let output = answered.output().cloned();
            let method = method.as_http();
            let handled = Handled { aim, method, path, layout, answered, forwarded, router };
            tools.push(Spec::new(facts, arguments, output), handled);
        }
        for problem in problems {
            tools.refuse(refusal(&facts, problem));
        }
    }
}

/// What it takes to publish the routes of a toolset.
pub(crate) struct Routes(pub(crate) Vec<Published>);

/// A handler's own route, and the private router behind it.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) tool: &'static str,
    pub(crate) method: Method,
    pub(crate) route: &'static str,
    pub(crate) template: PathTemplate,
    pub(crate) router: Router,
}

fn refusal(facts: &Facts, problem: String) -> Error {
    Error::Tool { tool: facts.name().to_owned(), problem }
}

/// The routes of one router: axum panics where two meet, so they are held against each other first.
#[derive(Default)]
pub(crate) struct Claims {
    paths: matchit::Router<()>,
    claimed: BTreeMap<&'static str, Vec<(Method, &'static str)>>,
}

impl Claims {
    /// Reads a path and takes it, or says what is wrong with it.
    pub(crate) fn claim(
        &mut self,
        tool: &'static str,
        method: Method,
        path: &'static str,
    ) -> Result<PathTemplate, String> {
        let wrong = |problem: &str| format!("its path `{path}`: {problem}");
        let template = PathTemplate::parse(path).map_err(wrong)?;
        let Some(others) = self.claimed.get_mut(path) else {
            self.paths.insert(path, ()).map_err(|conflict| wrong(&conflict.to_string()))?;
            self.claimed.insert(path, vec![(method, tool)]);
            return Ok(template);
        };
        if let Some((_, other)) = others.iter().find(|(claimed, _)| *claimed == method) {
            return Err(wrong(&format!("the tool `{other}` has the same method and path")));
        }
        others.push((method, tool));
        Ok(template)
    }
}

/// Lists the exposed handlers that are tools: what is not listed is none. Where rustc
/// says "expected type, found function", the function has no `#[expose]`.
///
/// Two tools of one name do not compile:
///
/// ```compile_fail
/// # use doorman_axum::{expose, tools};
/// /// Answers.
/// #[expose(get = "/ping", public)]
/// async fn ping() -> &'static str { "pong" }
/// let toolset = tools![ping, ping].with_state(());
/// ```
#[macro_export]
macro_rules! tools {
    () => {
        ::core::compile_error!("`tools![]` names no tool: write the exposed handlers between the brackets")
    };
    ($($tool:path),+ $(,)?) => {{
        const _: () = $crate::private::assert_distinct(&[
            $(<$tool as $crate::private::Handler>::FACTS.name()),+
        ]);
        // The brackets say that a type is meant: otherwise rustc reads the name of a function that is
        // not exposed as a constant too, and tells the mistake twice.
        $crate::Tools::from_rows([$($crate::private::row::<($tool), _, _, _>(<$tool>::__call)),+])
    }};
}
