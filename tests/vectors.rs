//! The grammars that attribute and runtime read alike: the runtime's side, held against the files that
//! the attribute's own tests read.

use doorman::{Redactor, Scope};

/// The verdict and the text of every line; `\u{…}` stands for a character.
fn vectors(text: &str) -> impl Iterator<Item = (bool, String)> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let (verdict, text) = line.split_once(' ').unwrap_or((line, ""));
        (verdict == "ok", unescape(text))
    })
}

fn unescape(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').expect("a closing brace");
        plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}

#[test]
fn scopes_are_read_alike() {
    let mut read = 0;
    for (good, text) in vectors(include_str!("vectors/scopes.txt")) {
        assert_eq!(Scope::parse(&text).is_ok(), good, "{text:?}");
        read += 1;
    }
    assert!(read > 10);
}

#[test]
fn keys_to_mask_are_read_alike() {
    let mut read = 0;
    for (good, key) in vectors(include_str!("vectors/redact_keys.txt")) {
        assert_eq!(Redactor::new().with_keys([&key]).is_ok(), good, "{key:?}");
        read += 1;
    }
    assert!(read > 10);
}
