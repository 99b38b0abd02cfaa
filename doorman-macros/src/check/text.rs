//! Names and texts: what a person reviews must be what a model reads.

use quote::ToTokens;
use syn::{Ident, LitStr, ext::IdentExt};

use super::values::{self, Given};
use crate::{
    args::Argument,
    doc::{Doc, Part},
    errors::Errors,
};

/// The tool's name: `name = "…"`, or the function's.
pub(super) fn name(
    errors: &mut Errors,
    argument: Given<Argument>,
    function: &Ident,
) -> Option<String> {
    match argument {
        Given::Refused => None,
        Given::Value(argument) => {
            let text = values::text(errors, &argument, "refund_invoice")?;
            is_name(errors, &text, &text.value()).then(|| text.value())
        }
        Given::Absent => {
            let name = function.unraw().to_string();
            if is_tool_name(&name) {
                return Some(name);
            }
            errors.refuse(
                function,
                "this function's name cannot be the name of a tool",
                "add `name = \"…\"` with 1 to 64 characters of `A-Z a-z 0-9 _ . -`",
            );
            None
        }
    }
}

pub(super) fn title(errors: &mut Errors, argument: Given<Argument>) -> Given<String> {
    argument.read(|argument| said(errors, &argument, "Refund an invoice"))
}

/// `description = "…"`, or the doc comment.
pub(super) fn description(
    errors: &mut Errors,
    argument: Given<Argument>,
    doc: &Doc,
) -> Option<Vec<Part>> {
    match argument {
        Given::Refused => None,
        Given::Value(argument) => {
            let text = said(errors, &argument, "Pays an invoice back.")?;
            Some(vec![Part::Text(text)])
        }
        Given::Absent => doc_comment(errors, doc),
    }
}

/// A doc comment as description. Every line is judged; expressions wait for the runtime.
pub(super) fn doc_comment(errors: &mut Errors, doc: &Doc) -> Option<Vec<Part>> {
    let mut good = true;
    for line in doc.literals() {
        good &= is_visible(errors, line, &line.value());
    }
    good.then(|| doc.parts())
}

/// Refuses a text that holds a character which shows nothing or turns the text around.
pub(super) fn is_visible(errors: &mut Errors, at: impl ToTokens, text: &str) -> bool {
    let Some(hidden) = text.chars().find(|c| is_hidden(*c)) else { return true };
    errors.refuse(
        at,
        &format!("this text holds the invisible character U+{:04X}", u32::from(hidden)),
        "remove it: the agent would read what a person cannot see",
    );
    false
}

fn said(errors: &mut Errors, argument: &Argument, example: &str) -> Option<String> {
    let text = values::text(errors, argument, example)?;
    if text.value().trim().is_empty() {
        let key = &argument.key;
        let help = format!("write something, as in `{key} = \"{example}\"`, or remove it");
        errors.refuse(text, &format!("`{key}` is blank"), &help);
        return None;
    }
    is_visible(errors, &text, &text.value()).then(|| text.value())
}

fn is_name(errors: &mut Errors, at: &LitStr, name: &str) -> bool {
    if is_tool_name(name) {
        return true;
    }
    let wrong = name.chars().find(|c| !is_name_character(*c));
    let mistake = match wrong {
        Some(c) => format!("the name of a tool cannot hold the character {c:?}"),
        None if name.is_empty() => "the name of a tool cannot be empty".into(),
        None => {
            format!("the name of a tool has at most 64 characters, and this has {}", name.len())
        }
    };
    errors.refuse(at, &mistake, "write 1 to 64 characters of `A-Z a-z 0-9 _ . -`");
    false
}

/// 1 to 64 of `A-Za-z0-9_.-`: valid under every revision of the specification.
fn is_tool_name(name: &str) -> bool {
    matches!(name.len(), 1..=64) && name.chars().all(is_name_character)
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// The same characters as in `doorman/src/spec.rs`, which refuses what only the built program sees.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}' // control, but \t \n \r
        | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0E}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{13430}'..='\u{1343F}' | '\u{16FE4}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// `ok text` or `bad text` a line; `\u{XXXX}` is a character by its number.
    pub(in crate::check) fn vectors(file: &str) -> Vec<(bool, String)> {
        file.lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (verdict, text) = line.split_once(' ').expect("a verdict and a text");
                assert!(matches!(verdict, "ok" | "bad"), "{line}");
                (verdict == "ok", unescaped(text))
            })
            .collect()
    }

    fn unescaped(text: &str) -> String {
        let mut parts = text.split("\\u{");
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (digits, rest) = part.split_once('}').expect("a closing brace");
            plain.extend(char::from_u32(u32::from_str_radix(digits, 16).unwrap()));
            plain.push_str(rest);
        }
        plain
    }

    #[test]
    fn the_vectors_shared_with_the_runtime_are_read_alike() {
        let read = vectors(include_str!("../../../tests/vectors/tool_names.txt"));
        assert!(read.len() > 10);
        for (ok, name) in read {
            assert_eq!(is_tool_name(&name), ok, "{name:?}");
        }
    }

    #[test]
    fn the_hidden_characters_are_those_of_the_runtime() {
        let body = |file: &'static str| {
            let (_, body) = file.split_once("fn is_hidden(c: char)").unwrap();
            body.split_once("\n}\n").unwrap().0
        };
        assert_eq!(
            body(include_str!("text.rs")),
            body(include_str!("../../../doorman/src/spec/hidden.rs"))
        );
    }

    #[test]
    fn bidi_zero_width_tag_and_control_characters_are_hidden_and_scripts_are_not() {
        for hidden in [
            '\u{202E}',
            '\u{2066}',
            '\u{200B}',
            '\u{FEFF}',
            '\u{E0041}',
            '\u{7}',
            '\u{AD}',
            '\u{16FE4}',
            '\u{1D159}',
            '\u{13430}',
        ] {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
        for seen in ['a', '\n', '\t', 'ß', '語', 'ع', '🦀', '\u{FE0F}'] {
            assert!(!is_hidden(seen), "{seen:?}");
        }
    }
}
