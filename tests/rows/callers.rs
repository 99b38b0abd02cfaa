//! Whom a server lets in: tokens, headers, sessions, standard input and output.

use axum::http::{HeaderMap, Uri};
use doorman::{Credential, Doorman, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{Caller, DevIssuer, expose, tools};
use serde_json::json;

use super::{FIRST, METADATA};
use crate::{
    dev_issuer::trusting,
    sentinels::Net,
    stdio::{anonymous, one},
    support::{
        ISSUER, READER, RESOURCE, STRANGER, WRITER,
        billing::billing,
        oauth, serve, serve_with,
        stdio::{build, reason},
    },
};

#[tokio::test]
async fn a06_no_token_is_401_on_every_request_before_anything_is_processed() {
    let builder = Doorman::builder("b").auth(oauth()).tools(billing()).body_limit(200);
    let server = serve_with(builder).await;
    for method in [
        "initialize",
        "server/discover",
        "ping",
        "tools/list",
        "tools/call",
        "notifications/initialized",
    ] {
        let answer = server.rpc("", method, json!({ "name": "ping" })).await;
        assert_eq!(answer.status, 401, "{method}");
        assert_eq!(
            answer.header("www-authenticate"),
            Some(&*format!("Bearer {FIRST}{METADATA}")),
            "{method}"
        );
        assert_eq!(answer.json()["error"]["code"], 401);
    }
    for method in ["GET", "DELETE", "PUT", "OPTIONS"] {
        let answer =
            server.head(&format!("{method} /mcp"), &format!("Host: {}\r\n", server.address)).await;
        assert_eq!(answer.status, 401, "{method}");
    }
    for unreadable in ["", "{", "[]", &"x".repeat(201)] {
        assert_eq!(server.post_with("", unreadable).await.status, 401, "{unreadable}");
    }
    for record in server.records.all() {
        assert_eq!(
            (&record["status"], &record["reason"]),
            (&json!("denied"), &json!("unauthenticated"))
        );
    }
    assert_eq!(server.records.all().len(), 14);
}

#[tokio::test]
async fn a08_an_invalid_or_expired_token_is_401() {
    let issuer = DevIssuer::start().await.unwrap();
    let server = trusting(&issuer).await;
    let good = issuer.mint(json!({ "aud": RESOURCE }));
    assert_eq!(server.call(&good, "ping", json!({})).await.status, 200);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    for bad in [
        "unknown".into(),
        message.into(),
        format!("{message}.{other}{}", &signature[1..]),
        issuer.mint(json!({ "aud": RESOURCE, "iat": 1_000, "exp": 2_000 })),
        issuer.mint(json!({ "aud": RESOURCE, "nbf": 32_503_680_000_u64 })),
    ] {
        assert_eq!(server.call(&bad, "ping", json!({})).await.status, 401, "{bad}");
    }
}

#[tokio::test]
async fn a09_a_token_that_is_not_for_this_server_is_401() {
    let issuer = DevIssuer::start().await.unwrap();
    let server = trusting(&issuer).await;
    for (audience, status) in [
        (json!(RESOURCE), 200),
        (json!([RESOURCE]), 200),
        (json!("https://other.example.com/mcp"), 401),
        (json!(issuer.url()), 401),
        (json!("dev"), 401),
        (json!([]), 401),
        (json!(null), 401),
    ] {
        let token = issuer.mint(json!({ "aud": audience }));
        assert_eq!(server.call(&token, "ping", json!({})).await.status, status, "{audience}");
    }
    assert_eq!(serve(billing()).await.call(STRANGER, "ping", json!({})).await.status, 401);
}

#[tokio::test]
async fn a10_a_token_of_another_issuer_is_401() {
    let [trusted, other] = [DevIssuer::start().await.unwrap(), DevIssuer::start().await.unwrap()];
    let server = trusting(&trusted).await;
    for foreign in [
        other.mint(json!({ "aud": RESOURCE })),
        other.mint(json!({ "aud": RESOURCE, "iss": trusted.url() })),
        trusted.mint(json!({ "aud": RESOURCE, "iss": other.url() })),
    ] {
        assert_eq!(server.call(&foreign, "ping", json!({})).await.status, 401);
    }
    let says = VerifiedToken::new("alice").audience(RESOURCE).issuer(other.url());
    let tokens = StaticTokens::new().insert("foreign-token", says);
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
    let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
    assert_eq!(server.call("foreign-token", "ping", json!({})).await.status, 401);
}

#[tokio::test]
async fn a11_a_token_in_the_query_or_the_body_is_none() {
    let server = serve(billing()).await;
    let host = format!("Host: {}\r\n", server.address);
    for method in ["POST", "GET"] {
        let line = format!("{method} /mcp?access_token={READER}");
        assert_eq!(server.head(&line, &host).await.status, 401, "{method}");
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "access_token": READER });
    for body in [body.to_string(), format!("access_token={READER}")] {
        assert_eq!(server.post_with("", &body).await.status, 401, "{body}");
    }
}

