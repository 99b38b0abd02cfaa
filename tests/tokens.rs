//! Tokens that must be refused, each against a real server: 401 `invalid_token`, and no handler called.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{hmac, signature::KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorman::{Doorman, OAuth, TrustedIssuer};
use doorman_axum::{expose, tools};
use serde_json::{Value, json};

use crate::support::{
    ANY_RATE, ISSUER, RESOURCE, Server,
    issuer::{ISSUED_BY, SECRET, b64, number},
    serve_with,
};

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": RESOURCE, "sub": "alice", "client_id": "cli", "jti": "1",
            "iat": now(), "exp": now() + 600, "scope": "tools:read" })
}

/// Signs these very bytes.
pub fn sign(header: impl AsRef<[u8]>, body: impl AsRef<[u8]>, algorithm: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(body));
    format!("{message}.{}", b64(ISSUED_BY.signature(algorithm, message.as_bytes())))
}

/// A token of this key and algorithm.
fn mint(kid: &str, algorithm: &str, claims: &Value) -> String {
    let alg = if algorithm == "weak" { "RS256" } else { algorithm };
    let header = json!({ "alg": alg, "kid": kid, "typ": "at+jwt" });
    sign(header.to_string(), claims.to_string(), algorithm)
}

/// A token that is good but for these members of its header; `null` takes one out.
fn header(changes: Value) -> String {
    let good = json!({ "alg": "ES256", "kid": "p256", "typ": "at+jwt" });
    sign(changed(good, changes).to_string(), claims().to_string(), "ES256")
}

/// A token that is good but for these claims.
fn body(changes: Value) -> String {
    mint("p256", "ES256", &changed(claims(), changes))
}

pub fn changed(mut good: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("an object") };
    for (name, value) in changes {
        if value.is_null() {
            good.as_object_mut().unwrap().remove(&name);
        } else {
            good[name] = value;
        }
    }
    good
}

