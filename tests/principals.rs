//! Callers are told apart at every request.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{Json, extract::State};
use doorman::{Doorman, OAuth, Principal, StaticTokens, VerifiedToken};
use doorman_axum::{Caller, DevIssuer, expose, tools};
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::Barrier;

use crate::support::{ANY_RATE, ISSUER, READER, RESOURCE, billing::billing, serve, serve_with};

/// Answers once both callers are inside.
#[expose(get = "/me", scopes = ["me:read"])]
async fn me(caller: Caller, State(both): State<Arc<Barrier>>) -> Json<Vec<String>> {
    both.wait().await;
    Json(vec![caller.subject().into(), caller.tenant().unwrap_or_default().into()])
}

#[tokio::test]
async fn two_callers_at_once_never_see_each_others_answers() {
    let mut tokens = StaticTokens::new();
    for name in ["alice", "bob"] {
        let token = VerifiedToken::new(name)
            .audience(RESOURCE)
            .tenant(format!("{name}-inc"))
            .scopes("me:read")
            .unwrap();
        tokens = tokens.insert(&format!("{name}-token"), token);
    }
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
    let tools = tools![me].with_state(Arc::new(Barrier::new(2)));
    let builder = Doorman::builder("b").auth(auth).tools(tools).rate_limit(ANY_RATE);
    let server = serve_with(builder).await;
    let ask = async |name: &str| {
        let answer = server.call(&format!("{name}-token"), "me", json!({})).await;
        assert_eq!(
            answer.result()["structuredContent"]["result"],
            json!([name, format!("{name}-inc")])
        );
    };
    for _ in 0..50 {
        join_all([ask("alice"), ask("bob")]).await;
    }
    for record in server.records.all() {
        let caller = record["caller"].as_str().unwrap();
        assert_eq!(record["tenant"], format!("{caller}-inc"));
    }
    assert_eq!(server.records.all().len(), 100);
}

#[tokio::test]
async fn a_record_says_who_called() {
    let server = serve(billing()).await;
    server.call(READER, "get_invoice", json!({ "id": 7 })).await;
    let record = server.records.all().remove(0);
    for (field, value) in [
        ("tool", "get_invoice"),
        ("caller", "reader"),
        ("issuer", ISSUER),
        ("client_id", "client-1"),
        ("tenant", "acme"),
        ("transport", "http"),
        ("peer", "127.0.0.1"),
    ] {
        assert_eq!(record[field], value, "{field}");
    }
}

/// Says who calls a plain function.
#[doorman::expose(scopes = ["me:read"], read_only)]
fn whoami(principal: Principal) -> String {
    principal.subject().to_owned()
}

#[tokio::test]
async fn a_plain_function_is_told_who_calls() {
    let server = serve_with(Doorman::dev("b").tools(doorman::tools![whoami].with_state(()))).await;
    assert_eq!(server.call("", "whoami", json!({})).await.text(), "dev");
}

#[tokio::test]
async fn a_token_passes_until_a_minute_after_the_end_that_any_verifier_tells() {
    let now = SystemTime::now();
    let mut tokens = StaticTokens::new();
    let ends = [
        ("over", now - Duration::from_secs(90), 401),
        ("just-over", now - Duration::from_secs(5), 200),
        ("to-come", now + Duration::from_secs(5), 200),
        ("endless", SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs()), 200),
    ];
    for (name, end, _) in ends {
        let token = VerifiedToken::new(name).audience(RESOURCE).expires(end);
        tokens = tokens.insert(name, token.scopes("invoices:read").unwrap());
    }
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
    let server = serve_with(Doorman::builder("b").auth(auth).tools(billing())).await;
    for (name, _, status) in ends {
        let answer = server.call(name, "get_invoice", json!({ "id": 7 })).await;
        assert_eq!(answer.status, status, "{name}");
    }
}

/// Says what is known of the caller.
#[expose(get = "/claims", scopes = ["me:read"])]
async fn claims(caller: Caller) -> Json<Vec<Option<String>>> {
    let claim = |name: &str| caller.claim(name).map(ToString::to_string);
    let times = caller.expires().map(|_| "ends".to_owned());
    Json(vec![claim("groups"), claim("level"), claim("salary"), claim("sub"), times])
}

#[tokio::test]
async fn a_handler_sees_the_claims_that_are_exposed_and_no_others() {
    let issuer = DevIssuer::start().await.unwrap();
    let auth = OAuth::new(issuer.url(), RESOURCE).unwrap().expose_claims(["groups", "level"]);
    let tools = tools![claims].with_state(());
    let server = serve_with(Doorman::builder("b").auth(auth).tools(tools)).await;
    let token = issuer.mint(json!({ "aud": RESOURCE, "scope": "me:read",
        "groups": ["staff"], "level": 7, "salary": "SENTINEL" }));
    assert_eq!(
        server.call(&token, "claims", json!({})).await.result()["structuredContent"]["result"],
        json!([r#"["staff"]"#, "7", null, null, "ends"])
    );
    assert!(!format!("{:?}", server.records.all()).contains("SENTINEL"));
}

#[tokio::test]
async fn a_request_that_did_not_come_through_doorman_has_no_caller() {
    use tower_service::Service as _;

    let mut app: axum::Router =
        axum::Router::new().route("/", axum::routing::get(async |_: Caller| "in"));
    let request = http::Request::get("/").body(axum::body::Body::empty()).unwrap();
    assert_eq!(app.call(request).await.unwrap().status(), 401);
}
