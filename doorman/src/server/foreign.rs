//! Another MCP server behind the guard: what of it is listed, and how it becomes rows.

mod allow;
mod completions;
mod definition;
mod line;
mod link;
mod prompts;
mod questions;
mod resources;
mod tools;
mod updates;

use std::{fmt, sync::Arc};

use rmcp::ServerHandler;

pub use self::allow::Allow;
use self::{
    definition::{Definition, Source},
    link::Link,
};
pub(super) use self::{
    line::{LEVELS, severity},
    updates::ADDRESSES,
};
use crate::{
    error::Error,
    spec::{is_tool_name, visible},
    tool::Toolset,
};

/// An MCP server made with rmcp, put behind the guard: its tools, prompts and resources as far as they
/// are listed here, and nothing else of it. What is not listed is neither shown nor answered.
///
/// Every call goes through the checks of own tools, in the same order, and leaves one audit record. The
/// server finds the [`Principal`](crate::Principal) in its `RequestContext`'s extensions; it gets no
/// token, no headers, no `_meta` of the request, and a peer that leads nowhere: what it sends to the
/// client by itself (sampling, elicitation, roots, logging, progress) fails, for it would not pass the
/// guard. [`Allow`] names what a thing may do beside answering. It is never initialized.
///
/// ```
/// use doorman::{Allow, Doorman, Foreign};
/// # use rmcp::{ErrorData, RoleServer, ServerHandler, model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Tool}, service::RequestContext};
/// # struct NotesServer;
/// # impl ServerHandler for NotesServer {
/// #     fn get_tool(&self, name: &str) -> Option<Tool> {
/// #         Some(Tool::new(name.to_owned(), "Of notes.", serde_json::from_str::<serde_json::Map<_, _>>(r#"{"type":"object"}"#).ok()?))
/// #     }
/// #     async fn call_tool(&self, _: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
/// #         Ok(CallToolResult::success(vec![ContentBlock::text("none")]).into())
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), doorman::Error> {
/// let notes = Foreign::new(NotesServer)
///     .tool("search", Allow::scopes(["notes:read"]).read_only())
///     .tool("delete", Allow::scopes(["notes:write"]).destructive().rate("5/min per_caller").cost(10))
///     .connect()
///     .await?;
/// let doorman = Doorman::builder("notes").tools(notes).build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing of the server is served before `.connect()`"]
pub struct Foreign {
    link: Link,
    tools: Vec<(String, Allow)>,
    prompts: Vec<(String, Allow)>,
    resources: Vec<(String, Allow)>,
}

impl Foreign {
    /// A server of which nothing is listed yet.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// let notes = Foreign::new(NotesServer);
    /// ```
    pub fn new(server: impl ServerHandler) -> Self {
        let (tools, prompts, resources) = (Vec::new(), Vec::new(), Vec::new());
        Self { link: Link::to(server), tools, prompts, resources }
    }

    /// Lists a tool. Its effect must be said: [`Allow::read_only`], [`Allow::destructive`] or
    /// [`Allow::additive`].
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// let notes = Foreign::new(NotesServer).tool("search", Allow::scopes(["notes:read"]).read_only());
    /// ```
    pub fn tool(mut self, name: impl Into<String>, allow: Allow) -> Self {
        self.tools.push((name.into(), allow));
        self
    }

    /// Lists a prompt.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// let notes = Foreign::new(NotesServer).prompt("summary", Allow::scopes(["notes:read"]));
    /// ```
    pub fn prompt(mut self, name: impl Into<String>, allow: Allow) -> Self {
        self.prompts.push((name.into(), allow));
        self
    }

    /// Lists the resources whose addresses match a pattern, and the templates that make such addresses:
    /// `*` stands for at least one sign of a segment, `**` for any part of the path, a query only matches
    /// where the pattern has a `?`, and an address without a host where the pattern begins like `file:///`. Addresses are brought into one form first, and the server sees that
    /// form; one that could be read in two ways (`..`, `%2e`, `//`, a fragment, a user, …) is refused,
    /// and so is one that several patterns match.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// let notes = Foreign::new(NotesServer)
    ///     .resource("notes://public/*", Allow::public())
    ///     .resource("notes://team/**", Allow::scopes(["notes:read"]));
    /// ```
    pub fn resource(mut self, pattern: impl Into<String>, allow: Allow) -> Self {
        self.resources.push((pattern.into(), allow));
        self
    }

    /// Reads what the server says of the listed things, and makes them rows for
    /// [`tools`](crate::DoormanBuilder::tools). What it says of a tool is pinned: a tool whose
    /// definition is another one later leaves the list and is refused.
    ///
    /// # Errors
    /// Everything that is wrong, at once: a thing that the server does not have, a definition that is
    /// not the one of its [`pin`](Allow::pin), one that cannot be published, and whatever `#[expose]`
    /// would refuse.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let notes = Foreign::new(NotesServer).tool("search", Allow::public().read_only());
    /// let error = notes.connect().await.unwrap_err();
    /// assert!(error.to_string().contains("search"));
    /// # });
    /// ```
    pub async fn connect(self) -> Result<Toolset, Error> {
        let mut errors = Vec::new();
        let mut set = Toolset::default();
        let link = Arc::new(self.link);
        link.open().await;
        for (what, names) in
            [("tool", &self.tools), ("prompt", &self.prompts), ("resource", &self.resources)]
        {
            for (place, (name, _)) in names.iter().enumerate() {
                if names[..place].iter().any(|(other, _)| other == name) {
                    errors.push(refused(what, name, "it is listed twice: remove one of the two"));
                }
            }
        }
        for (name, allow) in self.tools {
            if let Err(error) = tools::add(&mut set, &link, &name, allow).await {
                errors.push(error);
            }
        }
        prompts::add(&mut set, &link, self.prompts, &mut errors).await;
        resources::add(&mut set, &link, self.resources, &mut errors);
        Error::all(errors)?;
        Ok(set)
    }

    /// The pins of the listed tools as the server defines them now, each with the name of its tool: to be
    /// written down with [`Allow::pin`], so that a change between two releases is found too.
    ///
    /// # Errors
    /// A listed tool that the server does not have.
    ///
    /// ```
    /// # use doorman::{Allow, Foreign};
    /// # struct NotesServer;
    /// # impl rmcp::ServerHandler for NotesServer {}
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let notes = Foreign::new(NotesServer);
    /// for (tool, pin) in notes.pins().await? {
    ///     println!("{tool} {pin}");
    /// }
    /// # Ok::<(), doorman::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn pins(&self) -> Result<Vec<(String, String)>, Error> {
        self.link.open().await;
        let mut pins = Vec::new();
        for (name, _) in &self.tools {
            let (definition, _) = find(&self.link, name).await?;
            pins.push((name.clone(), definition.pin()));
        }
        Ok(pins)
    }
}

