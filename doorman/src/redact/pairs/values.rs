//! Values: where they begin and end behind a key.

use crate::redact::{judge::Judge, mask};

use super::{
    code::{Code, code, is_mode, is_placeholder, is_tally, is_word_of_prose, tally},
    names::key_before,
};

/// The words that say how a credential is to be read.
pub(super) const SCHEMES: [&str; 9] =
    ["bearer", "basic", "token", "apikey", "api-key", "negotiate", "ntlm", "dpop", "jwt"];

/// Those after which a list of parameters follows.
pub(super) const LISTING: [&str; 5] =
    ["digest ", "oauth ", "hawk ", "signature ", "aws4-hmac-sha256 "];

/// The value after a `:` or `=` that stands behind a sensitive key.
pub(super) fn value_of_key(text: &str, sign: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
    let key = key_before(text, sign, judge)?;
    let rest = text[sign..].trim_start_matches([':', '=', '>']);
    let operator = text.len() - rest.len();
    let blanks = rest.bytes().take(16).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let start = operator + blanks;
    // `**Password:** …`
    let emphasis = if text[start..].starts_with("** ") { 3 } else { 0 };
    let start = start + emphasis;
    let start = start + string_prefix(&text[start..]);
    let rest = &text[start..];
    // The folder that a shell is in.
    let folder =
        rest.starts_with(['/', '~']) || rest.get(1..).is_some_and(|r| r.starts_with(":\\"));
    if folder && matches!(key, "PWD" | "OLDPWD") {
        return None;
    }
    if let Some((from, to)) = container(rest).or_else(|| list(rest)) {
        return secret(text, key, start + from, start + to);
    }
    if text[sign..].starts_with(':')
        && let Some(block) = block(rest)
    {
        return secret(text, key, start + block.0, start + block.1);
    }
    let slashes = rest.bytes().take(8).take_while(|b| *b == b'\\').count();
    if let Some(quote) = rest[slashes..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        let thrice = ["\"\"\"", "\'\'\'"].iter().any(|quotes| rest.starts_with(quotes));
        let quotes = if thrice { 3 } else { 1 };
        let inner = start + slashes + quotes;
        let closing = format!("{}{}", &rest[..slashes], quote.to_string().repeat(quotes));
        let line = || text[inner..].find('\n').unwrap_or(text.len() - inner);
        let length = closing_quote(&text[inner..], &closing).unwrap_or_else(line);
        let command = quote == '`' && text[inner..inner + length].contains(' ');
        return if command { None } else { secret(text, key, inner, inner + length) };
    }
    let start = start + scheme(rest);
    let rest = &text[start..];
    let lists = |scheme: &&str| {
        rest.as_bytes()
            .get(..scheme.len())
            .is_some_and(|front| front.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    let listed = key.contains("ookie") || key.contains("OOKIE") || LISTING.iter().any(lists);
    if listed {
        let length = rest.find(['\n', '\r', '\'', '`', '\\']).unwrap_or(rest.len());
        // A quote around the header ends it, and those of its parameters do not.
        let quotes = rest[..length].matches('"').count();
        let last = rest[..length].rfind('"').filter(|_| quotes % 2 == 1);
        return secret(text, key, start, start + last.unwrap_or(length));
    }
    if let Some(code) = code(rest, key) {
        return match code {
            Code::Shown => None,
            Code::Told(from, to) => secret(text, key, start + from, start + to),
        };
    }
    let value = rest[..bare(rest)].trim_end_matches(['.', ':', '?']);
    let spoken = operator < start && text[sign..].starts_with(':') && is_word_of_prose(value);
    if spoken {
        return None;
    }
    let told = value.trim_start_matches(['(', '[', '{', '<', '*', '&']);
    let told = if told.is_empty() { value } else { told };
    secret(text, key, start + value.len() - told.len(), start + value.len())
}

/// What stands in a list or a map that is no JSON: `['…', '…']`, `{'a': '…'}`, `{a: '…'}`.
fn container(rest: &str) -> Option<(usize, usize)> {
    let inner = rest.strip_prefix(['[', '{'])?.trim_start();
    let word =
        inner.bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let value = match inner[word..].strip_prefix(':') {
        Some(value) if word > 0 && rest.starts_with('{') => value.trim_start(),
        _ if word == 0 => inner,
        _ => return None,
    };
    if !value.starts_with(['"', '\'', '[', '{']) || rest.starts_with("{{") {
        return None;
    }
    let (mut open, mut quoted, mut escaped) = (0usize, None, false);
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' | b'\'' if quoted == Some(byte) => quoted = None,
            b'"' | b'\'' if quoted.is_none() => quoted = Some(byte),
            b'[' | b'{' if quoted.is_none() => open += 1,
            b']' | b'}' if quoted.is_none() => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some((1, at));
        }
    }
    Some((1, rest.len()))
}

