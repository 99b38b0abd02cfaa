//! Values planted at any place and in any spelling are gone, what is innocent comes back as it is, and no
//! input takes long.

use std::{borrow::Cow, fmt::Write as _};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use proptest::{prelude::*, sample::select, strategy::Union};
use serde_json::{Value, json};

use super::{Detector, Redactor, catalogue};

/// Something that nobody may see.
#[derive(Debug, Clone)]
struct Planted {
    kind: &'static str,
    /// As it stands in a text.
    text: String,
    /// What of it is secret.
    core: String,
}

impl Planted {
    fn whole(kind: &'static str, text: String) -> Self {
        Self { kind, core: text.clone(), text }
    }
}

fn planted() -> impl Strategy<Value = Planted> {
    Union::new([
        email(),
        phone(),
        ssn(),
        card(),
        iban(),
        jwt(),
        token(),
        private_key(),
        url_credentials(),
        named(),
        bearer(),
        ip(),
        mac(),
        crypto(),
    ])
}

fn email() -> BoxedStrategy<Planted> {
    ("[a-z]{2,8}[._+-]?[a-z0-9]{2,6}@[a-z]{3,10}\\.(com|org|de|co\\.uk|io)")
        .prop_map(|text| Planted::whole("email", text))
        .boxed()
}

fn phone() -> BoxedStrategy<Planted> {
    let north_american = "\\+1[ -][2-9]0[2-9][ -][2-9]0[2-9][ -][0-9]{4}";
    prop_oneof![
        north_american,
        "\\+49 30 [1-9][0-9]{6}",
        "\\+44 20 7[0-9]{3} [0-9]{4}",
        "\\+331[2-9]{8}"
    ]
    .prop_map(|text| Planted::whole("phone", text))
    .boxed()
}

fn ssn() -> BoxedStrategy<Planted> {
    // Areas, groups and serials that are given out, and none of the famous ones.
    "[1-5][0-9][1-7]-[1-9][1-9]-[1-9][0-9]{3}".prop_map(|text| Planted::whole("ssn", text)).boxed()
}

fn card() -> BoxedStrategy<Planted> {
    let front = prop_oneof!["4[0-9]{14}", "5[1-5][0-9]{13}", "3[47][0-9]{12}", "6011[0-9]{11}"];
    (front, select(vec!["", " ", "-"]))
        .prop_map(|(mut digits, gap)| {
            let sum: u32 = digits
                .bytes()
                .rev()
                .enumerate()
                .map(|(at, digit)| {
                    let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
                    digit / 10 + digit % 10
                })
                .sum();
            let _ = write!(digits, "{}", (10 - sum % 10) % 10);
            let shape: &[usize] = if digits.len() == 15 { &[4, 6, 5] } else { &[4, 4, 4, 4] };
            Planted::whole("card", grouped(&digits, shape, gap))
        })
        .boxed()
}

fn iban() -> BoxedStrategy<Planted> {
    let account =
        prop_oneof!["DE[0-9]{18}", "GB[A-Z]{4}[0-9]{14}", "FR[0-9]{10}[A-Z0-9]{11}[0-9]{2}"];
    (account, select(vec!["", " "]))
        .prop_map(|(account, gap)| {
            let (country, account) = account.split_at(2);
            let rest =
                format!("{account}{country}00").chars().fold(0, |rest, c| match c.to_digit(36) {
                    Some(digit @ 0..10) => (rest * 10 + digit) % 97,
                    Some(letter) => (rest * 100 + letter) % 97,
                    None => rest,
                });
            let iban = format!("{country}{:02}{account}", 98 - rest);
            Planted::whole("iban", grouped(&iban, &[4; 9], gap))
        })
        .boxed()
}

