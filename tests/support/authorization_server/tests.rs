//! The server's own strictness, which the tests of doorman lean on.

use std::{net::SocketAddr, time::Duration};

use doorman::{Doorman, OAuth};
use reqwest::{Client, RequestBuilder, redirect::Policy};
use tokio::{net::TcpStream, time::timeout};

use super::*;
use crate::support::{billing::billing, serve_with};

const REDIRECT: &str = "http://127.0.0.1:9/callback?from=here";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";
const RESOURCE: &str = "https://api.example.com/mcp";

fn http() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn form(server: &AuthorizationServer, pairs: &[(&str, &str)]) -> RequestBuilder {
    http()
        .post(format!("{}/token", server.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded(pairs))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Each of these parameters missing, empty, another, and twice.
fn variants<'a>(good: &[(&'a str, &'a str)]) -> Vec<Vec<(&'a str, &'a str)>> {
    let mut variants = Vec::new();
    for (at, pair) in good.iter().enumerate() {
        let rest = [&good[..at], &good[at + 1..]].concat();
        for instead in [&[][..], &[(pair.0, "")], &[(pair.0, "no#ne\"")], &[*pair, *pair]] {
            variants.push([instead, &rest].concat());
        }
    }
    variants
}

fn client() -> Value {
    json!({ "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"] })
}

fn registration(server: &AuthorizationServer, client: &Value) -> RequestBuilder {
    http().post(format!("{}/register", server.url())).json(client)
}

async fn registered(server: &AuthorizationServer) -> String {
    let answer = registration(server, &client()).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let client: Value = answer.json().await.unwrap();
    client["client_id"].as_str().unwrap().to_owned()
}

fn exchange<'a>(client: &'a str, code: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("resource", RESOURCE),
        ("code_verifier", VERIFIER),
    ]
}

/// The location that a browser is sent to.
async fn authorized(server: &AuthorizationServer, query: &[(&str, &str)]) -> Parameters {
    let url = format!("{}/authorize?{}", server.url(), encoded(query));
    let answer = http().get(url).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    parameters(location.split_once('?').unwrap().1.as_bytes()).unwrap()
}

#[tokio::test]
async fn only_what_a_correct_client_sends_is_answered() {
    let server = AuthorizationServer::start().await;
    let client = registered(&server).await;
    let challenge = b64(digest(&SHA256, VERIFIER.as_bytes()));
    let query = [
        ("response_type", "code"),
        ("client_id", &*client),
        ("redirect_uri", REDIRECT),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
        ("resource", RESOURCE),
        ("scope", "a b"),
        ("state", "as\"is"),
    ];
    let mut wrong = 0;
    for variant in variants(&query) {
        let is_a_state = variant.iter().filter(|(name, _)| *name == "state").count() == 1
            && variant.contains(&("state", "no#ne\""));
        if !is_a_state {
            let url = format!("{}/authorize?{}", server.url(), encoded(&variant));
            assert_eq!(status(http().get(url)).await, 400, "{variant:?}");
            wrong += 1;
        }
    }
    let location = authorized(&server, &query).await;
    assert_eq!((&*location["from"], &*location["state"]), ("here", "as\"is"));
    assert_eq!(location["iss"], server.url());
    for at in 0..variants(&exchange(&client, "")).len() {
        let location = authorized(&server, &query).await;
        let variant = &variants(&exchange(&client, &location["code"]))[at];
        assert_eq!(status(form(&server, variant)).await, 400, "{variant:?}");
        wrong += 1;
    }
    let good = exchange(&client, &location["code"]);
    assert_eq!(status(form(&server, &good).header("authorization", "Bearer t")).await, 400);
    let token: Value = form(&server, &good).send().await.unwrap().json().await.unwrap();
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!("a b")));
    let jwks = http().get(format!("{}/jwks", server.url()));
    for request in [
        form(&server, &good),
        http().get(format!("{}/token", server.url())),
        http().get(format!("{}/jwks?kid=p256", server.url())),
        jwks.try_clone().unwrap().header("host", "sso.example.com"),
        jwks.try_clone().unwrap().bearer_auth("a-callers-token"),
        jwks.header("cookie", "a=b"),
    ] {
        assert_eq!(status(request).await, 400);
        wrong += 1;
    }
    assert_eq!(server.mistakes().len(), wrong + 1, "{:#?}", server.mistakes());
    let grant = Grant { client, resource: RESOURCE.into(), scopes: "a b".into() };
    assert_eq!(server.grants(), [grant]);
}

