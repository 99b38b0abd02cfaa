//! Tools that answer with every kind of content, and tools with schemas of every kind.

use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock, ResourceContents};
use serde_json::{Value, json};

use crate::{
    resources::CHANGES,
    server::{Listed, allow, plain, text, tool},
};

/// One red point, as PNG.
pub const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// Silence, as WAV.
const SOUND: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";

pub fn tools() -> Vec<Listed> {
    let reads = || allow().read_only();
    vec![
        (plain("test_image_content", "Returns a picture."), reads().returns_binary()),
        (plain("test_audio_content", "Returns a sound."), reads().returns_binary()),
        (plain("test_embedded_resource", "Returns an embedded resource."), reads()),
        (plain("test_multiple_content_types", "Returns three kinds."), reads().returns_binary()),
        (
            plain(CHANGES, "Changes the watched resource."),
            allow().additive("it changes nothing that is kept"),
        ),
        (
            tool("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", schema()),
            reads(),
        ),
        (
            tool(
                "test_custom_header",
                "A tool one of whose arguments is repeated in a header.",
                json!({
                    "type": "object",
                    "properties": { "region": { "type": "string", "x-mcp-header": "Region" } },
                    "required": ["region"],
                    "additionalProperties": false,
                }),
            ),
            reads(),
        ),
    ]
}

pub fn call(request: &CallToolRequestParams) -> Option<CallToolResult> {
    let arguments = request.arguments.clone().unwrap_or_default();
    let content = match &*request.name {
        "test_image_content" => vec![ContentBlock::image(PICTURE, "image/png")],
        "test_audio_content" => vec![sound()],
        "test_embedded_resource" => vec![embedded(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )],
        "test_multiple_content_types" => vec![
            ContentBlock::text("Multiple content types test:"),
            ContentBlock::image(PICTURE, "image/png"),
            embedded(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ],
        "json_schema_2020_12_tool" => {
            vec![ContentBlock::text(format!("Hello, {}!", text(&arguments, "name")))]
        }
        "test_custom_header" => vec![ContentBlock::text(text(&arguments, "region"))],
        CHANGES => vec![ContentBlock::text("changed")],
        _ => return None,
    };
    Some(CallToolResult::success(content))
}

fn sound() -> ContentBlock {
    let block = json!({ "type": "audio", "data": SOUND, "mimeType": "audio/wav" });
    serde_json::from_value(block).expect("it is a block of audio")
}

pub fn embedded(uri: &str, mime_type: &str, text: &str) -> ContentBlock {
    ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(mime_type))
}

fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": {
            "properties": { "contactMethod": { "const": "phone" } },
            "required": ["contactMethod"],
        },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}
