//! What `docs/existing-mcp-server.md` shows compiles and runs.

use doorman::{Allow, Doorman, Error, Foreign, OAuth, Principal};
use rmcp::model::{CallToolResult, Prompt};

use crate::support::{
    foreign::{Context, Notes, tool},
    oauth,
};

const PAGE: &str = include_str!("../../docs/existing-mcp-server.md");
const SOURCE: &str = include_str!("page.rs");

struct NotesServer;

impl NotesServer {
    #[expect(clippy::new_ret_no_self, reason = "the page shows a server of someone else's")]
    fn new() -> Notes {
        let tools = [tool("search"), tool("delete")];
        let mut notes = Notes::new(tools, || CallToolResult::success(vec![]));
        notes.prompts = vec![Prompt::new("summary", None::<String>, None)];
        notes
    }
}

async fn guarded(auth: OAuth) -> Result<Doorman, Error> {
    let notes = Foreign::new(NotesServer::new())
        .tool("search", Allow::scopes(["notes:read"]).read_only().redact(["author"]))
        .tool(
            "delete",
            Allow::scopes(["notes:write"]).destructive().rate("5/min per_caller").cost(10),
        )
        .prompt("summary", Allow::scopes(["notes:read"]))
        .resource("notes://public/*", Allow::scopes(["notes:read"]))
        .connect()
        .await?;
    let doorman = Doorman::builder("notes").auth(auth).tools(notes).build()?;
    Ok(doorman)
}

async fn pins(notes: Foreign) -> Result<(), Error> {
    for (tool, pin) in notes.pins().await? {
        println!("{tool} {pin}"); // search sha256:…
    }
    Ok(())
}

fn caller(context: &Context) -> Option<String> {
    let caller = context.extensions.get::<Principal>().map(Principal::subject);
    caller.map(str::to_owned)
}

fn pinned(pin: String) -> Foreign {
    let search = Allow::scopes(["notes:read"]).read_only().pin(pin);
    Foreign::new(NotesServer::new()).tool("search", search)
}

/// A text without its blanks and the commas that formatting adds.
fn bare(text: &str) -> String {
    text.replace(char::is_whitespace, "").replace(",)", ")")
}

#[tokio::test]
async fn every_block_of_the_page_is_code_of_this_file() {
    let source = bare(SOURCE);
    let blocks: Vec<&str> =
        PAGE.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        assert!(source.contains(&bare(block)), "{block}");
    }
    assert!(guarded(oauth()).await.is_ok());
    let listed = || pinned("sha256:0".into());
    assert!(pins(listed()).await.is_ok());
    assert!(listed().connect().await.is_err());
    let _ = caller;
}
