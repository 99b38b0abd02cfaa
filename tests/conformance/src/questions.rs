//! Tools that ask before they answer (MCP 2026-07-28, input required).

use std::collections::BTreeMap;

use rmcp::{
    ErrorData,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, InputRequiredResult,
    },
};
use serde_json::{Value, json};

use crate::server::{Context, Listed, allow, plain};

/// What is handed out to know a question again. Guessing it leads nowhere: it holds nothing.
const STATE: &str = "round-one";

pub fn tools() -> Vec<Listed> {
    let asks = || allow().read_only().asks();
    let listed = |name: &'static str, allow| (plain(name, "Asks first."), allow);
    vec![
        listed("test_input_required_result_elicitation", asks()),
        listed("test_input_required_result_sampling", allow().read_only().asks_model()),
        listed("test_input_required_result_list_roots", allow().read_only().asks_roots()),
        listed("test_input_required_result_request_state", asks()),
        listed("test_input_required_result_multiple_inputs", asks().asks_model().asks_roots()),
        listed("test_input_required_result_multi_round", asks()),
        listed("test_input_required_result_tampered_state", asks()),
        listed("test_input_required_result_capabilities", asks().asks_model()),
        listed("test_missing_capability", allow().read_only().asks_model()),
        listed("test_streaming_elicitation", asks()),
    ]
}

pub fn call(
    request: &CallToolRequestParams,
    context: &Context,
) -> Result<CallToolResponse, ErrorData> {
    let round = Round { request };
    let name = form("What is your name?", "name", "string");
    match &*request.name {
        "test_input_required_result_elicitation" => match round.content("user_name", "name") {
            Some(name) => Ok(done(&format!("Hello, {name}!"))),
            None => Ok(asked([("user_name", name)], None)),
        },
        "test_input_required_result_sampling" | "test_missing_capability" => {
            let question = model("What is the capital of France?", 100);
            Ok(match round.answer("capital_question") {
                Some(answer) => done(&answer["content"].to_string()),
                None => asked([("capital_question", question)], None),
            })
        }
        "test_input_required_result_list_roots" => Ok(match round.answer("client_roots") {
            Some(answer) => done(&answer["roots"].to_string()),
            None => asked([("client_roots", roots())], None),
        }),
        "test_input_required_result_request_state"
        | "test_input_required_result_tampered_state" => {
            if round.state()?.is_some() && round.answer("confirm").is_some() {
                return Ok(done("state-ok"));
            }
            let confirm = form("Please confirm", "ok", "boolean");
            Ok(asked([("confirm", confirm)], Some(STATE)))
        }
        "test_input_required_result_multiple_inputs" => {
            let keys = ["user_name", "greeting", "client_roots"];
            if round.state()?.is_some() && keys.iter().all(|key| round.answer(key).is_some()) {
                return Ok(done("all three"));
            }
            let questions = [name, model("Generate a greeting", 50), roots()];
            Ok(asked(keys.into_iter().zip(questions), Some(STATE)))
        }
        "test_input_required_result_multi_round" => Ok(rounds(&round)),
        "test_input_required_result_capabilities" => {
            let can = context.client_capabilities().unwrap_or_default();
            let mut questions = Vec::new();
            if can.elicitation.is_some() {
                questions.push(("user_name", name));
            }
            if can.sampling.is_some() {
                questions.push(("greeting", model("Generate a greeting", 50)));
            }
            Ok(asked(questions, None))
        }
        "test_streaming_elicitation" => Ok(asked([("user_name", name)], None)),
        _ => Err(ErrorData::invalid_params("there is no such tool", None)),
    }
}

fn rounds(round: &Round<'_>) -> CallToolResponse {
    let (name, color) = (round.content("step1", "name"), round.content("step2", "color"));
    match (&round.request.request_state, name, color) {
        (Some(state), _, Some(color)) if state == "round-two" => done(&color),
        (Some(state), Some(_), _) if state == STATE => {
            let question = form("Step 2: What is your favorite color?", "color", "string");
            asked([("step2", question)], Some("round-two"))
        }
        _ => {
            let question = form("Step 1: What is your name?", "name", "string");
            asked([("step1", question)], Some(STATE))
        }
    }
}

struct Round<'a> {
    request: &'a CallToolRequestParams,
}

impl Round<'_> {
    fn answer(&self, key: &str) -> Option<&Value> {
        self.request.input_responses.as_ref()?.get(key).filter(|answer| answer.is_object())
    }

    /// One text of an accepted form.
    fn content(&self, key: &str, name: &str) -> Option<String> {
        let answer = self.answer(key).filter(|answer| answer["action"] == "accept")?;
        answer["content"][name].as_str().map(str::to_owned)
    }

    fn state(&self) -> Result<Option<()>, ErrorData> {
        match self.request.request_state.as_deref() {
            None => Ok(None),
            Some(STATE) => Ok(Some(())),
            Some(_) => Err(ErrorData::invalid_params("that state was never handed out", None)),
        }
    }
}

fn done(text: &str) -> CallToolResponse {
    CallToolResult::success(vec![ContentBlock::text(text)]).into()
}

pub fn asked<R: From<InputRequiredResult>>(
    questions: impl IntoIterator<Item = (&'static str, Value)>,
    state: Option<&str>,
) -> R {
    let questions = questions.into_iter().map(|(key, question)| {
        let question = serde_json::from_value(question).expect("it is a question");
        (key.to_owned(), question)
    });
    let questions: BTreeMap<_, _> = questions.collect();
    InputRequiredResult::new(Some(questions), state.map(str::to_owned)).into()
}

pub fn form(message: &str, name: &str, kind: &str) -> Value {
    json!({
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": message,
            "requestedSchema": {
                "type": "object",
                "properties": { name: { "type": kind } },
                "required": [name],
            },
        },
    })
}

fn model(text: &str, most: u32) -> Value {
    let content = json!({ "type": "text", "text": text });
    let messages = json!([{ "role": "user", "content": content }]);
    json!({ "method": "sampling/createMessage", "params": { "messages": messages, "maxTokens": most } })
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}
