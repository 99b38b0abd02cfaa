//! What a tool is: the facts that the attribute wrote down, checked, and its schemas.

mod hidden;
mod mirrored;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use serde_json::json;

pub(crate) use self::hidden::{hidden_in, is_hidden};
use self::{hidden::hidden_in_members, mirrored::mirrored};
use crate::{
    error::Error,
    rate::{self, Counts, Rate},
    schema::{Arguments, Object, Output},
    scope::Scope,
    units::Units,
    validate::Compiled,
};

/// Who may call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Everyone, also callers that are not verified.
    Public,
    /// Verified callers that hold every one of these scopes.
    Scopes(&'static [&'static str]),
}

/// What a call does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing is changed.
    ReadOnly,
    /// The author says, with a reason, that nothing is changed or things are only added.
    Additive {
        /// Why the author says so.
        reason: &'static str,
    },
    /// Things are changed or removed.
    Destructive,
}

/// What `#[expose(…)]` says of a tool.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    name: &'static str,
    access: Access,
    effect: Effect,
    title: &'static str,
    description: &'static str,
    idempotent: bool,
    open_world: bool,
    timeout: Duration,
    rate: &'static str,
    cost: f64,
    redact: &'static [&'static str],
}

impl Facts {
    /// The least that must be said; nothing is open by default.
    #[must_use]
    pub const fn new(name: &'static str, access: Access, effect: Effect) -> Self {
        Self {
            name,
            access,
            effect,
            title: "",
            description: "",
            idempotent: false,
            open_world: true,
            timeout: Duration::from_secs(30),
            rate: "",
            cost: 1.0,
            redact: &[],
        }
    }

    /// A title for people.
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// What the tool does, for the model.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Whether a second call with the same arguments changes nothing more.
    #[must_use]
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Whether the tool reaches beyond a closed domain.
    #[must_use]
    pub const fn open_world(mut self, open_world: bool) -> Self {
        self.open_world = open_world;
        self
    }

    /// The time after which a call is given up.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often the tool may be called, beside the server's own rates.
    #[must_use]
    pub const fn rate(mut self, rate: &'static str) -> Self {
        self.rate = rate;
        self
    }

    /// The cost units of a call.
    #[must_use]
    pub const fn cost(mut self, cost: f64) -> Self {
        self.cost = cost;
        self
    }

    /// The keys that are masked in this tool's results, beside the server's own.
    #[must_use]
    pub const fn redact(mut self, keys: &'static [&'static str]) -> Self {
        self.redact = keys;
        self
    }

    /// The tool's name; `tools![]` reads it while compiling.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// What is said of a tool, in words that need not be known when the program is compiled.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) name: Cow<'static, str>,
    /// None where everyone may call it.
    pub(crate) scopes: Option<Vec<Cow<'static, str>>>,
    pub(crate) effect: Effect,
    pub(crate) title: Cow<'static, str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) idempotent: bool,
    pub(crate) open_world: bool,
    pub(crate) timeout: Duration,
    pub(crate) rate: Cow<'static, str>,
    pub(crate) cost: f64,
    pub(crate) redact: Vec<Cow<'static, str>>,
}

impl From<Facts> for Said {
    fn from(facts: Facts) -> Self {
        let borrowed = |texts: &'static [&'static str]| {
            texts.iter().copied().map(Cow::Borrowed).collect::<Vec<_>>()
        };
        Self {
            name: facts.name.into(),
            scopes: match facts.access {
                Access::Public => None,
                Access::Scopes(scopes) => Some(borrowed(scopes)),
            },
            effect: facts.effect,
            title: facts.title.into(),
            description: facts.description.into(),
            idempotent: facts.idempotent,
            open_world: facts.open_world,
            timeout: facts.timeout,
            rate: facts.rate.into(),
            cost: facts.cost,
            redact: borrowed(facts.redact),
        }
    }
}

/// A tool as it is published and guarded: facts, scopes and schemas, all checked.
#[derive(Clone)]
pub struct Spec {
    said: Said,
    scopes: Vec<Scope>,
    rates: Vec<Rate>,
    cost: Units,
    input: Arc<Object>,
    output: Option<Output>,
    accepts: Compiled,
    /// Whether clients repeat arguments in headers.
    mirrors: bool,
    /// What answers are held against, once it is known how they are published.
    answers: Option<Compiled>,
}

impl Spec {
    /// Checks what only the built program can see.
    ///
    /// # Errors
    /// [`Error::Tool`] for a malformed name or scope, hidden characters in a text, arguments of one
    /// name, or a schema that cannot be compiled.
    pub fn new(facts: Facts, arguments: Arguments, output: Option<Output>) -> Result<Self, Error> {
        let fail = |problem: String| Error::Tool { tool: visible(facts.name, 64), problem };
        if !is_tool_name(facts.name) {
            return Err(fail("a name is 1 to 64 characters of `A-Z a-z 0-9 _ . -`".into()));
        }
        let input = arguments.finish().map_err(|names| {
            fail(format!(
                "two arguments are named `{}`: rename one of the fields",
                names.join("`, `")
            ))
        })?;
        Self::of(facts.into(), input, output)
    }

