//! Resources and templates.

use doorman::Allow;
use rmcp::{
    ErrorData,
    model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate},
};
use serde_json::json;

use crate::{contents::PICTURE, server::allow};

/// The resource that changes, and the tool that changes it.
pub const WATCHED: &str = "test://watched-resource";
pub const CHANGES: &str = "test_change_watched_resource";

const TEXT: &str = "test://static-text";
const BINARY: &str = "test://static-binary";
const TEMPLATE: (&str, &str) = ("test://template/", "/data");

pub fn patterns() -> Vec<(&'static str, Allow)> {
    vec![
        (TEXT, allow()),
        (BINARY, allow().returns_binary()),
        (WATCHED, allow().updates()),
        ("test://template/*/data", allow().completes()),
    ]
}

pub fn resources() -> Vec<Resource> {
    let resource = |uri: &str, name: &str, kind: &str| {
        Resource::new(uri, name).with_description(format!("{name}.")).with_mime_type(kind)
    };
    vec![
        resource(TEXT, "Static text", "text/plain"),
        resource(BINARY, "Static picture", "image/png"),
        resource(WATCHED, "Watched text", "text/plain"),
    ]
}

pub fn templates() -> Vec<ResourceTemplate> {
    let template = ResourceTemplate::new("test://template/{id}/data", "Data by id");
    vec![template.with_description("Data of an id.").with_mime_type("application/json")]
}

pub fn read(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let contents = match uri {
        TEXT => ResourceContents::text("This is the content of the static text resource.", uri)
            .with_mime_type("text/plain"),
        BINARY => ResourceContents::blob(PICTURE, uri).with_mime_type("image/png"),
        WATCHED => {
            ResourceContents::text("Watched resource content", uri).with_mime_type("text/plain")
        }
        _ => {
            let id = uri.strip_prefix(TEMPLATE.0).and_then(|rest| rest.strip_suffix(TEMPLATE.1));
            let Some(id) = id else {
                return Err(ErrorData::resource_not_found("there is no such resource", None));
            };
            let data =
                json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            ResourceContents::text(data.to_string(), uri).with_mime_type("application/json")
        }
    };
    Ok(ReadResourceResult::new(vec![contents]))
}
