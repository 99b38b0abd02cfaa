//! Whole strings of shapes in which no pattern finds anything: identifiers, times and hashes. What they skip is
//! the sweep, which would find nothing either.

/// Whether a string is one of them.
#[inline]
pub(super) fn means_nothing(text: &[u8]) -> bool {
    match text.len() {
        36 if text[8] == b'-' => is_uuid(text),
        32 | 40 | 64 | 128 => is_hash(text),
        10..=35 if text[4] == b'-' => is_time(text),
        _ => false,
    }
}

/// An identifier of RFC 9562.
fn is_uuid(text: &[u8]) -> bool {
    let dashes = text[13] == b'-' && text[18] == b'-' && text[23] == b'-';
    let parts = [&text[..8], &text[9..13], &text[14..18], &text[19..23], &text[24..]];
    dashes && parts.iter().all(|part| part.iter().all(|b| is_hex(*b)))
}

/// Small hexadecimal digits with letters among them: digits alone may be a number of something.
fn is_hash(text: &[u8]) -> bool {
    text.iter().all(|b| is_hex(*b)) && text.iter().any(u8::is_ascii_lowercase)
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

/// A date or a time of RFC 3339, also without its zone.
fn is_time(text: &[u8]) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    if !fits(date, b"0000-00-00") {
        return false;
    }
    let Some((parting, time)) = time.split_first() else { return true };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    if !matches!(parting, b'T' | b't' | b' ') || !fits(clock, b"00:00:00") {
        return false;
    }
    let zone = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return false;
            }
            &fraction[digits..]
        }
        _ => rest,
    };
    match zone.split_first() {
        None => true,
        Some((b'Z' | b'z', rest)) => rest.is_empty(),
        Some((b'+' | b'-', offset)) => fits(offset, b"00:00"),
        Some(_) => false,
    }
}

/// Whether a text has digits where the shape has some, and the same signs elsewhere.
fn fits(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, sign)| match sign {
            b'0' => byte.is_ascii_digit(),
            sign => byte == sign,
        })
}

#[cfg(test)]
mod tests {
    use super::means_nothing;

    #[test]
    fn identifiers_times_and_hashes_mean_nothing() {
        for text in [
            "550e8400-e29b-41d4-a716-446655440000",
            "2026-11-20",
            "2026-11-20T21:53:00Z",
            "2026-11-20 21:53:00.123456",
            "2026-11-20T21:53:00.123456789+01:00",
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ] {
            assert!(means_nothing(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_them_is_looked_at() {
        for text in [
            "41111111111111114111111111111111",
            "d41d8cd98f00b204e9800998ecf8427g",
            "AC41d8cd98f00b204e9800998ecf8427",
            "de89370400440532013000",
            "2026-11-20T21:53:00Zx",
            "2026-11-20T21:53:00+0100",
            "2026-11-20x21:53:00",
            "2026-11-20T21:53:00.",
            "2026-11-20 415-555-0100",
            "5555-4444-3333-1111",
            "550e8400-e29b-41d4-a716-44665544000@",
            "",
        ] {
            assert!(!means_nothing(text.as_bytes()), "{text}");
        }
    }
}
