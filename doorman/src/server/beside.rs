//! Prompts and resources of other servers: found by name or address, taken through the same guard.

use std::{sync::Arc, time::Instant};

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CacheScope, CompleteRequestParams, CompleteResult, CompletionInfo, CustomResult, ErrorCode,
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, InputRequiredResult,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, Prompt,
        ReadResourceRequestParams, ReadResourceResult, Reference, ResultType,
    },
    service::RequestContext,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    Inbound, Server,
    answers::{content, not_served, of_the_protocol, told},
    call_of,
    streams::kinds,
};
use crate::{
    authorize::authorize,
    call::Round,
    error::Refusal,
    guard::{Answer, Refused},
    principal::Principal,
    schema::Object,
    spec::{Spec, hidden_in},
    tool::{Role, Tool},
    uri::{normalized, template_example},
};

type Context = RequestContext<RoleServer>;

impl Server {
    /// Whether there is something of this role.
    pub(super) fn has(&self, is: impl Fn(&Role) -> bool) -> bool {
        self.doorman.parts().tools.iter().any(|tool| is(&tool.role))
    }

    pub(super) fn serves_prompts(&self) -> Result<(), ErrorData> {
        let serves = self.has(|role| matches!(role, Role::Prompt { .. }));
        if serves { Ok(()) } else { Err(not_served()) }
    }

    pub(super) fn serves_resources(&self) -> Result<(), ErrorData> {
        let serves = self.has(|role| matches!(role, Role::Resource(_)));
        if serves { Ok(()) } else { Err(not_served()) }
    }

    pub(super) async fn prompts(
        &self,
        mut context: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let (inbound, _) = self.inbound(&mut context).await?;
        let shown = self.doorman.parts().tools.iter().filter_map(|tool| match &tool.role {
            Role::Prompt { published, .. } if self.shows(&tool.spec, &inbound.principal) => {
                Some((**published).clone())
            }
            _ => None,
        });
        let shown: Vec<Prompt> = content(shown.collect())?;
        let mut list = ListPromptsResult::with_all_items(shown);
        (list.ttl_ms, list.cache_scope) = (Some(0), Some(CacheScope::Private));
        Ok(list)
    }

    pub(super) async fn prompt(
        &self,
        request: GetPromptRequestParams,
        mut context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let round = Round {
            answers: request.input_responses,
            state: request.request_state,
            can: kinds(&context),
            ..Round::default()
        };
        let mut rows = self
            .rows(|tool| matches!(&tool.role, Role::Prompt { name, .. } if *name == request.name));
        let answer = self.one(rows.next(), "prompt", (arguments, round), &mut context).await?;
        let blocks = answer.blocks.ok_or_else(unfit)?;
        if answer.asks {
            let mut asked: Vec<InputRequiredResult> = content(blocks)?;
            return asked.pop().map(Into::into).ok_or_else(unfit);
        }
        let mut whole: Vec<GetPromptResult> = content(blocks)?;
        let mut result = whole.pop().ok_or_else(unfit)?;
        result.result_type = Some(ResultType::COMPLETE);
        Ok(result.into())
    }

    pub(super) fn serves_completion(&self) -> Result<(), ErrorData> {
        let serves = self
            .has(|role| matches!(role, Role::PromptCompletion(_) | Role::TemplateCompletion(_)));
        if serves { Ok(()) } else { Err(not_served()) }
    }

