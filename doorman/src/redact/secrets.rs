//! Secrets that are known by their shape: vendors' tokens, JWTs and private keys.

use std::sync::LazyLock;

use super::{
    Hit, Kind,
    catalogue::{Made, Proof, VENDORS, Vendor},
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
            || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~' | b'%' | b'$');
        byte += 1;
    }
    within
};

/// Finds tokens at the beginnings of words in a run.
pub(super) fn in_run(text: &str, start: usize, end: usize, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    // Words of small letters only are no token.
    if !bytes[start..end].iter().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return;
    }
    let mut runs = Runs { bytes, word: 0, wide: 0 };
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
    let shaped = match rest[0] {
        b'A' => aws(rest),
        b'0'..=b'9' => numbered(rest),
        b'a'..=b'z' => hook(rest),
        _ => None,
    };
    let shaped = shaped.or_else(|| if may_be_marked(rest) { marked(rest) } else { None });
    if let Some(end) = shaped {
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
        let mut end = runs.from(from, vendor.made);
        if end > from && bytes[end - 1] == b'.' {
            end -= 1;
        }
        let fits = (vendor.least..=vendor.most).contains(&end.saturating_sub(from));
        let token = || &bytes[from..end.min(from + 128)];
        let told = || match vendor.proof {
            Proof::None => true,
            Proof::Digits => {
                let digits = token().iter().filter(|b| b.is_ascii_digit());
                digits.count() > 1 || is_random(token())
            }
            Proof::Turns => is_random(token()),
        };
        (fits && told()).then_some((end, Kind::Token))
    })
}

/// Whether digits and letters, or capitals and small letters, stand in it as no words do.
fn is_random(token: &[u8]) -> bool {
    let turns = token.windows(2).filter(|pair| {
        pair.iter().all(u8::is_ascii_alphanumeric)
            && pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
    });
    let capitals = token
        .windows(2)
        .filter(|pair| pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase());
    turns.count() >= 3
        || (capitals.count() >= 3 && token.iter().filter(|b| b.is_ascii_lowercase()).count() >= 6)
}

/// Where the runs end that positions are in, so that none is read twice.
struct Runs<'a> {
    bytes: &'a [u8],
    word: usize,
    wide: usize,
}

impl Runs<'_> {
    /// The end of the run of a token's signs.
    fn from(&mut self, at: usize, made: Made) -> usize {
        let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        let wide = |b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'=' | b'+' | b'/' | b'%')
        };
        match made {
            Made::Hex => return made_of(self.bytes, at, u8::is_ascii_hexdigit),
            Made::Plain => return made_of(self.bytes, at, u8::is_ascii_alphanumeric),
            Made::Word if self.word <= at => self.word = made_of(self.bytes, at, word),
            Made::Wide if self.wide <= at => self.wide = made_of(self.bytes, at, wide),
            _ => {}
        }
        if made == Made::Word { self.word } else { self.wide }
    }
}

fn made_of(bytes: &[u8], at: usize, within: impl Fn(&u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !within(b)).unwrap_or(rest.len())
}

