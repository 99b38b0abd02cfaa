//! Where something was masked: kinds, places and JSON pointers. Never values.

use std::{borrow::Cow, fmt, fmt::Write as _, ops::Range};

use serde::de::IgnoredAny;

use super::{json::string_end, kinds::Kind, redacted::Redacted};

/// A piece of the input that is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    /// Where its mask begins in the output.
    pub(super) at: usize,
}

/// A place where something was masked: of which kind it was, and where it stood. Never the value.
///
/// ```
/// let redacted = doorman::Redactor::new().json(br#"{"to": "ann@example.com"}"#);
/// assert_eq!(redacted.report()[0].to_string(), "email 8..23 /to");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span<'a> {
    /// The kind, as [`Redactions`](crate::Redactions) names it.
    pub kind: &'a str,
    /// The bytes of the input that are masked, without the quotes around a string.
    pub range: Range<usize>,
    /// A JSON pointer (RFC 6901) to the masked value, or to the string that it stands in; for a masked key,
    /// to its member. Keys in it are those of the output, so a masked one is masked here too. `None` where
    /// the input was no JSON document, and where the pointer would be longer than 4 KiB.
    pub pointer: Option<String>,
}

impl<T> Redacted<T> {
    /// Where something was masked, in order, without pointers.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().text("ask ann@example.com");
    /// let spans: Vec<_> = redacted.spans().map(|span| (span.kind, span.range)).collect();
    /// assert_eq!(spans, [("email", 4..19)]);
    /// ```
    pub fn spans(&self) -> impl ExactSizeIterator<Item = Span<'_>> {
        self.pieces.iter().map(|piece| Span {
            kind: self.redactions.names.of(piece.kind),
            range: piece.start..piece.end,
            pointer: None,
        })
    }
}

impl Redacted<Cow<'_, [u8]>> {
    /// Where something was masked, in order, with pointers; they are looked up when this is called.
    ///
    /// ```
    /// let redacted = doorman::Redactor::new().json(br#"{"to": [{"email": "ann@example.com"}]}"#);
    /// let report = redacted.report();
    /// assert_eq!(report[0].kind, "email");
    /// assert_eq!(report[0].pointer.as_deref(), Some("/to/0/email"));
    /// ```
    #[must_use]
    pub fn report(&self) -> Vec<Span<'_>> {
        let mut spans: Vec<Span<'_>> = self.spans().collect();
        let content = self.content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.content);
        if spans.is_empty() || serde_json::from_slice::<IgnoredAny>(content).is_err() {
            return spans;
        }
        let walker = Walker { bytes: &self.content, frames: Vec::new() };
        walker.walk(&self.pieces, |piece, pointer| spans[piece].pointer = pointer);
        spans
    }
}

/// An open object or array.
struct Frame {
    is_array: bool,
    /// How many items there were.
    count: usize,
    /// The last key, between its quotes.
    key: Range<usize>,
    /// Whether a key comes next.
    awaits_key: bool,
}

/// A walk along a document that is known to be well-formed.
struct Walker<'a> {
    bytes: &'a [u8],
    frames: Vec<Frame>,
}

impl Walker<'_> {
    /// Tells of every piece, by its place, the pointer to the value that it is in.
    fn walk(mut self, pieces: &[Piece], mut tell: impl FnMut(usize, Option<String>)) {
        let (mut at, mut next) = (0, 0);
        while next < pieces.len() && at < self.bytes.len() {
            let start = at;
            at += 1;
            match self.bytes[start] {
                open @ (b'{' | b'[') => self.frames.push(Frame {
                    is_array: open == b'[',
                    count: 0,
                    key: 0..0,
                    awaits_key: open == b'{',
                }),
                b'}' | b']' => {
                    self.frames.pop();
                }
                b',' => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.count += 1;
                        frame.awaits_key = !frame.is_array;
                    }
                }
                b'"' => {
                    at = string_end(self.bytes, at);
                    if let Some(frame) = self.frames.last_mut().filter(|frame| frame.awaits_key) {
                        frame.awaits_key = false;
                        frame.key = start + 1..at - 1;
                    }
                    // A mask is a string, or in one.
                    while pieces.get(next).is_some_and(|piece| piece.at < at) {
                        tell(next, self.pointer());
                        next += 1;
                    }
                }
                _ => {}
            }
        }
    }

    fn pointer(&self) -> Option<String> {
        const LONGEST: usize = 4096;
        let mut pointer = String::new();
        for frame in &self.frames {
            pointer.push('/');
            if frame.is_array {
                write!(pointer, "{}", frame.count).ok()?;
            } else {
                let raw = &self.bytes[frame.key.start - 1..=frame.key.end];
                if raw.len() > 2 * LONGEST {
                    return None;
                }
                let key: String = serde_json::from_slice(raw).ok()?;
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            if pointer.len() > LONGEST {
                return None;
            }
        }
        Some(pointer)
    }
}

/// The way from a text back to bytes of which those that are no UTF-8 became U+FFFD.
pub(super) fn of_bytes(document: &[u8], pieces: &mut [Piece]) {
    let mut pieces = pieces.iter_mut();
    let mut next = pieces.next();
    // Ends before starts: what was replaced belongs to the piece that it is in, whole.
    let (mut read, mut written) = (0, 0);
    let mut started = false;
    for chunk in document.utf8_chunks() {
        let invalid = if chunk.invalid().is_empty() { 0 } else { '\u{FFFD}'.len_utf8() };
        for (length, bytes) in
            [(chunk.valid().len(), chunk.valid().len()), (invalid, chunk.invalid().len())]
        {
            let back = |place: usize, last: bool| match place - written {
                within if length == bytes => read + within,
                0 => read,
                _ if last => read + bytes,
                _ => read,
            };
            while let Some(piece) = next.as_mut() {
                if !started && piece.start < written + length {
                    piece.start = back(piece.start, false);
                    started = true;
                }
                if !started || piece.end > written + length {
                    break;
                }
                piece.end = back(piece.end, true);
                started = false;
                next = pieces.next();
            }
            read += bytes;
            written += length;
        }
    }
}

