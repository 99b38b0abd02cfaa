//! Handlers as rows, and the ways to serve them.

use std::{collections::BTreeMap, fmt};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, StatusCode},
    middleware::{Next, from_fn},
    response::IntoResponse as _,
    routing::{MethodFilter, MethodRouter},
};
use doorman::{
    Error, Toolset,
    private::{Facts, Spec},
};

use crate::{
    bind::{Binding, Mount, With},
    dispatch::{Aimed, Handled},
    extract::{Finished, Shape},
    path::PathTemplate,
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
    fn filter(self) -> MethodFilter {
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
#[must_use = "tools are served only once `.with_state(…)` or `.with_router(…)` has made them a toolset"]
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
}

impl<S: Clone + Send + Sync + 'static> Tools<With<S>> {
    /// Serves the handlers from a private router with this state: no request from outside reaches it.
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
        let forwarded = forwardable(&self.forwarded, &mut tools);
        let mut router = Router::new();
        let mut rows = Vec::new();
        let mut claims = Claims::default();
        for row in self.rows {
            let template =
                match PathTemplate::parse(row.path).map_err(str::to_owned).and_then(|template| {
                    claims.claim(row.method, row.path, row.facts.name()).map(|()| template)
                }) {
                    Ok(template) => template,
                    Err(problem) => {
                        tools.refuse(problem_of(
                            &row.facts,
                            format!("its path `{}`: {problem}", row.path),
                        ));
                        continue;
                    }
                };
            router = router.route(row.path, only_aimed(row.mounted, row.facts.name()));
            let mut shape = Shape::new(template, row.method == Method::Get);
            (row.arguments)(&mut shape);
            rows.push((
                row.facts,
                row.method,
                (row.answered)(),
                row.last_takes_body,
                shape.finish(),
            ));
        }
        // The gate has bounded the arguments already.
        let router = finish(router).layer(DefaultBodyLimit::disable());
        for (facts, method, answered, last_takes_body, finished) in rows {
            let Finished { path, arguments, layout, last_asks, mut problems } = finished;
            if last_takes_body && !last_asks {
                problems.push(
                    "its last argument takes the body and is not described: use `Json<T>`, or implement `doorman_axum::Describe` for it".into(),
                );
            }
            for problem in &problems {
                tools.refuse(problem_of(&facts, problem.clone()));
            }
            if !problems.is_empty() {
                continue;
            }
            let output = match &answered {
                Answered::Json(output) => Some(output.clone()),
                Answered::Text | Answered::Empty => None,
            };
            let handled = Handled {
                method: method.as_http(),
                path,
                layout,
                answered,
                forwarded: forwarded.clone(),
                router: router.clone(),
            };
            tools.push(Spec::new(facts, arguments, output), handled);
        }
        tools
    }
}

/// Lets only requests pass that are for this tool.
fn only_aimed<S: Clone + Send + Sync + 'static>(
    handler: MethodRouter<S>,
    tool: &'static str,
) -> MethodRouter<S> {
    handler.layer(from_fn(move |request: Request, next: Next| async move {
        if request.extensions().get() == Some(&Aimed(tool)) {
            next.run(request).await
        } else {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }))
}

fn problem_of(facts: &Facts, problem: String) -> Error {
    Error::Tool { tool: facts.name().to_owned(), problem }
}

/// The routes of one router: axum panics where two meet, so they are held against each other first.
#[derive(Default)]
struct Claims {
    paths: matchit::Router<()>,
    claimed: BTreeMap<&'static str, Vec<(Method, &'static str)>>,
}

impl Claims {
    fn claim(
        &mut self,
        method: Method,
        path: &'static str,
        tool: &'static str,
    ) -> Result<(), String> {
        if let Some(tools) = self.claimed.get_mut(path) {
            if let Some((_, other)) = tools.iter().find(|(claimed, _)| *claimed == method) {
                return Err(format!("the tool `{other}` has the same method and path"));
            }
            tools.push((method, tool));
            return Ok(());
        }
        self.paths.insert(path, ()).map_err(|conflict| conflict.to_string())?;
        self.claimed.insert(path, vec![(method, tool)]);
        Ok(())
    }
}

/// The headers that may be forwarded, and a mistake for each that may not.
fn forwardable(names: &[&'static str], tools: &mut Toolset) -> Vec<HeaderName> {
    let mut headers = Vec::new();
    for name in names {
        match HeaderName::try_from(name.to_ascii_lowercase()) {
            Ok(header) if is_forwardable(header.as_str()) => {
                if !headers.contains(&header) {
                    headers.push(header);
                }
            }
            _ => tools.refuse(Error::Setting {
                setting: "forward_headers",
                problem: format!("names `{}`", name.escape_debug()),
                allowed: "names of headers that carry no credentials, no addresses and nothing of the request itself",
            }),
        }
    }
    headers
}

/// Whether a header may reach a handler: nothing that proves or claims who or where the sender is, or
/// that says how the request is to be read.
fn is_forwardable(name: &str) -> bool {
    const NEVER: [&str; 25] = [
        "api-key",
        "authentication",
        "authorization",
        "cf-connecting-ip",
        "client-ip",
        "connection",
        "cookie",
        "expect",
        "fastly-client-ip",
        "forwarded",
        "from",
        "host",
        "http2-settings",
        "last-event-id",
        "keep-alive",
        "origin",
        "range",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "true-client-ip",
        "upgrade",
        "via",
        "www-authenticate",
    ];
    const NEVER_BEFORE: [&str; 20] = [
        "accept",
        "access-control-",
        "content-",
        "dpop",
        "if-",
        "mcp-",
        "proxy-",
        "sec-",
        "transfer-",
        "x-amzn-oidc-",
        "x-api-key",
        "x-auth",
        "x-client-",
        "x-cluster-",
        "x-forwarded",
        "x-http-method",
        "x-original-",
        "x-real-",
        "x-rewrite-",
        "x-method-",
    ];
    let name = name.replace('_', "-");
    !NEVER.contains(&name.as_str()) && !NEVER_BEFORE.iter().any(|prefix| name.starts_with(prefix))
}

/// Lists the exposed handlers that are tools: what is not listed is none.
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
        $crate::Tools::from_rows([$($crate::private::row::<($tool), _, _, _>($tool)),+])
    }};
}
