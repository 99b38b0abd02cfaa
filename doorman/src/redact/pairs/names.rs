//! The key before a sign.

use crate::redact::judge::Judge;

use super::code::is_type;

/// The sensitive key that ends before a sign: quoted, one word, or up to three.
pub(super) fn key_before<'a>(text: &'a str, sign: usize, judge: &Judge<'_>) -> Option<&'a str> {
    const MOST: usize = 64;
    let mut from = sign.saturating_sub(MOST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    // `?=`, `+=`, `||=` and the like.
    let before = text[from..sign].trim_end_matches(['?', '+', '|', '!', '*', '-']);
    let before = before.trim_end_matches([' ', '\t']);
    // The parts of a name as clouds give them.
    let word = before.rsplit([' ', '"', '\'', '=', ',', '(', '/']).next();
    if word.is_some_and(|word| word.starts_with("arn:") || word.starts_with("urn:")) {
        return None;
    }
    let sensitive = |key: &&'a str| key.chars().any(char::is_alphabetic) && judge.is_secret(key);
    if !text[sign..].starts_with('=') {
        return key_at_end(before, sensitive)
            .or_else(|| named_before(text, sign).filter(sensitive))
            .or_else(|| {
                // `- name: PASSWORD` on the line above `value:`
                let (above, last) =
                    before.ends_with("value").then(|| before.rsplit_once('\n'))??;
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

/// The name in `'name': 'password', 'value':`, which is no JSON.
fn named_before(text: &str, sign: usize) -> Option<&str> {
    const MOST: usize = 160;
    let quotes = ['"', '\'', '\\'];
    let from = (sign.saturating_sub(MOST)..sign).find(|at| text.is_char_boundary(*at))?;
    let before = text[from..sign].trim_end().trim_end_matches(quotes);
    let values = ["value", "Value", "VALUE", "val"];
    let before = values.iter().find_map(|value| before.strip_suffix(value))?;
    let before = before.trim_end_matches(quotes).trim_end().strip_suffix(',')?.trim_end();
    let inner = before.trim_end_matches(quotes);
    let start = inner.rfind(quotes).filter(|_| inner.len() < before.len())? + 1;
    let name = &inner[start..];
    let before = inner[..start].trim_end_matches(quotes).trim_end().strip_suffix(':')?;
    let before = before.trim_end().trim_end_matches(quotes);
    let names = ["name", "Name", "NAME", "key", "Key", "KEY", "header", "field"];
    names.iter().any(|name| before.ends_with(name)).then_some(name)
}

/// The sensitive key with which a text ends.
pub(super) fn key_at_end<'a>(
    before: &'a str,
    sensitive: impl Fn(&&'a str) -> bool,
) -> Option<&'a str> {
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
        // The user in an address is no key.
        if before[..word].ends_with("//") {
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
