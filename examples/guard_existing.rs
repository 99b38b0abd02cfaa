//! An MCP server that exists already, made with rmcp, behind doorman: two of its tools, its prompt and
//! some of its resources. `mod notes` is unchanged, and knows nothing of doorman.
//!
//!     cargo run --example guard_existing -- [--port N] [--pins]

use std::error::Error;

use doorman::{Allow, Doorman, Foreign, OAuth, StaticTokens, VerifiedToken};
use tokio::net::TcpListener;

use notes::NotesServer;

fn listed() -> Foreign {
    Foreign::new(NotesServer)
        .tool("search_notes", Allow::scopes(["notes:read"]).read_only().redact(["author"]))
        .tool("delete_note", Allow::scopes(["notes:write"]).destructive().rate("5/min per_caller"))
        .prompt("summary", Allow::scopes(["notes:read"]))
        .resource("notes://public/*", Allow::scopes(["notes:read"]))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (port, pins) = arguments()?;
    if pins {
        for (tool, pin) in listed().pins().await? {
            println!("{tool} {pin}");
        }
        return Ok(());
    }
    let occupied = |error| format!("port {port}: {error}; take another with `--port N`");
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(occupied)?;
    let origin = format!("http://{}", listener.local_addr()?);
    let resource = format!("{origin}/mcp");
    let reader = random_token()?;
    let token = VerifiedToken::new("reader").audience(&*resource).scopes("notes:read")?;
    let tokens = StaticTokens::new().insert(&reader, token);
    let doorman = guarded(OAuth::new(&origin, &resource)?.verifier(tokens)).await?;

    println!("{}", instructions(&resource, &reader));
    doorman_axum::serve(listener, doorman_axum::router(doorman)?).await?;
    Ok(())
}

async fn guarded(auth: OAuth) -> Result<Doorman, doorman::Error> {
    Doorman::builder("notes").auth(auth).tools(listed().connect().await?).build()
}

/// The server as it was.
mod notes {
    use rmcp::{
        ErrorData, RoleServer, ServerHandler,
        handler::server::wrapper::Parameters,
        model::{
            GetPromptRequestParams, GetPromptResponse, GetPromptResult, ListPromptsResult,
            ListResourcesResult, PaginatedRequestParams, Prompt, PromptMessage,
            ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
            ResourceContents, Role, ServerCapabilities, ServerConfig,
        },
        service::RequestContext,
        tool, tool_handler, tool_router,
    };
    use schemars::JsonSchema;
    use serde::Deserialize;

    pub struct NotesServer;

    type Context = RequestContext<RoleServer>;

    #[derive(Deserialize, JsonSchema)]
    struct Search {
        words: String,
    }

    #[derive(Deserialize, JsonSchema)]
    struct Note {
        id: u64,
    }

    #[tool_router]
    impl NotesServer {
        #[tool(description = "Finds notes with these words.")]
        async fn search_notes(&self, Parameters(search): Parameters<Search>) -> String {
            let text = format!("{} to ann@example.com", search.words);
            serde_json::json!([{ "id": 7, "author": "Ann", "text": text }]).to_string()
        }

        #[tool(description = "Removes a note.")]
        async fn delete_note(&self, Parameters(note): Parameters<Note>) -> String {
            format!("note {} is gone", note.id)
        }

        #[tool(description = "Everything at once.")]
        async fn export_database(&self) -> String {
            "password=hunter2".into()
        }
    }

    #[tool_handler]
    impl ServerHandler for NotesServer {
        fn get_info(&self) -> ServerConfig {
            let offers = ServerCapabilities::builder();
            ServerConfig::new(offers.enable_tools().enable_prompts().enable_resources().build())
        }

        async fn list_prompts(
            &self,
            _: Option<PaginatedRequestParams>,
            _: Context,
        ) -> Result<ListPromptsResult, ErrorData> {
            let prompt = Prompt::new("summary", Some("Sums up the notes."), None);
            Ok(ListPromptsResult::with_all_items(vec![prompt]))
        }

        async fn get_prompt(
            &self,
            _: GetPromptRequestParams,
            _: Context,
        ) -> Result<GetPromptResponse, ErrorData> {
            let text = "Sum up the notes of ann@example.com.";
            Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]).into())
        }

        async fn list_resources(
            &self,
            _: Option<PaginatedRequestParams>,
            _: Context,
        ) -> Result<ListResourcesResult, ErrorData> {
            let resources = ["notes://public/7", "notes://private/8"];
            let resources = resources.map(|uri| Resource::new(uri, "a note"));
            Ok(ListResourcesResult::with_all_items(resources.into()))
        }

        async fn read_resource(
            &self,
            request: ReadResourceRequestParams,
            _: Context,
        ) -> Result<ReadResourceResponse, ErrorData> {
            let contents = ResourceContents::text("ask ann@example.com", request.uri);
            Ok(ReadResourceResult::new(vec![contents]).into())
        }
    }
}

/// `--port N`, 8000 where it is not given, and whether pins are asked for.
fn arguments() -> Result<(u16, bool), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok((8000, false)),
        ["--pins"] => Ok((0, true)),
        ["--port", port] => {
            Ok((port.parse().map_err(|_| "`--port` takes a number from 0 to 65535")?, false))
        }
        _ => Err("usage: guard_existing [--port N] [--pins]".into()),
    }
}

fn random_token() -> Result<String, Box<dyn Error>> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

fn instructions(resource: &str, reader: &str) -> String {
    let curl = |method: &str, params: &str| {
        format!(
            "curl -si {resource} -H 'Authorization: Bearer {reader}' -H 'Content-Type: application/json' \
             -H 'Accept: application/json, text/event-stream' \
             -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{params}}}'"
        )
    };
    let list = curl("tools/list", "{}");
    let search = curl("tools/call", r#"{"name":"search_notes","arguments":{"words":"write"}}"#);
    let refused = curl("tools/call", r#"{"name":"delete_note","arguments":{"id":7}}"#);
    let unlisted = curl("tools/call", r#"{"name":"export_database"}"#);
    let prompt = curl("prompts/get", r#"{"name":"summary"}"#);
    let read = curl("resources/read", r#"{"uri":"notes://public/7"}"#);
    let private = curl("resources/read", r#"{"uri":"notes://public/../private/8"}"#);
    format!(
        "READER_TOKEN={reader}

Serving MCP at {resource}

List the tools that the reader may call:
  {list}

Search, and read no address and no author:
  {search}

Be refused with 403, for the reader may not delete:
  {refused}

Find nothing under the name of a tool that is not listed:
  {unlisted}

Get a prompt:
  {prompt}

Read a resource:
  {read}

Try to reach another one:
  {private}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let auth = OAuth::new("https://sso.example.com", "https://api.example.com/mcp")?;
        let report = doorman::testing::matrix(&guarded(auth).await?).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
