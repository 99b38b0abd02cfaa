//! The house: which file may know which. Reads every `crate::` and `super::` path of the sources.

use std::{collections::BTreeSet, fs, path::Path};

/// The files of `doorman`, from what knows most to what knows least; a file may know those behind it.
/// Within one row none knows another.
const DOORMAN: &[&[&str]] = &[
    &["lib"],
    &["private", "measure"],
    &["server", "builder", "testing", "door"],
    &["doorman"],
    &["config"],
    &["auth", "guard"],
    &["authorize", "audit", "limits", "redact"],
    &["function"],
    &["tool", "signature"],
    &["call", "uri", "sessions"],
    &["spec"],
    &["principal", "validate", "rate", "json"],
    &["schema"],
    &["error", "bucket"],
    &["scope", "distinct", "units"],
];

const AXUM: &[&[&str]] = &[
    &["lib"],
    &["private"],
    &["mount"],
    &["gate"],
    &["protocol"],
    &["door"],
    &["tools"],
    &["dispatch", "bind", "probe", "admission"],
    &["extract", "reply", "caller", "forward"],
    &["path", "dev_issuer", "aim", "pieces"],
];

const MACROS: &[&[&str]] =
    &[&["lib"], &["expand"], &["check"], &["tool"], &["args", "handler", "doc"], &["errors"]];

#[test]
fn arrows_point_down_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (folder, rows) in [("doorman", DOORMAN), ("doorman-axum", AXUM), ("doorman-macros", MACROS)]
    {
        let mut seen = BTreeSet::new();
        for (file, in_folder, text) in sources(&root.join(folder).join("src"), "") {
            let row = |name: &str| rows.iter().position(|row| row.contains(&name));
            let own = row(&file)
                .unwrap_or_else(|| panic!("{folder}: give `{file}` a place in this test"));
            seen.insert(file.clone());
            // `super` leads from a folder's file to its own folder, and nowhere else.
            let above = if in_folder { "super::super" } else { "super::" };
            assert!(!code(&text).contains(above), "{folder}: `{file}` reaches up by `{above}`");
            for known in paths(&text) {
                if known == file {
                    continue;
                }
                let place = row(&known).unwrap_or_else(|| {
                    panic!("{folder}: `{file}` names `{known}`, which is no file")
                });
                assert!(place > own, "{folder}: `{file}` may not know `{known}`");
            }
        }
        let named: BTreeSet<String> =
            rows.iter().flat_map(|row| row.iter().map(ToString::to_string)).collect();
        assert_eq!(seen, named, "{folder}: this test names exactly the files that are there");
    }
}

#[test]
fn one_place_of_each_crate_touches_rmcp() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (folder, only) in [("doorman", "server"), ("doorman-axum", "protocol")] {
        let mut known = false;
        for (file, _, text) in sources(&root.join(folder).join("src"), "") {
            let touches = text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains("rmcp::"));
            assert!(!touches || file == only, "{folder}: {file}");
            known |= touches;
        }
        assert!(known, "{folder}: `{only}` is where rmcp is");
    }
}

/// Every source but tests, with the name of its file, or of the folder that it is in, and whether it is
/// in one.
fn sources(folder: &Path, within: &str) -> Vec<(String, bool, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if stem == "tests" {
            continue;
        }
        let name = if within.is_empty() { stem } else { within.to_owned() };
        if path.is_dir() {
            found.extend(sources(&path, &name));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((name, !within.is_empty(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// A source without comments and tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The files that `crate::…` paths lead to, outside of tests and of what macros give to users.
fn paths(text: &str) -> BTreeSet<String> {
    let text = code(text);
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at]
            .ends_with(|before: char| before == '$' || before == '_' || before.is_alphanumeric())
        {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            found.extend(first_names(list));
        } else {
            found.extend(word(rest));
        }
    }
    // Macros that are given to users stand above all files.
    found.retain(|name| !name.starts_with("__"));
    found
}

/// The first name of each entry of `a::b, c::{d, e}, …}`.
fn first_names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && c.is_alphabetic() => {
                names.extend(word(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn the_reader_of_paths_reads_them() {
    let text = "use crate::{\n    a::{b, c},\n    d,\n};\nlet x = crate::e::f();\n// crate::g\n$crate::h::i my_crate::k crate::__l\n#[cfg(test)]\nmod tests { use crate::j; }";
    let found: Vec<String> = paths(text).into_iter().collect();
    assert_eq!(found, ["a", "d", "e"]);
}
