//! Route paths: literal text and `{placeholders}`, and how arguments are put into them.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but `A-Za-z0-9_~-`. The dot is encoded too, so that an argument is never a dot segment.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

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
        if !path.starts_with('/') {
            return Err("a path starts with `/`");
        }
        let mut parts = Vec::new();
        let mut names = Vec::new();
        for segment in path.split('/').skip(1) {
            if segment.starts_with([':', '*']) {
                return Err("a placeholder is written `{name}`, the rest of a path `{*name}`");
            }
            if segment
                .chars()
                .any(|c| matches!(c, '?' | '#') || c.is_whitespace() || c.is_control())
            {
                return Err("a path holds no query, fragment or white space");
            }
            parts.push(Part::Literal("/".into()));
            let mut rest = segment;
            while let Some(open) = rest.find(['{', '}']) {
                if rest[open..].starts_with('}') {
                    return Err("a `}` has no `{` before it");
                }
                parts.push(Part::Literal(rest[..open].into()));
                let Some(close) = rest[open..].find('}') else {
                    return Err("a `{` is not closed");
                };
                let name = rest[open + 1..open + close].trim_start_matches('*');
                if name.is_empty() || name.contains('{') {
                    return Err("a placeholder needs a name between its braces");
                }
                if names.contains(&name) {
                    return Err("a placeholder stands twice");
                }
                names.push(name);
                parts.push(Part::Placeholder(name.into()));
                rest = &rest[open + close + 1..];
            }
            parts.push(Part::Literal(rest.into()));
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
    /// query or anything else. An empty value, and one that is not there, is `None`: it would change
    /// the route.
    pub(crate) fn fill<'a>(
        &self,
        value: impl Fn(&str) -> Option<std::borrow::Cow<'a, str>>,
    ) -> Result<String, &str> {
        let mut path = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => path.push_str(text),
                Part::Placeholder(name) => match value(name) {
                    Some(value) if !value.is_empty() => {
                        let _ = write!(path, "{}", utf8_percent_encode(&value, ESCAPED));
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
        }
        assert_eq!(template.fill(|_| Some("".into())), Err("id"));
    }
}
