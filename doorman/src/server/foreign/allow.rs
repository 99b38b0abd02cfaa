//! What the program says of one thing of another server's.

use std::{borrow::Cow, time::Duration};

use crate::{
    call::Kinds,
    spec::{Effect, Said},
};

/// Who may use a thing of another server's, and within which limits: the words of `#[expose]`.
///
/// ```
/// use std::time::Duration;
///
/// use doorman::Allow;
///
/// let allow = Allow::scopes(["notes:write"])
///     .destructive()
///     .redact(["author", "*_token"])
///     .rate("5/min per_caller")
///     .cost(10)
///     .timeout(Duration::from_secs(5));
/// ```
#[derive(Debug, Clone)]
#[must_use = "it opens something only where it is listed"]
pub struct Allow {
    /// None where everyone may.
    scopes: Option<Vec<Cow<'static, str>>>,
    effects: Vec<Effect>,
    redact: Vec<Cow<'static, str>>,
    rate: Cow<'static, str>,
    cost: f64,
    timeout: Duration,
    pub(super) binary: bool,
    pub(super) asks: Kinds,
    opens: Vec<Opens>,
    pub(super) pin: Option<String>,
}

/// What a thing of another server's may do beside answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    /// Log messages and progress of a tool.
    Notes,
    /// Completion of the arguments of a prompt or of a template.
    Completion,
    /// Changes of resources.
    Updates,
    /// Values in forms that are filled in already.
    Filled,
}

