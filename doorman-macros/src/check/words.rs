//! The words of `#[expose(…)]`: each known, each once.

use super::values::Given;
use crate::{
    args::{Argument, Arguments},
    errors::Errors,
    tool::Kind,
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Stands for all five methods, where a word was meant to be one of them.
const ROUTE: &str = "route";

const COMMON: [&str; 16] = [
    "scopes",
    "public",
    "destructive",
    "reason",
    "read_only",
    "idempotent",
    "open_world",
    "timeout",
    "rate",
    "cost",
    "redact",
    "name",
    "title",
    "description",
    "tool",
    "crate",
];

/// The known arguments that were given, each once.
pub(super) struct Words {
    given: Vec<Argument>,
    /// What a refused word was meant to be.
    refused: Vec<&'static str>,
}

impl Words {
    pub(super) fn read(errors: &mut Errors, kind: Kind, arguments: Arguments) -> Self {
        let mut words = Self { given: Vec::new(), refused: Vec::new() };
        for stray in arguments.strays {
            errors.refuse(
                stray,
                "this is no argument of `#[expose]`",
                "write arguments as `word` or `word = value`, with commas between them",
            );
        }
        for argument in arguments.given {
            words.add(errors, kind, argument);
        }
        words
    }

    /// Takes what was given under one word.
    pub(super) fn take(&mut self, word: &'static str) -> Given<Argument> {
        if let Some(index) = self.given.iter().position(|argument| argument.key == word) {
            return Given::Value(self.given.remove(index));
        }
        if self.refused.contains(&word) { Given::Refused } else { Given::Absent }
    }

    /// Takes every route, in the order of writing.
    pub(super) fn take_routes(&mut self) -> Given<Vec<Argument>> {
        let is_route = |argument: &mut Argument| METHODS.iter().any(|word| argument.key == word);
        let routes: Vec<_> = self.given.extract_if(.., is_route).collect();
        match routes.is_empty() {
            false => Given::Value(routes),
            true if self.refused.contains(&ROUTE) => Given::Refused,
            true => Given::Absent,
        }
    }

    fn add(&mut self, errors: &mut Errors, kind: Kind, argument: Argument) {
        let key = &argument.key;
        let word = key.to_string();
        if METHODS.contains(&word.as_str()) && kind == Kind::Function {
            // Whoever writes a route has a handler in mind: what a plain function lacks is not judged.
            self.refused.push(ROUTE);
            errors.refuse(
                key,
                &format!(
                    "`{word}` is for axum handlers, and this attribute is for plain functions"
                ),
                "use `#[doorman_axum::expose(…)]` for a handler, or remove the route",
            );
        } else if self.given.iter().any(|other| other.key == *key) {
            errors.refuse(
                key,
                &format!("`{word}` stands here twice"),
                &format!("keep one `{word}`"),
            );
        } else if COMMON.contains(&word.as_str()) || METHODS.contains(&word.as_str()) {
            self.given.push(argument);
        } else {
            self.refuse_unknown(errors, kind, &argument);
        }
    }

    fn refuse_unknown(&mut self, errors: &mut Errors, kind: Kind, argument: &Argument) {
        let word = argument.key.to_string();
        let known = COMMON.into_iter().chain(METHODS.into_iter().filter(|_| kind == Kind::Handler));
        let meant = meant(&word.to_lowercase(), known.clone());
        if meant == Some(ROUTE) && self.refused.contains(&ROUTE) {
            // `method = …, path = …` is one mistake.
            return;
        }
        let help = match (meant, kind) {
            (Some(ROUTE), Kind::Handler) => {
                "write the route as method and path in one, as in `get = \"/invoices/{id}\"`".into()
            }
            (Some(ROUTE), Kind::Function) => {
                "use `#[doorman_axum::expose(…)]` for a handler, or remove it".into()
            }
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, _) => format!("it takes `{}`", known.collect::<Vec<_>>().join("`, `")),
        };
        errors.refuse(&argument.key, &format!("`#[expose]` has no argument `{word}`"), &help);
        let meant = meant.map(|meant| if METHODS.contains(&meant) { ROUTE } else { meant });
        self.refused.extend(meant);
    }
}

/// The word that an unknown one was probably meant to be.
fn meant(word: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    Some(match word {
        "auth" | "permission" | "permissions" | "role" | "roles" | "requires" => "scopes",
        "anonymous" | "no_auth" | "unauthenticated" => "public",
        "pure" | "read" | "safe" => "read_only",
        "dangerous" | "mutates" | "mutating" | "unsafe" | "write" | "writes" => "destructive",
        "because" | "why" => "reason",
        "deadline" | "time_limit" => "timeout",
        "limit" | "rate_limit" | "rates" | "throttle" => "rate",
        "budget" | "price" | "units" | "weight" => "cost",
        "hide" | "mask" | "mask_keys" | "masked" | "sensitive" => "redact",
        "desc" | "doc" | "docs" | "summary" => "description",
        "any" | "head" | "http" | "method" | "options" | "path" | "route" | "uri" | "url"
        | "verb" => ROUTE,
        "type" | "type_name" => "tool",
        "krate" | "runtime" => "crate",
        _ => {
            let (distance, near) = known.map(|known| (distance(word, known), known)).min()?;
            let near_enough = distance <= 2 && distance * 2 <= word.chars().count();
            return near_enough.then_some(near);
        }
    })
}

/// How many characters must be added, dropped or replaced to make one word of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, l) in left.chars().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (column, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != *r);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_recognised() {
        let known = || COMMON.into_iter().chain(METHODS);
        for (wrong, right) in [
            ("scope", "scopes"),
            ("readonly", "read_only"),
            ("destuctive", "destructive"),
            ("pathc", "patch"),
            ("pots", "post"),
            ("ge", "get"),
            ("titel", "title"),
            ("path", "route"),
            ("desc", "description"),
            ("openworld", "open_world"),
        ] {
            assert_eq!(meant(wrong, known()), Some(right), "{wrong}");
        }
        for strange in ["x", "banana", "to", "limitless"] {
            assert_eq!(meant(strange, known()), None, "{strange}");
        }
    }
}
