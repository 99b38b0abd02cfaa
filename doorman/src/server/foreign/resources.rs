//! Resources of another server, as rows: one for each pattern, and two for the lists of them.

use std::sync::Arc;

use rmcp::model::{ReadResourceRequestParams, ReadResourceResponse, ResourceContents};
use serde_json::{Value, json};

use super::{
    Allow, Link,
    allow::Opens,
    completions, link, refused,
    tools::{bare, is_binary},
    updates,
};
use crate::{
    call::{Blocks, Call, Reply},
    error::{Error, Refusal},
    schema::{Object, closed},
    spec::{Effect, Said, Spec},
    tool::{BoxFuture, Dispatch, Role, Toolset},
    uri::{UriPattern, normalized, template_example},
};

pub(super) fn add(
    set: &mut Toolset,
    link: &Arc<Link>,
    resources: Vec<(String, Allow)>,
    errors: &mut Vec<Error>,
) {
    let Some((first, _)) = resources.first().cloned() else { return };
    let mut rows = Vec::new();
    for (pattern, allow) in resources {
        match parsed(&pattern, &allow) {
            Ok((spec, parsed)) => rows.push((Arc::new(spec), parsed, allow)),
            Err(problem) => errors.push(refused("resource", &pattern, &problem)),
        }
    }
    let patterns: Arc<[UriPattern]> = rows.iter().map(|(_, pattern, _)| pattern.clone()).collect();
    let specs: Arc<[Arc<Spec>]> = rows.iter().map(|(spec, ..)| spec.clone()).collect();
    // What is shown depends on who asks.
    let lists = Allow::lists_of(rows.iter().map(|(_, _, allow)| allow));
    for (place, (spec, pattern, allow)) in rows.into_iter().enumerate() {
        let (patterns, binary) = (patterns.clone(), allow.binary);
        let own = Own { patterns, place };
        let mut opened = Ok(());
        if allow.opens(Opens::Completion) {
            opened = completions::of_templates(set, link, &own, &pattern, (spec.name(), &allow));
        }
        if allow.opens(Opens::Updates) {
            let told = updates::add(set, link, &own, &pattern, (spec.name(), &allow));
            opened = opened.and(told);
        }
        if let Err(problem) = opened {
            errors.push(refused("resource", spec.name(), &problem));
        }
        let row = Row { link: link.clone(), own, binary };
        set.add(spec, Arc::new(row), Role::Resource(pattern));
    }
    for (what, role) in
        [("resources", Role::Resources(specs.clone())), ("templates", Role::Templates(specs))]
    {
        let templates = matches!(role, Role::Templates(_));
        let said = lists.said(&format!("{what}:{first}"), Effect::ReadOnly);
        let row = List { link: link.clone(), patterns: patterns.clone(), templates };
        match said.and_then(|said| spec(said, no_arguments())) {
            Ok(spec) => set.add(spec, Arc::new(row), role),
            Err(problem) => errors.push(refused(what, &first, &problem)),
        }
    }
}

fn parsed(pattern: &str, allow: &Allow) -> Result<(Spec, UriPattern), String> {
    allow.reads_only()?;
    allow.asks_nothing()?;
    let parsed = UriPattern::parse(pattern).map_err(|problem| {
        format!("{problem}: write it as in `notes://public/*`, with the scheme and without `..`")
    })?;
    let said = allow.said(&format!("resource:{pattern}"), Effect::ReadOnly)?;
    let arguments = closed(json!({ "uri": { "type": "string" } }), ["uri"]);
    Ok((spec(said, arguments)?, parsed))
}

pub(super) fn spec(said: Said, arguments: Object) -> Result<Spec, String> {
    Spec::of(said, arguments, None).map_err(|error| match error {
        Error::Tool { problem, .. } => problem,
        other => other.to_string(),
    })
}

fn no_arguments() -> Object {
    closed(Object::new(), None::<&str>)
}