/// An AWS access key id: four letters of its kind and sixteen more signs.
fn aws(rest: &[u8]) -> Option<usize> {
    const KINDS: [&[u8]; 10] =
        [b"AKIA", b"ASIA", b"ABIA", b"ACCA", b"AGPA", b"AIDA", b"AROA", b"AIPA", b"ANPA", b"ANVA"];
    let kind = rest.get(..4).is_some_and(|kind| KINDS.contains(&kind) || kind.starts_with(b"A3T"));
    let id = kind.then(|| rest.get(4..20)).flatten()?;
    let whole = id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !rest.get(20).is_some_and(u8::is_ascii_alphanumeric);
    whole.then_some(20)
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

/// How many of the first signs of a text are of this sort, to `most`.
fn count(text: &[u8], most: usize, sort: impl Fn(u8) -> bool) -> usize {
    text.iter().take(most).take_while(|b| sort(**b)).count()
}

/// Finds a token around the sign that parts its number from the rest.
pub(super) fn behind_number(text: &str, sign: usize, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let digits = bytes[..sign].iter().rev().take(21).take_while(|b| b.is_ascii_digit()).count();
    let start = sign - digits;
    let apart =
        start == 0 || !(bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'+');
    if apart
        && digits > 0
        && let Some(length) = numbered(&bytes[start..])
    {
        hits.push(Hit { start, end: start + length, kind: Kind::Token });
    }
}

/// Tokens behind a number: of bots of Telegram, of Facebook, Twitter, Asana and Zoho.
fn numbered(rest: &[u8]) -> Option<usize> {
    const MOST: usize = 50;
    let digits = count(rest, 21, |b| b.is_ascii_digit());
    let (sign, tail) = rest[digits..].split_first()?;
    let token = match sign {
        b':' | b'|' | b'-' => &tail[..count(tail, MOST, is_word)],
        b'.' | b'/' => {
            let hex = |b: u8| b.is_ascii_hexdigit() || b"./:".contains(&b);
            let token = &tail[..count(tail, 2 * MOST, hex)];
            token.strip_suffix(b".").unwrap_or(token)
        }
        _ => return None,
    };
    let length = token.len();
    let mut pieces = token.split(|b| b"./:".contains(b)).map(<[u8]>::len);
    let fits = match (sign, digits) {
        (b':', 8..=10) => (27..=36).contains(&length) && token.iter().any(u8::is_ascii_alphabetic),
        (b':', 5..=16) => length == 35 && token[0] == b'A',
        (b'|', 15 | 16) => (27..=40).contains(&length),
        (b'-', 15..=20) => {
            (20..=45).contains(&length) && is_random(token) && !token.contains(&b'-')
        }
        (b'.', 4) => rest.starts_with(b"1000.") && pieces.eq([32, 32]),
        (b'/', 1) => pieces.next_back() == Some(32) && rest[0] <= b'2',
        _ => false,
    };
    fits.then_some(digits + 1 + length)
}

/// Addresses that anyone can post to, with how long at least is what tells.
const HOOKS: [(&str, usize); 9] = [
    ("hooks.slack.com/", 41),
    ("discord.com/api/webhooks/", 60),
    ("discordapp.com/api/webhooks/", 60),
    ("webhook.office.com/", 60),
    ("outlook.office.com/webhook/", 60),
    ("outlook.office365.com/webhook/", 60),
    ("hooks.zapier.com/hooks/", 12),
    ("maker.ifttt.com/trigger/", 30),
    ("api.telegram.org/bot", 40),
];

fn hook(rest: &[u8]) -> Option<usize> {
    let (host, least) = HOOKS.iter().find(|(host, _)| rest.starts_with(host.as_bytes()))?;
    let sign = |b: u8| is_word(b) || matches!(b, b'/' | b'+' | b'@' | b':');
    let length = count(&rest[host.len()..], 300, sign);
    (length >= *least).then_some(host.len() + length)
}

/// Whether a sign stands where one of them has its mark.
fn may_be_marked(rest: &[u8]) -> bool {
    let is = |at: usize, sign: u8| rest.get(at) == Some(&sign);
    is(32, b'-') || is(4, b'Q') || is(6, b'_') || is(14, b'.') || matches!(rest[0], b'M'..=b'O')
}

/// Tokens that are told by what stands in their middle.
fn marked(rest: &[u8]) -> Option<usize> {
    let is = |at: usize, mark: &[u8]| rest.get(at..at + mark.len()) == Some(mark);
    // Keys of Mailgun have `g` and `h` too.
    let hex = |from: usize, to: usize| {
        rest.get(from..to)
            .is_some_and(|piece| piece.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'h')))
    };
    let plain = |from: usize, to: usize| {
        rest.get(from..to).is_some_and(|piece| piece.iter().all(u8::is_ascii_alphanumeric))
    };
    let within = |from: usize, most: usize, more: &[u8]| {
        count(rest.get(from..).unwrap_or_default(), most, |b| is_word(b) || more.contains(&b))
    };
    // Mailchimp and Mailgun.
    if is(32, b"-") && hex(0, 32) {
        if is(32, b"-us") {
            return rest.get(35).filter(|b| b.is_ascii_digit()).map(|_| 35 + within(35, 2, b""));
        }
        return (is(41, b"-") && hex(33, 41) && hex(42, 50) && within(50, 1, b"") == 0)
            .then_some(50);
    }
    // Azure.
    let azure = is(4, b"Q~") && rest[3].is_ascii_digit();
    if azure && (31..=34).contains(&within(6, 35, b"~.")) {
        return Some(6 + within(6, 35, b"~."));
    }
    // MaxMind.
    if is(6, b"_") && is(36, b"_mmk") && plain(0, 6) && plain(7, 36) {
        return Some(40);
    }
    // Terraform Cloud.
    if is(14, b".atlasv1.") && plain(0, 14) && within(23, 80, b"=") >= 50 {
        return Some(23 + within(23, 80, b"="));
    }
    // Discord.
    if !matches!(rest[0], b'M' | b'N' | b'O') {
        return None;
    }
    let dot = (24..=28).find(|at| is(*at, b"."))?;
    let discord = is(dot + 7, b".") && within(0, dot, b"") == dot && within(dot + 8, 40, b"") >= 27;
    discord.then(|| dot + 8 + within(dot + 8, 40, b""))
}

/// Three parts of base64url, of which the first is an object.
fn jwt(bytes: &[u8], at: usize, runs: &mut Runs<'_>) -> Option<usize> {
    let part = |runs: &mut Runs<'_>, from: usize| runs.from(from, Made::Word);
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
