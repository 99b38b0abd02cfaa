//! What `build()` refuses, on any transport.

use std::collections::BTreeSet;

use doorman::{
    Doorman, DoormanBuilder, Error, JwtAlgorithm, OAuth, StaticTokens, TrustedIssuer, VerifiedToken,
};
use doorman_axum::{expose, tools};
use serde_json::json;

use crate::support::{ISSUER, READER, RESOURCE, billing::billing, oauth, serve_with};

fn error(builder: DoormanBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

fn with_auth() -> DoormanBuilder {
    Doorman::builder("b").auth(oauth()).tools(billing())
}

#[test]
fn a_server_without_tools() {
    assert_eq!(Doorman::builder("b").auth(oauth()).build().unwrap_err(), Error::NoTools);
}

#[test]
fn an_issuer_whose_keys_nobody_can_ask_for() {
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap();
    let plain = auth.clone().jwks_url("http://sso.example.com/keys").unwrap();
    let symmetric = TrustedIssuer::new(ISSUER).algorithms([JwtAlgorithm::Hs256]);
    let private = auth.clone().jwks_url("https://10.0.0.1/keys").unwrap();
    for (auth, start) in [
        (plain, "`jwks_url` is not `https`"),
        (private, "`jwks_url` is on a private host"),
        (OAuth::new(symmetric, RESOURCE).unwrap(), "`TrustedIssuer` has no key for"),
        (auth.clone().expose_claims([" "]), "`expose_claims` is blank"),
        (
            auth.clone().initial_scopes("notes:read offline_access").unwrap(),
            "`initial_scopes` names `offline_access`",
        ),
    ] {
        let error = error(Doorman::builder("b").auth(auth).tools(billing()));
        assert!(error.starts_with(start), "{error}");
    }
    assert!(auth.clone().also_trust(ISSUER).is_err());
    assert!(auth.also_trust("http://other.example").is_err());
}

#[test]
fn a_tool_that_asks_for_refresh_tokens() {
    /// Asks for more than a call.
    #[doorman::expose(scopes = ["notes:read", "offline_access"], read_only)]
    fn forever() -> String {
        String::new()
    }
    let tools = doorman::tools![forever].with_state(());
    let error = error(Doorman::builder("b").auth(oauth()).tools(tools));
    assert!(error.starts_with("tool `forever`: `offline_access` asks for refresh"), "{error}");
}

#[test]
fn a_token_that_no_client_can_send() {
    let tokens = StaticTokens::new()
        .insert("a long SENTINEL", VerifiedToken::new("a"))
        .insert("", VerifiedToken::new("b"));
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
    let error = error(Doorman::builder("b").auth(auth).tools(billing()));
    assert!(
        error.starts_with("`StaticTokens` holds 2 token(s) that no client can send"),
        "{error}"
    );
    assert!(!error.contains("SENTINEL"));
}

#[test]
fn an_operator_reads_the_words_whichever_way_an_error_is_shown() {
    let error = Doorman::builder("b").auth(oauth()).build().unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = VerifiedToken::new("a").scopes("good \"bad\"").unwrap_err();
    assert!(format!("{error:?}").starts_with("`\\\"bad\\\"` is no scope"), "{error:?}");
}

#[test]
fn two_tools_of_one_name_in_two_toolsets() {
    #[expose(get = "/ping", public)]
    async fn ping() -> &'static str {
        "another"
    }
    let builder = with_auth().tools(tools![ping].with_state(()));
    assert_eq!(builder.build().unwrap_err(), Error::DuplicateTool { name: "ping".into() });
}