impl fmt::Display for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, range, pointer } = self;
        write!(f, "{kind} {}..{}", range.start, range.end)?;
        pointer.as_ref().map_or(Ok(()), |pointer| write!(f, " {pointer}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::Redactor;

    fn reported(document: &str) -> Vec<(String, String, Option<String>)> {
        let redacted = Redactor::new().json(document.as_bytes());
        let spans = redacted.report().into_iter();
        spans
            .map(|span| (span.kind.to_owned(), document[span.range].to_owned(), span.pointer))
            .collect()
    }

    fn one(kind: &str, value: &str, pointer: &str) -> (String, String, Option<String>) {
        (kind.into(), value.into(), Some(pointer.into()))
    }

    #[test]
    fn every_piece_has_its_kind_its_bytes_and_its_pointer() {
        assert_eq!(
            reported(
                r#"{"a/~b": ["x", {"c": "to ann@example.com or bob@example.com"}],
                    "password": {"p": 1, "q": [true, null]}, "é\n": 4111111111111111}"#
            ),
            [
                one("email", "ann@example.com", "/a~1~0b/1/c"),
                one("email", "bob@example.com", "/a~1~0b/1/c"),
                one("key", "1", "/password/p"),
                one("key", "true", "/password/q/0"),
                one("card", "4111111111111111", "/é\n"),
            ]
        );
        assert_eq!(reported("4111111111111111"), [one("card", "4111111111111111", "")]);
        assert_eq!(
            reported("\u{FEFF}[\"ann@example.com\"]"),
            [one("email", "ann@example.com", "/0")]
        );
    }

    #[test]
    fn a_pointer_names_a_masked_key_by_its_mask() {
        assert_eq!(
            reported(r#"{"ann@example.com": {"pin": "x"}, "bob@example.com": {"pin": "y"}}"#),
            [
                one("email", "ann@example.com", "/«redacted»"),
                one("key", "x", "/«redacted»/pin"),
                one("email", "bob@example.com", "/«redacted 2»"),
                one("key", "y", "/«redacted 2»/pin"),
            ]
        );
    }

    #[test]
    fn what_is_in_a_string_is_reported_by_the_string() {
        let document = r#"{"body": "{\"to\": \"ann@example.com\"}"}"#;
        let reported = reported(document);
        assert_eq!(reported.len(), 1);
        assert_eq!(reported[0].2.as_deref(), Some("/body"));
        assert!(reported[0].1.contains("ann@example.com"));
    }

    #[test]
    fn what_is_no_document_has_no_pointers() {
        for text in ["{\"a\": \"ann@example.com\"", "ann@example.com", "{\"a\": 1} ann@example.com"]
        {
            let reported = reported(text);
            assert_eq!(reported.len(), 1);
            assert_eq!(reported[0].2, None);
        }
    }

    #[test]
    fn a_pointer_too_long_to_tell_is_none_and_costs_little() {
        let deep = "[".repeat(100_000) + &r#""ann@example.com","#.repeat(1000) + "1";
        let redacted = Redactor::new().json(deep.as_bytes()).into_content().into_owned();
        let document = redacted.iter().chain(&b"]".repeat(100_000)).copied().collect::<Vec<_>>();
        let document = String::from_utf8(document).unwrap().replace("«redacted»", "a@example.com");
        let redacted = Redactor::new().json(document.as_bytes());
        let report = redacted.report();
        assert_eq!(report.len(), 1000);
        assert!(report.iter().all(|span| span.pointer.is_none()));
    }

    #[test]
    fn ranges_are_those_of_the_bytes_where_they_are_no_utf_8() {
        let document = b"\xff\xfe ann@example.com \xe2\x82 bob@example.com\xff";
        let redacted = Redactor::new().json(document);
        let found: Vec<&[u8]> = redacted.spans().map(|span| &document[span.range]).collect();
        assert_eq!(found, [&b"ann@example.com"[..], b"bob@example.com"]);
        let redacted = Redactor::new().json(b"password=a\xffb\xfe c");
        let spans: Vec<_> = redacted.spans().map(|span| span.range).collect();
        assert!(spans[0].start == 9 && spans[0].end >= 12, "{spans:?}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_report_fail(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            after in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let document = [&bytes[..], b" ann@example.com ", &after].concat();
            let redacted = Redactor::new().json(&document);
            let mut reached = 0;
            for span in redacted.report() {
                prop_assert!(reached <= span.range.start && span.range.start < span.range.end);
                reached = span.range.end;
            }
            prop_assert!(reached <= document.len());
        }

        #[test]
        fn pointers_lead_to_what_was_masked(value in "[a-z]{1,8}", key in "[a-z/~\"é]{0,4}") {
            let value = format!("{value}@example.com");
            let document = serde_json::json!({ &key: [[1, value], { &key: value }] }).to_string();
            let redacted = Redactor::new().json(document.as_bytes());
            let before: serde_json::Value = serde_json::from_str(&document).unwrap();
            for span in redacted.report() {
                let pointer = span.pointer.unwrap();
                prop_assert_eq!(before.pointer(&pointer).unwrap(), &serde_json::json!(value));
            }
            prop_assert_eq!(redacted.report().len(), 2);
        }
    }
}
