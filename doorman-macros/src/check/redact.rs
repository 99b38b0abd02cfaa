//! `redact = ["amount", "card.*"]`.

use syn::LitStr;

use super::{
    text::is_hidden,
    values::{self, Given},
};
use crate::{args::Argument, errors::Errors};

pub(super) fn check(errors: &mut Errors, argument: Given<Argument>) -> Given<Vec<String>> {
    argument.read(|argument| {
        let keys = values::texts(errors, &argument, "amount")?;
        if keys.is_empty() {
            errors.refuse(
                values::tokens_or(&argument.value, &argument.key),
                "`redact` names no key",
                "write one, as in `redact = [\"amount\"]`, or remove it",
            );
            return None;
        }
        let mut checked: Vec<String> = Vec::new();
        let mut good = true;
        for key in keys {
            let Some(key) = key else {
                good = false;
                continue;
            };
            good &= is_key(errors, &key);
            if checked.contains(&key.value()) {
                let mistake = format!("the key `{}` stands here twice", key.value());
                errors.refuse(&key, &mistake, "remove it here");
                good = false;
            }
            checked.push(key.value());
        }
        good.then_some(checked)
    })
}

fn is_key(errors: &mut Errors, key: &LitStr) -> bool {
    let text = key.value();
    let (mistake, help) = match (wrong_with(&text), text.chars().find(|c| is_hidden(*c))) {
        (Some((mistake, help)), _) => (mistake.to_owned(), help),
        (None, Some(hidden)) => {
            let hidden =
                format!("this key holds the invisible character U+{:04X}", u32::from(hidden));
            (hidden, "remove it")
        }
        (None, None) => return true,
    };
    errors.refuse(key, &mistake, help);
    false
}

/// What is wrong, and what to write.
fn wrong_with(key: &str) -> Option<(&'static str, &'static str)> {
    if key.trim().is_empty() {
        Some(("this key is blank", "name it, as in `\"amount\"` or `\"*_token\"`, or remove it"))
    } else if key.len() > 256 {
        Some(("a key has at most 256 bytes, and this has more", "shorten it, with `*` for a part"))
    } else if key.split('.').any(|part| !part.chars().any(|c| c.is_alphanumeric() || c == '*')) {
        Some((
            "a part of this key is empty",
            "write a name or `*` on both sides of every dot, as in `\"card.*\"`",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::text::tests::vectors;

    #[test]
    fn the_vectors_shared_with_the_runtime_are_read_alike() {
        let read = vectors(include_str!("../../../tests/vectors/redact_keys.txt"));
        assert!(read.len() > 10);
        for (ok, key) in read {
            let good = wrong_with(&key).is_none() && !key.chars().any(is_hidden);
            assert_eq!(good, ok, "{key:?}");
        }
    }
}
