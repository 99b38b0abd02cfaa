//! Copies of a text that are easier to look at, and the way back to where each byte came from.

use super::coded::Coded;

/// A copy, with the way back.
#[derive(Debug, Default)]
pub(super) struct Copied {
    pub(super) text: String,
    /// In order; between two of them every byte is that of the original.
    pieces: Vec<Piece>,
}

/// From here on the copy goes another way than the original.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where it begins in the copy.
    at: usize,
    /// What it stands for in the original, up to where the original goes on.
    from: usize,
    to: usize,
    /// How long it is in the copy.
    length: usize,
}

impl Copied {
    /// The range of the original that a range of the copy stands for.
    pub(super) fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        if start >= end {
            return (0, 0);
        }
        (self.piece_of(start).0, self.piece_of(end - 1).1)
    }

    /// The range of the original that one byte of the copy stands for.
    fn piece_of(&self, at: usize) -> (usize, usize) {
        let before = self.pieces.partition_point(|piece| piece.at <= at);
        // A piece of no length stands before the one of the same place.
        let Some(piece) = before.checked_sub(1).map(|last| self.pieces[last]) else {
            return (at, at + 1);
        };
        if at < piece.at + piece.length {
            return (piece.from, piece.to);
        }
        let at = piece.to + (at - piece.at - piece.length);
        (at, at + 1)
    }

    /// Takes what stands for this range of the original.
    fn replace(&mut self, from: usize, to: usize, with: Option<char>) {
        let at = self.text.len();
        if let Some(c) = with {
            self.text.push(c);
        }
        self.pieces.push(Piece { at, from, to, length: self.text.len() - at });
    }
}

/// What a JSON string says: the text between its quotes with every escape taken as its character.
pub(super) fn unescaped(raw: &str) -> Copied {
    let mut copied = Copied { text: String::with_capacity(raw.len()), pieces: Vec::new() };
    let mut at = 0;
    for next in memchr::memchr_iter(b'\\', raw.as_bytes()) {
        // The second of two.
        if next < at {
            continue;
        }
        copied.text.push_str(&raw[at..next]);
        let (c, length) = escape(&raw[next..]);
        copied.replace(next, next + length, Some(c));
        at = next + length;
    }
    copied.text.push_str(&raw[at..]);
    copied
}

/// The character that an escape stands for, and the escape's length. Half a surrogate pair stands for
/// U+FFFD.
fn escape(raw: &str) -> (char, usize) {
    let c = match raw.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'u') => return unicode_escape(raw),
        Some(&other) if other.is_ascii() => char::from(other),
        _ => return ('\\', 1),
    };
    (c, 2)
}

fn unicode_escape(raw: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else { return ('\u{FFFD}', raw.len().min(2)) };
    let pair = unit(6).map_or(vec![first], |second| vec![first, second]);
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) => (c, if c > '\u{FFFF}' { 12 } else { 6 }),
        _ => ('\u{FFFD}', 6),
    }
}

/// The text as a reader would take it: full-width forms, digits of other scripts, dashes and blanks in
/// ASCII, characters without width left out, `%40` and `&#64;` as what they stand for. `None` where
/// the text is that already.
pub(super) fn folded(text: &str) -> Option<Copied> {
    let bytes = text.as_bytes();
    let mut at = next_odd(bytes, 0)?;
    let coded = Coded::of(text);
    let mut copied = Copied::default();
    let mut kept = 0;
    while let Some(next) = next_odd(bytes, at) {
        at = next;
        let Some(c) = text[at..].chars().next() else { break };
        let (with, length) = match c {
            '%' | '&' | '\\' => coded.read(text, at).unwrap_or((Some(c), 1)),
            c => (fold(c), c.len_utf8()),
        };
        if with != Some(c) || length != c.len_utf8() {
            copied.text.push_str(&text[kept..at]);
            copied.replace(at, at + length, with);
            kept = at + length;
        }
        at += length;
    }
    if copied.pieces.is_empty() {
        return None;
    }
    copied.text.push_str(&text[kept..]);
    Some(copied)
}

/// The next byte that may stand for something else.
#[expect(clippy::needless_bitwise_bool, reason = "without branches it runs on vectors")]
fn next_odd(bytes: &[u8], mut at: usize) -> Option<usize> {
    const BLOCK: usize = 32;
    // Control characters are not shown.
    let unseen = |b: u8| (b < 0x20) & (b != b'\t') & (b != b'\n') & (b != b'\r');
    let odd = |b: u8| unseen(b) | (b >= 0x7F) | (b == b'%') | (b == b'&') | (b == b'\\');
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        if block.iter().fold(false, |any, b| any | odd(*b)) {
            break;
        }
        at += BLOCK;
    }
    bytes[at.min(bytes.len())..].iter().position(|b| odd(*b)).map(|found| at + found)
}

/// The zeros of the decimal digits outside ASCII.
const ZEROS: [u32; 42] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x2080,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1FBF0,
];

