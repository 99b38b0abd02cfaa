//! Addresses of machines.

use std::net::Ipv6Addr;

use super::{Context, Detector, Shape};
use crate::redact::Kind;

pub(super) const IP: Detector = Detector {
    name: "ip",
    kind: Kind::Ip,
    what: "IPv4 and IPv6 addresses, also private ones, with a zone and without their port",
    checks: "four parts to 255 and no fifth, or what RFC 4291 allows with a digit in it; not behind \
             `version`, `release`, `build` and the like, nor in `Chrome/120.0.0.0`",
    shape: Shape::Read { read: ip, alone: true },
    context: Context::Refuses(&[
        "version", "versions", "ver", "release", "released", "build", "firmware", "revision",
        "oid", "section", "chapter",
    ]),
    hidden: &[
        "from ⟦203.0.113.42⟧ port 22",
        "⟦192.168.1.1⟧",
        "http://⟦10.0.0.5⟧:8080/x",
        "⟦10.0.0.1⟧-⟦10.0.0.9⟧",
        "⟦198.51.100.0⟧/24",
        "{\"client\": \"⟦203.0.113.7⟧\"}",
        "[⟦2001:db8::1⟧]:443",
        "⟦2001:0db8:85a3:0000:0000:8a2e:0370:7334⟧",
        "⟦::ffff:192.0.2.1⟧ said",
        "via ⟦fe80::1%eth0⟧.",
        "listening on ⟦::1⟧",
        "inet addr:⟦192.0.2.9⟧",
        "{\"⟦203.0.113.9⟧\": 4}",
    ],
    left: &[
        "version 1.2.3.4",
        "{\"version\": \"4.8.4.0\"}",
        "1.2.3.4.5",
        "1.2.3.256",
        "200.0200.200.200",
        "v1.2.3.4",
        "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
        "lib-1.2.3.4.jar",
        "1.2.3.4-beta",
        "std::cout << a::b",
        "10:30:00",
        "00:1a:2b:3c:4d:5e",
        "x[1::2]",
        "Ratio 1:2:3:4",
        "f :: Int -> Int",
        "12345:db8::1",
        "{\"a\": 1.5}",
    ],
};

pub(super) const MAC: Detector = Detector {
    name: "mac",
    kind: Kind::Mac,
    what: "MAC and EUI-64 addresses (`00:1a:…`, `00-1A-…`, `001a.2b3c.4d5e`)",
    checks: "six or eight pairs with one sign between them and no more, not all alike",
    shape: Shape::Read { read: mac, alone: true },
    context: Context::None,
    hidden: &[
        "⟦00:1A:2B:3C:4D:5E⟧",
        "mac ⟦00-1a-2b-3c-4d-5e⟧,",
        "eth0 ⟦0a:23:f5:67:89:ac⟧ up",
        "⟦aabb.ccdd.eeff⟧",
        "is ⟦001a.2b3c.4d5e⟧.",
        "{\"mac\": \"⟦3c:22:fb:00:11:9d⟧\"}",
        "⟦01:AB:03:04:05:06:07:08⟧",
        "⟦01-02-03-04-05-06-07-ab⟧",
        "ether=⟦52:54:00:12:34:56⟧;",
        "(⟦F0-DE-F1-23-45-67⟧)",
        "at ⟦0011.2233.4455⟧",
    ],
    left: &[
        "FF:FF:FF:FF:FF:FF",
        "00:00:00:00:00:00",
        "01:02:03:04:05",
        "01:02:03:04:05:06:07",
        "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd",
        "AB:CD:EF:GH:01:02",
        "10:2F:33-AC-29-C3",
        "12:30:45",
        "1234.5678.9012",
        "20-26-11-20-10-30",
        "x00:1A:2B:3C:4D:5E",
        "550e8400-e29b-41d4-a716-446655440000",
    ],
};

