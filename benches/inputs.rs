//! Inputs of the benches of redaction, the same at every run.

use std::fmt::Write as _;

/// Numbers that are the same at every run.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// Repeats records, each with a comma behind it, up to a size; a JSON array.
pub fn array(size: usize, record: impl Fn(&mut Numbers) -> String) -> Vec<u8> {
    let (mut numbers, mut text) = (Numbers(0x9E37_79B9_7F4A_7C15), String::from("["));
    while text.len() < size {
        text += &record(&mut numbers);
        text.push(',');
    }
    text.pop();
    text.push(']');
    text.into_bytes()
}

/// A list of orders: words, short numbers, true and false.
pub fn nothing_to_hide(numbers: &mut Numbers) -> String {
    format!(
        r#"{{"line":{},"title":"a box of {} screws","status":"shipped","open":{},"weight":{}.5}}"#,
        numbers.next(1000),
        ["steel", "brass", "small"][usize::try_from(numbers.next(3)).unwrap_or(0)],
        numbers.next(2) == 0,
        numbers.next(90),
    )
}

/// What looks like something and is nothing: times, identifiers, hashes, versions, coordinates.
pub fn decoys(numbers: &mut Numbers) -> String {
    format!(
        r#"{{"id":"{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}","at":"2026-11-{:02}T10:{:02}:07.123Z","epoch":17636{:05},"commit":"{:016x}{:016x}{:08x}","version":"{}.{}.{}","place":[{}.{:06},{}.{:06}],"sku":"A-{:06}-{:03}","order":"{:012}"}}"#,
        numbers.next(1 << 32),
        numbers.next(1 << 16),
        numbers.next(1 << 12),
        numbers.next(1 << 12),
        numbers.next(1 << 48),
        numbers.next(28) + 1,
        numbers.next(60),
        numbers.next(100_000),
        numbers.next(u64::MAX),
        numbers.next(u64::MAX),
        numbers.next(1 << 32),
        numbers.next(20),
        numbers.next(20),
        numbers.next(20),
        numbers.next(90),
        numbers.next(1_000_000),
        numbers.next(90),
        numbers.next(1_000_000),
        numbers.next(1_000_000),
        numbers.next(1_000),
        numbers.next(1_000_000_000_000),
    )
}

/// Six secrets a kilobyte.
pub fn dense(numbers: &mut Numbers) -> String {
    format!(
        r#"{{"customer":"Customer {n}","email":"customer{n}@example.com","phone":"+49 30 {p:08}","note":"paid with 4111 1111 1111 1111, call (212) 555-{l:04}","iban":"DE89 3704 0044 0532 0130 00","access_token":"{a:016x}{a:016x}","lines":[{{"text":"Consulting, day {d}","amount":{d}.5}},{{"text":"Travel to the northern branch and back","amount":12}}],"remarks":"{w}"}}"#,
        n = numbers.next(100_000),
        p = numbers.next(100_000_000),
        l = numbers.next(10_000),
        a = numbers.next(u64::MAX),
        d = numbers.next(90) + 1,
        w = "nothing of interest was said about this order by anybody. ".repeat(9),
    )
}

/// One string of sentences.
pub fn prose(size: usize) -> Vec<u8> {
    const SENTENCES: [&str; 4] = [
        "The harbour was quiet when the first boats came in, and nobody had expected them so early.",
        "She had read the letter twice before she put it back into the drawer.",
        "On the third day it began to rain, slowly at first, then so hard that the roads were closed.",
        "There are things that one learns only by doing them badly for a long time.",
    ];
    let (mut numbers, mut text) = (Numbers(7), String::from("\""));
    while text.len() < size {
        let _ = write!(text, "{} ", SENTENCES[usize::try_from(numbers.next(4)).unwrap_or(0)]);
    }
    text.push('"');
    text.into_bytes()
}

/// The four kinds of documents, of a size.
pub fn documents(size: usize) -> [(&'static str, Vec<u8>); 4] {
    [
        ("nothing to hide", array(size, nothing_to_hide)),
        ("decoys", array(size, decoys)),
        ("dense", array(size, dense)),
        ("prose", prose(size)),
    ]
}