    pub(super) async fn completion(
        &self,
        request: CompleteRequestParams,
        mut context: Context,
    ) -> Result<CompleteResult, ErrorData> {
        let mut arguments = Object::new();
        arguments.insert("argument".into(), request.argument.name.into());
        arguments.insert("value".into(), request.argument.value.into());
        if let Some(texts) = request.context.and_then(|context| context.arguments) {
            arguments.insert("context".into(), json!(texts));
        }
        let (place, what) = match request.r#ref {
            Reference::Prompt(prompt) => {
                let mut rows = self.rows(|tool| {
                    matches!(&tool.role, Role::PromptCompletion(name) if *name == prompt.name)
                });
                (rows.next(), "prompt")
            }
            Reference::Resource(template) => {
                let place = template_example(&template.uri).and_then(|uri| {
                    self.resource(&uri)?;
                    self.rows(|tool| matches!(&tool.role, Role::TemplateCompletion(it) if it.matches(&uri)))
                        .next()
                });
                arguments.insert("template".into(), template.uri.into());
                (place, "resource")
            }
            _ => (None, "completion"),
        };
        let answer = self.one(place, what, (arguments, Round::default()), &mut context).await?;
        let blocks = answer.blocks.ok_or_else(unfit)?;
        let values = blocks.iter().filter_map(|block| block.as_object()?.values().next()?.as_str());
        let info = CompletionInfo::new(values.map(str::to_owned).collect());
        info.map(CompleteResult::new).map_err(|_| unfit())
    }

    /// Answers an older client that wants to hear of a resource, or wants to no more.
    pub(super) async fn subscription(
        &self,
        uri: &str,
        mut context: Context,
    ) -> Result<(), ErrorData> {
        if !self.tells_of_changes() {
            return Err(not_served());
        }
        let uri = normalized(uri);
        let place = uri.as_deref().and_then(|uri| {
            self.resource(uri)?;
            self.rows(|tool| matches!(&tool.role, Role::Subscription(it) if it.matches(uri))).next()
        });
        let mut arguments = Object::new();
        arguments.insert("uris".into(), json!([uri.unwrap_or_default()]));
        let asked = (arguments, Round::default());
        self.one(place, "resource", asked, &mut context).await.map(|_| ())
    }

    /// Refuses a request for resources of which there is none.
    pub(super) fn unknown_resource(&self, sender: &Inbound) -> ErrorData {
        let (guard, peer) = (&self.doorman.parts().guard, sender.peer.map(|peer| peer.ip()));
        let none = Object::new();
        let refused = guard.unknown("resource", &none, &sender.principal, peer, Instant::now());
        error(&refused, "resource")
    }

    pub(super) async fn read(
        &self,
        request: ReadResourceRequestParams,
        mut context: Context,
    ) -> Result<ReadResourceResult, ErrorData> {
        let uri = normalized(&request.uri);
        let place = uri.as_deref().and_then(|uri| self.resource(uri));
        let mut arguments = Object::new();
        arguments.insert("uri".into(), uri.unwrap_or_default().into());
        let asked = (arguments, Round::default());
        let answer = self.one(place, "resource", asked, &mut context).await?;
        let mut result = ReadResourceResult::new(content(answer.blocks.ok_or_else(unfit)?)?);
        (result.ttl_ms, result.cache_scope) = (Some(0), Some(CacheScope::Private));
        Ok(result)
    }

    pub(super) async fn resources(
        &self,
        mut context: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        let shown = self
            .listed(
                &mut context,
                |role| match role {
                    Role::Resources(rows) => Some(rows),
                    _ => None,
                },
                |entry| normalized(entry["uri"].as_str()?),
            )
            .await?;
        let mut list = ListResourcesResult::with_all_items(shown);
        (list.ttl_ms, list.cache_scope) = (Some(0), Some(CacheScope::Private));
        Ok(list)
    }

    pub(super) async fn templates(
        &self,
        mut context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let shown = self
            .listed(
                &mut context,
                |role| match role {
                    Role::Templates(rows) => Some(rows),
                    _ => None,
                },
                |entry| template_example(entry["uriTemplate"].as_str()?),
            )
            .await?;
        let mut list = ListResourceTemplatesResult::with_all_items(shown);
        (list.ttl_ms, list.cache_scope) = (Some(0), Some(CacheScope::Private));
        Ok(list)
    }

    /// What the rows of a list tell, as far as this caller may read it. Masked addresses lead nowhere,
    /// and so do those that nobody could review.
    async fn listed<T: DeserializeOwned>(
        &self,
        context: &mut Context,
        of: impl Fn(&Role) -> Option<&[Arc<Spec>]>,
        address: impl Fn(&Value) -> Option<String>,
    ) -> Result<Vec<T>, ErrorData> {
        let (inbound, headers) = self.inbound(context).await?;
        let mut shown = Vec::<Value>::new();
        let has_some = |tool: &Tool| {
            let mut rows = of(&tool.role).into_iter().flatten();
            rows.any(|spec| self.may_read(spec, &inbound.principal))
        };
        for place in self.rows(has_some) {
            let call = self.guarded(
                place,
                (Object::new(), Round::default()),
                &inbound,
                headers.clone(),
                call_of(context),
            );
            let blocks = match call.await {
                Ok(answer) => answer.blocks,
                // The lists of other servers are none the worse.
                Err(refused) if has_failed(&refused.refusal) => None,
                Err(refused) => return Err(error(&refused, "resource")),
            };
            let readable = |entry: &Value| {
                let place = address(entry).and_then(|uri| self.resource(&uri));
                let tool = place.and_then(|place| self.doorman.parts().tools.get(place));
                tool.is_some_and(|tool| self.may_read(&tool.spec, &inbound.principal))
                    && hidden_in(entry).is_none()
            };
            shown.extend(blocks.into_iter().flatten().filter(readable));
        }
        content(shown)
    }

    /// The row of the one pattern that an address matches. Where several match, nobody said which counts.
    pub(super) fn resource(&self, normalized: &str) -> Option<usize> {
        let mut rows = self.rows(
            |tool| matches!(&tool.role, Role::Resource(pattern) if pattern.matches(normalized)),
        );
        let row = rows.next()?;
        rows.next().is_none().then_some(row)
    }

    /// Entries are another server's data, so what `tools/list` shows does not count.
    pub(super) fn may_read(&self, spec: &Spec, principal: &Principal) -> bool {
        authorize(spec, principal, &self.doorman.parts().guard.hierarchy).is_ok()
    }

    /// Refuses a request that rmcp could make nothing of.
    pub(super) async fn malformed(
        &self,
        method: &str,
        what: &'static str,
        mut context: Context,
    ) -> Result<CustomResult, ErrorData> {
        let (inbound, _) = self.inbound(&mut context).await?;
        let (guard, peer) = (&self.doorman.parts().guard, inbound.peer.map(|peer| peer.ip()));
        let refused = guard.unknown(what, &Object::new(), &inbound.principal, peer, Instant::now());
        let told = error(&refused, what);
        Err(match refused.refusal {
            Refusal::NotExposed => ErrorData {
                code: ErrorCode::INVALID_PARAMS,
                message: format!("malformed `{method}`").into(),
                ..told
            },
            _ => told,
        })
    }

    pub(super) fn rows(&self, is: impl Fn(&Tool) -> bool) -> impl Iterator<Item = usize> {
        let rows = self.doorman.parts().tools.iter().enumerate();
        rows.filter(move |(_, tool)| is(tool)).map(|(place, _)| place)
    }

    /// Takes a request for one thing through the guard, or refuses one for what is none.
    async fn one(
        &self,
        place: Option<usize>,
        what: &'static str,
        (arguments, round): (Object, Round),
        context: &mut Context,
    ) -> Result<Answer, ErrorData> {
        let (inbound, headers) = self.inbound(context).await?;
        let called = if let Some(place) = place {
            self.guarded(place, (arguments, round), &inbound, headers, call_of(context)).await
        } else {
            let (guard, peer) = (&self.doorman.parts().guard, inbound.peer.map(|peer| peer.ip()));
            // What was asked for is the caller's own, and can be a value.
            Err(guard.unknown(what, &arguments, &inbound.principal, peer, Instant::now()))
        };
        called.map_err(|refused| error(&refused, what))
    }
}

