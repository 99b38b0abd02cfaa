//! What a handler may answer, and how that is published.

use std::borrow::Cow;

use axum::{Json, http::StatusCode, response::NoContent};
use doorman::private::{Output, Showable};

/// What kind of answer a handler declares.
///
/// ```
/// # use doorman_axum::{Answer, Answered};
/// assert!(matches!(<Result<String, u8> as Answer>::answered(), Answered::Text));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answered {
    /// JSON of this published form.
    Json(Output),
    /// Text.
    Text,
    /// A status only.
    Empty,
}

impl Answered {
    /// The published form, where there is one.
    pub(crate) fn output(&self) -> Option<&Output> {
        match self {
            Self::Json(output) => Some(output),
            Self::Text | Self::Empty => None,
        }
    }
}

/// A return type that can be shown to a model.
///
/// `Json<T>`, texts and bare statuses have it, alone, behind a `Result`, or last in a tuple with a
/// status and headers.
///
/// ```
/// use axum::response::IntoResponse;
/// use doorman_axum::{Answer, Answered};
///
/// struct Csv(String);
///
/// impl IntoResponse for Csv {
///     fn into_response(self) -> axum::response::Response {
///         self.0.into_response()
///     }
/// }
///
/// impl Answer for Csv {
///     fn answered() -> Answered {
///         Answered::Text
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to a model",
    label = "return `Json<T>` with a `T` that has a JSON schema, a text, or a status",
    note = "`T` derives `schemars::JsonSchema`; `Result<Json<T>, E>` and `(StatusCode, Json<T>)` work too"
)]
pub trait Answer {
    /// The kind of answer, and its published form.
    fn answered() -> Answered;
}

impl<T: Showable> Answer for Json<T> {
    fn answered() -> Answered {
        Answered::Json(Output::of::<T>())
    }
}

macro_rules! answers {
    ($variant:ident: $($type:ty),+) => {
        $(impl Answer for $type {
            fn answered() -> Answered {
                Answered::$variant
            }
        })+
    };
}

answers!(Text: String, &'static str, Cow<'static, str>, Box<str>);
answers!(Empty: (), StatusCode, NoContent);

impl<T: Answer, E> Answer for Result<T, E> {
    fn answered() -> Answered {
        T::answered()
    }
}

impl<A, T: Answer> Answer for (A, T) {
    fn answered() -> Answered {
        T::answered()
    }
}

impl<A, B, T: Answer> Answer for (A, B, T) {
    fn answered() -> Answered {
        T::answered()
    }
}

impl<A, B, C, T: Answer> Answer for (A, B, C, T) {
    fn answered() -> Answered {
        T::answered()
    }
}
