//! What `docs/identity.md` shows compiles, starts, and takes tokens as the provider issues them.

use doorman::{Doorman, Error, OAuth, TrustedIssuer};
use serde_json::{Value, json};

use crate::support::{
    Server,
    billing::billing,
    issuer::{ISSUED_BY, changed, now},
    serve_with,
};

const PAGE: &str = include_str!("../docs/identity.md");
const SOURCE: &str = include_str!("identity.rs");
const RESOURCE: &str = "https://api.example.com/mcp";

fn keycloak() -> Result<OAuth, Error> {
    let auth = OAuth::new("https://sso.example.com/realms/agents", "https://api.example.com/mcp")?;
    Ok(auth)
}

fn keycloak_without_settings() -> Result<OAuth, Error> {
    let auth = OAuth::new(
        TrustedIssuer::new("https://sso.example.com/realms/agents")
            .accept_plain_jwt()
            .client_id_claim("azp"),
        "https://api.example.com/mcp",
    )?;
    Ok(auth)
}

fn auth0() -> Result<OAuth, Error> {
    let auth = OAuth::new(
        TrustedIssuer::new("https://example.eu.auth0.com/")
            .tolerate_audiences(["https://example.eu.auth0.com/userinfo"])
            .tenant_claim("org_id"),
        "https://api.example.com/mcp",
    )?;
    Ok(auth)
}

fn entra() -> Result<OAuth, Error> {
    let auth = OAuth::new(
        TrustedIssuer::new(
            "https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0",
        )
        .audience("00001111-aaaa-2222-bbbb-3333cccc4444") // the API's client ID
        .accept_plain_jwt()
        .client_id_claim("azp")
        .accept_missing_jti()
        .tenant_claim("tid"),
        "https://api.example.com/mcp",
    )?;
    Ok(auth)
}

fn okta() -> Result<OAuth, Error> {
    let auth = OAuth::new(
        TrustedIssuer::new("https://example.okta.com/oauth2/aus9o8wzkhckw9TLa0h7z")
            .accept_plain_jwt()
            .client_id_claim("cid"),
        "https://api.example.com/mcp",
    )?;
    Ok(auth)
}

fn cognito() -> Result<OAuth, Error> {
    let auth = OAuth::new(
        TrustedIssuer::new("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example")
            .accept_plain_jwt(),
        "https://api.example.com/mcp",
    )?;
    Ok(auth)
}

/// A text without its blanks and the commas that formatting adds.
fn bare(text: &str) -> String {
    text.replace(char::is_whitespace, "").replace(",)", ")")
}

#[test]
fn every_block_of_the_page_is_code_of_this_file() {
    let source = bare(SOURCE);
    let blocks: Vec<&str> =
        PAGE.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        assert!(source.contains(&bare(block)), "{block}");
    }
}

/// The status of a read with a token of this header and these claims.
async fn status(server: &Server, header: &Value, claims: &Value) -> u16 {
    let header = changed(json!({ "alg": "RS256", "kid": "rsa" }), header.clone());
    let token = ISSUED_BY.sign(header.to_string(), claims.to_string(), "RS256");
    server.call(&token, "get_invoice", json!({ "id": 7 })).await.status
}

#[tokio::test]
async fn each_takes_its_providers_access_tokens_and_no_id_token() {
    let at = json!({ "typ": "at+jwt" });
    let jwt = json!({ "typ": "JWT" });
    let none = json!({});
    for (name, auth, issuer, header, claims) in [
        (
            "Keycloak",
            keycloak(),
            "https://sso.example.com/realms/agents",
            &at,
            json!({ "aud": RESOURCE, "azp": "cli", "client_id": "cli", "jti": "1", "typ": "Bearer", "scope": "invoices:read" }),
        ),
        (
            "Keycloak, plain",
            keycloak_without_settings(),
            "https://sso.example.com/realms/agents",
            &jwt,
            json!({ "aud": RESOURCE, "azp": "cli", "jti": "1", "typ": "Bearer", "scope": "email invoices:read" }),
        ),
        (
            "Auth0",
            auth0(),
            "https://example.eu.auth0.com/",
            &at,
            json!({ "aud": [RESOURCE, "https://example.eu.auth0.com/userinfo"], "client_id": "cli", "jti": "1",
                 "scope": "openid invoices:read", "org_id": "org_1" }),
        ),
        (
            "Entra ID",
            entra(),
            "https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0",
            &jwt,
            json!({ "aud": "00001111-aaaa-2222-bbbb-3333cccc4444", "azp": "cli", "uti": "1", "tid": "t", "scp": "invoices:read" }),
        ),
        (
            "Okta",
            okta(),
            "https://example.okta.com/oauth2/aus9o8wzkhckw9TLa0h7z",
            &none,
            json!({ "aud": RESOURCE, "cid": "cli", "jti": "1", "scp": ["invoices:read"] }),
        ),
        (
            "Cognito",
            cognito(),
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example",
            &none,
            json!({ "aud": RESOURCE, "client_id": "cli", "jti": "1", "token_use": "access", "scope": "invoices:read" }),
        ),
    ] {
        Doorman::builder("b").auth(auth.clone().unwrap()).tools(billing()).build().unwrap();
        let auth = auth.unwrap().jwks(&ISSUED_BY.jwks()).unwrap();
        let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
        let times = json!({ "iss": issuer, "sub": "alice", "iat": now(), "exp": now() + 3600 });
        let claims = changed(times, claims);
        assert_eq!(status(&server, header, &claims).await, 200, "{name}");
        // As the client gets it for itself, and for itself but with everything else of an access token.
        let id_token = changed(
            claims.clone(),
            json!({ "aud": "cli", "scope": null, "scp": null, "nonce": "n" }),
        );
        assert_eq!(status(&server, &jwt, &id_token).await, 401, "{name}");
        let renamed = changed(claims.clone(), json!({ "at_hash": "h" }));
        assert_eq!(status(&server, &jwt, &renamed).await, 401, "{name}");
    }
}
