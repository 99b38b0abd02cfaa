//! Masks: how they are written, and how they are told from what is not masked.

use std::{borrow::Cow, fmt::Write as _};

use super::{
    engine::Edit,
    kinds::{Kind, NAMES, Names},
    pseudonym::{self, Pseudonyms},
    rules::Hit,
    style::{Mask, Styles},
};

/// What stands in the place of everything that is not shown, unless somebody chose another mask.
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
    /// How many bytes of quotes, with their escapes, stand on either side of what is masked; an empty string
    /// is its quotes.
    pub(super) fn quotes(self, original: &str) -> usize {
        let (Self::Quoted { depth } | Self::Key { depth, .. }) = self else { return 0 };
        let length = 1 << depth;
        let is_string = original.len() > 2 * length && original.ends_with('"');
        if is_string && original.as_bytes()[length - 1] == b'"' { length } else { 0 }
    }

    /// The same, where the text around it is a JSON string in another document.
    pub(super) fn deeper(self) -> Self {
        match self {
            Self::Quoted { depth } => Self::Quoted { depth: depth + 1 },
            Self::Key { depth, number } => Self::Key { depth: depth + 1, number },
            Self::Inline | Self::LastFour => self,
        }
    }
}

/// What writes masks: the styles, the names in them, and the key of pseudonyms.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) styles: &'a Styles,
    pub(super) names: &'a Names,
    pub(super) pseudonyms: Option<&'a Pseudonyms>,
}

impl Writer<'_> {
    /// Writes what stands in the place of `original`. No sign of a mask needs an escape in JSON.
    pub(super) fn write(self, out: &mut String, edit: &Edit, original: &str) {
        let quote = |out: &mut String, depth: u8| {
            out.extend(std::iter::repeat_n('\\', (1 << depth) - 1));
            out.push('"');
        };
        let (depth, number, style) = match edit.form {
            Form::Inline => (None, 1, self.styles.of(edit.kind)),
            Form::Quoted { depth } => (Some(depth), 1, self.styles.of(edit.kind)),
            Form::Key { depth, number } => (Some(depth), number, self.styles.of(edit.kind)),
            Form::LastFour => (Some(0), 1, Mask::LastFour),
        };
        depth.inspect(|depth| quote(out, *depth));
        match (style, self.pseudonyms) {
            (Mask::Typed, _) => {
                out.push('«');
                out.push_str(self.names.of(edit.kind));
            }
            (Mask::Pseudonym, Some(pseudonyms)) => {
                let name = self.names.of(edit.kind);
                let value = pseudonyms.of(name, &pseudonym::canonical(edit.kind, original));
                let _ = write!(out, "«{name}:{value:08x}");
            }
            (Mask::LastFour, _) => match last_four(&pseudonym::canonical(edit.kind, original)) {
                Some(kept) => {
                    out.push_str("«…");
                    out.push_str(kept);
                }
                None => out.push_str("«redacted"),
            },
            (Mask::Redacted | Mask::Pseudonym, _) => out.push_str("«redacted"),
        }
        if number > 1 {
            let _ = write!(out, " {number}");
        }
        out.push('»');
        depth.inspect(|depth| quote(out, *depth));
    }

    /// Whether a range is a mask, or within one: what is masked stays as it is.
    pub(super) fn is_masked(self, text: &str, edit: &Edit) -> bool {
        let quotes = |c: char| matches!(c, '\\' | '"');
        let original = &text[edit.start..edit.end];
        let end = edit.start + original.trim_end_matches(quotes).len();
        let start = edit.end - original.trim_start_matches(quotes).len();
        let mut from = start.saturating_sub(LONGEST);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let begun = if text[start..].starts_with('«') { start + '«'.len_utf8() } else { start };
        // Of `«`, whose first byte no sign of ASCII has.
        memchr::memrchr(0xC2, &text.as_bytes()[from..begun])
            .and_then(|_| text[from..begun].rfind('«'))
            .is_some_and(|at| {
                let at = from + at;
                at + length_of(&text[at..], self.names) >= end
            })
    }
}

/// The last four characters of a text of eight or more, where they can stand in a mask.
fn last_four(text: &str) -> Option<&str> {
    const SHORTEST: usize = 8;
    let (at, _) = text.char_indices().rev().nth(3)?;
    let is_long = text[..at].chars().nth(SHORTEST - 5).is_some();
    (is_long && text[at..].chars().all(can_be_kept)).then_some(&text[at..])
}

