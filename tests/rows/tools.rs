//! Tools: how they are listed, held against their schemas, and answered.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Json, extract::State};
use doorman::{Doorman, Toolset};
use doorman_axum::{expose, tools};
use futures_util::FutureExt as _;
use rmcp::model::{CallToolResult, Tool};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Modern, refused};
use crate::support::{
    NOBODY, READER, Server, WRITER,
    billing::billing,
    foreign::{Notes, builder, object, reads, tool},
    oauth, serve,
};

/// The list of a caller as clients of old and of 2026 see it.
async fn lists(server: &Server) -> [Value; 2] {
    let new = Modern::new("tools/list", json!({})).send(server).await.result();
    let old = server.rpc(WRITER, "tools/list", json!({})).await.result();
    [old["tools"].clone(), new["tools"].clone()]
}

#[tokio::test]
async fn o02_o03_a_list_is_the_same_whatever_was_asked_before() {
    let server = serve(billing()).await;
    let [first, new] = lists(&server).await;
    assert_eq!(first, new);
    assert_eq!(first.as_array().unwrap().len(), 4);
    for (tool, arguments) in
        [("get_invoice", json!({ "id": 1 })), ("refund", json!({})), ("nothing", json!({}))]
    {
        server.call(WRITER, tool, arguments.clone()).await;
        Modern::call(tool, &arguments).send(&server).await;
        assert_eq!(lists(&server).await, [first.clone(), first.clone()], "after {tool}");
    }
}

#[tokio::test]
async fn o04_a_list_says_for_how_long_and_for_whom_it_holds_and_access_does_not_rest_on_it() {
    let server = serve(billing()).await;
    for method in ["tools/list", "server/discover"] {
        let result = Modern::new(method, json!({})).send(&server).await.result();
        assert!(result["ttlMs"].as_u64().is_some(), "{method}: {result}");
        assert!(["private", "public"].map(Value::from).contains(&result["cacheScope"]), "{method}");
    }
    let list = Modern::new("tools/list", json!({})).send(&server).await.result();
    assert_eq!(list["cacheScope"], "private");
    assert_eq!(list.get("nextCursor"), None, "there is one page");
    // Who has the list of a writer is no writer.
    assert_eq!(server.call(READER, "refund", json!({ "id": 1, "amount": 1 })).await.status, 403);
}

#[tokio::test]
async fn o05_names_are_of_few_characters_and_differ_by_case() {
    for name in ["", "a b", "a/b", "é", "a\nb", &"x".repeat(65)] {
        let notes = Notes::new([tool(name)], || CallToolResult::success(Vec::new()));
        let connected = doorman::Foreign::new(notes).tool(name, reads()).connect().await;
        assert!(connected.and_then(|tools| builder(tools).build()).is_err(), "{name:?}");
    }
    let server = serve(billing()).await;
    let listed = lists(&server).await[0].clone();
    for tool in listed.as_array().unwrap() {
        let name = tool["name"].as_str().unwrap();
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)), "{name}");
        for other in [name.to_uppercase(), format!("{name} "), format!("./{name}")] {
            let answer = server.call(WRITER, &other, json!({})).await;
            assert_eq!(answer.json()["error"]["code"], -32602, "{other}");
        }
    }
}

#[tokio::test]
async fn o07_every_published_schema_is_one_of_2020_12() {
    let tools = [billing(), guarded(Counter::default())].map(serve);
    for server in tools {
        let server = server.await;
        for tool in lists(&server).await[0].as_array().unwrap() {
            for schema in ["inputSchema", "outputSchema"].map(|name| &tool[name]) {
                if schema.is_null() {
                    continue;
                }
                assert!(jsonschema::draft202012::meta::is_valid(schema), "{schema}");
                let dialect = schema.get("$schema");
                let default = "https://json-schema.org/draft/2020-12/schema";
                assert!(dialect.is_none_or(|dialect| dialect == default), "{dialect:?}");
                jsonschema::draft202012::new(schema).unwrap();
            }
        }
    }
}

/// Its schema stands on a server.
struct Elsewhere;

thread_local! {
    static PLACE: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

impl<'de> Deserialize<'de> for Elsewhere {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|_| Self)
    }
}

impl JsonSchema for Elsewhere {
    fn schema_name() -> Cow<'static, str> {
        "Elsewhere".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "$ref": PLACE.with_borrow(Clone::clone) })
    }
}

#[derive(Deserialize, JsonSchema)]
struct Far {
    #[expect(dead_code, reason = "only its schema is read")]
    far: Elsewhere,
}

#[expose(post = "/far", public, destructive = false, reason = "only takes what it is given")]
async fn far(Json(_): Json<Far>) -> String {
    "never".into()
}

