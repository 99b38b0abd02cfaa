//! Secrets are planted everywhere, and looked for everywhere.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::{Json, extract::Path, http::StatusCode};
use doorman::{
    AuditLog, Credential, Doorman, DoormanBuilder, OAuth, Principal, StaticTokens, VerifiedToken,
    private::{Refusal, Reply},
};
use doorman_axum::{expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::{Event, Metadata, Subscriber, field::Visit, span};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

use crate::support::{
    ISSUER, RESOURCE, serve_logging, serve_with,
    stdio::{build, refused, wire},
};

const SENTINEL: &str = "s3nt1nel-value";
const KEY: &str = "s3nt1nel-key";
const TOKEN: &str = "s3nt1nel-token";
const NAME: &str = "s3nt1nel name";

/// Keeps what is logged, with its target, at every level.
#[derive(Clone, Default)]
pub struct Net(Arc<Mutex<Vec<(String, String)>>>);

impl Net {
    /// The net of this process; it is cast once.
    pub fn cast() -> Self {
        static NET: OnceLock<Net> = OnceLock::new();
        NET.get_or_init(|| {
            let net = Self::default();
            tracing_subscriber::registry().with(net.clone()).init();
            net
        })
        .clone()
    }

    /// The target and the fields of all that was logged.
    pub fn lines(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().clone()
    }

    fn keep(&self, metadata: &Metadata<'_>, write: impl FnOnce(&mut Line)) {
        let mut line = Line(String::new());
        write(&mut line);
        self.0.lock().unwrap().push((metadata.target().to_owned(), line.0));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl<S: Subscriber> Layer<S> for Net {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.keep(event.metadata(), |line| event.record(line));
    }

    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        self.keep(attributes.metadata(), |line| attributes.record(line));
    }
}

#[derive(Deserialize, JsonSchema)]
struct Note {
    note: String,
    how: String,
}

#[derive(Serialize, JsonSchema)]
struct Kept {
    note: String,
}

#[expose(post = "/notes", scopes = ["notes:write"], destructive)]
async fn keep(Json(note): Json<Note>) -> Result<Json<Kept>, (StatusCode, String)> {
    match &*note.how {
        "5xx" => Err((StatusCode::INTERNAL_SERVER_ERROR, note.note)),
        "4xx" => Err((StatusCode::CONFLICT, note.note)),
        "panic" => panic!("{}", note.note),
        _ => Ok(Json(Kept { note: note.note })),
    }
}

fn notes() -> DoormanBuilder {
    let token = VerifiedToken::new("alice").audience(RESOURCE).scopes("notes:write").unwrap();
    let tokens = StaticTokens::new()
        .insert(TOKEN, token)
        .insert("no-scopes", VerifiedToken::new("bob").audience(RESOURCE));
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
    Doorman::builder("b").auth(auth).tools(tools![keep].with_state(()))
}

#[tokio::test]
async fn no_planted_secret_reaches_a_log_an_audit_record_or_another_caller() {
    let net = Net::cast();
    let server = serve_with(notes()).await;
    let call = async |token: &str, arguments: serde_json::Value| {
        server.call(token, "keep", arguments).await
    };
    let mut answers = Vec::new();
    for how in ["well", "5xx", "4xx", "panic"] {
        let answer = call(TOKEN, json!({ "note": SENTINEL, "how": how })).await;
        // The caller's own words may come back to the caller where the handler says so, and only there.
        assert_eq!(
            answer.body.contains(SENTINEL),
            ["well", "4xx"].contains(&how),
            "{how}: {answer:?}"
        );
    }
    answers.push(call(TOKEN, json!({ "note": SENTINEL, "how": 1, KEY: SENTINEL })).await);
    answers.push(call(TOKEN, json!({ "note": { KEY: SENTINEL }, "how": [SENTINEL] })).await);
    answers.push(call("no-scopes", json!({ "note": SENTINEL, KEY: 1 })).await);
    answers.push(call(&format!("{TOKEN}x"), json!({ "note": SENTINEL })).await);
    answers.push(call("", json!({ "note": SENTINEL })).await);
    answers.push(
        server.post_with(&format!("Authorization: Bearer {TOKEN} {SENTINEL}\r\n"), "{}").await,
    );
    let headers = format!(
        "Cookie: a={SENTINEL}\r\nX-Secret: {SENTINEL}\r\nUser-Agent: {SENTINEL}\r\nMcp-Session-Id: {SENTINEL}\r\n"
    );
    answers.push(server.post_with(&headers, &json!({ KEY: SENTINEL }).to_string()).await);
    answers.push(server.call(TOKEN, NAME, json!({ KEY: SENTINEL })).await);
    answers.push(server.rpc(TOKEN, NAME, json!({ KEY: SENTINEL })).await);
    answers.push(server.rpc(TOKEN, "tools/call", json!({ "nome": SENTINEL, KEY: SENTINEL })).await);
    for answer in &answers {
        assert!(
            !answer.body.contains("s3nt1nel") && !answer.head.contains("s3nt1nel"),
            "{answer:?}"
        );
    }

    let records = server.records.all();
    assert_eq!(
        records.len(),
        13,
        "every attempt is recorded, and a request for what is no call is none"
    );
    for record in &records {
        // A tool's name is cleaned, not hidden.
        let record = record.to_string().replace("s3nt1nel?name", "");
        assert!(!record.contains("s3nt1nel"), "{record}");
    }

    let lines = net.lines();
    assert!(
        lines.iter().any(|(target, line)| target.starts_with("rmcp") && line.contains(SENTINEL)),
        "the net is whole: rmcp itself logs values at debug"
    );
    for (target, line) in lines.iter().filter(|(target, _)| target.starts_with("doorman")) {
        assert!(!line.contains("s3nt1nel"), "{target}: {line}");
    }
}

#[derive(Serialize, JsonSchema)]
struct Login {
    password: String,
    log: String,
}

/// Tells what nobody should hear.
#[expose(get = "/login/{how}", public, redact = ["log"], rate = "4/h", cost = 2)]
async fn login(Path(how): Path<String>) -> Result<Json<Login>, (StatusCode, String)> {
    let said = format!("password={SENTINEL}");
    match &*how {
        "5xx" => Err((StatusCode::INTERNAL_SERVER_ERROR, said)),
        "4xx" => Err((StatusCode::CONFLICT, said)),
        "panic" => panic!("{said}"),
        _ => Ok(Json(Login { password: SENTINEL.into(), log: SENTINEL.into() })),
    }
}

#[tokio::test]
async fn no_secret_of_a_handlers_reaches_the_model_a_log_or_a_record() {
    let net = Net::cast();
    let builder = || notes().tools(tools![login].with_state(())).budget("6/d");
    let server = serve_with(builder()).await;
    let mut wire = wire(builder().environment([("DOORMAN_TOKEN", TOKEN)]));
    let mut shown = Vec::new();
    // The last two are refused for the rate of the tool.
    for how in ["well", "5xx", "4xx", "panic", "well", SENTINEL] {
        shown.push(format!("{:?}", server.call(TOKEN, "login", json!({ "how": how })).await));
        shown.push(wire.call("login", json!({ "how": how })).await.to_string());
    }
    assert!(shown.iter().any(|shown| shown.contains("rate_limited")));
    assert_eq!(shown.iter().filter(|shown| shown.contains("«redacted»")).count(), 4);
    for record in server.records.all().into_iter().chain(wire.records.all()) {
        shown.push(record.to_string());
    }
    for shown in shown {
        assert!(!shown.contains("s3nt1nel"), "{shown}");
    }
    for (target, line) in net.lines() {
        assert!(!target.starts_with("doorman") || !line.contains("s3nt1nel"), "{target}: {line}");
    }
}

#[tokio::test]
async fn no_planted_secret_reaches_a_file_or_an_event() {
    let path = std::env::temp_dir().join(format!("doorman-sentinels-{}", std::process::id()));
    let net = Net::default();
    let event = {
        let _subscriber = tracing_subscriber::registry().with(net.clone()).set_default();
        AuditLog::tracing()
    };
    for log in [AuditLog::file(&path).unwrap(), event] {
        let server = serve_logging(notes(), log.clone()).await;
        for how in ["well", "5xx", "4xx", "panic", SENTINEL] {
            server.call(TOKEN, "keep", json!({ "note": SENTINEL, "how": how, KEY: 1 })).await;
        }
        server.call(&format!("{TOKEN}x"), "keep", json!({ "note": SENTINEL })).await;
        assert!(log.flush(Duration::from_secs(30)));
        assert_eq!(log.lost(), 0);
    }
    let file = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    let events = net.lines();
    assert!(events.iter().all(|(target, _)| target == "doorman::audit"), "{events:?}");
    assert_eq!((file.lines().count(), events.len()), (6, 6));
    for line in file.lines().chain(events.iter().map(|(_, line)| &**line)) {
        assert!(line.contains(r#""tool":"#) && !line.contains("s3nt1nel"), "{line}");
    }
}

#[tokio::test]
async fn the_token_of_the_environment_is_shown_to_the_verifier_only() {
    let net = Net::cast();
    let secret = "s3nt1nel-environment";
    let builder = |token: &str, known: &str| {
        let says = VerifiedToken::new("alice").audience(RESOURCE).scopes("notes:write").unwrap();
        let tokens = StaticTokens::new().insert(known, says);
        let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
        let builder = Doorman::builder("b").auth(auth).tools(tools![keep].with_state(()));
        builder.environment([("DOORMAN_TOKEN", token)])
    };
    let named = builder(secret, secret).stdio_principal("s3nt1nel-subject", "s3nt1nel:scope");
    let mut shown = vec![format!("{:?}", builder(secret, secret)), format!("{named:?}")];
    let (_, doorman) = build(builder(secret, secret));
    shown.push(format!("{doorman:?}"));
    shown.push(format!("{:?}", doorman::private::Server::new(doorman)));
    let mut wire = wire(builder(secret, secret));
    for how in ["well", "5xx", "4xx", "panic"] {
        shown.push(wire.call("keep", json!({ "note": "n", "how": how })).await.to_string());
    }
    assert!(shown.last().unwrap().contains("panic"), "the token lets in");
    shown.push(json!(wire.records.all()).to_string());
    let (error, records) = refused(builder(secret, "another")).await;
    shown.extend([error, json!(records).to_string()]);
    let error = builder(&format!("{secret}\n"), "another").build().unwrap_err();
    shown.extend([format!("{error:?}"), error.to_string()]);
    for shown in shown {
        assert!(!shown.contains(secret), "{shown}");
    }
    // rmcp does not see it either.
    for (target, line) in net.lines() {
        assert!(!line.contains(secret), "{target}: {line}");
    }
}

#[test]
fn nothing_shows_a_value_in_its_debug_form() {
    let token =
        || VerifiedToken::new(SENTINEL).client_id(SENTINEL).tenant(SENTINEL).audience(SENTINEL);
    let shown = [
        format!("{:?}", token()),
        format!("{:?}", StaticTokens::new().insert(SENTINEL, token())),
        format!("{:?}", Credential::read([format!("Bearer {SENTINEL}").as_bytes()])),
        format!("{:?}", Refusal::Handler(SENTINEL.into())),
        format!("{:?}", Refusal::InvalidArguments(vec![SENTINEL.into()])),
        format!("{:?}", Reply::Text(SENTINEL.into())),
        format!("{:?}", Reply::Json(SENTINEL.into())),
        format!("{:?}", Principal::anonymous(doorman::Transport::Http)),
        format!(
            "{:?}",
            OAuth::new(format!("https://u:{SENTINEL}@h.example"), RESOURCE).unwrap_err()
        ),
        OAuth::new(format!("https://u:{SENTINEL}@h.example"), RESOURCE).unwrap_err().to_string(),
    ];
    for shown in shown {
        assert!(!shown.contains(SENTINEL), "{shown}");
    }
}
