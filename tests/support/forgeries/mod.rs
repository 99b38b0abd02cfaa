//! Tokens that must open nothing, with signatures as real as an attacker can get them, for any issuer
//! that has the keys of [`ISSUED_BY`].

mod claims;
mod headers;
mod keys;
mod names;
mod shapes;
mod signatures;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU16, Ordering},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

use super::{
    Response,
    issuer::{ISSUED_BY, changed, now},
};

/// The audit reason of what is no bearer token by its grammar.
pub const MALFORMED: &str = "invalid_request";
/// More than a server reads of a request's headers.
const LARGEST_HEAD: usize = 400_000;

/// One token that must be refused.
pub struct Forgery {
    pub group: &'static str,
    pub name: String,
    pub token: String,
    /// Why, as the audit record has it.
    pub reason: &'static str,
}

/// Every forgery. The resource is an address with the path `/mcp`.
pub fn all(issuer: &str, resource: &str) -> Vec<Forgery> {
    let mint = Mint::new(issuer, resource);
    let topics = [keys::all, headers::all, signatures::all, claims::all, names::all, shapes::all];
    topics.iter().flat_map(|topic| topic(&mint)).collect()
}

impl Forgery {
    /// A line break ends the header; what follows is another line and not a token.
    pub fn stands_in_a_header(&self) -> bool {
        !self.token.contains(['\r', '\n'])
    }

    /// How a server may answer: 401, but for what no verifier gets to see.
    pub fn status(&self) -> u16 {
        match self.reason {
            _ if self.token.len() > LARGEST_HEAD => 431,
            MALFORMED => 400,
            _ => 401,
        }
    }

    pub async fn shown_to(&self, server: SocketAddr, tool: &str) -> Response {
        show(&self.token, server, tool).await
    }
}

/// Calls a tool, each time as another peer, for bad tokens are limited by peer. On Linux all of
/// 127.0.0.0/8 is this machine.
pub async fn show(token: &str, server: SocketAddr, tool: &str) -> Response {
    static PEERS: AtomicU16 = AtomicU16::new(0);
    let [high, low] = PEERS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::new(127, 1, high, low), 0).into()).unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": tool, "arguments": {} } })
    .to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
    );
    // Who refuses early reads no further.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Response::parse(&String::from_utf8(answer).unwrap())
}

/// Makes tokens that are good, or good but for one thing.
pub struct Mint {
    issuer: String,
    resource: String,
    now: u64,
}

impl Mint {
    pub fn new(issuer: &str, resource: &str) -> Self {
        Self { issuer: issuer.into(), resource: resource.into(), now: now() }
    }

    pub fn claims(&self) -> Value {
        json!({ "iss": self.issuer, "aud": self.resource, "sub": "f0rged-subject",
            "client_id": "f0rged-client", "jti": "f0rged-jti", "iat": self.now,
            "exp": self.now + 600, "scope": "tools:read" })
    }

    /// A good token.
    pub fn good(&self, kid: &str, algorithm: &str) -> String {
        self.signed(kid, algorithm, algorithm)
    }

    /// A token whose header says one algorithm, and whose signature is of another.
    fn signed(&self, kid: &str, said: &str, signed: &str) -> String {
        let header = json!({ "alg": said, "kid": kid, "typ": "at+jwt" });
        ISSUED_BY.sign(header.to_string(), self.claims().to_string(), signed)
    }

    /// A token that is good but for these members of its header; `null` takes one out.
    pub fn header(&self, changes: Value) -> String {
        let good = json!({ "alg": "ES256", "kid": "p256", "typ": "at+jwt" });
        self.header_text(changed(good, changes).to_string())
    }

    /// A token that is good but for its header.
    fn header_text(&self, header: impl AsRef<[u8]>) -> String {
        ISSUED_BY.sign(header, self.claims().to_string(), "ES256")
    }

    /// A token that is good but for these claims; `null` takes one out.
    pub fn body(&self, changes: Value) -> String {
        body_text(changed(self.claims(), changes).to_string())
    }

    /// A token that is good but for this text in the place of another in its claims.
    fn replaced(&self, from: &str, to: &str) -> String {
        let text = self.claims().to_string();
        assert!(text.contains(from), "{from}");
        body_text(text.replacen(from, to, 1))
    }

    /// A token that is good but for a claim whose value is this text of JSON.
    fn literal(&self, claim: &str, value: &str) -> String {
        let mut claims = self.claims();
        claims.as_object_mut().unwrap().remove(claim);
        body_text(claims.to_string().replacen('{', &format!("{{\"{claim}\":{value},"), 1))
    }
}

/// A token that is good but for its claims.
fn body_text(claims: impl AsRef<[u8]>) -> String {
    ISSUED_BY.sign(r#"{"alg":"ES256","kid":"p256","typ":"at+jwt"}"#, claims, "ES256")
}

/// The cases of one group that are refused for one reason.
fn group<N: Into<String>>(
    group: &'static str,
    reason: &'static str,
    cases: impl IntoIterator<Item = (N, String)>,
) -> Vec<Forgery> {
    let forgery = |(name, token): (N, String)| Forgery { group, name: name.into(), token, reason };
    cases.into_iter().map(forgery).collect()
}
