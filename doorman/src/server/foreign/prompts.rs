//! Prompts of another server, as rows.

use std::sync::Arc;

use rmcp::model::{GetPromptRequestParams, GetPromptResponse, GetPromptResult, Prompt};
use serde_json::{Value, json};

use super::{
    Allow, Link,
    allow::Opens,
    completions,
    questions::{Questions, is_answer},
    refused,
    tools::{bare, block},
};
use crate::{
    call::{Blocks, Call, Reply},
    error::{Error, Refusal},
    schema::{Object, closed},
    spec::{Effect, Spec, hidden_in},
    tool::{BoxFuture, Dispatch, Role, Toolset},
};

pub(super) async fn add(
    set: &mut Toolset,
    link: &Arc<Link>,
    prompts: Vec<(String, Allow)>,
    errors: &mut Vec<Error>,
) {
    if prompts.is_empty() {
        return;
    }
    let pages = link.all(None, |server, page, context| {
        Box::pin(async move {
            let list = server.prompts(page, context).await?;
            Ok((list.prompts, list.next_cursor))
        })
    });
    let found = pages.await.unwrap_or_default();
    for (name, allow) in prompts {
        let mut named = found.iter().filter(|prompt| prompt.name == name);
        let added = match (named.next(), named.next()) {
            (Some(prompt), None) => row(set, link, prompt, &allow),
            _ => Err("the server has no such prompt, or several: remove it from the list".into()),
        };
        if let Err(problem) = added {
            errors.push(refused("prompt", &name, &problem));
        }
    }
}

fn row(set: &mut Toolset, link: &Arc<Link>, prompt: &Prompt, allow: &Allow) -> Result<(), String> {
    allow.reads_only()?;
    allow.opens_none_of(&[Opens::Updates])?;
    if !matches!(prompt.name.len(), 1..=128) {
        return Err("a name has 1 to 128 bytes".into());
    }
    let published = bare(prompt).map_err(|_| "it cannot be published")?;
    if let Some(hidden) = hidden_in(&published) {
        return Err(format!(
            "what it says holds the invisible character U+{:04X}: remove it",
            u32::from(hidden)
        ));
    }
    let said = allow.said(&format!("prompt:{}", prompt.name), Effect::ReadOnly)?;
    let spec = Spec::of(said, arguments(prompt), None).map_err(|error| match error {
        Error::Tool { problem, .. } => problem,
        other => other.to_string(),
    })?;
    if allow.opens(Opens::Completion) {
        completions::of_prompt(set, link, prompt, allow)?;
    }
    let (name, asks) = (prompt.name.clone(), Questions::of(allow));
    let row = Row { link: link.clone(), name, binary: allow.binary, asks };
    let role = Role::Prompt { name: prompt.name.clone(), published: Arc::new(published) };
    set.add(spec, Arc::new(row), role);
    Ok(())
}

/// The arguments of a prompt are texts.
fn arguments(prompt: &Prompt) -> Object {
    let arguments = prompt.arguments.iter().flatten();
    let properties: Object = arguments
        .clone()
        .map(|argument| (argument.name.clone(), json!({ "type": "string" })))
        .collect();
    let required: Vec<&str> = arguments
        .filter(|argument| argument.required == Some(true))
        .map(|argument| &*argument.name)
        .collect();
    closed(properties, required)
}

struct Row {
    link: Arc<Link>,
    name: String,
    binary: bool,
    asks: Questions,
}

impl Dispatch for Row {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let (mut context, _guard) = self.link.silent_context_of(&call)?;
            self.asks.tell(&call.round, &mut context);
            let (answering, can) = (is_answer(&call.round), call.round.can);
            let mut request =
                GetPromptRequestParams::new(self.name.clone()).with_arguments(call.arguments);
            if self.asks.any() {
                request.input_responses = call.round.answers;
                request.request_state = call.round.state;
            }
            match self.link.server().prompt(request, context).await {
                Ok(GetPromptResponse::Complete(result)) => reply(&result, self.binary),
                Ok(GetPromptResponse::InputRequired(asked)) => self.asks.ask(&asked, can),
                Ok(_) => Err(Refusal::BadOutput),
                Err(error) => Err(self.asks.refusal(answering, error)),
            }
        })
    }
}

fn reply(result: &GetPromptResult, binary: bool) -> Result<Reply, Refusal> {
    if result.result_type.as_ref().is_some_and(|kind| !kind.is_complete()) {
        return Err(Refusal::BadOutput);
    }
    let message = |message: &rmcp::model::PromptMessage| {
        let content = block(&message.content, binary)?;
        Ok(json!({ "role": message.role, "content": content }))
    };
    let messages = result.messages.iter().map(message).collect::<Result<Vec<Value>, Refusal>>()?;
    let mut whole = json!({ "messages": messages });
    if let Some(description) = &result.description {
        whole["description"] = description.clone().into();
    }
    Ok(Reply::Blocks(Blocks { blocks: vec![whole], ..Blocks::default() }))
}
