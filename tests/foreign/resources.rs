//! Resources of another server.

use std::sync::{Arc, Mutex, atomic::Ordering};

use doorman::{Allow, Foreign, Listing};
use rmcp::{
    ErrorData,
    model::{
        CallToolResult, InputRequiredResult, Prompt, ReadResourceRequestParams, ReadResourceResult,
        Resource, ResourceContents, ResourceTemplate,
    },
};
use serde_json::{Value, json};

use crate::support::{
    NOBODY, READER, WRITER,
    foreign::{Notes, builder, reads, served},
    serve_with,
    stdio::wire,
};

type Answer = Arc<dyn Fn() -> Result<rmcp::model::ReadResourceResponse, ErrorData> + Send + Sync>;

fn text(uri: &str, text: &str) -> ResourceContents {
    ResourceContents::text(text, uri)
}

fn notes() -> (Notes, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = seen.clone();
    let mut notes = Notes::new([], || CallToolResult::success(vec![]));
    let resource =
        |uri: &str| Resource::new(uri, "a note").with_description("of c0vert1@example.com");
    notes.resources = [
        "notes://public/a",
        "NOTES://Public/b",
        "notes://private/a",
        "notes://public/../private/a",
        "notes://public/c0vert1@example.com",
        "other://a",
    ]
    .map(resource)
    .into();
    notes.templates = ["notes://public/{id}", "notes://private/{id}", "{+uri}", "notes://public/{"]
        .map(|uri| ResourceTemplate::new(uri, "a note"))
        .into();
    notes.read = Arc::new(move |request: ReadResourceRequestParams, _| {
        keep.lock().unwrap().push(request.uri.clone());
        let contents = text(&request.uri, "password=c0vert1");
        Box::pin(async { Ok(ReadResourceResult::new(vec![contents]).into()) })
    });
    (notes, seen)
}

async fn listed(notes: Notes) -> doorman::Toolset {
    let writes = Allow::scopes(["invoices:write"]);
    let foreign = Foreign::new(notes)
        .resource("notes://public/*", reads())
        .resource("notes://private/**", writes);
    foreign.connect().await.unwrap()
}

fn at(uri: &str) -> Value {
    json!({ "uri": uri })
}

#[tokio::test]
async fn a_listed_resource_is_read_redacted_and_recorded_once_without_its_address() {
    let (notes, seen) = notes();
    let server = served(listed(notes.clone()).await).await;
    let answer = server.rpc(READER, "resources/read", at("NOTES://Public/s3cret-name")).await;
    let contents = &answer.result()["contents"][0];
    assert_eq!(contents["text"], "password=«redacted»");
    assert_eq!(answer.result()["cacheScope"], "private");
    assert_eq!(*seen.lock().unwrap(), ["notes://public/s3cret-name"], "the form that was matched");
    let records = server.records.all();
    assert_eq!(records.len(), 1);
    assert_eq!(
        (&records[0]["tool"], &records[0]["reason"]),
        (&json!("resource:notes://public/*"), &json!("ok"))
    );
    assert!(!json!(records).to_string().contains("s3cret"));
    let mut wire = wire(builder(listed(notes).await).stdio_principal("a", "invoices:read"));
    let answer = wire.rpc("resources/read", at("notes://public/a")).await;
    assert!(answer.to_string().contains("password=«redacted»"), "{answer}");
    let refused = wire.rpc("resources/read", at("notes://private/a")).await;
    assert_eq!(refused["error"]["code"], 403, "{refused}");
}

#[tokio::test]
async fn what_is_not_listed_or_not_ones_own_is_refused_and_never_reached() {
    let (notes, seen) = notes();
    let server = served(listed(notes).await).await;
    let refused = server.rpc(READER, "resources/read", at("notes://private/a")).await;
    assert_eq!(refused.status, 403);
    assert_eq!(server.rpc(NOBODY, "resources/read", at("notes://public/a")).await.status, 403);
    let strange = [
        "other://a",
        "notes://public/a/b",
        "notes://public",
        "notes://public/../private/a",
        "notes://public/%2e%2e/private/a",
        "notes://public/%252e%252e/private/a",
        "notes://public/..%2fprivate%2fa",
        "notes://public/a#/../../private",
        "notes://public/a?x=../private",
        "notes://user@public/a",
        "notes://public@private/a",
        "notes://public//a",
        "notes://public\\a",
        "notes://public/a\u{0}",
        "notes://public/a\n",
        "notes://public/a%00",
        "notes://public/\u{202e}a",
        "",
        "*",
    ];
    for uri in strange {
        let answer = server.rpc(WRITER, "resources/read", at(uri)).await;
        assert_eq!(answer.json()["error"]["code"], -32002, "{uri:?}: {answer:?}");
    }
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(server.records.all().len(), strange.len() + 2);
    let record = server.records.all().pop().unwrap();
    assert_eq!((&record["tool"], &record["reason"]), (&json!("resource"), &json!("not_exposed")));
}

