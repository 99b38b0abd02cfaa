//! rmcp's own client, in the handshake of old and the one of 2026.

use rmcp::{
    RoleClient, ServiceExt as _,
    model::{CallToolRequestParams, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt as _, RunningService, ServiceError},
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::json;

use crate::support::{READER, Server, WRITER, billing::billing, serve};

async fn clients(server: &Server, token: &str) -> [RunningService<RoleClient, ()>; 2] {
    let transport = || {
        let config = StreamableHttpClientTransportConfig::with_uri(server.url()).auth_header(token);
        StreamableHttpClientTransport::from_config(config)
    };
    let discover =
        ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let old = ().serve(transport()).await.unwrap();
    let new = ().serve_with_lifecycle(transport(), discover).await.unwrap();
    [old, new]
}

fn call(tool: &'static str, arguments: &serde_json::Value) -> CallToolRequestParams {
    CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone())
}

#[tokio::test]
async fn a_real_client_lists_and_calls() {
    let server = serve(billing()).await;
    for client in clients(&server, WRITER).await {
        assert_eq!(client.list_all_tools().await.unwrap().len(), 4);
        let invoice = client.call_tool(call("get_invoice", &json!({ "id": 7 }))).await.unwrap();
        assert_eq!(invoice.structured_content, Some(json!({ "id": 7, "caller": "writer" })));
        let refund =
            client.call_tool(call("refund", &json!({ "id": 7, "amount": 1.5 }))).await.unwrap();
        assert_eq!(refund.structured_content.unwrap()["amount"], 1.5);
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn a_real_client_hears_every_refusal() {
    let server = serve(billing()).await;
    for client in clients(&server, READER).await {
        let forbidden =
            client.call_tool(call("refund", &json!({ "id": 7, "amount": 1 }))).await.unwrap_err();
        assert!(
            matches!(forbidden, ServiceError::TransportSend(_) | ServiceError::McpError(_)),
            "{forbidden:?}"
        );
        let unknown = client.call_tool(call("erase", &json!({}))).await.unwrap_err();
        assert!(
            matches!(&unknown, ServiceError::McpError(error) if error.code.0 == -32602),
            "{unknown:?}"
        );
        let misfit = client.call_tool(call("get_invoice", &json!({ "id": "x" }))).await.unwrap();
        assert_eq!((misfit.is_error, misfit.structured_content), (Some(true), None));
        client.cancel().await.unwrap();
    }
    let reasons: Vec<_> =
        server.records.all().iter().map(|record| record["reason"].clone()).collect();
    let once = ["forbidden:scope", "not_exposed", "invalid_arguments"];
    assert_eq!(reasons, [once, once].concat());
}
