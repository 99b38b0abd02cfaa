//! What a client is told: the RFC 9728 documents, challenges, scopes.

use std::collections::BTreeSet;

use doorman::{Doorman, DoormanBuilder, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{expose, tools};
use serde_json::{Value, json};

use super::{FIRST, METADATA};
use crate::support::{
    ISSUER, READER, RESOURCE, Response, Server, billing::billing, get, oauth, serve, serve_with,
};

const ROOT: &str = "/.well-known/oauth-protected-resource";

async fn document(server: &Server, path: &str) -> Value {
    get(&server.address.to_string(), path).await.json()
}

/// Closes an account.
#[expose(delete = "/account", scopes = ["accounts:close", "accounts:read"], destructive)]
async fn close() -> String {
    "closed".into()
}

/// Tokens for this server, each with its scopes.
fn knowing(tokens: &[(&str, &str)]) -> DoormanBuilder {
    let known = tokens.iter().fold(StaticTokens::new(), |known, (token, scopes)| {
        let says = VerifiedToken::new(*token).audience(RESOURCE).scopes(scopes).unwrap();
        known.insert(token, says)
    });
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(known);
    Doorman::builder("b").auth(auth).tools(billing()).tools(tools![close].with_state(()))
}

#[tokio::test]
async fn a01_the_metadata_names_an_authorization_server() {
    let server = serve(billing()).await;
    assert_eq!(document(&server, ROOT).await["authorization_servers"], json!([ISSUER]));
}

#[tokio::test]
async fn a02_a_401_names_the_metadata_and_it_is_there() {
    let server = serve(billing()).await;
    let answer = server.call("", "ping", json!({})).await;
    let challenge = answer.header("www-authenticate").unwrap();
    let (_, named) = challenge.split_once(r#"resource_metadata=""#).unwrap();
    let (url, _) = named.split_once('"').unwrap();
    let path = url.strip_prefix("https://api.example.com").unwrap();
    assert_eq!((answer.status, document(&server, path).await["resource"] == RESOURCE), (401, true));
}

#[tokio::test]
async fn a03_the_document_stands_behind_the_path_of_the_resource() {
    let auth = OAuth::new(ISSUER, "https://api.example.com/public/mcp").unwrap();
    let builder = Doorman::builder("b").auth(auth.verifier(StaticTokens::new())).tools(billing());
    let server = serve_with(builder).await;
    let path = "/.well-known/oauth-protected-resource/public/mcp";
    let behind = document(&server, path).await;
    assert_eq!(behind["resource"], "https://api.example.com/public/mcp");
    assert_eq!(document(&server, ROOT).await, behind, "the root tells the same truth");
    let challenge = server.call("", "ping", json!({})).await;
    assert!(challenge.header("www-authenticate").unwrap().contains(path), "{challenge:?}");
    // The path of the endpoint is no resource here.
    for path in ["/mcp", "/public", "/public/mcp/"].map(|path| format!("{ROOT}{path}")) {
        assert_eq!(get(&server.address.to_string(), &path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a04_the_resource_is_the_configured_one_whatever_a_request_says() {
    let server = serve(billing()).await;
    let forged = "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: 1\r\n\
                  Forwarded: host=evil.example;proto=http\r\n";
    for path in [ROOT.to_owned(), format!("{ROOT}/mcp")] {
        for host in ["whatever.example", "API.example.com:8443"] {
            let headers = format!("Host: {host}\r\n{forged}");
            let answer = server.head(&format!("GET {path}"), &headers).await;
            assert_eq!(answer.json()["resource"], RESOURCE, "{path}: {host}");
        }
    }
    let challenge = server.post_with(forged, "{}").await;
    assert_eq!(challenge.header("www-authenticate"), Some(&*format!("Bearer {FIRST}{METADATA}")));
    for unfit in [format!("{RESOURCE}/"), format!("{RESOURCE}#a")] {
        assert!(OAuth::new(ISSUER, &unfit).is_err(), "{unfit}");
    }
}

#[tokio::test]
async fn a05_the_document_is_public_json_for_every_origin_and_says_only_what_is_needed() {
    let server = serve(billing()).await;
    for path in [ROOT.to_owned(), format!("{ROOT}/mcp")] {
        let answer = get(&server.address.to_string(), &path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let document = json!({
            "resource": "https://api.example.com/mcp",
            "authorization_servers": ["https://sso.example.com"],
            "scopes_supported": ["invoices:read", "invoices:write"],
            "bearer_methods_supported": ["header"],
            "resource_name": "billing",
        });
        assert_eq!(answer.json(), document);
        // A page that sends a header of its own asks first.
        let headers = format!(
            "Host: {}\r\nOrigin: https://page.example\r\nAccess-Control-Request-Method: GET\r\n\
             Access-Control-Request-Headers: mcp-protocol-version\r\n",
            server.address
        );
        let answer = server.head(&format!("OPTIONS {path}"), &headers).await;
        assert_eq!(answer.status, 204);
        for (name, allowed) in [("origin", "*"), ("methods", "GET"), ("headers", "*")] {
            let name = format!("access-control-allow-{name}");
            assert_eq!(answer.header(&name), Some(allowed), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a07_a_401_has_an_error_only_where_a_token_was_shown() {
    let server = serve(billing()).await;
    for (token, error) in [("", FIRST), ("unknown", r#"error="invalid_token", "#)] {
        let answer = server.call(token, "ping", json!({})).await;
        assert_eq!(
            answer.header("www-authenticate"),
            Some(&*format!("Bearer {error}{METADATA}")),
            "{token}"
        );
    }
}

// Where no token is shown nothing is read, so it is not known which tool, and which scopes, are meant.
#[tokio::test]
async fn a12_a_401_names_the_scopes_of_the_tool_and_those_to_begin_with_where_no_tool_is_known() {
    let all = oauth().initial_scopes("invoices:write invoices:read").unwrap();
    for (auth, scopes) in [(oauth(), "invoices:read"), (all, "invoices:read invoices:write")] {
        let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
        for _ in 0..2 {
            let answer = server.call("", "refund", json!({})).await;
            assert_eq!(
                (answer.status, answer.header("www-authenticate")),
                (401, Some(&*format!(r#"Bearer scope="{scopes}", {METADATA}"#)))
            );
        }
    }
    let builder = Doorman::builder("b").auth(oauth()).tools(billing()).allow_anonymous();
    let answer = serve_with(builder).await.call("", "refund", json!({})).await;
    assert_eq!(
        (answer.status, answer.header("www-authenticate")),
        (401, Some(&*format!(r#"Bearer scope="invoices:write", {METADATA}"#)))
    );
}

#[tokio::test]
async fn a13_a_missing_scope_is_403_insufficient_scope_with_the_scopes_and_the_metadata() {
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": "my-7", "method": "tools/call",
        "params": { "name": "refund", "arguments": { "id": 7, "amount": 5 } } });
    let answer = server.post(READER, &body).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("www-authenticate"),
        Some(&*format!(r#"Bearer error="insufficient_scope", scope="invoices:write", {METADATA}"#))
    );
    let record = &server.records.all()[0];
    assert_eq!(
        answer.json(),
        json!({ "jsonrpc": "2.0", "id": "my-7", "error": {
            "code": 403,
            "message": "forbidden: missing scope `invoices:write`",
            "data": { "request_id": record["request_id"] },
        }})
    );
    assert_eq!(
        (&record["status"], &record["reason"]),
        (&json!("denied"), &json!("forbidden:scope"))
    );
    assert_eq!(record["scopes_required"], json!(["invoices:write"]));
    assert_eq!(record["scopes_missing"], json!(["invoices:write"]));
}

#[tokio::test]
async fn a14_a_challenge_names_every_scope_of_the_tool_and_no_other() {
    let server =
        serve_with(knowing(&[("none", ""), ("reads", "accounts:read invoices:write")])).await;
    let challenge = format!(
        r#"Bearer error="insufficient_scope", scope="accounts:close accounts:read", {METADATA}"#
    );
    for token in ["none", "reads", "none", "reads"] {
        let answer = server.call(token, "close", json!({})).await;
        assert_eq!(answer.header("www-authenticate"), Some(&*challenge), "{token}");
    }
}

#[tokio::test]
async fn a15_a_broader_scope_satisfies_a_narrower_one_only_where_that_is_declared() {
    let builder = || {
        knowing(&[
            ("writes", "invoices:write"),
            ("begins-alike", "invoices"),
            ("goes-on", "invoices:read:all"),
            ("matches", "invoices:*"),
        ])
    };
    let plain = serve_with(builder()).await;
    let declared = serve_with(builder().scope_implies("invoices:write", ["invoices:read"])).await;
    for (token, status) in
        [("writes", 200), ("begins-alike", 403), ("goes-on", 403), ("matches", 403)]
    {
        let call = async |server: &Server| {
            server.call(token, "get_invoice", json!({ "id": 1 })).await.status
        };
        assert_eq!((call(&plain).await, call(&declared).await), (403, status), "{token}");
    }
    assert_eq!(declared.call("writes", "close", json!({})).await.status, 403);
}

#[tokio::test]
async fn a16_nothing_asks_for_offline_access() {
    let builder = Doorman::builder("b").auth(oauth()).tools(billing()).allow_anonymous();
    let server = serve_with(builder).await;
    for (token, tool) in [("", "refund"), (READER, "refund"), ("unknown", "ping")] {
        let answer = server.call(token, tool, json!({})).await;
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(!challenge.contains("offline_access"), "{challenge}");
    }
    assert!(!document(&server, ROOT).await.to_string().contains("offline_access"));
}

#[tokio::test]
async fn a26_a_refusal_is_a_json_rpc_error_and_a_403_has_the_id_of_its_request() {
    let server = serve(billing()).await;
    let is_error = |answer: &Response, id: Value| {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let body = answer.json();
        assert_eq!(
            (&body["jsonrpc"], &body["error"]["code"]),
            (&json!("2.0"), &json!(answer.status))
        );
        assert!(body["error"]["message"].is_string() && body.get("result").is_none(), "{body}");
        assert_eq!(body["id"], id, "{body}");
    };
    is_error(&server.call("", "ping", json!({})).await, json!(null));
    for id in [json!(7), json!("seven")] {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": { "name": "refund", "arguments": {} } });
        let answer = server.post(READER, &body).await;
        assert_eq!(answer.status, 403);
        is_error(&answer, id);
    }
    is_error(&server.post_with("Origin: https://evil.example\r\n", "{}").await, json!(null));
    let mut statuses = BTreeSet::new();
    for _ in 0..400 {
        let answer = server.call("unknown", "ping", json!({})).await;
        is_error(&answer, json!(null));
        statuses.insert(answer.status);
    }
    assert_eq!(statuses, [401, 429].into());
}
