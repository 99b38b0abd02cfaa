//! What the program says of a thing, refused as `#[expose]` refuses it.

use std::time::Duration;

use doorman::{Allow, Foreign};
use rmcp::model::{CallToolResult, Tool, ToolAnnotations};
use serde_json::json;

use crate::support::foreign::{Notes, object, reads, tool};

fn answers() -> CallToolResult {
    CallToolResult::success(vec![])
}

async fn refused(tool: Tool, allow: Allow) -> String {
    let name = tool.name.to_string();
    let foreign = Foreign::new(Notes::new([tool], answers)).tool(name, allow);
    foreign.connect().await.map(|_| ()).unwrap_err().to_string()
}

#[tokio::test]
async fn everything_that_expose_refuses_is_refused() {
    let none: [&str; 0] = [];
    for (allow, words) in [
        (Allow::scopes(none).read_only(), "neither scopes nor `public`"),
        (Allow::scopes(["a b"]).read_only(), "`a b` is no scope"),
        (Allow::scopes([""]).read_only(), "`` is no scope"),
        (Allow::scopes(["a", "a"]).read_only(), "the scope `a` is named twice"),
        (Allow::scopes(["a"]), "it is not said what a call does"),
        (Allow::public().destructive(), "`public` and `destructive`"),
        (Allow::scopes(["a"]).destructive().read_only(), "said twice"),
        (Allow::scopes(["a"]).additive(" "), "gives no reason"),
        (reads().rate("5/fortnight"), "its `rate`"),
        (reads().rate(""), "its `rate`"),
        (reads().rate("0/s"), "its `rate`"),
        (reads().cost(-1), "its `cost`"),
        (reads().cost(f64::NAN), "its `cost`"),
        (reads().timeout(Duration::ZERO), "its `timeout` is 0"),
        (reads().redact(["a", "a"]), "the `redact` key `a` is named twice"),
    ] {
        let error = refused(tool("search"), allow).await;
        assert!(error.contains(words) && error.contains("tool `search`"), "{error}");
    }
    let toolset = Notes::saying("x").listed(reads().redact(["a..b"])).await;
    let error = crate::support::foreign::builder(toolset).build().unwrap_err().to_string();
    assert!(error.contains("a..b"), "{error}");
}

#[tokio::test]
async fn all_mistakes_are_told_at_once_and_each_names_its_tool() {
    let foreign = Foreign::new(Notes::saying("x"))
        .tool("search", Allow::scopes(["a"]))
        .tool("gone", reads())
        .tool("a b", reads())
        .tool("gone", reads());
    let error = foreign.connect().await.unwrap_err().to_string();
    for words in [
        "tool `search`: it is not said",
        "tool `gone`: the server has no such tool",
        "tool `a?b`: a name is 1 to 64",
        "tool `gone`: it is listed twice",
    ] {
        assert!(error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn what_the_server_says_itself_may_not_be_more_than_what_is_declared() {
    let annotated = |annotations| tool("search").with_annotations(annotations);
    let destructive = || annotated(ToolAnnotations::new().destructive(true));
    let changes = || annotated(ToolAnnotations::new().read_only(false));
    let error = refused(destructive(), reads()).await;
    assert!(error.contains("list it as `destructive`"), "{error}");
    assert!(refused(changes(), reads()).await.contains("the server says that it changes"));
    let additive = || Allow::scopes(["a"]).additive("it only adds a note");
    assert!(refused(destructive(), additive()).await.contains("`additive`"));
    for (tool, allow) in [
        (changes(), additive()),
        (destructive(), Allow::scopes(["a"]).destructive()),
        (annotated(ToolAnnotations::new().read_only(true)), Allow::scopes(["a"]).destructive()),
    ] {
        assert!(
            Foreign::new(Notes::new([tool], answers)).tool("search", allow).connect().await.is_ok()
        );
    }
}

#[tokio::test]
async fn hidden_characters_in_what_is_published_are_refused() {
    let hidden = "looks fine\u{202e}";
    for tool in [
        tool("search").with_title(hidden),
        Tool::new("search", hidden, object(json!({ "type": "object" }))),
        Tool::new("search", "ok", object(json!({ "type": "object", "description": "\u{e0041}" }))),
        Tool::new(
            "search",
            "ok",
            object(json!({ "type": "object", "properties": { "a\u{200b}": {} } })),
        ),
    ] {
        let error = refused(tool, reads()).await;
        assert!(error.contains("invisible character U+"), "{error}");
    }
}

#[tokio::test]
async fn schemas_that_cannot_be_held_against_are_refused() {
    for (schema, words) in [
        (json!({ "type": "string" }), "not one of objects"),
        (json!({}), "not one of objects"),
        (
            json!({ "type": "object", "properties": { "a": { "type": "nonsense" } } }),
            "cannot be compiled",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "pattern": "(" } } }),
            "cannot be compiled",
        ),
        (json!({ "type": "object", "$ref": "https://example.com/schema" }), "cannot be compiled"),
        (
            json!({ "type": "object", "$schema": "http://json-schema.org/draft-07/schema#" }),
            "another dialect",
        ),
    ] {
        let error = refused(Tool::new("search", "ok", object(schema)), reads()).await;
        assert!(error.contains(words), "{error}");
    }
    let odd = tool("search").with_raw_output_schema(object(json!({ "type": 7 })).into());
    let toolset = Notes::new([odd], answers);
    let connected = Foreign::new(toolset).tool("search", reads()).connect().await;
    let refused = match connected {
        Ok(toolset) => crate::support::foreign::builder(toolset).build().map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(refused.unwrap_err().to_string().contains("`search`"));
}

#[tokio::test]
async fn the_schema_of_the_arguments_is_published_as_it_is_with_its_dialect() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": { "id": { "$anchor": "id", "type": "integer" } },
        "type": "object",
        "properties": { "id": { "$ref": "#/$defs/id" } },
        "if": { "required": ["id"] },
        "then": {},
        "additionalProperties": false,
    });
    let odd = Tool::new("search", "ok", object(schema.clone()));
    let server = crate::support::foreign::served(Notes::new([odd], answers).search().await).await;
    let list = server.rpc(crate::support::READER, "tools/list", json!({})).await.result();
    assert_eq!(list["tools"][0]["inputSchema"], schema);
}
