//! The grammar of route paths: literal text and `{placeholders}`, as axum reads them.

/// What is wrong with a path, and what to write.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) mistake: String,
    pub(super) help: String,
}

fn malformed<T>(mistake: impl Into<String>, help: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed { mistake: mistake.into(), help: help.into() })
}

/// The placeholders' names, in order.
pub(super) fn placeholders(path: &str) -> Result<Vec<String>, Malformed> {
    let mut names = Vec::new();
    for segment in path.split('/') {
        read_segment(segment, &mut names)?;
    }
    // Last, so that what is to be written is right in everything else.
    if !path.starts_with('/') {
        return malformed("a path starts with `/`", format!("write `\"/{path}\"`"));
    }
    Ok(names)
}

fn read_segment(segment: &str, names: &mut Vec<String>) -> Result<(), Malformed> {
    if let Some(name) = segment.strip_prefix(':') {
        return malformed(
            "a placeholder is written in braces",
            format!("write `{{{name}}}` in place of `:{name}`"),
        );
    }
    if let Some(name) = segment.strip_prefix('*') {
        return malformed(
            "the rest of a path is written in braces",
            format!("write `{{*{name}}}` in place of `*{name}`"),
        );
    }
    let mut rest = segment;
    while let Some(open) = rest.find(['{', '}']) {
        read_literal(&rest[..open])?;
        if rest[open..].starts_with('}') {
            return malformed("a `}` has no `{` before it", "write placeholders as `{name}`");
        }
        let inner = &rest[open + 1..];
        let Some(close) = inner.find('}') else {
            let help = format!("write `{{{inner}}}`");
            return malformed(format!("the `{{` before `{inner}` is not closed"), help);
        };
        let name = inner[..close].trim_start_matches('*');
        if name.is_empty() || name.contains('{') {
            let help = "write a name into them, as in `{id}`";
            return malformed("the braces of a placeholder hold no name", help);
        }
        read_literal(name)?;
        if names.iter().any(|other| other == name) {
            return malformed(
                format!("the placeholder `{{{name}}}` stands here twice"),
                "give each placeholder a name of its own",
            );
        }
        names.push(name.to_owned());
        rest = &inner[close + 1..];
    }
    read_literal(rest)
}

fn read_literal(text: &str) -> Result<(), Malformed> {
    match text.chars().find(|c| !is_literal(*c)) {
        None => Ok(()),
        Some('?') => malformed(
            "a path holds no query",
            "remove it from the `?` on; `Query<T>` in the signature reads it",
        ),
        Some('#') => malformed("a path holds no fragment", "remove it from the `#` on"),
        Some(c) if c.is_whitespace() => malformed("a path holds no white space", "remove it"),
        Some(c) => malformed(
            format!("a path cannot hold the character {c:?}"),
            "write letters, digits and `- . _ ~ ! $ & ' ( ) * + , ; = : @`",
        ),
    }
}

/// What RFC 3986 §3.3 allows in a segment as it is; `%` is left to arguments.
fn is_literal(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::text::tests::vectors;

    #[test]
    fn the_vectors_shared_with_the_runtime_are_read_alike() {
        let read = vectors(include_str!("../../../tests/vectors/paths.txt"));
        assert!(read.len() > 10);
        for (ok, path) in read {
            assert_eq!(placeholders(&path).is_ok(), ok, "{path:?}");
        }
    }

    #[test]
    fn placeholders_are_named_in_order() {
        let path = "/{a}/b/{c}.json/{*rest}";
        assert_eq!(placeholders(path).unwrap(), ["a", "c", "rest"]);
    }

    #[test]
    fn text_before_a_placeholder_is_read_as_strictly_as_after_it() {
        for path in ["/a?b={c}", "/a b{c}", "/#{c}"] {
            assert!(placeholders(path).is_err(), "{path}");
        }
    }
}
