//! How a handler is bound to what it will run in.

use std::{any::TypeId, marker::PhantomData};

use axum::{
    extract::FromRequest,
    handler::Handler as AxumHandler,
    routing::{MethodFilter, MethodRouter, on},
};

/// How the handlers of a `tools![]` are bound.
pub trait Binding {
    /// A handler, bound.
    type Mounted;
}

/// Bound to a router with state `S`.
#[derive(Debug)]
pub struct With<S>(PhantomData<fn() -> S>);

impl<S> Binding for With<S> {
    type Mounted = MethodRouter<S>;
}

/// Served by a router of the program's, which has the handler already.
#[derive(Debug)]
pub struct Through(());

impl Binding for Through {
    type Mounted = ();
}

/// Nothing is bound so. With a second binding that takes anything, rustc does not settle on `Through`
/// where `With` does not fit, and says what is wrong with the handler.
#[derive(Debug)]
pub struct Undecided(());

impl Binding for Undecided {
    type Mounted = ();
}

/// A handler that can be bound as `B`; `T` is what axum infers of its arguments.
#[diagnostic::on_unimplemented(
    message = "this handler cannot be served with the state",
    label = "an argument is no extractor for the state in use (does what it holds derive `Deserialize`?), the body is not read last, or the answer or its error is no `IntoResponse`",
    note = "`#[axum::debug_handler]` on the handler says which"
)]
pub trait Mount<T, B: Binding> {
    /// Binds the handler to a method.
    fn mount(self, filter: MethodFilter) -> B::Mounted;
    /// Whether the last argument takes the body.
    fn last_takes_body() -> bool;
}

#[diagnostic::do_not_recommend]
impl<H, T, S> Mount<T, With<S>> for H
where
    H: AxumHandler<T, S>,
    T: Last + 'static,
    S: Clone + Send + Sync + 'static,
{
    fn mount(self, filter: MethodFilter) -> MethodRouter<S> {
        on(filter, self)
    }

    fn last_takes_body() -> bool {
        T::takes_body()
    }
}

#[diagnostic::do_not_recommend]
impl<H> Mount<(), Through> for H {
    fn mount(self, _: MethodFilter) {}

    /// Nobody knows: that takes the state. The router's own extractors speak at the call.
    fn last_takes_body() -> bool {
        false
    }
}

#[diagnostic::do_not_recommend]
impl<H> Mount<(), Undecided> for H {
    fn mount(self, _: MethodFilter) {}

    fn last_takes_body() -> bool {
        false
    }
}

/// What axum's inference says of the last argument: whether it is read from the whole request.
pub trait Last {
    /// Whether the last argument takes the body.
    fn takes_body() -> bool;
}

/// The marker of the way in which axum reads a type; inference fills `M`.
fn way<T: FromRequest<(), M>, M: 'static>(_: PhantomData<T>) -> TypeId {
    TypeId::of::<M>()
}

impl Last for ((),) {
    fn takes_body() -> bool {
        false
    }
}

macro_rules! last {
    ($($parameter:ident)+) => {
        impl<M: 'static, $($parameter),+> Last for (M, $($parameter,)+) {
            fn takes_body() -> bool {
                TypeId::of::<M>() != way(PhantomData::<http::Method>)
            }
        }
    };
}

last!(A);
last!(A B);
last!(A B C);
last!(A B C D);
last!(A B C D E);
last!(A B C D E F);
last!(A B C D E F G);
last!(A B C D E F G H);
last!(A B C D E F G H I);
last!(A B C D E F G H I J);
last!(A B C D E F G H I J K);
last!(A B C D E F G H I J K L);
last!(A B C D E F G H I J K L N);
last!(A B C D E F G H I J K L N O);
last!(A B C D E F G H I J K L N O P);
last!(A B C D E F G H I J K L N O P Q);
