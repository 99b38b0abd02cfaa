//! The runtime under another path.

/// A facade.
pub mod facade {
    pub use doorman as core_of_doorman;
    pub use doorman_axum as mcp;
}

/// Adds.
#[facade::core_of_doorman::expose(public, read_only, crate = crate::renamed_runtime::facade::core_of_doorman)]
#[must_use]
pub fn add(_: doorman::Principal, a: i64, b: i64) -> i64 {
    a + b
}

/// Echoes.
#[facade::mcp::expose(post = "/echo", scopes = ["a"], destructive, crate = facade::mcp)]
pub async fn echo(body: axum::Json<u64>) -> axum::Json<u64> {
    body
}

#[test]
fn both_are_tools() {
    assert_eq!(facade::core_of_doorman::tools![add].with_state(()).len(), 1);
    assert_eq!(facade::mcp::tools![echo].with_state(()).len(), 1);
}
