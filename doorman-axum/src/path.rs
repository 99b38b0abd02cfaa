//! Route paths: literal text and `{placeholders}`, and how arguments are put into them.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};

/// Everything but `A-Za-z0-9_~-`. The dot is encoded too, so that an argument is never a dot segment.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

const EVERYTHING: &AsciiSet = &{
    let mut set = CONTROLS.add(b' ');
    let mut byte = b'!';
    while byte < 0x7F {
        set = set.add(byte);
        byte += 1;
    }
    set
};

/// What RFC 3986 §3.3 allows in a segment as it is; `%` is left to arguments.
const fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

/// A route path in axum's syntax, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Placeholder(String),
}

impl PathTemplate {
    /// Reads `/invoices/{id}`; the words say what is wrong.
    pub(crate) fn parse(path: &str) -> Result<Self, &'static str> {
        let Some(segments) = path.strip_prefix('/') else { return Err("a path starts with `/`") };
        let mut parts = Vec::new();
        for segment in segments.split('/') {
            if segment.starts_with([':', '*']) {
                return Err("a placeholder is written `{name}`, the rest of a path `{*name}`");
            }
            parts.push(Part::Literal("/".into()));
            let mut rest = segment;
            while let Some(open) = rest.find(['{', '}']) {
                let (literal, braced) = rest.split_at(open);
                parts.push(Part::Literal(literal.into()));
                let Some((name, after)) =
                    braced.strip_prefix('{').and_then(|braced| braced.split_once('}'))
                else {
                    return Err("a brace has no partner");
                };
                let name = name.trim_start_matches('*');
                if name.is_empty() || name.contains(['{', '%']) || !name.bytes().all(is_literal) {
                    return Err("a placeholder needs a plain name between its braces");
                }
                let placeholder = Part::Placeholder(name.into());
                if parts.contains(&placeholder) {
                    return Err("a placeholder stands twice");
                }
                parts.push(placeholder);
                rest = after;
            }
            parts.push(Part::Literal(rest.into()));
        }
        let plain = |part: &Part| match part {
            Part::Literal(text) => text.bytes().all(|b| b == b'/' || is_literal(b)),
            Part::Placeholder(_) => true,
        };
        if !parts.iter().all(plain) {
            return Err(
                "a path holds letters, digits and `- . _ ~ ! $ & ' ( ) * + , ; = : @` only",
            );
        }
        parts.retain(|part| *part != Part::Literal(String::new()));
        Ok(Self(parts))
    }

    /// The placeholders' names, in order.
    pub(crate) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Placeholder(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// Puts values into the placeholders, percent-encoded, so that no value can add a segment, a
    /// query or anything else. The first byte is encoded whatever it is: routes hold no `%`, so no
    /// value spells the literal segment of another route (`/files/{name}` and `/files/secret`).
    ///
    /// A value that is empty, or not there, would change the route: its name is the error.
    pub(crate) fn fill<'a>(
        &self,
        value: impl Fn(&str) -> Option<Cow<'a, str>>,
    ) -> Result<String, &str> {
        let mut path = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => path.push_str(text),
                Part::Placeholder(name) => match value(name) {
                    Some(value) if !value.is_empty() => {
                        let (first, rest) = value.as_bytes().split_at(1);
                        path.extend(percent_encode(first, EVERYTHING));
                        path.extend(percent_encode(rest, ESCAPED));
                    }
                    _ => return Err(name),
                },
            }
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_shared_with_the_attribute_are_read_alike() {
        let vectors = include_str!("../../tests/vectors/paths.txt");
        let mut read = 0;
        for line in vectors.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (verdict, path) = line.split_once(' ').expect("a verdict and a path");
            assert_eq!(PathTemplate::parse(path).is_ok(), verdict == "ok", "{line}");
            read += 1;
        }
        assert!(read > 10);
    }

    #[test]
    fn no_value_leaves_its_segment() {
        let template = PathTemplate::parse("/invoices/{id}/refund").unwrap();
        for value in ["..", ".", "a/b", "%2F", "a?b=c", "a#b", "\0", "\r\nX: y", "a b", "é", "//"]
        {
            let path = template.fill(|_| Some(value.into())).unwrap();
            assert_eq!(path.matches('/').count(), 3, "{path}");
            assert!(!path.contains(['?', '#', ' ', '\r', '\n', '\0', '.']), "{path}");
            assert!(path.starts_with("/invoices/%"), "{path}");
        }
        assert_eq!(template.fill(|_| Some("".into())), Err("id"));
    }
}
