//! JSON-RPC: what a message is, and what its answer carries.

use doorman::Doorman;
use serde_json::{Value, json};

use super::Modern;
use crate::support::{READER, WRITER, billing::billing, oauth, serve, serve_with};

#[tokio::test]
async fn t24_what_two_readers_could_read_in_two_ways_runs_nothing() {
    let server = serve(billing()).await;
    let deep = |levels: usize| {
        let arguments = format!(r#"{{"text":{}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"search","arguments":{arguments}}}}}"#
        )
    };
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping","params":{"name":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping"},"params":{"name":"refund"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping","name":"refund"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping","name":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{},"arguments":{"text":"a"}}}"#,
        &deep(200),
        &deep(100_000),
    ] {
        let answer = server.post_with(&format!("Authorization: Bearer {WRITER}\r\n"), body).await;
        let code = || answer.json()["error"]["code"].as_i64();
        let refused = (400..500).contains(&answer.status) || code().is_some();
        assert!(refused, "{}: {answer:?}", &body[..body.len().min(120)]);
    }
    let ran = server.records.all().into_iter().filter(|record| record["status"] == "ok");
    assert_eq!(ran.count(), 0);
}

#[tokio::test]
async fn t25_an_id_is_a_text_or_a_whole_number_and_comes_back() {
    let server = serve(billing()).await;
    let ask = async |id: &Value, tool: &str| {
        let old = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": { "name": tool, "arguments": { "id": 1 } } });
        let mut new = Modern::call(tool, &json!({ "id": 1 }));
        new.body["id"] = id.clone();
        [server.post(READER, &old).await, new.send(&server).await]
    };
    for id in [json!(0), json!(-7), json!(9_007_199_254_740_991_i64), json!(""), json!("a\"b\n")] {
        for tool in ["get_invoice", "nothing"] {
            for answer in ask(&id, tool).await {
                assert_eq!(answer.json()["id"], id, "{answer:?}");
                assert_eq!(answer.json().get("error").is_some(), tool == "nothing");
            }
        }
    }
    // A mismatch is found before the guard, and knows the id too.
    let mut mismatch = Modern::call("ping", &json!({})).with("Mcp-Name", "other");
    mismatch.body["id"] = json!("m-1");
    assert_eq!(mismatch.send(&server).await.json()["id"], "m-1");
    let before = server.records.all().len();
    for id in [json!(null), json!(true), json!([1]), json!({}), json!(1.5)] {
        for answer in ask(&id, "get_invoice").await {
            let refused = (400..500).contains(&answer.status);
            assert!(refused, "{id}: {answer:?}");
        }
    }
    assert_eq!(server.records.all().len(), before, "nothing ran");
}

#[tokio::test]
async fn t26_a_result_of_2026_says_its_kind_and_who_answers_and_nobody_is_who_they_say() {
    let server = serve(billing()).await;
    let invoice = json!({ "name": "get_invoice", "arguments": { "id": 7 } });
    for (method, params) in
        [("server/discover", json!({})), ("tools/list", json!({})), ("tools/call", invoice.clone())]
    {
        let result = Modern::new(method, params).send(&server).await.result();
        assert_eq!(result["resultType"], "complete", "{method}");
    }
    let discovered = Modern::new("server/discover", json!({})).send(&server).await.result();
    assert_eq!(discovered["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "billing");
    // A caller may call itself what it likes.
    let server = serve_with(
        Doorman::builder("b").auth(oauth()).tools(billing()).rate_limit("3/h per_caller"),
    )
    .await;
    let mut statuses = Vec::new();
    for name in ["a", "b", "writer", "admin"] {
        let request = Modern::new("tools/call", invoice.clone());
        let info = json!({ "name": name, "version": "1" });
        let answer = request.meta("io.modelcontextprotocol/clientInfo", info).send(&server).await;
        statuses.push(answer.reason());
    }
    assert_eq!(statuses, ["", "", "", "rate_limited"]);
}
