//! Serves two tools, `small_invoice` and `large_invoice`, guarded by doorman or by nothing but rmcp, with the
//! same answers. `tests/bench/http` drives it.
//!
//!     load bare
//!     load dev|static|es256 with_state|through
//!
//! The first line that it prints is the endpoint's address, the second the token that it asks for.

use std::{
    env::args,
    error::Error,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, extract::Path, routing::get};
use doorman::{AuditLog, Doorman, DoormanBuilder, OAuth, StaticTokens, Toolset, VerifiedToken};
use doorman_axum::{DevIssuer, expose, tools};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, JsonObject, ListToolsResult,
        PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tokio::net::TcpListener;

const USAGE: &str = "usage: load bare | load dev|static|es256 with_state|through";
const TOKEN: &str = "load-token";
/// As JSON, 1 KB and 100 KB.
const SMALL: u32 = 15;
const LARGE: u32 = 1640;

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    customer: String,
    lines: Vec<Line>,
}

#[derive(Serialize, JsonSchema)]
struct Line {
    text: String,
    amount: f64,
}

fn invoice(id: u64, lines: u32) -> Invoice {
    let line = |day: u32| Line {
        text: format!("Consulting, day {day} of the quarter"),
        amount: 100.5 + f64::from(day),
    };
    Invoice { id, customer: format!("Customer {id}"), lines: (0..lines).map(line).collect() }
}

/// One invoice with few lines.
#[expose(get = "/small/{id}", scopes = ["invoices:read"])]
async fn small_invoice(Path(id): Path<u64>) -> Json<Invoice> {
    Json(invoice(id, SMALL))
}

/// One invoice with many lines.
#[expose(get = "/large/{id}", scopes = ["invoices:read"])]
async fn large_invoice(Path(id): Path<u64>) -> Json<Invoice> {
    Json(invoice(id, LARGE))
}

#[derive(Clone)]
struct Bare;

impl ServerHandler for Bare {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let schema = json!({
            "type": "object",
            "properties": { "id": { "type": "integer" } },
            "required": ["id"],
        });
        let schema: JsonObject = serde_json::from_value(schema).ok()?;
        ["small_invoice", "large_invoice"]
            .contains(&name)
            .then(|| Tool::new(name.to_owned(), "One invoice.", Arc::new(schema)))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = ["small_invoice", "large_invoice"].map(|name| self.get_tool(name));
        Ok(ListToolsResult::with_all_items(tools.into_iter().flatten().collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let id = request.arguments.as_ref().and_then(|arguments| arguments.get("id")?.as_u64());
        let id = id.ok_or_else(|| ErrorData::invalid_params("`id` is missing", None))?;
        let lines = if request.name == "large_invoice" { LARGE } else { SMALL };
        let value = serde_json::to_value(invoice(id, lines))
            .map_err(|_| ErrorData::internal_error("no JSON", None))?;
        Ok(CallToolResult::structured(value).into())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let arguments: Vec<String> = args().skip(1).collect();
    let (app, token) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bare"] => (bare(), String::new()),
        [guard, route] => {
            let (builder, token) = guarded(guard, &url).await?;
            (doorman_axum::router(limited(builder).tools(toolset(route)?).build()?)?, token)
        }
        _ => return Err(USAGE.into()),
    };
    println!("{url}\n{token}");
    doorman_axum::serve(listener, app).await?;
    Ok(())
}

fn bare() -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let sessions = Arc::new(NeverSessionManager::default());
    Router::new().route_service("/mcp", StreamableHttpService::new(|| Ok(Bare), sessions, config))
}

/// A server that asks for this kind of token, and one that it takes.
async fn guarded(guard: &str, url: &str) -> Result<(DoormanBuilder, String), Box<dyn Error>> {
    let builder = Doorman::builder("billing");
    Ok(match guard {
        "dev" => (Doorman::dev("billing"), String::new()),
        "static" => {
            let token = VerifiedToken::new("reader").audience(url).scopes("invoices:read")?;
            let tokens = StaticTokens::new().insert(TOKEN, token);
            let oauth = OAuth::new("https://sso.example.com", url)?.verifier(tokens);
            (builder.auth(oauth), TOKEN.into())
        }
        "es256" => {
            let issuer = DevIssuer::start().await?;
            let end = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() + 6 * 3600;
            let claims =
                json!({ "aud": url, "sub": "reader", "scope": "invoices:read", "exp": end });
            let oauth = OAuth::new(issuer.url(), url)?.jwks(&issuer.jwks())?;
            (builder.auth(oauth), issuer.mint(claims))
        }
        _ => return Err(USAGE.into()),
    })
}

/// Limited as every server is, at a rate that no load reaches.
fn limited(builder: DoormanBuilder) -> DoormanBuilder {
    builder.audit(AuditLog::none()).rate_limit("1000000000/s; 1000000000/s per_caller_tool")
}

fn toolset(route: &str) -> Result<Toolset, Box<dyn Error>> {
    Ok(match route {
        "with_state" => tools![small_invoice, large_invoice].with_state(()),
        "through" => tools![small_invoice, large_invoice].through(
            Router::new()
                .route("/small/{id}", get(small_invoice))
                .route("/large/{id}", get(large_invoice)),
        ),
        _ => return Err(USAGE.into()),
    })
}