/// Whether another server is the matter, and not the request.
fn has_failed(refusal: &Refusal) -> bool {
    refusal.is_failure_of_the_tool() || matches!(refusal, Refusal::BadOutput | Refusal::TooLarge)
}

fn unfit() -> ErrorData {
    ErrorData::internal_error(Refusal::BadOutput.to_string(), None)
}

/// A refusal of what has no results that could tell of it. rmcp logs errors, so the words of another
/// server's are not among them.
pub(super) fn error(refused: &Refused, what: &str) -> ErrorData {
    if let Some(error) = of_the_protocol(refused) {
        return error;
    }
    let refusal = &refused.refusal;
    let code = match refusal {
        Refusal::NotExposed if what == "resource" => ErrorCode::RESOURCE_NOT_FOUND,
        Refusal::NotExposed | Refusal::InvalidArguments(_) => ErrorCode::INVALID_PARAMS,
        Refusal::Unauthorized { .. } => ErrorCode(401),
        Refusal::Forbidden { .. } => ErrorCode(403),
        _ if refusal.retry_after_seconds().is_some() => ErrorCode(429),
        _ => ErrorCode::INTERNAL_ERROR,
    };
    let message = match refusal {
        Refusal::NotExposed => format!("not_exposed: there is no such {what}"),
        Refusal::Handler(_) => format!("handler_error: the {what} cannot be had"),
        other => other.to_string(),
    };
    ErrorData::new(code, message, Some(json!({ "doorman/refusal": told(refused) })))
}
