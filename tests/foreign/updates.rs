//! Changes of another server's resources.

use doorman::{Allow, Foreign};
use rmcp::model::{CallToolResult, Resource};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::methods::{modern, modern_request};
use crate::support::{
    NOBODY, READER, Records, Server,
    foreign::{Notes, builder, reads, served},
    serve_with,
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

    /// A stream that is acknowledged.
    async fn acknowledged(server: &Server, uris: &[&str]) -> Self {
        let mut stream = Self::open(server, uris).await;
        stream.next().await;
        stream
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
async fn the_eight_are_of_all_patterns_together_and_a_ninth_takes_nothing() {
    let notes = notes();
    let foreign = Foreign::new(notes.clone())
        .resource("notes://public/*", reads().updates())
        .resource("notes://team/*", reads().updates());
    let tools = foreign.connect().await.unwrap();
    let server = serve_with(builder(tools).budget("9/d")).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        let both = ["notes://public/a", "notes://team/a"];
        streams.push(Stream::acknowledged(&server, &both).await);
    }
    notes.listening.subscribe().wait_for(|count| *count == 8).await.unwrap();
    for uri in ["notes://public/a", "notes://team/a"] {
        let mut ninth = Stream::acknowledged(&server, &[uri]).await;
        assert_eq!(ninth.next().await["error"]["code"], 429);
        let record = server.records.all().pop().unwrap();
        // It fills up again while it is looked at.
        let left = record["remaining_budget"].as_f64().map(f64::floor);
        assert_eq!((&record["reason"], left), (&json!("rate_limited"), Some(1.0)));
    }
}

#[tokio::test]
async fn a_stream_of_which_a_part_is_refused_ends() {
    let notes = notes();
    let foreign = Foreign::new(notes.clone())
        .resource("notes://public/*", reads().updates())
        .resource("notes://team/*", reads().updates().rate("1/d per_caller"));
    let server = served(foreign.connect().await.unwrap()).await;
    let _first = Stream::acknowledged(&server, &["notes://team/a"]).await;
    notes.listening.subscribe().wait_for(|count| *count == 1).await.unwrap();
    let mut both = Stream::acknowledged(&server, &["notes://public/a", "notes://team/a"]).await;
    assert_eq!(both.next().await["error"]["code"], 429);
    notes.listening.subscribe().wait_for(|count| *count == 1).await.unwrap();
    let reasons = |record: &Value| record["reason"].as_str().unwrap_or_default().to_owned();
    let mut reasons: Vec<_> = server.records.wait_for(2).await.iter().map(reasons).collect();
    reasons.sort();
    assert_eq!(reasons, ["cancelled", "rate_limited"]);
}

#[tokio::test]
async fn a_server_that_is_told_to_end_waits_for_no_stream() {
    let notes = notes();
    let tools = listed(notes.clone()).connect().await.unwrap();
    let records = Records::new();
    let doorman = builder(tools).audit(records.log.clone()).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = doorman_axum::router(doorman.clone()).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let signal = async { stopped.await.unwrap() };
        doorman_axum::serve_until(listener, app, &doorman, signal).await
    });
    let (headers, body) =
        modern_request("subscriptions/listen", asking(&["notes://public/a"]), &json!({}));
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len(),
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut stream = Stream(BufReader::new(stream).lines());
    stream.next().await;
    notes.listening.subscribe().wait_for(|count| *count == 1).await.unwrap();
    stop.send(()).unwrap();
    assert!(stream.next().await["result"].is_object(), "it is told that it ends");
    serving.await.unwrap().unwrap();
    assert_eq!(records.all().len(), 1);
}

#[tokio::test]
async fn what_is_malformed_is_recorded_too() {
    let server = serving(notes()).await;
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let answer = server.rpc(READER, method, json!({ "uri": 7 })).await;
        assert_eq!(answer.json()["error"]["code"], -32602, "{answer:?}");
    }
    let answer = modern(&server, "subscriptions/listen", json!({ "notifications": 7 })).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (200, &json!(-32602)));
    assert_eq!(server.records.all().len(), 3);
}

#[tokio::test]
async fn what_a_version_does_not_have_is_not_found_though_it_is_malformed() {
    let server = serving(notes()).await;
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let answer = modern(&server, method, json!({})).await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!(-32601)));
    }
    let answer = server.rpc(READER, "subscriptions/listen", json!({})).await;
    assert_eq!(answer.json()["error"]["code"], -32601, "{answer:?}");
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