/// The items of a list of YAML below a key, as one.
fn list(rest: &str) -> Option<(usize, usize)> {
    let lines = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n"))?;
    let items = lines.split_inclusive('\n').take_while(|line| line.trim_start().starts_with("- "));
    let length: usize = items.map(str::len).sum();
    let first = lines[..length].find("- ")? + 2;
    let start = rest.len() - lines.len();
    Some((start + first, start + lines[..length].trim_end().len()))
}

/// The length of what stands before the quote of a text in some languages: `b'…'`, `@"…"`.
pub(super) fn string_prefix(rest: &str) -> usize {
    let length = rest.bytes().take(2).take_while(|b| b"bBrRuUfF@$".contains(b)).count();
    if rest[length..].starts_with(['"', '\'']) { length } else { 0 }
}

/// The lines below `|` or `>`, as far as they are indented.
pub(super) fn block(rest: &str) -> Option<(usize, usize)> {
    const MOST: usize = 8192;
    let first = rest.strip_prefix(['|', '>'])?.trim_start_matches(['-', '+', ' ']);
    let lines = first.strip_prefix('\n').or_else(|| first.strip_prefix("\r\n"))?;
    let mut length = 0;
    for line in lines.split_inclusive('\n') {
        if length > MOST || !(line.starts_with([' ', '\t']) || line.trim().is_empty()) {
            break;
        }
        length += line.len();
    }
    let (start, text) = (rest.len() - lines.len(), &lines[..length]);
    Some((start + length - text.trim_start().len(), start + text.trim_end().len()))
}

/// The length of a value without quotes: to a blank, or a sign after which something else begins.
pub(super) fn bare(rest: &str) -> usize {
    let mut opened = 0u32;
    for (at, c) in rest.char_indices() {
        let after = &rest[at + c.len_utf8()..];
        let last = || !after.starts_with(|c: char| c.is_alphanumeric() || "_$%!#*@".contains(c));
        let ends = match c {
            '"' | '\'' | '`' | '\\' => true,
            '(' | '[' | '{' => {
                opened += 1;
                false
            }
            ')' | ']' | '}' if opened > 0 => {
                opened -= 1;
                false
            }
            ')' | ']' | '}' | '>' | '|' => last(),
            '<' => at > 0 && (after.starts_with(['/', '!']) || is_tag(after)),
            ',' | ';' | '&' => last() || begins_pair(after),
            c => c.is_whitespace(),
        };
        if ends {
            return at;
        }
    }
    rest.len()
}

/// Whether a name and a sign, or an address, stand at the start.
pub(super) fn begins_pair(text: &str) -> bool {
    const MOST: usize = 64;
    let word = text.bytes().take(MOST);
    let word = word.take_while(|b| b.is_ascii_alphanumeric() || b"_-.[]@".contains(b)).count();
    text[word..].starts_with(['=', ':']) || text[..word].contains('@')
}

/// Whether the rest of a tag stands at the start.
pub(super) fn is_tag(text: &str) -> bool {
    let name = text.bytes().take(16).take_while(u8::is_ascii_lowercase).count();
    name > 0 && text[name..].starts_with(['>', ' ', '/'])
}

