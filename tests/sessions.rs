//! Sessions of clients before MCP 2026-07-28: whose they are, how many there are, and what is asked over them.

#![expect(deprecated, reason = "clients of before are asked by it")]

use std::time::Duration;

use doorman::{Allow, DoormanBuilder, OAuth, Sessions, StaticTokens, VerifiedToken};
use rmcp::model::{
    CallToolResponse, CallToolResult, ClientResult, ContentBlock, ElicitRequestParams,
    LoggingLevel, LoggingMessageNotificationParam, ServerRequest,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::TcpStream,
};

use crate::{
    sentinels::Net,
    support::{
        ISSUER, NOBODY, READER, RESOURCE, Response, STRANGER, Server, WRITER,
        foreign::{Notes, builder, reads, tool},
        serve_with,
        stdio::wire,
    },
};

const FORMS: &str = r#"{"elicitation":{}}"#;

/// What `initialize` is answered with.
async fn begun(server: &Server, token: &str, can: &str) -> Response {
    let can: Value = serde_json::from_str(can).unwrap();
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": can,
        "clientInfo": { "name": "test", "version": "1" } });
    server.rpc(token, "initialize", params).await
}

/// A session of this caller, whose client can be asked for this.
pub async fn session(server: &Server, token: &str, can: &str) -> String {
    let answer = begun(server, token, can).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let id = answer.header("mcp-session-id").unwrap().to_owned();
    assert!(id.len() >= 32 && id.bytes().all(|sign| (0x21..=0x7E).contains(&sign)), "{id}");
    let known = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(over(server, token, &id, known).await.status, 202);
    id
}

fn headers(token: &str, id: &str) -> String {
    let authorization =
        if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    format!("{authorization}Mcp-Session-Id: {id}\r\nMCP-Protocol-Version: 2025-11-25\r\n")
}

/// Posts a body over a session.
pub async fn over(server: &Server, token: &str, id: &str, body: &str) -> Response {
    server.post_with(&headers(token, id), body).await
}

fn calling(arguments: &Value) -> String {
    let params = json!({ "name": "search", "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params }).to_string()
}

/// The answer to one call over a session.
async fn call(server: &Server, token: &str, id: &str) -> Value {
    let answer = over(server, token, id, &calling(&json!({}))).await;
    answer.events().pop().unwrap_or_else(|| panic!("no event: {answer:?}"))
}

fn answering() -> Notes {
    Notes::new([tool("search")], || CallToolResult::success(vec![ContentBlock::text("found")]))
}

async fn serving(notes: Notes, allow: Allow, terms: Sessions) -> Server {
    serve_with(built(notes, allow, terms).await).await
}

async fn built(notes: Notes, allow: Allow, terms: Sessions) -> DoormanBuilder {
    builder(notes.listed(allow).await).sessions(terms).allow_anonymous()
}

/// A tool that asks this, and tells what it was answered.
fn asking(question: Value) -> Notes {
    Notes::answering([tool("search")], move |_, context| {
        let request: ServerRequest = serde_json::from_value(question.clone()).unwrap();
        Box::pin(async move {
            let told = match context.peer.send_request(request).await {
                Ok(answer) => json!(answer).to_string(),
                Err(_) => "nobody is asked".into(),
            };
            Ok(CallToolResponse::from(CallToolResult::success(vec![ContentBlock::text(told)])))
        })
    })
}

fn form(message: &str, fields: &Value) -> Value {
    json!({ "method": "elicitation/create", "params": { "mode": "form", "message": message,
        "requestedSchema": { "type": "object", "properties": fields } } })
}

/// A call whose answer is read as it comes.
struct Calling(Lines<BufReader<TcpStream>>);

impl Calling {
    pub async fn over(server: &Server, token: &str, id: &str) -> Self {
        let body = calling(&json!({}));
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{}Content-Length: {}\r\n\r\n{body}",
            server.address,
            headers(token, id),
            body.len(),
        );
        Self(BufReader::new(server.open(&request).await).lines())
    }

    async fn next(&mut self) -> Value {
        loop {
            let line = self.0.next_line().await.unwrap().expect("the stream goes on");
            if let Some(message) =
                line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok())
            {
                return message;
            }
        }
    }

    /// The text of the result.
    async fn text(&mut self) -> String {
        let message = self.next().await;
        message["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{message}"))
            .into()
    }
}

