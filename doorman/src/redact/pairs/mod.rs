//! Values that a text itself calls secret: `password=…`, `Authorization: …`, `scheme://user:…@host`.

mod addresses;
mod code;
mod commands;
mod names;
mod values;

use super::{Hit, Kind, judge::Judge, mask};

pub(super) use self::{
    addresses::Ahead,
    code::{is_tally, tally},
};
use self::{
    addresses::in_address,
    commands::{after_option, after_scheme},
    values::{in_element, second_of_pair, value_of_key},
};

/// Finds the value behind a `:` or `=`, and the password in an address. Returns how far the text was read.
pub(super) fn at_sign(
    text: &str,
    sign: usize,
    judge: &Judge<'_>,
    ahead: &mut Ahead,
    hits: &mut Vec<Hit>,
) -> usize {
    // `Token::Comma`
    if text[sign..].starts_with("::") {
        return sign + 2;
    }
    let is_address = text[sign..].starts_with("://");
    if is_address && let Some(password) = in_address(text, sign, ahead) {
        hits.push(hit(password, Kind::UrlCredentials));
    }
    let named = value_of_key(text, sign, judge);
    hits.extend(named.map(|value| hit(value, Kind::Secret)));
    let past = if is_address { sign + 3 } else { sign + 1 };
    named.map_or(past, |value| value.1.max(past))
}

/// Finds the text of an element behind the end of its tag, and what an arrow leads to.
pub(super) fn at_tag(text: &str, sign: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) -> usize {
    let arrow = text[..sign].ends_with(" -") && text[sign + 1..].starts_with(' ');
    let value = if arrow { value_of_key(text, sign, judge) } else { in_element(text, sign, judge) };
    found(value, hits)
}

/// Finds the second text of a tuple behind its `(`.
pub(super) fn at_tuple(text: &str, open: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) -> usize {
    const MOST: usize = 72;
    let rest = &text.as_bytes()[open + 1..];
    let begins = rest.iter().take(10).find(|b| !b"bur\\ ".contains(b));
    let Some(quote) = begins.filter(|b| matches!(b, b'"' | b'\'')) else { return 0 };
    let called = text[open..].starts_with('(') && is_setter(&text[..open]);
    if called && let Some(value) = quoted(text, open + 1) {
        hits.push(hit(value, Kind::Secret));
        return value.1;
    }
    let comma = rest.iter().take(MOST).position(|b| *b == b',').map(|at| open + 1 + at);
    let comma = comma.filter(|comma| text.as_bytes()[comma - 1] == *quote);
    found(comma.and_then(|comma| second_of_pair(text, comma, judge)), hits)
}

/// Finds the value behind an option that begins with this `-`.
pub(super) fn at_option(text: &str, dash: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) -> usize {
    const MOST: usize = 64;
    let bytes = text.as_bytes();
    let before = dash.checked_sub(1).map_or(b' ', |before| bytes[before]);
    let option = &bytes[dash..];
    let short = matches!(option, [b'-', b'u' | b'p' | b'a', b' ', ..]);
    let arrow = before == b'<' && option.starts_with(b"- ");
    if !arrow && !(before.is_ascii_whitespace() && (short || option.starts_with(b"--"))) {
        return 0;
    }
    let length = option.iter().take(MOST).position(u8::is_ascii_whitespace);
    let blank = length.map(|length| dash + length).filter(|blank| bytes[*blank] == b' ');
    found(blank.and_then(|blank| after_option(text, blank, judge)), hits)
}

/// Finds what a run of signs of tokens is after `Bearer ` and `Basic `, and the value behind it where it is
/// the name in `ENV NAME value`.
pub(super) fn at_run(text: &str, start: usize, end: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) {
    if start == 0 || !matches!(text.as_bytes()[start - 1], b' ' | b'\t') {
        return;
    }
    let before = text[..start].trim_end_matches([' ', '\t']).len();
    if before == 0 {
        return;
    }
    let token = after_scheme(text, before);
    hits.extend(token.map(|token| hit(token, Kind::Authorization)));
    let sets = ["ENV", "setx"].iter().any(|command| text[..before].ends_with(command));
    if sets && text[end..].starts_with(' ') {
        found(after_option(text, end, judge), hits);
    }
}

/// Finds the text behind `IDENTIFIED BY` and `PASSWORD` of SQL, of which this is the last letter.
pub(super) fn at_statement(text: &str, last: usize, hits: &mut Vec<Hit>) -> usize {
    let said = ["IDENTIFIED BY", "PASSWORD"].iter().any(|word| text[..=last].ends_with(word));
    found(if said { quoted(text, last + 2) } else { None }, hits)
}

/// Whether a call sets a password: `setPassword(`, `PASSWORD(`.
fn is_setter(before: &str) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let length = before.bytes().rev().take(32).take_while(|b| part(b)).count();
    let name = before[before.len() - length..].to_ascii_lowercase().replace('_', "");
    let name = name.strip_prefix("set").unwrap_or(&name);
    ["password", "passwd", "pwd"].contains(&name)
}

/// The text in quotes that begins here.
fn quoted(text: &str, at: usize) -> Option<(usize, usize)> {
    let quote = text[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let length = text[at + 1..].find([quote, '\n'])?;
    let value = &text[at + 1..at + 1 + length];
    let told = value.chars().any(char::is_alphanumeric) && !value.contains(' ');
    (told && !mask::stands_for_all(value)).then_some((at + 1, at + 1 + length))
}

fn found(value: Option<(usize, usize)>, hits: &mut Vec<Hit>) -> usize {
    hits.extend(value.map(|value| hit(value, Kind::Secret)));
    value.map_or(0, |value| value.1)
}

fn hit((start, end): (usize, usize), kind: Kind) -> Hit {
    Hit { start, end, kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Rules, keys::Said, sweep::sweep};

    fn masked(text: &str) -> String {
        let (mut out, mut at) = (String::new(), 0);
        let rules = Rules::default();
        for hit in sweep(&Judge::new(&rules, 0), text, Said::NOTHING) {
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
