//! The hidden type is as visible as the function.

/// Tools.
pub mod tools {
    /// Seen by all.
    #[doorman::expose(public, read_only)]
    pub fn everywhere() {}

    /// Seen in this crate.
    #[doorman::expose(public, read_only)]
    pub(crate) fn in_crate() {}

    /// Seen above.
    #[doorman::expose(public, read_only, tool = AboveTool)]
    pub(super) fn above() {}

    /// Seen along a path.
    #[doorman::expose(public, read_only)]
    pub(in crate::visibility) fn along() {}

    /// Seen here.
    #[doorman::expose(public, read_only)]
    fn here() {}

    /// Lists what is seen here only.
    #[must_use]
    pub fn own() -> usize {
        doorman::tools![here].with_state(()).len()
    }
}

/// Lists what is seen here.
#[must_use]
pub fn listed() -> usize {
    use tools::{AboveTool, above, along, everywhere, in_crate};
    above();
    doorman::tools![everywhere, in_crate, AboveTool, along].with_state(()).len()
}

#[test]
fn each_is_reached_from_where_it_is_seen() {
    assert_eq!((listed(), tools::own()), (4, 1));
}
