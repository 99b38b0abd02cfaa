//! Changes of another server's resources.

use doorman::{Allow, Foreign};
use rmcp::model::{CallToolResult, Resource};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::TcpStream,
};

use super::methods::{modern, modern_request};
use crate::support::{
    NOBODY, READER, Server,
    foreign::{Notes, builder, reads, served},
    stdio::wire,
};

fn notes() -> Notes {
    let mut notes = Notes::new([], || CallToolResult::success(vec![]));
    notes.resources = vec![Resource::new("notes://public/a", "a note")];
    notes
}

fn listed(notes: Notes) -> Foreign {
    Foreign::new(notes)
        .resource("notes://public/*", reads().updates())
        .resource("notes://private/*", Allow::scopes(["invoices:write"]).updates())
        .resource("notes://still/*", reads())
}

async fn serving(notes: Notes) -> Server {
    served(listed(notes).connect().await.unwrap()).await
}

fn asking(uris: &[&str]) -> Value {
    let all = json!({ "toolsListChanged": true, "promptsListChanged": true,
        "resourcesListChanged": true, "resourceSubscriptions": uris });
    json!({ "notifications": all })
}

/// An open stream of changes.
struct Stream(Lines<BufReader<TcpStream>>);

impl Stream {
    async fn open(server: &Server, uris: &[&str]) -> Self {
        let (headers, body) = modern_request("subscriptions/listen", asking(uris), &json!({}));
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            server.address,
            body.len(),
        );
        Self(BufReader::new(server.open(&request).await).lines())
    }

    /// The next message.
    async fn next(&mut self) -> Value {
        while let Some(line) = self.0.next_line().await.unwrap() {
            if let Some(data) = line.strip_prefix("data: ")
                && let Ok(message) = serde_json::from_str(data)
            {
                return message;
            }
        }
        panic!("the stream has ended");
    }
}

#[tokio::test]
async fn changes_of_what_was_granted_are_told_and_no_others() {
    let notes = notes();
    let server = serving(notes.clone()).await;
    let uris = [
        "NOTES://Public/a",
        "notes://public/b",
        "notes://private/a",
        "notes://still/a",
        "notes://public/../private/a",
    ];
    let mut stream = Stream::open(&server, &uris).await;
    let acknowledged = stream.next().await;
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    let granted = json!({ "resourceSubscriptions": ["NOTES://Public/a", "notes://public/b"] });
    assert_eq!(acknowledged["params"]["notifications"], granted, "{acknowledged}");

    notes.listening.subscribe().wait_for(|count| *count == 1).await.unwrap();
    for uri in ["notes://private/a", "notes://public/c", "notes://public/a", "notes://public/b"] {
        notes.changes.send(uri.into()).unwrap();
    }
    for uri in ["NOTES://Public/a", "notes://public/b"] {
        let told = stream.next().await;
        assert_eq!(told["method"], "notifications/resources/updated", "{told}");
        assert_eq!(told["params"]["uri"], uri);
        assert_eq!(told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1);
    }
    drop(stream);
    let records = server.records.wait_for(1).await;
    assert_eq!(records[0]["tool"], "updates:resource:notes://public/*");
    assert_eq!(records[0]["reason"], "cancelled", "{records:?}");
    notes.listening.subscribe().wait_for(|count| *count == 0).await.unwrap();
}

#[tokio::test]
async fn where_nothing_is_granted_the_stream_ends_at_once() {
    let server = serving(notes()).await;
    let hello = modern(&server, "server/discover", json!({})).await.result();
    assert_eq!(hello["capabilities"]["resources"], json!({ "subscribe": true }));
    // Without a session there is no stream for those who begin so.
    let old = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let old = server.rpc(READER, "initialize", old).await.result();
    assert_eq!(old["capabilities"]["resources"], json!({}));
    let none = modern(&server, "subscriptions/listen", asking(&[])).await.events();
    assert_eq!(none[0]["params"]["notifications"], json!({}));
    assert!(none[1]["result"].is_object(), "{none:?}");
    let foreign = asking(&["notes://private/a", "other://a"]);
    let refused = modern(&server, "subscriptions/listen", foreign).await.events();
    assert_eq!(refused[0]["params"]["notifications"], json!({}));
    assert_eq!(refused[1]["error"]["code"], -32602, "{refused:?}");
    let records = server.records.all();
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(
        (&records[0]["tool"], &records[0]["reason"]),
        (&json!("resource"), &json!("not_exposed"))
    );
}

#[tokio::test]
async fn a_caller_has_eight_streams_at_a_time() {
    let notes = notes();
    let server = serving(notes.clone()).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = Stream::open(&server, &["notes://public/a"]).await;
        stream.next().await;
        streams.push(stream);
    }
    notes.listening.subscribe().wait_for(|count| *count == 8).await.unwrap();
    let mut ninth = Stream::open(&server, &["notes://public/a"]).await;
    ninth.next().await;
    assert_eq!(ninth.next().await["error"]["code"], 429);
    streams.pop();
    notes.listening.subscribe().wait_for(|count| *count == 7).await.unwrap();
    let mut another = Stream::open(&server, &["notes://public/a"]).await;
    another.next().await;
    notes.listening.subscribe().wait_for(|count| *count == 8).await.unwrap();
}

#[tokio::test]
async fn an_older_client_is_answered_for_what_it_may_read_and_no_server_hears_of_it() {
    let notes = notes();
    let server = serving(notes.clone()).await;
    let before = notes.calls();
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let at = |uri: &str| json!({ "uri": uri });
        let answer = server.rpc(READER, method, at("notes://public/a")).await;
        assert_eq!(answer.result(), json!({}), "{answer:?}");
        for (who, uri, code) in [
            (NOBODY, "notes://public/a", 403),
            (READER, "notes://private/a", 403),
            (READER, "notes://still/a", -32002),
            (READER, "notes://public/../private/a", -32002),
        ] {
            let refused = server.rpc(who, method, at(uri)).await;
            assert_eq!(refused.json()["error"]["code"], code, "{uri}: {refused:?}");
        }
        let modern = modern(&server, method, at("notes://public/a")).await;
        assert_eq!(modern.status, 404, "{modern:?}");
    }
    assert_eq!(notes.calls(), before);
    assert_eq!(server.records.all().len(), 10);
    let mut wire =
        wire(builder(listed(notes).connect().await.unwrap()).stdio_principal("a", "invoices:read"));
    let refused = wire.rpc("resources/subscribe", json!({ "uri": "notes://public/a" })).await;
    assert_eq!(refused["error"]["code"], -32601, "{refused}");
}

#[tokio::test]
async fn a_server_that_tells_of_no_changes_is_refused() {
    let mut silent = notes();
    silent.tells = false;
    let foreign = Foreign::new(silent).resource("notes://public/*", reads().updates());
    let error = foreign.connect().await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("remove `.updates()`"), "{error}");
}