fn grouped(signs: &str, shape: &[usize], gap: &str) -> String {
    let (mut groups, mut rest) = (Vec::new(), signs);
    for length in shape {
        let (group, left) = rest.split_at((*length).min(rest.len()));
        groups.push(group);
        rest = left;
    }
    groups.retain(|group| !group.is_empty());
    groups.join(gap)
}

fn jwt() -> BoxedStrategy<Planted> {
    ("[a-z]{3,12}", "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
        .prop_map(|(subject, signature)| {
            let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
            let claims = URL_SAFE_NO_PAD.encode(json!({ "sub": subject, "iat": 1 }).to_string());
            Planted::whole("jwt", format!("{header}.{claims}.{signature}"))
        })
        .boxed()
}

/// The prefixes are put together here, so that nothing that scans sources takes them for tokens.
fn token() -> BoxedStrategy<Planted> {
    let shape = |front: &'static str, prefix: &'static str, rest: &'static str| {
        rest.prop_map(move |rest| Planted::whole("token", format!("{front}{prefix}{rest}")))
    };
    prop_oneof![
        shape("gh", "p_", "[A-Za-z0-9]{35}[0-9]"),
        shape("AK", "IA", "[A-Z2-7]{15}[2-7]"),
        shape("sk", "_live_", "[A-Za-z0-9]{23}[0-9]"),
        shape("xo", "xb-", "[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}"),
        shape("gl", "pat-", "[A-Za-z0-9]{19}[0-9]"),
        shape("np", "m_", "[A-Za-z0-9]{35}[0-9]"),
        shape("S", "G.", "[A-Za-z0-9]{22}\\.[A-Za-z0-9]{42}[0-9]"),
        shape("sk", "-proj-", "[A-Za-z0-9]{39}[0-9]"),
        shape("AI", "za", "[A-Za-z0-9]{34}[0-9]"),
        shape("h", "vs.", "[A-Za-z0-9]{29}[0-9]"),
    ]
    .boxed()
}

fn private_key() -> BoxedStrategy<Planted> {
    let lines = prop::collection::vec("[A-Za-z0-9+/]{64}", 2..5);
    (select(vec!["RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", ""]), lines)
        .prop_map(|(sort, lines)| {
            let core = lines.join("\n");
            let line = |end: &str| format!("-----{end} {sort}PRIVATE {}-----", "KEY");
            let text = format!("{}\n{core}\n{}\n", line("BEGIN"), line("END"));
            Planted { kind: "private_key", text, core }
        })
        .boxed()
}

fn url_credentials() -> BoxedStrategy<Planted> {
    (select(vec!["postgres", "https", "amqp", "redis"]), "[a-z]{3,8}", secret_word())
        .prop_map(|(scheme, user, core)| {
            let text = format!("{scheme}://{user}:{core}@db.internal:5432/app");
            Planted { kind: "url_credentials", text, core }
        })
        .boxed()
}

fn named() -> BoxedStrategy<Planted> {
    let name = select(vec![
        "password=",
        "password: ",
        "api_key=",
        "client_secret: ",
        "access_token=",
        "DB_PASSWORD=",
    ]);
    (name, secret_word())
        .prop_map(|(name, core)| Planted { kind: "secret", text: format!("{name}{core}"), core })
        .boxed()
}

fn bearer() -> BoxedStrategy<Planted> {
    (select(vec!["Bearer ", "Authorization: Bearer ", "Basic "]), "[A-Za-z0-9]{20,40}[0-9]")
        .prop_map(|(name, core)| Planted {
            kind: "authorization",
            text: format!("{name}{core}"),
            core,
        })
        .boxed()
}

fn ip() -> BoxedStrategy<Planted> {
    let v4 = "(10|192|203)(\\.[1-9][0-9]){3}";
    prop_oneof![v4, "2001:db8:[1-9a-f][0-9a-f]{3}:[1-9a-f][0-9a-f]{3}::[1-9a-f][0-9a-f]{3}"]
        .prop_map(|text| Planted::whole("ip", text))
        .boxed()
}

