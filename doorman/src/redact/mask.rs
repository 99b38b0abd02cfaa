//! Masks: how they are written, and how they are told from what is not masked.

use std::{borrow::Cow, fmt::Write as _};

use super::{engine::Edit, kinds::NAMES};

/// What stands in the place of everything that is not shown.
pub(super) const MASK: &str = "«redacted»";

/// How a mask stands in what is around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In a text, without a sign of its own.
    Inline,
    /// A JSON string, so many strings deep.
    Quoted { depth: u8 },
    /// A key of an object, with a number that keeps it apart from others; the first has none.
    Key { depth: u8, number: u32 },
    /// A JSON string of which the last four characters are kept.
    LastFour,
}

impl Form {
    /// The same, where the text around it is a JSON string in another document.
    pub(super) fn deeper(self) -> Self {
        match self {
            Self::Quoted { depth } => Self::Quoted { depth: depth + 1 },
            Self::Key { depth, number } => Self::Key { depth: depth + 1, number },
            Self::Inline | Self::LastFour => self,
        }
    }
}

/// Writes what stands in the place of `original`.
pub(super) fn write(out: &mut String, edit: &Edit, original: &str) {
    let quote = |out: &mut String, depth: u8| {
        out.extend(std::iter::repeat_n('\\', (1 << depth) - 1));
        out.push('"');
    };
    match edit.form {
        Form::Inline => out.push_str(MASK),
        Form::Quoted { depth } | Form::Key { depth, number: 0 | 1 } => {
            quote(out, depth);
            out.push_str(MASK);
            quote(out, depth);
        }
        Form::Key { depth, number } => {
            quote(out, depth);
            let _ = write!(out, "«redacted {number}»");
            quote(out, depth);
        }
        Form::LastFour => out.push_str(&last_four(original)),
    }
}

/// `"«…1234»"` for a JSON string of eight characters or more.
fn last_four(raw: &str) -> Cow<'static, str> {
    const SHORTEST: usize = 8;
    let text = serde_json::from_str::<String>(raw).unwrap_or_default();
    let count = text.chars().count();
    if count < SHORTEST {
        return "\"«redacted»\"".into();
    }
    let last: String = text.chars().skip(count - 4).collect();
    serde_json::Value::from(format!("«…{last}»")).to_string().into()
}

/// The length of the mask that a text begins with, 0 where it begins with none: `«redacted»`,
/// `«redacted 2»`, `«email»`, `«email 2»`, `«email:7f3a90b1»`, `«…1234»`.
pub(super) fn length(text: &str) -> usize {
    const LONGEST: usize = 48;
    let Some(rest) = text.strip_prefix('«') else { return 0 };
    if let Some(kept) = rest.strip_prefix('…') {
        let closing = kept.char_indices().nth(4).filter(|(_, c)| *c == '»');
        return closing.map_or(0, |(at, _)| "«…»".len() + at);
    }
    let Some((end, _)) = rest.char_indices().take(LONGEST).find(|(_, c)| *c == '»') else {
        return 0;
    };
    let inner = &rest[..end];
    let word = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (word, rest) = inner.split_at(word);
    let known = word == "redacted" || NAMES.contains(&word);
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    let pseudonym = |rest: &str| rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_hexdigit());
    let rest_fits = rest.is_empty()
        || rest.strip_prefix(' ').is_some_and(number)
        || rest.strip_prefix(':').is_some_and(pseudonym);
    if known && rest_fits { end + "«»".len() } else { 0 }
}

/// Whether masks are all that is told by a text.
pub(super) fn stands_for_all(text: &str) -> bool {
    let (mut at, mut masked) = (0, false);
    while let Some(c) = text[at..].chars().next() {
        let length = if c == '«' { length(&text[at..]) } else { 0 };
        if length == 0 && c.is_alphanumeric() {
            return false;
        }
        masked |= length > 0;
        at += length.max(c.len_utf8());
    }
    masked
}

/// The number of a masked key, if a key is one.
pub(super) fn number(key: &str) -> Option<u32> {
    if !key.as_bytes().starts_with("«".as_bytes()) {
        return None;
    }
    if length(key) != key.len() || key.is_empty() {
        return None;
    }
    let inner = key.strip_suffix('»')?;
    Some(inner.rsplit_once(' ').and_then(|(_, number)| number.parse().ok()).unwrap_or(1))
}
