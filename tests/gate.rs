//! What is refused before the protocol: hosts, origins, methods, paths, sizes.

use doorman::{Doorman, Error};
use doorman_axum::router;
use serde_json::json;

use crate::support::{READER, billing::billing, oauth, serve, serve_with};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

fn request(host: &str, more: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\n{host}Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
         Authorization: Bearer {READER}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{LIST}",
        LIST.len()
    )
}

#[tokio::test]
async fn a_host_is_loopback_the_resources_or_an_allowed_one() {
    let builder =
        Doorman::builder("b").auth(oauth()).tools(billing()).allowed_hosts(["inside.example"]);
    let server = serve_with(builder).await;
    for host in [
        "localhost",
        "127.0.0.1:9",
        "[::1]:1",
        "api.example.com",
        "API.EXAMPLE.COM:443",
        "inside.example",
    ] {
        assert_eq!(
            server.send(&request(&format!("Host: {host}\r\n"), "")).await.status,
            200,
            "{host}"
        );
    }
    for host in ["evil.example", "api.example.com.evil.example", "evil.example:80"] {
        let answer = server.send(&request(&format!("Host: {host}\r\n"), "")).await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (403, &json!(403)), "{host}");
    }
    for hosts in [
        "",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: a b\r\n",
        "Host: u@localhost\r\n",
        "Host:\r\n",
    ] {
        assert_eq!(server.send(&request(hosts, "")).await.status, 400, "{hosts:?}");
    }
}

#[tokio::test]
async fn an_origin_is_this_machines_or_an_allowed_one() {
    let builder = Doorman::builder("b").auth(oauth()).tools(billing());
    let server = serve_with(
        builder.allowed_origins(["https://app.example.com", "http://app.example.com:8080"]),
    )
    .await;
    let host = format!("Host: {}\r\n", server.address);
    for origin in [
        "http://localhost:5173",
        "http://127.0.0.1",
        "http://[::1]:1",
        "https://app.example.com",
        "https://APP.example.com",
        "http://app.example.com:8080",
    ] {
        let answer = server.send(&request(&host, &format!("Origin: {origin}\r\n"))).await;
        assert_eq!(answer.status, 200, "{origin}: {answer:?}");
    }
    for origins in [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://app.example.com\r\n",
        "Origin: https://app.example.com:8443\r\n",
        "Origin: https://app.example.com.evil.example\r\n",
        "Origin:\r\n",
        "Origin: http://localhost\r\nOrigin: http://localhost\r\n",
        "Origin: é\r\n",
    ] {
        let answer = server.send(&request(&host, origins)).await;
        assert_eq!((answer.status, answer.json().get("id")), (403, None), "{origins:?}");
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused_on_every_method_and_before_the_token() {
    let server = serve(billing()).await;
    for method in ["GET", "POST", "DELETE", "OPTIONS"] {
        let headers = format!("Host: {}\r\nOrigin: https://evil.example\r\n", server.address);
        assert_eq!(server.head(&format!("{method} /mcp"), &headers).await.status, 403, "{method}");
    }
}

#[tokio::test]
async fn only_post_and_only_the_exact_path() {
    let server = serve(billing()).await;
    let headers = format!("Host: {}\r\nAuthorization: Bearer {READER}\r\n", server.address);
    for method in ["GET", "DELETE", "PUT"] {
        let answer = server.head(&format!("{method} /mcp"), &headers).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    for path in ["/", "/mcp/", "/mcp/x", "/MCP", "//mcp", "/invoices/1", "/ping"] {
        assert_eq!(server.head(&format!("POST {path}"), &headers).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let server =
        serve_with(Doorman::builder("b").auth(oauth()).tools(billing()).body_limit(200)).await;
    assert_eq!(server.call(READER, "search", json!({ "text": "x".repeat(20) })).await.status, 200);
    let large = server.call(READER, "search", json!({ "text": "x".repeat(200) })).await;
    // The body is read here whatever way the message takes: rmcp keeps the pieces that it comes in.
    let other = format!("Authorization: Bearer {READER}\r\nAccept: text/plain\r\n");
    let elsewhere = server.post_with(&other, &"x".repeat(201)).await;
    for refused in [large, elsewhere] {
        assert_eq!(refused.status, 413);
        assert_eq!(refused.json()["error"]["message"], "the message is too large");
    }
}

#[tokio::test]
async fn a_body_that_tells_no_length_is_read_up_to_the_limit_only() {
    let server =
        serve_with(Doorman::builder("b").auth(oauth()).tools(billing()).body_limit(200)).await;
    let chunk = format!("{:x}\r\n{}\r\n", 150, " ".repeat(150));
    let post = async |chunks: usize| {
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nAuthorization: Bearer {READER}\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{}{:x}\r\n{LIST}\r\n0\r\n\r\n",
            server.address,
            chunk.repeat(chunks),
            LIST.len(),
        );
        server.send(&request).await.status
    };
    assert_eq!((post(0).await, post(1).await, post(2).await), (200, 200, 413));
}

#[test]
fn http_without_authentication_does_not_start() {
    let doorman = Doorman::builder("b").tools(billing()).build().unwrap();
    assert_eq!(router::<()>(doorman).unwrap_err(), Error::NoAuth);
}

#[tokio::test]
async fn a_development_server_answers_a_loopback_peer() {
    let server = serve_with(Doorman::dev("b").tools(billing())).await;
    let answer = server.call("", "get_invoice", json!({ "id": 1 })).await;
    assert_eq!(answer.result()["structuredContent"]["caller"], "dev");
}

#[tokio::test]
async fn a_development_server_refuses_a_peer_that_it_does_not_know() {
    use axum::{body::Body, extract::ConnectInfo};
    use tower_service::Service as _;

    let doorman = Doorman::dev("b").tools(billing()).build().unwrap();
    let mut app = router::<()>(doorman).unwrap();
    for peer in [None, Some("192.0.2.1:5"), Some("[::ffff:192.0.2.1]:5"), Some("10.0.0.1:5")] {
        let mut request =
            http::Request::post("/mcp").header("Host", "localhost").body(Body::empty()).unwrap();
        let peer = peer.map(|peer| peer.parse::<std::net::SocketAddr>().unwrap());
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let answer = app.call(request).await.unwrap();
        assert_eq!(answer.status(), 403, "{peer:?}");
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let says_how =
            String::from_utf8(body.into()).unwrap().contains("serve with `doorman_axum::serve`");
        assert_eq!(says_how, peer.is_none());
    }
}

#[tokio::test]
async fn a_development_server_refuses_what_a_proxy_passes_on() {
    let server = serve_with(Doorman::dev("b").tools(billing())).await;
    for header in [
        "Forwarded: for=203.0.113.7",
        "X-Forwarded-For: 203.0.113.7",
        "X-Real-IP: 203.0.113.7",
        "CF-Connecting-IP: 203.0.113.7",
        "X-Original-Forwarded-For: 203.0.113.7",
        "Via: 1.1 proxy",
    ] {
        let answer = server.post_with(&format!("{header}\r\n"), LIST).await;
        assert_eq!(answer.status, 403, "{header}");
    }
}

#[tokio::test]
async fn a_development_server_has_no_document() {
    let server = serve_with(Doorman::dev("b").tools(billing())).await;
    let answer =
        server.head("GET /.well-known/oauth-protected-resource", "Host: localhost\r\n").await;
    assert_eq!(answer.status, 404);
}
