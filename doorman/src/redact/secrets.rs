//! Secrets that are known by their shape: vendors' tokens, JWTs and private keys.

use std::sync::LazyLock;

use super::{Hit, Kind};

/// What a token is made of after its prefix.
#[derive(Debug, Clone, Copy)]
enum Made {
    /// Letters and digits.
    Plain,
    /// Also `_` and `-`.
    Word,
    /// Also `.`, `=`, `+`, `/` and `%`.
    Wide,
}

/// A vendor's prefix, what follows it and how much of that there is at least.
struct Vendor {
    prefix: &'static str,
    made: Made,
    least: usize,
    /// Whether words have no such prefix, so that no digit has to tell.
    certain: bool,
}

/// Prefix, what the rest is made of (in capitals where no digit has to tell), its least length.
const VENDORS: &str = "
    ghp_ p 30 gho_ p 30 ghu_ p 30 ghs_ p 30 ghr_ p 30 github_pat_ w 22
    glpat- W 18 gldt- w 18 glrt- w 18 glcbt- w 16 glptt- w 18 glft- w 18 glimt- w 18 glagent- w 18
    gloas- w 18 glsoat- w 18 glffct- w 18 GR1348941 w 18
    sk_live_ P 10 sk_test_ P 10 sk_prod_ P 10 rk_live_ P 10 rk_test_ P 10 rk_prod_ P 10 whsec_ w 20
    sk- w 20 xoxa- w 20 xoxb- w 20 xoxe- w 10 xoxe.xox w 20 xoxp- w 20 xoxr- w 20 xoxs- w 20
    xoxc- w 10 xoxd- x 10 xapp- w 16 AIza w 32 ya29. w 20 GOCSPX- w 20
    npm_ p 30 pypi-AgE w 40 dop_v1_ p 40 doo_v1_ p 40 dor_v1_ p 40
    shpat_ p 30 shpca_ p 30 shppa_ p 30 shpss_ p 30 SG. x 40 hf_ p 30 api_org_ p 30
    hvs. w 20 hvb. w 20 hvr. w 20 dckr_pat_ w 20 dp.pt. p 40 dp.st. x 40 dp.ct. p 40 dp.sa. p 40
    lin_api_ p 32 lin_oauth_ p 32 PMAK- w 50 rubygems_ p 40 sntrys_ x 30 sntryu_ p 40 glc_ x 30 glsa_ w 32
    NRAK- p 27 NRII- w 30 NRJS- p 19 NRRA- p 40 pul- p 40 pscale_pw_ x 30 pscale_tkn_ x 30 pscale_oauth_ x 30
    EAAC p 60 EAAG p 60 EAAM p 60 EAAB p 60 EAAA w 56 sq0atp- w 22 sq0csp- w 22 amzn.mws. w 30
    LTAI p 16 key- p 32 SK p 32 xkeysib- w 60 xsmtpsib- w 60 FLWSECK_TEST- p 10 FLWSECK- p 10
    FLWPUBK_TEST- p 10 ATATT3 x 60 ATCTT3 x 60 ATBB p 28 BBDC- x 30 figd_ w 30 nfp_ p 30 fo1_ w 30 fm2_ x 40
    ntn_ p 30 secret_ p 40 sl. w 60 sbp_ p 40 sb_secret_ w 20 rdme_ p 40 pnu_ p 30 ops_eyJ x 60 A3- w 30
    AGE-SECRET-KEY-1 p 50 tskey- W 20 gsk_ p 40 pplx- p 40 r8_ p 30 xai- p 60 tvly- w 20 nvapi- w 40
    sgp_ w 40 EZAK p 50 EZTK p 50 duffel_test_ x 30 duffel_live_ x 30 shippo_live_ p 30 shippo_test_ p 30
    fio-u- x 50 oy2 p 43 CLOJARS_ p 50 p8e- p 30 dapi p 32 ico- p 30 bkua_ p 30 aio_ p 26 AKCp p 60
    cmVmd p 55 dnkey- x 40 pat. x 40 sat. x 40 sha256~ w 40 CFPAT- w 40 tfp_ x 40 AQVN w 34 sm_aat_ p 16
    sm_pat_ p 16 sm_sat_ p 16 tk-us- w 40 v1.0- w 120 s-s4t2ud- p 60 s-s4t2af- p 60 HRKU- w 30 dt0c01. x 80
    cfut_ p 40 cfat_ p 40 phx_ w 30 lsv2_pt_ w 30 lsv2_sk_ w 30 rnd_ p 30
    b_ p 44 sc_ x 50 ext_ x 50 scauth_ x 50 authress_ x 50 access-sandbox- w 36 access-production- w 36
    ltk_ p 40 live_ p 30 test_ p 35 _mmk w 40 AccountKey= x 40 t1. x 80 y0_ w 40
    eyJrIjoi p 40 FLWSECK_ p 12 prefect_ p 30 whsec- w 30 sdk- w 36 mob- w 36 api- w 36 lip_ p 30
    fc- p 30 rpa_ p 40";

