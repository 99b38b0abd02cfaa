//! Every example, run as a user runs it.

use std::{process::Stdio, str::FromStr as _};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::support::Response;

/// An example under way; it ends with its test.
struct Example {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Example {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let mut path = std::env::current_exe().unwrap();
        path.pop();
        path.set_file_name("examples");
        let mut child = Command::new(path.join(name))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("`cargo test --workspace` builds the examples");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on to the line that starts so, and gives what follows.
    async fn after(&mut self, start: &str) -> String {
        loop {
            let line = self.lines.next_line().await.unwrap().expect("the example goes on");
            if let Some(rest) = line.trim_start().strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    /// Ends it, and gives what it wrote to standard error.
    async fn end(mut self) -> String {
        self.child.start_kill().unwrap();
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).await.unwrap();
        text
    }
}

/// Runs a printed `curl` line.
async fn curl(line: &str) -> Response {
    let output = Command::new("sh").arg("-c").arg(format!("curl {line}")).output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = u16::from_str(head.split(' ').nth(1).unwrap()).unwrap();
    Response { status, head: head.into(), body: body.into() }
}

/// Calls a tool at an address, as the one developer on this machine.
async fn call(url: &str, tool: &str, arguments: Value) -> Response {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "arguments": arguments } });
    curl(&format!(
        "-si {url} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '{body}'"
    ))
    .await
}

#[tokio::test]
async fn the_lines_that_quickstart_prints_do_what_they_say() {
    let mut quickstart = Example::start("quickstart", &["--port", "0"]);
    let reader = quickstart.after("READER_TOKEN=").await;
    let writer = quickstart.after("WRITER_TOKEN=").await;
    assert!(reader.len() == 32 && writer.len() == 32 && reader != writer);
    let url = quickstart.after("Serving MCP at ").await;
    let list = curl(&quickstart.after("curl ").await).await.result();
    let names: Vec<&Value> =
        list["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["get_invoice", "ping"]);
    let invoice = curl(&quickstart.after("curl ").await).await;
    let invoice = &invoice.result()["structuredContent"];
    assert_eq!((&invoice["id"], &invoice["email"]), (&json!(7), &json!("customer7@example.com")));
    let refused = quickstart.after("curl ").await;
    let answer = curl(&refused).await;
    assert_eq!(answer.status, 403);
    let allowed = curl(&refused.replace(&reader, &writer)).await;
    assert_eq!(
        allowed.result()["structuredContent"],
        json!({ "id": 7, "amount": 5.0, "status": "refunded" })
    );
    assert!(quickstart.after("claude mcp add").await.contains(&url));

    let errors = quickstart.end().await;
    assert_eq!(errors.lines().count(), 3, "{errors}");
    for line in errors.lines() {
        let record: Value =
            serde_json::from_str(line).expect("standard error carries audit records only");
        assert!(record["tool"].is_string());
    }
    assert!(
        !errors.contains(&reader) && !errors.contains(&writer) && !errors.contains("customer7")
    );
}

#[tokio::test]
async fn quickstart_names_a_port_that_it_cannot_read() {
    let mut quickstart = Example::start("quickstart", &["--port", "x"]);
    let status = quickstart.child.wait().await.unwrap();
    assert!(!status.success());
    assert!(quickstart.end().await.contains("--port"));
}

#[tokio::test]
async fn middleware_runs_handlers_under_the_users_layers() {
    let mut example = Example::start("middleware", &[]);
    let url = example.after("Serving MCP at ").await;
    assert_eq!(call(&url, "order", json!({})).await.text(), "done");
    let orders = call(&url, "orders", json!({ "shop": "corner", "page": 2 })).await;
    assert_eq!(
        orders.result()["structuredContent"],
        json!({ "shop": "corner", "region": "eu-west", "page": 2, "caller": "dev", "total": 1 })
    );
    let refused = call(&url, "orders", json!({ "shop": "corner", "region": "mine" })).await;
    assert_eq!(refused.reason(), "invalid_arguments");
    assert!(example.end().await.contains("WARNING: `Doorman::dev`"));
}

#[tokio::test]
async fn both_serves_functions_and_handlers() {
    let mut example = Example::start("both", &[]);
    let url = example.after("Serving MCP at ").await;
    let span = call(&url, "span", json!({ "low": -3, "high": 20.5 })).await;
    assert_eq!(span.result()["structuredContent"], json!({ "degrees": 23.5 }));
    let fahrenheit = call(&url, "fahrenheit", json!({ "celsius": 100 })).await;
    assert_eq!(fahrenheit.result()["structuredContent"], json!({ "result": 212.0 }));
    assert_eq!(call(&url, "greet", json!({})).await.text(), "Hello, dev");
    assert_eq!(call(&url, "greet", json!({ "name": "Ada" })).await.text(), "Hello, Ada");
}

/// Runs `redact` on a text, and gives its exit code and what it wrote.
async fn redact(arguments: &[&str], input: &[u8]) -> (i32, Vec<u8>, String) {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.set_file_name("examples");
    let mut child = Command::new(path.join("redact"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`cargo test --workspace` builds the examples");
    let mut stdin = child.stdin.take().unwrap();
    // One that ends at once reads nothing.
    let _ = stdin.write_all(input).await;
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), output.stdout, errors)
}

#[tokio::test]
async fn redact_masks_what_it_reads_line_by_line() {
    let input =
        b"{\"a\": 1.50, \"email\": \"ann@example.com\"}\nno JSON: ann@example.com\n{\"inner\":1}";
    let (code, output, _) = redact(&["--key", "inn*"], input).await;
    let masked =
        "{\"a\": 1.50, \"email\": \"«redacted»\"}\nno JSON: «redacted»\n{\"inner\":\"«redacted»\"}";
    assert_eq!((code, String::from_utf8(output).unwrap().as_str()), (0, masked));
    let (code, output, _) = redact(&["--text"], b"[1]\npwd=x1 \xff\n").await;
    assert_eq!(
        (code, String::from_utf8(output).unwrap().as_str()),
        (0, "[1]\npwd=«redacted» \u{FFFD}\n")
    );
}

#[tokio::test]
async fn redact_says_what_it_cannot_do() {
    for arguments in [&["--what"][..], &["--key"], &["--key", "a..b"]] {
        let (code, output, errors) = redact(arguments, b"x\n").await;
        assert_eq!((code, output.len()), (2, 0));
        assert!(errors.contains("usage: redact") && errors.lines().count() == 1, "{errors}");
    }
}
