//! The issuer for tests and examples: what it publishes, what it signs, and where it does not listen.

use doorman::{Doorman, OAuth};
use doorman_axum::DevIssuer;
use serde_json::{Value, json};
use tokio::{net::TcpStream, task::yield_now};

use crate::support::{ANY_RATE, RESOURCE, Response, Server, billing::billing, get, serve_with};

/// A server that believes this issuer.
pub async fn trusting(issuer: &DevIssuer) -> Server {
    let auth = OAuth::new(issuer.url(), RESOURCE).unwrap().jwks(&issuer.jwks()).unwrap();
    serve_with(Doorman::builder("b").auth(auth).tools(billing()).rate_limit(ANY_RATE)).await
}

fn address(issuer: &DevIssuer) -> &str {
    issuer.url().strip_prefix("http://").unwrap()
}

async fn published(issuer: &DevIssuer, path: &str) -> Response {
    get(address(issuer), path).await
}

#[tokio::test]
async fn a_token_says_who_calls_a_server_that_trusts_its_issuer() {
    let issuer = DevIssuer::start().await.unwrap();
    let server = trusting(&issuer).await;
    let claims = json!({ "aud": RESOURCE, "sub": "alice", "scope": "invoices:read" });
    for _ in 0..2 {
        let answer =
            server.call(&issuer.mint(claims.clone()), "get_invoice", json!({ "id": 7 })).await;
        assert_eq!(answer.result()["structuredContent"], json!({ "id": 7, "caller": "alice" }));
    }
    let record = &server.records.all()[0];
    assert_eq!((&record["issuer"], &record["client_id"]), (&json!(issuer.url()), &json!("dev")));
    let nobody = server.call(&issuer.mint(json!({ "aud": RESOURCE })), "search", json!({})).await;
    assert_eq!((nobody.status, &server.records.all()[2]["caller"]), (403, &json!("dev")));
}

#[tokio::test]
async fn a_claim_that_is_null_is_left_out_and_one_that_is_given_wins() {
    let issuer = DevIssuer::start().await.unwrap();
    let server = trusting(&issuer).await;
    for (claims, detail) in [
        (json!({}), "audience"),
        (json!({ "aud": RESOURCE, "iss": null }), "issuer"),
        (json!({ "aud": RESOURCE, "iss": "https://sso.example.com" }), "issuer"),
        (json!({ "aud": RESOURCE, "sub": null }), "subject"),
        (json!({ "aud": RESOURCE, "client_id": null }), "client_id"),
        (json!({ "aud": RESOURCE, "jti": null }), "jti"),
        (json!({ "aud": RESOURCE, "iat": null }), "iat"),
        (json!({ "aud": RESOURCE, "exp": null }), "exp"),
        (json!({ "aud": RESOURCE, "iat": 1_000, "exp": 2_000 }), "expired"),
    ] {
        let answer = server.call(&issuer.mint(claims.clone()), "ping", json!({})).await;
        assert_eq!(answer.status, 401, "{claims}");
        assert_eq!(server.records.all().pop().unwrap()["detail"], detail, "{claims}");
    }
}

#[tokio::test]
#[should_panic(expected = "claims are a JSON object")]
async fn claims_that_are_no_object_are_not_signed() {
    let _ = DevIssuer::start().await.unwrap().mint(json!(["aud"]));
}

#[tokio::test]
async fn every_start_has_a_key_of_its_own() {
    let [one, other] = [DevIssuer::start().await.unwrap(), DevIssuer::start().await.unwrap()];
    let key = |issuer: &DevIssuer| {
        serde_json::from_str::<Value>(&issuer.jwks()).unwrap()["keys"][0].clone()
    };
    for member in ["x", "y", "kid"] {
        assert_ne!(key(&one)[member], key(&other)[member], "{member}");
    }
    let server = trusting(&one).await;
    let forged = other.mint(json!({ "iss": one.url(), "aud": RESOURCE }));
    assert_eq!(server.call(&forged, "ping", json!({})).await.status, 401);
}

#[tokio::test]
async fn the_documents_name_the_issuer_and_its_public_key_only() {
    let issuer = DevIssuer::start().await.unwrap();
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let answer = published(&issuer, path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        let document = json!({
            "issuer": issuer.url(),
            "jwks_uri": format!("{}/jwks", issuer.url()),
            "response_types_supported": [],
            "grant_types_supported": [],
        });
        assert_eq!(answer.json(), document);
    }
    let keys = published(&issuer, "/jwks").await.json();
    assert_eq!(keys, serde_json::from_str::<Value>(&issuer.jwks()).unwrap());
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    let members: Vec<&String> = keys["keys"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"], "no `d`");
    for path in ["/", "/token", "/authorize", "/mint"] {
        assert_eq!(published(&issuer, path).await.status, 404, "{path}");
    }
    let shown = format!("{issuer:?}");
    assert_eq!(shown, format!("DevIssuer {{ url: {:?}, .. }}", issuer.url()));
}

#[tokio::test]
async fn an_address_that_other_machines_reach_is_refused() {
    for open in ["0.0.0.0:0", "[::]:0", "192.168.1.7:0", "[::ffff:10.0.0.1]:0", "[fe80::1]:0"] {
        let error = DevIssuer::bind(open).await.unwrap_err().to_string();
        let words = format!("`DevIssuer` would listen on `{open}`; allowed: a free port of a");
        assert!(error.starts_with(&words), "{error}");
    }
    let addresses: [std::net::SocketAddr; 2] =
        ["127.0.0.1:0", "0.0.0.0:0"].map(|address| address.parse().unwrap());
    let error = DevIssuer::bind(&addresses[..]).await.unwrap_err().to_string();
    assert!(error.contains("`0.0.0.0:0`"), "{error}");
}

#[tokio::test]
async fn an_address_that_is_taken_or_none_is_refused() {
    let issuer = DevIssuer::start().await.unwrap();
    for bad in [address(&issuer), "127.0.0.1"] {
        let error = DevIssuer::bind(bad).await.unwrap_err().to_string();
        assert!(error.starts_with("`DevIssuer` cannot listen there: "), "{error}");
    }
}

#[tokio::test]
async fn it_serves_until_it_is_dropped() {
    fn shared<T: Send + Sync>(_: &T) {}
    let issuer = DevIssuer::start().await.unwrap();
    shared(&issuer);
    let address = address(&issuer).to_owned();
    let mut kept = TcpStream::connect(&address).await.unwrap();
    assert_eq!(get(&address, "/jwks").await.status, 200);
    drop(issuer);
    while TcpStream::connect(&address).await.is_ok() {
        yield_now().await;
    }
    let mut rest = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut kept, &mut rest).await;
    assert!(rest.is_empty(), "an open connection ends too");
}
