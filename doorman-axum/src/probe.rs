//! Asks a finished router, once and before it serves anybody, what stands where a tool says its
//! handler is. It waits for nothing, and nothing that answers it can stop the program.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

use axum::{Router, body::Body};
use futures_util::FutureExt as _;
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use crate::{aim::Aim, path::PathTemplate};

/// No handler is routed by it.
const METHOD: &[u8] = b"DOORMAN-PROBE";

/// What stands in the place of every argument: a number, and a text.
const ARGUMENT: &str = "0";

/// Where the calls of a tool go.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) aim: Aim,
    /// Whether a handler is known to stand there for the tool's method.
    pub(crate) is_sure: bool,
}

/// What the router says of one address.
struct Seen {
    status: StatusCode,
    /// The methods that are served there, if the answer names them.
    allowed: Option<String>,
    /// The route that matched; only a [`Aim::Question`] learns it.
    route: Option<Aim>,
}

/// Finds a tool's route, or says what is wrong with it and what to do. `api` lets only requests pass
/// that match their route.
pub(crate) fn probe(
    api: &Router,
    method: &Method,
    path: &str,
    template: &PathTemplate,
) -> Result<Found, String> {
    let missing = || {
        format!(
            "the router of `.through(…)` does not serve `{method} {path}`: route the handler there, or write the whole path into `#[expose]`, with what every `.nest(…)` puts before it"
        )
    };
    let address = template.fill(|_| Some(ARGUMENT.into())).map_err(|_| missing())?;
    // What the router itself knows is asked first: no code of the program runs for that.
    let question = ask(api, &address, Aim::Question).ok_or_else(missing)?;
    let Some(Aim::Route(route)) = question.route.clone() else { return Err(missing()) };
    if let Some(other) = route.as_deref().filter(|route| *route != path) {
        return Err(format!(
            "the router of `.through(…)` leads `{method} {path}` to its route `{other}`: route the handler by a path of its own, or write `{other}` into `#[expose]` if the handler stands there"
        ));
    }
    let is_hidden = route.is_none();
    let aim = Aim::Route(route);
    let seen = if is_hidden { ask(api, &address, aim.clone()) } else { Some(question) };
    let is_sure = match seen.map(|seen| (seen.status, seen.allowed)) {
        Some((StatusCode::METHOD_NOT_ALLOWED, Some(allowed))) => {
            if !allowed.split(',').any(|name| name.trim() == method.as_str()) {
                return Err(format!(
                    "the router of `.through(…)` serves `{path}` by `{allowed}` only, not by `{method}`: route the handler there by its method, or write the method that it has into `#[expose]`"
                ));
            }
            true
        }
        Some((StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, _)) if is_hidden => {
            return Err(missing());
        }
        // A route without `Allow` takes every method, or keeps its methods to itself.
        _ => false,
    };
    Ok(Found { aim, is_sure })
}

/// Asks once; `None` where the answer is not there at once, or where something panicked.
fn ask(api: &Router, address: &str, aim: Aim) -> Option<Seen> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::from_bytes(METHOD).ok()?;
    *request.uri_mut() = address.parse().ok()?;
    request.extensions_mut().insert(aim);
    let api = api.clone();
    // The answer is dropped in here too: its body is the program's.
    let asked = catch_unwind(AssertUnwindSafe(move || {
        let Ok(response) = api.oneshot(request).now_or_never()?;
        let allowed = response.headers().get_all(header::ALLOW).iter();
        let allowed: Vec<&str> = allowed
            .filter_map(|methods| methods.to_str().ok())
            .filter(|methods| !methods.trim().is_empty())
            .collect();
        Some(Seen {
            status: response.status(),
            allowed: (!allowed.is_empty()).then(|| allowed.join(",")),
            route: response.extensions().get().cloned(),
        })
    }));
    // What was thrown may throw again where it is dropped.
    asked.unwrap_or_else(|payload| {
        mem::forget(payload);
        None
    })
}
