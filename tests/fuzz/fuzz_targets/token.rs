//! Whatever stands in `Authorization`: only a token that was given to somebody lets a handler run, whole and
//! unchanged, and a signature is good for what was signed.

#![no_main]

use std::{
    cell::Cell,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorman::{Doorman, DoormanBuilder, OAuth};
use doorman_axum::{expose, tools};
use doorman_fuzz::{ISSUER, RESOURCE, Server, TOKEN, call, oauth, post};
use http::HeaderValue;
use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use serde_json::{Value, json};

use crate::issuer::{ISSUED_BY, now};

#[path = "../../support/issuer.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod issuer;

#[derive(Arbitrary, Debug)]
enum Shown<'a> {
    /// The value of the header.
    Raw(&'a [u8]),
    /// A good token with something put in the place of some of it.
    Changed { token: u8, at: u16, taken: u8, put: &'a [u8] },
    /// The parts of good tokens.
    Mixed([u8; 3]),
    /// Other words under the signature of a good token.
    Forged { token: u8, header: &'a [u8], claims: Option<&'a [u8]> },
    /// A claim that the issuer itself gives another value, or a header in which it says something else.
    Signed { token: u8, in_header: bool, name: u8, value: &'a str },
}

const ALGORITHMS: [(&str, &str); 3] = [("p256", "ES256"), ("ed", "EdDSA"), ("rsa", "RS256")];
const HEADER: [&str; 6] = ["alg", "kid", "typ", "crit", "jwk", "b64"];
const CLAIMS: [&str; 9] = ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "client_id", "scope"];

/// Tokens of the issuer, one of each algorithm.
static TOKENS: LazyLock<[String; 3]> =
    LazyLock::new(|| ALGORITHMS.map(|kind| signed(kind, header(kind), claims())));
static RAN: AtomicUsize = AtomicUsize::new(0);

fn header((kid, alg): (&str, &str)) -> Value {
    json!({ "alg": alg, "typ": "at+jwt", "kid": kid })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": RESOURCE, "exp": now() + 80_000, "iat": now(), "sub": "caller",
        "jti": "1", "client_id": "client", "scope": "tools:use",
    })
}

fn signed((_, alg): (&str, &str), header: Value, claims: Value) -> String {
    ISSUED_BY.sign(header.to_string(), claims.to_string(), alg)
}

/// Counts.
#[expose(get = "/count", scopes = ["tools:use"])]
async fn count() -> &'static str {
    RAN.fetch_add(1, Ordering::Relaxed);
    "counted"
}

fn fixed() -> DoormanBuilder {
    Doorman::builder("fuzzed").auth(oauth()).tools(tools![count].with_state(()))
}

fn verifying() -> DoormanBuilder {
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().jwks(&ISSUED_BY.jwks()).unwrap();
    Doorman::builder("fuzzed").auth(auth).tools(tools![count].with_state(()))
}

thread_local! {
    static FIXED: Server = Server::new(fixed);
    static VERIFYING: Server = Server::new(verifying);
    static CHECKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the handler runs for this header.
fn is_admitted(server: &Server, header: &[u8]) -> bool {
    let Ok(header) = HeaderValue::from_bytes(header) else { return false };
    let mut request = post(call("count", &json!({})).to_string());
    request.headers_mut().insert("authorization", header);
    RAN.store(0, Ordering::Relaxed);
    let answer = server.ask(request);
    let ran = RAN.load(Ordering::Relaxed) == 1;
    assert_eq!(ran, answer.status == 200, "{}", answer.body);
    assert!(ran || [400, 401, 403, 429].contains(&answer.status), "{}", answer.status);
    ran
}

/// The token of a header, where there is one.
fn token(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(7)?;
    let start = rest.iter().position(|b| *b != b' ')?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| &rest[start..])
}

