//! What a request within the process is for, and the layers that let no other pass.

use std::{
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    response::{IntoResponse as _, Response},
    routing::MethodRouter,
};
use futures_util::future::Either;
use http::StatusCode;
use tower::{Service, layer::layer_fn};

/// What a request is for. A router may have other handlers, whose scopes the guard has not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Aim {
    /// The handler of this tool at this route, on a router that doorman made.
    Tool { tool: &'static str, route: &'static str },
    /// What stands at this route of the program's router; `None` where the router shows no route: in
    /// its fallback, and in a service that is nested in it.
    Route(Option<Arc<str>>),
    /// Nothing yet: it asks which route it matches, and goes no further.
    Question,
}

/// Marks the answer to a request that matched another route than it was for.
#[derive(Debug, Clone)]
pub(crate) struct Astray;

/// Lets only requests pass that are for this tool.
pub(crate) fn only_aimed<S: Clone + Send + Sync + 'static>(
    handler: MethodRouter<S>,
    tool: &'static str,
) -> MethodRouter<S> {
    handler.layer(layer_fn(move |inner| Only { inner, look: Look::Tool(tool) }))
}

/// Lets only requests pass that match the route which they are for. axum puts such a layer behind its
/// own routing and around every layer of the program's.
pub(crate) fn only_matched(api: Router) -> Router {
    api.layer(layer_fn(|inner| Only { inner, look: Look::Route }))
}

/// Lets no request for a tool pass that matches a route which the program added: its handler was never
/// exposed. Where the router shows no route, the tools' own layers decide.
pub(crate) fn only_own(router: Router) -> Router {
    router.layer(layer_fn(|inner| Only { inner, look: Look::Own }))
}

/// What a layer looks at.
#[derive(Clone, Copy)]
enum Look {
    Tool(&'static str),
    Route,
    Own,
}

impl Look {
    /// The answer to a request that may not pass.
    fn refusal(self, request: &Request) -> Option<Response> {
        let aim = request.extensions().get::<Aim>();
        let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        match (self, aim) {
            (Self::Tool(tool), Some(Aim::Tool { tool: aimed, .. })) if *aimed == tool => None,
            (Self::Tool(_), _) => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
            (Self::Route, Some(Aim::Route(route))) if route.as_deref() == matched => None,
            (Self::Route, Some(Aim::Question)) => {
                let mut answer = StatusCode::METHOD_NOT_ALLOWED.into_response();
                answer.extensions_mut().insert(Aim::Route(matched.map(Arc::from)));
                Some(answer)
            }
            (Self::Route, _) => Some(astray()),
            (Self::Own, Some(Aim::Tool { route, .. })) => {
                matched.is_some_and(|matched| matched != *route).then(astray)
            }
            (Self::Own, _) => None,
        }
    }
}

/// A service that some requests do not reach.
#[derive(Clone)]
struct Only<S> {
    inner: S,
    look: Look,
}

impl<S: Service<Request, Response = Response>> Service<Request> for Only<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self.look.refusal(&request) {
            None => Either::Left(self.inner.call(request)),
            Some(refusal) => Either::Right(ready(Ok(refusal))),
        }
    }
}

fn astray() -> Response {
    let mut answer = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    answer.extensions_mut().insert(Astray);
    answer
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    async fn status(router: Router, path: &str, aim: Option<Aim>) -> StatusCode {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        if let Some(aim) = aim {
            request.extensions_mut().insert(aim);
        }
        let Ok(response) = router.oneshot(request).await;
        response.status()
    }

    fn tool(tool: &'static str) -> Aim {
        Aim::Tool { tool, route: "/a" }
    }

    fn route(path: Option<&str>) -> Aim {
        Aim::Route(path.map(Arc::from))
    }

    #[tokio::test]
    async fn what_is_for_nothing_or_for_something_else_ends_at_no_handler() {
        let denied = StatusCode::INTERNAL_SERVER_ERROR;
        let api =
            || only_matched(Router::new().route("/a", get(|| async {})).fallback(|| async {}));
        for aim in [None, Some(tool("a")), Some(route(Some("/b"))), Some(route(None))] {
            assert_eq!(status(api(), "/a", aim.clone()).await, denied, "{aim:?}");
        }
        for aim in [None, Some(tool("a")), Some(route(Some("/a")))] {
            assert_eq!(status(api(), "/elsewhere", aim.clone()).await, denied, "{aim:?}");
        }
        assert_eq!(status(api(), "/a", Some(route(Some("/a")))).await, StatusCode::OK);
        assert_eq!(status(api(), "/elsewhere", Some(route(None))).await, StatusCode::OK);

        let own = || Router::new().route("/a", only_aimed(get(|| async {}), "a"));
        for aim in [None, Some(tool("b")), Some(route(Some("/a"))), Some(Aim::Question)] {
            assert_eq!(status(own(), "/a", aim.clone()).await, denied, "{aim:?}");
        }
        assert_eq!(status(own(), "/a", Some(tool("a"))).await, StatusCode::OK);
    }
}