impl Allow {
    /// Verified callers that hold every one of these scopes.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let allow = Allow::scopes(["notes:read", "people:read"]).read_only();
    /// ```
    pub fn scopes<S: Into<Cow<'static, str>>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self::to(Some(scopes.into_iter().map(Into::into).collect()))
    }

    /// Everyone, also callers that are not verified.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let allow = Allow::public().read_only();
    /// ```
    pub fn public() -> Self {
        Self::to(None)
    }

    fn to(scopes: Option<Vec<Cow<'static, str>>>) -> Self {
        Self {
            scopes,
            effects: Vec::new(),
            redact: Vec::new(),
            rate: "".into(),
            cost: 1.0,
            timeout: Duration::from_secs(30),
            binary: false,
            asks: Kinds::default(),
            opens: Vec::new(),
            pin: None,
        }
    }

    /// The tool changes nothing.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let search = Allow::scopes(["notes:read"]).read_only();
    /// ```
    pub fn read_only(self) -> Self {
        self.effect(Effect::ReadOnly)
    }

    /// The tool changes or removes things.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let delete = Allow::scopes(["notes:write"]).destructive();
    /// ```
    pub fn destructive(self) -> Self {
        self.effect(Effect::Destructive)
    }

    /// The tool changes nothing or only adds, and why that is so: `destructive = false, reason = "…"`.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let append = Allow::scopes(["notes:write"]).additive("it only adds a line");
    /// ```
    pub fn additive(self, reason: &'static str) -> Self {
        self.effect(Effect::Additive { reason })
    }

    fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Keys (globs) or dotted paths that are masked in answers, beside the server's own.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let search = Allow::scopes(["notes:read"]).read_only().redact(["author", "*_token"]);
    /// ```
    pub fn redact<S: Into<Cow<'static, str>>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.redact.extend(keys.into_iter().map(Into::into));
        self
    }

    /// How often it may be called, beside the server's own rates: `5/min per_caller`.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let search = Allow::scopes(["notes:read"]).read_only().rate("5/min per_caller; 100/h per_tool");
    /// ```
    pub fn rate(mut self, rate: impl Into<Cow<'static, str>>) -> Self {
        self.rate = rate.into();
        // An empty text would be none.
        if self.rate.trim().is_empty() {
            self.rate = " ".into();
        }
        self
    }

    /// The cost units of a call; without it, 1.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let search = Allow::scopes(["notes:read"]).read_only().cost(2.5);
    /// ```
    pub fn cost(mut self, cost: impl Into<f64>) -> Self {
        self.cost = cost.into();
        self
    }

    /// The time after which a call is given up; without it, 30 seconds.
    ///
    /// ```
    /// # use doorman::Allow;
    /// use std::time::Duration;
    ///
    /// let search = Allow::scopes(["notes:read"]).read_only().timeout(Duration::from_secs(5));
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets images, audio and binary contents of resources through. Nothing looks into them; without
    /// this, an answer that holds one is refused.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let picture = Allow::scopes(["notes:read"]).read_only().returns_binary();
    /// ```
    pub fn returns_binary(mut self) -> Self {
        self.binary = true;
        self
    }

    /// Lets a tool or a prompt ask its caller something before it answers, by a form (MCP 2026-07-28, input
    /// required): its words are redacted, values that are filled in already are left out, and what the caller
    /// answers goes to the server unread. Each round is a call. Without this, a question is refused; addresses
    /// to visit always are. What the caller's client does not declare it is not asked for.
    ///
    /// Clients before that are asked while a tool runs (`elicitation/create`, 16 times in a call), in the same
    /// way, where there is a way back: on stdio, and over HTTP with [`Sessions`](crate::Sessions). The time that a
    /// person takes counts against the tool's timeout.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let delete = Allow::scopes(["notes:write"]).destructive().asks();
    /// ```
    pub fn asks(mut self) -> Self {
        self.asks.forms = true;
        self
    }

    /// Lets a tool or a prompt ask as [`Allow::asks`] does, in forms in which values are filled in already: those
    /// stay in which nothing would be masked. Names of fields are the server's own, so a value can be secret
    /// without anything that tells of it.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let book = Allow::scopes(["rooms:book"]).destructive().asks_filled();
    /// ```
    pub fn asks_filled(self) -> Self {
        self.asks().open(Opens::Filled)
    }

    /// Lets a tool or a prompt ask the client's model something before it answers (`sampling/createMessage`),
    /// with texts only, redacted, and without tools or the context of other servers.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let summary = Allow::scopes(["notes:read"]).read_only().asks_model();
    /// ```
    pub fn asks_model(mut self) -> Self {
        self.asks.model = true;
        self
    }

    /// Lets a tool or a prompt ask which folders the client works in before it answers (`roots/list`).
    ///
    /// ```
    /// # use doorman::Allow;
    /// let import = Allow::scopes(["notes:write"]).destructive().asks_roots();
    /// ```
    pub fn asks_roots(mut self) -> Self {
        self.asks.roots = true;
        self
    }

    /// Lets a tool send log messages and progress to its caller while the call runs, redacted: 1,000 of them
    /// at most, of 16 KiB each, which together are no larger than a result may be. Over HTTP, a call that uses
    /// it is answered as an event stream. Log messages go to those who ask for them: from MCP 2026-07-28 on
    /// by `logLevel` with each request; before it, from `info` up, or on stdio from the level that
    /// `logging/setLevel` named. No state is kept over HTTP, so there `logging/setLevel` is answered and
    /// changes nothing. Progress goes to those who named a token for it.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let import = Allow::scopes(["notes:write"]).destructive().notifies();
    /// ```
    pub fn notifies(self) -> Self {
        self.open(Opens::Notes)
    }

    /// Lets those who may use a prompt, or read a resource, complete the prompt's arguments and the parts of
    /// the templates that the server lists (`completion/complete`). A value in which something would be
    /// masked is left out. Each is a call of its own, with the scopes, rate and cost that are said here.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// let notes = Foreign::new(NotesServer)
    ///     .prompt("summary", Allow::scopes(["notes:read"]).completes())
    ///     .resource("notes://public/*", Allow::public().completes());
    /// ```
    pub fn completes(self) -> Self {
        self.open(Opens::Completion)
    }

    /// Lets those who may read a resource hear over HTTP when it changes (`subscriptions/listen`, MCP
    /// 2026-07-28): that it did, and nothing else. A stream ends when its caller's token expires, after an hour, or
    /// after 1,000 changes; a caller has 8 at a time. Older clients' `resources/subscribe` is answered for the
    /// same resources, and leads to nothing.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// let notes = Foreign::new(NotesServer).resource("notes://public/*", Allow::public().updates());
    /// ```
    pub fn updates(self) -> Self {
        self.open(Opens::Updates)
    }

    fn open(mut self, opens: Opens) -> Self {
        self.opens.push(opens);
        self
    }

    pub(super) fn opens(&self, what: Opens) -> bool {
        self.opens.contains(&what)
    }

    /// The definition that was reviewed, as [`Foreign::pins`](crate::Foreign::pins) and the error of a
    /// changed one print it: `sha256:…`. Without it, the definition at the start is taken for reviewed.
    ///
    /// ```
    /// # use doorman::Allow;
    /// let pin = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    /// let search = Allow::scopes(["notes:read"]).read_only().pin(pin);
    /// ```
    pub fn pin(mut self, pin: impl Into<String>) -> Self {
        self.pin = Some(pin.into());
        self
    }

    /// For lists of things: everyone may ask, and what is masked in one of them is masked in all.
    pub(super) fn lists_of<'a>(things: impl Iterator<Item = &'a Self>) -> Self {
        let mut keys = Vec::new();
        for key in things.flat_map(|allow| &allow.redact) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        Self::public().cost(0.0).redact(keys)
    }

    /// The one effect of a tool, or what is wrong with what was said.
    pub(super) fn tool_effect(&self) -> Result<Effect, &'static str> {
        match (&*self.effects, &self.scopes) {
            ([Effect::Destructive], None) => {
                Err("it is `public` and `destructive`: name the scopes that it needs")
            }
            ([Effect::Additive { reason }], _) if reason.trim().len() < 3 => {
                Err("`additive` gives no reason: say why nothing is changed or removed")
            }
            ([effect], _) => Ok(*effect),
            ([], _) => Err(
                "it is not said what a call does: add `.read_only()`, `.destructive()` or `.additive(\"…\")`",
            ),
            _ => Err("what a call does is said twice: keep one of them"),
        }
    }

    /// What is wrong with what was said of a thing that can only be read.
    pub(super) fn reads_only(&self) -> Result<(), &'static str> {
        if self.effects.iter().any(|effect| *effect != Effect::ReadOnly) {
            return Err("prompts and resources are read: remove its effect");
        }
        if self.pin.is_some() {
            return Err("pins are for tools: remove `.pin(…)`");
        }
        if self.opens(Opens::Notes) {
            return Err("log messages and progress are of tools: remove `.notifies()`");
        }
        Ok(())
    }

    /// What is wrong with what was said of resources.
    pub(super) fn asks_nothing(&self) -> Result<(), &'static str> {
        if self.asks == Kinds::default() {
            return Ok(());
        }
        Err(
            "questions are for tools and prompts: remove `.asks()`, `.asks_model()` and `.asks_roots()`",
        )
    }

    /// What is wrong with what was said of things that have no parts and do not change.
    pub(super) fn opens_none_of(&self, none: &[Opens]) -> Result<(), &'static str> {
        match self.opens.iter().find(|opens| none.contains(opens)) {
            Some(Opens::Completion) => {
                Err("completion is for prompts and resources: remove `.completes()`")
            }
            Some(Opens::Updates) => Err("changes are told of resources: remove `.updates()`"),
            _ => Ok(()),
        }
    }

    /// What was said, for a row of this name, or what is wrong with it.
    pub(super) fn said(&self, name: &str, effect: Effect) -> Result<Said, String> {
        let scopes = self.scopes.as_deref().unwrap_or_default();
        for (what, texts) in [("scope", scopes), ("`redact` key", &self.redact)] {
            for (place, text) in texts.iter().enumerate() {
                if texts[..place].contains(text) {
                    return Err(format!("the {what} `{}` is named twice", text.escape_debug()));
                }
            }
        }
        if self.timeout.is_zero() {
            return Err("its `timeout` is 0: name a time in which it can answer".into());
        }
        Ok(Said {
            name: name.to_owned().into(),
            scopes: self.scopes.clone(),
            effect,
            title: "".into(),
            description: "".into(),
            idempotent: effect == Effect::ReadOnly,
            open_world: true,
            timeout: self.timeout,
            rate: self.rate.clone(),
            cost: self.cost,
            redact: self.redact.clone(),
        })
    }
}
