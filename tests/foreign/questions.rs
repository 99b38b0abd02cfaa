//! Questions that another server asks its caller before it answers (SEP-2322).

use std::sync::Arc;

use doorman::Allow;
use rmcp::{
    ErrorData,
    model::{
        CallToolResponse, CallToolResult, ContentBlock, GetPromptRequestParams, GetPromptResult,
        InputRequiredResult, Prompt, PromptMessage, Role,
    },
};
use serde_json::{Value, json};

use super::methods::{modern, modern_with};
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
        assert_eq!((&record["status"], &record["reason"]), (&json!("error"), &json!("undeclared")));
        assert_eq!(error["data"]["doorman/refusal"]["request_id"], record["request_id"]);
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

/// Each kind of question, what allows it, and what a client declares that can be asked so.
fn kinds() -> [(&'static str, Value, Allow, &'static str); 3] {
    let content = json!({ "type": "text", "text": format!("what did {MAIL} write?") });
    let sample = json!({ "messages": [{ "role": "user", "content": content }], "maxTokens": 10 });
    [
        ("elicitation/create", form(), reads().asks(), "elicitation"),
        ("sampling/createMessage", sample, reads().asks_model(), "sampling"),
        ("roots/list", json!({}), reads().asks_roots(), "roots"),
    ]
}

#[tokio::test]
async fn a_kind_that_is_named_is_asked_of_those_who_declare_it() {
    for (method, params, allow, capability) in kinds() {
        let server = asking(question(method, &params, "round-1"), allow).await;
        let call = json!({ "name": "search", "arguments": {} });
        let can = json!({ "clientCapabilities": { capability: {} } });
        let asked = modern_with(&server, "tools/call", call.clone(), can).await;
        assert_eq!(asked.result()["resultType"], "input_required", "{asked:?}");
        assert!(!asked.body.contains("c0vert3"), "{asked:?}");
        let refused = modern_with(&server, "tools/call", call, json!({})).await;
        let error = &refused.json()["error"];
        assert_eq!((refused.status, &error["code"]), (400, &json!(-32021)), "{refused:?}");
        assert_eq!(error["data"]["requiredCapabilities"], json!({ capability: {} }));
        assert_eq!(server.records.all()[1]["reason"], "undeclared");
    }
}

#[tokio::test]
async fn a_model_is_asked_for_texts_and_nothing_further() {
    let message = |content: Value| json!([{ "role": "user", "content": content }]);
    let text = json!({ "type": "text", "text": "?" });
    let picture = json!({ "type": "image", "data": "YQ==", "mimeType": "image/png" });
    for (messages, more) in [
        (message(picture.clone()), json!({})),
        (message(json!([text, picture])), json!({})),
        (message(text.clone()), json!({ "includeContext": "allServers" })),
        (message(text.clone()), json!({ "metadata": { "x": 1 } })),
        (
            message(text.clone()),
            json!({ "tools": [{ "name": "a", "inputSchema": { "type": "object" } }] }),
        ),
    ] {
        let mut params = json!({ "messages": messages, "maxTokens": 1 });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let asked = question("sampling/createMessage", &params, "round-1");
        let server = asking(asked, reads().asks_model()).await;
        let call = json!({ "name": "search", "arguments": {} });
        let can = json!({ "clientCapabilities": { "sampling": {} } });
        let refused = modern_with(&server, "tools/call", call, can).await;
        assert_eq!(refused.reason(), "bad_output", "{params}: {refused:?}");
    }
}

