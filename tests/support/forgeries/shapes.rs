//! What is no token at all, or one whose parts are not what they should be, or too large.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::json;

use super::{Forgery, MALFORMED, Mint, body_text, group};
use crate::support::issuer::b64;

pub fn all(mint: &Mint) -> Vec<Forgery> {
    [format(mint), malformed(mint), payload(mint), size(mint)].into_iter().flatten().collect()
}

fn format(mint: &Mint) -> Vec<Forgery> {
    let good = mint.good("p256", "ES256");
    let [header, claims, signature] = *good.split('.').collect::<Vec<_>>() else { panic!() };
    // 64 bytes end with a character of which four bits must be zero.
    let loose = {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (rest, last) = signature.split_at(signature.len() - 1);
        let at = ALPHABET.iter().position(|b| *b == last.as_bytes()[0]).unwrap();
        format!("{header}.{claims}.{rest}{}", char::from(ALPHABET[at + 1]))
    };
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let cases = [
        ("one part", good.replace('.', "")),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{good}.AAAA")),
        ("five parts, as JWE", format!("{good}.AAAA.AAAA")),
        ("signature stripped", format!("{header}.{claims}.")),
        ("claims stripped", format!("{header}..{signature}")),
        ("header stripped", format!(".{claims}.{signature}")),
        ("a dot before", format!(".{good}")),
        ("a dot behind", format!("{good}.")),
        ("two dots", "..".into()),
        ("many dots", ".".repeat(16_000)),
        ("garbage", "garbage".into()),
        ("opaque", "ya29.a0AfH6SMBx-opaque_token~1".into()),
        ("API key", "sk-proj-0123456789abcdef".into()),
        ("padding", format!("{good}==")),
        ("bits that stand for nothing", loose),
        ("plus", format!("{header}+.{claims}.{signature}")),
        ("tilde", format!("{header}.{claims}~.{signature}")),
        ("signature in the other alphabet", {
            let mut bytes = bytes.clone();
            bytes[..3].fill(0xff);
            format!("{header}.{claims}.{}", STANDARD.encode(bytes).trim_end_matches('='))
        }),
        ("encoded once more", b64(&good)),
        (
            "a length of no bytes",
            format!("{header}.{claims}.{}A", &signature[..signature.len() - 2]),
        ),
    ];
    let mut format = group("format", "format", cases);
    let turned = format!("{signature}.{claims}.{header}");
    format.extend(group("format", "header", [("the parts turned around", turned)]));
    format
}

