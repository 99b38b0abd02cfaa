//! What stands for a value: placeholders, names of something elsewhere, types, words of sentences.

/// What stands for a value in sources.
pub(super) enum Code {
    Shown,
    /// A text in it tells all the same.
    Told(usize, usize),
}

/// A whole placeholder, a name of something elsewhere, or a call, with which the text begins.
pub(super) fn code(rest: &str, key: &str) -> Option<Code> {
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
    if name.is_empty() && line.starts_with('/') && line[1..].contains('/') && is_path(line) {
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

/// How many digits a number under this key has at most that says how many tokens there are, or how many
/// tests pass. What is longer is a secret.
pub(in crate::redact) fn tally(key: &str) -> u8 {
    let tail = key.len().checked_sub("tokens".len()).and_then(|from| key.get(from..));
    if tail.is_some_and(|tail| tail.eq_ignore_ascii_case("tokens")) {
        9
    } else if key.eq_ignore_ascii_case("pass") {
        3
    } else {
        0
    }
}

/// Whether a number is one of so many digits.
pub(in crate::redact) fn is_tally(value: &str, most: u8) -> bool {
    value.len() <= usize::from(most) && value.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a line begins with a path of files, and not with base64 that begins with a slash.
fn is_path(line: &str) -> bool {
    let path = line.split(char::is_whitespace).next().unwrap_or(line);
    let random = |part: &str| {
        let any = |sort: fn(&u8) -> bool| part.as_bytes().iter().any(sort);
        let turns = part.as_bytes().windows(2);
        let turns = turns.filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
        part.len() >= 20
            || turns.count() >= 3
            || (any(u8::is_ascii_digit)
                && any(u8::is_ascii_uppercase)
                && any(u8::is_ascii_lowercase))
    };
    !path.contains(['+', '=', '@', '!']) && !path.split('/').any(random)
}

/// Words that say how `secrets` and `credentials` are passed on, and are none.
pub(super) fn is_mode(key: &str, value: &str) -> bool {
    matches!(key, "secrets" | "credentials")
        && matches!(value, "inherit" | "include" | "same-origin" | "omit")
}

/// Whether a value says that there is to be one: `YOUR_API_KEY`.
fn is_yours(value: &str) -> bool {
    let value = value.to_ascii_lowercase().replace('-', "_");
    let rest = value.strip_prefix("your_").unwrap_or_default();
    let ends = ["key", "token", "secret", "password"];
    rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        && ends.iter().any(|end| rest.ends_with(end))
}

/// Whether a value as a whole stands for another.
pub(super) fn is_placeholder(value: &str) -> bool {
    is_crossed_out(value)
        || is_yours(value)
        || value.eq_ignore_ascii_case("redacted")
        || matches!(value, "..." | "…")
        || matches!(code(value, "password"), Some(Code::Shown))
}

/// Whether it is `xxxxx`, or that behind the prefix of a token.
pub(super) fn is_crossed_out(value: &str) -> bool {
    let front = value.trim_end_matches(['x', 'X']);
    let crosses = value.len() - front.len();
    let prefix = front.len() <= 8 && front.ends_with(['_', '-']) && crosses > 5;
    value.len() > 2 && (front.is_empty() || prefix)
}

/// Whether a text is words, as they stand between `<` and `>` for a value.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic() || b"_- .".contains(&b))
}

/// Words that follow `password:` in sentences, forms and sources.
pub(super) fn is_word_of_prose(value: &str) -> bool {
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
    let word = value.split('<').next().unwrap_or(value).trim_end_matches('.');
    !value.bytes().any(|b| b.is_ascii_digit())
        && WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether this may be a type, as it stands between a name and its value.
pub(super) fn is_type(text: &str) -> bool {
    const MOST: usize = 32;
    let sign = |b: u8| b.is_ascii_alphanumeric() || b" _&<>[]'.?|*".contains(&b);
    text.len() <= MOST && text.bytes().any(|b| b.is_ascii_alphabetic()) && text.bytes().all(sign)
}