fuzz_target!(|shown: Shown<'_>| {
    if !CHECKED.replace(true) {
        let admits = |server: &Server, token: &str| {
            is_admitted(server, format!("Bearer {token}").as_bytes())
        };
        assert!(FIXED.with(|server| admits(server, TOKEN)));
        assert!(TOKENS.iter().all(|token| VERIFYING.with(|server| admits(server, token))));
    }
    let header = header_of(&shown);
    let is_good = |known: &str| token(&header).is_some_and(|token| token == known.as_bytes());
    let fixed = FIXED.with(|server| is_admitted(server, &header));
    assert_eq!(fixed, is_good(TOKEN));
    let verified = VERIFYING.with(|server| is_admitted(server, &header));
    match shown {
        Shown::Signed { in_header, name, value, .. } => {
            assert!(!verified || may_say(in_header, name, &read(value)), "{shown:?}");
        }
        _ => assert_eq!(verified, TOKENS.iter().any(|token| is_good(token))),
    }
});

fn header_of(shown: &Shown<'_>) -> Vec<u8> {
    let any = |place: u8| usize::from(place) % 3;
    let parts = |place: u8| -> Vec<&str> { TOKENS[any(place)].split('.').collect() };
    let token = match *shown {
        Shown::Raw(header) => return header.to_vec(),
        Shown::Changed { token, at, taken, put } => {
            let tokens = [TOKEN, &TOKENS[0], &TOKENS[1], &TOKENS[2]];
            let mut header = format!("Bearer {}", tokens[usize::from(token) % 4]).into_bytes();
            let at = usize::from(at) % (header.len() + 1);
            let end = (at + usize::from(taken)).min(header.len());
            header.splice(at..end, put.iter().copied());
            return header;
        }
        Shown::Mixed(places) => {
            let mixed: Vec<_> =
                places.into_iter().enumerate().map(|(part, place)| parts(place)[part]).collect();
            mixed.join(".")
        }
        Shown::Forged { token, header, claims } => {
            let parts = parts(token);
            let claims =
                claims.map_or(parts[1].to_owned(), |claims| URL_SAFE_NO_PAD.encode(claims));
            format!("{}.{claims}.{}", URL_SAFE_NO_PAD.encode(header), parts[2])
        }
        Shown::Signed { token, in_header, name, value } => {
            let kind = ALGORITHMS[any(token)];
            let (mut header, mut claims) = (header(kind), claims());
            if in_header {
                header[HEADER[usize::from(name) % HEADER.len()]] = read(value);
            } else {
                claims[CLAIMS[usize::from(name) % CLAIMS.len()]] = read(value);
            }
            signed(kind, header, claims)
        }
    };
    format!("Bearer {token}").into_bytes()
}

/// A value as it is written, or a text.
fn read(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}

/// Whether a token of the issuer may say so and still be good here.
fn may_say(in_header: bool, name: u8, value: &Value) -> bool {
    if in_header {
        let one_of = |known: &[&str]| value.as_str().is_some_and(|text| known.contains(&text));
        return match HEADER[usize::from(name) % HEADER.len()] {
            "alg" => one_of(&["ES256", "EdDSA", "RS256"]),
            "kid" => one_of(&["p256", "ed", "rsa"]),
            "typ" => value.as_str().is_some_and(|typ| {
                ["at+jwt", "application/at+jwt"].contains(&&*typ.to_ascii_lowercase())
            }),
            "jwk" => true,
            _ => false,
        };
    }
    let seconds = |judge: fn(f64, f64) -> bool| {
        let now = std::time::Duration::from_secs(now()).as_secs_f64();
        value.as_f64().is_some_and(|at| judge(at, now))
    };
    let is_text = value.as_str().is_some_and(|text| !text.is_empty());
    match CLAIMS[usize::from(name) % CLAIMS.len()] {
        "iss" => value == ISSUER,
        "aud" => {
            value == RESOURCE || value.as_array().is_some_and(|all| all.contains(&RESOURCE.into()))
        }
        "exp" => seconds(|at, now| at > now - 60.0),
        "nbf" => seconds(|at, now| at < now + 60.0),
        "iat" => seconds(|at, now| at < now + 60.0),
        "scope" => value.as_str().is_some_and(|all| all.split(' ').any(|it| it == "tools:use")),
        _ => is_text,
    }
}
