//! A server on a pair of streams, as on standard input and output, and a client that writes its own lines.

use doorman::{Doorman, DoormanBuilder, Error, private::serve_io};
use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf,
        WriteHalf, duplex, split,
    },
    task::JoinHandle,
};

use crate::support::Records;

pub struct Wire {
    pub records: Records,
    pub serving: JoinHandle<Result<(), Error>>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    input: WriteHalf<DuplexStream>,
}

/// Serves; what is written and not read is held up to 64 KiB.
pub fn wire(builder: DoormanBuilder) -> Wire {
    wire_of(builder, 1 << 16)
}

/// Serves, with room for so many bytes that are written and not read.
pub fn wire_of(builder: DoormanBuilder, room: usize) -> Wire {
    let (records, doorman) = build(builder);
    let (client, server) = duplex(room);
    let (read, write) = split(server);
    let serving = tokio::spawn(serve_io(doorman, read, write));
    let (output, input) = split(client);
    Wire { records, serving, output: BufReader::new(output).lines(), input }
}

/// Why serving does not start, and what is recorded of it.
pub async fn refused(builder: DoormanBuilder) -> (String, Vec<Value>) {
    let (records, doorman) = build(builder);
    let error = serve_io(doorman, tokio::io::empty(), tokio::io::sink()).await.unwrap_err();
    (error.to_string(), records.all())
}

pub fn build(builder: DoormanBuilder) -> (Records, Doorman) {
    let records = Records::new();
    let doorman = builder.audit(records.log.clone()).build().unwrap();
    (records, doorman)
}

impl Wire {
    pub async fn send(&mut self, line: impl AsRef<[u8]>) {
        self.input.write_all(line.as_ref()).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
    }

    pub async fn request(&mut self, id: u64, method: &str, params: Value) {
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(request.to_string()).await;
    }

    pub async fn cancel(&mut self, id: u64) {
        let params = json!({ "requestId": id });
        let cancelled =
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
        self.send(cancelled.to_string()).await;
    }

    /// The next message; none where the output has ended.
    pub async fn read(&mut self) -> Option<Value> {
        let line = self.output.next_line().await.unwrap()?;
        Some(serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}")))
    }

    /// One request and its answer.
    pub async fn rpc(&mut self, method: &str, params: Value) -> Value {
        self.request(1, method, params).await;
        let answer = self.read().await.unwrap();
        assert_eq!(answer["id"], 1, "{answer}");
        answer
    }

    /// One call and its result.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.rpc("tools/call", json!({ "name": tool, "arguments": arguments })).await["result"]
            .take()
    }

    /// The names of the tools that are shown.
    pub async fn list(&mut self) -> Vec<Value> {
        let list = self.rpc("tools/list", json!({})).await;
        let tools = list["result"]["tools"].as_array().unwrap_or_else(|| panic!("{list}"));
        tools.iter().map(|tool| tool["name"].clone()).collect()
    }

    pub async fn end_input(&mut self) {
        self.input.shutdown().await.unwrap();
    }

    /// Ends the input; gives what was still answered, once the server has ended.
    pub async fn end(mut self) -> Vec<Value> {
        self.end_input().await;
        let mut rest = Vec::new();
        while let Some(message) = self.read().await {
            rest.push(message);
        }
        self.serving.await.unwrap().unwrap();
        rest
    }
}

/// The text of a result.
pub fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {result}"))
}

/// The reason of a refusal; empty where a result is none.
pub fn reason(result: &Value) -> &str {
    assert_eq!(
        result["isError"] == true,
        result["_meta"]["doorman/refusal"]["reason"].is_string(),
        "{result}"
    );
    result["_meta"]["doorman/refusal"]["reason"].as_str().unwrap_or_default()
}