/// One character in its plain form; `None` where it has no width.
pub(super) fn fold(c: char) -> Option<char> {
    let code = u32::from(c);
    let offset = |from: u32, to: u8| u8::try_from(code - from).ok().map(|n| char::from(to + n));
    match code {
        0..=0x7F => (code >= 0x20 && code != 0x7F || c.is_ascii_whitespace()).then_some(c),
        // Most letters.
        0xA1..=0xAC
        | 0xAE..=0xB1
        | 0xB4..=0xB6
        | 0xB8
        | 0xBA..=0x34E
        | 0x350..=0x61B
        | 0x61D..=0x65F
        | 0x3003..=0xA61F
        | 0xAC00..=0xD7FF => Some(c),
        0xAD
        | 0x34F
        | 0x61C
        | 0x115F
        | 0x1160
        | 0x17B4
        | 0x17B5
        | 0x180B..=0x180F
        | 0x200B..=0x200F
        | 0x202A..=0x202E
        | 0x2060..=0x206F
        | 0xFE00..=0xFE0F
        | 0xFEFF
        | 0xE0000..=0xE0FFF => None,
        0xA0 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => Some(' '),
        0x2010..=0x2015 | 0x2043 | 0x2212 | 0xFE58 | 0xFE63 => Some('-'),
        0xB7 | 0x2022 | 0x2024 | 0x3002 | 0xFE52 | 0xFF61 => Some('.'),
        0xFE6B => Some('@'),
        0xFF01..=0xFF5E => offset(0xFF01, b'!'),
        0xB9 => Some('1'),
        0xB2 | 0xB3 => offset(0xB2, b'2'),
        0x2074..=0x2079 => offset(0x2074, b'4'),
        0x2460..=0x2468 => offset(0x2460, b'1'),
        0x2070 | 0x24EA => Some('0'),
        0x24B6..=0x24CF => offset(0x24B6, b'A'),
        0x24D0..=0x24E9 => offset(0x24D0, b'a'),
        0x1D400..=0x1D6A3 => match u8::try_from((code - 0x1D400) % 52) {
            Ok(upper @ 0..26) => Some(char::from(b'A' + upper)),
            Ok(lower) => Some(char::from(b'a' + (lower - 26))),
            Err(_) => Some(c),
        },
        _ => {
            let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code));
            zero.map_or(Some(c), |zero| offset(*zero, b'0'))
        }
    }
}

/// A letter of a key in the Latin letter that it looks like; `None` where nothing is to be seen.
pub(super) fn lookalike(c: char) -> Option<char> {
    const LOOK: [(char, &str); 22] = [
        ('a', "аɑαᴀàáâãäåāаАΑÀÁÂÃÄÅ"),
        ('b', "ЬвВΒᏴƄ"),
        ('c', "сСϲᴄçÇćčⅽ"),
        ('d', "ԁᴅɗđďⅾ"),
        ('e', "еЕεΕᴇéèêëēėęěÉÈÊË"),
        ('g', "ɡģğġɢ"),
        ('h', "һНΗʜħ"),
        ('i', "іІιΙıíìîïīįÍÌÎÏⅰ"),
        ('j', "јЈϳᴊ"),
        ('k', "кКκΚᴋķ"),
        ('l', "ӏłľĺʟⅼ"),
        ('m', "мМΜᴍⅿ"),
        ('n', "ñńňņηɴΝÑ"),
        ('o', "оОοΟσᴏóòôõöøōőÓÒÔÕÖØ"),
        ('p', "рРρΡᴘ"),
        ('r', "гŕřʀг"),
        ('s', "ſѕЅꜱśšşșŠ"),
        ('t', "тТτΤᴛťţț"),
        ('u', "υᴜúùûüūůűÚÙÛÜ"),
        ('w', "ԝѡωᴡŵ"),
        ('x', "хХχΧ"),
        ('y', "уУγУýÿΥ"),
    ];
    let c = fold(c)?;
    if c.is_ascii() {
        return Some(c);
    }
    if matches!(c, '\u{300}'..='\u{36F}') {
        return None;
    }
    let latin = LOOK.iter().find(|(_, alike)| alike.contains(c)).map_or(c, |(latin, _)| *latin);
    Some(if c.is_uppercase() { latin.to_ascii_uppercase() } else { latin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold_of(text: &str) -> String {
        folded(text).map_or_else(|| text.into(), |copied| copied.text)
    }

    #[test]
    fn what_a_reader_takes_for_the_same_is_the_same() {
        assert_eq!(fold_of("a\u{200b}b＠ｃ.com"), "ab@c.com");
        assert_eq!(fold_of("a%40b&#64;c&#x40;d&commat;e"), "a@b@c@d@e");
        assert_eq!(fold_of("٤١١١ 𝟏𝟐–³"), "4111 12-3");
        assert_eq!(fold_of("100% & 5%zz &#x;"), "100% & 5%zz &#x;");
    }

    #[test]
    fn a_range_of_a_copy_leads_back() {
        let text = "x＠\u{200b}y";
        let copied = folded(text).unwrap();
        assert_eq!(copied.text, "x@y");
        assert_eq!(copied.origin(1, 3), (1, text.len()));
        let copied = unescaped(r"a\u00e9\ud83d\ude00\n\ud83d");
        assert_eq!(copied.text, "aé😀\n\u{FFFD}");
        assert_eq!(copied.origin(1, 3), (1, 7));
    }
}
