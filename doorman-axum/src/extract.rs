//! What an extractor asks of the caller, and where in the request each argument goes.

use std::{borrow::Cow, collections::BTreeSet, marker::PhantomData};

use axum::{
    Form, Json,
    extract::{FromRequest, Path, Query},
};
use doorman::private::{Arguments, plain_fields};
use schemars::JsonSchema;
use serde_json::Value;

use crate::path::PathTemplate;

/// Where an extractor reads what it asks for.
///
/// ```
/// # use doorman_axum::{Describe, Place};
/// assert_eq!(<axum::extract::Query<u8> as Describe>::PLACE, Place::Query);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The placeholders of the route.
    Path,
    /// The query string.
    Query,
    /// The body, as JSON.
    Json,
    /// The body as a form, or the query string of a GET.
    Form,
}

/// Says what an extractor asks of the caller, so that the tool's schema can say it too.
///
/// axum's `Path`, `Query`, `Json` and `Form` have it. An own extractor that does not is taken to ask
/// nothing (state, headers, the caller), and one that reads the body does not compile without it.
///
/// ```
/// use doorman_axum::{Describe, Place};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Page { page: Option<u32> }
///
/// struct Paged(u32);
///
/// impl Describe for Paged {
///     type Asked = Page;
///     const PLACE: Place = Place::Query;
/// }
/// ```
pub trait Describe {
    /// What is asked: its JSON schema describes the arguments.
    type Asked;
    /// Where it is read.
    const PLACE: Place;
    /// Whether everything may be left out.
    const OPTIONAL: bool = false;
}

impl<T> Describe for Path<T> {
    type Asked = T;
    const PLACE: Place = Place::Path;
}

impl<T> Describe for Query<T> {
    type Asked = T;
    const PLACE: Place = Place::Query;
}

impl<T> Describe for Json<T> {
    type Asked = T;
    const PLACE: Place = Place::Json;
}

impl<T> Describe for Form<T> {
    type Asked = T;
    const PLACE: Place = Place::Form;
}

impl<T: Describe> Describe for Option<T> {
    type Asked = T::Asked;
    const PLACE: Place = T::PLACE;
    const OPTIONAL: bool = true;
}

impl<T: Describe, E> Describe for Result<T, E> {
    type Asked = T::Asked;
    const PLACE: Place = T::PLACE;
    const OPTIONAL: bool = T::OPTIONAL;
}

/// Asks what an extractor is: the inherent constants answer where the type says something of itself.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

/// An extractor that asks.
#[derive(Debug)]
pub struct Asks<T>(PhantomData<fn() -> T>);

/// An extractor that asks nothing of the caller.
#[derive(Debug)]
pub struct Silent<T>(PhantomData<fn() -> T>);

impl<T: Describe> Probe<T> {
    /// Asks.
    pub const ARGUMENT: Asks<T> = Asks(PhantomData);
}

/// What a [`Probe`] answers for every other type.
pub trait OtherArgument {
    /// The type asked about.
    type Asked;
    /// Asks nothing.
    const ARGUMENT: Silent<Self::Asked> = Silent(PhantomData);
}

impl<T> OtherArgument for Probe<T> {
    type Asked = T;
}

/// Asks whether an extractor that works with any state takes the body.
#[derive(Debug)]
pub struct BodyProbe<T>(PhantomData<fn() -> T>);

impl<T: FromRequest<()>> BodyProbe<T> {
    /// Takes the body.
    pub const TAKES_BODY: bool = true;
}

/// What a [`BodyProbe`] answers for every other type.
pub trait NoBody {
    /// Leaves the body alone, or is tied to one state and seen when the state is given.
    const TAKES_BODY: bool = false;
}

impl<T> NoBody for BodyProbe<T> {}

/// What an agent can be told of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to an agent",
    label = "no JSON schema",
    note = "derive `schemars::JsonSchema` for it"
)]
pub trait Describable: JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema> Describable for T {}

impl<T: Describe> Asks<T> {
    /// Whether the type describes itself.
    #[must_use]
    pub const fn asks(&self) -> bool {
        true
    }

    /// Adds what the extractor asks.
    pub fn describe(self, shape: &mut Shape, name: &str, description: &str)
    where
        T::Asked: Describable,
    {
        shape.last_asks = true;
        shape.ask::<T::Asked>(T::PLACE, name, description, T::OPTIONAL);
    }
}

impl<T> Silent<T> {
    /// Whether the type describes itself.
    #[must_use]
    pub const fn asks(&self) -> bool {
        false
    }

    /// Adds nothing.
    pub fn describe(self, shape: &mut Shape, _: &str, _: &str) {
        shape.last_asks = false;
    }
}

/// How the arguments of one handler make a request.
#[derive(Debug)]
pub struct Shape {
    path: PathTemplate,
    is_get: bool,
    arguments: Arguments,
    layout: Layout,
    /// The placeholders that a `Path` has described.
    described: BTreeSet<String>,
    last_asks: bool,
    problems: Vec<String>,
}

/// Where each argument goes.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) query: Vec<Group>,
    pub(crate) body: Option<(BodyKind, Group)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Form,
}

/// The arguments that one extractor reads.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) fields: Fields,
    /// Whether the request goes without it when nothing of it was given.
    pub(crate) optional: bool,
}

#[derive(Debug)]
pub(crate) enum Fields {
    /// Each field of an object is an argument.
    Flat(Vec<String>),
    /// One argument is the whole.
    Whole(String),
}

