//! Callers that go away.

use std::sync::Arc;

use axum::extract::State;
use doorman::{Doorman, Toolset};
use doorman_axum::{expose, tools};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{Notify, Semaphore},
};

use crate::support::{Server, serve_with};

/// What a test watches of a handler, and holds it with.
#[derive(Clone)]
pub struct Watch {
    pub started: Arc<Notify>,
    pub may_end: Arc<Semaphore>,
    pub ended: Arc<Notify>,
    pub dropped: Arc<Notify>,
}

struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

async fn work(watch: Watch) -> &'static str {
    let _dropped = Dropped(watch.dropped.clone());
    watch.started.notify_one();
    watch.may_end.acquire().await.unwrap().forget();
    watch.ended.notify_one();
    "worked"
}

#[expose(get = "/look", public)]
async fn look(State(watch): State<Watch>) -> &'static str {
    work(watch).await
}

#[expose(post = "/erase", scopes = ["erase"], destructive)]
async fn erase(State(watch): State<Watch>) -> &'static str {
    work(watch).await
}

/// `look` and `erase`, which a test holds.
pub fn watched() -> (Toolset, Watch) {
    let watch = Watch {
        started: Arc::default(),
        may_end: Arc::new(Semaphore::new(0)),
        ended: Arc::default(),
        dropped: Arc::default(),
    };
    (tools![look, erase].with_state(watch.clone()), watch)
}

async fn start() -> (Server, Watch) {
    let (tools, watch) = watched();
    (serve_with(Doorman::dev("b").tools(tools)).await, watch)
}

/// Calls a tool and hangs up once it runs; when this returns, the server knows.
async fn hang_up(server: &Server, watch: &Watch, tool: &str) {
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool } })
            .to_string();
    let mut stream = server
        .open(&format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
    watch.started.notified().await;
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the server closes without an answer");
}

#[tokio::test]
async fn a_call_whose_caller_is_gone_is_dropped_and_recorded_once() {
    let (server, watch) = start().await;
    hang_up(&server, &watch, "look").await;
    watch.dropped.notified().await;
    let records = server.records.wait_for(1).await;
    assert_eq!(
        (&records[0]["status"], &records[0]["reason"]),
        (&json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(records[0].get("end"), None);
    watch.may_end.add_permits(1);
    assert_eq!(server.call("", "look", json!({})).await.text(), "worked");
    assert_eq!(server.records.all().len(), 2);
}

#[tokio::test]
async fn a_destructive_call_runs_on_and_its_record_says_how_it_ended() {
    let (server, watch) = start().await;
    hang_up(&server, &watch, "erase").await;
    watch.may_end.add_permits(1);
    watch.ended.notified().await;
    let records = server.records.wait_for(1).await;
    assert_eq!(
        (&records[0]["status"], &records[0]["reason"]),
        (&json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(records[0]["end"], "ok");
}
