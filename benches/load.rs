//! Serves one tool, `get_invoice`, guarded by doorman or by nothing but rmcp, with the same answer.
//! `benches/load` drives both.

use std::{env::args, error::Error, sync::Arc};

use axum::{Json, Router, extract::Path};
use doorman::{AuditLog, Doorman, OAuth, StaticTokens, VerifiedToken};
use doorman_axum::{expose, tools};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, JsonObject, ServerCapabilities,
        ServerConfig, Tool,
    },
    service::RequestContext,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::net::TcpListener;

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: u64,
    customer: String,
    amount: f64,
    lines: Vec<String>,
}

fn invoice(id: u64) -> Invoice {
    Invoice {
        id,
        customer: format!("Customer {id}"),
        amount: 123.5,
        lines: vec!["Consulting".into(), "Travel".into()],
    }
}

/// One invoice.
#[expose(get = "/invoices/{id}", scopes = ["invoices:read"])]
async fn get_invoice(Path(id): Path<u64>) -> Json<Invoice> {
    Json(invoice(id))
}

#[derive(Clone)]
struct Bare;

impl ServerHandler for Bare {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        (name == "get_invoice")
            .then(|| Tool::new("get_invoice", "One invoice.", Arc::new(JsonObject::new())))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let id = request.arguments.as_ref().and_then(|arguments| arguments.get("id")?.as_u64());
        let id = id.ok_or_else(|| ErrorData::invalid_params("`id` is missing", None))?;
        let value = serde_json::to_value(invoice(id))
            .map_err(|_| ErrorData::internal_error("no JSON", None))?;
        Ok(CallToolResult::structured(value).into())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let app: Router = match args().nth(1).as_deref() {
        Some("bare") => {
            let config = StreamableHttpServerConfig::default()
                .with_legacy_session_mode(false)
                .with_json_response(true);
            let service = StreamableHttpService::new(
                || Ok(Bare),
                Arc::new(NeverSessionManager::default()),
                config,
            );
            Router::new().route_service("/mcp", service)
        }
        Some("doorman") => {
            let token = VerifiedToken::new("reader").audience(&*url).scopes("invoices:read")?;
            let tokens = StaticTokens::new().insert("load-token", token);
            let doorman = Doorman::builder("billing")
                .auth(OAuth::new("https://sso.example.com", &url)?.verifier(tokens))
                .audit(AuditLog::none())
                // Limited as every server is, at a rate that no load reaches.
                .rate_limit("1000000000/s; 1000000000/s per_caller_tool")
                .tools(tools![get_invoice].with_state(()))
                .build()?;
            doorman_axum::router(doorman)?
        }
        _ => return Err("usage: load bare|doorman".into()),
    };
    println!("{url}");
    doorman_axum::serve(listener, app).await?;
    Ok(())
}
