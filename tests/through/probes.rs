//! What is asked of an application before it serves anybody.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Path, Request},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn},
    response::IntoResponse as _,
    routing::{MethodFilter, any, get, on_service, post},
};
use doorman::{Doorman, Error, Toolset};
use doorman_axum::{Caller, expose, tools};
use serde_json::json;
use tracing_subscriber::prelude::*;

use crate::{
    sentinels::Net,
    support::{NOBODY, serve},
};

/// One user.
#[expose(get = "/users/{id}", public)]
async fn user(Path(id): Path<u64>) -> String {
    format!("user {id}")
}

/// Removes a user.
#[expose(delete = "/users/{id}", scopes = ["users:write"], destructive)]
async fn remove(Path(id): Path<u64>) -> String {
    format!("removed {id}")
}

/// The mistakes that `build()` tells.
fn mistakes(tools: Toolset) -> String {
    match Doorman::dev("b").tools(tools).build() {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

/// The tools, and what was logged while the router was asked.
fn asked(tools: impl FnOnce() -> Toolset) -> (Toolset, String) {
    let net = Net::default();
    let tools =
        tracing::subscriber::with_default(tracing_subscriber::registry().with(net.clone()), tools);
    let lines = net.lines().into_iter().filter(|(target, _)| target.starts_with("doorman"));
    (tools, lines.map(|(_, line)| line).collect())
}

const UNCHECKED: &str = "message=the route of the tool `user` could not be checked: \
                         see that its handler answers `GET /users/{id}` ";

#[tokio::test]
async fn a_route_that_is_there_is_found_and_no_code_of_the_application_runs_for_it() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let api = Router::new()
        .route("/users/{id}", get(user).delete(remove))
        .route("/users/me", get(async || "SECRET"))
        .layer(from_fn(move |request: Request, next: Next| {
            counted.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        }));
    let (tools, logged) = asked(|| tools![user, remove].through(api));
    assert_eq!((tools.len(), &*logged, runs.load(Ordering::Relaxed)), (2, "", 0));
    let server = serve(tools).await;
    assert_eq!(server.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "user 7");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[test]
fn a_method_that_the_route_lacks_is_refused() {
    let api = Router::new().route("/users/{id}", get(user).post(user));
    assert_eq!(
        mistakes(tools![user, remove].through(api)),
        "tool `remove`: the router of `.through(…)` serves `/users/{id}` by `GET,HEAD,POST` only, \
         not by `DELETE`: route the handler there by its method, or write the method that it has into `#[expose]`"
    );
}

#[test]
fn a_path_that_the_router_lacks_is_refused() {
    let missing = "tool `user`: the router of `.through(…)` does not serve `GET /users/{id}`: route the \
                   handler there, or write the whole path into `#[expose]`, with what every `.nest(…)` puts \
                   before it";
    let users = || Router::new().route("/users/{id}", get(user));
    for api in [
        Router::new(),
        Router::new().route("/users", get(user)),
        Router::new().nest("/api", users()),
        Router::new().fallback(async || (StatusCode::NOT_FOUND, "no such page")),
        Router::new().fallback_service(Router::new().nest("/api", users())),
        Router::new().nest_service("/users", Router::new().route("/a/{id}", get(user))),
    ] {
        assert_eq!(mistakes(tools![user].through(api)), missing);
    }
}

#[test]
fn a_path_that_another_route_takes_is_refused() {
    for other in ["/users/{user}", "/{*rest}"] {
        let api = Router::new().route(other, get(user));
        let said = mistakes(tools![user].through(api));
        let words = format!("leads `GET /users/{{id}}` to its route `{other}`: route the handler");
        assert!(said.contains(&words), "{said}");
    }
}

#[test]
fn every_tool_that_has_no_route_is_told_of() {
    let api = Router::new().route("/users/{id}", post(user));
    let error = Doorman::dev("b").tools(tools![user, remove].through(api)).build().unwrap_err();
    let Error::Several(errors) = &error else { panic!("{error:?}") };
    assert_eq!(errors.len(), 2);
}

#[tokio::test]
async fn a_nested_route_is_found_by_its_whole_path() {
    let users = Router::new().route("/{id}", get(user));
    let api = Router::new().nest("/users", users).fallback(async || "SECRET");
    let (tools, logged) = asked(|| tools![user].through(api));
    assert_eq!(logged, "");
    let server = serve(tools).await;
    assert_eq!(server.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "user 7");
}

#[tokio::test]
async fn a_router_behind_a_router_tells_its_methods() {
    let users = || Router::new().route("/users/{id}", get(user));
    let inner = || Router::new().route("/{id}", get(user));
    for api in
        [Router::new().fallback_service(users()), Router::new().nest_service("/users", inner())]
    {
        let said = mistakes(tools![remove].through(api.clone()));
        assert!(said.contains("by `GET,HEAD` only, not by `DELETE`"), "{said}");
        let (tools, logged) = asked(|| tools![user].through(api));
        assert_eq!(logged, "");
        let server = serve(tools).await;
        assert_eq!(server.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "user 7");
    }
}

#[tokio::test]
async fn a_handler_of_any_method_is_served_unchecked_and_sees_nothing() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let api = Router::new().route(
        "/users/{id}",
        any(async move || counted.fetch_add(1, Ordering::Relaxed).to_string()),
    );
    let (tools, logged) = asked(|| tools![user].through(api));
    assert_eq!((&*logged, seen.load(Ordering::Relaxed)), (UNCHECKED, 0));
    assert_eq!(serve(tools).await.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "0");
}

#[tokio::test]
async fn a_routed_service_is_served_unchecked_and_a_service_of_a_method_is_found() {
    let service =
        || Router::new().route("/users/{id}", get(user)).into_service::<axum::body::Body>();
    let api = Router::new().route_service("/users/{id}", service());
    assert_eq!(asked(|| tools![user].through(api)).1, UNCHECKED);
    let api = Router::new().route("/users/{id}", on_service(MethodFilter::GET, service()));
    assert_eq!(asked(|| tools![user].through(api)).1, "");
}

#[tokio::test]
async fn a_fallback_that_answers_is_served_unchecked_and_can_tell_the_question() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let api = Router::new().fallback(async move |headers: HeaderMap, request: Request| {
        let caller = request.extensions().get().map(|caller: &Caller| caller.subject());
        let line = format!("{} {} {caller:?} {}", request.method(), request.uri(), headers.len());
        kept.lock().unwrap().push(line);
        "anything"
    });
    let (tools, logged) = asked(|| tools![user].through(api));
    assert_eq!(logged, UNCHECKED);
    assert_eq!(*seen.lock().unwrap(), ["DOORMAN-PROBE /users/%30 None 0"]);
    let server = serve(tools).await;
    assert_eq!(server.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "anything");
    assert_eq!(seen.lock().unwrap()[1], "GET /users/%37 Some(\"nobody\") 2");
}

