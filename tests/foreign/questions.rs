//! Questions that another server asks its caller before it answers (SEP-2322).

use doorman::Allow;
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock, InputRequiredResult};
use serde_json::{Value, json};

use super::methods::modern;
use crate::support::{
    READER, Response, Server,
    foreign::{Notes, reads, served, tool},
};

const MAIL: &str = "c0vert3@example.com";

/// A question whose form and state are these.
fn question(method: &str, params: &Value, state: &str) -> InputRequiredResult {
    let requests = json!({ "confirm": { "method": method, "params": params } });
    let question = json!({
        "resultType": "input_required", "inputRequests": requests, "requestState": state,
        "_meta": { "note": MAIL },
    });
    serde_json::from_value(question).unwrap()
}

fn form() -> Value {
    json!({ "mode": "form", "message": format!("Delete what {MAIL} wrote?"), "requestedSchema": {
        "type": "object", "required": ["sure"], "properties": {
            "sure": { "type": "boolean", "title": format!("as {MAIL} said"), "default": true },
            "reason": { "type": "string", "default": "c0vert3" },
        }
    } })
}

/// Asks first, and answers with what it was told.
async fn asking(asked: InputRequiredResult, allow: Allow) -> Server {
    let notes = Notes::answering([tool("search")], move |request, _| {
        let asked = asked.clone();
        Box::pin(async move {
            let Some(state) = request.request_state else { return Ok(asked.into()) };
            let told = json!({ "state": state, "answers": request.input_responses });
            let told = CallToolResult::success(vec![ContentBlock::text(told.to_string())]);
            Ok(CallToolResponse::from(told))
        })
    });
    served(notes.listed(allow).await).await
}

/// A call of a client that declares these capabilities.
async fn call_of(server: &Server, capabilities: Value) -> Response {
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities });
    let params = json!({ "name": "search", "arguments": {}, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params });
    let headers = format!(
        "Authorization: Bearer {READER}\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: search\r\n"
    );
    server.post_with(&headers, &body.to_string()).await
}

#[tokio::test]
async fn t19_a_client_that_cannot_be_asked_is_told_what_it_lacks() {
    let server = asking(question("elicitation/create", &form(), "round-1"), reads().asks()).await;
    for capabilities in
        [json!({}), json!({ "sampling": {} }), json!({ "elicitation": { "url": {} } })]
    {
        let refused = call_of(&server, capabilities.clone()).await;
        let error = &refused.json()["error"];
        assert_eq!(
            (refused.status, &error["code"]),
            (400, &json!(-32021)),
            "{capabilities}: {refused:?}"
        );
        assert!(error["data"]["requiredCapabilities"]["elicitation"].is_object(), "{error}");
        assert!(!refused.body.contains("round-1"), "{refused:?}");
        let record = server.records.all().pop().unwrap();
        assert_eq!(
            (&record["status"], &record["reason"]),
            (&json!("error"), &json!("cannot_be_asked"))
        );
        assert_eq!(error["data"]["request_id"], record["request_id"]);
    }
    for capabilities in [json!({ "elicitation": {} }), json!({ "elicitation": { "form": {} } })] {
        let asked = call_of(&server, capabilities).await;
        assert_eq!(asked.result()["requestState"], "round-1", "{asked:?}");
    }
}

async fn call(server: &Server, more: Value) -> Value {
    let mut params = json!({ "name": "search", "arguments": {} });
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    modern(server, "tools/call", params).await.json()
}

#[tokio::test]
async fn a_form_goes_to_the_caller_redacted_and_its_answer_back() {
    let server = asking(question("elicitation/create", &form(), "round-1"), reads().asks()).await;
    let asked = call(&server, json!({})).await;
    let result = &asked["result"];
    assert_eq!(result["resultType"], "input_required", "{asked}");
    let params = &result["inputRequests"]["confirm"]["params"];
    assert_eq!(params["message"], "Delete what «redacted» wrote?");
    let sure = json!({ "type": "boolean", "title": "as «redacted» said" });
    assert_eq!(params["requestedSchema"]["properties"]["sure"], sure);
    assert_eq!(result["requestState"], "round-1");
    assert!(!asked.to_string().contains("c0vert3"), "{asked}");

    let answers = json!({ "confirm": { "action": "accept", "content": { "sure": true } } });
    let again = json!({ "requestState": "round-1", "inputResponses": answers });
    let told = call(&server, again).await;
    let text = told["result"]["content"][0]["text"].as_str().unwrap();
    let text: Value = serde_json::from_str(text).unwrap();
    assert_eq!(text, json!({ "state": "round-1", "answers": answers }));
    assert_eq!(server.records.all().len(), 2);
}

#[tokio::test]
async fn a_question_is_refused_unless_it_is_listed_and_answers_to_none_do_not_arrive() {
    let server = asking(question("elicitation/create", &form(), "round-1"), reads()).await;
    for more in [json!({}), json!({ "requestState": "round-1", "inputResponses": {} })] {
        let refused = call(&server, more).await;
        assert_eq!(refused["result"]["isError"], true, "{refused}");
        assert!(!refused.to_string().contains("round-1"), "{refused}");
    }
}

#[tokio::test]
async fn what_reaches_further_than_a_form_is_refused() {
    let address = json!({ "mode": "url", "message": "Log in", "url": "https://evil.example", "elicitationId": "1" });
    let sample = json!({ "messages": [], "maxTokens": 10 });
    for (method, params) in [
        ("elicitation/create", address),
        ("sampling/createMessage", sample),
        ("roots/list", json!({})),
    ] {
        let server = asking(question(method, &params, "round-1"), reads().asks()).await;
        let refused = call(&server, json!({})).await;
        assert_eq!(refused["result"]["isError"], true, "{method}: {refused}");
        assert!(!refused.to_string().contains("round-1"), "{refused}");
    }
}

#[tokio::test]
async fn a_question_whose_state_or_names_would_have_to_be_masked_is_refused() {
    let named = json!({ "mode": "form", "message": "?", "requestedSchema": {
        "type": "object", "properties": { MAIL: { "type": "boolean" } }
    } });
    for (form, state) in [(form(), MAIL), (named, "round-1")] {
        let server = asking(question("elicitation/create", &form, state), reads().asks()).await;
        let refused = call(&server, json!({})).await;
        assert_eq!(refused["result"]["isError"], true, "{refused}");
        assert!(!refused.to_string().contains("c0vert3"), "{refused}");
    }
}

#[tokio::test]
async fn prompts_and_resources_ask_nothing() {
    let notes = Notes::new([tool("search")], || CallToolResult::success(vec![]));
    let foreign = doorman::Foreign::new(notes).resource("notes://a", Allow::public().asks());
    let error = foreign.connect().await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("questions are for tools"), "{error}");
}
