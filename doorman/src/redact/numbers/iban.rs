//! International bank account numbers (ISO 13616).

use super::{Hit, Kind};

/// The length of an IBAN in each country that has them.
const IBANS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29\
ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20\
LU20LV21LY25MA28MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18\
IR26SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30\
AO25BF28BJ28CF27CG27CI28CM27CV25DZ26GA27GQ27GW25KM27MG27ML28MZ25NE28SN28TD27TG28";

/// The length for each two letters; 0 where no country has them.
static LENGTHS: [u8; 26 * 26] = {
    let (mut table, mut at, ibans) = ([0; 26 * 26], 0, IBANS.as_bytes());
    while at < ibans.len() {
        let country = (ibans[at] - b'A') as usize * 26 + (ibans[at + 1] - b'A') as usize;
        table[country] = (ibans[at + 2] - b'0') * 10 + ibans[at + 3] - b'0';
        at += 4;
    }
    table
};

/// The IBAN whose check digits begin here.
pub(super) fn iban_at(bytes: &[u8], digits: usize) -> Option<Hit> {
    let start = digits.checked_sub(2)?;
    let head = bytes[start].is_ascii_alphabetic()
        && bytes[start + 1].is_ascii_alphabetic()
        && bytes.get(digits + 1).is_some_and(u8::is_ascii_digit)
        && (!start.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric())
            || bytes[..start].ends_with(b"IBAN"));
    let end = head.then(|| iban(&bytes[start..]))??;
    Some(Hit { start, end: start + end, kind: Kind::Iban })
}

/// The end of the IBAN that a text begins with, checked modulo 97.
fn iban(bytes: &[u8]) -> Option<usize> {
    let letter = |at: usize| usize::from(bytes[at].to_ascii_uppercase() - b'A');
    let length = usize::from(LENGTHS[letter(0) * 26 + letter(1)]);
    if length == 0 {
        return None;
    }
    let (mut end, mut count, mut signs) = (0, 0, [0; 34]);
    while count < length {
        match *bytes.get(end)? {
            b if b.is_ascii_alphanumeric() => {
                signs[count] = b.to_ascii_uppercase();
                count += 1;
            }
            b' ' | b'-' if bytes[end - 1].is_ascii_alphanumeric() => {}
            _ => return None,
        }
        end += 1;
    }
    let written = &bytes[..end];
    let mixed =
        written.iter().any(u8::is_ascii_lowercase) && written.iter().any(u8::is_ascii_uppercase);
    if mixed || bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let moved = signs[4..length].iter().chain(&signs[..4]);
    let rest = moved.fold(0u32, |rest, sign| match sign {
        b'0'..=b'9' => (rest * 10 + u32::from(sign - b'0')) % 97,
        _ => (rest * 100 + u32::from(sign - b'A' + 10)) % 97,
    });
    (rest == 1).then_some(end)
}