struct Row {
    link: Arc<Link>,
    own: Own,
    binary: bool,
}

/// A pattern among all of the server's.
#[derive(Clone)]
pub(super) struct Own {
    patterns: Arc<[UriPattern]>,
    place: usize,
}

impl Own {
    /// Whether its own pattern, and no other, matches an address.
    pub(super) fn matches(&self, normalized: &str) -> bool {
        let patterns = self.patterns.iter().enumerate();
        let mut places =
            patterns.filter(|(_, pattern)| pattern.matches(normalized)).map(|(place, _)| place);
        places.next() == Some(self.place) && places.next().is_none()
    }
}

impl Dispatch for Row {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let (context, _guard) = self.link.silent_context_of(&call)?;
            let uri = call.arguments.get("uri").and_then(Value::as_str).and_then(normalized);
            // The one form that was matched is the one that the server sees.
            let uri = uri.filter(|uri| self.own.matches(uri)).ok_or(Refusal::NotExposed)?;
            let request = ReadResourceRequestParams::new(uri);
            let result = match self.link.server().read(request, context).await {
                Ok(ReadResourceResponse::Complete(result)) => result,
                Ok(_) => return Err(Refusal::BadOutput),
                Err(error) => return Err(link::refusal(error)),
            };
            if result.result_type.as_ref().is_some_and(|kind| !kind.is_complete()) {
                return Err(Refusal::BadOutput);
            }
            let contents = result.contents.iter().map(|contents| self.contents(contents));
            let blocks = contents.collect::<Result<_, _>>()?;
            Ok(Reply::Blocks(Blocks { blocks, ..Blocks::default() }))
        })
    }
}

impl Row {
    /// Contents as they may go on: of this pattern alone, and binary only where that was declared.
    fn contents(&self, contents: &ResourceContents) -> Result<Value, Refusal> {
        if is_binary(contents)? && !self.binary {
            return Err(Refusal::BadOutput);
        }
        let contents = bare(contents)?;
        let uri = contents["uri"].as_str().and_then(normalized);
        if uri.is_some_and(|uri| self.own.matches(&uri)) {
            Ok(contents)
        } else {
            Err(Refusal::BadOutput)
        }
    }
}

/// Shows what of the server's resources, or templates, some pattern matches.
struct List {
    link: Arc<Link>,
    patterns: Arc<[UriPattern]>,
    templates: bool,
}

impl Dispatch for List {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let found = if self.templates {
                self.templates(&call).await
            } else {
                self.resources(&call).await
            };
            let listed = found.ok_or(Refusal::Failed)?.into_iter().filter(|(uri, _)| {
                uri.as_ref().is_some_and(|uri| self.patterns.iter().any(|one| one.matches(uri)))
            });
            let blocks = listed.map(|(_, entry)| entry).collect();
            Ok(Reply::Blocks(Blocks { blocks, ..Blocks::default() }))
        })
    }
}

/// An entry of a list, and the address that it is judged by.
type Entry = (Option<String>, Value);

impl List {
    async fn resources(&self, call: &Call) -> Option<Vec<Entry>> {
        let pages = self.link.all(Some(&call.principal), |server, page, context| {
            Box::pin(async move {
                let list = server.resources(page, context).await?;
                Ok((list.resources, list.next_cursor))
            })
        });
        let entry = |one: rmcp::model::Resource| Some((normalized(&one.uri), bare(&one).ok()?));
        pages.await?.into_iter().map(entry).collect()
    }

    async fn templates(&self, call: &Call) -> Option<Vec<Entry>> {
        let pages = self.link.all(Some(&call.principal), |server, page, context| {
            Box::pin(async move {
                let list = server.templates(page, context).await?;
                Ok((list.resource_templates, list.next_cursor))
            })
        });
        let entry = |one: rmcp::model::ResourceTemplate| {
            Some((template_example(&one.uri_template), bare(&one).ok()?))
        };
        pages.await?.into_iter().map(entry).collect()
    }
}
