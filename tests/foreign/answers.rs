//! What of an answer goes on, and as what.

use std::{sync::Arc, time::Duration};

use doorman::Allow;
use futures_util::future::{BoxFuture, pending};
use rmcp::{
    ErrorData,
    model::{
        CallToolResponse, CallToolResult, ContentBlock, CreateTaskResult, InputRequiredResult,
        MetaObject, Resource, ResourceContents, ResultType, Task, TaskStatus,
    },
};
use serde_json::{Value, json};

use crate::support::{
    READER, Server,
    foreign::{Notes, object, reads, served, tool},
};

const MAIL: &str = "c0vert1@example.com";

type Answers = Arc<dyn Fn() -> Result<CallToolResponse, ErrorData> + Send + Sync>;

async fn serving(answer: impl Fn() -> CallToolResult + Send + Sync + 'static) -> Server {
    served(Notes::new([tool("search")], answer).search().await).await
}

async fn failing(
    answer: impl Fn() -> BoxFuture<'static, Result<CallToolResponse, ErrorData>> + Send + Sync + 'static,
    allow: Allow,
) -> Server {
    let notes = Notes::answering([tool("search")], move |_, _| answer());
    served(notes.listed(allow).await).await
}

#[tokio::test]
async fn every_text_of_an_answer_is_redacted_and_meta_is_dropped() {
    let server = serving(|| {
        let mut meta = MetaObject::new();
        meta.insert(MAIL.into(), json!(MAIL));
        let link = Resource::new(format!("notes://{MAIL}"), MAIL)
            .with_title(format!("mail of {MAIL}"))
            .with_description(format!("password=c0vert1 {MAIL}"))
            .with_mime_type(MAIL)
            .with_meta(meta.clone());
        let embedded = ResourceContents::TextResourceContents {
            uri: format!("notes://{MAIL}"),
            mime_type: Some("text/plain".into()),
            text: json!({ "password": "c0vert1", "email": MAIL }).to_string(),
            meta: Some(meta.clone()),
        };
        CallToolResult::success(vec![
            ContentBlock::text(format!("write to {MAIL}, password=c0vert1")),
            ContentBlock::resource(embedded),
            ContentBlock::resource_link(link),
        ])
        .with_meta(Some(meta))
    })
    .await;
    let answer = server.call(READER, "search", json!({})).await;
    assert!(!answer.body.contains("c0vert1") && !answer.body.contains("_meta"), "{answer:?}");
    let content = answer.result()["content"].clone();
    let kinds: Vec<&Value> = content.as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(kinds, ["text", "resource", "resource_link"]);
    assert_eq!(content[0]["text"], "write to «redacted», password=«redacted»");
    let record = &server.records.all()[0];
    assert!(record["redactions"]["email"].as_u64().unwrap() >= 3, "{record}");
}

