//! Who may call: `scopes` or `public`.

use proc_macro2::TokenStream;
use syn::{Ident, LitStr};

use super::{
    values::{self, Given},
    words::Words,
};
use crate::{args::Argument, errors::Errors, tool::Access};

/// Who may call, and the words for it.
pub(super) struct Said {
    access: Given<Access>,
    /// `public`, where nothing else was said.
    pub(super) public: Option<Ident>,
}

impl Said {
    pub(super) fn checked(self) -> Option<Access> {
        self.access.checked()
    }
}

pub(super) fn check(errors: &mut Errors, words: &mut Words) -> Said {
    let public = values::word(errors, words.take("public"));
    let scopes = words.take("scopes");
    let contradiction = matches!((&public, &scopes), (Given::Value(_), Given::Value(_)));
    let scopes = scopes.read(|argument| scopes_of(errors, &argument));
    let mut only_public = None;
    let access = match (public, scopes) {
        (Given::Value(public), _) if contradiction => {
            errors.refuse(
                public,
                "`public` needs no scope, and `scopes` are given",
                "keep one: `public` for everyone, `scopes` for callers that hold them",
            );
            Given::Refused
        }
        (Given::Absent, Given::Absent) => {
            errors.refuse(
                TokenStream::new(),
                "`#[expose]` must say who may call this tool",
                "add `scopes = [\"…\"]`, or `public` if everyone may",
            );
            Given::Refused
        }
        (Given::Refused, _) | (_, Given::Refused) => Given::Refused,
        (Given::Value(public), _) => {
            only_public = Some(public);
            Given::Value(Access::Public)
        }
        (Given::Absent, scopes) => scopes.read(|scopes| Some(Access::Scopes(scopes))),
    };
    Said { access, public: only_public }
}

fn scopes_of(errors: &mut Errors, argument: &Argument) -> Option<Vec<String>> {
    let scopes = values::texts(errors, argument, "invoices:read")?;
    if scopes.is_empty() {
        errors.refuse(
            values::tokens_or(&argument.value, &argument.key),
            "`scopes` names no scope",
            "write one, as in `scopes = [\"invoices:read\"]`, or `public` in its place if everyone may call",
        );
        return None;
    }
    let mut checked: Vec<String> = Vec::new();
    let mut good = true;
    for scope in scopes {
        let Some(scope) = scope else {
            good = false;
            continue;
        };
        good &= is_scope(errors, &scope);
        if checked.contains(&scope.value()) {
            let mistake = format!("the scope `{}` stands here twice", scope.value());
            errors.refuse(scope, &mistake, "remove it here");
            good = false;
        } else if !scope.value().trim().is_empty() {
            checked.push(scope.value());
        }
    }
    good.then_some(checked)
}

fn is_scope(errors: &mut Errors, scope: &LitStr) -> bool {
    let text = scope.value();
    if text.trim().is_empty() {
        errors.refuse(
            scope,
            "this scope is blank",
            "name it, as in `\"invoices:read\"`, or remove it",
        );
        return false;
    }
    let Some(wrong) = foreign_to_scopes(&text) else { return true };
    if wrong == ' ' {
        let apart: Vec<_> = text.split_whitespace().map(|scope| format!("\"{scope}\"")).collect();
        let help = format!("write each scope in quotes of its own: `{}`", apart.join(", "));
        errors.refuse(scope, "a scope holds no space", &help);
    } else {
        errors.refuse(
            scope,
            &format!("a scope cannot hold the character {wrong:?}"),
            "write printable ASCII without spaces, `\"` and `\\`, as in `\"invoices:read\"`",
        );
    }
    false
}

/// The first character that RFC 6749 §3.3 does not allow in a scope token.
fn foreign_to_scopes(text: &str) -> Option<char> {
    text.chars().find(|c| !matches!(c, '\u{21}' | '\u{23}'..='\u{5B}' | '\u{5D}'..='\u{7E}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::text::tests::vectors;

    #[test]
    fn the_vectors_shared_with_the_runtime_are_read_alike() {
        let read = vectors(include_str!("../../../tests/vectors/scopes.txt"));
        assert!(read.len() > 10);
        for (ok, scope) in read {
            let fine = !scope.is_empty() && foreign_to_scopes(&scope).is_none();
            assert_eq!(fine, ok, "{scope:?}");
        }
    }
}