fn mac() -> BoxedStrategy<Planted> {
    prop_oneof!["00:1a(:[0-9a-f][0-9]){4}", "00-1A(-[0-9A-F][0-9]){4}"]
        .prop_map(|text| Planted::whole("mac", text))
        .boxed()
}

fn crypto() -> BoxedStrategy<Planted> {
    let bitcoin = select(vec![
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ]);
    prop_oneof![bitcoin.prop_map(str::to_owned), "0x[0-9a-f]{39}[0-9]"]
        .prop_map(|text| Planted::whole("crypto", text))
        .boxed()
}

/// What no word and no placeholder looks like.
fn secret_word() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9]{8,14}[0-9][A-Za-z]"
}

/// Another spelling of the same characters.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spelling {
    Plain,
    FullWidth,
    ZeroWidth,
    Percent,
    Decimal,
    Hexadecimal,
    Base64,
    Base64Url,
}

const SPELLINGS: [Spelling; 8] = [
    Spelling::Plain,
    Spelling::FullWidth,
    Spelling::ZeroWidth,
    Spelling::Percent,
    Spelling::Decimal,
    Spelling::Hexadecimal,
    Spelling::Base64,
    Spelling::Base64Url,
];

impl Spelling {
    /// The value alone. `spots` says which characters are spelt otherwise.
    fn value(self, text: &str, spots: &[bool]) -> String {
        const ZERO_WIDTH: [char; 6] =
            ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}'];
        let mut spelt = String::new();
        for (at, c) in text.chars().enumerate() {
            let spot = spots[at % spots.len()];
            let code = u32::from(c);
            let _ = match self {
                Self::FullWidth if spot && c.is_ascii_graphic() => {
                    write!(spelt, "{}", char::from_u32(code + 0xFEE0).unwrap())
                }
                Self::ZeroWidth if spot => {
                    write!(spelt, "{c}{}", ZERO_WIDTH[at % ZERO_WIDTH.len()])
                }
                Self::Percent if spot || !(c.is_ascii_alphanumeric() || "-_.~".contains(c)) => {
                    write!(spelt, "%{code:02X}")
                }
                Self::Decimal if spot && c.is_ascii_graphic() => write!(spelt, "&#{code};"),
                Self::Hexadecimal if spot && c.is_ascii_graphic() => write!(spelt, "&#x{code:x};"),
                _ => write!(spelt, "{c}"),
            };
        }
        spelt
    }

    fn is_base64(self) -> bool {
        matches!(self, Self::Base64 | Self::Base64Url)
    }

    /// The text that the value stands in.
    fn text(self, text: &str) -> String {
        match self {
            Self::Base64 => STANDARD.encode(text),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(text),
            _ => text.to_owned(),
        }
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Member,
    Key,
    Item,
    Nested(u8),
    Sentence,
    Error(&'static str),
    Sensitive,
    Named,
    NamedBehind,
    Header,
    Headers,
    HeaderPair,
}

const PLACES: [Place; 17] = [
    Place::Member,
    Place::Key,
    Place::Item,
    Place::Nested(1),
    Place::Nested(2),
    Place::Nested(3),
    Place::Sentence,
    Place::Error("failed to connect to {}: timed out"),
    Place::Error("invalid value '{}' at line 3"),
    Place::Error("no such user: \"{}\""),
    Place::Error("called `Result::unwrap()` on an `Err` value: Custom({})"),
    Place::Sensitive,
    Place::Named,
    Place::NamedBehind,
    Place::Header,
    Place::Headers,
    Place::HeaderPair,
];

impl Place {
    /// What stands around the value in its text.
    fn text(self, value: &str, before: &str, after: &str) -> String {
        match self {
            Self::Sentence => format!("{before}{value}{after}"),
            Self::Error(sentence) => sentence.replace("{}", value),
            _ => value.to_owned(),
        }
    }

    /// The document with a string as it is written in JSON.
    fn document(self, string: &str) -> String {
        match self {
            Self::Member | Self::Sentence | Self::Error(_) => {
                format!(r#"{{"id": 7, "note": {string}, "open": true}}"#)
            }
            Self::Key => format!(r#"{{"items": {{{string}: {{"open": true}}}}}}"#),
            Self::Item => format!("[null, [{string}, 1, 2], false]"),
            Self::Nested(levels) => {
                let mut document = format!(r#"{{"body": [{string}]}}"#);
                for _ in 0..levels {
                    document = json!({ "log": document }).to_string();
                }
                document
            }
            Self::Sensitive => format!(r#"{{"userPassword": {string}}}"#),
            Self::Named => format!(r#"[{{"name": "password", "value": {string}}}]"#),
            Self::NamedBehind => format!(r#"[{{"value": {string}, "name": "password"}}]"#),
            Self::Header => {
                format!(r#"{{"headers": [{{"name": "X-Note", "value": {string}}}]}}"#)
            }
            Self::Headers => {
                format!(r#"{{"rawHeaders": ["Host", "a", "Authorization", {string}]}}"#)
            }
            Self::HeaderPair => format!(r#"{{"headers": [["Host", "a"], ["X-Note", {string}]]}}"#),
        }
    }
}

/// A string as JSON writes it, with escapes where nothing asks for them.
fn written(text: &str, spots: &[bool]) -> String {
    let mut written = String::from("\"");
    for (at, c) in text.chars().enumerate() {
        if spots[at % spots.len()] {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(written, "\\u{unit:04x}");
            }
        } else {
            let plain = Value::from(c.to_string()).to_string();
            written.push_str(&plain[1..plain.len() - 1]);
        }
    }
    written + "\""
}

/// Every text in a document, with all that its spelling hides undone, and only its letters and digits.
fn told(document: &str) -> Vec<String> {
    fn walk(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    of_text(key, texts);
                    walk(value, texts);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, texts)),
            Value::String(text) => of_text(text, texts),
            Value::Number(number) => texts.push(number.to_string()),
            Value::Null | Value::Bool(_) => {}
        }
    }
    fn of_text(text: &str, texts: &mut Vec<String>) {
        if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
            return walk(&value, texts);
        }
        for decoded in [STANDARD.decode(text), URL_SAFE_NO_PAD.decode(text)] {
            if let Some(decoded) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                texts.push(bare(&decoded));
            }
        }
        texts.push(bare(&undone(text)));
    }
    let mut texts = Vec::new();
    walk(&serde_json::from_str(document).unwrap(), &mut texts);
    texts
}

fn undone(text: &str) -> String {
    let mut undone = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let spelt = match c {
            '%' => rest.get(1..3).map(|digits| (digits, 16, 3)),
            '&' => rest.find(';').map(|end| match rest[..end].strip_prefix("&#x") {
                Some(digits) => (digits, 16, end + 1),
                None => (rest[..end].trim_start_matches("&#"), 10, end + 1),
            }),
            _ => None,
        };
        let spelt = spelt.and_then(|(digits, radix, length)| {
            Some((char::from_u32(u32::from_str_radix(digits, radix).ok()?)?, length))
        });
        let (c, length) = spelt.unwrap_or((c, c.len_utf8()));
        undone.push(match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap(),
            c => c,
        });
        rest = &rest[length..];
    }
    undone
}

fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn wary() -> Redactor {
    Redactor::new().with_kinds(["ip", "mac", "crypto"]).unwrap()
}

/// Whether neither half of the core is told.
fn survives(planted: &Planted, document: &str) -> bool {
    let core = bare(&planted.core);
    let (front, back) = core.split_at(core.len() / 2);
    told(document).iter().any(|text| text.contains(front) || text.contains(back))
}

fn around() -> impl Strategy<Value = (String, String)> {
    const WORDS: [&str; 12] = [
        "the", "box", "went", "over", "to", "Ann", "after", "lunch", "on", "Monday", "from",
        "harbour",
    ];
    let words =
        || prop::collection::vec(select(WORDS.as_slice()), 1..4).prop_map(|words| words.join(" "));
    let sides = select(vec![
        (" ", " "),
        (" (", ") "),
        (", ", ", "),
        (": ", ". "),
        (" '", "' "),
        ("\n", "\n"),
        (" <", "> "),
        (" \"", "\" "),
        ("; ", "; "),
        ("\t", "\t"),
        (" [", "] "),
        (" = ", " "),
        (" `", "` "),
    ]);
    (words(), sides, words())
        .prop_map(|(before, (left, right), after)| (before + left, format!("{right}{after}")))
}

fn spots() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(any::<bool>(), 16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_planted_value_never_survives(
        planted in planted(), (before, after) in around(), spots in spots(), escaped in spots(),
    ) {
        let redactor = wary();
        for (place, spelling) in PLACES.iter().flat_map(|place| SPELLINGS.map(|how| (place, how))) {
            let value = spelling.value(&planted.text, &spots);
            let text = place.text(&value, &before, &after);
            // Base64 of fewer than 12 bytes is not read.
            if spelling.is_base64() && text.len() < 12 {
                continue;
            }
            let text = spelling.text(&text);
            for escaped in [&[false], &escaped[..]] {
                let document = place.document(&written(&text, escaped));
                let redacted = redactor.json(document.as_bytes()).into_content().into_owned();
                let redacted = String::from_utf8(redacted).unwrap();
                prop_assert!(
                    !survives(&planted, &redacted),
                    "{} {place:?} {spelling:?}\n{document}\n{redacted}", planted.kind
                );
                let twice = redactor.json(redacted.as_bytes());
                prop_assert_eq!(twice.content().as_ref(), redacted.as_bytes());
            }
        }
    }

    #[test]
    fn a_planted_name_tells_of_its_value(core in secret_word(), spots in spots(), escaped in spots()) {
        let planted = Planted::whole("key", core);
        for name in ["password", "database_user_password", "X-Api-Key", "Authorization"] {
            for spelling in [Spelling::Plain, Spelling::FullWidth, Spelling::ZeroWidth] {
                for escaped in [&[false], &escaped[..], &[true]] {
                    let name = written(&spelling.value(name, &spots), escaped);
                    let value = &planted.core;
                    for document in [
                        format!(r#"{{{name}: "{value}"}}"#),
                        format!(r#"{{"user": {{{name}: ["{value}", {{"a": "{value}"}}]}}}}"#),
                        format!(r#"{{"name": {name}, "value": "{value}"}}"#),
                        format!(r#"{{"value": "{value}", "name": {name}}}"#),
                        format!(r#"[[{name}, "{value}"], ["host", "a"]]"#),
                        format!(r#"{{"headers": ["host", "a", {name}, "{value}"]}}"#),
                    ] {
                        let redacted = Redactor::new().json(document.as_bytes());
                        let redacted = String::from_utf8_lossy(redacted.content()).into_owned();
                        prop_assert!(!survives(&planted, &redacted), "{document}\n{redacted}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_planted_value_never_survives_in_a_text(
        planted in planted(), (before, after) in around(), spots in spots(),
    ) {
        let redactor = wary();
        for spelling in SPELLINGS {
            let value = spelling.value(&planted.text, &spots);
            let text = spelling.text(&Place::Sentence.text(&value, &before, &after));
            let redacted = redactor.text(&text).into_content().into_owned();
            let string = Value::from(redacted.as_str()).to_string();
            prop_assert!(
                !survives(&planted, &string), "{} {spelling:?}\n{text}\n{redacted}", planted.kind
            );
            let twice = redactor.text(&redacted);
            prop_assert_eq!(twice.content().as_ref(), redacted.as_str());
        }
    }
}

/// What looks like something, and is nothing that anyone hides.
fn innocent() -> impl Strategy<Value = Value> {
    let texts = [
        // Days and times.
        "20[0-3][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
        "20[0-3][0-9]-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{3}|\\.[0-9]{6})?(Z|\\+0[1-9]:00)",
        "1[0-9]/0[1-9]/20[0-3][0-9]",
        "0[1-9]\\.1[0-2]\\.20[0-3][0-9] 1[0-9]:[0-5][0-9]",
        "Mon, 1[0-9] Nov 20[0-3][0-9] 1[0-9]:[0-5][0-9]:[0-5][0-9] GMT",
        // Identifiers. Decimal ones begin with 1, as those of our time do and no card does.
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "[0-9a-f]{7,8}",
        "[0-9a-f]{32}",
        "[0-9a-f]{40}",
        "[0-9a-f]{64}",
        "sha256:[0-9a-f]{64}",
        "1[0-9]{16,18}",
        "01[HJK][0-9A-HJKMNP-TV-Z]{23}",
        "ORD-20[0-3][0-9]-[0-9]{6}",
        "11[0-9]-[0-9]{7}-[0-9]{7}",
        "1Z[0-9A-Z]{6}0[0-9]{9}",
        // Of letters that make no `FAX` and no `SSN`: what stands behind those is another thing.
        "[GHJKQWXZ]{2,3}-[0-9]{6}-[0-9]{3}",
        // Versions, addresses of machines, packages.
        "v?[0-9]{1,2}\\.[0-9]{1,3}\\.[0-9]{1,3}(-(rc|beta)\\.[0-9])?",
        "(10|127|192|203)(\\.(25[0-5]|[1-9]?[0-9])){3}",
        "pkg:(cargo/serde|npm/left-pad|pypi/requests|deb/debian/curl)@[0-9]\\.[0-9]{1,2}\\.[0-9]{1,3}",
        // Places and amounts.
        "-?[1-8]?[0-9]\\.[0-9]{6}, -?[1-9]?[0-9]\\.[0-9]{6}",
        "(\\$|€ |£)[1-9][0-9]{0,2}(,[0-9]{3}){0,2}\\.[0-9]{2}",
        "[1-9][0-9]{0,2}(\\.[0-9]{3}){0,2},[0-9]{2} EUR",
        "(0|[1-9][0-9]{0,2})\\.[0-9]{1,12}",
        // Prose.
        "(She read the letter twice|The boats came in early|It rained for a week)[.!?]",
        "the (package|invoice|weather) (was|is) (late|wrong|missing)",
    ];
    let texts = Union::new(texts.map(|text| text.prop_map(Value::from).boxed()));
    let scaled = |from: u64, scale: u64| {
        (from..2_000_000_000).prop_map(move |seconds| Value::from(seconds * scale + scale / 3))
    };
    prop_oneof![
        24 => texts,
        1 => scaled(1_000_000_000, 1),
        1 => scaled(1_000_000_000, 1_000),
        1 => scaled(1_000_000_000, 1_000_000),
        1 => (1_000_000_000_000_000_000..1u64 << 60).prop_map(Value::from),
        1 => (-180.0..180.0).prop_map(Value::from),
        2 => book().prop_map(Value::from),
        2 => picture().prop_map(Value::from),
        1 => Just(json!({ "max_tokens": 4096, "token_type": "bearer", "prompt_tokens": 12 })),
        1 => Just(json!({ "secretary": "Ann", "password_updated_at": "2026-11-20T21:53:00Z" })),
        1 => Just(json!({ "has_password": true, "passwordless": false, "monkey": null })),
    ]
}

/// ISBN and EAN. None begins with 4: Visa gave out card numbers of 13 digits, with the same check digits
/// in one case of ten.
fn book() -> impl Strategy<Value = String> {
    "(978|979|500|871)[0-9]{9}".prop_map(|mut digits| {
        let sum: u32 = digits
            .bytes()
            .enumerate()
            .map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 1 } else { 3 })
            .sum();
        let _ = write!(digits, "{}", (10 - sum % 10) % 10);
        digits
    })
}

/// Base64 of what is no text. Without padding: `…0pw= (open)` is taken for the end of a key.
fn picture() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<[u8; 3]>(), 14..130).prop_map(|bytes| {
        let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".as_slice();
        STANDARD.encode([header, bytes.as_flattened()].concat())
    })
}

fn innocent_documents() -> impl Strategy<Value = Value> {
    let key = select(vec![
        "id",
        "at",
        "created_at",
        "commit",
        "version",
        "sku",
        "amount",
        "place",
        "order_id",
        "isbn",
        "digest",
        "note",
        "image",
        "status",
        "lines",
        "url",
        "author",
        "title",
    ]);
    let sentence = innocent().prop_map(|value| match value {
        Value::String(text) => format!("it went out, see {text} (open).").into(),
        value => value,
    });
    prop_oneof![innocent(), sentence].prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|members| {
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn innocent_documents_are_not_even_copied(document in innocent_documents()) {
        for text in [document.to_string(), json!({ "log": document.to_string() }).to_string()] {
            let redacted = Redactor::new().json(text.as_bytes());
            let after = String::from_utf8_lossy(redacted.content());
            prop_assert!(matches!(redacted.content(), Cow::Borrowed(_)), "{text}\n{after}");
        }
    }

    #[test]
    fn innocent_texts_are_not_even_copied(values in prop::collection::vec(innocent(), 1..4)) {
        let texts = values.iter().filter_map(Value::as_str);
        let words: String = texts.flat_map(|text| [text, "; the password is wrong, "]).collect();
        let redacted = Redactor::new().text(&words);
        prop_assert!(matches!(redacted.content(), Cow::Borrowed(_)), "{words}\n{}", redacted.content());
    }
}

/// Inputs of which each byte could ask for a look at all the others.
const ADVERSE: [&str; 28] = [
    "1 ",
    "a",
    "5",
    "@",
    "[",
    "\"",
    "\\u0061",
    "{\"a\":",
    "a://b:c@",
    "a@b.c",
    "password=",
    "password: \"",
    concat!("-----BEGIN PRIVATE ", "KEY-----"),
    "«",
    "(\"",
    "eyJ.",
    "--a ",
    "%22:",
    "%25",
    "&#34;:",
    "\\x22:",
    "Cookie: «redacted» ",
    "AA11 ",
    "1.1.1.1 ",
    "[{\"",
    "{\"value\":[],",
    "[\"password\",",
    "YWFh",
];

/// It takes seconds without optimization; were the work quadratic anywhere, it would take minutes.
fn endures(document: impl Fn(String) -> String) {
    const SIZE: usize = 32 << 10;
    let kinds = catalogue::ALLOWED.split('`').skip(1).step_by(2);
    let employee = Detector::pattern("employee_id", r"\bEMP-\d{6}\b").unwrap();
    let redactor = Redactor::new().with_kinds(kinds).unwrap().with_detectors([employee]).unwrap();
    for unit in ADVERSE {
        let input = document(unit.repeat(SIZE / unit.len()));
        let once = String::from_utf8(redactor.json(input.as_bytes()).into_content().into_owned());
        let once = once.unwrap();
        let twice = redactor.json(once.as_bytes());
        assert_eq!(twice.content().as_ref(), once.as_bytes(), "{unit}");
        let [before, after] =
            [&input, &once].map(|text| serde_json::from_str::<Value>(text).is_ok());
        assert!(after || !before, "{unit}");
    }
}

#[test]
fn no_input_is_too_much() {
    endures(|text| text);
}

#[test]
fn no_string_is_too_much() {
    endures(|text| Value::from(text).to_string());
}
