//! The server under load: tools that answer, wait, fail, panic, hang and answer without end.
//!
//!     soak-server FOLDER CALLERS
//!
//! Writes the callers' tokens to `FOLDER/tokens` and the audit log to `FOLDER/audit.jsonl`, and prints its
//! address. It serves until SIGTERM.

mod tools;

use std::{
    error::Error,
    path::Path,
    sync::atomic::Ordering,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, routing::get};
use doorman::{AuditLog, Doorman, OAuth};
use doorman_axum::DevIssuer;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

const RESOURCE: &str = "https://api.example.com/mcp";

/// Many live buckets, and rates that some callers run into.
const RATES: &str = "30/min per_caller; 60/h per_caller_tool";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(callers)) = (arguments.next(), arguments.next()) else {
        return Err("usage: soak-server FOLDER CALLERS".into());
    };
    // The panics of the tools are wanted, and nobody reads of each.
    std::panic::set_hook(Box::new(|_| {}));
    let folder = Path::new(&folder);
    let issuer = DevIssuer::start().await?;
    std::fs::write(folder.join("tokens"), tokens(&issuer, callers.parse()?))?;

    let running = tools::Running::default();
    let auth = OAuth::new(issuer.url(), RESOURCE)?.jwks(&issuer.jwks())?;
    let doorman = Doorman::builder("soak")
        .auth(auth)
        .rate_limit(RATES)
        .budget("1000/h per_caller")
        .audit(AuditLog::file(folder.join("audit.jsonl"))?)
        .tools(tools::hidden(&running))
        .tools(tools::functions())
        .tools(tools::published(&running))
        .tools(tools::through())
        .build()?;
    let app = Router::new()
        .route("/stats", get(async move || Json(stats(&running))))
        .merge(doorman_axum::router(doorman.clone())?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut terminate = signal(SignalKind::terminate())?;
    println!("{}", listener.local_addr()?);
    let stop = async move {
        terminate.recv().await;
    };
    Ok(doorman_axum::serve_until(listener, app, &doorman, stop).await?)
}

/// One line a caller; good for a day, the longest that is taken.
fn tokens(issuer: &DevIssuer, callers: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let token = |number: usize| {
        let subject = format!("caller-{number:05}");
        let claims =
            json!({ "aud": RESOURCE, "sub": subject, "scope": "soak", "exp": now + 86_000 });
        issuer.mint(claims) + "\n"
    };
    (0..callers).map(token).collect()
}

/// How many handlers run now, and how many ran at once at most.
fn stats(running: &tools::Running) -> Value {
    let [now, most] = [&running.now, &running.most].map(|count| count.load(Ordering::SeqCst));
    json!({ "running": now, "most": most })
}
