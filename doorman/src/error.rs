//! What goes wrong, in two languages: [`Refusal`] is what an agent may hear, [`Error`] what an operator may.

use std::{
    fmt::{self, Write as _},
    time::Duration,
};

use crate::{
    scope::{MalformedScope, Scope},
    units::Units,
};

/// The answer to a call that gave no result: words an agent can act on, and never a value of
/// somebody else's.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No tool of that name.
    NotExposed,
    /// The caller is not verified and the tool needs these scopes.
    Unauthorized {
        /// Every scope that the tool needs.
        required: Vec<Scope>,
    },
    /// The caller is verified and lacks scopes.
    Forbidden {
        /// Every scope that the tool needs.
        required: Vec<Scope>,
        /// Those that the caller does not hold.
        missing: Vec<Scope>,
    },
    /// The arguments do not fit the published schema; one sentence for each mistake, without values.
    InvalidArguments(Vec<String>),
    /// The caller, or everyone together, calls too fast.
    RateLimited {
        /// The call would be admitted then, if nothing else is called meanwhile.
        retry_after: Duration,
    },
    /// Too many attempts of the caller were refused.
    TooManyRefusals {
        /// The caller is heard again then.
        retry_after: Duration,
    },
    /// The call costs more than what remains of the budget.
    BudgetExceeded {
        /// What the call costs.
        cost: Units,
        /// What remains.
        remaining: Units,
        /// The call would be admitted then, if nothing else is called meanwhile.
        retry_after: Duration,
    },
    /// The handler answered that the request cannot be served (4xx or `Err`), in its own words.
    Handler(String),
    /// The handler failed (5xx), and its words stay inside.
    Failed,
    /// The handler panicked.
    Panic,
    /// The handler did not answer within the tool's timeout.
    Timeout,
    /// The result is larger than the limit.
    TooLarge,
    /// The handler's answer is not of the declared shape.
    BadOutput,
    /// The tool of another server asks its caller something, and the client did not say that it can answer.
    CannotBeAsked,
    /// The tool of another server is no longer what was listed.
    Changed,
    /// The caller went away.
    Cancelled,
    /// The audit log is strict and cannot keep the record of the call.
    AuditUnavailable,
}

impl Refusal {
    /// The audit status: `denied`, `rate_limited`, `budget_exceeded`, `error` or `cancelled`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } | Self::Forbidden { .. } => "denied",
            Self::RateLimited { .. } | Self::TooManyRefusals { .. } => "rate_limited",
            Self::BudgetExceeded { .. } => "budget_exceeded",
            Self::Cancelled => "cancelled",
            _ => "error",
        }
    }

    /// The audit reason, a stable word.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotExposed => "not_exposed",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Forbidden { .. } => "forbidden:scope",
            Self::InvalidArguments(_) => "invalid_arguments",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooManyRefusals { .. } => "refusals",
            Self::BudgetExceeded { .. } => "budget_exceeded",
            Self::Handler(_) | Self::Failed => "handler_error",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::BadOutput => "bad_output",
            Self::CannotBeAsked => "cannot_be_asked",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::AuditUnavailable => "audit_unavailable",
        }
    }

    /// The seconds after which trying again makes sense, rounded up so that it is true.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let (Self::RateLimited { retry_after }
        | Self::TooManyRefusals { retry_after }
        | Self::BudgetExceeded { retry_after, .. }) = self
        else {
            return None;
        };
        Some(retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0))
    }

    /// Whether the attempt was refused before the tool ran; a caller has few of them.
    pub(crate) fn is_refused_attempt(&self) -> bool {
        matches!(
            self,
            Self::NotExposed
                | Self::Unauthorized { .. }
                | Self::Forbidden { .. }
                | Self::InvalidArguments(_)
                | Self::RateLimited { .. }
                | Self::BudgetExceeded { .. }
        )
    }

    /// Whether the tool failed, and not the call.
    pub(crate) fn is_failure_of_the_tool(&self) -> bool {
        matches!(self, Self::Failed | Self::Panic | Self::Timeout | Self::Changed)
    }

    /// The scopes that the tool needs and those that the caller lacks; both empty where scopes are
    /// not the matter.
    pub(crate) fn scopes(&self) -> (&[Scope], &[Scope]) {
        match self {
            Self::Unauthorized { required } => (required, required),
            Self::Forbidden { required, missing } => (required, missing),
            _ => (&[], &[]),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retry = RetryAfter(self.retry_after_seconds().unwrap_or(0));
        match self {
            Self::NotExposed => f.write_str("not_exposed: there is no tool of that name"),
            Self::Unauthorized { required } => {
                write!(f, "unauthorized: this tool needs a token with {}", Scopes(required))
            }
            Self::Forbidden { missing, .. } => write!(f, "forbidden: missing {}", Scopes(missing)),
            Self::InvalidArguments(mistakes) => {
                write!(f, "invalid_arguments: {}", mistakes.join("; "))
            }
            Self::RateLimited { .. } => write!(f, "rate_limited: {retry}"),
            Self::TooManyRefusals { .. } => {
                write!(f, "rate_limited: {retry}; too many attempts were refused")
            }
            Self::BudgetExceeded { cost, remaining, .. } => write!(
                f,
                "budget_exceeded: this call costs {cost} and {} remain; {retry}",
                remaining.rounded_down()
            ),
            Self::Handler(text) => f.write_str(text),
            Self::Failed => f.write_str("handler_error: the tool failed; trying again may help"),
            Self::Panic => f.write_str("panic: the tool failed"),
            Self::Timeout => f.write_str("timeout: the tool did not answer in time"),
            Self::TooLarge => f.write_str("too_large: the result is too large; ask for less"),
            Self::BadOutput => f.write_str("bad_output: the tool answered in an undeclared shape"),
            Self::CannotBeAsked => f.write_str(
                "cannot_be_asked: the tool asks something by a form, and the client did not declare `elicitation`",
            ),
            Self::Changed => f.write_str(
                "changed: the tool is no longer what was reviewed, so it is not called",
            ),
            Self::Cancelled => f.write_str("cancelled: the caller went away"),
            Self::AuditUnavailable => f.write_str(
                "audit_unavailable: the audit log cannot be written, so no call is made; try again later",
            ),
        }
    }
}