/// The stream of a session that answers nothing.
async fn listening(server: &Server, token: &str, id: &str) -> Calling {
    let request = format!(
        "GET /mcp HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\nConnection: close\r\n{}\r\n",
        server.address,
        headers(token, id)
    );
    let mut stream = Calling(BufReader::new(server.open(&request).await).lines());
    while stream.0.next_line().await.unwrap().is_some_and(|line| !line.is_empty()) {}
    stream
}

/// What a client answers to a question.
fn answer(question: &Value, result: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }).to_string()
}

#[tokio::test]
async fn a_session_is_known_to_who_began_it_and_to_nobody_else() {
    let server = serving(answering(), reads(), Sessions::bound()).await;
    let id = session(&server, READER, "{}").await;
    let found = call(&server, READER, &id).await;
    assert_eq!(found["result"]["content"][0]["text"], "found", "{found}");
    let unknown = over(&server, WRITER, "no-such-session", &calling(&json!({}))).await;
    assert_eq!(unknown.status, 404);
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    let answered = json!({ "jsonrpc": "2.0", "id": 0, "result": { "action": "accept" } });
    for body in [calling(&json!({})), cancelled.to_string(), answered.to_string()] {
        for token in [WRITER, NOBODY, ""] {
            let refused = over(&server, token, &id, &body).await;
            assert_eq!((refused.status, &refused.body), (404, &unknown.body), "{token}: {body}");
        }
        assert_eq!(over(&server, STRANGER, &id, &body).await.status, 401);
    }
    for method in ["GET", "DELETE"] {
        for token in [WRITER, NOBODY, ""] {
            let headers = format!(
                "Host: {}\r\nAccept: text/event-stream\r\nLast-Event-ID: 0/0\r\n{}",
                server.address,
                headers(token, &id)
            );
            let refused = server.head(&format!("{method} /mcp"), &headers).await;
            assert_eq!((refused.status, &refused.body), (404, &unknown.body), "{method} {token}");
        }
    }
    assert_eq!(call(&server, READER, &id).await["result"]["content"][0]["text"], "found");
    // Refused before anything was attempted.
    assert_eq!(server.records.all().iter().filter(|record| record["status"] == "ok").count(), 2);
}

#[tokio::test]
async fn a_session_opens_no_tool_that_the_requests_own_token_does_not() {
    let token = |scopes| {
        let token = VerifiedToken::new("ann").audience(RESOURCE).client_id("client-1");
        token.scopes(scopes).unwrap()
    };
    let tokens = StaticTokens::new()
        .insert(READER, token("invoices:read"))
        .insert(WRITER, token("invoices:read invoices:write"));
    let auth = OAuth::new(ISSUER, RESOURCE).unwrap().verifier(tokens);
    let allow = Allow::scopes(["invoices:write"]).read_only();
    let built = built(answering(), allow, Sessions::bound()).await;
    let server = serve_with(built.auth(auth)).await;
    for begins in [READER, WRITER] {
        let id = session(&server, begins, "{}").await;
        let refused = over(&server, READER, &id, &calling(&json!({}))).await;
        assert_eq!(refused.status, 403, "{refused:?}");
        assert!(refused.header("www-authenticate").is_some(), "{refused:?}");
        assert_eq!(server.records.all().pop().unwrap()["reason"], "forbidden:scope");
        let found = call(&server, WRITER, &id).await;
        assert_eq!(found["result"]["content"][0]["text"], "found", "{found}");
    }
}

#[tokio::test]
async fn no_initialize_reaches_a_session_of_another() {
    let server = serving(asking(form("?", &json!({}))), reads().asks(), Sessions::bound()).await;
    let id = session(&server, READER, FORMS).await;
    for (token, version, status) in [
        (WRITER, "2026-07-28", 200),
        ("", "2026-07-28", 200),
        (READER, "2026-07-28", 200),
        (WRITER, "2025-11-25", 404),
    ] {
        let params = json!({ "protocolVersion": version, "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } });
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params });
        let named = headers(token, &id).replace("2025-11-25", version);
        let answer = server.post_with(&named, &body.to_string()).await;
        assert_eq!(answer.status, status, "{token} {version}: {answer:?}");
        assert_ne!(answer.header("mcp-session-id"), Some(&*id));
    }
    let mut called = Calling::over(&server, READER, &id).await;
    let asked = called.next().await;
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
}