#[tokio::test]
async fn a_tool_knows_what_it_may_ask_this_caller_for_and_nothing_else() {
    let notes = Notes::answering([tool("search")], |_, context| {
        let told = json!(context.client_capabilities()).to_string();
        Box::pin(async { Ok(CallToolResult::success(vec![ContentBlock::text(told)]).into()) })
    });
    let server = served(notes.listed(reads().asks().asks_model()).await).await;
    let can = json!({ "clientCapabilities":
        { "sampling": { "tools": {} }, "roots": {}, "experimental": { "x": {} } } });
    let call = json!({ "name": "search", "arguments": {} });
    let told = modern_with(&server, "tools/call", call, can).await.text();
    assert_eq!(told, r#"{"sampling":{}}"#);
}

#[tokio::test]
async fn a_server_may_refuse_answers_that_are_not_to_its_question() {
    let notes = Notes::answering([tool("search")], |_, _| {
        Box::pin(async { Err(ErrorData::invalid_params(format!("no state of {MAIL}"), None)) })
    });
    let server = served(notes.listed(reads().asks()).await).await;
    let refused = call(&server, json!({ "requestState": "made-up" })).await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    assert!(!refused.to_string().contains("example.com"), "{refused}");
    let first = call(&server, json!({})).await;
    assert_eq!(first["result"]["isError"], true, "{first}");
    let records = server.records.all();
    assert_eq!(
        (&records[0]["reason"], &records[1]["reason"]),
        (&json!("bad_round"), &json!("handler_error"))
    );
}

#[tokio::test]
async fn a_prompt_asks_where_it_is_listed() {
    for (allow, asks) in [(reads().asks(), true), (reads(), false)] {
        let mut notes = Notes::new([], || CallToolResult::success(vec![]));
        notes.prompts = vec![Prompt::new("summary", None::<String>, None)];
        notes.prompt = Arc::new(|request: GetPromptRequestParams, _| {
            let asked = question("elicitation/create", &form(), "round-1");
            Box::pin(async move {
                Ok(match request.request_state {
                    None => asked.into(),
                    Some(state) => {
                        let message = PromptMessage::new_text(Role::User, format!("in {state}"));
                        GetPromptResult::new(vec![message]).into()
                    }
                })
            })
        });
        let foreign = doorman::Foreign::new(notes).prompt("summary", allow);
        let server = served(foreign.connect().await.unwrap()).await;
        let asked = modern(&server, "prompts/get", json!({ "name": "summary" })).await;
        assert_eq!(asked.result()["resultType"] == "input_required", asks, "{asked:?}");
        assert!(!asked.body.contains("c0vert3"), "{asked:?}");
        if asks {
            let again =
                json!({ "name": "summary", "requestState": "round-1", "inputResponses": {} });
            let told = modern(&server, "prompts/get", again).await;
            assert_eq!(told.result()["messages"][0]["content"]["text"], "in round-1", "{told:?}");
        } else {
            assert_eq!(asked.json()["error"]["code"], -32603, "{asked:?}");
        }
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
async fn no_name_in_a_question_hides_its_words_or_loses_it() {
    for name in ["data", "blob", "role", "type", "default", "annotations", "icons", "_meta"] {
        let property =
            json!({ "type": "string", "title": format!("as {MAIL} said"), "default": "c0vert3" });
        let form = json!({ "mode": "form", "message": format!("Delete what {MAIL} wrote?"),
            "requestedSchema": { "type": "object", "properties": { name: property } } });
        let asked = json!({ "resultType": "input_required", "requestState": "round-1",
            "inputRequests": { name: { "method": "elicitation/create", "params": form } } });
        let server = asking(serde_json::from_value(asked).unwrap(), reads().asks()).await;
        let asked = call(&server, json!({})).await;
        let params = &asked["result"]["inputRequests"][name]["params"];
        assert_eq!(params["message"], "Delete what «redacted» wrote?", "{asked}");
        let property = json!({ "type": "string", "title": "as «redacted» said" });
        assert_eq!(params["requestedSchema"]["properties"], json!({ name: property }), "{asked}");
        assert!(!asked.to_string().contains("c0vert3"), "{asked}");
    }
}

#[tokio::test]
async fn a_client_of_before_is_asked_nothing_and_the_record_says_so() {
    let state = json!({ "resultType": "input_required", "requestState": "round-1" });
    let state: InputRequiredResult = serde_json::from_value(state).unwrap();
    for asked in [question("elicitation/create", &form(), "round-1"), state] {
        let server = asking(asked, reads().asks()).await;
        let meta = json!({ "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} } });
        for meta in [json!({}), meta] {
            let call = json!({ "name": "search", "arguments": {}, "_meta": meta });
            let refused = server.rpc(READER, "tools/call", call).await;
            assert!(refused.json()["error"]["code"].is_i64(), "{refused:?}");
            assert!(!refused.body.contains("round-1"), "{refused:?}");
            assert_eq!(server.records.all().pop().unwrap()["reason"], "undeclared");
        }
    }
}

#[tokio::test]
async fn resources_ask_nothing() {
    let notes = Notes::new([tool("search")], || CallToolResult::success(vec![]));
    let foreign = doorman::Foreign::new(notes).resource("notes://a", Allow::public().asks());
    let error = foreign.connect().await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("questions are for tools"), "{error}");
}
