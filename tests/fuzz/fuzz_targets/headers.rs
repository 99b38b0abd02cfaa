//! Whatever headers a good call comes with: no handler sees one that was not forwarded to it, and a request
//! under a strange name or from a strange page is not answered.

#![no_main]

use std::sync::Mutex;

use doorman::{Doorman, DoormanBuilder};
use doorman_axum::{expose, tools};
use doorman_fuzz::{Server, TOKEN, bearer, call, oauth, post};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use serde_json::json;

#[derive(Arbitrary, Debug)]
struct Sent<'a> {
    /// Whether the call's own `Host` stays.
    host: bool,
    headers: Vec<(Name<'a>, &'a [u8])>,
}

#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Known(u8),
    Param(&'a str),
    Any(&'a str),
}

const KNOWN: [&str; 20] = [
    "host",
    "origin",
    "mcp-protocol-version",
    "mcp-session-id",
    "mcp-method",
    "mcp-name",
    "accept",
    "authorization",
    "baggage",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "forwarded",
    "last-event-id",
    "sec-fetch-site",
    "traceparent",
    "transfer-encoding",
    "x-forwarded-for",
    "x-forwarded-host",
];

static SEEN: Mutex<Vec<HeaderMap>> = Mutex::new(Vec::new());

/// Answers.
#[expose(get = "/ping", scopes = ["tools:use"])]
async fn ping(headers: HeaderMap) -> &'static str {
    SEEN.lock().unwrap().push(headers);
    "pong"
}

fn build() -> DoormanBuilder {
    Doorman::builder("fuzzed")
        .auth(oauth())
        .allowed_origins(["https://app.example.com"])
        .tools(tools![ping].forward_headers(["traceparent"]).with_state(()))
}

thread_local!(static SERVER: Server = Server::new(build));

fuzz_target!(|sent: Sent<'_>| {
    let mut request = post(call("ping", &json!({})).to_string());
    let headers = request.headers_mut();
    headers.insert("authorization", bearer(TOKEN));
    if !sent.host {
        headers.remove("host");
    }
    for (name, value) in &sent.headers {
        let name = match name {
            Name::Known(place) => KNOWN[usize::from(*place) % KNOWN.len()].parse(),
            Name::Param(name) => format!("mcp-param-{name}").parse::<HeaderName>(),
            Name::Any(name) => name.parse(),
        };
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let headers = headers.clone();
    SEEN.lock().unwrap().clear();
    let answer = SERVER.with(|server| server.ask(request));
    let seen = SEEN.lock().unwrap();
    assert_eq!(seen.len(), usize::from(answer.status == 200), "{}", answer.body);
    if answer.status >= 300 {
        return;
    }
    assert!(is_own(&headers, "host", true, is_known_host), "{:?}", headers.get("host"));
    assert!(is_own(&headers, "origin", false, is_known_origin), "{:?}", headers.get("origin"));
    for found in seen.iter() {
        let mut expected = HeaderMap::new();
        expected.insert("accept", HeaderValue::from_static("application/json"));
        expected.insert("host", HeaderValue::from_static("api.example.com"));
        for trace in headers.get_all("traceparent") {
            expected.append("traceparent", trace.clone());
        }
        assert_eq!(*found, expected);
    }
});

/// Whether a header stands once, or not at all where it need not, and says what it may.
fn is_own(headers: &HeaderMap, name: &str, needed: bool, judge: fn(&str) -> bool) -> bool {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    match &*values {
        [] => !needed,
        [value] => value.to_str().is_ok_and(|value| judge(&value.to_ascii_lowercase())),
        _ => false,
    }
}

fn is_known_origin(origin: &str) -> bool {
    let page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    origin == "https://app.example.com" || page.is_some_and(is_this_machine)
}

fn is_known_host(host: &str) -> bool {
    is_this_machine(host) || host.strip_prefix("api.example.com").is_some_and(is_port)
}

fn is_this_machine(host: &str) -> bool {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    names.iter().any(|name| host.strip_prefix(name).is_some_and(is_port))
}

/// Nothing, or a colon and digits.
fn is_port(rest: &str) -> bool {
    let port = rest.strip_prefix(':');
    rest.is_empty() || port.is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()))
}
