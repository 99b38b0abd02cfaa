//! What `build()` refuses, on any transport.

use doorman::{Doorman, DoormanBuilder, Error, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{expose, tools};

use crate::support::{ISSUER, RESOURCE, billing::billing, oauth};

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
fn oauth_without_a_verifier() {
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap();
    assert_eq!(
        Doorman::builder("b").auth(auth).tools(billing()).build().unwrap_err(),
        Error::NoVerifier
    );
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
