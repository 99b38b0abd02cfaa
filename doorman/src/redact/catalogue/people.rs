//! What reaches and names people.

use super::{Context, Detector, Shape, checks};
use crate::redact::Kind;

pub(super) const EMAIL: Detector = Detector {
    name: "email",
    kind: Kind::Email,
    what: "e-mail addresses, also of international names, quoted parts and address literals",
    checks: "a last label of letters that is no name of a file, fewer than two labels of digits",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "⟦ann@example.com⟧",
        "mail to ⟦a.b+c@mail.example.co.uk⟧.",
        "<⟦bob_o-neil@example.org⟧>",
        "mailto:⟦ann@example.com⟧?subject=x",
        "⟦用户@例え.jp⟧",
        "⟦ann%40example.com⟧",
        "⟦ann&#64;example.com⟧",
        "⟦x@[192.168.0.1]⟧",
        "{\"⟦ann@example.com⟧\": 1}",
        "⟦a@b.xn--p1ai⟧",
        "⟦ann＠example.com⟧",
    ],
    left: &[
        "lib@7.1.2.Final",
        "icon@2x.png",
        "a@b",
        "@example.com",
        "user@",
        "git@github.com:org/repo",
        "@scope/pkg@1.0.0",
        "pkg@1.2.3",
        "at 5pm @ the office",
        "a @ b.com",
    ],
};

pub(super) const PHONE: Detector = Detector {
    name: "phone",
    kind: Kind::Phone,
    what: "telephone numbers: with `+` and a calling code, of North America, national ones with 0 in front",
    checks: "calling codes and lengths, areas and exchanges, no date; bare digits only behind a telling word or key",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "⟦+44 20 7946 0958⟧",
        "⟦+14155550100⟧",
        "⟦(415) 555-0100⟧",
        "⟦415-555-0100⟧",
        "⟦1-415-555-0100⟧",
        "⟦020 7946 0958⟧",
        "phone: ⟦5550100⟧",
        "{\"mobile\": \"⟦4155550100⟧\"}",
        "call ⟦415.555.0100⟧ now",
        "⟦+49 30 901820⟧",
    ],
    left: &[
        "2026-11-20",
        "2026-11-20T21:53:00Z",
        "1732139580",
        "1.2.3",
        "order 123456789",
        "+12.3456789",
        "-55.034319, 113.027344",
        "$1,234,567.89",
        "978-3-16-148410-0",
        "12:30:45",
    ],
};

pub(super) const SSN: Detector = Detector {
    name: "ssn",
    kind: Kind::Ssn,
    what: "US social security and taxpayer numbers",
    checks: "three, two and four digits with `-` or a blank between; areas, groups and serials that are given out",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "⟦123-45-6789⟧",
        "SSN ⟦123-45-6789⟧.",
        "⟦123 45 6789⟧",
        "ssn: ⟦123456789⟧",
        "{\"tax\": \"⟦212-34-5678⟧\"}",
        "(⟦001-01-0001⟧)",
        "is ⟦665-12-3456⟧, and",
        "⟦899-99-9999⟧",
        "taxpayer ⟦912-70-1234⟧",
        "social ⟦123456789⟧",
    ],
    left: &[
        "123-45-678",
        "666-12-3456",
        "123-00-4567",
        "123-45-0000",
        "123-456-789",
        "x123-45-6789",
        "123-45-67890",
        "123456789",
        "950-10-1234",
        "1123-45-6789",
    ],
};

pub(super) const BIRTH_DATE: Detector = Detector {
    name: "birth_date",
    kind: Kind::BirthDate,
    what: "dates of birth in figures, or with the month as a word (English)",
    checks: "a day of a year from 1890 on, behind a word like `born`",
    shape: Shape::Read { read: date, alone: false },
    context: Context::Needs(&[
        "born",
        "birth",
        "birthday",
        "birthdate",
        "dob",
        "d o b",
        "bday",
        "geboren",
        "geburtsdatum",
        "naissance",
        "ne le",
        "nacimiento",
        "nascita",
        "nascimento",
        "urodzenia",
    ]),
    hidden: &[
        "born ⟦1980-03-12⟧",
        "DOB: ⟦03/12/1980⟧",
        "date of birth ⟦12.03.1980⟧,",
        "{\"birth_date\": \"⟦1980-03-12⟧\"}",
        "{\"dateOfBirth\": \"⟦19800312⟧\"}",
        "born on ⟦12 March 1980⟧ in Oslo",
        "birthday: ⟦March 12, 1980⟧",
        "geboren am ⟦1.2.1975⟧",
        "dob=⟦1980/03/12⟧",
        "Her birthday is ⟦3 Jan 2001⟧.",
    ],
    left: &[
        "1980-03-12",
        "due 03/12/1980",
        "born 1980-13-32",
        "born in 1980",
        "{\"created\": \"1980-03-12\"}",
        "{\"birth_date\": \"unknown\"}",
        "born 12 things 1980",
        "dob 1700-01-01",
        "birth certificate 12345",
        "born 3.14",
        "birthplace 1.2.3",
    ],
};

/// The end of the date that begins here: three parts, of which one is a year and one may be a month's
/// name.
fn date(text: &str, at: usize) -> Option<usize> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let bytes = text.as_bytes();
    // Eight figures and one part more, so that what is too long shows.
    let (mut signs, mut count, mut end) = ([0; 12], 0, at);
    for part in 0..3 {
        let start = end
            + bytes[end..].iter().take(2).take_while(|b| part > 0 && b"-/., ".contains(b)).count();
        let rest = &bytes[start..];
        let digits = rest.iter().take(9).take_while(|b| b.is_ascii_digit()).count();
        let letters = rest.iter().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
        end = start + digits.max(letters);
        let month = match (digits, letters) {
            (1, _) => [b'0', rest[0]],
            (0, 3..=9) => {
                let month = |month: &&str| month.as_bytes().eq_ignore_ascii_case(&rest[..3]);
                let at = MONTHS.iter().position(month)? + 1;
                if at < 10 { [b'0', b"0123456789"[at]] } else { [b'1', b"012"[at - 10]] }
            }
            (2 | 4, _) => [0; 2],
            (8, _) if part == 0 => [0; 2],
            _ => return None,
        };
        let figures = if month[0] == 0 { &rest[..digits] } else { &month };
        signs[count..count + figures.len()].copy_from_slice(figures);
        count += figures.len();
        if count == 8 && part == 0 {
            break;
        }
        if part < 2 && bytes.get(end).is_none_or(|b| !b"-/., ".contains(b)) {
            return None;
        }
    }
    let tied = bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric() && *b != b'T');
    (count == 8 && !tied && checks::birth_date(&signs[..8])).then_some(end)
}
