//! What the official conformance suite asks a server for, behind doorman: some of it as exposed functions
//! and handlers, the rest by a full rmcp server through [`Foreign`](doorman::Foreign).
//!
//!     cargo run -p doorman-conformance -- [--sessions] [--token TOKEN]
//!
//! Without a token everyone on this machine is `dev`. It ends with its standard input.

mod contents;
mod legacy;
mod notes;
mod own;
mod prompts;
mod questions;
mod resources;
mod server;

use std::error::Error;

use doorman::{AuditLog, Doorman, DoormanBuilder, OAuth, Sessions, StaticTokens, VerifiedToken};
use tokio::{io::AsyncReadExt as _, net::TcpListener};

/// The scope that everything needs.
const SCOPE: &str = "conformance";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let doorman = guard(builder(&resource)?).await?;
    println!("listening on {resource}");
    let mut input = tokio::io::stdin();
    let mut rest = Vec::new();
    tokio::select! {
        served = doorman_axum::serve(listener, doorman_axum::router(doorman)?) => served?,
        ended = input.read_to_end(&mut rest) => drop(ended?),
    }
    Ok(())
}

fn builder(resource: &str) -> Result<DoormanBuilder, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let sessions = arguments.next_if_eq("--sessions").map(|_| Sessions::bound().per_caller(1_000));
    let builder = match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => Doorman::dev("conformance"),
        (Some("--token"), Some(token), None) => {
            let suite = VerifiedToken::new("suite").audience(resource).scopes(SCOPE)?;
            let tokens = StaticTokens::new().insert(&token, suite);
            let auth = OAuth::new("https://sso.example.com", resource)?.verifier(tokens);
            Doorman::builder("conformance").auth(auth)
        }
        _ => return Err("usage: doorman-conformance [--sessions] [--token TOKEN]".into()),
    };
    Ok(match sessions {
        Some(sessions) => builder.sessions(sessions),
        None => builder,
    })
}

async fn guard(builder: DoormanBuilder) -> Result<Doorman, doorman::Error> {
    builder
        .audit(AuditLog::none())
        // The suite is one caller in a hurry.
        .rate_limit("1000/s per_caller")
        .tools(own::handlers())
        .tools(own::functions())
        .tools(server::listed().connect().await?)
        .build()
}
