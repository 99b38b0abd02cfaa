//! Signs that stand in a text in another spelling: `%40`, `&#64;`, `\u0040`.

use super::fold::fold;

/// A sign, or none where it is not seen; and how many bytes spell it.
pub(super) type Spelt = (Option<char>, usize);

/// The spellings of a quote.
const QUOTES: [&str; 7] = ["%22", "&quot;", "&#34;", "&#x22;", "\\x22", "\\u0022", "\\U0022"];

/// What is read in a text. A quote ends a value: it is one only where it stands around keys.
pub(super) struct Coded {
    quotes: [bool; QUOTES.len()],
}

impl Coded {
    pub(super) fn of(text: &str) -> Self {
        let around = [":", " :", "=", ",", "%3A", "%3a", "&#58;"];
        let coded = memchr::memchr3(b'%', b'&', b'\\', text.as_bytes()).is_some();
        let quotes = QUOTES.map(|quote| {
            coded
                && text.match_indices(quote).any(|(at, _)| {
                    let after = &text[at + quote.len()..];
                    around.iter().any(|sign| after.starts_with(sign))
                })
        });
        Self { quotes }
    }

    /// What is spelt here.
    pub(super) fn read(&self, text: &str, at: usize) -> Option<Spelt> {
        let rest = &text[at..];
        let mut quotes = QUOTES.iter().zip(self.quotes);
        if let Some((quote, _)) = quotes.find(|(quote, read)| *read && rest.starts_with(**quote)) {
            return Some((Some('"'), quote.len()));
        }
        match rest.as_bytes().first()? {
            b'%' => blank(text, at).or_else(|| percent(rest)),
            b'&' => blank(text, at).or_else(|| entity(rest)),
            _ => escape(rest),
        }
    }
}

/// A blank between two digits, between groups of an account number, and one that a credential is told by.
/// Others may stand in a value.
fn blank(text: &str, at: usize) -> Option<Spelt> {
    const BEFORE: [&str; 6] = ["Bearer", "bearer", "Basic", "basic", "BEGIN", "PRIVATE"];
    let name = ["%20", "&nbsp;", "&#160;", "&#32;"]
        .into_iter()
        .find(|name| text[at..].starts_with(name))?;
    let (before, after) = (&text[..at], &text[at + name.len()..]);
    let all =
        |part: Option<&[u8]>, sign: fn(&u8) -> bool| part.is_some_and(|part| part.iter().all(sign));
    let between = |left: usize, right: usize, sign: fn(&u8) -> bool| {
        let left = before.len().checked_sub(left).and_then(|from| before.as_bytes().get(from..));
        all(left, sign) && all(after.as_bytes().get(..right), sign)
    };
    let is_blank = between(1, 1, u8::is_ascii_digit)
        || between(4, 2, |b| b.is_ascii_digit() || b.is_ascii_uppercase())
        || BEFORE.iter().any(|word| before.ends_with(word))
        || after.starts_with("PRIVATE");
    is_blank.then_some((Some(' '), name.len()))
}

fn percent(text: &str) -> Option<Spelt> {
    // What is encoded twice.
    if let Some(rest) = text.strip_prefix("%25") {
        let twice =
            rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        return twice.then_some((Some('%'), 3));
    }
    telling(hex(text.get(1..3)?)?).map(|c| (Some(c), 3))
}

fn entity(text: &str) -> Option<Spelt> {
    let named = [("&commat;", '@'), ("&period;", '.'), ("&colon;", ':'), ("&equals;", '=')];
    if let Some((name, c)) = named.into_iter().find(|(name, _)| text.starts_with(name)) {
        return Some((Some(c), name.len()));
    }
    // What is encoded twice.
    if let Some(rest) = text.strip_prefix("&amp;") {
        let twice = rest.starts_with(|c: char| c == '#' || c.is_ascii_lowercase());
        return twice.then_some((Some('&'), 5));
    }
    let number = text.strip_prefix("&#")?;
    let end = number.bytes().take(9).position(|b| b == b';')?;
    let c = match number[..end].strip_prefix(['x', 'X']) {
        Some(digits) => hex(digits)?,
        None => char::from_u32(number[..end].parse().ok()?)?,
    };
    telling(c).map(|c| (Some(c), end + 3))
}

/// An escape of a programming language.
fn escape(text: &str) -> Option<Spelt> {
    let digits = match text.as_bytes().get(1)? {
        b'n' => return Some((Some('\n'), 2)),
        b't' => return Some((Some('\t'), 2)),
        b'r' => return Some((Some('\r'), 2)),
        b'/' => return Some((Some('/'), 2)),
        b'x' => 2,
        b'u' if text[2..].starts_with('{') => return braced(text),
        b'u' => 4,
        _ => return None,
    };
    telling(hex(text.get(2..2 + digits)?)?).map(|c| (Some(c), 2 + digits))
}

/// `\u{40}`, also of a character that is not seen.
fn braced(text: &str) -> Option<Spelt> {
    let length = text.bytes().take(10).position(|b| b == b'}')?;
    let c = hex(&text[3..length])?;
    let seen = fold(c);
    (seen.is_none() || seen.and_then(telling).is_some()).then_some((seen, length + 1))
}

fn hex(digits: &str) -> Option<char> {
    let digit = digits.bytes().all(|b| b.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| digit)?)
}

/// The characters that patterns are made of.
fn telling(c: char) -> Option<char> {
    (c.is_ascii_alphanumeric() || "@.-_+:=/[]".contains(c)).then_some(c)
}