impl Shape {
    pub(crate) fn new(path: PathTemplate, is_get: bool) -> Self {
        Self {
            path,
            is_get,
            arguments: Arguments::default(),
            layout: Layout::default(),
            described: BTreeSet::new(),
            last_asks: false,
            problems: Vec::new(),
        }
    }

    fn ask<T: JsonSchema>(&mut self, place: Place, name: &str, description: &str, optional: bool) {
        let schema = self.arguments.schema_of::<T>();
        match place {
            Place::Path => self.ask_path(&schema, description),
            Place::Form if !self.is_get => {
                self.refuse_structures(&schema);
                self.ask_body(BodyKind::Form, schema, name, description, optional);
            }
            Place::Query | Place::Form => {
                self.refuse_structures(&schema);
                let name = if name.is_empty() { "query" } else { name };
                let group = self.group(schema, name, description, optional);
                self.layout.query.push(group);
            }
            Place::Json => self.ask_body(BodyKind::Json, schema, name, description, optional),
        }
    }

    fn ask_body(
        &mut self,
        kind: BodyKind,
        schema: Value,
        name: &str,
        description: &str,
        optional: bool,
    ) {
        let name = if name.is_empty() { "body" } else { name };
        let group = self.group(schema, name, description, optional);
        if self.layout.body.replace((kind, group)).is_some() {
            self.problems.push("two extractors read the body: keep one".into());
        }
    }

    /// A query or a form is a list of names and texts.
    fn refuse_structures(&mut self, schema: &Value) {
        for (field, schema) in plain_fields(schema).into_iter().flat_map(|(fields, _)| fields) {
            if self.arguments.takes_objects(&schema) {
                self.problems.push(format!(
                    "`{field}` is an object, and a query or a form holds none: take it as `Json<T>`, or its fields one by one"
                ));
            }
        }
    }

    /// Publishes the fields of an object side by side, and everything else as one argument.
    fn group(&mut self, schema: Value, name: &str, description: &str, optional: bool) -> Group {
        let Some((fields, required)) = plain_fields(&schema) else {
            self.arguments.insert(name, schema, description, !optional);
            return Group { fields: Fields::Whole(name.into()), optional };
        };
        let only = if fields.len() == 1 { description } else { "" };
        let names = fields.keys().cloned().collect();
        for (field, schema) in fields {
            let required = !optional && required.contains(&field);
            self.arguments.insert(&field, schema, only, required);
        }
        Group { fields: Fields::Flat(names), optional }
    }

    fn ask_path(&mut self, schema: &Value, description: &str) {
        let placeholders: Vec<String> = self.path.placeholders().map(str::to_owned).collect();
        let only = if placeholders.len() == 1 { description } else { "" };
        let mut place = |name: &str, schema: Value| {
            // Two `Path` extractors may read one placeholder; whatever else has its name collides.
            if self.described.insert(name.to_owned()) {
                self.arguments.insert(name, schema, only, true);
            }
        };
        if let Some((fields, _)) = plain_fields(schema) {
            for (name, schema) in fields {
                if placeholders.contains(&name) {
                    place(&name, schema);
                } else {
                    self.problems.push(format!("`Path` asks for `{name}`, which the route does not have: write `{{{name}}}` into it"));
                }
            }
        } else if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
            if items.len() != placeholders.len() {
                self.problems.push(format!(
                    "`Path` reads {} placeholders and the route has {}",
                    items.len(),
                    placeholders.len()
                ));
            }
            for (name, schema) in placeholders.iter().zip(items) {
                place(name, schema.clone());
            }
        } else if schema.get("type").is_some_and(|kind| kind == "object" || kind == "array") {
            // A map or a list of pairs reads every placeholder as text; `finish` adds them.
        } else if let [name] = placeholders.as_slice() {
            place(name, schema.clone());
        } else {
            self.problems.push(format!(
                "`Path` reads one placeholder and the route has {}",
                placeholders.len()
            ));
        }
    }

    /// Ends the collection: placeholders that no extractor describes are text, and a last argument
    /// that takes the body must have described itself.
    pub(crate) fn finish(mut self, last_takes_body: bool) -> Finished {
        if last_takes_body && !self.last_asks {
            self.problems.push(
                "its last argument takes the body and is not described: use `Json<T>`, or implement `doorman_axum::Describe` for it".into(),
            );
        }
        let whole = |group: &Group| matches!(group.fields, Fields::Whole(_));
        if self.layout.query.len() > 1 && self.layout.query.iter().any(whole) {
            self.problems.push(
                "one extractor reads the whole query, so no other may read a part of it".into(),
            );
        }
        for name in self.path.placeholders() {
            if !self.described.contains(name) {
                self.arguments.insert(name, serde_json::json!({ "type": "string" }), "", true);
            }
        }
        Finished {
            path: self.path,
            arguments: self.arguments,
            layout: self.layout,
            problems: self.problems,
        }
    }
}

/// A [`Shape`] with all said.
pub(crate) struct Finished {
    pub(crate) path: PathTemplate,
    pub(crate) arguments: Arguments,
    pub(crate) layout: Layout,
    pub(crate) problems: Vec<String>,
}

/// A JSON scalar as it stands in a path, a query or a form; `None` for objects and arrays.
pub(crate) fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(truth) => Some(if *truth { "true" } else { "false" }.into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