#[tokio::test]
async fn lists_show_what_the_caller_may_read_and_nothing_that_no_pattern_matches() {
    let (notes, _) = notes();
    let server = served(listed(notes).await).await;
    let uris = async |token: &str| {
        let list = server.rpc(token, "resources/list", json!({})).await;
        assert!(!list.body.contains("c0vert1"), "{list:?}");
        let list = list.result();
        assert_eq!(list["cacheScope"], "private");
        let uris = list["resources"].as_array().unwrap().iter();
        uris.map(|one| one["uri"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(uris(READER).await, ["notes://public/a", "NOTES://Public/b"]);
    assert_eq!(uris(WRITER).await, ["notes://public/a", "NOTES://Public/b", "notes://private/a"]);
    assert!(uris(NOBODY).await.is_empty());
    let templates = server.rpc(READER, "resources/templates/list", json!({})).await.result();
    let templates = templates["resourceTemplates"].as_array().unwrap().clone();
    assert_eq!(templates.len(), 1);
    assert_eq!(templates[0]["uriTemplate"], "notes://public/{id}");
    assert_eq!(server.records.all().len(), 3, "who may read nothing is not counted");
}

#[tokio::test]
async fn an_address_that_several_patterns_match_is_refused() {
    let (notes, seen) = notes();
    let foreign = Foreign::new(notes).resource("notes://**", reads());
    let foreign = foreign.resource("notes://private/**", Allow::scopes(["invoices:write"]));
    let server = served(foreign.connect().await.unwrap()).await;
    for token in [READER, WRITER] {
        let answer = server.rpc(token, "resources/read", at("notes://private/a")).await;
        assert_eq!(answer.json()["error"]["code"], -32002);
    }
    assert!(seen.lock().unwrap().is_empty());
    assert!(
        server.rpc(READER, "resources/read", at("notes://public/a")).await.result().is_object()
    );
}

#[tokio::test]
async fn contents_that_several_patterns_match_are_refused() {
    let (mut notes, _) = notes();
    notes.read = Arc::new(|_, _| {
        let contents = text("notes://private/a", "c0vert1");
        Box::pin(async { Ok(ReadResourceResult::new(vec![contents]).into()) })
    });
    let foreign = Foreign::new(notes).resource("notes://**", reads());
    let foreign = foreign.resource("notes://private/**", Allow::scopes(["invoices:write"]));
    let server = served(foreign.connect().await.unwrap()).await;
    let answer = server.rpc(READER, "resources/read", at("notes://public/a")).await;
    assert_eq!(answer.json()["error"]["code"], -32603);
    assert!(!answer.body.contains("c0vert1"), "{answer:?}");
}

#[tokio::test]
async fn lists_of_resources_show_nothing_to_others_though_everything_is_listed() {
    let (mut notes, _) = notes();
    notes.resources.retain(|resource| resource.uri == "notes://private/a");
    notes.templates.retain(|template| template.uri_template == "notes://private/{id}");
    let server = serve_with(builder(listed(notes).await).listing(Listing::All)).await;
    for method in ["resources/list", "resources/templates/list"] {
        for token in [NOBODY, READER] {
            let list = server.rpc(token, method, json!({})).await;
            assert!(!list.body.contains("a note"), "{list:?}");
        }
        assert!(server.rpc(WRITER, method, json!({})).await.body.contains("a note"));
    }
}

#[tokio::test]
async fn a_list_of_which_the_caller_may_read_nothing_is_not_asked_for() {
    let (notes, _) = notes();
    let (mut hidden, calls) = (notes.clone(), Arc::default());
    hidden.calls = Arc::clone(&calls);
    let foreign = Foreign::new(notes).resource("notes://public/*", reads()).connect().await;
    let writes = Allow::scopes(["invoices:write"]);
    let hidden = Foreign::new(hidden).resource("notes://private/*", writes).connect().await;
    let server = serve_with(builder(foreign.unwrap()).tools(hidden.unwrap())).await;
    for method in ["resources/list", "resources/templates/list"] {
        let list = server.rpc(READER, method, json!({})).await;
        assert!(list.body.contains("notes://public/"), "{list:?}");
        assert!(!list.body.contains("notes://private/"), "{list:?}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_fails_takes_the_lists_of_no_other() {
    let (notes, _) = notes();
    let mut broken = notes.clone();
    broken.broken = true;
    let foreign = Foreign::new(notes).resource("notes://public/*", reads()).connect().await;
    let broken = Foreign::new(broken).resource("notes://private/*", reads()).connect().await;
    let server = serve_with(builder(broken.unwrap()).tools(foreign.unwrap())).await;
    for method in ["resources/list", "resources/templates/list"] {
        let list = server.rpc(READER, method, json!({})).await;
        assert!(list.body.contains("notes://public"), "{list:?}");
    }
}

#[tokio::test]
async fn what_a_pattern_masks_is_masked_in_its_lists() {
    let (mut notes, _) = notes();
    notes.resources =
        vec![Resource::new("notes://public/a", "a").with_description("author: c0vert1")];
    notes.templates =
        vec![ResourceTemplate::new("notes://public/{a}", "a").with_description("author: c0vert1")];
    let foreign = Foreign::new(notes)
        .resource("notes://public/*", reads().redact(["author"]))
        .resource("notes://private/*", reads().redact(["author", "editor"]));
    let server = served(foreign.connect().await.unwrap()).await;
    for method in ["resources/list", "resources/templates/list"] {
        let list = server.rpc(READER, method, json!({})).await;
        assert!(list.body.contains("«redacted»") && !list.body.contains("c0vert1"), "{list:?}");
    }
}

#[tokio::test]
async fn a_malformed_request_for_what_is_served_is_refused_and_recorded() {
    let (mut notes, _) = notes();
    notes.prompts = vec![Prompt::new("summary", None::<String>, None)];
    let foreign =
        Foreign::new(notes).resource("notes://public/*", reads()).prompt("summary", reads());
    let server = served(foreign.connect().await.unwrap()).await;
    for (method, params, what) in [
        ("resources/read", json!({ "uri": 7 }), "resource"),
        ("resources/read", json!({}), "resource"),
        ("prompts/get", json!({ "name": ["c0vert1"] }), "prompt"),
    ] {
        let before = server.records.all().len();
        let answer = server.rpc(READER, method, params).await;
        assert_eq!(answer.json()["error"]["code"], -32602, "{answer:?}");
        assert!(answer.body.contains("malformed") && !answer.body.contains("c0vert1"));
        let records = server.records.all();
        assert_eq!(records.len(), before + 1);
        assert_eq!(
            (&records[before]["tool"], &records[before]["reason"]),
            (&json!(what), &json!("not_exposed"))
        );
    }
}

#[tokio::test]
async fn contents_of_another_address_blobs_and_unfinished_answers_are_refused() {
    let blob = || ResourceContents::BlobResourceContents {
        uri: "notes://public/a".into(),
        mime_type: None,
        blob: "czNudDFuZWw=".into(),
        meta: None,
    };
    let whole = |contents| Ok(ReadResourceResult::new(vec![contents]).into());
    let answers: [Answer; 5] = [
        Arc::new(move || whole(text("notes://private/a", "c0vert1"))),
        Arc::new(move || whole(blob())),
        Arc::new(|| Ok(InputRequiredResult::from_request_state("c0vert1").into())),
        Arc::new(|| Err(ErrorData::resource_not_found("c0vert1", Some(json!("c0vert1"))))),
        Arc::new(|| panic!("c0vert1")),
    ];
    for answer in answers {
        let (mut notes, _) = notes();
        notes.read = Arc::new(move |_, _| {
            let answer = answer.clone();
            Box::pin(async move { answer() })
        });
        let server = served(listed(notes).await).await;
        let answer = server.rpc(READER, "resources/read", at("notes://public/a")).await;
        assert_eq!(answer.json()["error"]["code"], -32603);
        assert!(!answer.body.contains("c0vert1") && !answer.body.contains("czNudDF"), "{answer:?}");
        assert_eq!(server.records.all().len(), 1);
    }
    let (mut notes, _) = notes();
    notes.read = Arc::new(move |_, _| Box::pin(async move { whole(blob()) }));
    let foreign = Foreign::new(notes).resource("notes://public/*", reads().returns_binary());
    let server = served(foreign.connect().await.unwrap()).await;
    let answer = server.rpc(READER, "resources/read", at("notes://public/a")).await.result();
    assert_eq!(answer["contents"][0]["blob"], "czNudDFuZWw=");
}

#[tokio::test]
async fn resources_and_lists_of_them_have_rates() {
    let (notes, _) = notes();
    let foreign = Foreign::new(notes).resource("notes://public/*", reads().rate("1/h per_caller"));
    let builder = builder(foreign.connect().await.unwrap()).rate_limit("2/h per_caller_tool");
    let server = serve_with(builder).await;
    let reason = async |method: &str, params: Value| {
        let answer = server.rpc(READER, method, params).await.json();
        answer["error"]["data"]["doorman/refusal"]["reason"].clone()
    };
    assert_eq!(reason("resources/read", at("notes://public/a")).await, json!(null));
    assert_eq!(reason("resources/read", at("notes://public/a")).await, "rate_limited");
    for expected in [json!(null), json!(null), json!("rate_limited")] {
        assert_eq!(reason("resources/list", json!({})).await, expected);
    }
}

#[tokio::test]
async fn mistakes_in_what_is_listed_end_the_start() {
    for (pattern, allow, words) in [
        ("notes://a/../**", reads(), "it is no plain address"),
        ("**", reads(), "it is no plain address"),
        ("notes://***", reads(), "`***` means nothing"),
        ("notes://*", Allow::scopes(["a"]).destructive(), "remove its effect"),
        ("notes://*", reads().pin("x"), "pins are for tools"),
        ("notes://*", reads().rate("x"), "its `rate`"),
    ] {
        let error = Foreign::new(notes().0).resource(pattern, allow).connect().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let twice =
        Foreign::new(notes().0).resource("notes://*", reads()).resource("notes://*", reads());
    assert!(twice.connect().await.unwrap_err().to_string().contains("listed twice"));
}
