//! A server on port 0 that stops with its test, and a client that writes its own bytes.

pub mod authorization_server;
pub mod billing;
pub mod foreign;
pub mod forgeries;
pub mod issuer;
pub mod stdio;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use doorman::{
    AuditLog, AuditRecord, AuditSink, Doorman, DoormanBuilder, OAuth, StaticTokens, Toolset,
    VerifiedToken,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

pub const ISSUER: &str = "https://sso.example.com";
pub const RESOURCE: &str = "https://api.example.com/mcp";
pub const READER: &str = "reader-token-c0ffee";
pub const WRITER: &str = "writer-token-decade";
/// For tests that are not about rates.
pub const ANY_RATE: &str = "1000000/s";
/// Verifies, and holds no scope.
pub const NOBODY: &str = "nobody-token-facade";
/// Verifies, and is for another server.
pub const STRANGER: &str = "stranger-token-beaded";

/// Three callers of this server, and one of another.
pub fn tokens() -> StaticTokens {
    let token = |subject: &str, scopes: &str| {
        VerifiedToken::new(subject).audience(RESOURCE).scopes(scopes).unwrap()
    };
    StaticTokens::new()
        .insert(READER, token("reader", "invoices:read").client_id("client-1").tenant("acme"))
        .insert(WRITER, token("writer", "invoices:read invoices:write"))
        .insert(NOBODY, token("nobody", ""))
        .insert(STRANGER, VerifiedToken::new("stranger").audience("https://other.example.com/mcp"))
}

pub fn oauth() -> OAuth {
    OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens())
}

/// The records of a server, and its log.
#[derive(Clone)]
pub struct Records {
    kept: Kept,
    pub log: AuditLog,
}

impl Records {
    pub fn new() -> Self {
        let kept = Kept(Arc::default(), Arc::new(watch::Sender::new(0)));
        let log = AuditLog::custom(kept.clone());
        Self { kept, log }
    }

    pub fn all(&self) -> Vec<Value> {
        assert!(self.log.flush(Duration::from_secs(30)), "the sink takes what it is given");
        self.kept.0.lock().unwrap().clone()
    }

    /// The records, once there are so many.
    pub async fn wait_for(&self, count: usize) -> Vec<Value> {
        self.kept.1.subscribe().wait_for(|written| *written >= count).await.unwrap();
        self.all()
    }
}

/// Keeps every record as JSON.
#[derive(Clone)]
struct Kept(Arc<Mutex<Vec<Value>>>, Arc<watch::Sender<usize>>);

impl AuditSink for Kept {
    fn record(&self, record: &AuditRecord) -> io::Result<()> {
        let mut records = self.0.lock().unwrap();
        records.push(serde_json::to_value(record)?);
        self.1.send_replace(records.len());
        Ok(())
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub records: Records,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Serves these tools to the four callers above, as often as they like.
pub async fn serve(tools: Toolset) -> Server {
    let builder = Doorman::builder("billing").version("7.1").auth(oauth()).tools(tools);
    serve_with(builder.rate_limit(ANY_RATE)).await
}

pub async fn serve_with(builder: DoormanBuilder) -> Server {
    start(builder, Records::new()).await
}

/// Serves with a log whose records nobody keeps.
pub async fn serve_logging(builder: DoormanBuilder, log: AuditLog) -> Server {
    start(builder, Records { log, ..Records::new() }).await
}

/// Serves what is built for the very address that it is reached at, behind these layers.
pub async fn serve_as_resource(
    build: impl FnOnce(&str) -> DoormanBuilder,
    layers: impl FnOnce(Router) -> Router,
) -> Server {
    let listener = listener().await;
    let resource = format!("http://{}/mcp", listener.local_addr().unwrap());
    start_on(listener, build(&resource), Records::new(), layers)
}

async fn start(builder: DoormanBuilder, records: Records) -> Server {
    start_on(listener().await, builder, records, |app| app)
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn start_on(
    listener: TcpListener,
    builder: DoormanBuilder,
    records: Records,
    layers: impl FnOnce(Router) -> Router,
) -> Server {
    let doorman = builder.audit(records.log.clone()).build().unwrap();
    let address = listener.local_addr().unwrap();
    let app = layers(doorman_axum::router(doorman).unwrap());
    let serving = tokio::spawn(async move { doorman_axum::serve(listener, app).await.unwrap() });
    Server { address, records, serving }
}

impl Server {
    /// One that a test serves itself.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, records: Records::new(), serving: tokio::spawn(async {}) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// One JSON-RPC request as an old client sends it.
    pub async fn rpc(&self, token: &str, method: &str, params: Value) -> Response {
        self.post(token, &json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
            .await
    }

    pub async fn call(&self, token: &str, tool: &str, arguments: Value) -> Response {
        self.rpc(token, "tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Posts a body; an empty token sends no `Authorization`.
    pub async fn post(&self, token: &str, body: &Value) -> Response {
        let authorization = if token.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {token}\r\n")
        };
        self.post_with(&authorization, &body.to_string()).await
    }

    /// Posts a body with these header lines, each ended by CRLF.
    pub async fn post_with(&self, headers: &str, body: &str) -> Response {
        self.send(&format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len(),
        ))
        .await
    }

    /// Sends a request head without a body.
    pub async fn head(&self, line: &str, headers: &str) -> Response {
        self.send(&format!(
            "{line} HTTP/1.1\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    pub async fn send(&self, request: &str) -> Response {
        Response::read(self.open(request).await).await
    }

    /// Sends a request and leaves the answer to the caller.
    pub async fn open(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

/// What any server of this machine has under a path.
pub async fn get(address: &str, path: &str) -> Response {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    Response::read(stream).await
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Response {
    async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Self::parse(&String::from_utf8(bytes).unwrap())
    }

    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Self { status, head: head.into(), body: body.into() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The messages of an event stream.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.body.lines().filter_map(|line| line.strip_prefix("data: "));
        lines.filter_map(|data| serde_json::from_str(data).ok()).collect()
    }

    /// The result of an answered call.
    pub fn result(&self) -> Value {
        self.json()["result"].clone()
    }

    /// The text of an answered call.
    pub fn text(&self) -> String {
        self.result()["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("no text: {self:?}"))
            .to_owned()
    }

    pub fn is_error(&self) -> bool {
        self.result()["isError"] == true
    }

    /// The reason of a refused call.
    pub fn reason(&self) -> String {
        self.result()["_meta"]["doorman/refusal"]["reason"].as_str().unwrap_or_default().to_owned()
    }
}