#[tokio::test]
async fn own_keys_are_masked_in_structured_content_and_all_that_is_said_beside_it() {
    let schema = json!({ "type": "object", "properties": {
        "author": { "type": "string", "enum": ["c0vert1"] }, "id": { "type": "integer" } },
        "required": ["author"] });
    let tool = tool("search").with_raw_output_schema(Arc::new(object(schema)));
    let notes = Notes::new([tool], || {
        let mut answer = CallToolResult::structured(json!({ "author": "c0vert1", "id": 7 }));
        answer.content.push(ContentBlock::text("one note by c0vert1"));
        answer
    });
    let server = served(notes.listed(reads().redact(["author"])).await).await;
    let answer = server.call(READER, "search", json!({})).await.result();
    assert_eq!(answer["structuredContent"], json!({ "author": "«redacted»", "id": 7 }));
    let text: Value = serde_json::from_str(answer["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, answer["structuredContent"]);
    assert_eq!(answer["content"].as_array().unwrap().len(), 1, "{answer}");
    let list = server.rpc(READER, "tools/list", json!({})).await;
    assert!(!list.body.contains("c0vert1"), "the enum is relaxed: {list:?}");
}

#[tokio::test]
async fn structured_content_that_does_not_fit_its_schema_or_is_missing_is_refused() {
    let answers: [fn() -> CallToolResult; 2] = [
        || CallToolResult::structured(json!({ "id": "c0vert1" })),
        || CallToolResult::success(vec![ContentBlock::text("c0vert1")]),
    ];
    for answer in answers {
        let schema = json!({ "type": "object", "properties": { "id": { "type": "integer" } },
            "required": ["id"] });
        let tool = tool("search").with_raw_output_schema(Arc::new(object(schema)));
        let server = served(Notes::new([tool], answer).search().await).await;
        let answer = server.call(READER, "search", json!({})).await;
        assert_eq!(answer.reason(), "bad_output");
        assert!(!answer.body.contains("c0vert1"));
    }
}

#[tokio::test]
async fn structured_content_without_a_published_schema_is_not_sent_as_such() {
    let server = serving(|| {
        let mut answer = CallToolResult::structured(json!({ "password": "c0vert1" }));
        answer.content.clear();
        answer
    })
    .await;
    let answer = server.call(READER, "search", json!({})).await.result();
    assert!(answer.get("structuredContent").is_none());
    assert_eq!(answer["content"][0]["text"], r#"{"password":"«redacted»"}"#);
}

#[tokio::test]
async fn what_the_servers_schema_declares_secret_is_in_no_other_words() {
    let schema = json!({ "type": "object", "properties": {
        "author": { "type": "string", "x-doorman-redact": "redacted" } } });
    let tool = tool("search").with_raw_output_schema(Arc::new(object(schema)));
    let notes = Notes::new([tool], || {
        let mut answer = CallToolResult::structured(json!({ "author": "c0vert1" }));
        answer.content.push(ContentBlock::text("by c0vert1"));
        answer
    });
    let server = served(notes.search().await).await;
    let answer = server.call(READER, "search", json!({})).await;
    assert!(!answer.body.contains("c0vert1") && !answer.is_error(), "{answer:?}");
}

#[tokio::test]
async fn prose_stays_beside_structured_content_without_secrets() {
    let tool = tool("search").with_raw_output_schema(Arc::new(object(json!({ "type": "object" }))));
    let notes = Notes::new([tool], || {
        let mut answer = CallToolResult::structured(json!({ "id": 7, "mail": MAIL }));
        answer.content.push(ContentBlock::text("one note"));
        answer
    });
    let server = served(notes.search().await).await;
    let answer = server.call(READER, "search", json!({})).await.result();
    assert_eq!(answer["content"][1]["text"], "one note");
}

#[tokio::test]
async fn words_of_a_refusal_stay_inside_where_the_schema_declares_secrets() {
    let schema = json!({ "type": "object", "properties": {
        "author": { "type": "string", "x-doorman-redact": "redacted" } } });
    let tool = tool("search").with_raw_output_schema(Arc::new(object(schema)));
    let notes = Notes::new([tool], || {
        CallToolResult::error(vec![ContentBlock::text("c0vert1 wrote no other note")])
    });
    let server = served(notes.search().await).await;
    let answer = server.call(READER, "search", json!({})).await;
    assert!(answer.is_error() && !answer.body.contains("c0vert1"), "{answer:?}");
    assert_eq!(answer.reason(), "handler_error");
}

#[tokio::test]
async fn an_address_that_holds_its_data_passes_only_where_binary_is_declared() {
    for uri in ["data:text/plain;base64,AAAA", "DaTa:,AAAA", " data:,AAAA", "da\nta:,AAAA"] {
        let contents = ResourceContents::TextResourceContents {
            uri: uri.into(),
            mime_type: None,
            text: "a note".into(),
            meta: None,
        };
        let link = Resource::new(uri, "a note");
        for content in [ContentBlock::resource(contents), ContentBlock::resource_link(link)] {
            let notes = || {
                let content = content.clone();
                Notes::new([tool("search")], move || CallToolResult::success(vec![content.clone()]))
            };
            let server = served(notes().search().await).await;
            let refused = server.call(READER, "search", json!({})).await;
            assert_eq!(refused.reason(), "bad_output", "{uri}");
            let server = served(notes().listed(reads().returns_binary()).await).await;
            assert!(!server.call(READER, "search", json!({})).await.is_error(), "{uri}");
        }
    }
}

#[tokio::test]
async fn pictures_sounds_and_blobs_pass_only_where_they_are_declared() {
    let blob = || ResourceContents::BlobResourceContents {
        uri: "notes://a".into(),
        mime_type: None,
        blob: "AAAA".into(),
        meta: None,
    };
    let contents = [
        ContentBlock::image("AAAA", "image/png"),
        ContentBlock::audio("AAAA", "audio/wav"),
        ContentBlock::resource(blob()),
    ];
    for content in contents {
        let notes = || {
            let content = content.clone();
            Notes::new([tool("search")], move || CallToolResult::success(vec![content.clone()]))
        };
        let refused = served(notes().search().await).await.call(READER, "search", json!({})).await;
        assert_eq!(refused.reason(), "bad_output");
        assert!(!refused.body.contains("AAAA"));
        let server = served(notes().listed(reads().returns_binary()).await).await;
        let passed = server.call(READER, "search", json!({})).await;
        assert!(passed.body.contains("AAAA") && !passed.is_error(), "{passed:?}");
    }
}

#[tokio::test]
async fn tasks_questions_and_results_of_unknown_kinds_are_refused() {
    let mut unknown = CallToolResult::success(vec![ContentBlock::text("c0vert1")]);
    unknown.result_type = serde_json::from_value::<ResultType>(json!("c0vert1")).ok();
    let now = "2026-01-01T00:00:00Z";
    let task = Task::new("c0vert1", TaskStatus::Working, now, now);
    let responses: [CallToolResponse; 3] = [
        InputRequiredResult::from_request_state("c0vert1").into(),
        CreateTaskResult::new(task).into(),
        unknown.into(),
    ];
    for response in responses {
        let server = failing(
            move || {
                let response = response.clone();
                Box::pin(async { Ok(response) })
            },
            reads(),
        )
        .await;
        let answer = server.call(READER, "search", json!({})).await;
        assert_eq!(answer.reason(), "bad_output", "{answer:?}");
        assert!(!answer.body.contains("c0vert1"));
        assert_eq!(server.records.all().len(), 1);
    }
}

#[tokio::test]
async fn words_of_an_error_are_redacted_and_those_of_a_fault_stay_inside() {
    let said = || format!("no note of {MAIL}, password=c0vert1");
    let data = || Some(json!({ "note": "c0vert1" }));
    let told: [Answers; 2] = [
        Arc::new(move || Ok(CallToolResult::error(vec![ContentBlock::text(said())]).into())),
        Arc::new(move || Err(ErrorData::invalid_params(said(), data()))),
    ];
    for answer in told {
        let server = failing(move || Box::pin(std::future::ready(answer())), reads()).await;
        let answer = server.call(READER, "search", json!({})).await;
        assert!(answer.is_error());
        assert_eq!(answer.text(), "no note of «redacted», password=«redacted»");
        assert!(answer.result().get("structuredContent").is_none());
        assert!(!answer.body.contains("c0vert1"), "{answer:?}");
    }
    let inside = failing(
        move || Box::pin(async move { Err(ErrorData::internal_error("c0vert1", data())) }),
        reads(),
    )
    .await;
    let answer = inside.call(READER, "search", json!({})).await;
    assert!(answer.reason() == "handler_error" && !answer.body.contains("c0vert1"), "{answer:?}");
}

#[tokio::test]
async fn a_panic_and_a_server_that_hangs_are_one_answer_and_one_record() {
    let panics = failing(|| panic!("c0vert1"), reads()).await;
    let answer = panics.call(READER, "search", json!({})).await;
    assert!(answer.reason() == "panic" && !answer.body.contains("c0vert1"));
    let hangs = failing(|| Box::pin(pending()), reads().timeout(Duration::from_millis(5))).await;
    assert_eq!(hangs.call(READER, "search", json!({})).await.reason(), "timeout");
    for (server, reason) in [(panics, "panic"), (hangs, "timeout")] {
        let records = server.records.all();
        assert!(records.len() == 1 && records[0]["reason"] == reason, "{records:?}");
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_refused() {
    let server =
        serving(|| CallToolResult::success(vec![ContentBlock::text("x".repeat(1 << 19)); 3])).await;
    assert_eq!(server.call(READER, "search", json!({})).await.reason(), "too_large");
}