#[tokio::test]
async fn a17_401_is_about_the_token_403_about_scopes_and_400_about_the_request() {
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "refund", "arguments": { "id": 1, "amount": 1 } } });
    for (headers, status) in [
        (String::new(), 401),
        ("Authorization: Bearer unknown\r\n".into(), 401),
        (format!("Authorization: Bearer {STRANGER}\r\n"), 401),
        (format!("Authorization: Bearer {READER}\r\n"), 403),
        (format!("Authorization: Bearer {WRITER} {WRITER}\r\n"), 400),
        (format!("Authorization: Bearer {WRITER}\r\n"), 200),
    ] {
        assert_eq!(server.post_with(&headers, &body.to_string()).await.status, status, "{headers}");
    }
}

/// Looks for the token wherever a handler can look.
#[expose(get = "/look", public)]
async fn look(uri: Uri, headers: HeaderMap, caller: Caller) -> String {
    let seen = format!("{uri} {headers:?} {caller:?}");
    if seen.contains(READER) { seen } else { "nothing".into() }
}

#[tokio::test]
async fn a18_the_token_reaches_no_handler() {
    let server = serve(tools![look].with_state(())).await;
    assert_eq!(server.call(READER, "look", json!({})).await.text(), "nothing");
    for name in ["authorization", "proxy-authorization", "cookie"] {
        let tools = tools![look].forward_headers([name]).with_state(());
        let error = Doorman::builder("b").auth(oauth()).tools(tools).build().unwrap_err();
        assert!(error.to_string().starts_with("`forward_headers` names"), "{error}");
    }
}

#[tokio::test]
async fn a19_no_token_is_logged_or_kept_in_clear() {
    let net = Net::cast();
    let issuer = DevIssuer::start().await.unwrap();
    let (good, expired) = (
        issuer.mint(json!({ "aud": RESOURCE })),
        issuer.mint(json!({ "aud": RESOURCE, "iat": 1_000, "exp": 2_000 })),
    );
    let auth = OAuth::new(issuer.url(), RESOURCE).unwrap().jwks(&issuer.jwks()).unwrap();
    let (records, doorman) = build(Doorman::builder("b").auth(auth).tools(billing()));
    let server = trusting(&issuer).await;
    let mut shown = Vec::new();
    for token in [good.clone(), expired.clone(), format!("{good} x")] {
        let header = format!("Bearer {token}");
        let _ = doorman.authenticate(Credential::read([header.as_bytes()]), None).await;
        shown.push(format!("{:?}", server.call(&token, "ping", json!({})).await));
    }
    shown.push(format!("{doorman:?}"));
    shown.extend(records.all().into_iter().chain(server.records.all()).map(|it| it.to_string()));
    let lines = net.lines();
    assert!(lines.iter().any(|(target, _)| target.starts_with("rmcp")), "the net is cast");
    shown.extend(lines.into_iter().map(|(_, line)| line));
    // Claims and signature: the header is no secret.
    for part in [&good, &expired].into_iter().flat_map(|token| token.split('.').skip(1)) {
        assert!(shown.iter().all(|shown| !shown.contains(part)), "{part}");
    }
}

