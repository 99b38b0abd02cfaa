//! The tools of examples/quickstart.rs with rmcp and axum alone: nobody is asked who calls.

use std::{error::Error, sync::Arc};

use axum::Router;
use rmcp::{
    Json, ServerHandler,
    handler::server::wrapper::Parameters,
    model::{ServerCapabilities, ServerConfig},
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

const TOUCHED: u64 = 0;

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    customer: String,
    email: String,
    /// In euros.
    amount: f64,
    lines: Vec<Line>,
}

#[derive(Serialize, JsonSchema)]
struct Line {
    text: String,
    amount: f64,
}

#[derive(Deserialize, JsonSchema)]
struct Asked {
    id: u64,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    id: u64,
    /// In euros, at most the invoice's amount.
    amount: f64,
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    id: u64,
    amount: f64,
    status: &'static str,
}

#[derive(Clone)]
struct Billing;

#[tool_router]
impl Billing {
    /// One invoice with its lines.
    #[tool]
    async fn get_invoice(&self, Parameters(asked): Parameters<Asked>) -> Result<Json<Invoice>, String> {
        find(asked.id).map(Json).ok_or_else(|| "there is no such invoice".into())
    }

    /// Pays back an invoice, in part or in whole.
    #[tool]
    async fn refund(&self, Parameters(refund): Parameters<Refund>) -> Result<Json<Receipt>, String> {
        let invoice = find(refund.id).ok_or("there is no such invoice")?;
        if !(0.01..=invoice.amount).contains(&refund.amount) {
            return Err("a refund is more than 0 and at most the invoice's amount".into());
        }
        Ok(Json(Receipt { id: refund.id, amount: refund.amount, status: "refunded" }))
    }

    /// Says that the server is there.
    #[tool]
    async fn ping(&self) -> String {
        "pong".into()
    }
}

#[tool_handler]
impl ServerHandler for Billing {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

fn find(id: u64) -> Option<Invoice> {
    std::hint::black_box(TOUCHED);
    if !(1..=100).contains(&id) {
        return None;
    }
    let line = |text: &str, amount| Line { text: text.into(), amount };
    let lines = vec![line("Consulting", 100.0), line("Travel", 0.5 + f64::from(u8::try_from(id).ok()?))];
    Some(Invoice {
        id,
        customer: format!("Customer {id}"),
        email: format!("customer{id}@example.com"),
        amount: lines.iter().map(|line| line.amount).sum(),
        lines,
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 8000)).await?;
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(|| Ok(Billing), sessions, config);
    println!("Serving MCP at http://{}/mcp", listener.local_addr()?);
    axum::serve(listener, Router::new().route_service("/mcp", service)).await?;
    Ok(())
}
