//! What MCP and its RFCs ask of a server, row by row under the numbers that this project gave them: A of
//! authorization, T of the transport, O of tools, S of standard input and output. Each test shows its row and
//! no more; `elsewhere` names the tests of other files that show one. A23 is in `resource_server.rs`, A27 in
//! `gate.rs` of `doorman-axum`.

mod callers;
mod challenges;
mod elsewhere;
mod headers;
mod messages;
mod stdio;
mod tools;
mod transport;

use serde_json::{Value, json};

use crate::support::{Response, Server, WRITER};

const METADATA: &str =
    r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp""#;
/// What `billing` tells a client without a token to ask for.
const FIRST: &str = r#"scope="invoices:read", "#;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// A request of 2026 with everything that it needs, until a test changes it.
#[derive(Clone)]
struct Modern {
    headers: Vec<(String, String)>,
    body: Value,
}

impl Modern {
    fn new(method: &str, mut params: Value) -> Self {
        let mut headers = vec![
            ("MCP-Protocol-Version".to_owned(), "2026-07-28".to_owned()),
            ("Mcp-Method".to_owned(), method.to_owned()),
        ];
        if let Some(name) = params["name"].as_str() {
            headers.push(("Mcp-Name".to_owned(), name.to_owned()));
        }
        params["_meta"] = json!({ VERSION: "2026-07-28", CAPABILITIES: {} });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        Self { headers, body }
    }

    fn call(tool: &str, arguments: &Value) -> Self {
        Self::new("tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| name != header);
        self
    }

    fn and(mut self, header: &str, value: &str) -> Self {
        self.headers.push((header.to_owned(), value.to_owned()));
        self
    }

    fn with(self, header: &str, value: &str) -> Self {
        self.without(header).and(header, value)
    }

    /// Sets a member of `_meta`; null takes it out.
    fn meta(mut self, member: &str, value: Value) -> Self {
        let meta = self.body["params"]["_meta"].as_object_mut().unwrap();
        meta.remove(member);
        if !value.is_null() {
            meta.insert(member.to_owned(), value);
        }
        self
    }

    async fn send(&self, server: &Server) -> Response {
        let mut headers = format!("Authorization: Bearer {WRITER}\r\n");
        for (name, value) in &self.headers {
            headers.extend([name, ": ", value, "\r\n"]);
        }
        server.post_with(&headers, &self.body.to_string()).await
    }
}

/// The status and the code of a JSON-RPC error.
fn refused(answer: &Response) -> (u16, i64) {
    let code = answer.json()["error"]["code"].as_i64();
    (answer.status, code.unwrap_or_else(|| panic!("no error: {answer:?}")))
}
