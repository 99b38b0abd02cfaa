//! Tools of another server, as rows.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ResourceContents,
};
use serde_json::Value;

use super::{
    Allow, Definition, Link, Source,
    allow::Opens,
    find,
    questions::{Questions, is_answer},
};
use crate::{
    call::{Blocks, Call, Reply},
    error::{Error, Refusal},
    schema::{Output, declared_arguments},
    spec::{Effect, Spec},
    tool::{BoxFuture, Dispatch, Role, Toolset},
    validate::Compiled,
};

pub(super) async fn add(
    set: &mut Toolset,
    link: &Arc<Link>,
    name: &str,
    allow: Allow,
) -> Result<(), Error> {
    let (pinned, source) = find(link, name).await?;
    let fail = |problem: String| Error::Tool { tool: name.into(), problem };
    let effect = allow.tool_effect().map_err(|problem| fail(problem.into()))?;
    let unfit = allow.opens_none_of(&[Opens::Completion, Opens::Updates]);
    unfit.map_err(|problem| fail(problem.into()))?;
    contradiction(&pinned, effect).map_err(|problem| fail(problem.into()))?;
    if let Some(pin) = &allow.pin {
        let now = pinned.pin();
        if *pin != now {
            let pin: String = pin.chars().take(80).flat_map(char::escape_debug).collect();
            return Err(fail(format!(
                "its definition is not the one that was pinned: it is `{now}`, and the pin is `{pin}`; \
                 review the tool, and write the new pin"
            )));
        }
    }
    let mut said = allow.said(name, effect).map_err(fail)?;
    said.title = pinned.title.clone().unwrap_or_default().into();
    said.description = pinned.description.clone().unwrap_or_default().into();
    said.idempotent = pinned.annotations.idempotent_hint.unwrap_or(said.idempotent);
    said.open_world = pinned.annotations.open_world_hint.unwrap_or(true);
    let input = declared_arguments(&pinned.input).map_err(fail)?;
    let output = pinned.output.as_deref().map(Output::declared).transpose().map_err(fail)?;
    let answers = output.as_ref().map(|output| Compiled::new(&output.schema)).transpose();
    let answers = answers.map_err(fail)?;
    let spec = Spec::of(said, input, output)?;
    let row = Row {
        answers,
        link: link.clone(),
        source,
        binary: allow.binary,
        asks: Questions::of(&allow),
        notifies: allow.opens(Opens::Notes),
        declares: pinned.declares(),
        pinned,
        warned: AtomicBool::new(false),
    };
    set.add(spec, Arc::new(row), Role::Tool);
    Ok(())
}

/// What the program says must not be less than what the server says.
fn contradiction(pinned: &Definition, effect: Effect) -> Result<(), &'static str> {
    let says = &pinned.annotations;
    let changes = says.read_only_hint == Some(false);
    let destroys = says.destructive_hint == Some(true) && says.read_only_hint != Some(true);
    match effect {
        Effect::ReadOnly if changes || destroys => Err(
            "it is listed as `read_only`, and the server says that it changes things: list it as `destructive`",
        ),
        Effect::Additive { .. } if destroys => Err(
            "it is listed as `additive`, and the server says that it is destructive: list it as `destructive`",
        ),
        _ => Ok(()),
    }
}

struct Row {
    link: Arc<Link>,
    pinned: Definition,
    source: Source,
    /// What the server says that it answers. What is published lets masks stand, and so other texts.
    answers: Option<Compiled>,
    binary: bool,
    /// What it may ask its caller.
    asks: Questions,
    notifies: bool,
    /// Whether its schema declares something as secret.
    declares: bool,
    warned: AtomicBool,
}