/// Shows how much is listed: a server of someone else's can show anything.
impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |list: &[(String, Allow)]| {
            list.iter().map(|(name, _)| visible(name, 64)).collect::<Vec<_>>()
        };
        f.debug_struct("Foreign")
            .field("tools", &names(&self.tools))
            .field("prompts", &names(&self.prompts))
            .field("resources", &self.resources.len())
            .finish_non_exhaustive()
    }
}

/// What the server says of a tool, and where it says so.
async fn find(link: &Link, name: &str) -> Result<(Definition, Source), Error> {
    if !is_tool_name(name) {
        let problem = "a name is 1 to 64 characters of `A-Z a-z 0-9 _ . -`".into();
        return Err(Error::Tool { tool: visible(name, 64), problem });
    }
    for source in [Source::One, Source::List] {
        if let Some(definition) = Definition::read(link, name, source).await {
            return Ok((definition, source));
        }
    }
    let problem = "the server has no such tool, or does not say so: remove it from the list".into();
    Err(Error::Tool { tool: name.into(), problem })
}

fn refused(what: &str, name: &str, problem: &str) -> Error {
    let name: String = name.chars().take(64).flat_map(char::escape_debug).collect();
    let tool = if what == "tool" { name } else { format!("{what}:{name}") };
    Error::Tool { tool, problem: problem.into() }
}
