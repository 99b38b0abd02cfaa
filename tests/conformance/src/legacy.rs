//! Tools that ask the client something while they run, as before MCP 2026-07-28. Without a session there is
//! nothing to ask over, and they say so.

#![expect(deprecated, reason = "the suite asks for it")]

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientResult, ContentBlock, ServerRequest,
};
use serde_json::{Value, json};

use crate::server::{Context, Listed, allow, plain, text, tool};

pub fn tools() -> Vec<Listed> {
    let asks = || allow().read_only().asks();
    let says = |name: &'static str, description: &'static str, argument: &str| {
        let schema = json!({
            "type": "object",
            "properties": { argument: { "type": "string" } },
            "required": [argument],
            "additionalProperties": false,
        });
        tool(name, description, schema)
    };
    let defaults = "Asks for values that have defaults.";
    let enums = "Asks for choices of every kind.";
    vec![
        (
            says("test_sampling", "Asks the client's model.", "prompt"),
            allow().read_only().asks_model(),
        ),
        (says("test_elicitation", "Asks the person.", "message"), asks()),
        (plain("test_elicitation_sep1034_defaults", defaults), asks().asks_filled()),
        (plain("test_elicitation_sep1330_enums", enums), asks()),
    ]
}

pub async fn call(request: &CallToolRequestParams, context: &Context) -> Option<CallToolResult> {
    let arguments = request.arguments.clone().unwrap_or_default();
    let asked = match &*request.name {
        "test_sampling" => {
            let prompt = json!({ "type": "text", "text": text(&arguments, "prompt") });
            let messages = json!([{ "role": "user", "content": prompt }]);
            json!({ "method": "sampling/createMessage", "params": { "messages": messages, "maxTokens": 100 } })
        }
        "test_elicitation" => form(
            &text(&arguments, "message"),
            &json!({
                "username": { "type": "string", "description": "User's response" },
                "email": { "type": "string", "description": "User's email address" },
            }),
        ),
        "test_elicitation_sep1034_defaults" => form(
            "Please review",
            &json!({
                "name": { "type": "string", "default": "John Doe" },
                "age": { "type": "integer", "default": 30 },
                "score": { "type": "number", "default": 95.5 },
                "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
                "verified": { "type": "boolean", "default": true },
            }),
        ),
        "test_elicitation_sep1330_enums" => form("Please choose", &choices()),
        _ => return None,
    };
    let request: ServerRequest = serde_json::from_value(asked).expect("it is a request");
    Some(match context.peer.send_request(request).await {
        Ok(answer) => CallToolResult::success(vec![ContentBlock::text(told(&answer))]),
        Err(_) => CallToolResult::error(vec![ContentBlock::text("the client cannot be asked")]),
    })
}

fn told(answer: &ClientResult) -> String {
    match answer {
        ClientResult::CreateMessageResult(said) => {
            format!("LLM response: {}", json!(said.message.content))
        }
        ClientResult::ElicitResult(said) => format!("User response: {}", json!(said)),
        _ => "another answer".into(),
    }
}

fn form(message: &str, properties: &Value) -> Value {
    let schema = json!({ "type": "object", "properties": properties });
    json!({
        "method": "elicitation/create",
        "params": { "mode": "form", "message": message, "requestedSchema": schema },
    })
}

fn choices() -> Value {
    let titled = |what: &str| {
        json!([
            { "const": "value1", "title": format!("First {what}") },
            { "const": "value2", "title": format!("Second {what}") },
            { "const": "value3", "title": format!("Third {what}") },
        ])
    };
    let options = ["option1", "option2", "option3"];
    json!({
        "untitledSingle": { "type": "string", "enum": options },
        "titledSingle": { "type": "string", "oneOf": titled("Option") },
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": options } },
        "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } },
    })
}