impl Dispatch for Row {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            if !self.unchanged().await {
                return Err(Refusal::Changed);
            }
            let (mut context, _ends) = self.link.context_of(&call, self.asks)?;
            self.asks.tell(&call.round, &mut context);
            let (answering, can) = (is_answer(&call.round), call.round.can);
            let mut request =
                CallToolRequestParams::new(self.pinned.name.clone()).with_arguments(call.arguments);
            if self.asks.any() {
                request.input_responses = call.round.answers;
                request.request_state = call.round.state;
            }
            match self.link.server().call(request, context).await {
                Ok(CallToolResponse::Complete(result)) => self.reply(result),
                Ok(CallToolResponse::InputRequired(asked)) => self.asks.ask(&asked, can),
                // The place for tasks: their results would not pass the guard.
                Ok(_) => Err(Refusal::BadOutput),
                Err(error) => Err(self.words(self.asks.refusal(answering, error))),
            }
        })
    }

    fn unchanged(&self) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let now = Definition::read(&self.link, &self.pinned.name, self.source).await;
            let unchanged = now.as_ref() == Some(&self.pinned);
            if !unchanged && !self.warned.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    tool = self.pinned.name,
                    "the definition of a tool changed or is gone: it is refused from now on"
                );
            }
            unchanged
        })
    }

    fn notifies(&self) -> bool {
        self.notifies
    }

    fn asks(&self) -> bool {
        self.asks.any()
    }

    fn is_foreign(&self) -> bool {
        true
    }
}

impl Row {
    /// What it says in the place of an answer. Where its schema declares secrets, they can stand in any words,
    /// and nobody here has written those.
    fn words(&self, refusal: Refusal) -> Refusal {
        match refusal {
            Refusal::Handler(_) if self.declares => Refusal::Failed,
            other => other,
        }
    }

    fn reply(&self, result: CallToolResult) -> Result<Reply, Refusal> {
        if result.result_type.as_ref().is_some_and(|kind| !kind.is_complete()) {
            return Err(Refusal::BadOutput);
        }
        if result.is_error == Some(true) {
            let texts = result.content.iter().filter_map(ContentBlock::as_text);
            let words: Vec<&str> = texts.map(|text| &*text.text).collect();
            return Err(if words.is_empty() {
                Refusal::Failed
            } else {
                self.words(Refusal::Handler(words.join("\n")))
            });
        }
        let structured = result.structured_content;
        if let (Some(schema), Some(value)) = (&self.answers, &structured)
            && !schema.fits(value)
        {
            return Err(Refusal::BadOutput);
        }
        let structured = structured.map(|value| value.to_string().into());
        let blocks = result.content.iter().map(|content| block(content, self.binary));
        let blocks = blocks.collect::<Result<_, _>>()?;
        Ok(Reply::Blocks(Blocks { structured, blocks, ..Blocks::default() }))
    }
}

/// One block as it may go on: of a known kind, binary only where that was declared, and without what
/// the guard could not read.
pub(super) fn block(content: &ContentBlock, binary: bool) -> Result<Value, Refusal> {
    let is_binary = match content {
        ContentBlock::Text(_) => false,
        ContentBlock::ResourceLink(link) => is_data(&link.uri),
        ContentBlock::Image(_) | ContentBlock::Audio(_) => true,
        ContentBlock::Resource(embedded) => is_binary(&embedded.resource)?,
        _ => return Err(Refusal::BadOutput),
    };
    if is_binary && !binary {
        return Err(Refusal::BadOutput);
    }
    bare(content)
}

pub(super) fn is_binary(contents: &ResourceContents) -> Result<bool, Refusal> {
    match contents {
        ResourceContents::TextResourceContents { uri, .. } => Ok(is_data(uri)),
        ResourceContents::BlobResourceContents { .. } => Ok(true),
        _ => Err(Refusal::BadOutput),
    }
}

/// Whether an address holds what it leads to. Browsers overlook blanks and line ends.
fn is_data(uri: &str) -> bool {
    let signs = uri.chars().filter(|c| !c.is_whitespace() && !c.is_control());
    signs.take(5).collect::<String>().eq_ignore_ascii_case("data:")
}

/// A thing of the protocol as JSON, without `_meta`, pictures and annotations: nobody told what they
/// hold.
pub(super) fn bare(thing: &impl serde::Serialize) -> Result<Value, Refusal> {
    let mut value = serde_json::to_value(thing).map_err(|_| Refusal::BadOutput)?;
    remove(&mut value, &UNREAD);
    Ok(value)
}

pub(super) const UNREAD: [&str; 3] = ["_meta", "icons", "annotations"];

pub(super) fn remove(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !names.contains(&&**name));
            members.values_mut().for_each(|member| remove(member, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, names)),
        _ => {}
    }
}
