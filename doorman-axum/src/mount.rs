//! A [`Doorman`] as routes of an axum application.

use std::{iter, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::Request,
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use doorman::{Doorman, Error};
use futures_util::future::{Either, select};
use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
    time::timeout,
};

use crate::{door, gate::Gate, protocol::Protocol};

/// The MCP endpoint, the RFC 9728 documents, and what `.also_over_http()` publishes, as routes to merge
/// into an application at its root: clients look for the documents there. `.endpoint("/api/mcp")` moves
/// the endpoint; nesting would move the documents with it. An application holds one doorman.
///
/// ```
/// # use doorman::{Doorman, OAuth, StaticTokens};
/// # use doorman_axum::{expose, tools};
/// # /// Answers.
/// # #[expose(get = "/ping", public)]
/// # async fn ping() -> &'static str { "pong" }
/// # let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?.verifier(StaticTokens::new());
/// let doorman = Doorman::builder("billing").auth(auth).tools(tools![ping].with_state(())).build()?;
/// let app: axum::Router = axum::Router::new().merge(doorman_axum::router(doorman)?);
/// # Ok::<(), doorman::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoAuth`] where callers could not be told apart; [`Error::Tool`] where a route that
/// `.also_over_http()` publishes is the endpoint's, a document's or another tool's.
pub fn router<S: Clone + Send + Sync + 'static>(doorman: Doorman) -> Result<Router<S>, Error> {
    if !doorman.has_auth() {
        return Err(Error::NoAuth);
    }
    let endpoint = doorman.endpoint().to_owned();
    let metadata = doorman.metadata();
    let metadata_paths = doorman.metadata_paths();
    let taken: Vec<&str> =
        iter::once(&endpoint).chain(&metadata_paths).map(String::as_str).collect();
    let mut router = door::published(&doorman, &taken)?;
    // axum clones its handlers at every request.
    let gate = Arc::new(Gate { protocol: Protocol::of(&doorman), doorman });
    router = router.route(&endpoint, any(async move |request: Request| gate.pass(request).await));
    for path in metadata_paths {
        let document = Json(metadata.clone());
        let answer = async move || ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], document);
        router = router.route(&path, get(answer).options(preflight));
    }
    Ok(router)
}

/// A page asks first where it sends headers of its own, as clients do with `MCP-Protocol-Version`.
async fn preflight() -> impl IntoResponse {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
    ];
    (StatusCode::NO_CONTENT, allowed)
}

/// Serves an application, with the addresses that requests come from.
///
/// ```no_run
/// # async fn run(app: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
/// doorman_axum::serve(listener, app).await
/// # }
/// ```
///
/// # Errors
/// Those of the listener.
pub async fn serve(listener: TcpListener, app: Router) -> std::io::Result<()> {
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
}

/// The most time that answers have to be written once no call runs any more.
const LINGER: Duration = Duration::from_secs(5);

/// Serves an application until `signal` ends, and then lets everything end well: nobody is let in any more,
/// calls under way end and are answered, and the audit log takes the records of all. Connections over which
/// nothing comes, or whose clients do not read, are cut off five seconds after the last call has ended; so
/// are requests to the application's other routes that last longer.
///
/// ```no_run
/// # use doorman::Doorman;
/// # async fn run(doorman: Doorman) -> Result<(), Box<dyn std::error::Error>> {
/// let app = axum::Router::new().merge(doorman_axum::router(doorman.clone())?);
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
/// let signal = async {
///     let _ = tokio::signal::ctrl_c().await; // under Kubernetes: SIGTERM
/// };
/// doorman_axum::serve_until(listener, app, &doorman, signal).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the listener, and [`TimedOut`](std::io::ErrorKind::TimedOut) where the audit log did not take
/// every record within ten seconds.
pub async fn serve_until(
    listener: TcpListener,
    app: Router,
    doorman: &Doorman,
    signal: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, hears) = oneshot::channel();
    let signal = async move {
        signal.await;
        let _ = told.send(());
    };
    let cut = Arc::new(watch::Sender::new(false));
    let app = app.layer(from_fn({
        let cut = Arc::clone(&cut);
        move |request, next| unless(cut.subscribe(), request, next)
    }));
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(signal).into_future();
    let lingering = async {
        let _ = hears.await;
        let _ = doorman.finish().await;
        tokio::time::sleep(LINGER).await;
    };
    let served = match select(serving, pin!(lingering)).await {
        Either::Left((served, _)) => served,
        Either::Right(_) => Ok(()),
    };
    // Connections outlive the server in tasks of their own.
    cut.send_replace(true);
    let _ = timeout(LINGER, cut.closed()).await;
    // The last ones may have begun while others ended.
    if !doorman.finish().await {
        return Err(std::io::Error::new(
            std::io::ErrorKind::TimedOut,
            "the audit log did not take every record before the end",
        ));
    }
    served
}

/// Answers a request unless the end comes first.
async fn unless(mut cut: watch::Receiver<bool>, request: Request, next: Next) -> Response {
    let answering = pin!(next.run(request));
    match select(pin!(cut.wait_for(|cut| *cut)), answering).await {
        Either::Left(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Either::Right((response, _)) => response,
    }
}
