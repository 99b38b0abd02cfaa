//! Values that a text itself calls secret: `password=…`, `Authorization: …`, `scheme://user:…@host`.

use super::{Hit, Kind, judge::Judge, mask};

/// Finds the value behind a `:` or `=`, and the password in an address. Returns how far the text was read.
pub(super) fn at_sign(
    text: &str,
    sign: usize,
    judge: &Judge<'_>,
    ahead: &mut Ahead,
    hits: &mut Vec<Hit>,
) -> usize {
    let is_address = text[sign..].starts_with("://");
    if is_address && let Some(password) = in_address(text, sign, ahead) {
        hits.push(hit(password, Kind::UrlCredentials));
    }
    let named = value_of_key(text, sign, judge);
    hits.extend(named.map(|value| hit(value, Kind::Secret)));
    let past = if is_address { sign + 3 } else { sign + 1 };
    named.map_or(past, |value| value.1.max(past))
}

/// Finds the text of an element behind the end of its tag.
pub(super) fn at_tag(text: &str, sign: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) -> usize {
    found(in_element(text, sign, judge), hits)
}

/// Finds the second text of a tuple behind its `(`.
pub(super) fn at_tuple(text: &str, open: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) -> usize {
    const MOST: usize = 72;
    let rest = &text.as_bytes()[open + 1..];
    let begins = rest.iter().take(10).find(|b| !b"bur\\ ".contains(b));
    let Some(quote) = begins.filter(|b| matches!(b, b'"' | b'\'')) else { return 0 };
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

fn found(value: Option<(usize, usize)>, hits: &mut Vec<Hit>) -> usize {
    hits.extend(value.map(|value| hit(value, Kind::Secret)));
    value.map_or(0, |value| value.1)
}

fn hit((start, end): (usize, usize), kind: Kind) -> Hit {
    Hit { start, end, kind }
}

/// The words that say how a credential is to be read.
const SCHEMES: [&str; 9] =
    ["bearer", "basic", "token", "apikey", "api-key", "negotiate", "ntlm", "dpop", "jwt"];

/// Those after which a list of parameters follows.
const LISTING: [&str; 5] = ["digest ", "oauth ", "hawk ", "signature ", "aws4-hmac-sha256 "];

/// Finds what a run of signs of tokens is after `Bearer ` and `Basic `, and the value behind it where it is
/// the name in `ENV NAME value`.
pub(super) fn at_run(text: &str, start: usize, end: usize, judge: &Judge<'_>, hits: &mut Vec<Hit>) {
    let before = text[..start].trim_end_matches(' ').len();
    if before == start || before == 0 {
        return;
    }
    let token = after_scheme(text, before);
    hits.extend(token.map(|token| hit(token, Kind::Authorization)));
    let sets = ["ENV", "setx"].iter().any(|command| text[..before].ends_with(command));
    if sets && text[end..].starts_with(' ') {
        found(after_option(text, end, judge), hits);
    }
}

/// The token after `Bearer ` and `Basic `, where it is not a word of a sentence.
fn after_scheme(text: &str, blank: usize) -> Option<(usize, usize)> {
    let ends_with = |scheme: &str| {
        let start = blank.checked_sub(scheme.len())?;
        let found = text.as_bytes()[start..blank].eq_ignore_ascii_case(scheme.as_bytes());
        let apart = start == 0 || !text.as_bytes()[start - 1].is_ascii_alphanumeric();
        (found && apart).then_some(())
    };
    ends_with("bearer").or_else(|| ends_with("basic"))?;
    let blank = blank + text[blank + 1..].bytes().take(8).take_while(|b| *b == b' ').count();
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
fn after_option(text: &str, blank: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
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
            let key = if set { option } else { option.strip_prefix("--")? };
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
fn behind_user(text: &str, start: usize) -> Option<(usize, usize)> {
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

/// What stands in `<password>…</password>`.
fn in_element(text: &str, sign: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
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

/// The password in `scheme://user:password@host`, where `sign` is the colon.
fn in_address(text: &str, sign: usize, ahead: &mut Ahead) -> Option<(usize, usize)> {
    const MOST: usize = 512;
    if sign == 0 || !text.as_bytes()[sign - 1].is_ascii_alphanumeric() {
        return None;
    }
    let start = sign + 3;
    let stops = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\');
    if ahead.stop < start {
        ahead.stop = text[start..].find(stops).map_or(text.len(), |at| start + at);
    }
    if ahead.at < start {
        ahead.at = text[start..].find('@').map_or(usize::MAX, |at| start + at);
    }
    let mut end = ahead.stop.min(start + MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let rest = &text[start..end];
    let next = ahead.at.checked_sub(start).filter(|at| *at < rest.len());
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    // A password may hold a slash itself: then what stands before it is no port.
    let authority = match authority.split_once(':') {
        Some((_, port)) if !authority.contains('@') && !is_port(port) => {
            &rest[..next.map_or(0, |at| at + 1)]
        }
        _ => authority,
    };
    let user_info = &authority[..authority.rfind('@')?];
    let colon = user_info.find(':')?;
    let password = &user_info[colon + 1..];
    let shown = mask::stands_for_all(password) || is_placeholder(password);
    (!password.is_empty() && !shown).then(|| (start + colon + 1, start + user_info.len()))
}

/// Signs that were found ahead, so that nothing is looked for twice.
#[derive(Default)]
pub(super) struct Ahead {
    /// Where an address has to end.
    stop: usize,
    /// The next `@`.
    at: usize,
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The value after a `:` or `=` that stands behind a sensitive key.
fn value_of_key(text: &str, sign: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
    let key = key_before(text, sign, judge)?;
    let rest = text[sign..].trim_start_matches([':', '=', '>']);
    let operator = text.len() - rest.len();
    let blanks = rest.bytes().take(16).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let start = operator + blanks;
    let start = start + string_prefix(&text[start..]);
    let rest = &text[start..];
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

/// The length of what stands before the quote of a text in some languages: `b'…'`, `@"…"`.
fn string_prefix(rest: &str) -> usize {
    let length = rest.bytes().take(2).take_while(|b| b"bBrRuUfF@$".contains(b)).count();
    if rest[length..].starts_with(['"', '\'']) { length } else { 0 }
}

/// The lines below `|` or `>`, as far as they are indented.
fn block(rest: &str) -> Option<(usize, usize)> {
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
fn bare(rest: &str) -> usize {
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
fn begins_pair(text: &str) -> bool {
    const MOST: usize = 64;
    let word = text.bytes().take(MOST);
    let word = word.take_while(|b| b.is_ascii_alphanumeric() || b"_-.[]@".contains(b)).count();
    text[word..].starts_with(['=', ':']) || text[..word].contains('@')
}

/// Whether the rest of a tag stands at the start.
fn is_tag(text: &str) -> bool {
    let name = text.bytes().take(16).take_while(u8::is_ascii_lowercase).count();
    name > 0 && text[name..].starts_with(['>', ' ', '/'])
}

/// What stands for a value in sources.
enum Code {
    Shown,
    /// A text in it tells all the same.
    Told(usize, usize),
}

/// A whole placeholder, a name of something elsewhere, or a call, with which the text begins.
fn code(rest: &str, key: &str) -> Option<Code> {
    const MOST: usize = 256;
    let line = rest.char_indices().find(|(at, c)| *at >= MOST || *c == '\n');
    let line = line.map_or(rest, |(at, _)| &rest[..at]);
    let ends = |at: usize| {
        let after = line[at..].trim_start_matches([';', ',', ')', ']', '}', '.', '"', '\'', '`']);
        after.is_empty()
            || after.starts_with([' ', '\t', '\r', '&', '|', '<', '\\'])
            || line[at..].starts_with([';', ','])
    };
    let within = |open: &str, close: &str| {
        let inner = line.strip_prefix(open)?;
        let length = inner.find(close)?;
        ends(open.len() + length + close.len()).then_some(inner[..length].trim())
    };
    let constant = |name: &str| {
        let sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "_- .".contains(c);
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(sign)
    };
    let named = |name: &str| {
        let name = name.trim_start_matches('.');
        let plain = name.chars().all(|c| c.is_ascii_alphabetic() || "_-.".contains(c));
        constant(name) || (plain && name.contains(['.', '_'])) || name == key
    };
    let framed = [("${{", "}}"), ("{{", "}}"), ("${", "}"), ("{", "}"), ("%(", ")s"), ("%", "%")];
    if framed.iter().any(|(open, close)| within(open, close).is_some_and(named))
        || within("<", ">").is_some_and(|name| constant(name) || is_name(name))
        || within("[", "]").is_some_and(constant)
        || within("$(", ")").is_some()
    {
        return Some(Code::Shown);
    }
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
    let word = line.trim_start_matches('$');
    let sigil = line.len() - word.len();
    let length = word.find(|c| !part(c)).unwrap_or(word.len());
    let name = word[..length].trim_end_matches(['.', ':']);
    if sigil == 1 && constant(name) && ends(sigil + name.len()) {
        return Some(Code::Shown);
    }
    let environment = ["process.env.", "os.environ.", "env."];
    let source = ["var.", "local.", "data.", "module.", "self.", "this.", "config.", "settings."];
    let elsewhere = environment.iter().any(|place| name.strip_prefix(place).is_some_and(constant))
        || source.iter().any(|place| name.strip_prefix(place).is_some_and(named));
    // What follows these may be read as a list.
    let elsewhere = elsewhere || matches!(name, "os.environ" | "process.env");
    if elsewhere && ends(sigil + name.len()) {
        return Some(Code::Shown);
    }
    // A path of at least two parts.
    if name.is_empty() && line.starts_with('/') && line[1..].contains('/') {
        return Some(Code::Shown);
    }
    let letters = |name: &str| !name.is_empty() && !name.bytes().any(|b| b.is_ascii_digit());
    let open = word[length..].chars().next().filter(|c| matches!(c, '(' | '['))?;
    let inner = &word[length + 1..];
    let close = inner.find(if open == '(' { ')' } else { ']' })?;
    let inner = &inner[..close];
    if !letters(name) || !ends(sigil + length + close + 2) {
        return None;
    }
    let Some(quote) = inner.chars().find(|c| matches!(c, '"' | '\'')) else {
        let plain = inner.chars().all(|c| c.is_ascii_alphabetic() || "_., &".contains(c));
        return plain.then_some(Code::Shown);
    };
    let from = inner.find(quote)? + 1;
    let to = from + inner[from..].find(quote).unwrap_or(inner.len() - from);
    let text = sigil + length + 1;
    Some(if constant(&inner[from..to]) { Code::Shown } else { Code::Told(text + from, text + to) })
}

/// The second text of `('password', '…')`.
fn second_of_pair(text: &str, comma: usize, judge: &Judge<'_>) -> Option<(usize, usize)> {
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
    if !open.ends_with('(') {
        return None;
    }
    let closing = &rest[..=slashes];
    let inner = start + closing.len();
    let length = closing_quote(&text[inner..], closing)
        .unwrap_or_else(|| text[inner..].find('\n').unwrap_or(text.len() - inner));
    secret(text, key, inner, inner + length)
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
    let counted = is_tally(key) && value.len() < 10 && value.bytes().all(|b| b.is_ascii_digit());
    let told = value.chars().any(char::is_alphanumeric)
        && !counted
        && !mask::stands_for_all(value)
        && !is_placeholder(value)
        && !empty.iter().any(|empty| empty.eq_ignore_ascii_case(value))
        && !key.is_empty();
    told.then_some((start, end))
}

/// Whether numbers under this key say how many tokens there are, or how many tests pass.
fn is_tally(key: &str) -> bool {
    let tail = key.len().checked_sub("tokens".len()).and_then(|from| key.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case("tokens")) || key.eq_ignore_ascii_case("pass")
}

/// Whether a value as a whole stands for another.
fn is_placeholder(value: &str) -> bool {
    is_crossed_out(value)
        || matches!(value, "..." | "…")
        || matches!(code(value, "password"), Some(Code::Shown))
}

/// Whether it is `xxxxx`, or that behind the prefix of a token.
fn is_crossed_out(value: &str) -> bool {
    let front = value.trim_end_matches(['x', 'X']);
    let crosses = value.len() - front.len();
    let prefix = front.len() <= 8 && front.ends_with(['_', '-']) && crosses > 5;
    value.len() > 2 && (front.is_empty() || prefix)
}

/// Whether a text is words, as they stand between `<` and `>` for a value.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic() || b"_- .".contains(&b))
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
        "new",
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

/// Whether this may be a type, as it stands between a name and its value.
fn is_type(text: &str) -> bool {
    const MOST: usize = 32;
    let sign = |b: u8| b.is_ascii_alphanumeric() || b" _&<>[]'.?|*".contains(&b);
    text.len() <= MOST && text.bytes().any(|b| b.is_ascii_alphabetic()) && text.bytes().all(sign)
}

/// The sensitive key that ends before a sign: quoted, one word, or up to three.
fn key_before<'a>(text: &'a str, sign: usize, judge: &Judge<'_>) -> Option<&'a str> {
    const MOST: usize = 64;
    let mut from = sign.saturating_sub(MOST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    // `?=`, `+=`, `||=` and the like.
    let before = text[from..sign].trim_end_matches(['?', '+', '|', '!', '*']);
    let before = before.trim_end_matches([' ', '\t']);
    // The parts of a name as clouds give them.
    let word = before.rsplit([' ', '"', '\'', '=', ',', '(', '/']).next();
    if word.is_some_and(|word| word.starts_with("arn:") || word.starts_with("urn:")) {
        return None;
    }
    let sensitive = |key: &&'a str| key.chars().any(char::is_alphabetic) && judge.is_secret(key);
    if !text[sign..].starts_with('=') {
        return key_at_end(before, sensitive).or_else(|| {
            // `- name: PASSWORD` on the line above `value:`
            let (above, last) = before.ends_with("value").then(|| before.rsplit_once('\n'))??;
            let line = above.rsplit('\n').next()?.trim().trim_start_matches("- ");
            let name = line.strip_prefix("name:").filter(|_| last.trim() == "value")?;
            Some(name.trim().trim_matches(['"', '\''])).filter(sensitive)
        });
    }
    key_at_end(before, sensitive)
        .or_else(|| {
            // `let password: &str = …`
            let (name, _) = before.rsplit_once(':').filter(|(_, kind)| is_type(kind))?;
            key_at_end(name.trim_end(), sensitive)
        })
        .or_else(|| {
            // `<add key="password" value=…`
            let (front, key) = before.strip_suffix("\" value")?.rsplit_once('"')?;
            let names = ["key=", "name=", "Key=", "Name="];
            Some(key).filter(|_| names.iter().any(|name| front.ends_with(name))).filter(sensitive)
        })
}

/// The sensitive key with which a text ends.
fn key_at_end<'a>(before: &'a str, sensitive: impl Fn(&&'a str) -> bool) -> Option<&'a str> {
    let before = before.strip_suffix(']').unwrap_or(before);
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
        if let Some(key) = Some(&before[word..]).filter(&sensitive) {
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