#[tokio::test]
async fn a_session_that_was_ended_is_not_found() {
    let server = serving(answering(), reads(), Sessions::bound()).await;
    let id = session(&server, READER, "{}").await;
    let ending = format!("Host: {}\r\n{}", server.address, headers(READER, &id));
    let ended = server.head("DELETE /mcp", &ending).await;
    assert!((200..300).contains(&ended.status), "{ended:?}");
    for _ in 0..2 {
        assert_eq!(over(&server, READER, &id, &calling(&json!({}))).await.status, 404);
        assert_eq!(server.head("DELETE /mcp", &ending).await.status, 404);
    }
}

#[tokio::test]
async fn a_session_is_named_once() {
    let server = serving(answering(), reads(), Sessions::bound()).await;
    let id = session(&server, READER, "{}").await;
    let other = session(&server, WRITER, "{}").await;
    for (first, second) in [(&id, &id), (&id, &other), (&other, &id)] {
        let twice = format!("{}Mcp-Session-Id: {second}\r\n", headers(READER, first));
        let refused = server.post_with(&twice, &calling(&json!({}))).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        for method in ["GET", "DELETE"] {
            let headers =
                format!("Host: {}\r\nAccept: text/event-stream\r\n{twice}", server.address);
            assert_eq!(server.head(&format!("{method} /mcp"), &headers).await.status, 400);
        }
    }
}

#[tokio::test]
async fn who_is_not_verified_and_who_finds_no_place_is_served_without_a_session() {
    let server = serving(answering(), Allow::public().read_only(), Sessions::bound().per_caller(1));
    let server = server.await;
    let id = session(&server, READER, "{}").await;
    for token in [READER, ""] {
        let answer = begun(&server, token, "{}").await;
        assert_eq!((answer.status, answer.header("mcp-session-id")), (200, None), "{answer:?}");
        let found = server.call(token, "search", json!({})).await;
        assert_eq!(found.text(), "found");
    }
    session(&server, WRITER, "{}").await;
    let ending = format!("Host: {}\r\n{}", server.address, headers(READER, &id));
    server.head("DELETE /mcp", &ending).await;
    session(&server, READER, "{}").await;
}

#[tokio::test]
async fn a_request_without_a_session_stands_for_itself_as_ever() {
    let server = serving(answering(), reads(), Sessions::bound()).await;
    assert_eq!(server.call(READER, "search", json!({})).await.text(), "found");
    for method in ["GET", "DELETE"] {
        let headers = format!("Host: {}\r\nAuthorization: Bearer {READER}\r\n", server.address);
        assert_eq!(server.head(&format!("{method} /mcp"), &headers).await.status, 405);
    }
    // MCP 2026-07-28 knows no sessions, whatever a request names.
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {} });
    let params = json!({ "name": "search", "arguments": {}, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params });
    let headers = format!(
        "Authorization: Bearer {READER}\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Session-Id: no-such-session\r\nMcp-Method: tools/call\r\nMcp-Name: search\r\n"
    );
    let modern = server.post_with(&headers, &body.to_string()).await;
    assert_eq!((modern.status, modern.header("mcp-session-id")), (200, None), "{modern:?}");
}

