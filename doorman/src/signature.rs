//! What a plain function's signature says: its state, what each parameter asks of the caller, and
//! what its return type answers.

use std::{fmt, marker::PhantomData};

use schemars::JsonSchema;
use serde::{
    Serialize,
    de::{
        DeserializeOwned,
        value::{Error as Missing, UnitDeserializer},
    },
};
use serde_json::Value;

use crate::{
    call::Reply,
    error::Refusal,
    principal::Principal,
    schema::{Arguments, Output},
};

/// Shared state of plain functions, given to `with_state`.
///
/// ```
/// use doorman::{State, expose, tools};
///
/// /// Greets.
/// #[expose(public, read_only)]
/// fn greet(State(greeting): State<&'static str>, name: String) -> String {
///     format!("{greeting}, {name}")
/// }
///
/// let tools = tools![greet].with_state("Hello");
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is a pattern in signatures, as axum's is")]
pub struct State<S>(pub S);

/// A part of the state that a [`State`] parameter may ask for alone.
///
/// ```
/// use doorman::FromRef;
/// #[derive(Clone)]
/// struct App { greeting: String }
/// impl FromRef<App> for String {
///     fn from_ref(app: &App) -> Self {
///         app.greeting.clone()
///     }
/// }
/// ```
pub trait FromRef<S> {
    /// Makes the part from the whole.
    fn from_ref(state: &S) -> Self;
}

impl<S: Clone> FromRef<S> for S {
    fn from_ref(state: &S) -> Self {
        state.clone()
    }
}

/// What a return type and its values say. Both in one, so that a type which cannot be shown is
/// refused once.
#[derive(Debug)]
pub struct Answer<R> {
    pub(crate) output: Option<Output>,
    pub(crate) reply: fn(R) -> Result<Reply, Refusal>,
}

/// Asks what a type is: an inherent constant answers before a trait's, so [`Principal`] and
/// [`State`] answer for themselves and every other type is an argument.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

/// A parameter that asks nothing of the caller.
#[derive(Debug)]
#[non_exhaustive]
pub struct Context;

/// A parameter that the caller fills.
#[derive(Debug)]
pub struct Argument<T>(PhantomData<fn() -> T>);

impl Probe<Principal> {
    /// Asks nothing.
    pub const PARAMETER: Context = Context;
}

impl<S> Probe<State<S>> {
    /// Asks nothing.
    pub const PARAMETER: Context = Context;
}

/// What a [`Probe`] answers for every other type.
pub trait OtherParameter {
    /// The type asked about.
    type Asked;
    /// Asks the caller.
    const PARAMETER: Argument<Self::Asked> = Argument(PhantomData);
}

impl<T> OtherParameter for Probe<T> {
    type Asked = T;
}

impl Context {
    /// Whether the caller fills it.
    #[must_use]
    pub const fn asks(&self) -> bool {
        false
    }

    /// Adds nothing.
    pub fn describe(self, _: &mut Arguments, _: &str, _: &str) {}
}

impl<T> Argument<T> {
    /// Whether the caller fills it.
    #[must_use]
    pub const fn asks(&self) -> bool {
        true
    }

    /// Adds one argument. It is optional where its type deserializes from nothing, as `Option` does.
    pub fn describe(self, arguments: &mut Arguments, name: &str, description: &str)
    where
        T: Describable,
    {
        let schema = arguments.schema_of::<T>();
        arguments.insert(name, schema, description, from_nothing::<T>().is_none());
    }
}

/// The value of an argument that was left out, where the type has one.
pub(crate) fn from_nothing<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(UnitDeserializer::<Missing>::new()).ok()
}

/// What an agent can be told of and can send.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to an agent",
    label = "no JSON schema, or not deserializable",
    note = "derive `serde::Deserialize` and `schemars::JsonSchema` for it"
)]
pub trait Describable: JsonSchema + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema + DeserializeOwned> Describable for T {}

/// A return value as it is.
#[derive(Debug)]
pub struct Plain<T>(PhantomData<fn() -> T>);

/// A return value behind a `Result`.
#[derive(Debug)]
pub struct Fallible<T, E>(PhantomData<fn() -> (T, E)>);

impl<T, E> Probe<Result<T, E>> {
    /// May fail.
    pub const ANSWER: Fallible<T, E> = Fallible(PhantomData);
}

/// What a [`Probe`] answers for every other return type.
pub trait OtherAnswer {
    /// The type asked about.
    type Asked;
    /// Cannot fail.
    const ANSWER: Plain<Self::Asked> = Plain(PhantomData);
}

impl<T> OtherAnswer for Probe<T> {
    type Asked = T;
}

/// What an agent can be answered with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to a model",
    label = "no JSON schema, or not serializable",
    note = "derive `serde::Serialize` and `schemars::JsonSchema` for it"
)]
pub trait Showable: JsonSchema + Serialize {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema + Serialize> Showable for T {}

impl<T> Plain<T> {
    /// The published form, where there is one, and the value as a reply.
    #[must_use]
    pub fn answer(self) -> Answer<T>
    where
        T: Showable,
    {
        Answer { output: output_of::<T>(), reply: |value| reply_with(&value) }
    }
}

impl<T, E> Fallible<T, E> {
    /// The published form of the good case; the error's words where there is none.
    #[must_use]
    pub fn answer(self) -> Answer<Result<T, E>>
    where
        T: Showable,
        E: fmt::Display,
    {
        Answer {
            output: output_of::<T>(),
            reply: |value| match value {
                Ok(value) => reply_with(&value),
                Err(error) => Err(Refusal::Handler(error.to_string())),
            },
        }
    }
}

impl<R> Answer<R> {
    /// What stands in for a function that was refused.
    #[must_use]
    pub fn none() -> Self {
        Self { output: None, reply: |_| Err(Refusal::BadOutput) }
    }
}

fn output_of<T: JsonSchema>() -> Option<Output> {
    let output = Output::of::<T>();
    let is_silent = |kind: &Value| kind == "string" || kind == "null";
    let silent = output.wrapped
        && output.schema["properties"]["result"].as_object().is_some_and(|result| {
            result.get("type").is_some_and(is_silent)
                && !result.contains_key("enum")
                && !result.contains_key("const")
        });
    (!silent).then_some(output)
}

fn reply_with<T: Serialize>(value: &T) -> Result<Reply, Refusal> {
    serde_json::to_vec(value).map(|bytes| Reply::Json(bytes.into())).map_err(|_| Refusal::BadOutput)
}