static BY_FIRST: LazyLock<[Vec<Vendor>; 128]> = LazyLock::new(|| {
    let mut table = std::array::from_fn(|_| Vec::new());
    let words: Vec<&'static str> = VENDORS.split_ascii_whitespace().collect();
    for entry in words.chunks_exact(3) {
        let made = match entry[1] {
            "p" | "P" => Made::Plain,
            "w" | "W" => Made::Word,
            _ => Made::Wide,
        };
        let least = entry[2].parse().unwrap_or(20);
        let slot: &mut Vec<Vendor> = &mut table[usize::from(entry[0].as_bytes()[0] & 127)];
        let certain = entry[1].starts_with(|c: char| c.is_ascii_uppercase());
        slot.push(Vendor { prefix: entry[0], made, least, certain });
    }
    table
});

/// Finds them at the beginnings of words.
pub(super) fn scan(text: &str, hits: &mut Vec<Hit>) {
    private_keys(text, hits);
    let mut runs = Runs { bytes: text.as_bytes(), word: (0, 0), wide: (0, 0) };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'+');
        if !(begins && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_')) {
            at += 1;
            continue;
        }
        match token(bytes, at, &mut runs) {
            Some(end) => {
                hits.push(Hit { start: at, end, kind: Kind::Secret });
                at = end;
            }
            None => at += 1,
        }
    }
}

/// The end of the secret that begins here.
fn token(bytes: &[u8], at: usize, runs: &mut Runs<'_>) -> Option<usize> {
    let rest = &bytes[at..];
    if let Some(end) =
        aws(rest).or_else(|| telegram(rest)).or_else(|| slack_hook(rest)).or_else(|| marked(rest))
    {
        return Some(at + end);
    }
    if rest.starts_with(b"ey")
        && let Some(end) = jwt(bytes, at, runs)
    {
        return Some(end);
    }
    let vendors = BY_FIRST.get(usize::from(rest[0]))?;
    let vendor = vendors.iter().filter(|vendor| rest.starts_with(vendor.prefix.as_bytes()));
    vendor.into_iter().find_map(|vendor| {
        let from = at + vendor.prefix.len();
        let (end, last_digit) = runs.from(from, vendor.made);
        let random =
            vendor.certain || last_digit > from || is_mixed(&bytes[from..end.min(from + 64)]);
        (end >= from + vendor.least && random).then_some(end)
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
            Made::Plain => return run(self.bytes, at, u8::is_ascii_alphanumeric),
            Made::Word => {
                (&mut self.word, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            }
            Made::Wide => (&mut self.wide, |b| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'_' | b'-' | b'.' | b'=' | b'+' | b'/' | b'%')
            }),
        };
        if known.0 <= at {
            *known = run(self.bytes, at, within);
        }
        *known
    }
}

fn run(bytes: &[u8], at: usize, within: fn(&u8) -> bool) -> (usize, usize) {
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

/// A bot's number, a colon and 35 signs.
fn telegram(rest: &[u8]) -> Option<usize> {
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
    let decoded = base64(&bytes[at..header.min(at + 2048)]);
    let object = decoded.first() == Some(&b'{')
        && decoded.contains(&b'"')
        && (header - at > 2048 || decoded.trim_ascii_end().last() == Some(&b'}'));
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
        && base64(&bytes[header + 1..payload.min(header + 2048)]).starts_with(b"{\"");
    (end > payload || unsigned).then_some(end)
}

fn base64(text: &[u8]) -> Vec<u8> {
    let (mut decoded, mut held, mut bits) = (Vec::with_capacity(text.len()), 0u32, 0u32);
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => break,
        };
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

/// From `-----BEGIN … PRIVATE KEY` to the end of its last line, or of the text where that is missing.
fn private_keys(text: &str, hits: &mut Vec<Hit>) {
    const BEGIN: &str = "-----BEGIN ";
    let mut from = 0;
    while let Some(at) = text[from..].find(BEGIN).map(|at| from + at) {
        let label = text[at + BEGIN.len()..].bytes().take(64);
        let label = label.take_while(|b| b.is_ascii_uppercase() || matches!(b, b' ' | b'0'..=b'9'));
        let end_of_label = at + BEGIN.len() + label.count();
        from = end_of_label;
        if !text[at..end_of_label].contains("PRIVATE KEY") {
            continue;
        }
        let body = end_of_label + text[end_of_label..].bytes().take_while(|b| *b == b'-').count();
        let end = text[body..].find("-----END ").map_or(text.len(), |end| {
            let last = body + end + "-----END ".len();
            let label = text[last..].find("-----").filter(|length| *length < 64);
            label.map_or(last, |length| last + length + 5)
        });
        hits.push(Hit { start: at, end, kind: Kind::Secret });
        from = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut hits = Vec::new();
        scan(text, &mut hits);
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