#[tokio::test]
async fn only_a_public_client_that_takes_codes_is_registered() {
    let server = AuthorizationServer::start().await;
    for (name, value) in [
        ("redirect_uris", json!([])),
        ("redirect_uris", json!([REDIRECT, "http://app.example.com/callback"])),
        ("redirect_uris", json!(["https://app.example.com/#callback"])),
        ("redirect_uris", json!(["/callback"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", Value::Null),
        ("grant_types", json!(["client_credentials"])),
        ("response_types", json!(["code", "token"])),
        ("scope", json!("a  b")),
    ] {
        let mut client = client();
        client[name] = value;
        assert_eq!(status(registration(&server, &client)).await, 400, "{client}");
    }
    assert_eq!(server.mistakes().len(), 9);
}

#[tokio::test]
async fn documents_are_counted_held_and_changed() {
    let server = AuthorizationServer::start().await;
    let at = |path: &str| http().get(format!("{}{path}", server.url()));
    server.hold();
    let held = tokio::spawn(at(JWKS).send());
    server.jwks_fetched(1).await;
    assert!(!held.is_finished());
    server.set_jwks("{}");
    server.set_cache_control(Some("max-age=60".into()));
    server.release();
    let answer = held.await.unwrap().unwrap();
    assert_eq!(answer.headers()["cache-control"], "max-age=60");
    assert_eq!(answer.text().await.unwrap(), "{}");

    let mut metadata = server.metadata();
    metadata["issuer"] = json!("https://other.example.com");
    server.set_metadata(metadata.clone());
    for path in METADATA {
        let answer: Value = at(path).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer, metadata);
    }
    server.set_down(true);
    for path in [JWKS, METADATA[0], "/token", "/nowhere"] {
        assert_eq!(status(at(path)).await, 503, "{path}");
    }
    server.set_down(false);
    assert_eq!(status(at(JWKS)).await, 200);
    assert_eq!((server.jwks_fetches(), server.metadata_fetches()), (3, 3));
    assert_eq!((server.requests().len(), server.mistakes().len()), (8, 0));
}

#[tokio::test]
async fn a_token_names_its_issuer_resource_and_scopes() {
    let issuer = AuthorizationServer::start().await;
    let auth = OAuth::new(issuer.url(), RESOURCE).unwrap().jwks(&ISSUED_BY.jwks()).unwrap();
    let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
    for (kid, algorithm) in [("p256", "ES256"), ("rsa", "PS256")] {
        let token = issuer.token(kid, algorithm, RESOURCE, "invoices:read");
        let answer = server.call(&token, "get_invoice", json!({ "id": 1 })).await;
        assert_eq!(answer.result()["structuredContent"]["caller"], "alice");
        assert_eq!(server.call(&token, "refund", json!({})).await.status, 403);
    }
}

#[tokio::test]
async fn a_dropped_server_lets_go_of_its_port() {
    let server = AuthorizationServer::start().await;
    let address: SocketAddr = server.url().strip_prefix("http://").unwrap().parse().unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    drop(server);
    let gone = async {
        assert_eq!(tokio::io::AsyncReadExt::read(&mut idle, &mut [0]).await.unwrap_or(0), 0);
        while TcpStream::connect(address).await.is_ok() {}
    };
    timeout(Duration::from_secs(30), gone).await.unwrap();
}
