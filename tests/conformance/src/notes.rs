//! Tools that say something before they answer.

#![expect(deprecated, reason = "the suite asks for it")]

use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ContentBlock, LoggingLevel,
    LoggingMessageNotificationParam, ProgressNotificationParam,
};
use serde_json::json;
use tokio::time::sleep;

use crate::server::{Context, Listed, allow, plain};

/// The suite wants to see that messages come one by one.
const PAUSE: Duration = Duration::from_millis(50);

pub fn tools() -> Vec<Listed> {
    let notifies = || allow().read_only().notifies();
    vec![
        (plain("test_tool_with_logging", "Logs three messages."), notifies()),
        (plain("test_logging_tool", "Logs one message."), notifies()),
        (plain("test_tool_with_progress", "Reports progress three times."), notifies()),
    ]
}

pub async fn call(request: &CallToolRequestParams, context: &Context) -> Option<CallToolResult> {
    match &*request.name {
        "test_tool_with_logging" => {
            for message in
                ["Tool execution started", "Tool processing data", "Tool execution completed"]
            {
                log(context, message).await;
                sleep(PAUSE).await;
            }
        }
        "test_logging_tool" => log(context, "One message").await,
        "test_tool_with_progress" => {
            let token = context.meta.get_progress_token();
            for progress in [0.0, 50.0, 100.0] {
                if let Some(token) = token.clone() {
                    let step = ProgressNotificationParam::new(token, progress)
                        .with_total(100.0)
                        .with_message(format!("{progress} of 100"));
                    // A client that is gone hears nothing.
                    let _ = context.peer.notify_progress(step).await;
                }
                sleep(PAUSE).await;
            }
        }
        _ => return None,
    }
    Some(CallToolResult::success(vec![ContentBlock::text("completed")]))
}

async fn log(context: &Context, message: &str) {
    let params = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(message))
        .with_logger("conformance");
    // A client that is gone hears nothing.
    let _ = context.peer.notify_logging_message(params).await;
}
