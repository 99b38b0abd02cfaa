//! What a matrix found.

use std::fmt;

/// What was tried on a tool.
///
/// ```
/// # use doorman::{Doorman, expose, testing::{Try, matrix}, tools};
/// # /// Answers.
/// # #[expose(public, read_only)]
/// # fn ping() -> String { "pong".into() }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
/// let report = matrix(&doorman).await;
/// assert!(!report.passed().any(|(_, tried)| tried == Try::OverRate));
/// # Ok::<(), doorman::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Try {
    /// A call over HTTP without a token.
    NoToken,
    /// A call on standard input by nobody.
    Nobody,
    /// A token with a scope that no tool asks for.
    WrongScope,
    /// A token with all scopes of the tool but one.
    MissingScope,
    /// An argument that the tool does not have.
    UnknownArgument,
    /// A call without an argument that the tool needs.
    MissingArgument,
    /// Calls until the rate or the budget is used up.
    OverRate,
}

impl Try {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NoToken => "without a token",
            Self::Nobody => "by nobody on standard input",
            Self::WrongScope => "with a wrong scope",
            Self::MissingScope => "without the scope",
            Self::UnknownArgument => "with an unknown argument",
            Self::MissingArgument => "without the argument",
            Self::OverRate => "over its rate",
        }
    }
}

/// What was tried, and what was not refused.
///
/// ```
/// # use doorman::{Doorman, expose, testing::matrix, tools};
/// # /// Answers.
/// # #[expose(scopes = ["ping:send"], read_only)]
/// # fn ping() -> String { "pong".into() }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
/// let report = matrix(&doorman).await;
/// assert_eq!(report.to_string(), "6 attempts on 1 tool, all refused");
/// # Ok::<(), doorman::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub(super) tools: usize,
    pub(super) tried: usize,
    pub(super) passed: Vec<Finding>,
    pub(super) untried: Vec<Finding>,
    /// The tools that take any argument.
    pub(super) open: Vec<String>,
}

/// An attempt on a tool, and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) tool: String,
    pub(super) tried: Try,
    /// The scope or the argument that it is about.
    pub(super) about: Option<String>,
    pub(super) end: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.tool, self.tried.words())?;
        if let Some(about) = &self.about {
            write!(f, " `{about}`")?;
        }
        write!(f, ": {}", self.end)
    }
}

impl Report {
    /// Whether everything could be tried, and everything was refused as it should be. Unknown arguments are
    /// not tried on the tools of [`open`](Self::open).
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::matrix, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let report = matrix(&doorman).await;
    /// assert!(report.is_clean(), "{report}");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.passed.is_empty() && self.untried.is_empty() && self.tried > 0
    }

    /// How many attempts there were.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::matrix, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// assert!(matrix(&doorman).await.tried() > 0);
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn tried(&self) -> usize {
        self.tried
    }

    /// The tools that did not refuse, or for another reason than they should, and what was tried.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::matrix, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let report = matrix(&doorman).await;
    /// assert_eq!(report.passed().count(), 0, "{report}");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn passed(&self) -> impl Iterator<Item = (&str, Try)> {
        self.passed.iter().map(|finding| (finding.tool.as_str(), finding.tried))
    }

    /// What could not be tried: no arguments could be made up for the tool. Give it some with
    /// [`Matrix::sample`](super::Matrix::sample).
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::matrix, tools};
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// let report = matrix(&doorman).await;
    /// assert_eq!(report.untried().count(), 0, "{report}");
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn untried(&self) -> impl Iterator<Item = (&str, Try)> {
        self.untried.iter().map(|finding| (finding.tool.as_str(), finding.tried))
    }
}

impl Report {
    /// The tools whose schema takes any argument, so that none is unknown.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::matrix, tools};
    /// # /// Answers.
    /// # #[expose(public, read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// assert_eq!(matrix(&doorman).await.open().count(), 0);
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.open.iter().map(String::as_str)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (tried, tools) = (self.tried, self.tools);
        write!(f, "{tried} attempt{} on {tools} tool{}", plural(tried), plural(tools))?;
        if self.is_clean() {
            f.write_str(", all refused")?;
        }
        for tool in &self.open {
            write!(f, "\n  takes any argument: `{tool}`")?;
        }
        for finding in &self.passed {
            write!(f, "\n  not refused as it should be: {finding}")?;
        }
        for finding in &self.untried {
            write!(f, "\n  not tried: {finding}")?;
        }
        Ok(())
    }
}