#[tokio::test]
async fn o08_no_schema_is_fetched() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}/schema.json", listener.local_addr().unwrap());
    PLACE.set(place.clone());
    let own = Doorman::builder("b").auth(oauth()).tools(tools![far].with_state(())).build();
    assert!(own.unwrap_err().to_string().contains("schema cannot be compiled"));
    for schema in [
        json!({ "type": "object", "properties": { "a": { "$ref": place } } }),
        json!({ "type": "object", "properties": { "a": { "$dynamicRef": place } } }),
    ] {
        let notes = Notes::new([Tool::new("search", "s", object(schema))], || {
            CallToolResult::success(Vec::new())
        });
        let connected = doorman::Foreign::new(notes).tool("search", reads()).connect().await;
        let started = connected.and_then(|tools| builder(tools).build());
        assert!(started.is_err());
    }
    assert!(listener.accept().now_or_never().is_none(), "nobody came for it");
}

#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Order {
    #[schemars(range(min = 1, max = 9))]
    count: u8,
    mail: String,
    kind: Kind,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Book,
    Pen,
}

/// Orders.
#[expose(post = "/orders", scopes = ["invoices:read"], destructive)]
async fn order(State(counter): State<Counter>, Json(order): Json<Order>) -> Json<Order> {
    counter.0.fetch_add(1, Ordering::SeqCst);
    Json(order)
}

/// Looks.
#[expose(get = "/orders", scopes = ["invoices:read"])]
async fn orders(State(counter): State<Counter>) -> Json<Vec<usize>> {
    Json(vec![counter.0.load(Ordering::SeqCst)])
}

fn guarded(counter: Counter) -> Toolset {
    tools![order, orders].with_state(counter)
}

#[tokio::test]
async fn o09_what_is_structured_fits_its_schema_and_stands_in_the_text_too() {
    let server = serve(guarded(Counter::default())).await;
    let listed = lists(&server).await[0].clone();
    let arguments = json!({ "count": 3, "mail": "c0vert3@example.com", "kind": "pen" });
    for (place, arguments) in [(0, arguments), (1, json!({}))] {
        let tool = &listed[place];
        let name = tool["name"].as_str().unwrap();
        let schema = jsonschema::draft202012::new(&tool["outputSchema"]).unwrap();
        let old = server.call(WRITER, name, arguments.clone()).await;
        let new = Modern::call(name, &arguments).send(&server).await;
        for answer in [old, new] {
            let structured = &answer.result()["structuredContent"];
            assert!(schema.is_valid(structured), "{structured} {}", tool["outputSchema"]);
            let text: Value = serde_json::from_str(&answer.text()).unwrap();
            assert_eq!(text, *structured);
            assert!(!answer.body.contains("c0vert3"), "and it is redacted");
        }
    }
}

