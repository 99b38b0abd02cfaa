//! What the pages in `docs` show is what is compiled and run here; the other blocks are doctests of
//! `doorman_axum`.

#[expect(dead_code, reason = "its server is tried by its own tests")]
mod notes;

const GETTING_STARTED: &str = include_str!("../docs/getting-started.md");
const NOTES: &str = include_str!("pages/notes.rs");

/// The blocks of a page that begin with this line.
fn blocks<'a>(page: &'a str, begin: &'a str) -> impl Iterator<Item = &'a str> {
    let blocks = page.split("\n```").skip(1).step_by(2);
    blocks.filter_map(move |block| block.strip_prefix(begin)?.strip_prefix('\n'))
}

#[test]
fn the_program_of_getting_started_is_the_one_that_is_tested() {
    let shown: Vec<_> = blocks(GETTING_STARTED, "rust,no_run")
        .chain(blocks(GETTING_STARTED, "rust,ignore"))
        .collect();
    assert_eq!(shown.len(), 2);
    for block in shown {
        assert!(NOTES.contains(block), "tests/pages/notes.rs differs from: {block}");
    }
}
