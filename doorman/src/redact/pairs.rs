//! Values that a text itself calls secret: `password=…`, `Authorization: …`, `scheme://user:…@host`.

use super::{Hit, Kind, MASK, Rules};

/// Finds them. What is read on either side of a sign is bounded, or read once.
pub(super) fn scan(text: &str, rules: &Rules, hits: &mut Vec<Hit>) {
    let mut push = |(start, end): (usize, usize)| {
        hits.push(Hit { start, end, kind: Kind::Secret });
    };
    let mut at = 0;
    while let Some(sign) = text[at..].find([':', '=', ' ']).map(|sign| at + sign) {
        at = sign + 1;
        if text[sign..].starts_with(' ') {
            if let Some(token) = after_scheme(text, sign) {
                push(token);
                at = token.1;
            }
        } else if text[sign..].starts_with("://") {
            if let Some(password) = in_address(text, sign) {
                push(password);
            }
            let named = value_of_key(text, sign, rules);
            at = named.map_or(sign + 3, |value| value.1.max(sign + 3));
            named.into_iter().for_each(&mut push);
        } else if let Some(value) = value_of_key(text, sign, rules) {
            push(value);
            at = value.1;
        }
    }
}

/// The words that say how a credential is to be read.
const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "apikey", "api-key", "negotiate"];

/// The token after `Bearer ` and `Basic `, where it is not a word of a sentence.
fn after_scheme(text: &str, blank: usize) -> Option<(usize, usize)> {
    let ends_with = |scheme: &str| {
        let start = blank.checked_sub(scheme.len())?;
        let found = text.as_bytes()[start..blank].eq_ignore_ascii_case(scheme.as_bytes());
        let apart = start == 0 || !text.as_bytes()[start - 1].is_ascii_alphanumeric();
        (found && apart).then_some(())
    };
    ends_with("bearer").or_else(|| ends_with("basic"))?;
    let token = text[blank + 1..].bytes().take_while(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'-')
    });
    let token = &text[blank + 1..=blank + token.count()];
    let mixed = token.bytes().skip(1).any(|b| b.is_ascii_uppercase())
        && token.bytes().any(|b| b.is_ascii_lowercase());
    let random = token.bytes().any(|b| b.is_ascii_digit()) || token.ends_with('=') || mixed;
    (token.len() >= 8 && random).then_some((blank + 1, blank + 1 + token.len()))
}

/// The password in `scheme://user:password@host`, where `sign` is the colon.
fn in_address(text: &str, sign: usize) -> Option<(usize, usize)> {
    const MOST: usize = 512;
    if sign == 0 || !text.as_bytes()[sign - 1].is_ascii_alphanumeric() {
        return None;
    }
    let start = sign + 3;
    let window = text[start..].char_indices().take_while(|(at, _)| *at < MOST);
    let stops = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\');
    let mut end = start;
    for (at, c) in window {
        if stops(c) {
            break;
        }
        end = start + at + c.len_utf8();
    }
    let rest = &text[start..end];
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    // A password may hold a slash itself: then what stands before it is no port.
    let authority = match authority.split_once(':') {
        Some((_, port)) if !authority.contains('@') && !is_port(port) => {
            &rest[..rest.find('@').map_or(0, |sign| sign + 1)]
        }
        _ => authority,
    };
    let user_info = &authority[..authority.rfind('@')?];
    let colon = user_info.find(':')?;
    let password = &user_info[colon + 1..];
    let shown = password.starts_with(MASK) || is_placeholder(password);
    (!password.is_empty() && !shown).then(|| (start + colon + 1, start + user_info.len()))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The value after a `:` or `=` that stands behind a sensitive key.
fn value_of_key(text: &str, sign: usize, rules: &Rules) -> Option<(usize, usize)> {
    let key = key_before(text, sign, rules)?;
    let rest = text[sign..].trim_start_matches([':', '=', '>']);
    let operator = text.len() - rest.len();
    let blanks = rest.bytes().take(16).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let start = operator + blanks;
    let rest = &text[start..];
    let slashes = rest.bytes().take(8).take_while(|b| *b == b'\\').count();
    if let Some(quote) = rest[slashes..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        let inner = start + slashes + 1;
        let closing = format!("{}{quote}", &rest[..slashes]);
        let line = || text[inner..].find('\n').unwrap_or(text.len() - inner);
        let length = closing_quote(&text[inner..], &closing).unwrap_or_else(line);
        let command = quote == '`' && text[inner..inner + length].contains(' ');
        return if command { None } else { secret(text, key, inner, inner + length) };
    }
    let start = start + scheme(rest);
    let rest = &text[start..];
    let whole_line = key.contains("ookie") || key.contains("OOKIE");
    let stops = |c: char| match c {
        '\n' | '\r' | '"' | '\'' | '`' => true,
        c if whole_line => c == '\\',
        c => {
            c.is_whitespace()
                || matches!(c, ',' | ';' | '&' | '<' | '>' | ')' | ']' | '}' | '|' | '\\')
        }
    };
    let length = rest.find(stops).unwrap_or(rest.len());
    let value = rest[..length].trim_end_matches(['.', ':', '?']);
    let spoken = operator < start && text[sign..].starts_with(':') && is_word_of_prose(value);
    let elsewhere = ["var.", "local.", "data.", "process.env", "os.environ", "env.", "module."];
    let code = elsewhere.iter().any(|place| value.starts_with(place))
        || value.contains('(')
        || value.starts_with(['$', '[', '{', '%', '&', '*', '/']);
    if spoken || code {
        return None;
    }
    secret(text, key, start, start + value.len())
}

/// The place of a quote that no backslash of its own stands before.
fn closing_quote(text: &str, closing: &str) -> Option<usize> {
    text.match_indices(closing).map(|(at, _)| at).find(|&at| {
        closing.len() > 1 || text[..at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0
    })
}

/// The length of `Bearer ` and the like at the start.
fn scheme(text: &str) -> usize {
    let word =
        text.bytes().take(12).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    let is_scheme = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(&text[..word]));
    if is_scheme && text[word..].starts_with(' ') { word + 1 } else { 0 }
}

/// A value that is not shown; none where nothing is told by it.
fn secret(text: &str, key: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let start = start + if end > start { scheme(&text[start..end]) } else { 0 };
    let value = text.get(start..end)?;
    let empty = ["null", "none", "nil", "true", "false", "undefined", ""];
    let told = value.chars().any(char::is_alphanumeric)
        && !value.contains(MASK)
        && !is_placeholder(value)
        && !value.starts_with('<')
        && !empty.iter().any(|empty| empty.eq_ignore_ascii_case(value))
        && !key.is_empty();
    told.then_some((start, end))
}

fn is_placeholder(value: &str) -> bool {
    let framed = |open: &str, close: char| value.starts_with(open) && value.ends_with(close);
    framed("${", '}')
        || framed("{", '}')
        || framed("<", '>')
        || framed("%(", 's')
        || framed("$(", ')')
        || framed("[", ']')
        || value == "..."
        || value == "…"
}

/// Words that follow `password:` in sentences, forms and sources.
fn is_word_of_prose(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "string",
        "str",
        "int",
        "integer",
        "bool",
        "boolean",
        "number",
        "bytes",
        "optional",
        "option",
        "object",
        "array",
        "list",
        "dict",
        "any",
        "unknown",
        "required",
        "missing",
        "invalid",
        "incorrect",
        "wrong",
        "expired",
        "empty",
        "set",
        "unset",
        "changed",
        "reset",
        "must",
        "is",
        "the",
        "a",
        "an",
        "to",
        "of",
        "for",
        "not",
        "no",
        "yes",
        "please",
        "your",
        "you",
        "this",
        "that",
        "it",
        "if",
        "use",
        "used",
        "enter",
        "see",
        "may",
        "can",
        "should",
        "will",
        "field",
        "value",
        "hidden",
        "redacted",
        "masked",
        "secretstr",
        "vec",
        "text",
        "too",
        "and",
        "or",
    ];
    let value = value.trim_start_matches('&');
    WORDS
        .iter()
        .any(|word| word.eq_ignore_ascii_case(value.split(['<', '.']).next().unwrap_or(value)))
}

