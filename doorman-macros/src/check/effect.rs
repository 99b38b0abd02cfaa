//! What a call does to the world: `read_only`, `destructive`, or a reason why neither.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr};

use super::{
    access,
    route::{self, MethodWord},
    values::{self, Given},
    words::Words,
};
use crate::{
    args::{Argument, Value},
    errors::Errors,
    tool::{Effect, Method},
};

/// What was written about the effect.
struct Said {
    destructive: Given<Destructive>,
    reason: Given<(Ident, String)>,
    read_only: Given<Ident>,
}

/// `destructive` or `destructive = false`, as written.
struct Destructive {
    tokens: TokenStream,
    is: bool,
}

/// The effect, held against the route and against who may call.
pub(super) fn check(
    errors: &mut Errors,
    words: &mut Words,
    route: &route::Said,
    access: &access::Said,
) -> Option<Effect> {
    let said = Said {
        destructive: destructive(errors, words.take("destructive")),
        reason: words.take("reason").read(|argument| reason(errors, &argument)),
        read_only: values::word(errors, words.take("read_only")),
    };
    let rests_on_refused = matches!(said.destructive, Given::Refused)
        || matches!(said.read_only, Given::Refused)
        || matches!(route.method, Given::Refused);
    if rests_on_refused || contradicts(errors, &said) {
        return None;
    }
    let effect = match &route.method {
        Given::Value(method) => of_handler(errors, said, method, access),
        Given::Absent | Given::Refused => of_function(errors, said),
    }?;
    if let (Effect::Destructive, Some(public)) = (&effect, &access.public) {
        errors.refuse(
            public,
            "`public` would let everyone call a `destructive` tool",
            "write `scopes = [\"…\"]` in its place",
        );
        return None;
    }
    Some(effect)
}

/// Whether a second call changes nothing more, where nothing is said.
pub(super) fn is_idempotent(effect: &Effect, route: &route::Said) -> bool {
    let by_method = route
        .method
        .as_ref()
        .checked()
        .is_some_and(|method| matches!(method.method, Method::Put | Method::Delete));
    by_method || *effect == Effect::ReadOnly
}

fn destructive(errors: &mut Errors, argument: Given<Argument>) -> Given<Destructive> {
    let written = argument.as_ref().checked().map(|Argument { key, value }| match value {
        Value::Tokens(tokens) => quote!(#key = #tokens),
        Value::None | Value::Other(_) => quote!(#key),
    });
    let is = values::truth(errors, argument);
    is.read(|is| Some(Destructive { tokens: written?, is }))
}

fn reason(errors: &mut Errors, argument: &Argument) -> Option<(Ident, String)> {
    let text: LitStr = values::text(errors, argument, "it only adds a comment")?;
    let reason = text.value().trim().to_owned();
    // Fewer letters, as in "todo", cannot be a reason in any language.
    if reason.chars().filter(|c| c.is_alphanumeric()).count() < 8 {
        errors.refuse(
            text,
            "this reason says nothing",
            "say why the tool changes nothing or only adds, as in `reason = \"it only adds a comment\"`",
        );
        return None;
    }
    super::text::is_visible(errors, &text, &reason).then_some((argument.key.clone(), reason))
}

/// Refuses what contradicts itself, whatever the route.
fn contradicts(errors: &mut Errors, said: &Said) -> bool {
    match said {
        Said {
            read_only: Given::Value(read_only), destructive: Given::Value(destructive), ..
        } => {
            if destructive.is {
                errors.refuse(
                    read_only,
                    "`read_only` and `destructive` contradict each other",
                    "keep `destructive` if the tool changes anything, and `read_only` if it does not",
                );
            } else {
                errors.refuse(
                    &destructive.tokens,
                    "`read_only` already says that nothing is changed",
                    "remove `destructive = false` and its `reason`",
                );
            }
            true
        }
        Said { reason: Given::Value((key, _)), destructive, .. }
            if !matches!(destructive, Given::Value(Destructive { is: false, .. })) =>
        {
            errors.refuse(
                key,
                "`reason` explains `destructive = false`, which is not there",
                "write `destructive = false` beside it, or remove it",
            );
            true
        }
        _ => false,
    }
}

fn of_handler(
    errors: &mut Errors,
    said: Said,
    MethodWord { method, word }: &MethodWord,
    access: &access::Said,
) -> Option<Effect> {
    match (method, said.destructive, said.read_only) {
        (Method::Get, Given::Value(Destructive { is: false, tokens }), _) => {
            errors.refuse(
                tokens,
                "`get` already says that nothing is changed",
                "remove `destructive = false` and its `reason`",
            );
            None
        }
        (_, Given::Value(Destructive { is: true, .. }), _) => Some(Effect::Destructive),
        (Method::Get, ..) => Some(Effect::ReadOnly),
        (_, _, Given::Value(read_only)) => {
            errors.refuse(
                read_only,
                &format!("`{word}` may change data, so the tool cannot be `read_only`"),
                "write `destructive` in its place, or serve the handler with `get` if it changes nothing",
            );
            None
        }
        (Method::Post, Given::Value(destructive), _) => additive(errors, &destructive, said.reason),
        (_, Given::Value(destructive), _) => {
            errors.refuse(
                destructive.tokens,
                &format!(
                    "`{word}` replaces or removes data, so the tool cannot be `destructive = false`"
                ),
                "write `destructive`, or serve the handler with `post` if it only adds",
            );
            None
        }
        _ => {
            errors.refuse(
                word,
                &format!("`{word}` may change data, so `#[expose]` must say whether it is destructive"),
                match (method, &access.public) {
                    (Method::Post, None) => "add `destructive`, or `destructive = false, reason = \"…\"` if it changes nothing or only adds",
                    (Method::Post, Some(_)) => "add `destructive = false, reason = \"…\"` if it changes nothing or only adds; otherwise `destructive`, with `scopes = [\"…\"]` in place of `public`",
                    (_, None) => "add `destructive`",
                    (_, Some(_)) => "add `destructive`, and write `scopes = [\"…\"]` in place of `public`",
                },
            );
            None
        }
    }
}

fn of_function(errors: &mut Errors, said: Said) -> Option<Effect> {
    match (said.destructive, said.read_only) {
        (Given::Value(Destructive { is: true, .. }), _) => Some(Effect::Destructive),
        (Given::Value(destructive), _) => additive(errors, &destructive, said.reason),
        (_, Given::Value(_)) => Some(Effect::ReadOnly),
        _ => {
            errors.refuse(
                TokenStream::new(),
                "`#[expose]` must say whether this function changes anything",
                "add `read_only` or `destructive`, or `destructive = false, reason = \"…\"` if it only adds",
            );
            None
        }
    }
}

fn additive(
    errors: &mut Errors,
    destructive: &Destructive,
    reason: Given<(Ident, String)>,
) -> Option<Effect> {
    match reason {
        Given::Value((_, reason)) => Some(Effect::Additive(reason)),
        Given::Refused => None,
        Given::Absent => {
            errors.refuse(
                &destructive.tokens,
                "`destructive = false` needs a reason",
                "add `reason = \"…\"` that says why the tool changes nothing or only adds",
            );
            None
        }
    }
}
