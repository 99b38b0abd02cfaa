//! A server in this process, asked without a socket, and what it leaves behind.

use std::{
    cell::{Cell, RefCell},
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body};
use doorman::{
    AuditLog, AuditRecord, AuditSink, DoormanBuilder, OAuth, StaticTokens, VerifiedToken,
};
use http::{HeaderValue, Request};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

pub const ISSUER: &str = "https://sso.example.com";
pub const RESOURCE: &str = "https://api.example.com/mcp";
/// Of a caller with the scope `tools:use`.
pub const TOKEN: &str = "a-token-that-nobody-guesses-c0ffee";
/// For targets that are not about rates.
const ANY_RATE: &str = "1000000/s";

/// The caller of [`TOKEN`].
///
/// # Panics
/// Never: what is written here can be read.
#[must_use]
pub fn oauth() -> OAuth {
    let caller = VerifiedToken::new("caller").audience(RESOURCE).scopes("tools:use").unwrap();
    OAuth::new(ISSUER, RESOURCE).unwrap().verifier(StaticTokens::new().insert(TOKEN, caller))
}

/// A server, made anew after [`Server::LIFE`] requests: a caller whose attempts are refused 60 times
/// within a minute is heard no more.
pub struct Server {
    make: fn() -> DoormanBuilder,
    log: AuditLog,
    records: Kept,
    runtime: Runtime,
    router: RefCell<Router>,
    asked: Cell<usize>,
}

impl Server {
    const LIFE: usize = 50;

    /// # Panics
    /// Where it cannot be built.
    #[must_use]
    pub fn new(make: fn() -> DoormanBuilder) -> Self {
        let records = Kept::default();
        let log = AuditLog::custom(records.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = RefCell::new(router(make, &log));
        Self { make, log, records, runtime, router, asked: Cell::new(0) }
    }

    /// # Panics
    /// Where it answers with no text, or keeps its records to itself.
    pub fn ask(&self, request: Request<Body>) -> Answer {
        if self.asked.replace(self.asked.get() + 1) % Self::LIFE == Self::LIFE - 1 {
            *self.router.borrow_mut() = router(self.make, &self.log);
        }
        let router = self.router.borrow().clone();
        let (head, body) = self.runtime.block_on(async {
            let Ok(response) = router.oneshot(request).await;
            let (head, body) = response.into_parts();
            (head, axum::body::to_bytes(body, usize::MAX).await.expect("a whole body"))
        });
        assert!(self.log.flush(Duration::from_secs(10)), "records in time");
        Answer {
            status: head.status.as_u16(),
            body: String::from_utf8(body.into()).expect("a text"),
            records: std::mem::take(&mut self.records.0.lock().unwrap()),
        }
    }

    /// Calls a tool as the caller of [`TOKEN`].
    ///
    /// # Panics
    /// As [`Server::ask`] does.
    pub fn call(&self, tool: &str, arguments: &Value) -> Answer {
        let mut request = post(call(tool, arguments).to_string());
        request.headers_mut().insert("authorization", bearer(TOKEN));
        self.ask(request)
    }
}

fn router(make: fn() -> DoormanBuilder, log: &AuditLog) -> Router {
    let doorman = make().rate_limit(ANY_RATE).audit(log.clone()).build().unwrap();
    doorman_axum::router(doorman).unwrap()
}

/// A call of a tool as older clients send it.
#[must_use]
pub fn call(tool: &str, arguments: &Value) -> Value {
    let params = json!({ "name": tool, "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
}

/// A request to the endpoint, whoever sends it.
///
/// # Panics
/// Never.
pub fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/mcp")
        .header("host", "api.example.com")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(body.into())
        .unwrap()
}

/// # Panics
/// Where a token cannot stand in a header.
#[must_use]
pub fn bearer(token: &str) -> HeaderValue {
    format!("Bearer {token}").parse().unwrap()
}

pub struct Answer {
    pub status: u16,
    pub body: String,
    pub records: Vec<Value>,
}

impl Answer {
    /// What was answered; `null` where that is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Why a call was refused, as its record tells it; `ok` where it was not.
    #[must_use]
    pub fn reason(&self) -> &str {
        match &*self.records {
            [record] => record["reason"].as_str().unwrap_or_default(),
            _ => "",
        }
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Value>>>);

impl AuditSink for Kept {
    fn record(&self, record: &AuditRecord) -> io::Result<()> {
        self.0.lock().unwrap().push(serde_json::to_value(record)?);
        Ok(())
    }
}
