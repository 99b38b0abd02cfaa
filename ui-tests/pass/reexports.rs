//! A tool is one name: imports, renames and globs carry all of it.

/// Invoices: [`billing::refund`] is the function, and [`verify`] too.
pub mod billing {
    /// Refunds.
    pub mod refunds {
        /// Refunds.
        #[doorman_axum::expose(post = "/refund", scopes = ["a"], destructive)]
        pub async fn refund() {}

        /// Checks.
        #[doorman::expose(public, read_only)]
        pub fn check() {}
    }

    pub use refunds::refund;
}

pub use billing::refunds::check as verify;

/// Everything.
pub mod all {
    pub use super::billing::*;
}

#[test]
fn every_path_leads_to_the_tool() {
    use billing::refund as pay_back;
    assert_eq!(doorman_axum::tools![pay_back].with_state(()).len(), 1);
    assert_eq!(doorman_axum::tools![all::refund].with_state(()).len(), 1);
    assert_eq!(doorman_axum::tools![billing::refunds::refund,].with_state(()).len(), 1);
    assert_eq!(doorman::tools![verify].with_state(()).len(), 1);
}
