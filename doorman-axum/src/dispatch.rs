//! A call becomes a request that never leaves the process, and its response a reply.

use axum::{Router, body::Body, extract::ConnectInfo, http::StatusCode};
use bytes::Bytes;
use doorman::private::{BoxFuture, Call, Dispatch, Refusal, Reply};
use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use http_body_util::{LengthLimitError, Limited};
use serde_json::{Map, Value};
use tower::ServiceExt as _;

use crate::{
    aim::{Aim, Astray},
    caller::Caller,
    extract::{BodyKind, Fields, Group, Layout, scalar},
    path::PathTemplate,
    pieces::in_one_piece,
    reply::Answered,
};

/// A handler behind a router.
pub(crate) struct Handled {
    pub(crate) aim: Aim,
    pub(crate) method: Method,
    pub(crate) path: PathTemplate,
    pub(crate) layout: Layout,
    pub(crate) answered: Answered,
    pub(crate) forwarded: Vec<HeaderName>,
    pub(crate) router: Router,
}

impl Dispatch for Handled {
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let limit = call.result_limit;
            let request = self.request(call)?;
            let Ok(response) = self.router.clone().oneshot(request).await;
            if response.extensions().get::<Astray>().is_some() {
                return Err(mistake("the arguments lead to another route".into()));
            }
            self.reply(response, limit).await
        })
    }
}

impl Handled {
    /// The request holds what the arguments say and who calls; of the agent's own headers only those
    /// that the program named.
    fn request(&self, mut call: Call) -> Result<Request<Body>, Refusal> {
        let mut uri = self
            .path
            .fill(|name| call.arguments.get(name).and_then(scalar))
            .map_err(|name| mistake(format!("`{name}` must not be empty")))?;
        let query = self.query(&mut call.arguments)?;
        if !query.is_empty() {
            uri.push('?');
            uri.push_str(&query);
        }
        let (content_type, body) = self.body(&mut call.arguments)?;
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() =
            uri.parse().map_err(|_| mistake("the arguments are too long".into()))?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::HOST, call.host.clone());
        headers.extend(
            content_type.map(|kind| (header::CONTENT_TYPE, HeaderValue::from_static(kind))),
        );
        for name in &self.forwarded {
            for value in call.headers.get_all(name) {
                headers.append(name.clone(), value.clone());
            }
        }
        let extensions = request.extensions_mut();
        if let Some(peer) = call.peer {
            extensions.insert(ConnectInfo(peer));
        }
        extensions.insert(self.aim.clone());
        // An application takes a `Caller` for somebody who has proved who it is.
        if call.principal.verified() || !matches!(self.aim, Aim::Route(_)) {
            extensions.insert(Caller::from(call.principal));
        }
        Ok(request)
    }

    fn query(&self, arguments: &mut Map<String, Value>) -> Result<String, Refusal> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for group in &self.layout.query {
            append(&mut query, gather(group, arguments))?;
        }
        Ok(query.finish())
    }

    fn body(
        &self,
        arguments: &mut Map<String, Value>,
    ) -> Result<(Option<&'static str>, Body), Refusal> {
        let Some((kind, group)) = &self.layout.body else {
            return Ok((None, Body::empty()));
        };
        let Some(value) = gather(group, arguments) else {
            return Ok((None, Body::empty()));
        };
        Ok(match kind {
            BodyKind::Json => (Some("application/json"), value.to_string().into()),
            BodyKind::Form => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                append(&mut form, Some(value))?;
                (Some("application/x-www-form-urlencoded"), form.finish().into())
            }
        })
    }

    async fn reply(&self, response: Response<Body>, limit: usize) -> Result<Reply, Refusal> {
        let (head, body) = response.into_parts();
        if head.status.is_server_error() {
            return Err(Refusal::Failed);
        }
        let body = match in_one_piece(Limited::new(body, limit)).await {
            Ok(body) => body,
            Err(error) if error.is::<LengthLimitError>() => return Err(Refusal::TooLarge),
            Err(_) => return Err(Refusal::Failed),
        };
        if head.status.is_client_error() {
            return Err(Refusal::Handler(told(head.status, &body)));
        }
        if !head.status.is_success() {
            return Err(Refusal::BadOutput);
        }
        match &self.answered {
            Answered::Json(_) if is_json(&head.headers) => Ok(Reply::Json(body)),
            Answered::Empty if body.is_empty() => Ok(Reply::Empty),
            Answered::Text if head.status != StatusCode::NO_CONTENT => {
                String::from_utf8(body.into()).map(Reply::Text).map_err(|_| Refusal::BadOutput)
            }
            Answered::Json(_) | Answered::Text | Answered::Empty => Err(Refusal::BadOutput),
        }
    }
}

/// What the arguments of one extractor are together; `None` where it may go without.
fn gather(group: &Group, arguments: &mut Map<String, Value>) -> Option<Value> {
    match &group.fields {
        Fields::Whole(name) => arguments.remove(name),
        Fields::Flat(names) => {
            let given: Map<String, Value> =
                names.iter().filter_map(|name| arguments.remove_entry(name)).collect();
            (!given.is_empty() || !group.optional).then_some(given.into())
        }
    }
}

/// Writes an object, a list of pairs or nothing as `name=value&…`. A list stands as its name
/// repeated; `null` is left out.
fn append(
    form: &mut form_urlencoded::Serializer<'_, String>,
    value: Option<Value>,
) -> Result<(), Refusal> {
    let mut pair = |name: &str, value: &Value| match value {
        Value::Null => Ok(()),
        Value::Array(items) => items.iter().try_for_each(|item| {
            let item = scalar(item).ok_or_else(|| mistake(NO_STRUCTURE.into()))?;
            form.append_pair(name, &item);
            Ok(())
        }),
        one => {
            let one = scalar(one).ok_or_else(|| mistake(NO_STRUCTURE.into()))?;
            form.append_pair(name, &one);
            Ok(())
        }
    };
    match value {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Object(fields)) => {
            fields.iter().try_for_each(|(name, value)| pair(name, value))
        }
        Some(Value::Array(pairs)) => {
            pairs.iter().try_for_each(|entry| match entry.as_array().map(Vec::as_slice) {
                Some([Value::String(name), value]) => pair(name, value),
                _ => Err(mistake("a query is an object, or a list of pairs".into())),
            })
        }
        Some(_) => Err(mistake("a query is an object, or a list of pairs".into())),
    }
}

const NO_STRUCTURE: &str = "a query or a form holds no objects and no nested lists";

fn mistake(sentence: String) -> Refusal {
    Refusal::InvalidArguments(vec![sentence])
}

/// A 4xx in the handler's own words, or in HTTP's where it has none.
fn told(status: StatusCode, body: &Bytes) -> String {
    let text = String::from_utf8_lossy(body);
    match text.trim() {
        "" => status.canonical_reason().unwrap_or("the request cannot be served").to_owned(),
        text => text.to_owned(),
    }
}

fn is_json(headers: &http::HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    essence.is_some_and(|essence| {
        essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}
