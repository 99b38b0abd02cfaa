//! What `docs/threats.md` names is there: tests, files, assets, boundaries and sources.

use std::{collections::BTreeSet, fs, path::Path};

const PAGE: &str = include_str!("../docs/threats.md");
const THREATS: &str =
    "| id | asset | boundary | threat | what doorman does | test | not protected |";
const BOUNDARIES: &str = "| boundary | between | who guards it |";
const ASSETS: &str = "| asset | is |";

/// The rows of the table that begins with this line, cell by cell.
fn table<'a>(page: &'a str, head: &'a str) -> Vec<Vec<&'a str>> {
    let lines = page.lines().skip_while(|line| *line != head).skip(2);
    let cells = |row: &'a str| row.trim_matches('|').split('|').map(str::trim).collect();
    lines.take_while(|line| line.starts_with('|')).map(cells).collect()
}

/// What stands between backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What stands between brackets.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| Some(rest.split_once(']')?.0))
}

/// Whether a Rust file holds a test of this name.
fn holds(source: &str, test: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let named = |line: &str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ").is_some_and(|line| line.starts_with(&format!("{test}(")))
    };
    lines.iter().enumerate().filter(|(_, line)| named(line)).any(|(place, _)| {
        let mut above = lines[..place].iter().rev().take_while(|line| line.starts_with("#["));
        above.any(|line| *line == "#[test]" || line.starts_with("#[tokio::test"))
    })
}

/// Whether a file or folder is there, and the test in it that `::` leads to.
fn exists(named: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let Some((file, test)) = named.split_once("::") else { return root.join(named).exists() };
    fs::read_to_string(root.join(file)).is_ok_and(|source| holds(&source, test))
}

/// What is wrong with a page, a sentence each.
fn mistakes(page: &str) -> Vec<String> {
    let mut mistakes = Vec::new();
    let first = |head| table(page, head).iter().map(|row| row[0]).collect::<BTreeSet<_>>();
    let (assets, boundaries) = (first(ASSETS), first(BOUNDARIES));
    let threats = table(page, THREATS);
    for (row, number) in threats.iter().zip(1..) {
        let [id, asset, boundary, _, _, tests, _] = row.as_slice() else {
            mistakes.push(format!("row {number} has {} cells", row.len()));
            continue;
        };
        if row.iter().any(|cell| ["", "–", "-"].contains(cell)) {
            mistakes.push(format!("{id} has an empty cell"));
        }
        if *id != format!("T{number}") {
            mistakes.push(format!("row {number} is called {id}"));
        }
        if !assets.contains(asset) || !boundaries.contains(boundary) {
            mistakes.push(format!("{id}: {asset} or {boundary} is explained nowhere"));
        }
        if code(tests).next().is_none() {
            mistakes.push(format!("{id} names no test"));
        }
        let missing = code(tests).filter(|named| !exists(named));
        mistakes.extend(missing.map(|named| format!("{id}: there is no {named}")));
    }
    let guards = table(page, BOUNDARIES).into_iter().flat_map(|row| code(row[2]));
    mistakes
        .extend(guards.filter(|named| !exists(named)).map(|named| format!("there is no {named}")));
    let numbers = (1..=10).map(|number| format!("MCP{number:02}"));
    let threat = |number: &String| threats.iter().any(|row| row[3].starts_with(&**number));
    mistakes.extend(numbers.filter(|number| !threat(number)));
    mistakes.extend(sources(page));
    mistakes
}

/// Every identifier is a link, every link leads somewhere, and nothing else does.
fn sources(page: &str) -> Vec<String> {
    let (said, told) = page.split_at(page.find("\n[owasp]: ").unwrap_or(page.len()));
    let defined: BTreeSet<&str> =
        told.lines().filter(|line| line.contains("]: https://")).flat_map(linked).collect();
    // What has blanks is the text of a link, and its name follows.
    let used: BTreeSet<&str> = linked(said).filter(|name| !name.contains(' ')).collect();
    let words = said.split(|c: char| !c.is_alphanumeric() && c != '-');
    let bare = words.filter(|word| ["CVE-", "GHSA-"].iter().any(|kind| word.starts_with(kind)));
    let unlinked = bare.filter(|word| !used.contains(word));
    let alone = used.symmetric_difference(&defined).copied();
    unlinked.chain(alone).map(|name| format!("{name} and its source")).collect()
}

#[test]
fn what_the_page_names_is_there() {
    assert_eq!(mistakes(PAGE), Vec::<String>::new());
    assert!(table(PAGE, THREATS).len() > 30);
}

#[test]
fn what_a_page_does_not_keep_is_told() {
    let wrong = |right: &str, wrong: &str| {
        assert!(PAGE.contains(right), "{right}");
        mistakes(&PAGE.replacen(right, wrong, 1)).join("; ")
    };
    let test = "tests/gate.rs::a_body_over_the_limit_is_413";
    assert_eq!(
        wrong(test, "tests/gate.rs::a_body_over"),
        "T37: there is no tests/gate.rs::a_body_over"
    );
    assert_eq!(wrong(test, "tests/gate.rs::request"), "T37: there is no tests/gate.rs::request");
    assert_eq!(
        wrong("`doorman-axum/src/gate.rs`", "`doorman-axum/src/gates.rs`"),
        "there is no doorman-axum/src/gates.rs"
    );
    assert_eq!(wrong("| T2 | actions |", "| T2 |"), "row 2 has 6 cells");
    assert_eq!(wrong("| T2 | actions |", "| T3 | actions |"), "row 2 is called T3");
    assert_eq!(
        wrong("| T2 | actions |", "| T2 | gold |"),
        "T2: gold or endpoint is explained nowhere"
    );
    assert_eq!(wrong("routes that the application adds itself", ""), "T2 has an empty cell");
    assert_eq!(wrong("| MCP04: ", "| "), "MCP04");
    assert_eq!(
        wrong("[CVE-2025-49596], ", "CVE-2025-49596, "),
        "CVE-2025-49596 and its source; CVE-2025-49596 and its source"
    );
    assert_eq!(
        wrong("\n[CVE-2025-49596]: https", "\nCVE-2025-49596 https"),
        "CVE-2025-49596 and its source"
    );
}
