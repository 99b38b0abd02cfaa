//! What redaction costs, beside what other ways of reading the same bytes cost.
//!
//!     cargo bench -p doorman-benches --bench redact
//!
//! `copy`, `memchr` (every quote), `serde_json` (to a `Value` and back), `regex` (one alternation of ten
//! patterns), `naive` (a walk over the `Value` with one regex a kind), `doorman`. Throughput is of the input.
//! `log` is a text: line by line as `examples/redact.rs --text` reads it, with the spans as `--strings`
//! gives them, and at once.
//!
//!     cargo bench -p doorman-benches --bench redact -- log
//!
//! Instructions a byte, which no neighbour on the machine changes: `benches/instructions`.

mod inputs;

use std::{fmt::Write as _, fs, hint::black_box, process::Command, time::Duration};

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use doorman::Redactor;
use regex::Regex;
use serde_json::Value;

use inputs::{Numbers, documents};

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

/// Lines of a server's log, one in eight with something to hide.
fn log(size: usize) -> String {
    let (mut numbers, mut log) = (Numbers(11), String::new());
    while log.len() < size {
        let _ = write!(
            log,
            "2026-11-{:02}T10:{:02}:07.{:03}Z ",
            numbers.next(28) + 1,
            numbers.next(60),
            numbers.next(1000)
        );
        let id = numbers.next(1 << 32);
        let _ = match numbers.next(8) {
            0 => writeln!(
                log,
                "WARN auth: no such user customer{id}@example.com, password=q{id:x}Zx"
            ),
            1 | 2 => writeln!(log, "INFO http: GET /orders/{id}?page=2 200 in {}ms", id % 900),
            3 => writeln!(log, "ERROR db: connection to 10.0.0.{} was reset, retrying", id % 250),
            4 => writeln!(
                log,
                "DEBUG pool: taken {}, idle {}, commit {id:08x}{id:08x}",
                id % 9,
                id % 7
            ),
            _ => writeln!(log, "INFO worker: shipped a box of steel screws to the northern branch"),
        };
    }
    log
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

fn compare_texts(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    group.throughput(Throughput::Bytes(text.len() as u64));
    let all = Regex::new(&PATTERNS.join("|")).expect("a pattern");
    let redactor = Redactor::new();
    group.bench_function("copy", |bencher| bencher.iter(|| black_box(text).to_owned()));
    group.bench_function("memchr", |bencher| {
        bencher.iter(|| memchr::memchr_iter(b'\n', black_box(text).as_bytes()).count());
    });
    group.bench_function("regex", |bencher| {
        bencher.iter(|| all.replace_all(black_box(text), "«redacted»").len());
    });
    group.bench_function("lines", |bencher| {
        bencher.iter(|| {
            let lines = black_box(text).lines();
            lines.map(|line| redactor.text(line).content().len()).sum::<usize>()
        });
    });
    group.bench_function("lines with spans", |bencher| {
        bencher.iter(|| {
            let lines = black_box(text).lines();
            lines.map(|line| redactor.text(line).spans().len()).sum::<usize>()
        });
    });
    group.bench_function("doorman", |bencher| {
        bencher.iter(|| black_box(redactor.text(black_box(text)).redactions().total()));
    });
}

fn redaction(criterion: &mut Criterion) {
    let settle = |group: &mut BenchmarkGroup<'_, WallTime>| {
        group.sample_size(10);
        group.warm_up_time(Duration::from_millis(300));
        group.measurement_time(Duration::from_secs(1));
    };
    for (name, size) in SIZES {
        for (kind, input) in documents(size) {
            let mut group = criterion.benchmark_group(format!("{kind}, {name}"));
            settle(&mut group);
            compare(&mut group, &input);
            group.finish();
        }
    }
    for (name, size) in SIZES {
        let mut group = criterion.benchmark_group(format!("log, {name}"));
        settle(&mut group);
        compare_texts(&mut group, &log(size));
        group.finish();
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
