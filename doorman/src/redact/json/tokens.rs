//! What JSON is made of: strings, numbers, words and blanks (RFC 8259).

use crate::redact::sweep::{BLOCK, is_plain};

/// What was seen in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen(u8);

const STOP: u8 = 1;
/// A sign that something may begin with, alone.
const SIGN: u8 = 2;
const CAPITAL: u8 = 4;
const ESCAPE: u8 = 8;
/// What may be spelt otherwise, be a mask, or begin a document.
const ODD: u8 = 16;
const DIGIT: u8 = 32;
/// What tokens and options have and words do not.
const MARK: u8 = 64;
const BLANK: u8 = 128;

impl Seen {
    pub(super) fn escapes(self) -> bool {
        self.0 & ESCAPE != 0
    }

    /// Whether there is a sign that something may begin with.
    pub(super) fn signs(self) -> bool {
        self.0 & (SIGN | DIGIT | MARK | ESCAPE) != 0
    }

    /// Whether every sign is what it says, and no document begins.
    pub(super) fn is_as_it_says(self) -> bool {
        self.0 & (ESCAPE | ODD) == 0
    }

    /// Whether only a number or a token can be in it.
    pub(super) fn is_word(self) -> bool {
        self.0 & (SIGN | ESCAPE | ODD | BLANK) == 0
    }

    pub(super) fn capitals(self) -> bool {
        self.0 & CAPITAL != 0
    }
}

static CLASSES: [u8; 256] = {
    let mut classes = [SIGN | ODD; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'"' | 0..0x20 => STOP,
            b'\\' => STOP | ESCAPE,
            b'A'..=b'Z' => CAPITAL,
            b'0'..=b'9' => DIGIT,
            b'_' | b'-' => MARK,
            b' ' => BLANK,
            b'%' | b'&' | b'{' | b'[' | 0x7F => SIGN | ODD,
            b'@' | b':' | b'=' | b'>' | b'(' | b'|' => SIGN,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Past the closing quote of the string whose opening quote is at `at`; `None` where it is not well-formed.
pub(super) fn string(bytes: &[u8], at: usize) -> Option<(usize, Seen)> {
    let mut at = at + 1;
    let mut seen = 0;
    loop {
        at = piece(bytes, at, &mut seen);
        match bytes.get(at)? {
            b'"' => return Some((at + 1, Seen(seen))),
            b'\\' => {
                seen |= ESCAPE;
                at += escape(bytes, at)?;
            }
            _ => return None,
        }
    }
}

/// The next quote, backslash or control character.
fn piece(bytes: &[u8], mut at: usize, seen: &mut u8) -> usize {
    // What is seen besides says nothing more.
    const ENOUGH: u8 = ESCAPE | SIGN;
    let class = |byte: &u8| CLASSES[usize::from(*byte)];
    let start = at;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let stop = stop_in(*eight);
        if *seen & ENOUGH != ENOUGH {
            *seen |= eight[..stop].iter().fold(0, |seen, byte| seen | class(byte));
        }
        at += stop;
        if stop < eight.len() {
            return at;
        }
        // A capital that a plain block may begin with is part of no token.
        let read = at - start;
        while read >= BLOCK
            && read.is_multiple_of(BLOCK)
            && is_plain(&bytes[at - 1..], &bytes[at..], false)
        {
            at += BLOCK;
        }
    }
    while let Some(byte) = bytes.get(at).filter(|byte| class(byte) & STOP == 0) {
        *seen |= class(byte);
        at += 1;
    }
    at
}

/// Where the first quote, backslash or control character of eight bytes is; eight where there is none.
fn stop_in(eight: [u8; 8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let word = u64::from_le_bytes(eight);
    // The lowest bit that this sets is that of the first byte that is zero.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let quote = zero(word ^ (ONES * u64::from(b'"')));
    let slash = zero(word ^ (ONES * u64::from(b'\\')));
    let control = zero(word & (ONES * 0xE0));
    (quote | slash | control).trailing_zeros() as usize / 8
}

/// The length of an escape.
fn escape(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Past the closing quote of a string whose first character is at `at`, in a document that is known to be
/// well-formed.
pub(in crate::redact) fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    bytes.len()
}

/// Past the number that begins at `at`.
pub(super) fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    let digits = |at: &mut usize| {
        let start = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        *at - start
    };
    let sign = |at: &mut usize, signs: &[u8]| {
        let there = bytes.get(*at).is_some_and(|b| signs.contains(b));
        *at += usize::from(there);
        there
    };
    sign(&mut at, b"-");
    let zero = bytes.get(at) == Some(&b'0');
    let whole = digits(&mut at);
    if whole == 0 || (zero && whole > 1) || (sign(&mut at, b".") && digits(&mut at) == 0) {
        return None;
    }
    if sign(&mut at, b"eE") {
        sign(&mut at, b"+-");
        if digits(&mut at) == 0 {
            return None;
        }
    }
    Some(at)
}

/// Past `true`, `false` or `null`.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let words: [&[u8]; 3] = [b"true", b"false", b"null"];
    words.into_iter().find(|word| bytes[at..].starts_with(word)).map(|word| at + word.len())
}

/// The next place that is no blank.
pub(super) fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).copied().is_some_and(is_blank) {
        at += 1;
    }
    at
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Where as many containers as are open end in what is no JSON; the end of the text where they do not.
pub(super) fn containers_end(text: &str, mut open: usize) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => open += 1,
            b']' | b'}' if !quoted => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at;
        }
    }
    text.len()
}