/// The sensitive key that ends before a sign: quoted, one word, or up to three.
fn key_before<'a>(text: &'a str, sign: usize, rules: &Rules) -> Option<&'a str> {
    const MOST: usize = 64;
    let mut from = sign.saturating_sub(MOST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..sign].trim_end_matches([' ', '\t']);
    let before = before.strip_suffix(']').unwrap_or(before);
    let sensitive = |key: &&'a str| key.chars().any(char::is_alphabetic) && rules.is_secret(key);
    if let Some(quote) = before.chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`')) {
        let inner = before[..before.len() - 1].trim_end_matches('\\');
        let key = inner.rfind(quote).map(|open| &inner[open + 1..]);
        return key.filter(|key| !key.contains('\n')).filter(sensitive);
    }
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut key_start = before.len();
    for _ in 0..3 {
        let word = before[..key_start].trim_end_matches(part).len();
        if word == key_start {
            return None;
        }
        if let Some(key) = Some(&before[word..]).filter(sensitive) {
            return Some(key);
        }
        if !before[..word].ends_with(' ') {
            return None;
        }
        key_start = word - 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let (mut hits, mut out, mut at) = (Vec::new(), String::new(), 0);
        scan(text, &Rules::default(), &mut hits);
        for hit in hits {
            out.push_str(&text[at..hit.start]);
            out.push('~');
            at = hit.end;
        }
        out + &text[at..]
    }

    #[test]
    fn what_a_text_calls_secret_is() {
        for (text, then) in [
            ("password=hunter2 ok", "password=~ ok"),
            ("\"api_key\": \"s3cret\",", "\"api_key\": \"~\","),
            ("{'password': 'x\\'y'}", "{'password': '~'}"),
            ("\\\"token\\\":\\\"abc\\\"}", "\\\"token\\\":\\\"~\\\"}"),
            ("Authorization: Bearer abc", "Authorization: Bearer ~"),
            ("use Bearer abcdefgh1 here", "use Bearer ~ here"),
            ("dsn=postgres://bob:hunter2@db, alice", "dsn=~, alice"),
            ("postgres://bob:hunter2@db/x", "postgres://bob:~@db/x"),
            ("my API key: k1", "my API key: ~"),
            ("Cookie: a=b; c=d", "Cookie: ~"),
            ("x?a=1&token=abc&b=2", "x?a=1&token=~&b=2"),
        ] {
            assert_eq!(masked(text), then);
        }
    }

    #[test]
    fn sentences_and_sources_are_left() {
        for text in [
            "password: must be longer",
            "token: String,",
            "max_tokens=100",
            "secret: null",
            "password: ${DB_PASSWORD}",
            "http://localhost:5000/@x",
            "Basic authentication is",
            "Bearer tokens are",
            "password=«redacted»",
            "key: value",
            "12:30:45",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
