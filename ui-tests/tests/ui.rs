//! What `#[expose]` refuses, in the words that a user reads. `TRYBUILD=overwrite` rewrites the files;
//! read each of them as a user would before it is committed.
#![expect(clippy::unwrap_used, reason = "this is a test, if one that clippy does not know for one")]

use std::{path::Path, process::Command};

#[test]
fn every_mistake_is_told_at_its_place_with_what_to_write() {
    let cases = trybuild::TestCases::new();
    let fail = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    for topic in std::fs::read_dir(fail).unwrap().map(|topic| topic.unwrap().file_name()) {
        let topic = topic.into_string().unwrap();
        // The words of rustc itself change with its version.
        if topic != "types" || rustc_is("1.95.") {
            cases.compile_fail(format!("fail/{topic}/*.rs"));
        }
    }
}

fn rustc_is(version: &str) -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let said = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8_lossy(&said.stdout).starts_with(&format!("rustc {version}"))
}
