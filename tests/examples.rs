//! Every example, run as a user runs it.

use std::{path::PathBuf, process::Stdio, str::FromStr as _};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::support::Response;

/// An example under way; it ends with its test.
pub struct Example {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Where the examples are built.
pub fn path(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.set_file_name("examples");
    path.join(name)
}

impl Example {
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(path(name))
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
    pub async fn after(&mut self, start: &str) -> String {
        loop {
            let line = self.lines.next_line().await.unwrap().expect("the example goes on");
            if let Some(rest) = line.trim_start().strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    /// Ends it, once it wrote so many lines to standard error, and gives those and what follows.
    async fn end(mut self, lines: usize) -> String {
        let mut errors = BufReader::new(self.child.stderr.take().unwrap());
        let mut text = String::new();
        for _ in 0..lines {
            errors.read_line(&mut text).await.unwrap();
        }
        self.child.start_kill().unwrap();
        errors.read_to_string(&mut text).await.unwrap();
        text
    }
}

/// Runs a printed `curl` line.
pub async fn curl(line: &str) -> Response {
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
    assert_eq!((&invoice["id"], &invoice["email"]), (&json!(7), &json!("«redacted»")));
    let refused = quickstart.after("curl ").await;
    let answer = curl(&refused).await;
    assert_eq!(answer.status, 403);
    let allowed = curl(&refused.replace(&reader, &writer)).await;
    assert_eq!(
        allowed.result()["structuredContent"],
        json!({ "id": 7, "amount": "«redacted»", "status": "refunded" })
    );
    assert!(quickstart.after("claude mcp add").await.contains(&url));

    let errors = quickstart.end(3).await;
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
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for name in ["quickstart", "resource_server"] {
        let mut example = Example::start(name, &["--port", &port]);
        assert!(!example.child.wait().await.unwrap().success());
        let errors = example.end(1).await;
        assert!(errors.contains(&format!("port {port}: ")) && errors.contains("`--port N`"));
    }
}

#[tokio::test]
async fn the_lines_that_guard_existing_prints_do_what_they_say() {
    let mut notes = Example::start("guard_existing", &["--port", "0"]);
    let mut lines = Vec::new();
    for _ in 0..7 {
        lines.push(curl(&notes.after("curl ").await).await);
    }
    let [list, search, refused, unlisted, prompt, read, private] = &lines[..] else { panic!() };
    let names = list.result()["tools"].as_array().unwrap().clone();
    assert_eq!((names.len(), &names[0]["name"]), (1, &json!("search_notes")));
    let found: Value = serde_json::from_str(&search.text()).unwrap();
    let note = json!({ "id": 7, "author": "«redacted»", "text": "write to «redacted»" });
    assert_eq!(found, json!([note]));
    assert_eq!(refused.status, 403);
    assert_eq!(unlisted.json()["error"]["code"], -32602);
    let message = &prompt.result()["messages"][0]["content"]["text"];
    assert_eq!(message, "Sum up the notes of «redacted».");
    assert_eq!(read.result()["contents"][0]["text"], "ask «redacted»");
    assert_eq!(private.json()["error"]["code"], -32002);
    let records = notes.end(6).await;
    assert_eq!(records.lines().count(), 6, "a list of tools is no call: {records}");
    assert!(!records.contains("ann@") && !records.contains("hunter2"), "{records}");
}

#[tokio::test]
async fn guard_existing_prints_its_pins() {
    let output = Command::new(path("guard_existing")).arg("--pins").output().await.unwrap();
    let pins = String::from_utf8(output.stdout).unwrap();
    assert_eq!(pins.matches(" sha256:").count(), 2, "{pins}");
}

#[tokio::test]
async fn the_resource_server_takes_the_token_that_it_prints() {
    let mut server = Example::start("resource_server", &["--port", "0"]);
    let token = server.after("TOKEN=").await;
    let line = server.after("curl ").await;
    let url = server.after("Serving MCP at ").await;
    assert!(line.contains(&token) && line.contains(&url));
    assert_eq!(
        curl(&line).await.result()["structuredContent"],
        json!({ "subject": "alice", "scopes": ["tools:read"], "tenant": "acme" })
    );
    assert_eq!(curl(&line.replace("whoami", "ping")).await.text(), "pong");
    let refused = curl(&line.replace("whoami", "erase")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains(r#"scope="tools:write""#));
    assert_eq!(curl(&line.replace("Bearer e", "Bearer f")).await.status, 401);
}

#[tokio::test]
async fn the_resource_server_lists_all_where_it_is_told_to_and_refuses_as_ever() {
    for (arguments, listed) in [
        (&["--port", "0"][..], &["ping", "whoami"][..]),
        (&["--port", "0", "--list-all"], &["ping", "whoami", "erase"]),
    ] {
        let mut server = Example::start("resource_server", arguments);
        let line = server.after("curl ").await;
        let tools = curl(&line.replace("tools/call", "tools/list")).await.result()["tools"].clone();
        let names: Vec<_> =
            tools.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, listed);
        assert_eq!(curl(&line.replace("whoami", "erase")).await.status, 403);
    }
}

#[tokio::test]
async fn the_resource_server_ends_well_when_it_is_told_to() {
    let mut server = Example::start("resource_server", &["--port", "0"]);
    server.after("Serving MCP at ").await;
    let pid = server.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert!(server.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn the_resource_server_names_what_it_cannot_read() {
    for (arguments, words) in [
        (&["--prot", "0"][..], "`--prot` is no option"),
        (&["--issuer"], "`--issuer` needs a value"),
        (&["--jwks-url", "https://h.example"], "need `--issuer`"),
        (&["--issuer", "http://h.example"], "`issuer` is not `https`"),
    ] {
        let mut server = Example::start("resource_server", arguments);
        assert!(!server.child.wait().await.unwrap().success());
        let errors = server.end(1).await;
        assert!(errors.contains(words), "{errors}");
    }
}

#[tokio::test]
async fn quickstart_names_a_port_that_it_cannot_read() {
    let mut quickstart = Example::start("quickstart", &["--port", "x"]);
    let status = quickstart.child.wait().await.unwrap();
    assert!(!status.success());
    assert!(quickstart.end(0).await.contains("--port"));
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
    assert!(example.end(1).await.contains("WARNING: `Doorman::dev`"));
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

#[tokio::test]
async fn the_lines_that_both_doors_prints_do_what_they_say() {
    let mut example = Example::start("both_doors", &[]);
    let whole = curl(&example.after("curl ").await).await;
    let invoice = json!({ "id": 7, "email": "customer7@example.com", "amount": 100.0 });
    assert_eq!((whole.status, whole.json()), (200, invoice));
    let masked = curl(&example.after("curl ").await).await.result();
    assert_eq!(masked["structuredContent"]["email"], "«redacted»");
    let unknown = curl(&example.after("curl ").await).await;
    assert!(unknown.status == 401 && unknown.header("www-authenticate").is_some());
    let refused = curl(&example.after("curl ").await).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains(r#"scope="invoices:write""#));
    let refund = curl(&example.after("curl ").await).await;
    assert_eq!((refund.status, &refund.json()["paid_back_by"]), (201, &json!("writer")));
    assert_eq!(curl(&example.after("curl ").await).await.reason(), "rate_limited");

    let errors = example.end(6).await;
    assert_eq!(errors.lines().count(), 6, "{errors}");
    assert!(errors.lines().all(|line| line.contains(r#""transport":"http""#)), "{errors}");
    assert!(!errors.contains("customer7"));
}

/// Gives the notes example its standard input, to the end; what it wrote is JSON, or the test fails.
async fn notes(mut command: Command, requests: &[Value]) -> (Vec<Value>, String) {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.kill_on_drop(true).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for request in requests {
        input.write_all(format!("{request}\n").as_bytes()).await.unwrap();
    }
    drop(input);
    let output = child.wait_with_output().await.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut answers: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert!(answers.iter().all(|answer| answer["jsonrpc"] == "2.0"), "{lines}");
    (answers, errors)
}

fn tool_call(id: u8, tool: &str, arguments: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
}

#[tokio::test]
async fn w10_the_command_of_the_readme_serves_notes_on_stdio() {
    let (_, line) = include_str!("../README.md").split_once("claude mcp add notes -- ").unwrap();
    let line = line.lines().next().unwrap();
    assert!(include_str!("../examples/stdio.rs").contains(line));
    let arguments = line.strip_prefix("cargo run --quiet --example stdio -- ").unwrap();
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{} {arguments}", path("stdio").display()));
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params":
        { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } });
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    let note = tool_call(3, "write_note", &json!({ "text": "SENTINEL" }));
    let (answers, errors) = notes(command, &[initialize, initialized, list, note]).await;
    assert_eq!(answers.len(), 3, "{answers:?}");
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "notes");
    assert_eq!(answers[1]["result"]["tools"].as_array().unwrap().len(), 4);
    assert_eq!(answers[2]["result"]["structuredContent"], json!({ "result": 1 }));
    let record: Value = serde_json::from_str(&errors).expect("one record on standard error");
    assert_eq!((&record["caller"], &record["transport"]), (&json!("you"), &json!("stdio")));
    assert!(!errors.contains("SENTINEL"));
}

#[tokio::test]
async fn w10_the_audit_setting_is_honoured() {
    let count = tool_call(1, "count_notes", &json!({}));
    let read = tool_call(2, "read_notes", &json!({}));
    for (target, records) in [("stderr", 2), ("none", 0)] {
        let mut command = Command::new(path("stdio"));
        command.env("DOORMAN_AUDIT", target);
        let (answers, errors) = notes(command, &[count.clone(), read.clone()]).await;
        assert_eq!(answers[0]["result"]["structuredContent"], json!({ "result": 0 }));
        assert_eq!(answers[1]["result"]["isError"], true);
        assert_eq!(errors.lines().count(), records, "{errors}");
    }
}

#[tokio::test]
async fn the_environment_of_a_process_is_read_and_a_mistake_in_it_ends_the_process() {
    for (name, value, words) in [
        ("DOORMAN_TOKEN", "s3nt1nel", "`DOORMAN_TOKEN` is set without `.auth(…)`"),
        ("DOORMAN_TOKEN", "s3nt1nel s3nt1nel", "`DOORMAN_TOKEN` holds what no client can send"),
        ("DOORMAN_TOKENS", "s3nt1nel", "did you mean `DOORMAN_TOKEN`?"),
    ] {
        let mut command = Command::new(path("stdio"));
        let output = command.env(name, value).stdin(Stdio::null()).output().await.unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(errors.contains(words) && !errors.contains("s3nt1nel"), "{errors}");
    }
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
async fn redact_tells_where_it_masked_in_strings_and_says_no_value_of_what_is_none() {
    let input = b"\"\\u00e9 bob\\u0040example.com\"\nhunter2\n\"x\"";
    let (code, output, errors) = redact(&["--strings", "--report"], input).await;
    let lines = "{\"redacted\": \"é «redacted»\", \"spans\": [[3, 18, \"email\"]]}\n\
                 {\"error\": \"the line is no JSON string\"}\n\
                 {\"redacted\": \"x\", \"spans\": []}";
    assert_eq!((code, String::from_utf8(output).unwrap().as_str()), (1, lines));
    assert_eq!(errors, "{\"email\":1}\n");
}

#[tokio::test]
async fn redact_takes_all_as_one_document_and_looks_for_what_it_is_told() {
    let input = b"{\"password\":\n \"hunter2\", \"to\": \"ann@example.com 203.0.113.9\"}\n";
    let arguments = ["--whole", "--only", "email", "--with", "ip", "--mask", "typed"];
    let (code, output, _) = redact(&arguments, input).await;
    let masked = "{\"password\":\n \"hunter2\", \"to\": \"«email» «ip»\"}\n";
    assert_eq!((code, String::from_utf8(output).unwrap().as_str()), (0, masked));
}

#[tokio::test]
async fn redact_gives_pseudonyms_of_its_own_in_every_run() {
    let line = b"[\"ann@example.com\", \"ANN@example.com\", \"bob@example.com\"]";
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (code, output, _) = redact(&["--mask", "pseudonym"], line).await;
        let names: Vec<String> = serde_json::from_slice(&output).unwrap();
        assert!(code == 0 && names[0] == names[1] && names[0] != names[2]);
        runs.push(names);
    }
    assert_ne!(runs[0], runs[1]);
}

#[tokio::test]
async fn redact_helps() {
    let (code, output, _) = redact(&["--help"], b"").await;
    let help = String::from_utf8(output).unwrap();
    for flag in
        ["--text", "--strings", "--whole", "--key", "--only", "--with", "--mask", "--report"]
    {
        assert!(help.contains(&format!("\n  {flag} ")), "{flag}");
    }
    assert!(code == 0 && help.contains("REDACT_KEY"));
}

#[tokio::test]
async fn redact_says_what_it_cannot_do() {
    for arguments in [
        &["--what"][..],
        &["--key"],
        &["--key", "a..b"],
        &["--only", "mail"],
        &["--with", "email"],
        &["--mask", "last5"],
        &["--text", "--whole"],
    ] {
        let (code, output, errors) = redact(arguments, b"x\n").await;
        assert_eq!((code, output.len()), (2, 0));
        assert!(errors.contains("usage: redact") && errors.lines().count() == 1, "{errors}");
    }
}