#[test]
fn settings_that_mean_nothing() {
    assert!(error(Doorman::builder(" ").auth(oauth()).tools(billing())).starts_with("`name`"));
    assert!(error(with_auth().endpoint("mcp")).starts_with("`endpoint`"));
    assert!(error(with_auth().endpoint("/{any}")).starts_with("`endpoint`"));
    assert!(error(with_auth().endpoint("/.well-known/mcp")).starts_with("`endpoint`"));
    assert!(error(with_auth().result_limit(0)).starts_with("`result_limit`"));
    assert!(error(with_auth().body_limit(0)).starts_with("`body_limit`"));
    assert!(error(with_auth().allowed_hosts(["https://x.example"])).starts_with("`allowed_hosts`"));
    assert!(error(with_auth().allowed_hosts(["x.example:80"])).starts_with("`allowed_hosts`"));
    assert!(error(with_auth().allowed_hosts([""])).starts_with("`allowed_hosts`"));
    for origin in [
        "null",
        "*",
        "x.example",
        "https://x.example/",
        "https://x.example/a",
        "file://x",
        "https://u@x.example",
        "https://x.example:443",
        "http://x.example:80",
    ] {
        assert!(
            error(with_auth().allowed_origins([origin])).starts_with("`allowed_origins`"),
            "{origin}"
        );
    }
    assert!(error(with_auth().scope_implies("a b", ["c"])).starts_with("`scope_implies`"));
    assert!(error(with_auth().scope_implies("a", ["b c"])).starts_with("`scope_implies`"));
    assert!(
        error(Doorman::builder("b").tools(billing()).allow_anonymous())
            .starts_with("`allow_anonymous`")
    );
    assert!(error(Doorman::dev("b").auth(oauth()).tools(billing())).starts_with("`auth`"));
}

#[test]
fn headers_that_no_handler_may_see() {
    #[expose(get = "/ping", public)]
    async fn ping() -> &'static str {
        "pong"
    }
    for header in [
        "Authorization",
        "cookie",
        "Proxy-Authorization",
        "proxy-anything",
        "Forwarded",
        "X-Forwarded-For",
        "x-forwarded-anything",
        "Host",
        "Content-Type",
        "Content-Length",
        "Transfer-Encoding",
        "Accept",
        "Mcp-Session-Id",
        "Origin",
        "X-Real-IP",
        "X_Forwarded_For",
        "True-Client-IP",
        "Via",
        "Set-Cookie",
        "X-Api-Key",
        "WWW-Authenticate",
        "Content-Encoding",
        "X-HTTP-Method-Override",
        "X-Original-URL",
        "If-Match",
        "Range",
        "Sec-Fetch-Site",
        "Last-Event-ID",
        "not a header",
        "",
    ] {
        let tools = tools![ping].forward_headers([header]).with_state(());
        let error = error(Doorman::builder("b").auth(oauth()).tools(tools));
        assert!(error.starts_with("`forward_headers` names"), "{header}: {error}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let all = error(with_auth().endpoint("mcp").result_limit(0).tools(billing()));
    assert_eq!(all.lines().count(), 4 + 2, "{all}");
}

/// In a text that only the built program sees.
#[expose(get = "/hidden", public)]
#[doc = include_str!("vectors/hidden.txt")]
async fn hidden() -> &'static str {
    ""
}

#[test]
fn invisible_characters_in_an_included_description() {
    let tools = tools![hidden].with_state(());
    let error = error(Doorman::builder("b").auth(oauth()).tools(tools));
    assert_eq!(
        error,
        "tool `hidden`: its description holds the invisible character U+202E: remove it"
    );
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Hiding {
    #[schemars(description = "Turns \u{202e} around.")]
    #[expect(dead_code, reason = "only its schema is read")]
    field: String,
}

#[expose(get = "/hiding", public)]
async fn hiding(_: axum::extract::Query<Hiding>) -> &'static str {
    ""
}

#[test]
fn invisible_characters_in_a_schema() {
    let tools = tools![hiding].with_state(());
    let error = error(Doorman::builder("b").auth(oauth()).tools(tools));
    assert_eq!(
        error,
        "tool `hiding`: the schema of its arguments holds the invisible character U+202E: remove it"
    );
}

/// A server in an environment that sets this.
fn within(pairs: &[(&str, &str)]) -> DoormanBuilder {
    with_auth().environment(pairs.iter().copied())
}

#[test]
fn the_environment_sets_what_the_program_does_not() {
    let doorman = within(&[
        ("DOORMAN_ENDPOINT", "/api/mcp"),
        ("DOORMAN_ALLOWED_HOSTS", "a.example,b.example"),
        ("DOORMAN_SERVER_NAME", "another"),
        ("DOORMAN_TOKEN", "t0ken"),
        ("DOORMAN_AUDIT", "none"),
        ("PATH", "x"),
    ])
    .build()
    .unwrap();
    assert_eq!(doorman.endpoint(), "/api/mcp");
    let hosts = ["localhost", "127.0.0.1", "[::1]", "api.example.com", "a.example", "b.example"];
    assert_eq!(doorman.hosts(), hosts);
    let name = json!(doorman.metadata())["resource_name"].take();
    assert_eq!(name, "b", "the program names the server");
    assert!(format!("{doorman:?}").contains("AuditLog(none)"));
}