/// The end of the address that begins here.
fn ip(text: &str, at: usize) -> Option<usize> {
    const MOST: usize = 48;
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let first = bytes[at..].iter().take(5).take_while(|b| b.is_ascii_hexdigit()).count();
    let tied = match (bytes.get(at + first), before) {
        (_, Some(b'.')) | (Some(b':'), Some(b':')) => true,
        // Behind one colon a name stands, and behind more the rest of an address.
        (Some(b'.'), Some(b':')) => {
            let rest = bytes[..at].iter().rev().take(6).skip(1);
            let mut rest = rest.skip_while(|b| b.is_ascii_hexdigit());
            rest.next() == Some(&b':')
        }
        (Some(b'.' | b':'), _) => false,
        _ => true,
    };
    if tied {
        return None;
    }
    let sign = |b: &&u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
    let length = bytes[at..].iter().take(MOST).take_while(sign).count();
    let run = text.get(at..at + length)?;
    if length == MOST {
        return None;
    }
    let name = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let v6 = run.contains("::") || run.matches(':').count() > 2;
    let trimmed = run.trim_end_matches('.');
    let trimmed = match trimmed.strip_suffix(':') {
        Some(rest) if !rest.ends_with(':') => rest,
        _ => trimmed,
    };
    if v6 {
        let end = at + trimmed.len();
        let ends = !name(end) && is_v6(trimmed) && !is_subscript(&bytes[..at]);
        return ends.then(|| end + zone(&bytes[end..]));
    }
    let octets = trimmed.split(':').next()?;
    let end = at + octets.len();
    let product = match before {
        Some(b'-') => at >= 2 && bytes[at - 2].is_ascii_alphabetic(),
        Some(b'/') => {
            let word =
                bytes[..at - 1].iter().rev().take(32).take_while(|b| b.is_ascii_alphanumeric());
            word.last().is_some_and(u8::is_ascii_uppercase)
        }
        _ => false,
    };
    let goes_on = name(end)
        || (bytes.get(end) == Some(&b'-')
            && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic))
        || (bytes.get(end) == Some(&b'.') && name(end + 1));
    (octets.parse::<std::net::Ipv4Addr>().is_ok() && !product && !goes_on).then_some(end)
}

/// An address with a digit in it, which neither a clock nor a path of names shows.
fn is_v6(text: &str) -> bool {
    let mut groups = text.split(':');
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    let told = text.starts_with("::")
        || text.len() > 5
        || groups.next().is_some_and(|first| first.bytes().any(|b| b.is_ascii_digit()));
    let whole = text.contains("::") || text.split(':').any(|group| group.len() > 2);
    digit && told && whole && text.parse::<Ipv6Addr>().is_ok()
}

/// Whether a bracket behind a name stands last.
fn is_subscript(before: &[u8]) -> bool {
    matches!(before, [.., name, b'['] if name.is_ascii_alphanumeric() || matches!(name, b'_' | b')' | b']'))
}

fn zone(rest: &[u8]) -> usize {
    let name = rest.iter().skip(1).take(16).take_while(|b| b.is_ascii_alphanumeric()).count();
    if rest.first() == Some(&b'%') && name > 0 { 1 + name } else { 0 }
}

/// The end of the address that begins here.
fn mac(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let (sign, size) = match (bytes.get(at + 2), bytes.get(at + 4)) {
        (Some(sign @ (b':' | b'-')), _) => (*sign, 2),
        (_, Some(b'.')) => (b'.', 4),
        _ => return None,
    };
    let mut end = at;
    // One group more than there may be.
    for group in 0..9 {
        let start = if group == 0 { at } else { end + 1 };
        let parted = group == 0 || bytes.get(end) == Some(&sign);
        if !(parted && (start..start + size).all(hex)) {
            break;
        }
        end = start + size;
    }
    let groups = (end - at + 1) / (size + 1);
    let shown = &bytes[at..end];
    let letter = shown.iter().any(u8::is_ascii_alphabetic);
    let alike = shown.chunks(size + 1).all(|group| group[..size] == shown[..size]);
    let right = match sign {
        b'.' => matches!(groups, 3 | 4) && (letter || shown.starts_with(b"00")),
        b'-' => matches!(groups, 6 | 8) && letter,
        _ => matches!(groups, 6 | 8),
    };
    let tied = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let after = tied(end) || (bytes.get(end) == Some(&sign) && tied(end + 1));
    let before = at >= 2 && matches!(bytes[at - 1], b':' | b'-' | b'.') && hex(at - 2);
    (right && !alike && !after && !before).then_some(end)
}
