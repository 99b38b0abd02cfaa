//! Other attributes before and after are kept, in order.

/// Checked by axum, after.
#[doorman_axum::expose(get = "/after", public)]
#[axum::debug_handler]
#[tracing::instrument(skip_all)]
pub async fn after(_headers: axum::http::HeaderMap) -> String {
    "after".into()
}

/// Checked by axum, before.
#[tracing::instrument(skip_all)]
#[axum::debug_handler]
#[doorman_axum::expose(get = "/before", public)]
pub async fn before(_headers: axum::http::HeaderMap) -> String {
    "before".into()
}

/// Attributes that say nothing to doorman.
#[inline]
#[doorman::expose(public, read_only)]
#[must_use = "for its sum"]
#[doc(alias = "plus")]
#[cfg_attr(all(), expect(clippy::many_single_char_names, reason = "it shows that lints stay"))]
pub fn add(#[allow(unused_variables, reason = "it is there")] a: i64, b: i64, c: i64, d: i64, e: i64) -> i64 {
    b + c + d + e
}

#[test]
fn all_are_tools() {
    assert_eq!(doorman_axum::tools![after, before].with_state(()).len(), 2);
    assert_eq!(doorman::tools![add].with_state(()).len(), 1);
}
