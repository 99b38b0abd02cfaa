//! Whatever the arguments are: a call reaches the route of its own tool, with nothing more in its path, its
//! query, its headers or its body than was sent, or is refused.
//!
//! Every handler runs behind a private router and, as the same tool, through an application with routes and a
//! fallback that no tool is for.

#![no_main]

use std::sync::Mutex;

use axum::{
    Form, Json, Router,
    body::Bytes,
    extract::{MatchedPath, Path, Query, Request},
    middleware::{Next, from_fn},
    response::Response,
    routing::{any, get, post, put},
};
use doorman::{Doorman, DoormanBuilder};
use doorman_axum::{expose, tools};
use doorman_fuzz::{Server, oauth};
use http::{HeaderMap, HeaderValue, Method, Uri, header::CONTENT_TYPE};
use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Arbitrary, Debug)]
struct Called<'a> {
    tool: u8,
    through: bool,
    first: &'a str,
    second: &'a str,
    number: Option<u32>,
    /// Stands in the place of the arguments where it is an object, or of the first.
    json: &'a str,
}

/// A request as it came to the application.
#[derive(Debug)]
struct Came {
    method: Method,
    uri: Uri,
    route: Option<String>,
    headers: HeaderMap,
    body: Bytes,
}

static CAME: Mutex<Vec<Came>> = Mutex::new(Vec::new());
/// What the handlers were given.
static GIVEN: Mutex<Vec<Value>> = Mutex::new(Vec::new());

fn given(arguments: Value) -> &'static str {
    GIVEN.lock().unwrap().push(arguments);
    "done"
}

#[expose(get = "/files/{name}", public)]
async fn file(Path(name): Path<String>) -> &'static str {
    given(json!({ "name": name }))
}

#[expose(get = "/trees/{*rest}", public)]
async fn tree(Path(rest): Path<String>) -> &'static str {
    given(json!({ "rest": rest }))
}

#[expose(get = "/{kind}/of/{name}", public)]
async fn pair(Path((kind, name)): Path<(String, String)>) -> &'static str {
    given(json!({ "kind": kind, "name": name }))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Words {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
}

#[expose(get = "/search/{name}", public)]
async fn search(Path(name): Path<String>, Query(words): Query<Words>) -> &'static str {
    given(with(json!(words), "name", name))
}

#[expose(get = "/pairs", public)]
async fn pairs(Query(query): Query<Vec<(String, String)>>) -> &'static str {
    given(json!({ "query": query }))
}

#[expose(post = "/form/{name}", public, destructive = false, reason = "it only looks")]
async fn form(Path(name): Path<String>, Form(words): Form<Words>) -> &'static str {
    given(with(json!(words), "name", name))
}

#[expose(put = "/notes/{name}", scopes = ["tools:use"], destructive)]
async fn note(Path(name): Path<String>, Json(body): Json<Value>) -> &'static str {
    given(json!({ "name": name, "body": body }))
}

#[expose(get = "/files/vault", scopes = ["vault:read"])]
async fn vault() -> &'static str {
    unreachable!("a handler without its scope")
}

fn with(mut object: Value, name: &str, value: String) -> Value {
    object[name] = value.into();
    object
}

/// Each tool's name, its method, its route, and what is its query, its form or its body.
static TOOLS: [(&str, Method, &str, Rest); 7] = [
    ("file", Method::GET, "/files/{name}", Rest::Nothing),
    ("tree", Method::GET, "/trees/{*rest}", Rest::Nothing),
    ("pair", Method::GET, "/{kind}/of/{name}", Rest::Nothing),
    ("search", Method::GET, "/search/{name}", Rest::Query(&["text", "page"])),
    ("pairs", Method::GET, "/pairs", Rest::Pairs),
    ("form", Method::POST, "/form/{name}", Rest::Form(&["text", "page"])),
    ("note", Method::PUT, "/notes/{name}", Rest::Json),
];

#[derive(Clone, Copy)]
enum Rest {
    Nothing,
    Query(&'static [&'static str]),
    Pairs,
    Form(&'static [&'static str]),
    Json,
}

async fn watch(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let route = head.extensions.get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let (method, uri, headers) = (head.method.clone(), head.uri.clone(), head.headers.clone());
    CAME.lock().unwrap().push(Came { method, uri, route, headers, body: body.clone() });
    next.run(Request::from_parts(head, body.into())).await
}

