//! How a server's masks look, and that neither they nor its settings tell a value.

use axum::Json;
use doorman::{Containers, Detector, Doorman, Error, Mask, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{expose, tools};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    sentinels::Net,
    support::{ISSUER, RESOURCE, serve_with},
};

const KEY: &[u8; 32] = b"k3y-s3nt1nel-k3y-s3nt1nel-k3y-s3";

#[derive(Serialize, JsonSchema)]
struct Ticket {
    owner: String,
    card: String,
    badge: String,
    credentials: Vec<u8>,
}

/// Tells of a ticket.
#[expose(get = "/ticket", scopes = ["tickets:read"])]
async fn ticket() -> Json<Ticket> {
    Json(Ticket {
        owner: "s3nt1nel@example.com".into(),
        card: "4111 1111 1111 1111".into(),
        badge: "EMP-204611 of S3nt1nel@example.com".into(),
        credentials: vec![115, 51],
    })
}

/// Cannot.
#[expose(get = "/fail", scopes = ["tickets:read"])]
async fn fail() -> Result<String, (StatusCode, String)> {
    Err((StatusCode::CONFLICT, "there is no EMP-204611 of s3nt1nel@example.com".into()))
}

fn builder() -> doorman::DoormanBuilder {
    let mut tokens = StaticTokens::new();
    for name in ["acme", "globex"] {
        let token = VerifiedToken::new("alice").audience(RESOURCE).tenant(name);
        tokens = tokens.insert(&format!("{name}-token"), token.scopes("tickets:read").unwrap());
    }
    Doorman::builder("tickets")
        .auth(OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens))
        .redact_mask(Mask::Pseudonym)
        .redact_mask_for("card", Mask::LastFour)
        .redact_mask_for("employee_id", Mask::Typed)
        .redact_detectors([Detector::pattern("employee_id", r"\bEMP-\d{6}\b").unwrap()])
        .redact_containers(Containers::Whole)
        .tools(tools![ticket, fail].with_state(()))
}

#[tokio::test]
async fn masks_look_as_they_are_told_and_no_value_is_anywhere() {
    let net = Net::cast();
    let server = serve_with(builder().redact_pseudonyms(KEY)).await;
    let mut owners = Vec::new();
    let mut shown = Vec::new();
    for token in ["acme-token", "acme-token", "globex-token"] {
        let answer = server.call(token, "ticket", json!({})).await;
        let ticket = answer.result()["structuredContent"].clone();
        let owner = ticket["owner"].as_str().unwrap().to_owned();
        assert!(owner.starts_with("«email:"), "{owner}");
        assert_eq!(ticket["badge"], format!("«employee_id» of {owner}"));
        assert_eq!(ticket["card"], "«…1111»");
        assert!(ticket["credentials"].as_str().unwrap().starts_with("«key:"));
        let failure = server.call(token, "fail", json!({})).await;
        assert!(failure.is_error() && failure.text().contains(&owner), "{failure:?}");
        owners.push(owner);
        shown.extend([answer.body, failure.body]);
    }
    assert_eq!(owners[0], owners[1]);
    assert_ne!(owners[0], owners[2], "tenants share no pseudonym");

    let published = server.rpc("acme-token", "tools/list", json!({})).await;
    let records = server.records.all();
    assert_eq!(
        records[0]["redactions"],
        json!({ "card": 1, "email": 2, "employee_id": 1, "key": 1 })
    );
    shown.push(published.body);
    shown.extend(records.iter().map(Value::to_string));
    shown.extend(net.lines().into_iter().map(|(_, line)| line));
    for line in shown {
        for secret in ["s3nt1nel", "S3nt1nel", "4111 1111", "204611", "115,51"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[test]
fn pseudonyms_without_a_key_are_no_server() {
    let error = builder().build().unwrap_err();
    assert!(matches!(&error, Error::Setting { setting: "redact_mask", .. }), "{error}");
    let error = builder().redact_pseudonyms(&KEY[..31]).build().unwrap_err().to_string();
    assert!(error.contains("has a key of 31 bytes") && !error.contains("s3nt1nel"), "{error}");
    assert!(!format!("{:?}", builder().redact_pseudonyms(KEY)).contains("107, 51, 121"));
}