#[tokio::test]
async fn o10_what_does_not_fit_is_told_in_a_result_and_reaches_no_handler() {
    let counter = Counter::default();
    let server = serve(guarded(counter.clone())).await;
    for arguments in [
        json!({}),
        json!({ "count": 0, "mail": "m", "kind": "pen" }),
        json!({ "count": 10, "mail": "m", "kind": "pen" }),
        json!({ "count": "3", "mail": "m", "kind": "pen" }),
        json!({ "count": 3, "mail": null, "kind": "pen" }),
        json!({ "count": 3, "mail": "m", "kind": "Pen" }),
        json!({ "count": 3, "mail": "m", "kind": "pen", "more": 1 }),
    ] {
        let old = server.call(WRITER, "order", arguments.clone()).await;
        let new = Modern::call("order", &arguments).send(&server).await;
        for answer in [old, new] {
            assert_eq!((answer.status, answer.is_error()), (200, true), "{arguments}: {answer:?}");
            assert_eq!(answer.reason(), "invalid_arguments");
        }
    }
    assert_eq!(counter.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn o11_an_unknown_tool_is_32602_and_one_without_scope_403_whether_it_is_shown_or_not() {
    let server = serve(billing()).await;
    let unknown = Modern::call("nothing", &json!({})).send(&server).await;
    assert_eq!(refused(&unknown), (200, -32602));
    let old = server.call(READER, "nothing", json!({})).await;
    assert_eq!(refused(&old), (200, -32602));
    for (token, tool) in [(READER, "refund"), (NOBODY, "refund"), (NOBODY, "get_invoice")] {
        assert_eq!(server.call(token, tool, json!({ "id": 1 })).await.status, 403, "{tool}");
    }
}

async fn refusal(property: Value) -> String {
    let schema = json!({ "type": "object", "properties": { "a": property } });
    let notes = Notes::new([Tool::new("search", "s", object(schema))], || {
        CallToolResult::success(Vec::new())
    });
    let connected = doorman::Foreign::new(notes).tool("search", reads()).connect().await;
    connected.and_then(|tools| builder(tools).build()).unwrap_err().to_string()
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is read")]
struct Twice {
    #[schemars(extend("x-mcp-header" = "Region"))]
    one: String,
    #[schemars(extend("x-mcp-header" = "region"))]
    two: String,
}

#[expose(post = "/twice", public, destructive = false, reason = "only takes what it is given")]
async fn twice(Json(_): Json<Twice>) -> String {
    "never".into()
}

#[tokio::test]
async fn o13_a_header_that_no_client_could_send_does_not_start() {
    let own = Doorman::builder("b").auth(oauth()).tools(tools![twice].with_state(())).build();
    let error = own.unwrap_err().to_string();
    assert!(error.contains("`twice`") && error.contains("x-mcp-header"), "{error}");
    for property in [
        json!({ "type": "string", "x-mcp-header": "" }),
        json!({ "type": "string", "x-mcp-header": 7 }),
        json!({ "type": "string", "x-mcp-header": "Two words" }),
        json!({ "type": "string", "x-mcp-header": "Line\r\nX-Admin: yes" }),
        json!({ "type": "string", "x-mcp-header": "Größe" }),
        json!({ "type": "number", "x-mcp-header": "Region" }),
        json!({ "type": "object", "x-mcp-header": "Region" }),
        json!({ "x-mcp-header": "Region" }),
        json!({ "type": ["string", "null"], "x-mcp-header": "Region" }),
        json!({ "type": "array", "items": { "type": "string", "x-mcp-header": "Region" } }),
        json!({ "anyOf": [{ "type": "string", "x-mcp-header": "Region" }] }),
        json!({ "type": "object", "properties": {
            "b": { "type": "string", "x-mcp-header": "Region" },
            "c": { "type": "string", "x-mcp-header": "REGION" } } }),
    ] {
        let error = refusal(property.clone()).await;
        assert!(
            error.contains("`search`") && error.contains("x-mcp-header"),
            "{property}: {error}"
        );
    }
    // It would show outside of the body what is masked within.
    let secret = json!({ "type": "string", "x-mcp-header": "Key", "x-doorman-redact": "whole" });
    assert!(refusal(secret).await.contains("x-mcp-header"));
    // The word is no header where it is a name or a value.
    let named = json!({ "type": "object", "properties": { "x-mcp-header": { "type": "string" } },
        "default": { "x-mcp-header": "a b" } });
    let schema = json!({ "type": "object", "properties": { "a": named,
        "b": { "type": "string", "x-mcp-header": "Region" },
        "c": { "type": "object", "properties": { "d": { "type": "integer", "x-mcp-header": "D" } } } } });
    let fine = Notes::new([Tool::new("search", "s", object(schema))], || {
        CallToolResult::success(Vec::new())
    });
    builder(fine.search().await).build().unwrap();
}

#[tokio::test]
async fn o14_annotations_are_all_told_and_open_nothing() {
    let server = serve(billing()).await;
    for tool in lists(&server).await[0].as_array().unwrap() {
        let hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
        assert!(hints.iter().all(|hint| tool["annotations"][hint].is_boolean()), "{tool}");
    }
    let params = json!({ "name": "refund", "arguments": { "id": 1, "amount": 1 },
        "annotations": { "readOnlyHint": true }, "_meta": { "annotations": { "readOnlyHint": true } } });
    assert_eq!(server.rpc(READER, "tools/call", params).await.status, 403);
    // Reading only needs its scope like any other tool.
    assert_eq!(server.call(NOBODY, "get_invoice", json!({ "id": 1 })).await.status, 403);
}

// doorman makes no state and asks nothing for its own tools; that of another server behind it is between
// the caller and that server (`foreign/questions.rs`).
#[tokio::test]
async fn o16_a_state_that_nobody_handed_out_changes_nothing() {
    let server = serve(billing()).await;
    let params = json!({ "name": "get_invoice", "arguments": { "id": 7 } });
    let plain = Modern::new("tools/call", params.clone()).send(&server).await.result();
    let mut forged = Modern::new("tools/call", params);
    forged.body["params"]["requestState"] = json!("principal=admin");
    forged.body["params"]["inputResponses"] =
        json!({ "confirm": { "action": "accept", "content": { "sure": true } } });
    assert_eq!(forged.send(&server).await.result(), plain);
    forged.body["params"]["name"] = json!("refund");
    let forged = forged.with("Mcp-Name", "refund").send(&server).await;
    assert_eq!(forged.reason(), "invalid_arguments");
    assert!(plain.get("requestState").is_none());
}

#[tokio::test]
async fn o17_nobody_is_sent_a_log() {
    let server = serve(billing()).await;
    for level in ["debug", "emergency"] {
        let call = Modern::call("get_invoice", &json!({ "id": 7 }));
        let answer =
            call.meta("io.modelcontextprotocol/logLevel", json!(level)).send(&server).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json()["id"], 1, "one message, and it is the answer");
        assert_eq!(answer.result()["structuredContent"]["id"], 7);
    }
}
