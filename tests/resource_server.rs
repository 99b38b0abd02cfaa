//! A resource server and the authorization servers that it trusts, over HTTP: forgeries, keys that come
//! and go, issuers that are not each other.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use doorman::{Doorman, OAuth};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    examples::Example,
    support::{
        ANY_RATE, RESOURCE, Server,
        authorization_server::AuthorizationServer,
        billing::billing,
        forgeries::{self, Mint, show},
        issuer::{ISSUED_BY, Issuer, KEYS},
        serve_with,
    },
};

#[tokio::test]
async fn the_example_refuses_every_forgery_and_knows_who_calls() {
    let issuer = AuthorizationServer::start().await;
    let arguments = ["--port", "0", "--resource", RESOURCE, "--issuer", issuer.url()];
    let mut example = Example::start("resource_server", &arguments);
    let url = example.after("Serving MCP at http://").await;
    let server: SocketAddr = url.strip_suffix("/mcp").unwrap().parse().unwrap();

    let mut refused = BTreeMap::new();
    for forgery in forgeries::all(issuer.url(), RESOURCE) {
        if !forgery.stands_in_a_header() {
            continue;
        }
        let answer = forgery.shown_to(server, "whoami").await;
        let name = format!("{}, {}: {answer:.300?}", forgery.group, forgery.name);
        assert_eq!(answer.status, forgery.status(), "{name}");
        assert!(!answer.head.contains("f0rged") && !answer.body.contains("f0rged"), "{name}");
        if answer.status == 401 {
            let challenge = answer.header("www-authenticate").unwrap();
            let expected = r#"Bearer error="invalid_token", resource_metadata="https://"#;
            assert!(challenge.starts_with(expected), "{name}");
        }
        *refused.entry(answer.status).or_insert(0) += 1;
    }
    println!("the example refused, by status: {refused:?}");

    for (kid, algorithm) in KEYS {
        let token = issuer.token(kid, algorithm, RESOURCE, "tools:read");
        let answer = show(&token, server, "whoami").await;
        let says = json!({ "subject": "alice", "scopes": ["tools:read"], "tenant": null });
        assert_eq!(answer.result()["structuredContent"], says, "{kid} {algorithm}");
    }
    let reader = issuer.token("p256", "ES256", RESOURCE, "tools:read");
    let answer = show(&reader, server, "erase").await;
    assert_eq!(answer.status, 403);
    assert!(answer.header("www-authenticate").unwrap().contains(r#"scope="tools:write""#));
    let writer = issuer.token("p256", "ES256", RESOURCE, "tools:write");
    assert_eq!(show(&writer, server, "erase").await.text(), "erased");
    // Forgeries with unknown kids among them.
    assert!(issuer.mistakes().is_empty(), "{:?}", issuer.mistakes());
    assert_eq!(issuer.requests()[0], "GET /.well-known/oauth-authorization-server");
}

/// A server that trusts these issuers, and nothing of them but their addresses.
async fn trusting(issuers: &[&AuthorizationServer]) -> Server {
    let (first, others) = issuers.split_first().unwrap();
    let auth = others.iter().fold(OAuth::new(first.url(), RESOURCE).unwrap(), |auth, other| {
        auth.also_trust(other.url()).unwrap()
    });
    serve_with(Doorman::builder("b").auth(auth).rate_limit(ANY_RATE).tools(billing())).await
}

/// Gives a tool for readers a token of this key, and says what comes back.
async fn status(server: &Server, issuer: &AuthorizationServer, kid: &str, algorithm: &str) -> u16 {
    let token = issuer.token(kid, algorithm, RESOURCE, "invoices:read");
    let answer = server.call(&token, "get_invoice", json!({ "id": 1 })).await;
    assert_eq!(answer.header("retry-after").is_some(), answer.status == 503, "{answer:?}");
    answer.status
}

/// A JWKS of these keys of an issuer's, each under a kid.
fn keys(of: &Issuer, names: &[(&str, &str)]) -> Vec<Value> {
    let document: Value = serde_json::from_str(&of.jwks()).unwrap();
    let all = document["keys"].as_array().unwrap();
    let key = |(name, kid): &(&str, &str)| {
        let mut key = all.iter().find(|key| key["kid"] == *name).unwrap().clone();
        key["kid"] = json!(kid);
        key
    };
    names.iter().map(key).collect()
}

fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

#[tokio::test]
async fn a_token_is_of_one_issuer_and_of_its_keys_alone() {
    let [one, two] = [AuthorizationServer::start().await, AuthorizationServer::start().await];
    let third = AuthorizationServer::start().await;
    // The second has another key under a kid of the first's.
    one.set_jwks(jwks(&keys(&ISSUED_BY, &[("p256", "p256"), ("p384", "shared")])));
    two.set_jwks(jwks(&keys(&ISSUED_BY, &[("ed", "ed"), ("rsa", "shared")])));
    let server = trusting(&[&one, &two]).await;
    for (issuer, kid, algorithm, expected) in [
        (&one, "p256", "ES256", 200),
        (&one, "shared", "ES384", 200),
        (&two, "ed", "EdDSA", 200),
        (&two, "shared", "RS256", 200),
        (&one, "ed", "EdDSA", 401),
        (&one, "shared", "RS256", 401),
        (&two, "p256", "ES256", 401),
        (&two, "shared", "ES384", 401),
        (&third, "p256", "ES256", 401),
        (&third, "ed", "EdDSA", 401),
    ] {
        assert_eq!(status(&server, issuer, kid, algorithm).await, expected, "{kid} {algorithm}");
    }
    assert_eq!((third.requests().len(), one.mistakes().len(), two.mistakes().len()), (0, 0, 0));
}

#[tokio::test]
async fn a23_keys_at_hand_serve_while_their_issuer_is_down_and_without_any_it_is_503() {
    let [warm, cold] = [AuthorizationServer::start().await, AuthorizationServer::start().await];
    let server = trusting(&[&warm, &cold]).await;
    assert_eq!(status(&server, &warm, "p256", "ES256").await, 200);
    warm.set_down(true);
    cold.set_down(true);
    assert_eq!(status(&server, &warm, "p256", "ES256").await, 200);
    assert_eq!(status(&server, &warm, "rsa", "PS256").await, 200);
    for _ in 0..20 {
        assert_eq!(status(&server, &cold, "p256", "ES256").await, 503);
    }
    let record = server.records.all().pop().unwrap();
    assert_eq!(record["reason"], "verifier_unavailable");
    assert_eq!((warm.jwks_fetches(), cold.jwks_fetches()), (1, 0));
    // A token that no key could make good needs none.
    let mint = Mint::new(cold.url(), RESOURCE);
    let expired = mint.body(json!({ "iat": 1, "exp": 2 }));
    assert_eq!(server.call(&expired, "get_invoice", json!({})).await.status, 401);
}

#[tokio::test]
async fn a_new_key_is_accepted_after_one_fetch_and_the_old_one_no_more() {
    let issuer = AuthorizationServer::start().await;
    issuer.set_jwks(jwks(&keys(&ISSUED_BY, &[("p256", "p256")])));
    let server = trusting(&[&issuer]).await;
    assert_eq!(status(&server, &issuer, "p256", "ES256").await, 200);
    issuer.set_jwks(jwks(&keys(&ISSUED_BY, &[("ed", "ed")])));
    assert_eq!((status(&server, &issuer, "p256", "ES256").await, issuer.jwks_fetches()), (200, 1));
    assert_eq!((status(&server, &issuer, "ed", "EdDSA").await, issuer.jwks_fetches()), (200, 2));
    assert_eq!((status(&server, &issuer, "ed", "EdDSA").await, issuer.jwks_fetches()), (200, 2));
    assert_eq!(status(&server, &issuer, "p256", "ES256").await, 401);
}

#[tokio::test]
async fn another_key_under_the_same_kid_is_accepted_after_one_fetch() {
    let issuer = AuthorizationServer::start().await;
    let old = Issuer::new();
    issuer.set_jwks(jwks(&keys(&old, &[("p256", "p256")])));
    let server = trusting(&[&issuer]).await;
    let header = r#"{"alg":"ES256","kid":"p256","typ":"at+jwt"}"#;
    let claims = Mint::new(issuer.url(), RESOURCE).claims().to_string();
    let before = old.sign(header, claims.replace("tools:read", "invoices:read"), "ES256");
    let call = || server.call(&before, "get_invoice", json!({ "id": 1 }));
    assert_eq!((call().await.status, issuer.jwks_fetches()), (200, 1));
    issuer.set_jwks(ISSUED_BY.jwks());
    assert_eq!((status(&server, &issuer, "p256", "ES256").await, issuer.jwks_fetches()), (200, 2));
    assert_eq!(call().await.status, 401);
}

#[tokio::test]
async fn a_key_of_another_kind_under_the_same_kid_is_accepted_after_one_fetch() {
    let issuer = AuthorizationServer::start().await;
    issuer.set_jwks(jwks(&keys(&ISSUED_BY, &[("p256", "shared")])));
    let server = trusting(&[&issuer]).await;
    assert_eq!(status(&server, &issuer, "shared", "ES256").await, 200);
    issuer.set_jwks(jwks(&keys(&ISSUED_BY, &[("ed", "shared")])));
    let of_new = status(&server, &issuer, "shared", "EdDSA").await;
    assert_eq!((of_new, issuer.jwks_fetches()), (200, 2));
    assert_eq!(status(&server, &issuer, "shared", "ES256").await, 401);
}

#[tokio::test]
async fn two_hundred_at_once_with_unknown_kids_cost_one_fetch() {
    let issuer = AuthorizationServer::start().await;
    let server = trusting(&[&issuer]).await;
    assert_eq!(status(&server, &issuer, "p256", "ES256").await, 200);
    assert_eq!(issuer.jwks_fetches(), 1);
    let mint = Mint::new(issuer.url(), RESOURCE);
    // The first 200 all wait for the one answer; the others come while the interval lasts.
    issuer.hold();
    let began = Instant::now();
    let tokens: Vec<String> =
        (0..400).map(|n| mint.header(json!({ "kid": format!("unknown-{n}") }))).collect();
    let (first, others) = tokens.split_at(200);
    let waiting = join_all(first.iter().map(|token| show(token, server.address, "get_invoice")));
    let release = async {
        issuer.jwks_fetched(2).await;
        issuer.release();
    };
    let (answers, ()) = tokio::join!(waiting, release);
    assert!(answers.iter().all(|answer| answer.status == 401), "{answers:?}");
    let others = others.iter().map(|token| show(token, server.address, "get_invoice"));
    assert!(join_all(others).await.iter().all(|answer| answer.status == 401));
    // One an interval of five seconds, where this machine is slow.
    let intervals = usize::try_from(began.elapsed().as_secs() / 5).unwrap();
    assert!((2..=2 + intervals).contains(&issuer.jwks_fetches()), "{}", issuer.jwks_fetches());
    // Nobody else is kept from their work.
    let honest = async { status(&server, &issuer, "rsa", "RS256").await };
    assert_eq!(tokio::time::timeout(Duration::from_secs(30), honest).await, Ok(200));
}

#[tokio::test]
async fn a_header_over_the_limit_is_refused_before_it_is_read() {
    let issuer = AuthorizationServer::start().await;
    let server = trusting(&[&issuer]).await;
    for (bytes, status) in [(16 * 1024, 401), (64 * 1024, 401), (1 << 20, 431), (8 << 20, 431)] {
        let token = "a".repeat(bytes);
        assert_eq!(show(&token, server.address, "get_invoice").await.status, status, "{bytes}");
    }
    assert!(issuer.requests().is_empty(), "no key is fetched for what is no token");
}

#[tokio::test]
async fn a_token_outside_its_header_neither_lets_in_nor_adds_to_what_one_may() {
    let issuer = AuthorizationServer::start().await;
    let server = trusting(&[&issuer]).await;
    let token = |scopes: &str| issuer.token("p256", "ES256", RESOURCE, scopes);
    let (reader, writer) = (token("invoices:read"), token("invoices:read invoices:write"));
    let refund = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "access_token": writer,
        "params": { "name": "refund", "access_token": writer, "arguments": { "id": 1, "amount": 1 } } })
    .to_string();
    let form = format!("access_token={writer}");
    for (headers, status) in [
        (String::new(), 401),
        (format!("Cookie: access_token={writer}\r\nX-Authorization: Bearer {writer}\r\n"), 401),
        (format!("Proxy-Authorization: Bearer {writer}\r\n"), 401),
        (
            format!("Authorization: Bearer {reader}\r\nProxy-Authorization: Bearer {writer}\r\n"),
            403,
        ),
        (format!("Authorization: Bearer {reader}\r\n"), 403),
        (format!("Authorization: Bearer {writer}\r\n"), 200),
    ] {
        for (media, body) in
            [("application/json", &refund), ("application/x-www-form-urlencoded", &form)]
        {
            let request = format!(
                "POST /mcp?access_token={writer} HTTP/1.1\r\nHost: {}\r\nContent-Type: {media}\r\n\
                 Accept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                server.address,
                body.len(),
            );
            let answer = server.send(&request).await;
            // A form is no request of this protocol, whoever sends it.
            let expected = if media == "application/json" || status == 401 { status } else { 415 };
            assert_eq!(answer.status, expected, "{media} {headers}");
        }
    }
}
