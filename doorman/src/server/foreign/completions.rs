//! Completion of arguments of listed prompts, and of parts of listed templates, as rows.

use std::{collections::HashMap, sync::Arc};

use rmcp::model::{
    ArgumentInfo, CompleteRequestParams, CompletionContext, CompletionInfo, Prompt, Reference,
};
use serde_json::{Value, json};

use super::{
    Allow, Link, link,
    resources::{Own, spec},
};
use crate::{
    call::{Blocks, Call, Reply},
    error::Refusal,
    schema::{Object, closed},
    spec::Effect,
    tool::{BoxFuture, Dispatch, Role, Toolset},
    uri::{UriPattern, template_example},
};

pub(super) fn of_prompt(
    set: &mut Toolset,
    link: &Arc<Link>,
    prompt: &Prompt,
    allow: &Allow,
) -> Result<(), String> {
    let names = prompt.arguments.iter().flatten().map(|argument| argument.name.clone());
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return Err("it has no arguments to complete: remove `.completes()`".into());
    }
    let said = allow.said(&format!("completion:prompt:{}", prompt.name), Effect::ReadOnly)?;
    let spec = spec(said, arguments(&json!({ "type": "string", "enum": names }), None))?;
    let row = Row { link: link.clone(), of: Of::Prompt(prompt.name.clone()) };
    set.add(spec, Arc::new(row), Role::PromptCompletion(prompt.name.clone()));
    Ok(())
}

pub(super) fn of_templates(
    set: &mut Toolset,
    link: &Arc<Link>,
    own: &Own,
    pattern: &UriPattern,
    (name, allow): (&str, &Allow),
) -> Result<(), String> {
    let said = allow.said(&format!("completion:{name}"), Effect::ReadOnly)?;
    let text = json!({ "type": "string" });
    let spec = spec(said, arguments(&text, Some(&text)))?;
    let row = Row { link: link.clone(), of: Of::Templates(own.clone()) };
    set.add(spec, Arc::new(row), Role::TemplateCompletion(pattern.clone()));
    Ok(())
}

fn arguments(name: &Value, template: Option<&Value>) -> Object {
    let mut properties = Object::new();
    properties.insert("argument".into(), name.clone());
    properties.insert("value".into(), json!({ "type": "string" }));
    let texts = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    properties.insert("context".into(), texts);
    if let Some(template) = template {
        properties.insert("template".into(), template.clone());
    }
    closed(properties, ["argument", "value"])
}

/// Whether a part of a template (RFC 6570) has this name.
fn has_part(template: &str, name: &str) -> bool {
    let parts = template.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let mut names = parts.flat_map(|(part, _)| {
        let names = part.trim_start_matches(['+', '#', '.', '/', ';', '?', '&']).split(',');
        names.filter_map(|name| name.split([':', '*']).next())
    });
    !name.is_empty() && names.any(|it| it == name)
}

struct Row {
    link: Arc<Link>,
    of: Of,
}

enum Of {
    Prompt(String),
    Templates(Own),
}

impl Dispatch for Row {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let (context, _guard) = self.link.silent_context_of(&call)?;
            let text = |name: &str| Some(call.arguments.get(name)?.as_str()?.to_owned());
            let reference = match &self.of {
                Of::Prompt(name) => Reference::for_prompt(name.clone()),
                Of::Templates(own) => {
                    let template = text("template").ok_or(Refusal::NotExposed)?;
                    let uri = template_example(&template).filter(|uri| own.matches(uri));
                    let is_part = text("argument").is_some_and(|name| has_part(&template, &name));
                    if uri.is_none() || !is_part || !self.lists(&template, &call).await {
                        return Err(Refusal::NotExposed);
                    }
                    Reference::for_resource(template)
                }
            };
            let name = text("argument").ok_or(Refusal::NotExposed)?;
            let argument = ArgumentInfo::new(name.clone(), text("value").unwrap_or_default());
            let mut request = CompleteRequestParams::new(reference, argument);
            if let Some(context) = call.arguments.get("context").and_then(Value::as_object) {
                let texts = context
                    .iter()
                    .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())));
                let texts: HashMap<_, _> = texts.collect();
                request = request.with_context(CompletionContext::with_arguments(texts));
            }
            let result = self.link.server().complete(request, context).await;
            let values = result.map_err(link::refusal)?.completion.values;
            let blocks = values
                .into_iter()
                .take(CompletionInfo::MAX_VALUES)
                // By its name, so that keys to mask count.
                .map(|value| json!({ name.clone(): value }))
                .collect();
            Ok(Reply::Blocks(Blocks { blocks, whole: true, ..Blocks::default() }))
        })
    }
}

impl Row {
    /// Whether the server lists a template, for this caller, in just these words.
    async fn lists(&self, template: &str, call: &Call) -> bool {
        let pages = self.link.all(Some(&call.principal), |server, page, context| {
            Box::pin(async move {
                let list = server.templates(page, context).await?;
                Ok((list.resource_templates, list.next_cursor))
            })
        });
        pages.await.is_some_and(|found| found.iter().any(|it| it.uri_template == template))
    }
}
