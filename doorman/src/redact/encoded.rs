//! Base64 of texts.

use std::ops::Range;

/// The shortest piece that is decoded.
pub(super) const SHORTEST: usize = 16;

/// Where base64 may stand in a run of signs of tokens. A `/` is a sign of it and parts paths too.
pub(super) fn pieces(bytes: &[u8], start: usize, end: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut at = start;
    while at + SHORTEST <= end {
        let length = bytes[at..end].iter().take_while(|b| six(**b).is_some()).count();
        let padding = bytes[at + length..end].iter().take(2).take_while(|b| **b == b'=').count();
        let stop = at + length + padding;
        if length >= SHORTEST {
            let slashes = memchr::memchr_iter(b'/', &bytes[at..at + length]);
            let found = std::iter::once(at)
                .chain(slashes.map(|slash| at + slash + 1))
                .find(|from| stop - from >= SHORTEST && begins_text(&bytes[*from..stop]));
            pieces.extend(found.map(|from| from..stop));
        }
        at = stop.max(at + 1);
    }
    pieces
}

/// Whether the first signs decode to a text.
fn begins_text(encoded: &[u8]) -> bool {
    let mut head = [0; 12];
    for (four, three) in encoded[..16].chunks_exact(4).zip(head.chunks_exact_mut(3)) {
        let bits =
            four.iter().fold(0, |held, byte| (held << 6) | u32::from(six(*byte).unwrap_or(0)));
        three.copy_from_slice(&bits.to_be_bytes()[1..]);
        if three.iter().any(|b| *b < 0x20 && *b != 0 && !b.is_ascii_whitespace())
            || three[0] == 0xFF
        {
            return false;
        }
    }
    if head.iter().skip(1).step_by(2).all(|b| *b == 0) {
        return head.iter().step_by(2).all(|b| (0x20..0x7F).contains(b));
    }
    match std::str::from_utf8(&head) {
        Ok(text) => is_shown(text),
        // A character may be cut.
        Err(error) => {
            let valid = std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default();
            error.error_len().is_none() && is_shown(valid)
        }
    }
}

fn is_shown(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// The text that base64 stands for.
pub(super) fn text(encoded: &[u8]) -> String {
    let mut decoded = decoded(encoded);
    if decoded.iter().skip(1).step_by(2).take(6).all(|b| *b == 0) {
        // UTF-16 of letters that ASCII has.
        decoded.retain(|b| *b != 0);
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Whether it is `user:password`.
pub(super) fn is_user_and_password(text: &str) -> bool {
    let Some((user, password)) = text.split_once(':') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    plain(user) && plain(password)
}

/// The bytes of base64 and of its form for addresses, to the first sign that is neither.
pub(super) fn decoded(encoded: &[u8]) -> Vec<u8> {
    let (mut decoded, mut held, mut bits) = (Vec::with_capacity(encoded.len()), 0u32, 0u32);
    for six in encoded.iter().map_while(|byte| six(*byte)) {
        held = (held << 6) | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            decoded.push((held >> bits & 0xFF) as u8);
            held &= (1 << bits) - 1;
        }
    }
    decoded
}

fn six(byte: u8) -> Option<u8> {
    Some(SIX[usize::from(byte)]).filter(|six| *six < 64)
}

/// What each sign stands for; 64 for what is none.
static SIX: [u8; 256] = {
    let mut table = [64; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        table[byte as usize] = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => 64,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_behind_a_path_and_before_its_padding() {
        let run = b"api/v1/cGFzc3dvcmQ9aHVudGVyMmh1bnRlcjI=";
        let pieces = pieces(run, 0, run.len());
        assert_eq!(pieces.len(), 1);
        assert_eq!(text(&run[pieces[0].clone()]), "password=hunter2hunter2");
    }

    #[test]
    fn hashes_and_identifiers_are_no_texts() {
        for run in [
            &b"d2c1b7f0a9e84e5c8d21f6a3b4c5d6e7f8091a2b"[..],
            b"550e8400-e29b-41d4-a716-446655440000",
            b"iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        ] {
            assert!(pieces(run, 0, run.len()).is_empty());
        }
    }
}
