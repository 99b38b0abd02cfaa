//! Every kind of attempt, one at a time, and what may come of it.

use std::{
    io,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    http::{Answer, Connection, Pace},
    ledger::{End, Name},
    world::{Attempt, World},
};

/// What is tried, as often as its weight says.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A call of a tool, which ends for one of these reasons.
    Call(&'static str, &'static [&'static str]),
    /// A call of a tool whose answer is read byte by byte.
    Dawdled(&'static str),
    /// A call whose caller goes away.
    Cut(&'static str),
    /// A call with arguments that do not fit.
    Misfit,
    /// A call of a tool that is none.
    Unknown,
    /// A call without a tool's name.
    Nameless,
    /// Nothing that can be read.
    Garbage,
    /// A request of 2026 whose headers name another tool.
    Mismatch,
    /// A token that is none; every other time from one address.
    BadToken,
    NoToken,
    /// A request at a handler's own route.
    Open,
}

const OK: &[&str] = &["ok"];

pub const KINDS: &[(u64, Kind)] = &[
    (24, Kind::Call("echo", OK)),
    (6, Kind::Call("tell", OK)),
    (5, Kind::Call("page", OK)),
    (4, Kind::Call("open_echo", OK)),
    (6, Kind::Call("slow", OK)),
    (3, Kind::Call("erase", OK)),
    (4, Kind::Call("boom", &["panic"])),
    (3, Kind::Call("hang", &["timeout"])),
    (4, Kind::Call("fail", &["handler_error"])),
    (4, Kind::Call("refuse", &["handler_error"])),
    (3, Kind::Call("seldom", &["ok", "rate_limited"])),
    (3, Kind::Call("dear", &["ok", "budget_exceeded"])),
    (4, Kind::Call("guarded", &["forbidden:scope"])),
    (2, Kind::Call("large", &["too_large"])),
    (1, Kind::Call("open_large", &["too_large"])),
    (2, Kind::Dawdled("echo")),
    (3, Kind::Cut("slow")),
    (2, Kind::Cut("erase")),
    (2, Kind::Cut("hang")),
    (1, Kind::Cut("echo")),
    (3, Kind::Misfit),
    (2, Kind::Unknown),
    (2, Kind::Nameless),
    (1, Kind::Garbage),
    (1, Kind::Mismatch),
    (2, Kind::BadToken),
    (1, Kind::NoToken),
    (6, Kind::Open),
];

/// Makes one attempt and notes what came of it.
pub async fn try_one(world: &World, kind: Kind, connection: &mut Option<Connection>) {
    let attempt = world.attempt();
    let _flying = world.fly();
    if let Err(error) = tried(world, kind, connection, &attempt).await {
        *connection = None;
        world.ledger().violate(format!("an answer is lost: {} {error}", attempt.name()));
    }
}

async fn tried(
    world: &World,
    kind: Kind,
    connection: &mut Option<Connection>,
    attempt: &Attempt,
) -> io::Result<()> {
    let token = world.token(attempt.caller);
    let name = Name::Numbered(attempt.caller, attempt.pad);
    match kind {
        Kind::Call(tool, reasons) => {
            let request = call(attempt, tool, token);
            let began = Instant::now();
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            let reason = heard(world, attempt, name, &answer);
            // A budget may be gone, and limits may be hit: the log must say the same.
            let usual = ["budget_exceeded", "rate_limited"].contains(&&*reason);
            if !usual && !reasons.contains(&&*reason) {
                world.ledger().violate(format!("{tool} ended for {reason}"));
            }
            if tool == "echo" {
                world.ledger().latencies.push(began.elapsed().as_secs_f64() * 1e3);
            }
        }
        Kind::Dawdled(tool) => {
            let request = call(attempt, tool, token);
            let answer = ask(world, connection, attempt, &request, Pace::Slow).await?;
            heard(world, attempt, name, &answer);
        }
        Kind::Cut(tool) => {
            let mut own = Connection::open(world.server, attempt.caller).await?;
            own.write(call(attempt, tool, token).as_bytes()).await?;
            sleep(Duration::from_millis(World::dice(attempt) % 500)).await;
            world.ledger().note(name, End::Cut, None);
        }
        Kind::Misfit => {
            let arguments = json!({ "nonce": "none", "pad": "x".repeat(attempt.pad) });
            let request =
                post(attempt, "echo", &json!({ "name": "echo", "arguments": arguments }), token);
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            expect(world, &heard(world, attempt, name, &answer), "invalid_arguments");
        }
        Kind::Unknown => {
            let tool = format!("nothing-{}", attempt.nonce);
            let request = call(attempt, &tool, token);
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            expect(world, &heard(world, attempt, Name::Called(tool), &answer), "not_exposed");
        }
        Kind::Nameless => {
            let request = post(attempt, "", &json!({ "nome": "echo" }), token);
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            let (reason, _) = reason(attempt, &answer).unwrap_or_default();
            expect(world, &reason, "not_exposed");
            world.ledger().sum(&attempt.name(), "", &reason);
        }
        Kind::Garbage => {
            let answer =
                ask(world, connection, attempt, &wire("{\"jsonrpc\"", "", token), Pace::Fast)
                    .await?;
            expect(world, &answer.status.to_string(), "415");
            world.ledger().unread("no JSON");
        }
        Kind::Mismatch => {
            let request = call(attempt, "echo", token).replace("Mcp-Name: echo", "Mcp-Name: tell");
            let version = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Name: tell\r\n";
            let request = request.replacen("\r\n", &format!("\r\n{version}"), 1);
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            expect(world, &answer.status.to_string(), "400");
            world.ledger().unread("headers of another call");
        }
        Kind::BadToken => {
            let request = call(attempt, "echo", "a.bad.token");
            let from = if attempt.nonce.is_multiple_of(2) { 0 } else { attempt.caller };
            let mut own = Connection::open(world.server, from).await?;
            let answer = own.ask(&request, Pace::Fast).await?;
            let reason = if answer.status == 429 { "throttled" } else { "invalid_token" };
            expect(world, &(answer.status == 401 || answer.status == 429).to_string(), "true");
            world.ledger().sum("anonymous", "", reason);
        }
        Kind::NoToken => {
            let request = call(attempt, "echo", token);
            let request = request.replace("Authorization", "X-Nothing");
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            expect(world, &answer.status.to_string(), "401");
            world.ledger().sum("anonymous", "", "unauthenticated");
        }
        Kind::Open => {
            let request = get("/open/echo", attempt, token);
            let answer = ask(world, connection, attempt, &request, Pace::Fast).await?;
            let body: Value = serde_json::from_slice(&answer.body).map_err(io::Error::other)?;
            if answer.status == 200 && !attempt.is_own(&body) {
                world.ledger().violate(format!("{} heard somebody else's answer", attempt.name()));
            }
            world.ledger().sum(&attempt.name(), "open_echo", &of_route(answer.status, &body));
        }
    }
    Ok(())
}

/// Asks over the connection that is there, or over a new one.
pub async fn ask(
    world: &World,
    connection: &mut Option<Connection>,
    attempt: &Attempt,
    request: &str,
    pace: Pace,
) -> io::Result<Answer> {
    let mut open = match connection.take() {
        Some(open) => open,
        None => Connection::open(world.server, attempt.caller).await?,
    };
    let answer = open.ask(request, pace).await?;
    // Now and then another one.
    if answer.lasts && !World::dice(attempt).is_multiple_of(16) {
        *connection = Some(open);
    }
    Ok(answer)
}

/// Notes why a call ended, and whether the answer is this caller's.
pub fn heard(world: &World, attempt: &Attempt, name: Name, answer: &Answer) -> String {
    let Some((reason, request_id)) = reason(attempt, answer) else {
        world.ledger().violate(format!("{} heard somebody else's answer", attempt.name()));
        return "another's".into();
    };
    world.ledger().note(name, End::Heard(reason.clone()), request_id);
    reason
}

/// Why a call ended, with the name of the attempt where it is told; none where the answer is not to it.
pub fn reason(attempt: &Attempt, answer: &Answer) -> Option<(String, Option<String>)> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    if body["id"] != attempt.nonce {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(error) = body.get("error") {
        let reason = if error["code"] == 403 { "forbidden:scope" } else { "not_exposed" };
        return Some((reason.into(), text(&error["data"]["request_id"])));
    }
    let result = &body["result"];
    if result["isError"] == true {
        let told = &result["_meta"]["doorman/refusal"];
        return Some((text(&told["reason"])?, text(&told["request_id"])));
    }
    attempt.is_own(&result["structuredContent"]).then(|| ("ok".into(), None))
}

/// Why a request at a handler's own route ended.
pub fn of_route(status: u16, body: &Value) -> String {
    let detail = body["detail"].as_str().unwrap_or_default();
    match status {
        200 => "ok".into(),
        429 => detail.split(':').next().unwrap_or_default().into(),
        other => other.to_string(),
    }
}

fn expect(world: &World, found: &str, expected: &str) {
    if found != expected {
        world.ledger().violate(format!("{found} in the place of {expected}"));
    }
}

pub fn call(attempt: &Attempt, tool: &str, token: &str) -> String {
    post(attempt, tool, &json!({ "name": tool, "arguments": attempt.arguments() }), token)
}

/// A call, every other one as of 2026.
fn post(attempt: &Attempt, tool: &str, params: &Value, token: &str) -> String {
    let mut params = params.clone();
    let mut headers = String::new();
    if attempt.nonce % 2 == 1 && !tool.is_empty() {
        params["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {} });
        headers = format!(
            "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
        );
    }
    let body =
        json!({ "jsonrpc": "2.0", "id": attempt.nonce, "method": "tools/call", "params": params });
    wire(&body.to_string(), &headers, token)
}

fn wire(body: &str, headers: &str, token: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nAuthorization: Bearer {token}\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub fn get(path: &str, attempt: &Attempt, token: &str) -> String {
    format!(
        "GET {path}?{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n",
        attempt.query()
    )
}