/// Outside the grammar of bearer tokens (RFC 6750 §2.1), so that no verifier gets to see it.
fn malformed(mint: &Mint) -> Vec<Forgery> {
    let good = &mint.good("p256", "ES256");
    let [header, claims, signature] = *good.split('.').collect::<Vec<_>>() else { panic!() };
    let flattened =
        json!({ "protected": header, "payload": claims, "signature": signature }).to_string();
    let cases = [
        ("empty", String::new()),
        ("padding alone", "=".into()),
        ("padding within", format!("{header}==.{claims}.{signature}")),
        ("another word", format!("{good} x")),
        ("a space within", good.replacen('.', " .", 1)),
        ("a tab within", good.replacen('.', "\t.", 1)),
        ("a line break behind", format!("{good}\n")),
        ("a line break within", good.replacen('.', "\n.", 1)),
        ("a carriage return behind", format!("{good}\r")),
        ("an escaped line break", format!("{good}%0A")),
        ("NUL behind", format!("{good}\0")),
        ("NUL within", good.replacen('.', "\0.", 1)),
        ("not ASCII", format!("{good}\u{e9}")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("a space that takes no room", good.replacen('.', "\u{200b}.", 1)),
        ("a dot of full width", good.replacen('.', "\u{ff0e}", 1)),
        ("the scheme twice", format!("Bearer {good}")),
        ("quoted", format!("\"{good}\"")),
        ("in angle brackets", format!("<{good}>")),
        ("a list", format!("{good},{good}")),
        ("a parameter", format!("token={good}")),
        ("as JSON", flattened),
    ];
    group("format", MALFORMED, cases)
}

fn payload(mint: &Mint) -> Vec<Forgery> {
    let text = &mint.claims().to_string();
    let open = &text[..text.len() - 1];
    let deep = |levels| format!("{open},\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    let objects = |levels| format!("{}1{}", "{\"x\":".repeat(levels), "}".repeat(levels));
    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect();
    let payloads: Vec<(&str, Vec<u8>)> = vec![
        ("an array", "[]".into()),
        ("an array of claims", format!("[{text}]").into()),
        ("a text", "\"x\"".into()),
        ("claims in a text", json!(text).to_string().into()),
        ("null", "null".into()),
        ("true", "true".into()),
        ("a number", "1".into()),
        ("a space", " ".into()),
        ("broken off", open.into()),
        ("one more comma", format!("{open},}}").into()),
        ("a comment", format!("{text}/**/").into()),
        ("single quotes", text.replace('"', "'").into()),
        ("more behind it", format!("{text}{{}}").into()),
        ("NUL behind it", format!("{text}\0").into()),
        ("a control character", text.replace("f0rged-subject", "f0rged\nsubject").into()),
        ("half a surrogate", text.replace("f0rged-subject", "\\ud800").into()),
        ("bad UTF-8", [open.as_bytes(), b",\"x\":\"\xff\"}"].concat()),
        ("UTF-8 too long", [open.as_bytes(), b",\"x\":\"\xc0\x80\"}"].concat()),
        ("a byte order mark", format!("\u{feff}{text}").into()),
        ("UTF-16, big end first", utf16(u16::to_be_bytes)),
        ("UTF-16, little end first", utf16(u16::to_le_bytes)),
        ("encoded twice", b64(text).into()),
        ("another token", mint.good("p256", "ES256").into()),
        ("CBOR", b"\xa2\x01\x63iss\x02\x63sub".into()),
        ("compressed", b"\x78\x9c\xab\x56\xca\x2c\x2e\x56\xb2\x52\x02\x00".into()),
        ("17 levels", deep(17).into()),
        ("129 levels", deep(129).into()),
        ("5,000 levels", deep(5000).into()),
        ("1,500 levels of objects", objects(1500).into()),
        ("5,000 levels that do not end", "[".repeat(5000).into()),
    ];
    let cases = payloads.into_iter().map(|(name, payload)| (name, body_text(payload)));
    let mut payload = group("payload", "claims", cases);
    payload.extend(group("payload", "issuer", [("no claims", body_text("{}"))]));
    payload.extend(group("payload", "format", [("nothing", body_text(""))]));
    let deep = [("20,000 levels", body_text(deep(20_000)))];
    payload.extend(group("payload", "too_large", deep));
    payload
}

fn size(mint: &Mint) -> Vec<Forgery> {
    let good = mint.good("p256", "ES256");
    let filled = |bytes: usize| mint.body(json!({ "x": "x".repeat(bytes) }));
    // The first that is larger than 16 KiB.
    let just = (11_000..13_000).map(filled).find(|token| token.len() > 16 * 1024).unwrap();
    let cases = [
        ("just over 16 KiB", just),
        ("17 KiB", filled(12_500)),
        ("64 KiB", filled(48_000)),
        ("300 KiB", filled(225_000)),
        ("1 MiB", filled(786_000)),
        ("64 KiB of header", mint.header(json!({ "x": "x".repeat(48_000) }))),
        ("64 KiB of signature", format!("{good}{}", "A".repeat(65_536))),
        ("64 KiB of scopes", mint.body(json!({ "scope": "tools:read ".repeat(4500) + "x" }))),
        ("64 KiB of audiences", mint.body(json!({ "aud": vec![&*mint.resource; 1800] }))),
        ("64 KiB of members", {
            let members: Vec<String> = (0..5000).map(|n| format!("\"m{n}\":1")).collect();
            body_text(format!("{{{}}}", members.join(",")))
        }),
        ("64 KiB of dots", ".".repeat(65_536)),
        ("64 KiB of one letter", "A".repeat(65_536)),
        ("64 KiB of padding", format!("{good}{}", "=".repeat(65_536))),
    ];
    group("size", "too_large", cases)
}