#[tokio::test]
async fn a20_on_stdio_nobody_has_scopes_but_a_principal_that_is_configured() {
    let with_token = anonymous().auth(oauth()).environment([("DOORMAN_TOKEN", READER)]);
    for (builder, refused) in [
        (anonymous(), "unauthorized"),
        (anonymous().auth(oauth()), "unauthorized"),
        (anonymous().stdio_principal("alice", ""), "forbidden:scope"),
        (anonymous().stdio_principal("alice", "invoices:read"), ""),
        (with_token, ""),
    ] {
        let (result, _) = one(builder, "get_invoice", json!({ "id": 7 })).await;
        assert_eq!(reason(&result), refused);
    }
}

#[tokio::test]
async fn a21_the_audience_is_exact_but_for_the_case_of_scheme_and_host() {
    let issuer = DevIssuer::start().await.unwrap();
    let server = trusting(&issuer).await;
    for (audience, status) in [
        ("https://api.example.com/mcp", 200),
        ("HTTPS://API.Example.COM/mcp", 200),
        ("https://api.example.com/MCP", 401),
        ("https://api.example.com/mcp/", 401),
        ("https://api.example.com:443/mcp", 401),
        ("https://api.example.com./mcp", 401),
        ("https://api.example.com/%6Dcp", 401),
    ] {
        let token = issuer.mint(json!({ "aud": audience }));
        assert_eq!(server.call(&token, "ping", json!({})).await.status, status, "{audience}");
    }
}

#[test]
fn a22_an_address_that_is_neither_https_nor_loopback_does_not_start() {
    for plain in
        ["http://sso.example.com", "http://10.0.0.1", "http://localhost.example", "ftp://h"]
    {
        assert!(OAuth::new(plain, RESOURCE).is_err(), "issuer {plain}");
        assert!(OAuth::new(ISSUER, plain).is_err(), "resource {plain}");
    }
    for fine in ["https://h.example", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"]
    {
        assert!(OAuth::new(fine, fine).is_ok(), "{fine}");
    }
}

#[tokio::test]
async fn a24_another_scheme_is_401_and_a_malformed_or_second_header_400_invalid_request() {
    const INVALID: &str = r#"error="invalid_request", "#;
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    for (headers, status, error) in [
        ("Basic dTpw", 401, FIRST),
        ("DPoP t0ken", 401, FIRST),
        ("Bearer", 400, INVALID),
        ("Bearer a b", 400, INVALID),
        ("Bearer a,b", 400, INVALID),
        ("Bearer =", 400, INVALID),
        (&format!("Bearer {READER}\r\nAuthorization: Bearer {READER}"), 400, INVALID),
        (&format!("Bearer {READER}\r\nAuthorization: Basic dTpw"), 400, INVALID),
    ] {
        let answer = server.post_with(&format!("Authorization: {headers}\r\n"), &body).await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (status, Some(&*format!("Bearer {error}{METADATA}"))),
            "{headers}"
        );
    }
    let lower = format!("authorization: bearer {READER}\r\n");
    assert_eq!(server.post_with(&lower, &body).await.status, 200);
}

// Without sessions there is none to be found under an id, whoever names it.
#[tokio::test]
async fn a25_a_session_id_is_neither_made_nor_heeded() {
    let server = serve(billing()).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "get_invoice", "arguments": { "id": 1 } } });
    let with = |token: &str| {
        let session = format!("Host: {}\r\nMcp-Session-Id: somebody-elses\r\n", server.address);
        if token.is_empty() {
            session
        } else {
            format!("{session}Authorization: Bearer {token}\r\n")
        }
    };
    for (method, token, status) in
        [("GET", "", 401), ("DELETE", "", 401), ("GET", READER, 405), ("DELETE", READER, 405)]
    {
        let answer = server.head(&format!("{method} /mcp"), &with(token)).await;
        assert_eq!((answer.status, answer.header("mcp-session-id")), (status, None), "{method}");
    }
    for (token, caller) in [(READER, json!("reader")), (WRITER, json!("writer")), ("", json!(null))]
    {
        let headers = with(token).split_once("\r\n").unwrap().1.to_owned();
        let answer = server.post_with(&headers, &body.to_string()).await;
        assert_eq!(answer.header("mcp-session-id"), None);
        assert_eq!(answer.result()["structuredContent"]["caller"], caller);
    }
}
