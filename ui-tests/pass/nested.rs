//! Functions inside of functions.

#[test]
fn a_local_function_is_a_tool() {
    #[derive(Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
    struct Local {
        amount: f64,
    }

    /// Adds.
    #[doorman::expose(public, read_only)]
    fn add(local: Local) -> Local {
        Local { amount: local.amount + 1.0 }
    }

    /// Doubles.
    #[doorman::expose(public, read_only, tool = DoubleTool)]
    async fn double(local: Local) -> Local {
        Local { amount: local.amount * 2.0 }
    }

    /// Echoes.
    #[doorman_axum::expose(post = "/echo", scopes = ["a"], destructive)]
    async fn echo(body: axum::Json<Local>) -> axum::Json<Local> {
        body
    }

    assert_eq!(doorman::tools![add, DoubleTool].with_state(()).len(), 2);
    assert_eq!(doorman_axum::tools![echo].with_state(()).len(), 1);
}