fn can_be_kept(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+' | '/' | '=')
}

/// The most bytes that a mask has.
pub(super) const LONGEST: usize = 64;

/// The length of the mask that a text begins with, 0 where it begins with none: `«redacted»`,
/// `«email»`, `«email:7f3a90b1»`, `«…1234»`, all of them also with a number (`«redacted 2»`). Strict, so that
/// nothing hides in one.
pub(super) fn length(text: &str) -> usize {
    length_by(text, |name| NAMES.contains(&name))
}

/// The same, where the kinds of the user are known too.
pub(super) fn length_of(text: &str, names: &Names) -> usize {
    length_by(text, |name| names.position(name).is_some())
}

fn length_by(text: &str, is_known: impl Fn(&str) -> bool) -> usize {
    if text.starts_with(MASK) {
        return MASK.len();
    }
    let Some(rest) = text.strip_prefix('«') else { return 0 };
    let Some((end, _)) =
        rest.char_indices().take_while(|(at, _)| *at < LONGEST).find(|(_, c)| *c == '»')
    else {
        return 0;
    };
    let inner = &rest[..end];
    let inner = match inner.rsplit_once(' ') {
        Some((inner, number)) if is_number(number) => inner,
        _ => inner,
    };
    let fits = match (inner.strip_prefix('…'), inner.split_once(':')) {
        (Some(kept), _) => kept.chars().count() == 4 && kept.chars().all(can_be_kept),
        (None, Some((name, value))) => {
            let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            is_known(name) && value.len() == 8 && value.bytes().all(digit)
        }
        (None, None) => inner == "redacted" || is_known(inner),
    };
    if fits { end + 2 * '«'.len_utf8() } else { 0 }
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

/// Where masks stand in a text that say more than that something is masked.
pub(super) fn named(text: &str, names: &Names) -> Vec<Hit> {
    let mut masks = Vec::new();
    let mut at = 0;
    // The first byte of `«`, which no sign of ASCII has.
    while let Some(open) = memchr::memchr(0xC2, &text.as_bytes()[at..]) {
        let start = at + open;
        let end = start + length_of(&text[start..], names);
        if end > start && &text[start..end] != MASK {
            masks.push(Hit { start, end, kind: Kind::Key });
        }
        at = end.max(start + '«'.len_utf8());
    }
    masks
}

/// A key in which all masks are alike: that they say `token` makes it no secret.
pub(super) fn alike<'a>(key: &'a str, names: &Names) -> Cow<'a, str> {
    let mut alike = Cow::Borrowed(key);
    for mask in named(key, names).into_iter().rev() {
        alike.to_mut().replace_range(mask.start..mask.end, MASK);
    }
    alike
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

/// Whether this can be the number of a masked key: short, so that it is none of a telephone.
fn is_number(number: &str) -> bool {
    (1..=6).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && !number.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_of_every_style_is_told_from_what_is_none() {
        for mask in [
            "«redacted»",
            "«redacted 2»",
            "«redacted 999999»",
            "«email»",
            "«uk_nino 3»",
            "«email:7f3a90b1»",
            "«token:00000000 2»",
            "«…1234»",
            "«…é-.w 2»",
        ] {
            assert_eq!(length(mask), mask.len(), "{mask}");
            assert_eq!(length(&format!("{mask}»x")), mask.len(), "{mask}");
            assert_eq!(length(&mask[..mask.len() - 2]), 0, "{mask}");
        }
    }

    #[test]
    fn nothing_hides_in_guillemets() {
        for text in [
            "«hunter2»",
            "«redacted hunter2»",
            "«redacted 4155550100»",
            "«redacted 0123»",
            "«redacted»"[2..].into(),
            "«email:hunter2x»",
            "«email:7F3A90B1»",
            "«email:7f3a90b1f»",
            "«hunter2:7f3a90b1»",
            "«email:»",
            "«»",
            "«…hunter2»",
            "«…12 4»",
            "«…\"12»",
            "« email»",
            "«email»"[..3].into(),
        ] {
            assert_eq!(length(text), 0, "{text}");
        }
    }

    #[test]
    fn masked_keys_have_numbers() {
        assert_eq!(number("«redacted»"), Some(1));
        assert_eq!(number("«email:7f3a90b1 12»"), Some(12));
        assert_eq!(number("«…1111 2»"), Some(2));
        assert_eq!(number("email"), None);
        assert_eq!(number(""), None);
    }
}
