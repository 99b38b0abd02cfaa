//! Secrets that are known by their shape: vendors' tokens, JWTs and private keys.

use std::sync::LazyLock;

use super::{
    Hit, Kind,
    catalogue::{Made, VENDORS, Vendor},
    encoded::decoded,
};

/// Each prefix with its vendor, by the first sign.
static BY_FIRST: LazyLock<[Vec<(&str, &Vendor)>; 128]> = LazyLock::new(|| {
    let mut table = std::array::from_fn(|_| Vec::new());
    for vendor in VENDORS {
        for prefix in vendor.prefixes {
            let slot: &mut Vec<(&str, &Vendor)> =
                &mut table[usize::from(prefix.as_bytes()[0] & 127)];
            slot.push((prefix, vendor));
        }
    }
    table
});

/// The shortest run that a token is in.
pub(super) const SHORTEST: usize = 15;

/// The run of signs of tokens around a place, from no further back than `floor`.
pub(super) fn run(bytes: &[u8], floor: usize, at: usize) -> (usize, usize) {
    let within = |b: &u8| WITHIN[usize::from(*b)];
    let back = bytes[floor..at].iter().rev().take_while(|b| within(b)).count();
    let length = bytes[at..].iter().take_while(|b| within(b)).count();
    (at - back, at + length.max(1))
}

/// The signs that tokens are made of.
static WITHIN: [bool; 256] = {
    let mut within = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        within[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~' | b'%');
        byte += 1;
    }
    within
};

/// Finds tokens at the beginnings of words in a run.
pub(super) fn in_run(text: &str, start: usize, end: usize, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut runs = Runs { bytes, word: (0, 0), wide: (0, 0) };
    let mut at = start;
    while at + SHORTEST <= end {
        let begins = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'+');
        if !(begins && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_')) {
            at += 1;
            continue;
        }
        match token(bytes, at, &mut runs) {
            Some((end, kind)) => {
                hits.push(Hit { start: at, end, kind });
                at = end;
            }
            None => at += 1,
        }
    }
}

/// The end of the secret that begins here.
fn token(bytes: &[u8], at: usize, runs: &mut Runs<'_>) -> Option<(usize, Kind)> {
    let rest = &bytes[at..];
    if let Some(end) = aws(rest).or_else(|| slack_hook(rest)).or_else(|| marked(rest)) {
        return Some((at + end, Kind::Token));
    }
    if rest.starts_with(b"ey")
        && let Some(end) = jwt(bytes, at, runs)
    {
        return Some((end, Kind::Jwt));
    }
    let vendors = BY_FIRST.get(usize::from(rest[0]))?;
    let vendors = vendors.iter().filter(|(prefix, _)| rest.starts_with(prefix.as_bytes()));
    vendors.into_iter().find_map(|(prefix, vendor)| {
        let from = at + prefix.len();
        let (end, last_digit) = runs.from(from, vendor.made);
        let random =
            vendor.certain || last_digit > from || is_mixed(&bytes[from..end.min(from + 64)]);
        (end >= from + vendor.least && random).then_some((end, Kind::Token))
    })
}

/// Whether capitals and small letters stand in it as no words do.
fn is_mixed(token: &[u8]) -> bool {
    let turns = token
        .windows(2)
        .filter(|pair| pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase());
    turns.count() >= 3 && token.iter().filter(|b| b.is_ascii_lowercase()).count() >= 6
}

/// Where the runs end that positions are in, so that none is read twice.
struct Runs<'a> {
    bytes: &'a [u8],
    /// The end of the run, and the end of its last digit.
    word: (usize, usize),
    wide: (usize, usize),
}

impl Runs<'_> {
    fn from(&mut self, at: usize, made: Made) -> (usize, usize) {
        let (known, within): (_, fn(&u8) -> bool) = match made {
            Made::Plain => return made_of(self.bytes, at, u8::is_ascii_alphanumeric),
            Made::Word => {
                (&mut self.word, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            }
            Made::Wide => (&mut self.wide, |b| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'_' | b'-' | b'.' | b'=' | b'+' | b'/' | b'%')
            }),
        };
        if known.0 <= at {
            *known = made_of(self.bytes, at, within);
        }
        *known
    }
}

fn made_of(bytes: &[u8], at: usize, within: fn(&u8) -> bool) -> (usize, usize) {
    let rest = &bytes[at.min(bytes.len())..];
    let length = rest.iter().position(|b| !within(b)).unwrap_or(rest.len());
    let last_digit = rest[..length].iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
    (at + length, if last_digit == 0 { 0 } else { at + last_digit })
}

/// An AWS access key id: four letters of its kind and sixteen more signs.
fn aws(rest: &[u8]) -> Option<usize> {
    const KINDS: [&[u8]; 10] =
        [b"AKIA", b"ASIA", b"ABIA", b"ACCA", b"AGPA", b"AIDA", b"AROA", b"AIPA", b"ANPA", b"ANVA"];
    let kind = rest.get(..4).is_some_and(|kind| KINDS.contains(&kind));
    let id = kind.then(|| rest.get(4..20)).flatten()?;
    let whole = id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !rest.get(20).is_some_and(u8::is_ascii_alphanumeric);
    whole.then_some(20)
}

/// Finds a bot's token around its colon.
pub(super) fn telegram(text: &str, colon: usize, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let digits = bytes[..colon].iter().rev().take(11).take_while(|b| b.is_ascii_digit()).count();
    let start = colon - digits;
    let apart =
        start == 0 || !(bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'+');
    if apart && let Some(length) = bots(&bytes[start..]) {
        hits.push(Hit { start, end: start + length, kind: Kind::Token });
    }
}