#[test]
fn the_program_wins_over_the_environment() {
    let doorman = within(&[
        ("DOORMAN_ENDPOINT", "/api/mcp"),
        ("DOORMAN_ALLOWED_HOSTS", "a.example"),
        ("DOORMAN_ALLOWED_ORIGINS", "https://a.example"),
        ("DOORMAN_AUDIT", "none"),
    ])
    .endpoint("/mine")
    .allowed_hosts(["mine.example"])
    .allowed_origins([])
    .audit(doorman::AuditLog::stderr())
    .build()
    .unwrap();
    assert_eq!((doorman.endpoint(), doorman.origins()), ("/mine", [].as_slice()));
    assert_eq!(doorman.hosts()[4..], ["mine.example"]);
    assert!(format!("{doorman:?}").contains("AuditLog(on)"));
}

#[test]
fn a_server_without_a_name_takes_that_of_the_environment_or_does_not_start() {
    let start = |pairs: &[(&str, &str)]| {
        Doorman::from_env()
            .auth(oauth())
            .tools(billing())
            .environment(pairs.iter().copied())
            .build()
    };
    let doorman = start(&[("DOORMAN_SERVER_NAME", "from outside")]).unwrap();
    assert_eq!(json!(doorman.metadata())["resource_name"], "from outside");
    let error = start(&[]).unwrap_err().to_string();
    assert!(error.starts_with("`DOORMAN_SERVER_NAME` is not set"), "{error}");
}