#[tokio::test]
async fn an_event_without_data_goes_only_to_clients_that_know_them() {
    let server = serving(answering(), reads(), Sessions::bound()).await;
    let empty = |answer: &Response| answer.body.lines().any(|line| line == "data: ");
    for (version, is_known) in [("2025-06-18", false), ("2025-11-25", true)] {
        let params = json!({ "protocolVersion": version, "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } });
        let begun = server.rpc(READER, "initialize", params).await;
        assert!(!empty(&begun), "{begun:?}");
        let id = begun.header("mcp-session-id").unwrap();
        let known = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        over(&server, READER, id, known).await;
        let named = headers(READER, id).replace("2025-11-25", version);
        let answer = server.post_with(&named, &calling(&json!({}))).await;
        assert_eq!(answer.events().len(), 1, "{answer:?}");
        assert_eq!(empty(&answer), is_known, "{answer:?}");
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_old_and_its_place_is_free() {
    let brief = Duration::from_millis(300);
    let terms = Sessions::bound().per_caller(1).idle(brief).longest(brief);
    let server = serving(answering(), reads().timeout(brief), terms).await;
    let id = session(&server, READER, "{}").await;
    let mut stream = listening(&server, READER, &id).await;
    while stream.0.next_line().await.unwrap().is_some() {}
    assert_eq!(over(&server, READER, &id, &calling(&json!({}))).await.status, 404);
    while begun(&server, READER, "{}").await.header("mcp-session-id").is_none() {}
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_taken_back() {
    let notes = asking(form("?", &json!({})));
    let allow = reads().asks().timeout(Duration::from_millis(300));
    let server = serving(notes, allow, Sessions::bound()).await;
    let id = session(&server, READER, FORMS).await;
    let mut stream = listening(&server, READER, &id).await;
    let mut called = Calling::over(&server, READER, &id).await;
    let asked = called.next().await;
    let ended = called.next().await;
    assert_eq!(ended["result"]["_meta"]["doorman/refusal"]["reason"], "timeout", "{ended}");
    let taken_back = stream.next().await;
    assert_eq!(taken_back["method"], "notifications/cancelled", "{taken_back}");
    assert_eq!(taken_back["params"]["requestId"], asked["id"]);
}

#[tokio::test]
async fn a_tool_asks_while_it_runs_and_only_its_caller_answers() {
    let fields = json!({ "sure": { "type": "boolean", "default": true } });
    let question = form("Ask ann@example.com?", &fields);
    let server = serving(asking(question), reads().asks(), Sessions::bound()).await;
    let (id, other) =
        (session(&server, READER, FORMS).await, session(&server, WRITER, FORMS).await);
    let mut called = Calling::over(&server, READER, &id).await;
    let asked = called.next().await;
    let params = &asked["params"];
    assert_eq!(
        (&asked["method"], &params["message"]),
        (&json!("elicitation/create"), &json!("Ask «redacted»?"))
    );
    let fields = json!({ "sure": { "type": "boolean" } });
    assert_eq!(params["requestedSchema"]["properties"], fields, "{asked}");

    let given_up = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": { "requestId": 7 } })
    .to_string();
    assert_eq!(over(&server, WRITER, &id, &given_up).await.status, 404);
    assert_eq!(over(&server, WRITER, &other, &given_up).await.status, 202);
    let again = over(&server, READER, &id, &calling(&json!({}))).await;
    assert_eq!(again.status, 400, "its number is taken: {again:?}");
    let forged = answer(&asked, &json!({ "action": "accept", "content": { "sure": "forged" } }));
    assert_eq!(over(&server, WRITER, &id, &forged).await.status, 404);
    assert_eq!(over(&server, WRITER, &other, &forged).await.status, 202);
    let own = answer(&asked, &json!({ "action": "accept", "content": { "sure": true } }));
    assert_eq!(over(&server, READER, &id, &own).await.status, 202);
    let told: Value = serde_json::from_str(&called.text().await).unwrap();
    assert_eq!(told, json!({ "action": "accept", "content": { "sure": true } }));
    let records = server.records.all();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["redactions"]["email"], 1, "{}", records[0]);
}

#[tokio::test]
async fn values_stay_in_a_form_where_that_is_named_and_nothing_in_them_is_masked() {
    let fields = json!({
        "color": { "type": "string", "default": "red" },
        "mail": { "type": "string", "default": "ann@example.com" },
        "password": { "type": "string", "default": "c0vert4" },
    });
    let notes = asking(form("Which?", &fields));
    let server = serving(notes, reads().asks_filled(), Sessions::bound()).await;
    let id = session(&server, READER, FORMS).await;
    let mut called = Calling::over(&server, READER, &id).await;
    let asked = called.next().await;
    let fields = json!({
        "color": { "type": "string", "default": "red" },
        "mail": { "type": "string" },
        "password": { "type": "string" },
    });
    assert_eq!(asked["params"]["requestedSchema"]["properties"], fields, "{asked}");
}

#[tokio::test]
async fn what_is_not_named_or_not_declared_or_not_a_form_is_not_asked() {
    let sampling = json!({ "method": "sampling/createMessage", "params": {
        "messages": [{ "role": "user", "content": { "type": "text", "text": "?" } }], "maxTokens": 9 } });
    let reaching = json!({ "method": "sampling/createMessage", "params": {
        "messages": [], "maxTokens": 9, "includeContext": "allServers" } });
    let address = json!({ "method": "elicitation/create", "params": { "mode": "url", "message": "?",
        "url": "https://evil.example", "elicitationId": "e" } });
    let hides = form("?", &json!({ "ann@example.com": { "type": "string" } }));
    let all = r#"{"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}}"#;
    let plain = || form("?", &json!({}));
    for (question, allow, can) in [
        (plain(), reads(), all),
        (plain(), reads().asks_model().asks_roots(), all),
        (plain(), reads().asks(), "{}"),
        (plain(), reads().asks(), r#"{"elicitation":{"url":{}},"sampling":{}}"#),
        (sampling, reads().asks().asks_roots(), all),
        (reaching, reads().asks_model(), all),
        (json!({ "method": "roots/list" }), reads().asks().asks_model(), all),
        (address, reads().asks(), all),
        (hides, reads().asks(), all),
        (json!({ "method": "ping" }), reads().asks(), all),
    ] {
        let server = serving(asking(question.clone()), allow, Sessions::bound()).await;
        let id = session(&server, READER, can).await;
        let told = call(&server, READER, &id).await;
        let told = &told["result"]["content"][0]["text"];
        assert_eq!(told, "nobody is asked", "{question}");
        let outside = server.call(READER, "search", json!({})).await;
        assert_eq!(outside.text(), "nobody is asked", "{question}");
    }
}

#[tokio::test]
async fn a_call_asks_sixteen_times_at_most() {
    let notes = Notes::answering([tool("search")], |_, context| {
        Box::pin(async move {
            let mut answered = 0;
            for _ in 0..20 {
                let request = serde_json::from_value(json!({ "method": "roots/list" })).unwrap();
                let answer = context.peer.send_request(request).await;
                answered += usize::from(matches!(answer, Ok(ClientResult::ListRootsResult(_))));
            }
            let told = ContentBlock::text(answered.to_string());
            Ok(CallToolResponse::from(CallToolResult::success(vec![told])))
        })
    });
    let server = serving(notes, reads().asks_roots(), Sessions::bound()).await;
    let id = session(&server, READER, r#"{"roots":{}}"#).await;
    let mut called = Calling::over(&server, READER, &id).await;
    for _ in 0..16 {
        let asked = called.next().await;
        let roots = answer(&asked, &json!({ "roots": [] }));
        assert_eq!(over(&server, READER, &id, &roots).await.status, 202);
    }
    assert_eq!(called.text().await, "16");
}

#[tokio::test]
async fn rmcps_own_ways_to_ask_find_what_the_client_declares() {
    let notes = Notes::answering([tool("search")], |_, context| {
        Box::pin(async move {
            let form = form("?", &json!({}))["params"].take();
            let form: ElicitRequestParams = serde_json::from_value(form).unwrap();
            let forms = context.peer.supported_elicitation_modes().len();
            let told = context.peer.create_elicitation(form).await;
            let told = format!("{forms} {:?}", told.map(|told| told.action).ok());
            Ok(CallToolResponse::from(CallToolResult::success(vec![ContentBlock::text(told)])))
        })
    });
    let server = serving(notes, reads().asks(), Sessions::bound()).await;
    let id = session(&server, READER, FORMS).await;
    let mut called = Calling::over(&server, READER, &id).await;
    let asked = called.next().await;
    over(&server, READER, &id, &answer(&asked, &json!({ "action": "decline" }))).await;
    assert_eq!(called.text().await, "1 Some(Decline)");
}

#[tokio::test]
async fn what_a_tool_says_goes_over_its_callers_session() {
    let notes = Notes::answering([tool("search")], |_, context| {
        Box::pin(async move {
            let log = json!("password=c0vert4");
            let log = LoggingMessageNotificationParam::new(LoggingLevel::Error, log);
            let _ = context.peer.notify_logging_message(log).await;
            Ok(CallToolResponse::from(CallToolResult::success(vec![])))
        })
    });
    let server = serving(notes, reads().notifies(), Sessions::bound()).await;
    let id = session(&server, READER, "{}").await;
    let mut stream = listening(&server, READER, &id).await;
    call(&server, READER, &id).await;
    let said = stream.next().await;
    assert_eq!(said["method"], "notifications/message", "{said}");
    assert!(!said.to_string().contains("c0vert4"), "{said}");
}

#[tokio::test]
async fn no_secret_is_asked_with_and_doorman_logs_and_records_no_id_and_no_answer() {
    let net = Net::cast();
    let fields = json!({
        "data": { "type": "string", "title": "password=b0und", "default": "b0und" },
        "password": { "type": "string", "default": "b0und" },
    });
    let notes = asking(form("password=b0und", &fields));
    let server = serving(notes, reads().asks(), Sessions::bound()).await;
    let id = session(&server, READER, FORMS).await;
    let mut called = Calling::over(&server, READER, &id).await;
    let asked = called.next().await;
    assert!(!asked.to_string().contains("b0und"), "{asked}");
    let content = json!({ "action": "accept", "content": { "data": "b0und-answer" } });
    let refused = over(&server, WRITER, &id, &answer(&asked, &content)).await;
    assert_eq!(refused.status, 404);
    assert!(!refused.body.contains(&id), "{refused:?}");
    over(&server, READER, &id, &answer(&asked, &content)).await;
    called.next().await;
    assert!(!json!(server.records.all()).to_string().contains("b0und"));
    let mut lines = net.lines().into_iter().filter(|(target, _)| target.starts_with("doorman"));
    assert!(lines.any(|(_, line)| line.contains("a session that is another's")));
    for (target, line) in net.lines() {
        let own = target.starts_with("doorman");
        assert!(!own || !(line.contains("b0und") || line.contains(&id)), "{target}: {line}");
    }
}

#[tokio::test]
async fn a_client_on_stdio_is_asked_too() {
    let fields = json!({ "sure": { "type": "boolean" } });
    let notes = asking(form("Ask ann@example.com?", &fields));
    let tools = notes.listed(reads().asks()).await;
    let mut wire = wire(builder(tools).stdio_principal("a", "invoices:read"));
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "test", "version": "1" } });
    wire.rpc("initialize", params).await;
    wire.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    wire.send(&calling(&json!({}))).await;
    let asked = wire.read().await.unwrap();
    assert_eq!(asked["params"]["message"], "Ask «redacted»?", "{asked}");
    wire.send(&answer(&asked, &json!({ "action": "decline" }))).await;
    let told = wire.read().await.unwrap();
    let text = told["result"]["content"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), json!({ "action": "decline" }));
}

#[tokio::test]
async fn a_server_that_is_to_end_waits_for_no_answer() {
    let builder = built(asking(form("?", &json!({}))), reads().asks(), Sessions::bound()).await;
    let doorman = builder.build().unwrap();
    let app = doorman_axum::router(doorman.clone()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::at(listener.local_addr().unwrap());
    let (told, hears) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let signal = async { drop(hears.await) };
        doorman_axum::serve_until(listener, app, &doorman, signal).await
    });
    let id = session(&server, READER, FORMS).await;
    let mut stream = listening(&server, READER, &id).await;
    let mut called = Calling::over(&server, READER, &id).await;
    called.next().await;
    told.send(()).unwrap();
    assert_eq!(called.text().await, "nobody is asked");
    while stream.0.next_line().await.unwrap().is_some() {}
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn terms_that_hold_no_session_are_refused_at_the_start() {
    let minute = Duration::from_secs(60);
    for (terms, word) in [
        (Sessions::bound().per_caller(0), "room for none"),
        (Sessions::bound().in_all(0), "room for none"),
        (Sessions::bound().idle(minute / 60), "`idle`"),
        (Sessions::bound().idle(minute).longest(minute / 2), "`longest`"),
        (Sessions::bound().longest(Duration::MAX), "`longest`"),
    ] {
        let built = built(answering(), reads(), terms).await.build();
        let error = built.unwrap_err().to_string();
        assert!(error.contains("sessions") && error.contains(word), "{error}");
    }
}
