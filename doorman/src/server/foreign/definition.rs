//! What another server says of a tool: read, compared, and told in one line.

use std::{fmt::Write as _, sync::Arc};

use rmcp::model::{Tool as Published, ToolAnnotations};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Link;
use crate::schema::{Object, REDACT};

/// Where a server tells of a tool.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// By its name.
    One,
    /// In its list.
    List,
}

/// All that a caller is told of a tool, and that a person reviews.
#[derive(Clone, PartialEq)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) input: Arc<Object>,
    pub(super) output: Option<Arc<Object>>,
    pub(super) annotations: ToolAnnotations,
}

impl Definition {
    /// What the server says now. Two tools of one name are none.
    pub(super) async fn read(link: &Link, name: &str, source: Source) -> Option<Self> {
        let tool = match source {
            Source::One => link.tool(name)?,
            Source::List => {
                let pages = link.all(None, |server, page, context| {
                    Box::pin(async move {
                        let list = server.tools(page, context).await?;
                        Ok((list.tools, list.next_cursor))
                    })
                });
                let mut named = pages.await?.into_iter().filter(|tool| tool.name == name);
                let tool = named.next()?;
                if named.next().is_some() {
                    return None;
                }
                tool
            }
        };
        (tool.name == name).then(|| Self::from(tool))
    }

    /// Whether the output schema declares something as secret, anywhere.
    pub(super) fn declares(&self) -> bool {
        fn marked(value: &Value) -> bool {
            match value {
                Value::Object(members) => {
                    members.contains_key(REDACT) || members.values().any(marked)
                }
                Value::Array(items) => items.iter().any(marked),
                _ => false,
            }
        }
        self.output
            .as_ref()
            .is_some_and(|schema| schema.contains_key(REDACT) || schema.values().any(marked))
    }

    /// `sha256:` of the definition, whatever the order of its members.
    pub(super) fn pin(&self) -> String {
        let Self { name, title, description, input, output, annotations } = self;
        let annotations = serde_json::to_value(annotations).unwrap_or_default();
        let whole = sorted(&json!({
            "name": name,
            "title": title,
            "description": description,
            "inputSchema": **input,
            "outputSchema": output.as_deref(),
            "annotations": annotations,
        }));
        let mut pin = "sha256:".to_owned();
        for byte in Sha256::digest(whole.to_string()) {
            let _ = write!(pin, "{byte:02x}");
        }
        pin
    }
}

impl From<Published> for Definition {
    fn from(tool: Published) -> Self {
        Self {
            name: tool.name.into_owned(),
            title: tool.title,
            description: tool.description.map(Into::into),
            input: tool.input_schema,
            output: tool.output_schema,
            annotations: tool.annotations.unwrap_or_default(),
        }
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, member)| (name.clone(), sorted(member))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