/// A bot's number, a colon and 35 signs.
fn bots(rest: &[u8]) -> Option<usize> {
    let digits = rest.iter().take(11).take_while(|b| b.is_ascii_digit()).count();
    if !(8..=10).contains(&digits) || rest.get(digits) != Some(&b':') {
        return None;
    }
    let word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let length = rest[digits + 1..].iter().take(37).take_while(word).count();
    let letters = rest[digits + 1..].iter().take(length).any(u8::is_ascii_alphabetic);
    ((27..=36).contains(&length) && letters).then_some(digits + 1 + length)
}

/// An address that anyone can post to.
fn slack_hook(rest: &[u8]) -> Option<usize> {
    let path = rest.strip_prefix(b"hooks.slack.com/")?;
    let sign = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
    let length = path.iter().take(200).take_while(sign).count();
    (length > 40).then_some(rest.len() - path.len() + length)
}

/// Tokens that are told by what stands in their middle: Mailchimp's, Azure's and Discord's.
fn marked(rest: &[u8]) -> Option<usize> {
    let sign = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'~' | b'.');
    let within = |from: usize, most: usize| rest[from..].iter().take(most).take_while(sign).count();
    if rest.get(32..35) == Some(b"-us") && rest[..32].iter().all(u8::is_ascii_hexdigit) {
        return rest.get(35).filter(|b| b.is_ascii_digit()).map(|_| 35 + within(35, 2));
    }
    if rest.get(3..6) == Some(b"8Q~") && (31..=34).contains(&within(6, 35)) {
        return Some(6 + within(6, 35));
    }
    let dot = (24..=28).find(|at| rest.get(*at) == Some(&b'.'))?;
    let discord = matches!(rest[0], b'M' | b'N' | b'O')
        && rest.get(dot + 7) == Some(&b'.')
        && rest[..dot].iter().all(u8::is_ascii_alphanumeric)
        && within(dot + 8, 40) >= 27;
    discord.then(|| dot + 8 + within(dot + 8, 40))
}

/// Three parts of base64url, of which the first is an object.
fn jwt(bytes: &[u8], at: usize, runs: &mut Runs<'_>) -> Option<usize> {
    let part = |runs: &mut Runs<'_>, from: usize| runs.from(from, Made::Word).0;
    let header = part(runs, at);
    let payload = (bytes.get(header) == Some(&b'.')).then(|| part(runs, header + 1))?;
    let head = decoded(&bytes[at..header.min(at + 2048)]);
    let object = head.first() == Some(&b'{')
        && head.contains(&b'"')
        && (header - at > 2048 || head.trim_ascii_end().last() == Some(&b'}'));
    if !object || payload < header + 5 {
        return None;
    }
    let mut end = payload;
    // A signature, or the four more parts of an encrypted one.
    for _ in 0..3 {
        if bytes.get(end) != Some(&b'.') {
            break;
        }
        end = part(runs, end + 1);
    }
    let unsigned = end == payload
        && decoded(&bytes[header + 1..payload.min(header + 2048)]).starts_with(b"{\"");
    (end > payload || unsigned).then_some(end)
}

/// What a private key begins with.
pub(super) const BEGIN: &[u8] = b"-----BEGIN ";

/// Finds a private key from `-----BEGIN … PRIVATE KEY` to the end of its last line, or of the text where
/// that is missing. Returns how far the text was read.
pub(super) fn private_key(text: &str, at: usize, hits: &mut Vec<Hit>) -> usize {
    let label = text[at + BEGIN.len()..].bytes().take(64);
    let label = label.take_while(|b| b.is_ascii_uppercase() || matches!(b, b' ' | b'0'..=b'9'));
    let end_of_label = at + BEGIN.len() + label.count();
    if !text[at..end_of_label].contains("PRIVATE KEY") {
        return end_of_label;
    }
    let body = end_of_label + text[end_of_label..].bytes().take_while(|b| *b == b'-').count();
    let end = text[body..].find("-----END ").map_or(text.len(), |end| {
        let last = body + end + "-----END ".len();
        let label = text[last..].find("-----").filter(|length| *length < 64);
        label.map_or(last, |length| last + length + 5)
    });
    hits.push(Hit { start: at, end, kind: Kind::PrivateKey });
    end
}

#[cfg(test)]
mod tests {

    use crate::redact::{Rules, judge::Judge, keys::Said, sweep::sweep};

    fn found(text: &str) -> Vec<&str> {
        let rules = Rules::default();
        let hits = sweep(&Judge::new(&rules, 0), text, Said::NOTHING);
        hits.iter().map(|hit| &text[hit.start..hit.end]).collect()
    }

    #[test]
    fn tokens_are_found_whole() {
        for token in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dQw4w9WgXcQ",
            "xoxb-123456789012-abcdefghij",
            "sk-proj-abc123def456ghi789jkl012",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIC\n-----END RSA PRIVATE KEY-----",
        ] {
            assert_eq!(found(&format!("is \"{token}\", see")), [token]);
        }
    }

    #[test]
    fn words_that_begin_like_tokens_are_left() {
        for text in [
            "sk-",
            "sk-learn-is-a-library-for-machine-learning",
            "ghp_short",
            "eyJBB.eyJCC.eyJDDDD",
            "hf_servingcellpriorityandmanyotherwords",
            "-----BEGIN CERTIFICATE-----\nMIIC",
            "xAKIAIOSFODNN7EXAMPLE",
            "task-12345678901234567890",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
