//! What redaction costs, beside what other ways of reading the same bytes cost.
//!
//!     cargo bench -p doorman-benches --bench redact
//!
//! `copy`, `memchr` (every quote), `serde_json` (to a `Value` and back), `regex` (one alternation of ten
//! patterns), `naive` (a walk over the `Value` with one regex a kind), `doorman`. Throughput is of the input.

use std::{fmt::Write as _, fs, hint::black_box, process::Command, time::Duration};

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use doorman::Redactor;
use regex::Regex;
use serde_json::Value;

const SIZES: [(&str, usize); 3] = [("1 KB", 1_000), ("100 KB", 100_000), ("1 MB", 1_000_000)];

/// Email, phone, SSN, card, IBAN, JWT, AWS, GitHub, bearer, URL with credentials.
const PATTERNS: [&str; 10] = [
    r"[\w.+-]+@[\w-]+\.[\w.]+",
    r"\+?\d[\d ().-]{7,}\d",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b(?:\d[ -]?){13,19}\b",
    r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
    r"\beyJ[\w-]+\.[\w-]+\.[\w-]+\b",
    r"\bAKIA[A-Z0-9]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    r"(?i)bearer [\w.~+/-]+=*",
    r"\w+://[^\s:@/]+:[^\s:@/]+@",
];

/// Numbers that are the same at every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// Repeats records, each with a comma behind it, up to a size; a JSON array.
fn array(size: usize, record: impl Fn(&mut Numbers) -> String) -> Vec<u8> {
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
fn nothing_to_hide(numbers: &mut Numbers) -> String {
    format!(
        r#"{{"line":{},"title":"a box of {} screws","status":"shipped","open":{},"weight":{}.5}}"#,
        numbers.next(1000),
        ["steel", "brass", "small"][usize::try_from(numbers.next(3)).unwrap_or(0)],
        numbers.next(2) == 0,
        numbers.next(90),
    )
}

/// What looks like something and is nothing: times, identifiers, hashes, versions, coordinates.
fn decoys(numbers: &mut Numbers) -> String {
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
fn dense(numbers: &mut Numbers) -> String {
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
fn prose(size: usize) -> Vec<u8> {
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

fn naive(value: &mut Value, patterns: &[Regex]) {
    match value {
        Value::String(text) => {
            for pattern in patterns {
                *text = pattern.replace_all(text, "«redacted»").into_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| naive(item, patterns)),
        Value::Object(members) => members.values_mut().for_each(|member| naive(member, patterns)),
        _ => {}
    }
}

fn compare(group: &mut BenchmarkGroup<'_, WallTime>, input: &[u8]) {
    group.throughput(Throughput::Bytes(input.len() as u64));
    let all = Regex::new(&PATTERNS.join("|")).expect("a pattern");
    let each: Vec<Regex> =
        PATTERNS.iter().map(|pattern| Regex::new(pattern).expect("a pattern")).collect();
    let text = std::str::from_utf8(input).expect("UTF-8");
    let redactor = Redactor::new();
    group.bench_function("copy", |bencher| bencher.iter(|| black_box(input).to_vec()));
    group.bench_function("memchr", |bencher| {
        bencher.iter(|| memchr::memchr_iter(b'"', black_box(input)).count());
    });
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| {
            let value: Value = serde_json::from_slice(black_box(input)).expect("JSON");
            serde_json::to_vec(&value).expect("JSON")
        });
    });
    group.bench_function("regex", |bencher| {
        bencher.iter(|| all.find_iter(black_box(text)).count());
    });
    group.bench_function("naive", |bencher| {
        bencher.iter(|| {
            let mut value: Value = serde_json::from_slice(black_box(input)).expect("JSON");
            naive(&mut value, &each);
            serde_json::to_vec(&value).expect("JSON")
        });
    });
    group.bench_function("doorman", |bencher| {
        bencher.iter(|| black_box(redactor.json(black_box(input)).redactions().total()));
    });
}

fn redaction(criterion: &mut Criterion) {
    let settle = |group: &mut BenchmarkGroup<'_, WallTime>| {
        group.sample_size(10);
        group.warm_up_time(Duration::from_millis(300));
        group.measurement_time(Duration::from_secs(1));
    };
    for (name, size) in SIZES {
        for (kind, input) in [
            ("nothing to hide", array(size, nothing_to_hide)),
            ("decoys", array(size, decoys)),
            ("dense", array(size, dense)),
            ("prose", prose(size)),
        ] {
            let mut group = criterion.benchmark_group(format!("{kind}, {name}"));
            settle(&mut group);
            compare(&mut group, &input);
            group.finish();
        }
    }
    for (name, input) in real() {
        let mut group = criterion.benchmark_group(format!("{name}, {} KB", input.len() / 1000));
        settle(&mut group);
        compare(&mut group, &input);
        group.finish();
    }
}

/// Documents that no bench made: this workspace's metadata, and its lock file and README as JSON strings.
fn real() -> Vec<(&'static str, Vec<u8>)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--format-version", "1"]).current_dir(root);
    let metadata = metadata.output().expect("cargo").stdout;
    let string = |name: &str| {
        let text = fs::read_to_string(format!("{root}/{name}")).expect("a file");
        serde_json::to_vec(&text).expect("a string")
    };
    vec![
        ("cargo metadata", metadata),
        ("Cargo.lock", string("Cargo.lock")),
        ("README.md", string("README.md")),
    ]
}

criterion_group!(benches, redaction);
criterion_main!(benches);
