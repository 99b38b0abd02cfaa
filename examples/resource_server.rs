//! A resource server for the tokens of an authorization server.
//!
//!     cargo run --example resource_server -- --issuer https://sso.example.com --resource https://api.example.com/mcp
//!
//! Without `--issuer` it starts an issuer of its own, for this machine, and prints a token. With `--list-all`
//! callers see also the tools that they lack scopes for, so that a client may ask for more.

use std::error::Error;

use axum::Json;
use doorman::{Doorman, Listing, OAuth, ScopeSet, TrustedIssuer};
use doorman_axum::{Caller, DevIssuer, expose, tools};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::net::TcpListener;

const USAGE: &str = "usage: resource_server [--port N] [--list-all] [--resource URL] [--issuer URL [--jwks-url URL] [--accept-plain-jwt]]";

#[derive(Serialize, JsonSchema)]
struct Identity {
    subject: String,
    scopes: Vec<String>,
    tenant: Option<String>,
}

/// Says that the server is there.
#[expose(get = "/ping", public)]
async fn ping() -> &'static str {
    "pong"
}

/// Says who calls.
#[expose(get = "/whoami", scopes = ["tools:read"])]
async fn whoami(caller: Caller) -> Json<Identity> {
    let scopes = |scopes: &ScopeSet| scopes.iter().map(ToString::to_string).collect();
    Json(Identity {
        subject: caller.subject().into(),
        scopes: scopes(caller.scopes()),
        tenant: caller.tenant().map(Into::into),
    })
}

/// Erases everything; here there is nothing to erase.
#[expose(post = "/erase", scopes = ["tools:write"], destructive)]
async fn erase() -> &'static str {
    "erased"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let port = options.port;
    let occupied = |error| format!("port {port}: {error}; take another with `--port N`");
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(occupied)?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let resource = options.resource.unwrap_or_else(|| url.clone());

    let own = if options.issuer.is_none() { Some(DevIssuer::start().await?) } else { None };
    let issuer = options.issuer.as_deref().or(own.as_ref().map(DevIssuer::url)).unwrap_or_default();
    let mut issuer = TrustedIssuer::new(issuer).tenant_claim("tenant");
    if let Some(jwks_url) = &options.jwks_url {
        issuer = issuer.jwks_url(jwks_url)?;
    }
    if options.accept_plain_jwt {
        issuer = issuer.accept_plain_jwt();
    }

    let listing = if options.list_all { Listing::All } else { Listing::default() };
    let doorman = server(issuer, &resource, listing)?;

    if let Some(own) = &own {
        let claims = serde_json::json!({ "aud": resource, "sub": "alice", "scope": "tools:read", "tenant": "acme" });
        let token = own.mint(claims);
        println!("TOKEN={token}\n\nCall a tool with it:\n  {}\n", curl(&url, &token));
    }
    let (app, stop) = (doorman_axum::router(doorman.clone())?, stop()?);
    println!("Serving MCP at {url}");
    doorman_axum::serve_until(listener, app, &doorman, stop).await?;
    Ok(())
}

/// Ends when the process is told to: by Ctrl+C, or by whoever runs services.
#[cfg(unix)]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn server(
    issuer: TrustedIssuer,
    resource: &str,
    listing: Listing,
) -> Result<Doorman, doorman::Error> {
    Doorman::builder("resource-server")
        .auth(OAuth::new(issuer, resource)?)
        .rate_limit("1000/min per_caller")
        .listing(listing)
        .tools(tools![ping, whoami, erase].with_state(()))
        .build()
}

#[derive(Default)]
struct Options {
    port: u16,
    list_all: bool,
    resource: Option<String>,
    issuer: Option<String>,
    jwks_url: Option<String>,
    accept_plain_jwt: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { port: 8000, ..Self::default() };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let value = arguments.next();
                value.ok_or_else(|| format!("`{argument}` needs a value\n{USAGE}"))
            };
            match &*argument {
                "--port" => {
                    let port = value()?.parse();
                    options.port = port.map_err(|_| "`--port` takes a number from 0 to 65535")?;
                }
                "--list-all" => options.list_all = true,
                "--resource" => options.resource = Some(value()?),
                "--issuer" => options.issuer = Some(value()?),
                "--jwks-url" => options.jwks_url = Some(value()?),
                "--accept-plain-jwt" => options.accept_plain_jwt = true,
                _ => return Err(format!("`{argument}` is no option\n{USAGE}").into()),
            }
        }
        if options.issuer.is_none() && (options.jwks_url.is_some() || options.accept_plain_jwt) {
            return Err(
                format!("`--jwks-url` and `--accept-plain-jwt` need `--issuer`\n{USAGE}").into()
            );
        }
        Ok(options)
    }
}

fn curl(url: &str, token: &str) -> String {
    format!(
        "curl -si {url} -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
         -H 'Accept: application/json, text/event-stream' \
         -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"whoami\",\"arguments\":{{}}}}}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_may_not_call_is_refused() -> Result<(), Box<dyn Error>> {
        let issuer = TrustedIssuer::new("https://sso.example.com");
        let server = server(issuer, "https://api.example.com/mcp", Listing::default())?;
        let report = doorman::testing::matrix(&server).await;
        assert!(report.is_clean(), "{report}");
        Ok(())
    }
}