/// A token that is good but for this text in the place of another in its claims.
fn raw(from: &str, to: &str) -> String {
    let text = claims().to_string();
    assert!(text.contains(from), "{from}");
    sign(r#"{"alg":"ES256","kid":"p256","typ":"at+jwt"}"#, text.replacen(from, to, 1), "ES256")
}

#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

/// Reads.
#[expose(get = "/read", scopes = ["tools:read"])]
async fn read(axum::extract::State(calls): axum::extract::State<Calls>) -> String {
    calls.0.fetch_add(1, Ordering::SeqCst);
    "read".into()
}

async fn start(auth: OAuth) -> (Server, Calls) {
    let calls = Calls::default();
    let tools = tools![read].with_state(calls.clone());
    let builder = Doorman::builder("tokens").auth(auth).rate_limit(ANY_RATE).tools(tools);
    (serve_with(builder).await, calls)
}

fn oauth() -> OAuth {
    OAuth::new(ISSUER, RESOURCE).unwrap().jwks(&ISSUED_BY.jwks()).unwrap()
}

/// Every one of these is 401 `invalid_token`, for this reason in the audit log only.
async fn refused<N: AsRef<str>>(cases: impl IntoIterator<Item = (N, String, &'static str)>) {
    let (server, calls) = start(oauth()).await;
    for (name, token, reason) in cases {
        let answer = server.call(&token, "read", json!({})).await;
        let name = name.as_ref();
        assert_eq!(answer.status, 401, "{name}: {}", answer.body);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with(r#"Bearer error="invalid_token", resource_metadata="#),
            "{name}"
        );
        assert!(!answer.body.contains("alice"), "{name}");
        let record = server.records.all().pop().unwrap();
        assert_eq!(
            (&record["reason"], &record["detail"]),
            (&json!("invalid_token"), &json!(reason)),
            "{name}"
        );
    }
    assert_eq!(calls.0.load(Ordering::SeqCst), 0);
    let good = server.call(&mint("p256", "ES256", &claims()), "read", json!({})).await;
    assert_eq!((good.status, calls.0.load(Ordering::SeqCst)), (200, 1));
}

#[tokio::test]
async fn a_good_token_of_every_algorithm_passes() {
    let (server, calls) = start(oauth()).await;
    let good = [
        ("rsa", "RS256"),
        ("rsa", "RS384"),
        ("rsa", "RS512"),
        ("rsa", "PS256"),
        ("rsa", "PS384"),
        ("rsa", "PS512"),
        ("pinned", "RS256"),
        ("p256", "ES256"),
        ("p384", "ES384"),
        ("ed", "EdDSA"),
    ];
    for (kid, algorithm) in good {
        let token = mint(kid, algorithm, &claims());
        for _ in 0..2 {
            assert_eq!(
                server.call(&token, "read", json!({})).await.status,
                200,
                "{kid} {algorithm}"
            );
        }
    }
    for typ in ["AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(
            server.call(&header(json!({ "typ": typ })), "read", json!({})).await.status,
            200,
            "{typ}"
        );
    }
    assert_eq!(calls.0.load(Ordering::SeqCst), 2 * good.len() + 3);
    let issuer = TrustedIssuer::new(ISSUER).hmac_secret(SECRET).unwrap();
    let (server, _) = start(OAuth::new(issuer, RESOURCE).unwrap()).await;
    for alg in ["HS256", "HS384", "HS512"] {
        let token =
            sign(json!({ "alg": alg, "typ": "at+jwt" }).to_string(), claims().to_string(), alg);
        assert_eq!(server.call(&token, "read", json!({})).await.status, 200, "{alg}");
    }
    assert_eq!(server.call(&mint("rsa", "RS256", &claims()), "read", json!({})).await.status, 401);
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let none = ["none", "None", "NONE", "nOnE", "", "es256", "ES256 "];
    let mut cases: Vec<_> =
        none.iter().map(|alg| (*alg, header(json!({ "alg": alg })), "alg")).collect();
    cases.push(("alg missing", header(json!({ "alg": null })), "alg"));
    cases.push(("alg is no text", header(json!({ "alg": 256 })), "alg"));
    let unsigned = header(json!({ "alg": "none" }));
    cases.push(("stripped", format!("{}.", unsigned.rsplit_once('.').unwrap().0), "format"));
    refused(cases).await;
}

#[tokio::test]
async fn a_public_key_is_never_a_secret() {
    let modulus = ISSUED_BY.modulus();
    let secrets: [(&str, Vec<u8>); 5] = [
        ("modulus", modulus.clone()),
        ("modulus in text", b64(&modulus).into_bytes()),
        ("point", ISSUED_BY.p256.public_key().as_ref().to_vec()),
        ("jwks", ISSUED_BY.jwks().into_bytes()),
        ("zeros", vec![0; 32]),
    ];
    let forged = secrets.iter().flat_map(|(name, secret)| {
        ["rsa", "p256", "ed"].map(|kid| {
            let message = format!(
                "{}.{}",
                b64(json!({ "alg": "HS256", "kid": kid, "typ": "at+jwt" }).to_string()),
                b64(claims().to_string())
            );
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            (format!("{name} {kid}"), format!("{message}.{}", b64(tag)), "alg")
        })
    });
    refused(forged).await;
}

#[tokio::test]
async fn the_key_says_which_algorithm() {
    let of = |kid: &str, said: &str, signed: &str| {
        let header = json!({ "alg": said, "kid": kid, "typ": "at+jwt" });
        sign(header.to_string(), claims().to_string(), signed)
    };
    refused([
        ("RS512 on RS256", of("pinned", "RS512", "RS512"), "alg"),
        ("PS256 on RS256", of("pinned", "PS256", "PS256"), "alg"),
        ("PS under RS", of("rsa", "RS256", "PS256"), "signature"),
        ("RS under PS", of("rsa", "PS256", "RS256"), "signature"),
        ("ES256 on P-384", of("p384", "ES256", "ES256"), "alg"),
        ("ES384 on P-256", of("p256", "ES384", "ES384"), "alg"),
        ("ES256 on RSA", of("rsa", "ES256", "ES256"), "alg"),
        ("RS256 on EC", of("p256", "RS256", "RS256"), "alg"),
        ("EdDSA on EC", of("p256", "EdDSA", "EdDSA"), "alg"),
        ("ES512", of("p256", "ES512", "ES256"), "alg"),
        ("weak", mint("weak", "weak", &claims()), "kid"),
        ("for encryption", mint("enc", "RS256", &claims()), "kid"),
    ])
    .await;
}

#[tokio::test]
async fn a_kid_is_looked_up_and_nothing_else() {
    let names = [
        "unknown",
        "",
        "../p256",
        "p256' OR '1'='1",
        "https://evil.example/k",
        "p256\0",
        " p256",
        "P256",
    ];
    let mut cases: Vec<_> =
        names.iter().map(|kid| (*kid, header(json!({ "kid": kid })), "kid")).collect();
    cases.push(("long", header(json!({ "kid": "k".repeat(5000) })), "kid"));
    cases.push(("number", header(json!({ "kid": 1 })), "kid"));
    cases.push(("array", header(json!({ "kid": ["p256"] })), "kid"));
    let missing = sign(r#"{"alg":"RS256","typ":"at+jwt"}"#, claims().to_string(), "RS256");
    cases.push(("missing, two keys fit", missing, "kid"));
    refused(cases).await;
}

#[tokio::test]
async fn a_token_brings_no_key_along() {
    let jwk: Value = serde_json::from_str::<Value>(&ISSUED_BY.jwks()).unwrap()["keys"][4].clone();
    refused([
        ("jku", header(json!({ "jku": "https://evil.example/jwks" })), "header_key"),
        ("x5u", header(json!({ "x5u": "https://evil.example/x5u" })), "header_key"),
        ("jwk", header(json!({ "jwk": jwk })), "header_key"),
        ("jwk without kid", header(json!({ "jwk": jwk, "kid": null })), "header_key"),
        ("x5c", header(json!({ "x5c": ["AAAA"] })), "header_key"),
        ("crit unknown", header(json!({ "crit": ["x"], "x": 1 })), "crit"),
        ("crit empty", header(json!({ "crit": [] })), "crit"),
        ("crit absent", header(json!({ "crit": ["exp"] })), "crit"),
        ("b64", header(json!({ "crit": ["b64"], "b64": false })), "crit"),
        ("b64 alone", header(json!({ "b64": true })), "crit"),
    ])
    .await;
}

#[tokio::test]
async fn only_the_type_of_access_tokens_passes() {
    let types =
        ["JWT", "id_token+jwt", "dpop+jwt", "logout+jwt", "", "at+jwt ", "at jwt", "x/at+jwt"];
    let mut cases: Vec<_> =
        types.iter().map(|typ| (*typ, header(json!({ "typ": typ })), "typ")).collect();
    cases.push(("missing", header(json!({ "typ": null })), "typ"));
    cases.push(("array", header(json!({ "typ": ["at+jwt"] })), "typ"));
    refused(cases).await;
}

#[tokio::test]
async fn a_token_has_its_time() {
    let exp = format!("\"exp\":{}", claims()["exp"]);
    let now = now();
    refused([
        ("expired", body(json!({ "iat": now - 700, "exp": now - 60 })), "expired"),
        ("exp missing", body(json!({ "exp": null })), "exp"),
        ("exp is text", body(json!({ "exp": (now + 600).to_string() })), "exp"),
        ("exp negative", body(json!({ "exp": -1 })), "exp"),
        ("exp huge", body(json!({ "exp": 1e300 })), "exp"),
        ("exp 1e400", raw(&exp, "\"exp\":1e400"), "claims"),
        ("exp null", raw(&exp, "\"exp\":null"), "exp"),
        ("iat missing", body(json!({ "iat": null })), "iat"),
        ("iat is text", body(json!({ "iat": "1" })), "iat"),
        ("iat future", body(json!({ "iat": now + 120 })), "iat"),
        ("nbf future", body(json!({ "nbf": now + 120 })), "nbf"),
        ("nbf is text", body(json!({ "nbf": "1" })), "nbf"),
        ("ten years", body(json!({ "exp": now + 315_360_000 })), "lifetime"),
        ("25 hours", body(json!({ "exp": now + 90_000 })), "lifetime"),
        ("issued long ago", body(json!({ "iat": now - 86_400 })), "lifetime"),
        ("ends before it begins", body(json!({ "iat": now + 30, "exp": now + 20 })), "lifetime"),
    ])
    .await;
}

#[tokio::test]
async fn issuer_and_audience_are_exact() {
    let issuers = [
        json!("https://evil.example"),
        json!(null),
        json!(format!("{ISSUER}/")),
        json!("https://sso.example.co"),
        json!([ISSUER]),
        json!(""),
        json!({}),
        json!("HTTPS://sso.example.com"),
        json!(format!("{ISSUER}.evil.example")),
    ];
    let audiences = [
        json!("https://other.example/mcp"),
        json!(null),
        json!(""),
        json!([]),
        json!(format!("{RESOURCE}x")),
        json!(format!("{RESOURCE}/")),
        json!(format!("{RESOURCE}/sub")),
        json!("https://api.example.com"),
        json!(format!("x {RESOURCE} y")),
        json!("cli"),
        json!({ "aud": RESOURCE }),
        json!(7),
        json!([RESOURCE, 1]),
        json!([[RESOURCE]]),
        json!([RESOURCE, null]),
        json!([RESOURCE, format!("{ISSUER}/userinfo")]),
        json!(true),
    ];
    let issuers = issuers.map(|iss| (iss.to_string(), body(json!({ "iss": iss })), "issuer"));
    let audiences = audiences.map(|aud| (aud.to_string(), body(json!({ "aud": aud })), "audience"));
    refused(issuers.into_iter().chain(audiences)).await;
}

#[tokio::test]
async fn no_member_stands_twice() {
    let aud = format!("\"aud\":\"{RESOURCE}\"");
    let twice = |header: &str| sign(header, claims().to_string(), "ES256");
    refused([
        ("aud, then another", raw(&aud, &format!("{aud},\"aud\":\"x\"")), "claims"),
        ("another aud, then it", raw(&aud, &format!("\"aud\":\"x\",{aud}")), "claims"),
        ("aud escaped", raw(&aud, &format!("\"a\\u0075d\":\"x\",{aud}")), "claims"),
        ("scope", raw("\"scope\"", "\"scope\":\"a\",\"scope\""), "claims"),
        ("sub", raw("\"sub\"", "\"sub\":\"root\",\"sub\""), "claims"),
        ("deep inside", raw("\"sub\"", "\"x\":{\"y\":[{\"z\":1,\"z\":1}]},\"sub\""), "claims"),
        ("alg", twice(r#"{"alg":"none","alg":"ES256","kid":"p256","typ":"at+jwt"}"#), "header"),
        ("kid", twice(r#"{"alg":"ES256","kid":"x","kid":"p256","typ":"at+jwt"}"#), "header"),
    ])
    .await;
}

#[tokio::test]
async fn a_signature_is_whole_and_of_this_message() {
    let good = mint("p256", "ES256", &claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let with = |bytes: &[u8]| format!("{message}.{}", b64(bytes));
    let order =
        number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").to_bytes_be();
    let mut flipped = bytes.clone();
    flipped[40] ^= 1;
    let der = [&[0x30, 0x44, 2, 32], &bytes[..32], &[2, 32], &bytes[32..]].concat();
    let other = body(json!({ "sub": "root" }));
    let swapped = {
        let (head, _) = message.split_once('.').unwrap();
        format!("{head}.{}.{signature}", other.split('.').nth(1).unwrap())
    };
    refused([
        ("zeros", with(&[0; 64]), "signature"),
        ("r=0, s=n", with(&[&[0; 32], &*order].concat()), "signature"),
        ("r=s=n", with(&[&*order, &*order].concat()), "signature"),
        ("der", with(&der), "signature"),
        ("63 bytes", with(&bytes[..63]), "signature"),
        ("65 bytes", with(&[&*bytes, &[0]].concat()), "signature"),
        ("one byte", with(&[1]), "signature"),
        ("a bit flipped", with(&flipped), "signature"),
        ("payload swapped", swapped, "signature"),
        ("empty", format!("{message}."), "format"),
    ])
    .await;
}

#[tokio::test]
async fn a_token_is_three_parts_of_strict_base64_and_json() {
    let good = mint("p256", "ES256", &claims());
    let of = |body: &[u8]| sign(r#"{"alg":"ES256","kid":"p256","typ":"at+jwt"}"#, body, "ES256");
    let padded = {
        let (rest, signature) = good.rsplit_once('.').unwrap();
        format!("{rest}.{signature}==")
    };
    let deep = |levels| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    let text = claims().to_string();
    refused([
        ("two parts", good.rsplit_once('.').unwrap().0.to_owned(), "format"),
        ("four parts", format!("{good}.AAAA"), "format"),
        ("five parts", format!("{good}.AAAA.AAAA"), "format"),
        ("leading dot", format!(".{good}"), "format"),
        ("padding", padded, "format"),
        ("garbage", "garbage".to_owned(), "format"),
        ("dots", "..".to_owned(), "format"),
        ("plus", good.replacen('.', "+.", 1), "format"),
        ("array", of(b"[]"), "claims"),
        ("text", of(b"\"x\""), "claims"),
        ("null", of(b"null"), "claims"),
        ("bad json", of(b"{\"iss\":"), "claims"),
        ("bad utf-8", of(b"{\"iss\":\"\xff\"}"), "claims"),
        ("bom", of(format!("\u{feff}{text}").as_bytes()), "claims"),
        ("trailing data", of(format!("{text}{{}}").as_bytes()), "claims"),
        ("17 levels", of(deep(17).as_bytes()), "claims"),
        ("5,000 levels", of(deep(5000).as_bytes()), "claims"),
        ("20,000 levels", of(deep(20_000).as_bytes()), "too_large"),
        ("17 KiB", body(json!({ "x": "x".repeat(12_500) })), "too_large"),
        ("64 KiB", body(json!({ "x": "x".repeat(48_000) })), "too_large"),
    ])
    .await;
}

#[tokio::test]
async fn what_stands_in_no_header_is_no_token() {
    let (server, calls) = start(oauth()).await;
    let good = mint("p256", "ES256", &claims());
    for bad in
        [format!("{good} x"), good.replacen('.', " .", 1), format!("{good}\u{e9}"), "=".into()]
    {
        assert_eq!(server.call(&bad, "read", json!({})).await.status, 400);
    }
    assert_eq!(calls.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn who_calls_is_named_and_bound_to_no_proof() {
    refused([
        ("sub missing", body(json!({ "sub": null })), "subject"),
        ("sub empty", body(json!({ "sub": "" })), "subject"),
        ("sub blank", body(json!({ "sub": " " })), "subject"),
        ("sub number", body(json!({ "sub": 7 })), "subject"),
        ("sub with a line break", body(json!({ "sub": "a\nb" })), "subject"),
        ("client_id missing", body(json!({ "client_id": null })), "client_id"),
        ("client_id empty", body(json!({ "client_id": "" })), "client_id"),
        ("jti missing", body(json!({ "jti": null })), "jti"),
        ("jti number", body(json!({ "jti": 1 })), "jti"),
        ("dpop", body(json!({ "cnf": { "jkt": "x" } })), "cnf"),
        ("mtls", body(json!({ "cnf": { "x5t#S256": "x" } })), "cnf"),
        ("cnf empty", body(json!({ "cnf": {} })), "cnf"),
        ("scope with a line break", body(json!({ "scope": "tools:read\nadmin" })), "scope"),
        ("scope with two spaces", body(json!({ "scope": "tools:read  admin" })), "scope"),
        ("scope array", body(json!({ "scope": ["tools:read"] })), "scope"),
        ("scope number", body(json!({ "scope": 1 })), "scope"),
        ("scp member with a space", body(json!({ "scope": null, "scp": ["a b"] })), "scope"),
        ("scp member no text", body(json!({ "scope": null, "scp": ["tools:read", 1] })), "scope"),
        ("scope and another scp", body(json!({ "scp": ["admin"] })), "scope"),
    ])
    .await;
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_open() {
    let (server, calls) = start(oauth()).await;
    for (scopes, status) in [
        (json!({ "scope": null }), 403),
        (json!({ "scope": "" }), 403),
        (json!({ "scope": "tools:readx" }), 403),
        (json!({ "scope": null, "scp": ["tools:write"] }), 403),
        (json!({ "scope": null, "scp": ["tools:read"] }), 200),
        (json!({ "scope": null, "scp": "a tools:read" }), 200),
        (json!({ "scp": ["tools:read"] }), 200),
    ] {
        let answer = server.call(&body(scopes.clone()), "read", json!({})).await;
        assert_eq!(answer.status, status, "{scopes}");
    }
    assert_eq!(calls.0.load(Ordering::SeqCst), 3);
}
