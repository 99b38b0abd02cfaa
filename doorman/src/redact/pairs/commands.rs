//! Credentials on command lines and after the names of their schemes.

use crate::redact::judge::Judge;

use super::{
    code::{code, is_word_of_prose},
    names::key_before,
    values::{bare, secret},
};

/// The token after `Bearer ` and `Basic `, where it is not a word of a sentence.
pub(super) fn after_scheme(text: &str, blank: usize) -> Option<(usize, usize)> {
    if !matches!(text.as_bytes()[..blank].last(), Some(b'r' | b'R' | b'c' | b'C')) {
        return None;
    }
    let ends_with = |scheme: &str| {
        let start = blank.checked_sub(scheme.len())?;
        let found = text.as_bytes()[start..blank].eq_ignore_ascii_case(scheme.as_bytes());
        let apart = start == 0 || !text.as_bytes()[start - 1].is_ascii_alphanumeric();
        (found && apart).then_some(())
    };
    ends_with("bearer").or_else(|| ends_with("basic"))?;
    let blank =
        blank + text[blank + 1..].bytes().take(8).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let token = text[blank + 1..].bytes().take_while(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'-')
    });
    let token = &text[blank + 1..=blank + token.count()];
    let mixed = token.bytes().skip(1).any(|b| b.is_ascii_uppercase())
        && token.bytes().any(|b| b.is_ascii_lowercase());
    let random = token.bytes().any(|b| b.is_ascii_digit()) || token.ends_with('=') || mixed;
    (token.len() >= 8 && random).then_some((blank + 1, blank + 1 + token.len()))
}

/// The value after `--password `, and the password in `curl -u user:password`.
pub(super) fn after_option(text: &str, blank: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
    const MOST: usize = 64;
    let mut from = blank.saturating_sub(MOST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..blank];
    let option = before.rsplit(char::is_whitespace).next()?;
    let blanks = text[blank..].bytes().take(8).take_while(|b| *b == b' ').count();
    let start = blank + blanks;
    let rest = &text[start..];
    if matches!(option, "-u" | "--user") && before.contains("curl") {
        return behind_user(text, start);
    }
    let key = match option {
        "-p" if before.ends_with("sshpass -p") => "password",
        "-a" if before.ends_with("redis-cli -a") => "password",
        // An assignment of R's.
        "<-" => key_before(text, blank - 2, judge)?,
        _ => {
            let set = |command: &str| before.strip_suffix(option)?.strip_suffix(command);
            let set = ["ENV ", "setx "].iter().any(|command| set(command).is_some());
            // What stands behind `--password=…` is the next argument.
            let key = if set { option } else { option.strip_prefix("--")? };
            if key.contains('=') {
                return None;
            }
            Some(key).filter(|key| !key.is_empty() && judge.is_secret(key))?
        }
    };
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let length = rest[1..].find([quote, '\n']).unwrap_or(rest.len() - 1);
        return secret(text, key, start + 1, start + 1 + length);
    }
    let value = &rest[..bare(rest)];
    let shown = value.starts_with('-')
        || is_word_of_prose(value)
        || value.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        || code(rest, key).is_some();
    if shown { None } else { secret(text, key, start, start + value.len()) }
}

/// The password in `user:password`, of which either or both may be quoted.
pub(super) fn behind_user(text: &str, start: usize) -> Option<(usize, usize)> {
    const MOST: usize = 128;
    let quoted = |at: usize| text[at..].chars().next().filter(|c| matches!(c, '"' | '\''));
    let around = quoted(start);
    let user = text.as_bytes()[start..].iter().take(MOST);
    let ends = |b: &u8| *b == b':' || (around.is_none() && b.is_ascii_whitespace());
    let colon = start + user.into_iter().position(ends)?;
    let from = text[colon..].starts_with(':').then_some(colon + 1)?;
    let own = quoted(from).filter(|quote| text[from + 1..].contains(*quote));
    let from = from + usize::from(own.is_some());
    let rest = &text[from..];
    let (value, length) = match own.or(around) {
        Some(quote) => {
            let length = rest.find([quote, '\n']).unwrap_or(rest.len());
            (&rest[..length], length)
        }
        None => (rest, bare(rest)),
    };
    if code(value, "").is_some() { None } else { secret(text, "user", from, from + length) }
}
