//! The RFC 9728 documents.

use doorman::{Doorman, OAuth, StaticTokens};
use serde_json::json;

use crate::support::{billing::billing, serve, serve_with};

#[tokio::test]
async fn the_document_stands_at_the_root_and_at_the_resources_path() {
    let server = serve(billing()).await;
    for path in
        ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"]
    {
        let answer = server
            .head(
                &format!("GET {path}"),
                "Host: whatever.example\r\nX-Forwarded-Host: evil.example\r\n",
            )
            .await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            answer.json(),
            json!({
                "resource": "https://api.example.com/mcp",
                "authorization_servers": ["https://sso.example.com"],
                "scopes_supported": ["invoices:read", "invoices:write"],
                "bearer_methods_supported": ["header"],
                "resource_name": "billing",
            })
        );
    }
}

#[tokio::test]
async fn the_document_follows_the_resource_and_not_the_endpoint() {
    let auth =
        OAuth::new("https://sso.example.com", "https://api.example.com/public/tools").unwrap();
    let builder = Doorman::builder("b").auth(auth.verifier(StaticTokens::new())).tools(billing());
    let server = serve_with(builder).await;
    let path = "/.well-known/oauth-protected-resource/public/tools";
    assert_eq!(server.head(&format!("GET {path}"), "Host: localhost\r\n").await.status, 200);
    let challenge = server.call("", "ping", json!({})).await;
    assert!(challenge.header("www-authenticate").unwrap().contains(path), "{challenge:?}");
}

#[tokio::test]
async fn a_development_server_has_no_document() {
    let server = serve_with(Doorman::dev("b").tools(billing())).await;
    let answer =
        server.head("GET /.well-known/oauth-protected-resource", "Host: localhost\r\n").await;
    assert_eq!(answer.status, 404);
}
