//! What the README shows is what the build says.

use std::{fs, path::Path};

const README: &str = include_str!("../README.md");
const QUICKSTART: &str = include_str!("../examples/quickstart.rs");

/// The errors that the README shows, each without its fence.
fn shown() -> Vec<&'static str> {
    README.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_errors_are_those_of_the_build() {
    let mut outputs = String::new();
    let topics = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests/fail");
    for topic in fs::read_dir(topics).unwrap() {
        for file in fs::read_dir(topic.unwrap().path()).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "stderr") {
                outputs += &fs::read_to_string(file).unwrap();
            }
        }
    }
    for error in shown() {
        let words: String = error.split_inclusive('\n').take(2).collect();
        assert!(words.starts_with("error: ") && words.contains("help: "));
        assert!(outputs.contains(&words), "{words}");
    }
    assert_eq!(shown().len(), 2);
}

#[test]
fn the_errors_point_into_the_quickstart_with_one_argument_removed() {
    for (error, removed) in
        shown().into_iter().zip(["    destructive,\n", r#", scopes = ["invoices:read"]"#])
    {
        let (place, source) =
            error.split_once("quickstart.rs:").unwrap().1.split_once("\n   |\n").unwrap();
        let number: usize = place.split(':').next().unwrap().parse().unwrap();
        let (_, source) = source.lines().next().unwrap().split_once(" | ").unwrap();
        assert_eq!(QUICKSTART.matches(removed).count(), 1);
        let without = QUICKSTART.replace(removed, "");
        assert_eq!(without.lines().nth(number - 1), Some(source));
    }
}