#[tokio::test]
async fn what_answers_later_or_never_is_served_unchecked() {
    for api in [
        Router::new().fallback(async || -> String { pending().await }),
        Router::new().fallback(async || tokio::task::yield_now().await),
        Router::new().fallback(async || (StatusCode::UNAUTHORIZED, "log in")),
    ] {
        let (tools, logged) = asked(|| tools![user].through(api));
        assert_eq!((tools.len(), &*logged), (1, UNCHECKED));
    }
}

#[tokio::test]
async fn what_panics_when_asked_does_not_stop_the_program() {
    let api = Router::new().fallback(async |request: Request| {
        assert_eq!(request.method(), "GET");
        "user"
    });
    let (tools, logged) = asked(|| tools![user].through(api));
    assert_eq!(logged, UNCHECKED);
    assert_eq!(serve(tools).await.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "user");
}

#[test]
fn an_answer_of_405_that_does_not_name_the_method_is_refused() {
    for (allow, fits) in
        [("GET", true), ("POST, GET", true), ("POST", false), ("FORGET", false), ("", false)]
    {
        let api = Router::new().fallback(async move || {
            (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allow)]).into_response()
        });
        assert_eq!(mistakes(tools![user].through(api)).is_empty(), fits, "{allow}");
    }
    let bare = Router::new().fallback(async || StatusCode::METHOD_NOT_ALLOWED);
    assert!(mistakes(tools![user].through(bare)).contains("does not serve `GET /users/{id}`"));
}

#[test]
fn what_an_answer_to_the_question_says_is_told_to_nobody() {
    for status in [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND, StatusCode::OK] {
        let api = Router::new().fallback(async move || {
            (status, [("x-secret", "s3nt1nel")], "s3nt1nel").into_response()
        });
        let (tools, logged) = asked(|| tools![user].through(api));
        let said = mistakes(tools);
        assert_eq!(said.is_empty(), status == StatusCode::OK);
        assert!(!said.contains("s3nt1nel") && !logged.contains("s3nt1nel"), "{said} {logged}");
    }
}

#[tokio::test]
async fn a_layer_around_all_that_changes_the_path_is_followed() {
    use tower::{ServiceBuilder, util::MapRequestLayer};
    let users = Router::new().route("/v1/users/{id}", get(user));
    let versioned = MapRequestLayer::new(|mut request: Request| {
        *request.uri_mut() = format!("/v1{}", request.uri()).parse().unwrap();
        request
    });
    let api = Router::new().fallback_service(ServiceBuilder::new().layer(versioned).service(users));
    let (tools, logged) = asked(|| tools![user].through(api));
    assert_eq!(logged, "");
    let server = serve(tools).await;
    assert_eq!(server.call(NOBODY, "user", json!({ "id": 7 })).await.text(), "user 7");
}
