//! The headers and the `_meta` that a request of 2026 mirrors its body in.

use axum::extract::Query;
use doorman_axum::{expose, tools};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{CAPABILITIES, Modern, VERSION, refused};
use crate::support::{READER, Server, billing::billing, serve};

const MISMATCH: (u16, i64) = (400, -32020);

fn invoice() -> Modern {
    Modern::call("get_invoice", &json!({ "id": 7 }))
}

#[tokio::test]
async fn t11_a_version_that_is_none_is_400_to_an_old_client() {
    let server = serve(billing()).await;
    let ask = async |version: &str| {
        let headers =
            format!("Authorization: Bearer {READER}\r\nMCP-Protocol-Version: {version}\r\n");
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
        server.post_with(&headers, &body).await.status
    };
    for known in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        assert_eq!(ask(known).await, 200, "{known}");
    }
    for unknown in ["", "1", "2025-06-19", "2025-11-25x", "2025-11-25, 2025-06-18", "latest"] {
        assert_eq!(ask(unknown).await, 400, "{unknown}");
    }
}

#[tokio::test]
async fn t12_a_version_that_is_not_served_is_told_with_those_that_are() {
    let server = serve(billing()).await;
    let answer = invoice()
        .with("MCP-Protocol-Version", "2099-01-01")
        .meta(VERSION, json!("2099-01-01"))
        .send(&server)
        .await;
    assert_eq!(refused(&answer), (400, -32022));
    let data = &answer.json()["error"]["data"];
    assert_eq!(data["requested"], "2099-01-01");
    let supported = data["supported"].as_array().unwrap();
    assert!(supported.contains(&json!("2026-07-28")), "{data}");
    assert!(server.records.all().is_empty());
}

#[tokio::test]
async fn t13_two_versions_in_one_request_are_400() {
    let server = serve(billing()).await;
    for (header, meta) in [("2026-07-28", "2025-11-25"), ("2025-11-25", "2026-07-28")] {
        let request = invoice().with("MCP-Protocol-Version", header).meta(VERSION, json!(meta));
        assert_eq!(refused(&request.send(&server).await), MISMATCH, "{header} {meta}");
    }
    assert!(server.records.all().is_empty());
}

#[tokio::test]
async fn t14_a_header_that_is_missing_is_400() {
    let server = serve(billing()).await;
    for header in ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"] {
        assert_eq!(refused(&invoice().without(header).send(&server).await), MISMATCH, "{header}");
    }
    let list = Modern::new("tools/list", json!({}));
    assert_eq!(list.send(&server).await.status, 200, "it has no name");
    assert_eq!(refused(&list.without("Mcp-Method").send(&server).await), MISMATCH);
    assert!(server.records.all().is_empty());
}

#[tokio::test]
async fn t15_method_and_name_are_those_of_the_body() {
    let server = serve(billing()).await;
    for (header, value) in [
        ("Mcp-Method", "tools/list"),
        ("Mcp-Method", "Tools/call"),
        ("Mcp-Method", ""),
        ("Mcp-Name", "ping"),
        ("Mcp-Name", "Get_invoice"),
        ("Mcp-Name", ""),
        ("Mcp-Name", "=?base64?cGluZw==?="),
        ("Mcp-Name", "=?base64?!?="),
    ] {
        let answer = invoice().with(header, value).send(&server).await;
        assert_eq!(refused(&answer), MISMATCH, "{header}: {value}");
    }
    for (header, value) in [("Mcp-Method", "tools/call"), ("Mcp-Name", "get_invoice")] {
        let twice = invoice().and(header, value).send(&server).await;
        assert_eq!(refused(&twice), MISMATCH, "two of {header}");
    }
    assert!(server.records.all().is_empty());
    for request in [
        invoice().without("Mcp-Method").and("mCP-mETHOD", "tools/call"),
        invoice().with("Mcp-Name", " \t get_invoice \t "),
        invoice().with("Mcp-Name", "=?base64?Z2V0X2ludm9pY2U=?="),
    ] {
        assert_eq!(request.send(&server).await.status, 200);
    }
}

#[derive(Deserialize, JsonSchema)]
struct Where {
    #[serde(default)]
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
    #[serde(default)]
    #[schemars(extend("x-mcp-header" = "Shard"))]
    shard: i64,
    #[serde(default)]
    plain: String,
}

#[expose(get = "/place", public)]
async fn place(Query(place): Query<Where>) -> String {
    format!("{} {} {}", place.region, place.shard, place.plain)
}

/// One call of `place` with these arguments and `Mcp-Param-` headers.
async fn placed(
    server: &Server,
    arguments: serde_json::Value,
    headers: &[(&str, &str)],
) -> Result<String, (u16, i64)> {
    let request =
        headers.iter().fold(Modern::call("place", &arguments), |request, (name, value)| {
            request.and(&format!("Mcp-Param-{name}"), value)
        });
    let answer = request.send(server).await;
    if answer.json().get("error").is_some() { Err(refused(&answer)) } else { Ok(answer.text()) }
}

#[tokio::test]
async fn t16_mirrored_arguments_are_those_of_the_body() {
    let server = serve(tools![place].with_state(())).await;
    let both = json!({ "region": "eu", "shard": 7 });
    for (arguments, headers) in [
        (json!({ "region": "eu" }), &[][..]),
        (json!({ "region": "eu" }), &[("Region", "us")]),
        (json!({ "region": "eu" }), &[("Region", "EU")]),
        (json!({ "region": "eu" }), &[("Region", "eu"), ("Region", "eu")]),
        (json!({ "region": "eu" }), &[("Region", "é")]),
        (json!({}), &[("Region", "eu")]),
        (json!({ "region": null }), &[("Region", "eu")]),
        (both.clone(), &[("Region", "eu")]),
        (both.clone(), &[("Region", "eu"), ("Shard", "8")]),
    ] {
        assert_eq!(placed(&server, arguments.clone(), headers).await, Err(MISMATCH), "{arguments}");
    }
    assert!(server.records.all().is_empty());
    let fine = placed(&server, both, &[("Region", "eu"), ("Shard", "7")]).await;
    assert_eq!(fine.unwrap(), "eu 7 ");
    let encoded = [("Region", "=?base64?w7xi?=")];
    assert_eq!(placed(&server, json!({ "region": "üb" }), &encoded).await.unwrap(), "üb 0 ");
    assert_eq!(placed(&server, json!({ "plain": "p" }), &[]).await.unwrap(), " 0 p");
}

#[tokio::test]
async fn t17_a_request_without_version_or_capabilities_is_400() {
    let server = serve(billing()).await;
    let told = invoice()
        .meta("io.modelcontextprotocol/clientInfo", json!({ "name": "t", "version": "1" }));
    for fine in [invoice(), told] {
        assert_eq!(fine.send(&server).await.status, 200);
    }
    for member in [VERSION, CAPABILITIES] {
        let answer = invoice().meta(member, json!(null)).send(&server).await;
        assert_eq!(refused(&answer), (400, -32602), "{member}");
    }
    assert_eq!(server.records.all().len(), 2);
}

#[tokio::test]
async fn t18_an_unknown_method_is_404() {
    let server = serve(billing()).await;
    for method in ["no/method", "ping", "initialize", "logging/setLevel"] {
        let answer = Modern::new(method, json!({ "level": "debug" })).send(&server).await;
        assert_eq!(refused(&answer), (404, -32601), "{method}");
        assert_eq!(answer.json()["id"], 1, "{method}");
    }
}