fn application() -> Router {
    let astray = || any(async || -> &'static str { unreachable!("no tool is for this route") });
    Router::new()
        .route("/files/{name}", get(file))
        .route("/trees/{*rest}", get(tree))
        .route("/{kind}/of/{name}", get(pair))
        .route("/search/{name}", get(search))
        .route("/pairs", get(pairs))
        .route("/form/{name}", post(form))
        .route("/notes/{name}", put(note))
        .route("/files/me", astray())
        .route("/files/{name}/more", astray())
        .route("/files/a{name}", astray())
        .route("/trees/oak/{leaf}", astray())
        .route("/admin/of/{name}", astray())
        .route("/search/{name}/all", astray())
        .fallback(astray())
        .layer(from_fn(watch))
}

fn within() -> DoormanBuilder {
    let tools = tools![file, tree, pair, search, pairs, form, note, vault]
        .with_router(|routes: Router<()>| routes.layer(from_fn(watch)));
    Doorman::builder("fuzzed").auth(oauth()).tools(tools)
}

fn through() -> DoormanBuilder {
    let tools = tools![file, tree, pair, search, pairs, form, note].through(application());
    Doorman::builder("fuzzed").auth(oauth()).tools(tools)
}

thread_local! {
    static WITHIN: Server = Server::new(within);
    static THROUGH: Server = Server::new(through);
}

fuzz_target!(|called: Called<'_>| {
    let (tool, method, route, rest) = &TOOLS[usize::from(called.tool) % TOOLS.len()];
    let sent = arguments(route, *rest, &called);
    CAME.lock().unwrap().clear();
    GIVEN.lock().unwrap().clear();
    let server = if called.through { &THROUGH } else { &WITHIN };
    let answer = server.with(|server| server.call(tool, &Value::Object(sent.clone())));
    let given = std::mem::take(&mut *GIVEN.lock().unwrap());
    let came = std::mem::take(&mut *CAME.lock().unwrap());
    // Probes of a new server come by too, and are for no handler.
    let came: Vec<_> = came.iter().filter(|came| came.headers.contains_key("accept")).collect();
    assert_eq!((answer.status, answer.records.len()), (200, 1), "{}", answer.body);
    if answer.reason() != "ok" {
        assert!(given.is_empty(), "{}", answer.body);
        assert_eq!(answer.reason(), "invalid_arguments", "{}", answer.body);
        return;
    }
    let ([came], [given]) = (&*came, &*given) else { panic!("{came:?} {given:?}") };
    assert_eq!(came.method, *method);
    assert!(came.route.as_deref().is_none_or(|found| found == *route), "{came:?}");
    check_path(route, &came.uri, &sent);
    check_rest(*rest, came, &sent);
    let known = |name: &String| given.get(name).is_some();
    let expected: Map<_, _> = sent.into_iter().filter(|(name, _)| known(name)).collect();
    assert_eq!(texts(given), texts(&Value::Object(expected)));
});

fn arguments(route: &str, rest: Rest, called: &Called<'_>) -> Map<String, Value> {
    let json = serde_json::from_str::<Value>(called.json).ok();
    if let Some(Value::Object(whole)) = json {
        return whole;
    }
    let first = json.clone().unwrap_or(called.first.into());
    let names = placeholders(route);
    let places = [first.clone(), called.second.into()];
    let mut sent: Map<_, _> = names.map(str::to_owned).zip(places).collect();
    match rest {
        Rest::Nothing => {}
        Rest::Query(_) | Rest::Form(_) => {
            sent.insert("text".into(), called.second.into());
            sent.extend(called.number.map(|page| ("page".into(), page.into())));
        }
        Rest::Pairs => {
            sent.insert("query".into(), json!([[called.first, called.second]]));
        }
        Rest::Json => {
            sent.insert("body".into(), json.unwrap_or(called.second.into()));
        }
    }
    sent
}

fn placeholders(route: &str) -> impl Iterator<Item = &str> {
    let braced = route.split('/').filter_map(|segment| segment.strip_prefix('{'));
    braced.map(|name| name.trim_matches(['*', '}']))
}

/// The path has the segments of its route, and each argument is one of them.
fn check_path(route: &str, uri: &Uri, sent: &Map<String, Value>) {
    let path = uri.path();
    assert!(uri.authority().is_none() && path.bytes().all(|b| b.is_ascii_graphic()));
    let segments: Vec<_> = path.split('/').collect();
    let expected: Vec<_> = route.split('/').collect();
    assert_eq!(segments.len(), expected.len(), "{path}");
    for (segment, expected) in segments.into_iter().zip(expected) {
        let Some(name) = placeholders(expected).next() else {
            assert_eq!(segment, expected, "{path}");
            continue;
        };
        let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
        assert_eq!(decoded, text(&sent[name]), "{path}");
        assert!(segment.starts_with('%') && !segment.contains('.'), "{path}");
    }
}

/// Query, headers and body are those that the arguments make, and nothing else.
fn check_rest(rest: Rest, came: &Came, sent: &Map<String, Value>) {
    let fields = |names: &[&str]| -> Vec<(String, String)> {
        let given =
            sent.iter().filter(|(name, value)| names.contains(&&***name) && !value.is_null());
        given.map(|(name, value)| (name.clone(), text(value))).collect()
    };
    let parsed = |text: &[u8]| -> Vec<(String, String)> {
        form_urlencoded::parse(text).into_owned().collect()
    };
    let query = came.uri.query().unwrap_or_default();
    let (in_query, kind, in_body) = match rest {
        Rest::Nothing => (vec![], None, came.body.is_empty()),
        Rest::Query(names) => (fields(names), None, came.body.is_empty()),
        Rest::Pairs => (pairs_of(&sent["query"]), None, came.body.is_empty()),
        Rest::Form(names) => {
            let is_same = sorted(parsed(&came.body)) == sorted(fields(names));
            (vec![], Some("application/x-www-form-urlencoded"), is_same)
        }
        Rest::Json => {
            let is_same = serde_json::from_slice::<Value>(&came.body).unwrap() == sent["body"];
            (vec![], Some("application/json"), is_same)
        }
    };
    assert_eq!(sorted(parsed(query.as_bytes())), sorted(in_query), "{query}");
    assert!(in_body, "{came:?}");
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    headers.insert("host", HeaderValue::from_static("api.example.com"));
    headers.extend(kind.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind))));
    assert_eq!(came.headers, headers);
}

fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort();
    pairs
}

fn pairs_of(query: &Value) -> Vec<(String, String)> {
    let pairs = query.as_array().into_iter().flatten();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

/// A scalar as it stands in a path or a query.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An object with its scalars as texts: in a path and a query all of them are.
fn texts(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), texts(value))).collect()
        }
        Value::Array(items) => items.iter().map(texts).collect(),
        scalar => text(scalar).into(),
    }
}
