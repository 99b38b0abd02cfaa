//! Who calls on standard input: whom the program names, or the token of the environment, or nobody.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use doorman::{Doorman, DoormanBuilder, OAuth, TokenError, TokenVerifier, VerifiedToken};
use serde_json::json;

use crate::{
    stdio::{anonymous, ended, one, plain},
    support::{
        ISSUER, NOBODY, READER, RESOURCE, STRANGER,
        billing::billing,
        oauth,
        stdio::{reason, refused, wire},
    },
};

fn with_token(token: &str) -> DoormanBuilder {
    plain().environment([("DOORMAN_TOKEN", token)]).tools(billing())
}

#[tokio::test]
async fn a_development_server_has_one_caller() {
    let builder = || Doorman::dev("b").environment([("DOORMAN_TOKEN", READER)]).tools(billing());
    let (result, record) = one(builder(), "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(result["structuredContent"]["caller"], "dev");
    assert_eq!(ended(&record), ["stdio", "ok", "ok"]);
    let error = builder().stdio_principal("alice", "").build().unwrap_err().to_string();
    assert!(error.starts_with("`stdio_principal` is set on a development server"), "{error}");
}

#[tokio::test]
async fn a_principal_that_the_program_cannot_mean_is_refused() {
    for (subject, scopes) in [("", "a"), (" ", "a"), ("a\nb", "a"), ("alice", "a \"b\"")] {
        assert!(
            anonymous().stdio_principal(subject, scopes).build().is_err(),
            "{subject}: {scopes}"
        );
    }
}

#[tokio::test]
async fn the_token_of_the_environment_says_who_calls() {
    let (result, record) =
        one(with_token(READER).auth(oauth()), "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(result["structuredContent"]["caller"], "reader");
    assert_eq!(ended(&record), ["stdio", "ok", "ok"]);
    assert_eq!((&record["issuer"], &record["tenant"]), (&json!(ISSUER), &json!("acme")));
    let (result, _) =
        one(with_token(NOBODY).auth(oauth()), "get_invoice", json!({ "id": 7 })).await;
    assert_eq!(reason(&result), "forbidden:scope");
}

#[tokio::test]
async fn the_program_names_the_caller_before_the_environment_does() {
    let builder = with_token(READER).stdio_principal("alice", "");
    let (result, record) = one(builder, "get_invoice", json!({ "id": 7 })).await;
    assert_eq!((reason(&result), &record["caller"]), ("forbidden:scope", &json!("alice")));
}

#[tokio::test]
async fn a_token_that_does_not_verify_does_not_start() {
    for (token, detail) in [("unknown-token", "unknown token"), (STRANGER, "audience")] {
        let (error, records) = refused(with_token(token).auth(oauth())).await;
        assert!(
            error.starts_with("`DOORMAN_TOKEN` holds a token that is not valid here"),
            "{error}"
        );
        assert!(!error.contains(token));
        assert_eq!(records.len(), 1);
        assert_eq!(ended(&records[0]), ["stdio", "denied", "invalid_token"]);
        assert_eq!(records[0]["detail"], detail);
    }
}

#[tokio::test]
async fn a_token_that_nothing_verifies_does_not_start() {
    let (error, records) = refused(with_token(READER)).await;
    assert!(error.starts_with("`DOORMAN_TOKEN` is set without `.auth(…)`"), "{error}");
    assert_eq!(ended(&records[0]), ["stdio", "denied", "no_auth"]);
}

const VALID: u8 = 0;
const REVOKED: u8 = 1;
const PANICS: u8 = 2;
const HANGS: u8 = 3;

/// Verifies as the test wants it.
#[derive(Clone, Default)]
struct Moody(Arc<AtomicU8>);

impl TokenVerifier for Moody {
    async fn verify(&self, _: &str) -> Result<VerifiedToken, TokenError> {
        match self.0.load(Ordering::SeqCst) {
            VALID => {
                Ok(VerifiedToken::new("alice").audience(RESOURCE).scopes("invoices:read").unwrap())
            }
            REVOKED => Err(TokenError::Invalid("revoked")),
            PANICS => panic!("the test wants it"),
            HANGS => pending().await,
            _ => Err(TokenError::Unavailable),
        }
    }
}

fn moody() -> (Moody, DoormanBuilder) {
    let moody = Moody::default();
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(moody.clone());
    (moody, with_token("t").auth(auth))
}

#[tokio::test]
async fn a_token_that_is_revoked_meanwhile_ends_at_the_next_request() {
    let (moody, builder) = moody();
    let mut wire = wire(builder);
    assert_eq!(wire.list().await.len(), 3);
    moody.0.store(REVOKED, Ordering::SeqCst);
    for (method, params) in [
        ("tools/call", json!({ "name": "get_invoice", "arguments": { "id": 7 } })),
        ("tools/call", json!({ "name": "ping" })),
        ("tools/call", json!({ "nome": "ping" })),
        ("tools/list", json!({})),
    ] {
        let answer = wire.rpc(method, params).await;
        let record = wire.records.all().pop().unwrap();
        assert_eq!(answer["error"]["code"], 401, "{answer}");
        assert_eq!(answer["error"]["data"], json!({ "request_id": record["request_id"] }));
        assert_eq!(ended(&record), ["stdio", "denied", "invalid_token"]);
        assert_eq!(record["detail"], "revoked");
    }
    assert_eq!(wire.records.all().len(), 4, "one record of one attempt");
    moody.0.store(VALID, Ordering::SeqCst);
    assert_eq!(reason(&wire.call("get_invoice", json!({ "id": 7 })).await), "");
}

#[tokio::test]
async fn a_revoked_token_that_is_tried_too_often_is_told_when_to_try_again_and_passes_once_valid() {
    let (moody, builder) = moody();
    let mut wire = wire(builder);
    wire.list().await;
    moody.0.store(REVOKED, Ordering::SeqCst);
    let mut refused = 0;
    let error = loop {
        let error = wire.rpc("tools/list", json!({})).await["error"].take();
        if error["code"] != 401 {
            break error;
        }
        refused += 1;
    };
    assert!(refused >= 240, "{refused}");
    assert_eq!((&error["code"], &error["data"]["retry_after_seconds"]), (&json!(429), &json!(1)));
    assert_eq!(ended(&wire.records.all()[refused]), ["stdio", "denied", "throttled"]);
    moody.0.store(VALID, Ordering::SeqCst);
    assert_eq!(wire.list().await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_verifier_that_fails_lets_nobody_in() {
    for mood in [PANICS, HANGS, u8::MAX] {
        let (moody, builder) = moody();
        moody.0.store(mood, Ordering::SeqCst);
        let (error, records) = refused(builder).await;
        assert!(error.contains("cannot be verified at the moment"), "{error}");
        assert_eq!(ended(&records[0]), ["stdio", "denied", "verifier_unavailable"]);
        let (moody, builder) = self::moody();
        let mut wire = wire(builder);
        wire.list().await;
        moody.0.store(mood, Ordering::SeqCst);
        assert_eq!(wire.rpc("tools/call", json!({ "name": "ping" })).await["error"]["code"], 503);
    }
}
