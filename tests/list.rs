//! `tools/list`: what a caller sees of the tools.

use doorman::{Doorman, Listing};
use serde_json::{Value, json};

use crate::support::{NOBODY, READER, Server, WRITER, billing::billing, oauth, serve, serve_with};

async fn names(server: &Server, token: &str) -> Vec<String> {
    let tools = server.rpc(token, "tools/list", json!({})).await.result()["tools"].clone();
    tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_caller_sees_exactly_the_tools_it_may_call_in_a_stable_order() {
    let server = serve(billing()).await;
    for _ in 0..3 {
        assert_eq!(names(&server, READER).await, ["get_invoice", "search", "ping"]);
        assert_eq!(names(&server, WRITER).await, ["get_invoice", "refund", "search", "ping"]);
        assert_eq!(names(&server, NOBODY).await, ["ping"]);
    }
}

#[tokio::test]
async fn everything_is_listed_where_that_is_asked_for() {
    let builder = Doorman::builder("b").auth(oauth()).tools(billing()).listing(Listing::All);
    assert_eq!(names(&serve_with(builder).await, NOBODY).await.len(), 4);
}

#[tokio::test]
async fn a_list_is_private() {
    let server = serve(billing()).await;
    let list = server.rpc(READER, "tools/list", json!({})).await.result();
    assert_eq!((&list["cacheScope"], &list["ttlMs"]), (&json!("private"), &json!(0)));
}

#[tokio::test]
async fn a_tool_is_published_with_closed_schema_output_and_all_annotations() {
    let server = serve(billing()).await;
    let list = server.rpc(WRITER, "tools/list", json!({})).await.result();
    let tool = |name: &str| -> Value {
        list["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap().clone()
    };
    let invoice = tool("get_invoice");
    assert_eq!(
        (&invoice["title"], &invoice["description"]),
        (&json!("Get an invoice"), &json!("One invoice."))
    );
    assert_eq!(
        invoice["annotations"],
        json!({ "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true })
    );
    let refund = tool("refund");
    assert_eq!(
        refund["annotations"],
        json!({ "readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true })
    );
    let input = &refund["inputSchema"];
    assert_eq!((&input["type"], &input["additionalProperties"]), (&json!("object"), &json!(false)));
    assert_eq!(input["required"], json!(["amount", "id"]));
    assert_eq!(input["properties"]["amount"]["description"], "In euros.");
    // Wide enough for a card number, so that the mask may stand there.
    let id = &refund["outputSchema"]["properties"]["id"]["type"];
    assert_eq!(*id, json!(["integer", "string"]));
    assert_eq!(tool("search")["outputSchema"]["required"], json!(["result"]));
    assert_eq!(tool("ping").get("outputSchema"), None);
    assert_eq!(
        tool("ping")["inputSchema"],
        json!({ "type": "object", "properties": {}, "additionalProperties": false })
    );
}