/// Shows the reason only: a handler's words can hold values.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({})", self.reason())
    }
}

impl std::error::Error for Refusal {}

struct RetryAfter(u64);

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(seconds) = self;
        write!(f, "retry after {seconds} s (retry_after_seconds={seconds})")
    }
}

struct Scopes<'a>(&'a [Scope]);

impl fmt::Display for Scopes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.len() == 1 { "scope" } else { "scopes" })?;
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char(',')?;
            }
            write!(f, " `{scope}`")?;
        }
        Ok(())
    }
}

/// A configuration that doorman refuses to start with.
///
/// ```
/// use doorman::{Doorman, Error};
/// assert!(matches!(Doorman::builder("billing").build(), Err(Error::NoTools)));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that holds what it may not.
    #[error("`{setting}` {problem}; allowed: {allowed}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// What was found, never a secret.
        problem: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// An environment variable that doorman does not know.
    #[error("`{name}` is no setting: {hint}")]
    UnknownVariable {
        /// The variable's name.
        name: String,
        /// The setting that was meant, or all there are.
        hint: String,
    },
    /// A server without tools.
    #[error("no tools: pass a toolset to `.tools(…)`")]
    NoTools,
    /// Two tools of one name.
    #[error("two tools are named `{name}`: rename one with `name = \"…\"`")]
    DuplicateTool {
        /// The name.
        name: String,
    },
    /// A tool that cannot be published.
    #[error("tool `{tool}`: {problem}")]
    Tool {
        /// The tool's name.
        tool: String,
        /// What is wrong, and what to write.
        problem: String,
    },
    /// HTTP without authentication.
    #[error(
        "refusing HTTP without authentication: add `.auth(OAuth::new(…)?)`, or use `Doorman::dev(…)` on a development machine"
    )]
    NoAuth,
    /// Standard input and output that could not be served to their end.
    #[error("serving on standard input and output broke off")]
    Broken,
    /// A scope that RFC 6749 does not allow.
    #[error(transparent)]
    Scope(#[from] MalformedScope),
    /// Several of the above.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Self>),
}

/// The same words: `main` shows an error by its `Debug`, and an operator reads it there.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// One error as itself, several as [`Error::Several`], none as `Ok`.
    pub(crate) fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(Self::Several(errors)),
        }
    }
}