#[tokio::test]
async fn w10_allowed_origins_with_commas_as_documented_are_allowed() {
    let origins = "https://app.example.com, https://admin.example.com:8443";
    let server = serve_with(within(&[("DOORMAN_ALLOWED_ORIGINS", origins)])).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    for (origin, status) in [
        ("https://app.example.com", 200),
        ("https://admin.example.com:8443", 200),
        ("https://admin.example.com", 403),
        ("https://evil.example", 403),
    ] {
        let headers = format!("Authorization: Bearer {READER}\r\nOrigin: {origin}\r\n");
        assert_eq!(server.post_with(&headers, &ping).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn w10_the_tenant_claim_says_who_the_tenant_is() {
    let token =
        || VerifiedToken::new("a").audience(RESOURCE).claim("org", "acme").claim("tid", "x");
    let auth = || {
        let tokens = StaticTokens::new()
            .insert("claims", token())
            .insert("names", token().tenant("named"))
            .insert("neither", VerifiedToken::new("a").audience(RESOURCE));
        OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens)
    };
    let org: &[_] = &[("DOORMAN_TENANT_CLAIM", "org")];
    for (auth, environment, tenants) in [
        (auth(), org, [json!("acme"), json!("named"), json!(null)]),
        (auth().tenant_claim("tid"), org, [json!("x"), json!("named"), json!(null)]),
        (auth(), &[], [json!(null), json!("named"), json!(null)]),
    ] {
        let builder = Doorman::builder("b").auth(auth).tools(billing());
        let server = serve_with(builder.environment(environment.iter().copied())).await;
        for token in ["claims", "names", "neither"] {
            server.call(token, "ping", json!({})).await;
        }
        let told: Vec<_> =
            server.records.all().iter_mut().map(|record| record["tenant"].take()).collect();
        assert_eq!(told, tenants);
    }
    let blank = Doorman::builder("b").auth(auth().tenant_claim(" ")).tools(billing());
    assert!(error(blank).starts_with("`tenant_claim` is blank"));
}

#[test]
fn a_malformed_variable_is_refused_by_name_also_where_the_program_wins() {
    for (name, value) in [
        ("DOORMAN_ENDPOINT", "s3nt1nel"),
        ("DOORMAN_ALLOWED_HOSTS", "https://s3nt1nel.example"),
        ("DOORMAN_ALLOWED_HOSTS", "a.example,"),
        ("DOORMAN_ALLOWED_ORIGINS", "https://a.example,s3nt1nel"),
        ("DOORMAN_ALLOWED_ORIGINS", r#"["https://s3nt1nel.example"]"#),
        ("DOORMAN_ALLOWED_ORIGINS", "*"),
        ("DOORMAN_AUDIT", "s3nt1nel"),
        ("DOORMAN_AUDIT", "file:"),
        ("DOORMAN_SERVER_NAME", "s3nt1nel\n"),
        ("DOORMAN_TENANT_CLAIM", "s3nt1nel\u{7}"),
        ("DOORMAN_TOKEN", "Bearer s3nt1nel"),
        ("DOORMAN_TOKEN", " s3nt1nel"),
        ("DOORMAN_TOKEN", "s3nt1nel\n"),
    ] {
        let builder = within(&[(name, value)])
            .endpoint("/mine")
            .allowed_hosts([])
            .allowed_origins([])
            .audit(doorman::AuditLog::none())
            .stdio_principal("alice", "");
        let error = error(builder);
        assert!(error.starts_with(&format!("`{name}` ")), "{error}");
        assert!(!error.contains("s3nt1nel"), "{error}");
    }
}

#[test]
fn an_empty_variable_and_one_that_is_set_twice_are_refused() {
    for name in known() {
        for empty in ["", " "] {
            let error = error(within(&[(&name, empty)]));
            assert!(error.starts_with(&format!("`{name}` is empty")), "{error}");
        }
    }
    let error = error(within(&[("DOORMAN_ENDPOINT", "/a"), ("DOORMAN_ENDPOINT", "/b")]));
    assert!(error.starts_with("`DOORMAN_ENDPOINT` is set twice"), "{error}");
}

#[test]
fn an_unknown_variable_is_refused_with_what_may_be_meant() {
    for (name, meant) in [
        ("DOORMAN_ALLOWED_ORIGIN", "DOORMAN_ALLOWED_ORIGINS"),
        ("DOORMAN_RATELIMIT", "DOORMAN_RATE_LIMIT"),
        ("DOORMAN_audit", "DOORMAN_AUDIT"),
        ("DOORMAN_TOKEN_", "DOORMAN_TOKEN"),
    ] {
        let error = error(within(&[(name, "s3nt1nel")]));
        assert_eq!(error, format!("`{name}` is no setting: did you mean `{meant}`?"));
    }
    for name in ["DOORMAN_", "DOORMAN_REQUIRE_AUTH_FOR_REMOTE", "DOORMAN_X\n\u{202e}"] {
        let error = error(within(&[(name, "false")]));
        assert!(
            error.contains("is no setting: ") && !error.contains(['\n', '\u{202e}']),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_refused() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};

    let bytes = OsString::from_vec(b"s3nt1nel\xff".to_vec());
    let error = error(with_auth().environment([("DOORMAN_TOKEN", bytes)]));
    assert_eq!(error, "`DOORMAN_TOKEN` is not UTF-8; allowed: UTF-8");
    let name = OsString::from_vec(b"DOORMAN_\xff".to_vec());
    let error = self::error(with_auth().environment([(name, "x")]));
    assert!(error.starts_with("`DOORMAN_?` is no setting"), "{error}");
}

#[test]
fn what_is_wrong_with_the_environment_is_told_at_once_with_the_rest() {
    let environment = [("DOORMAN_ENDPOINT", "x"), ("DOORMAN_AUDIT", "x"), ("DOORMAN_X", "x")];
    assert_eq!(error(within(&environment).result_limit(0)).lines().count(), 4);
}

/// The names of all variables, as an error tells them.
fn known() -> BTreeSet<String> {
    let error = error(within(&[("DOORMAN_NOTHING_LIKE_IT", "x")]));
    let names = error.split_once("there are ").unwrap().1.split(", ");
    names.map(|name| name.trim_matches('`').to_owned()).collect()
}

#[test]
fn the_readme_names_every_variable_and_no_other() {
    let section = include_str!("../README.md").split_once("## Settings\n").unwrap().1;
    let section = section.split_once("\n## ").unwrap().0;
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: BTreeSet<String> =
        rows.map(|row| row.split_once('`').unwrap().0.to_owned()).collect();
    assert_eq!(named, known());
}
