//! `tool = RefundTool`, where the function's name is taken among the types.

/// A module of the same name as its function.
pub mod refund {
    use axum::Json;

    /// A type of the same name as the function.
    #[allow(non_camel_case_types, reason = "it is there to be in the way")]
    #[derive(Debug)]
    #[non_exhaustive]
    pub struct refund;

    /// Refunds.
    #[doorman_axum::expose(post = "/refund", scopes = ["a"], destructive, tool = RefundTool)]
    pub async fn refund_all(body: Json<u64>) -> Json<u64> {
        body
    }
}

pub use refund::{RefundTool, refund_all as refund};

/// Adds.
#[doorman::expose(public, read_only, tool = AddTool)]
#[must_use]
pub fn add(left: i64, right: i64) -> i64 {
    left + right
}

#[test]
fn the_type_leads_to_the_function() {
    use doorman::private::Function;
    assert_eq!(<AddTool as Function>::FACTS.name(), "add");
    assert_eq!(doorman::tools![AddTool].with_state(()).len(), 1);
    assert_eq!(doorman_axum::tools![RefundTool].with_state(()).len(), 1);
    assert_eq!(add(1, 2), 3);
}
