//! The end of a server that is told to end.

use std::{io, net::SocketAddr, time::Duration};

use doorman::{Doorman, Foreign};
use rmcp::model::CallToolResult;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{
    cancellation::{Watch, watched},
    support::{
        Records,
        foreign::{Notes, builder, reads, tool},
    },
};

struct Ending {
    address: SocketAddr,
    records: Records,
    watch: Watch,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
}

async fn start() -> Ending {
    let (tools, watch) = watched();
    let records = Records::new();
    let doorman = Doorman::dev("b").tools(tools).audit(records.log.clone()).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        let app = doorman_axum::router(doorman.clone()).unwrap();
        let signal = async { stopped.await.unwrap() };
        doorman_axum::serve_until(listener, app, &doorman, signal).await
    });
    Ending { address, records, watch, stop, serving }
}

/// The request for a call of a tool that runs until it may end.
fn request(tool: &str) -> String {
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool } })
            .to_string();
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn open(address: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_call_under_way_is_answered_and_recorded_and_nobody_is_let_in_any_more() {
    let Ending { address, records, watch, stop, serving } = start().await;
    let calling = open(address, &request("look")).await;
    watch.started.notified().await;
    stop.send(()).unwrap();
    // Once the listener is closed nobody is let in; until then a connection may wait in its queue.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!serving.is_finished(), "it waits for the call");
    watch.may_end.add_permits(1);
    assert!(rest(calling).await.contains("worked"));
    serving.await.unwrap().unwrap();
    let records = records.all();
    assert_eq!(records.len(), 1);
    assert_eq!((&records[0]["tool"], &records[0]["status"]), (&json!("look"), &json!("ok")));
}

#[tokio::test]
async fn a_destructive_call_whose_caller_is_gone_is_waited_for() {
    let Ending { address, records, watch, stop, serving } = start().await;
    let mut calling = open(address, &request("erase")).await;
    watch.started.notified().await;
    calling.shutdown().await.unwrap();
    assert_eq!(rest(calling).await, "");
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    watch.may_end.add_permits(1);
    serving.await.unwrap().unwrap();
    let record = &records.all()[0];
    assert_eq!((&record["status"], &record["end"]), (&json!("cancelled"), &json!("ok")));
}

// Time goes by where nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn connections_over_which_nothing_comes_are_cut_off() {
    let Ending { address, stop, serving, .. } = start().await;
    let halves = ["", "POST /mcp HT", &request("look")[..request("look").len() - 7]];
    let mut open_ones = Vec::new();
    for half in halves {
        open_ones.push(open(address, half).await);
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_whole_too_late_calls_nothing() {
    let Ending { address, records, watch, stop, serving } = start().await;
    let late = request("look");
    let (soon, late) = late.split_at(late.len() - 7);
    let mut calling = open(address, soon).await;
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    watch.may_end.add_permits(1);
    let _ = calling.write_all(late.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = calling.read_to_end(&mut answer).await;
    assert!(!String::from_utf8(answer).unwrap().contains("worked"));
    assert_eq!(watch.may_end.available_permits(), 1, "no handler ran");
    assert!(records.all().is_empty());
}

#[tokio::test]
async fn a_tool_that_may_take_for_ever_does_not_keep_a_server_from_its_end() {
    let notes = Notes::new([tool("search")], || CallToolResult::success(vec![]));
    let foreign = Foreign::new(notes).tool("search", reads().timeout(Duration::MAX));
    let doorman = builder(foreign.connect().await.unwrap()).build().unwrap();
    assert!(doorman.finish().await);
}

#[tokio::test]
async fn a_server_that_is_asked_nothing_ends_at_once() {
    let Ending { records, stop, serving, .. } = start().await;
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(records.all().is_empty());
}
