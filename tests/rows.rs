//! What MCP and its RFCs ask of a resource server, row by row under the numbers that this project gave
//! them: each test shows its row and no more. A23 is in `resource_server.rs`, A27 in `gate.rs` of
//! `doorman-axum`.

mod callers;
mod challenges;

const METADATA: &str =
    r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp""#;
/// What `billing` tells a client without a token to ask for.
const FIRST: &str = r#"scope="invoices:read", "#;
