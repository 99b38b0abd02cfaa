//! The values of arguments: texts, truths, names and lists.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, LitBool, LitStr, Path, parse::Parser, parse2};

use crate::{
    args::{self, Argument, Value},
    errors::Errors,
};

/// What became of an argument. What rests on a refused one is not judged.
#[derive(Clone)]
pub(super) enum Given<T> {
    Absent,
    Refused,
    Value(T),
}

impl<T> Given<T> {
    /// Reads the value; what cannot be read is refused.
    pub(super) fn read<U>(self, read: impl FnOnce(T) -> Option<U>) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Refused => Given::Refused,
            Self::Value(value) => read(value).map_or(Given::Refused, Given::Value),
        }
    }

    /// The default where it is absent.
    pub(super) fn or(self, default: T) -> Self {
        match self {
            Self::Absent => Self::Value(default),
            given => given,
        }
    }

    pub(super) fn as_ref(&self) -> Given<&T> {
        match self {
            Self::Absent => Given::Absent,
            Self::Refused => Given::Refused,
            Self::Value(value) => Given::Value(value),
        }
    }

    /// The value, where there is a good one.
    pub(super) fn checked(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Refused => None,
        }
    }

    /// A value that may be absent, unless it was refused.
    #[expect(clippy::option_option, reason = "the outer one is for the `?` that follows")]
    pub(super) fn optional(self) -> Option<Option<T>> {
        match self {
            Self::Absent => Some(None),
            Self::Refused => None,
            Self::Value(value) => Some(Some(value)),
        }
    }
}

/// `key = "…"`.
pub(super) fn text(errors: &mut Errors, argument: &Argument, example: &str) -> Option<LitStr> {
    let key = &argument.key;
    let help = format!("write `{key} = \"{example}\"`");
    match &argument.value {
        Value::Tokens(tokens) if !tokens.is_empty() => {
            let text = plain_text(tokens.clone());
            if text.is_none() {
                errors.refuse(tokens, &format!("`{key}` takes a text in quotes"), &help);
            }
            text
        }
        _ => {
            errors.refuse(key, &format!("`{key}` takes a text"), &help);
            None
        }
    }
}

/// A text in quotes with nothing glued to them: rustc lets a macro see `"a"suffix`.
fn plain_text(tokens: TokenStream) -> Option<LitStr> {
    parse2::<LitStr>(tokens).ok().filter(|text| text.suffix().is_empty())
}

/// `key`, `key = true` or `key = false`.
pub(super) fn truth(errors: &mut Errors, argument: Given<Argument>) -> Given<bool> {
    argument.read(|Argument { key, value }| {
        let truth = match &value {
            Value::None => return Some(true),
            Value::Tokens(tokens) => parse2::<LitBool>(tokens.clone()).ok(),
            Value::Other(_) => None,
        };
        if truth.is_none() {
            errors.refuse(
                tokens_or(&value, &key),
                &format!("`{key}` is true or false"),
                &format!("write `{key}` or `{key} = false`"),
            );
        }
        truth.map(|truth| truth.value)
    })
}

/// A word that stands alone.
pub(super) fn word(errors: &mut Errors, argument: Given<Argument>) -> Given<Ident> {
    argument.read(|Argument { key, value }| {
        if let Value::None = value {
            return Some(key);
        }
        errors.refuse(
            tokens_or(&value, &key),
            &format!("`{key}` takes no value"),
            &format!("write `{key}` alone, or remove it"),
        );
        None
    })
}

/// `key = ["…", "…"]`; `None` stands for an element that was refused.
pub(super) fn texts(
    errors: &mut Errors,
    argument: &Argument,
    example: &str,
) -> Option<Vec<Option<LitStr>>> {
    let Argument { key, value } = argument;
    let list = match value {
        Value::Tokens(tokens) => args::list(tokens),
        Value::None | Value::Other(_) => None,
    };
    let Some(list) = list else {
        let text: Option<LitStr> = match value {
            Value::Tokens(tokens) => parse2(tokens.clone()).ok(),
            Value::None | Value::Other(_) => None,
        };
        let help = match text {
            Some(text) => format!("write `{key} = [{}]`", text.to_token_stream()),
            None => format!("write `{key} = [\"{example}\"]`"),
        };
        let mistake = format!("`{key}` takes a list of texts in quotes");
        errors.refuse(tokens_or(value, key), &mistake, &help);
        return None;
    };
    let read = |element: TokenStream| {
        let text = plain_text(element.clone());
        if text.is_none() {
            let mistake = format!("`{key}` takes texts in quotes, and this is none");
            errors.refuse(element, &mistake, &format!("write `\"{example}\"`, or remove it"));
        }
        text
    };
    Some(list.into_iter().map(read).collect())
}

/// `tool = RefundTool`; a refused one too, where it says what name was meant.
pub(super) fn tool(
    errors: &mut Errors,
    argument: Given<Argument>,
    function: &Ident,
) -> Option<Ident> {
    let Argument { key, value } = argument.checked()?;
    let ident = match &value {
        Value::Tokens(tokens) => parse2::<Ident>(tokens.clone()).ok(),
        Value::None | Value::Other(_) => None,
    };
    match ident {
        Some(ident) if ident == *function => {
            errors.refuse(
                &ident,
                "`tool` gives the tool another name than the function's, and this is the function's",
                "remove it, or write another name, as in `tool = RefundTool`",
            );
            None
        }
        None => {
            let tokens = tokens_or(&value, &key);
            errors.refuse(
                &tokens,
                "`tool` takes the name of a type",
                "write it without quotes, as in `tool = RefundTool`",
            );
            // The name in quotes is the one that `tools![]` uses.
            parse2::<LitStr>(tokens).ok()?.parse().ok()
        }
        ident => ident,
    }
}

/// `crate = ::path`.
pub(super) fn runtime(errors: &mut Errors, argument: Given<Argument>) -> Option<Path> {
    let Argument { key, value } = argument.checked()?;
    let path = match &value {
        Value::Tokens(tokens) => Path::parse_mod_style.parse2(tokens.clone()).ok(),
        Value::None | Value::Other(_) => None,
    };
    if path.is_none() {
        errors.refuse(
            tokens_or(&value, &key),
            "`crate` takes the path under which the runtime is found",
            "write it without quotes, as in `crate = ::facade::doorman`",
        );
    }
    path
}

/// The smallest place of a wrong value: the value, or the key where there is none.
pub(super) fn tokens_or(value: &Value, key: &Ident) -> TokenStream {
    match value {
        Value::Tokens(tokens) | Value::Other(tokens) if !tokens.is_empty() => tokens.clone(),
        _ => quote!(#key),
    }
}
