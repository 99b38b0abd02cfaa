//! Plain functions as tools: how a call becomes their arguments.

use std::{fmt, future::Future, marker::PhantomData};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    call::{Call, Reply},
    error::Refusal,
    json,
    principal::Principal,
    schema::Arguments,
    signature::{Answer, Argument, Context, FromRef, State, from_nothing},
    spec::{Facts, Spec},
    tool::{BoxFuture, Dispatch, Toolset},
};

/// A function with `#[expose]`: what the attribute wrote down.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an exposed function",
    label = "no `#[doorman::expose(…)]` on it",
    note = "only functions that carry `#[doorman::expose(…)]` go into `doorman::tools![]`; axum handlers go into `doorman_axum::tools![]`"
)]
pub trait Function {
    /// Name, access, effect and texts.
    const FACTS: Facts;
    /// The parameters' names in order; empty where one has none.
    const PARAMETERS: &'static [&'static str];
    /// [`Sync`] or [`Async`].
    type Kind;
    /// The declared return type.
    type Output;
    /// Adds what the parameters ask of the caller.
    fn arguments(arguments: &mut Arguments);
    /// What the return type and its values say.
    fn answer() -> Answer<Self::Output>;
}

/// Marks a function without `async`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sync;

/// Marks an `async` function.
#[derive(Debug)]
#[non_exhaustive]
pub struct Async;

/// How one parameter is taken from a call; `M` keeps the two ways apart.
pub trait Parameter<S, M>: Sized {
    /// Takes the parameter.
    ///
    /// # Errors
    /// [`Refusal::InvalidArguments`] with the argument's name.
    fn take(call: &mut Call, name: &str, state: &S) -> Result<Self, Refusal>;
}

impl<S> Parameter<S, Context> for Principal {
    fn take(call: &mut Call, _: &str, _: &S) -> Result<Self, Refusal> {
        Ok(call.principal.clone())
    }
}

impl<S, T: FromRef<S>> Parameter<S, Context> for State<T> {
    fn take(_: &mut Call, _: &str, state: &S) -> Result<Self, Refusal> {
        Ok(Self(T::from_ref(state)))
    }
}

// That the type has a schema is asked at the attribute, and not a second time here.
impl<S, T: DeserializeOwned> Parameter<S, Argument<T>> for T {
    fn take(call: &mut Call, name: &str, _: &S) -> Result<Self, Refusal> {
        let taken = match call.arguments.remove(name) {
            // Serde's own words can repeat the value.
            Some(value) => T::deserialize(value).ok(),
            None => from_nothing(),
        };
        taken.ok_or_else(|| {
            Refusal::InvalidArguments(vec![format!("`{name}` does not fit its type")])
        })
    }
}

/// A function that a call with state `S` can be made into: `O` is its declared return type, `M` how
/// its parameters are taken.
#[diagnostic::on_unimplemented(
    message = "this function cannot be called with the state `{S}`",
    label = "an argument here does not deserialize, or a `State<…>` is no part of that state",
    note = "give `.with_state(…)` the state of every `State<…>`, or implement `doorman::FromRef` for the part"
)]
pub trait Invoke<S, O, Kind, M>: Send + std::marker::Sync + 'static {
    /// Takes the arguments and runs the function.
    ///
    /// # Errors
    /// [`Refusal::InvalidArguments`] where an argument cannot be taken.
    fn invoke(
        &self,
        call: Call,
        names: &[&'static str],
        state: &S,
    ) -> Result<impl Future<Output = O> + Send, Refusal>;
}

macro_rules! invoke {
    ($($parameter:ident $marker:ident),*) => {
        impl<Func, S, O, $($parameter, $marker),*> Invoke<S, O, Sync, ((), $(($parameter, $marker)),*)> for Func
        where
            Func: Fn($($parameter),*) -> O + Send + std::marker::Sync + 'static,
            O: Send,
            $($parameter: Parameter<S, $marker>,)*
        {
            #[allow(non_snake_case, unused_mut, unused_variables, reason = "one pattern for every number of parameters")]
            fn invoke(&self, mut call: Call, names: &[&'static str], state: &S)
                -> Result<impl Future<Output = O> + Send, Refusal>
            {
                let mut names = names.iter().copied();
                $(let $parameter = $parameter::take(&mut call, names.next().unwrap_or_default(), state)?;)*
                Ok(std::future::ready(self($($parameter),*)))
            }
        }

        impl<Func, S, O, Fut, $($parameter, $marker),*> Invoke<S, O, Async, (Fut, $(($parameter, $marker)),*)> for Func
        where
            Func: Fn($($parameter),*) -> Fut + Send + std::marker::Sync + 'static,
            Fut: Future<Output = O> + Send,
            $($parameter: Parameter<S, $marker>,)*
        {
            #[allow(non_snake_case, unused_mut, unused_variables, reason = "one pattern for every number of parameters")]
            fn invoke(&self, mut call: Call, names: &[&'static str], state: &S)
                -> Result<impl Future<Output = O> + Send, Refusal>
            {
                let mut names = names.iter().copied();
                $(let $parameter = $parameter::take(&mut call, names.next().unwrap_or_default(), state)?;)*
                Ok(self($($parameter),*))
            }
        }
    };
}

invoke!();
invoke!(A MA);
invoke!(A MA, B MB);
invoke!(A MA, B MB, C MC);
invoke!(A MA, B MB, C MC, D MD);
invoke!(A MA, B MB, C MC, D MD, E ME);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF, G MG);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH, I MI);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH, I MI, J MJ);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH, I MI, J MJ, K MK);
invoke!(A MA, B MB, C MC, D MD, E ME, F MF, G MG, H MH, I MI, J MJ, K MK, L ML);

