//! Secrets are planted everywhere in another server, and looked for everywhere.

use std::sync::Arc;

use doorman::Foreign;
use rmcp::{
    ErrorData,
    model::{
        CallToolResponse, CallToolResult, ContentBlock, GetPromptResult, MetaObject, Prompt,
        PromptMessage, ReadResourceResult, ResourceContents, Role,
    },
};
use serde_json::json;
use tracing_subscriber::prelude::*;

use crate::{
    sentinels::Net,
    support::{
        READER,
        foreign::{Notes, builder, object, reads, served, tool},
        stdio::wire,
    },
};

const SECRET: &str = "password=c0vert1-of-another";

fn meta() -> MetaObject {
    let mut meta = MetaObject::new();
    meta.insert("c0vert1".into(), json!("c0vert1"));
    meta
}

fn answer(how: &str) -> Result<CallToolResponse, ErrorData> {
    let text = || vec![ContentBlock::text(SECRET)];
    let data = || Some(json!({ "note": "c0vert1" }));
    Ok(match how {
        "text" => CallToolResult::success(text()).with_meta(Some(meta())).into(),
        "structured" => CallToolResult::structured(json!({ "password": "c0vert1" })).into(),
        "misfit" => CallToolResult::structured(json!([{ "password": "c0vert1" }])).into(),
        "refusal" => CallToolResult::error(text()).with_meta(Some(meta())).into(),
        "structured refusal" => {
            CallToolResult::structured_error(json!({ "token": "c0vert1" })).into()
        }
        "error" => return Err(ErrorData::invalid_params(SECRET, data())),
        "fault" => return Err(ErrorData::internal_error(SECRET, data())),
        "image" => CallToolResult::success(vec![ContentBlock::image("c0vert1", "c0vert1")]).into(),
        _ => panic!("{SECRET}"),
    })
}

const HOWS: [&str; 9] = [
    "text",
    "structured",
    "misfit",
    "refusal",
    "structured refusal",
    "error",
    "fault",
    "image",
    "panic",
];

async fn toolset() -> doorman::Toolset {
    let schema = json!({ "type": "object", "properties": { "text": {} } });
    let plain = rmcp::model::Tool::new("search", "Searches.", object(schema));
    let structured = tool("structured").with_raw_output_schema(Arc::new(object(
        json!({ "type": "object", "properties": { "password": { "type": "string" } } }),
    )));
    let mut notes = Notes::answering([plain, structured], |request, _| {
        let how = request.arguments.unwrap_or_default()["text"].as_str().unwrap().to_owned();
        Box::pin(async move { answer(&how) })
    });
    notes.prompts = vec![Prompt::new("summary", None::<String>, None)];
    notes.prompt = Arc::new(|_, _| {
        let message = PromptMessage::new_text(Role::Assistant, SECRET);
        let mut result = GetPromptResult::new(vec![message]).with_description(SECRET);
        result.meta = Some(meta());
        Box::pin(async { Ok(result.into()) })
    });
    notes.read = Arc::new(|request: rmcp::model::ReadResourceRequestParams, _| {
        let contents = ResourceContents::TextResourceContents {
            uri: request.uri,
            mime_type: Some(SECRET.into()),
            text: json!({ "password": "c0vert1" }).to_string(),
            meta: Some(meta()),
        };
        let mut result = ReadResourceResult::new(vec![contents]);
        result.meta = Some(meta());
        Box::pin(async { Ok(result.into()) })
    });
    Foreign::new(notes)
        .tool("search", reads())
        .tool("structured", reads())
        .prompt("summary", reads())
        .resource("notes://*", reads())
        .connect()
        .await
        .unwrap()
}

#[tokio::test]
async fn no_secret_of_the_server_reaches_a_client_a_record_or_our_log() {
    let net = Net::default();
    let _subscriber = tracing_subscriber::registry().with(net.clone()).set_default();
    let server = served(toolset().await).await;
    let mut wire = wire(builder(toolset().await).stdio_principal("a", "invoices:read"));
    let mut shown = Vec::new();
    for how in HOWS {
        for name in ["search", "structured"] {
            let arguments = json!({ "text": how });
            shown.push(format!("{:?}", server.call(READER, name, arguments.clone()).await));
            shown.push(wire.call(name, arguments).await.to_string());
        }
    }
    for (method, params) in [
        ("prompts/get", json!({ "name": "summary" })),
        ("resources/read", json!({ "uri": "notes://a" })),
        ("resources/list", json!({})),
    ] {
        shown.push(format!("{:?}", server.rpc(READER, method, params.clone()).await));
        shown.push(wire.rpc(method, params).await.to_string());
    }
    assert!(shown.iter().filter(|shown| shown.contains("«redacted»")).count() >= 10, "{shown:#?}");
    let records: Vec<_> = server.records.all().into_iter().chain(wire.records.all()).collect();
    assert_eq!(records.len(), 2 * (2 * HOWS.len() + 3));
    shown.extend(records.iter().map(ToString::to_string));
    for shown in shown {
        assert!(!shown.contains("c0vert1"), "{shown}");
    }
    for (target, line) in net.lines() {
        assert!(
            !target.starts_with("doorman") || !line.contains("c0vert1-of-another"),
            "{target}: {line}"
        );
    }
}

#[tokio::test]
async fn nothing_of_the_server_is_shown_in_a_debug_form() {
    let foreign = Foreign::new(Notes::saying(SECRET)).tool("search", reads().pin("c0vert1"));
    assert!(!format!("{foreign:?}").contains("c0vert1"));
    let toolset = Notes::saying(SECRET).search().await;
    assert!(!format!("{toolset:?}").contains("c0vert1"));
}
