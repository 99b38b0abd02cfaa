//! `#[cfg]` on either side of the attribute holds for everything that it makes.

/// Here.
#[cfg(not(any()))]
#[doorman::expose(public, read_only)]
#[cfg_attr(all(), must_use)]
pub fn here() -> String {
    "here".into()
}

/// Not here: its types do not even exist.
#[doorman::expose(public, read_only, tool = Nowhere)]
#[cfg(any())]
pub fn nowhere(_: Missing, name: Missing) -> Missing {
    name
}

/// Not here either.
#[doorman_axum::expose(get = "/nowhere", public)]
#[cfg(any())]
pub async fn no_handler(missing: Missing) -> Missing {
    missing
}

#[test]
fn what_is_there_is_a_tool() {
    assert_eq!(doorman::tools![here].with_state(()).len(), 1);
}