/// A function on its way into a toolset.
pub struct Row<S>(Bind<S>);

type Bind<S> = Box<dyn FnOnce(S, &mut Toolset)>;

impl<S> fmt::Debug for Row<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Row")
    }
}

/// One row of `doorman::tools![]`.
pub fn row<K, F, M, S>(function: F) -> Row<S>
where
    K: Function + 'static,
    F: Invoke<S, K::Output, K::Kind, M>,
    M: 'static,
    S: Send + std::marker::Sync + 'static,
    K::Output: Send,
{
    Row(Box::new(|state, tools| {
        let mut arguments = Arguments::default();
        K::arguments(&mut arguments);
        let Answer { output, reply } = K::answer();
        let spec = Spec::new(K::FACTS, arguments, output);
        tools.push(spec, Bound::<K, F, M, S> { function, state, reply, kind: PhantomData });
    }))
}

/// A function with its state.
struct Bound<K: Function, F, M, S> {
    function: F,
    state: S,
    reply: fn(K::Output) -> Result<Reply, Refusal>,
    kind: PhantomData<fn() -> (K, M)>,
}

impl<K, F, M, S> Dispatch for Bound<K, F, M, S>
where
    K: Function + 'static,
    F: Invoke<S, K::Output, K::Kind, M>,
    M: 'static,
    S: Send + std::marker::Sync + 'static,
    K::Output: Send,
{
    fn dispatch(&self, call: Call) -> BoxFuture<'_, Result<Reply, Refusal>> {
        Box::pin(async move {
            let spec = call.spec.clone();
            let value = self.function.invoke(call, K::PARAMETERS, &self.state)?.await;
            match ((self.reply)(value)?, spec.output()) {
                (Reply::Json(bytes), None) => said(&bytes),
                (reply, _) => Ok(reply),
            }
        })
    }
}

/// What JSON says where no output is declared: a string is a text, `null` is nothing.
fn said(json: &Bytes) -> Result<Reply, Refusal> {
    match json::value(json) {
        Some(Value::String(text)) => Ok(Reply::Text(text)),
        Some(Value::Null) => Ok(Reply::Empty),
        _ => Err(Refusal::BadOutput),
    }
}

/// What `doorman::tools![]` gives: functions that wait for their state.
///
/// ```
/// # use doorman::{expose, tools};
/// /// Adds two numbers.
/// #[expose(public, read_only)]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
/// let toolset = tools![add].with_state(());
/// ```
#[derive(Debug)]
#[must_use = "tools are served only once `.with_state(…)` has made them a toolset"]
pub struct Tools<S>(Vec<Row<S>>);

impl<S: Clone> Tools<S> {
    #[doc(hidden)]
    pub fn from_rows<const N: usize>(rows: [Row<S>; N]) -> Self {
        Self(rows.into())
    }

    /// Gives every function its state; `()` where none asks for any.
    ///
    /// ```
    /// # use doorman::{State, expose, tools};
    /// /// Greets.
    /// #[expose(public, read_only)]
    /// fn greet(State(word): State<&'static str>, name: String) -> String {
    ///     format!("{word} {name}")
    /// }
    /// let toolset = tools![greet].with_state("Hello");
    /// # assert_eq!(toolset.len(), 1);
    /// ```
    #[must_use]
    pub fn with_state(self, state: S) -> Toolset {
        let mut tools = Toolset::default();
        for Row(bind) in self.0 {
            bind(state.clone(), &mut tools);
        }
        tools
    }
}

/// Lists the exposed functions that are tools: what is not listed is none. Where rustc
/// says "expected type, found function", the function has no `#[expose]`.
///
/// Two tools of one name do not compile:
///
/// ```compile_fail
/// # use doorman::{expose, tools};
/// /// Adds.
/// #[expose(public, read_only)]
/// fn add(a: i64, b: i64) -> i64 { a + b }
/// let toolset = tools![add, add].with_state(());
/// ```
#[macro_export]
macro_rules! tools {
    () => {
        ::core::compile_error!("`tools![]` names no tool: write the exposed functions between the brackets")
    };
    ($($tool:path),+ $(,)?) => {{
        const _: () = $crate::private::assert_distinct(&[
            $(<$tool as $crate::private::Function>::FACTS.name()),+
        ]);
        // The brackets say that a type is meant: otherwise rustc reads the name of a function that is
        // not exposed as a constant too, and tells the mistake twice.
        $crate::Tools::from_rows([$($crate::private::row::<($tool), _, _, _>(<$tool>::__call)),+])
    }};
}
