//! What became of a call.

use std::fmt;

use serde_json::Value;

use crate::{error::Refusal, guard::Answer};

/// What became of a call. `Debug` shows how it ended and never what was answered.
///
/// ```
/// # use doorman::{Doorman, expose, testing::Agent, tools};
/// # use serde_json::json;
/// # /// Answers.
/// # #[expose(scopes = ["ping:send"], read_only)]
/// # fn ping() -> String { "pong".into() }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
/// # let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
/// let outcome = alice.call("ping", json!({})).await;
/// assert_eq!((outcome.reason(), outcome.text()), ("ok", "pong"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, PartialEq)]
pub struct Outcome {
    reason: &'static str,
    text: String,
    structured: Option<Value>,
}

impl Outcome {
    pub(super) fn answered(mut answer: Answer) -> Self {
        let structured = answer.take_structured();
        let Answer { mut text, blocks, asks, .. } = answer;
        // Of another server's answer, what it says in words.
        for words in blocks.iter().flatten().filter_map(|block| block["text"].as_str()) {
            let line = if text.is_empty() { "" } else { "\n" };
            text.extend([line, words]);
        }
        Self { reason: if asks { "asks" } else { "ok" }, text, structured }
    }

    pub(super) fn at_the_door(reason: &'static str, text: String) -> Self {
        Self { reason, text, structured: None }
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        Self { reason: refusal.reason(), text: refusal.to_string(), structured: None }
    }

    /// How it ended, in the words of the audit record: `ok`, `forbidden:scope`, `rate_limited`, …; and `asks`
    /// where another server asks something before it answers.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
    /// let outcome = alice.call("pong", json!({})).await;
    /// assert_eq!(outcome.reason(), "not_exposed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// Whether the tool answered.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
    /// assert!(alice.call("ping", json!({})).await.is_answered());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.reason == "ok"
    }

    /// What the agent reads: the answer after redaction, or the words of a refusal.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
    /// assert_eq!(alice.call("ping", json!({})).await.text(), "pong");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The answer as JSON after redaction, as it is published: where the tool does not answer with an
    /// object, under `result`. None where the tool answers with text, or refuses.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> u8 { 7 }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
    /// // The tool answers with the number 7.
    /// let outcome = alice.call("ping", json!({})).await;
    /// assert_eq!(outcome.structured(), Some(&json!({ "result": 7 })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn structured(&self) -> Option<&Value> {
        self.structured.as_ref()
    }

    /// The answer as JSON, or its text as a JSON string.
    ///
    /// ```
    /// # use doorman::{Doorman, expose, testing::Agent, tools};
    /// # use serde_json::json;
    /// # /// Answers.
    /// # #[expose(scopes = ["ping:send"], read_only)]
    /// # fn ping() -> String { "pong".into() }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let doorman = Doorman::builder("pings").tools(tools![ping].with_state(())).build()?;
    /// # let alice = Agent::new(&doorman, "alice").scopes("ping:send")?;
    /// assert_eq!(alice.call("ping", json!({})).await.into_value(), "pong");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn into_value(self) -> Value {
        self.structured.unwrap_or(Value::String(self.text))
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").field("reason", &self.reason).finish_non_exhaustive()
    }
}