/// What stands in `<password>…</password>`.
pub(super) fn in_element(text: &str, sign: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
    const MOST: usize = 64;
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    let from = sign.saturating_sub(2 * MOST);
    let tag =
        from + text.as_bytes()[from..sign].iter().rposition(|b| matches!(b, b'<' | b'>'))? + 1;
    let length = text.as_bytes()[tag..sign].iter().take(MOST).take_while(|b| part(b)).count();
    let key = &text[tag..tag + length];
    let whole = tag + length == sign || text.as_bytes()[tag + length] == b' ';
    let opened = text.as_bytes()[tag - 1] == b'<' && whole && length > 0 && judge.is_secret(key);
    let inner = opened.then_some(&text[sign + 1..])?;
    let marked = inner.trim_start().strip_prefix("<![CDATA[");
    let (inner, close) = marked.map_or((inner, "</"), |inner| (inner, "]]>"));
    let start = text.len() - inner.len();
    let mut signs = inner.bytes().take(MOST * MOST);
    let length = signs.position(|b| b == if marked.is_some() { b']' } else { b'<' })?;
    let closed = inner[length..].starts_with(close) && code(&inner[..length], key).is_none();
    closed.then(|| secret(text, key, start, start + length))?
}

/// The second text of `('password', '…')`.
pub(super) fn second_of_pair(
    text: &str,
    comma: usize,
    judge: &Judge<'_>,
) -> Option<(usize, usize)> {
    let quote = text[..comma].chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let key = key_before(text, comma, judge)?;
    let open = text[..comma - 1].trim_end_matches('\\').strip_suffix(key)?;
    let open = open.trim_end_matches(quote).trim_end_matches('\\');
    // A prefix of Python's: `b'…'`.
    let open = open.strip_suffix(['b', 'u', 'r']).unwrap_or(open).trim_end();
    let rest = text[comma + 1..].trim_start_matches([' ', '\t']);
    let start = text.len() - rest.len();
    let rest = rest
        .strip_prefix(['b', 'u', 'r'])
        .filter(|rest| rest.starts_with(['\'', '"']))
        .unwrap_or(rest);
    let start = start + (text.len() - start - rest.len());
    let slashes = rest.bytes().take(8).take_while(|b| *b == b'\\').count();
    rest[slashes..].starts_with(['"', '\'']).then_some(())?;
    if !open.ends_with(['(', '[']) {
        return None;
    }
    let closing = &rest[..=slashes];
    let inner = start + closing.len();
    let length = closing_quote(&text[inner..], closing)
        .unwrap_or_else(|| text[inner..].find('\n').unwrap_or(text.len() - inner));
    // A list of two, of which the second is no name itself.
    let second = &text[inner..inner + length];
    let names = second.bytes().all(|b| b.is_ascii_alphabetic() || b"_-".contains(&b));
    let rest = text[inner + length..].trim_start_matches(['"', '\'', '\\', ' ']);
    if open.ends_with('[') && (!rest.starts_with(']') || (names && judge.is_secret(second))) {
        return None;
    }
    secret(text, key, inner, inner + length)
}

/// The place of a quote that no backslash of its own stands before.
pub(super) fn closing_quote(text: &str, closing: &str) -> Option<usize> {
    text.match_indices(closing).map(|(at, _)| at).find(|&at| {
        closing.len() > 1 || text[..at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0
    })
}

/// The length of `Bearer ` and the like at the start.
pub(super) fn scheme(text: &str) -> usize {
    let word =
        text.bytes().take(12).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    let is_scheme = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(&text[..word]));
    if is_scheme && text[word..].starts_with(' ') { word + 1 } else { 0 }
}

/// Whether signs alone are a secret: six or more, of four sorts, and not those that cross something out.
fn is_symbols(value: &str) -> bool {
    let sort = |c: char| c.is_ascii_punctuation() && !"*._-=•«»".contains(c);
    let mut sorts: Vec<char> = value.chars().filter(|c| sort(*c)).collect();
    sorts.sort_unstable();
    sorts.dedup();
    sorts.len() >= 4 && value.len() >= 6 && !value.contains([' ', '«'])
}

/// A value that is not shown; none where nothing is told by it.
pub(super) fn secret(text: &str, key: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let start = start + if end > start { scheme(&text[start..end]) } else { 0 };
    let value = text.get(start..end)?;
    let empty = ["null", "none", "nil", "true", "false", "undefined", ""];
    let told = (value.chars().any(char::is_alphanumeric) || is_symbols(value))
        && !is_tally(value, tally(key))
        && !is_mode(key, value)
        && !mask::stands_for_all(value)
        && !is_placeholder(value)
        && !empty.iter().any(|empty| empty.eq_ignore_ascii_case(value))
        && !key.is_empty();
    told.then_some((start, end))
}
