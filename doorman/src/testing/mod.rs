//! Tools tried without a server: as any caller, at any time, through the same guard. For tests of programs
//! that use doorman; behind the feature `testing`.
//!
//! ```
//! use doorman::{Doorman, expose, testing::{Agent, answers, matrix, refuses}, tools};
//! use serde_json::json;
//!
//! /// Adds two numbers.
//! #[expose(scopes = ["math:add"], read_only)]
//! fn add(a: i64, b: i64) -> i64 {
//!     a + b
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let doorman = Doorman::builder("calculator").tools(tools![add].with_state(())).build()?;
//!
//! let alice = Agent::new(&doorman, "alice").scopes("math:add")?;
//! assert_eq!(answers!(alice.call("add", json!({ "a": 1, "b": 2 })).await), json!({ "result": 3 }));
//!
//! let bob = Agent::new(&doorman, "bob").scopes("math:read")?;
//! refuses!(bob.call("add", json!({ "a": 1, "b": 2 })).await, "forbidden:scope");
//!
//! let report = matrix(&doorman).await;
//! assert!(report.is_clean(), "{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod agent;
mod matrix;
mod outcome;
mod report;
mod sample;

pub use self::{
    agent::Agent,
    matrix::{Matrix, matrix},
    outcome::Outcome,
    report::{Report, Try},
};
pub use crate::__answers as answers;
pub use crate::__refuses as refuses;

/// The answer of an [`Outcome`] as JSON; panics where the call was refused, and says why.
#[doc(hidden)]
#[macro_export]
macro_rules! __answers {
    ($outcome:expr) => {{
        let outcome: $crate::testing::Outcome = $outcome;
        assert!(
            outcome.is_answered(),
            "the call was refused: {}: {}",
            outcome.reason(),
            outcome.text()
        );
        let answer = outcome.into_value();
        answer
    }};
}

/// Panics where the call of an [`Outcome`] was answered, or refused for another reason than the one named.
#[doc(hidden)]
#[macro_export]
macro_rules! __refuses {
    ($outcome:expr, $reason:expr) => {{
        let outcome: $crate::testing::Outcome = $outcome;
        assert_eq!(outcome.reason(), $reason, "this is how the call ended");
    }};
}