    /// Checks what is said, under a name that was checked, with the schema of the arguments.
    pub(crate) fn of(said: Said, input: Object, output: Option<Output>) -> Result<Self, Error> {
        let fail = |problem: String| Error::Tool { tool: said.name.to_string(), problem };
        let scopes = match &said.scopes {
            None => Vec::new(),
            Some(scopes) if scopes.is_empty() => {
                return Err(fail("neither scopes nor `public`: write `scopes = [\"…\"]`".into()));
            }
            Some(scopes) => scopes
                .iter()
                .map(|scope| Scope::parse(scope).map_err(|mistake| fail(mistake.to_string())))
                .collect::<Result<_, _>>()?,
        };
        let rates = match &*said.rate {
            "" => Vec::new(),
            rate => rate::parse(rate, Counts::Calls)
                .map_err(|problem| fail(format!("its `rate` {problem}")))?,
        };
        let cost = Units::from_f64(said.cost)
            .ok_or_else(|| fail("its `cost` is no number from 0 to 1000000000000".into()))?;
        for (what, text) in [("title", &said.title), ("description", &said.description)] {
            if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
                return Err(fail(format!(
                    "its {what} holds the invisible character U+{:04X}: remove it",
                    u32::from(hidden)
                )));
            }
        }
        if output.as_ref().is_some_and(|output| output.too_wide) {
            return Err(fail(
                "its result has integers of 128 bits, which would be rounded: return them as texts"
                    .into(),
            ));
        }
        let schemas = [Some(&input), output.as_ref().map(|output| &output.schema)];
        for (what, schema) in ["arguments", "result"].into_iter().zip(schemas) {
            if let Some(hidden) = schema.and_then(hidden_in_members) {
                return Err(fail(format!(
                    "the schema of its {what} holds the invisible character U+{:04X}: remove it",
                    u32::from(hidden)
                )));
            }
        }
        Ok(Self {
            mirrors: mirrored(&input).map_err(fail)?,
            accepts: Compiled::new(&input).map_err(fail)?,
            said,
            scopes,
            rates,
            cost,
            answers: None,
            input: Arc::new(input),
            output,
        })
    }

    /// Settles how answers are published: `relax` changes the schema to what is sent, knowing whether
    /// answers are wrapped, or names the tool's own redact keys that match nothing in it.
    pub(crate) fn publish_answers(
        &mut self,
        relax: impl FnOnce(&mut Object, bool) -> Result<(), Vec<String>>,
    ) -> Result<(), Error> {
        let fail = |problem: String| Error::Tool { tool: self.said.name.to_string(), problem };
        let Some(output) = &mut self.output else { return Ok(()) };
        relax(&mut output.schema, output.wrapped).map_err(|keys| {
            fail(format!(
                "its `redact` names `{}`, and its result has no such key: name one that it has",
                keys.join("`, `")
            ))
        })?;
        self.answers = Some(Compiled::new(&output.schema).map_err(fail)?);
        Ok(())
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.said.name
    }

    /// The title, where there is one.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        Some(self.said.title.trim()).filter(|title| !title.is_empty())
    }

    /// The description, where there is one.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        Some(self.said.description.trim()).filter(|description| !description.is_empty())
    }

    /// Every scope that a caller needs; none for a public tool.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// What a call does to the world.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.said.effect
    }

    /// Whether a second call with the same arguments changes nothing more.
    #[must_use]
    pub fn idempotent(&self) -> bool {
        self.said.idempotent
    }

    /// Whether the tool reaches beyond a closed domain.
    #[must_use]
    pub fn open_world(&self) -> bool {
        self.said.open_world
    }

    /// The time after which a call is given up.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.said.timeout
    }

    /// The cost units of a call.
    #[must_use]
    pub fn cost(&self) -> Units {
        self.cost
    }

    /// The tool's own keys to mask, beside those of the server.
    pub(crate) fn redact(&self) -> &[Cow<'static, str>] {
        &self.said.redact
    }

    /// The tool's own rates, beside those of the server.
    pub(crate) fn rates(&self) -> &[Rate] {
        &self.rates
    }

    /// The published schema of the arguments: a closed object.
    #[must_use]
    pub fn input(&self) -> &Arc<Object> {
        &self.input
    }

    /// Whether clients repeat arguments in headers, which are held against them (MCP 2026-07-28).
    pub(crate) fn mirrors(&self) -> bool {
        self.mirrors
    }

    /// The published schema of structured answers; none where the answer is text.
    #[must_use]
    pub fn output(&self) -> Option<&Output> {
        self.output.as_ref()
    }

    pub(crate) fn is_destructive(&self) -> bool {
        self.said.effect == Effect::Destructive
    }

    /// What the published arguments are called.
    pub(crate) fn properties(&self) -> Option<&Object> {
        self.input.get("properties")?.as_object()
    }

    /// Whether an argument is an integer and nothing else.
    pub(crate) fn is_integer(&self, argument: &str) -> bool {
        let kind = self.properties().and_then(|properties| properties.get(argument)?.get("type"));
        kind.is_some_and(|kind| kind == "integer" || *kind == json!(["integer", "null"]))
    }

    pub(crate) fn accepts(&self) -> &Compiled {
        &self.accepts
    }

    pub(crate) fn answers(&self) -> Option<&Compiled> {
        self.answers.as_ref()
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec")
            .field("name", &self.said.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// 1 to 64 of `A-Za-z0-9_.-`: valid under every revision of the specification.
pub(crate) fn is_tool_name(name: &str) -> bool {
    matches!(name.len(), 1..=64)
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// A name from outside as it may stand in a record: tool-name characters only, cut.
pub(crate) fn visible(name: &str, most: usize) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '?' })
        .take(most)
        .collect()
}
