//! What a type declares hidden is hidden in every answer of a tool, and nowhere else.

use std::collections::{BTreeMap, HashMap};

use axum::{Json, Router, extract::Path, http::StatusCode, routing::get};
use doorman::{Pii, Redact, Secret};
use doorman_axum::{expose, tools};
use http::{Method, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    sentinels::Net,
    support::{READER, serve},
};

/// What nobody is to see: no pattern and no key would find it.
const HIDDEN: &str = "zyzzyva";
const SHOWN: &str = "shown";
const MASK: &str = "«redacted»";

fn hidden() -> String {
    HIDDEN.to_owned()
}

fn shown() -> String {
    SHOWN.to_owned()
}

#[derive(Clone, Serialize, Redact)]
#[serde(rename_all = "camelCase")]
struct Person {
    nick: String,
    #[redact]
    full_name: String,
    #[redact]
    #[serde(rename = "type")]
    kind: Option<String>,
    #[redact(mask = "last4")]
    card_number: String,
    #[redact]
    lucky_number: u64,
    #[redact]
    places: Vec<BTreeMap<String, (f64, bool)>>,
    /// Recursive.
    friends: Vec<Person>,
}

#[derive(Clone, Serialize, Redact)]
enum External {
    Plain,
    Newtype(#[redact] String),
    Tuple(String, #[redact] String),
    Struct {
        #[redact]
        a: String,
        b: String,
    },
    Wrapped(Pii<String>),
}

#[derive(Clone, Serialize, Redact)]
#[serde(tag = "kind")]
enum Internal {
    Plain,
    Newtype(Newtype),
    Struct {
        #[redact]
        a: String,
        b: String,
    },
}

#[derive(Clone, Serialize, Redact)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Plain,
    Newtype(#[redact] String),
    Tuple(#[redact] u64, String),
    Struct {
        #[redact]
        a: String,
    },
}

#[derive(Clone, Serialize, Redact)]
#[serde(untagged)]
enum Untagged {
    Struct {
        #[redact]
        a: String,
        b: u8,
    },
    Tuple(u8, #[redact] String),
    Text(#[redact] String),
}

#[derive(Clone, Serialize, Redact)]
#[serde(transparent)]
struct Transparent {
    #[redact]
    inner: String,
}

#[derive(Clone, Serialize, Redact)]
struct Newtype {
    #[redact]
    name: String,
}

#[derive(Clone, Serialize, Redact)]
struct Pair(#[redact] String, String);

#[derive(Clone, Serialize, Redact)]
struct Page<T, const N: usize>
where
    T: Clone,
{
    items: Vec<T>,
    #[redact]
    cursor: T,
    numbers: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize, Redact)]
#[serde(default)]
struct Settings<'a> {
    #[redact]
    token: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[redact]
    absent: Option<String>,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self { token: HIDDEN.into(), absent: None }
    }
}

type Extra = BTreeMap<String, Value>;

/// Derives nothing of doorman's, and holds what does.
#[derive(Clone, Serialize, JsonSchema)]
struct Everything {
    person: Person,
    by_name: HashMap<String, Person>,
    by_number: BTreeMap<u32, Pair>,
    external: Vec<External>,
    internal: Vec<Internal>,
    adjacent: Vec<Adjacent>,
    untagged: Vec<Untagged>,
    transparent: Option<Transparent>,
    page: Page<String, 2>,
    other_page: Page<Pii<u8>, 1>,
    #[serde(flatten)]
    flat: Newtype,
    #[serde(flatten)]
    choice: Internal,
    settings: Settings<'static>,
    wrapped: (Pii<Vec<String>>, Secret<Extra>, Option<Secret<Newtype>>),
    boxed: Box<Pii<Option<f64>>>,
    anything: Value,
}

fn person(friends: Vec<Person>) -> Person {
    Person {
        nick: shown(),
        full_name: hidden(),
        kind: Some(hidden()),
        card_number: format!("{HIDDEN}-4242"),
        lucky_number: 777_777,
        places: vec![BTreeMap::from([(hidden(), (777_777.5, true))])],
        friends,
    }
}

fn everything() -> Everything {
    let person = person(vec![person(vec![person(Vec::new())]), person(Vec::new())]);
    let newtype = Newtype { name: hidden() };
    Everything {
        by_name: HashMap::from([(shown(), person.clone())]),
        by_number: BTreeMap::from([(7, Pair(hidden(), shown()))]),
        external: vec![
            External::Plain,
            External::Newtype(hidden()),
            External::Tuple(shown(), hidden()),
            External::Struct { a: hidden(), b: shown() },
            External::Wrapped(hidden().into()),
        ],
        internal: vec![
            Internal::Plain,
            Internal::Newtype(newtype.clone()),
            Internal::Struct { a: hidden(), b: shown() },
        ],
        adjacent: vec![
            Adjacent::Plain,
            Adjacent::Newtype(hidden()),
            Adjacent::Tuple(777_777, shown()),
            Adjacent::Struct { a: hidden() },
        ],
        untagged: vec![
            Untagged::Struct { a: hidden(), b: 1 },
            Untagged::Tuple(1, hidden()),
            Untagged::Text(hidden()),
        ],
        transparent: Some(Transparent { inner: hidden() }),
        page: Page { items: vec![shown()], cursor: hidden(), numbers: vec![1, 2] },
        other_page: Page { items: vec![77.into()], cursor: 77.into(), numbers: vec![1] },
        flat: newtype.clone(),
        choice: Internal::Struct { a: hidden(), b: shown() },
        settings: Settings::default(),
        wrapped: (
            vec![hidden()].into(),
            BTreeMap::from([(hidden(), json!({ HIDDEN: [HIDDEN, 777_777] }))]).into(),
            Some(newtype.into()),
        ),
        boxed: Box::new(Some(777_777.5).into()),
        anything: json!({ "full_name": SHOWN, "a": [SHOWN] }),
        person,
    }
}

/// Tells everything.
#[expose(get = "/everything", scopes = ["invoices:read"])]
async fn tell() -> Json<Everything> {
    Json(everything())
}

/// Tells a list, which is sent under `result`.
#[expose(get = "/list", scopes = ["invoices:read"])]
async fn list() -> Json<Vec<Person>> {
    Json(vec![person(Vec::new())])
}

/// Tells one text.
#[expose(get = "/text", scopes = ["invoices:read"])]
async fn text() -> Json<Pii<String>> {
    Json(hidden().into())
}

fn masked_person(friends: Value) -> Value {
    let mut person = json!({
        "nick": SHOWN, "fullName": MASK, "type": MASK, "cardNumber": "«…4242»", "luckyNumber": MASK,
        "places": [{ MASK: [MASK, MASK] }],
    });
    person["friends"] = friends;
    person
}

#[tokio::test]
async fn what_is_declared_is_masked_in_every_shape_and_all_else_is_whole() {
    let net = Net::cast();
    let server = serve(tools![tell, list, text].with_state(())).await;
    let answer = server.call(READER, "tell", json!({})).await;
    assert!(!answer.is_error(), "{answer:?}");
    let leaf = || masked_person(json!([]));
    let person = masked_person(json!([masked_person(json!([leaf()])), leaf()]));
    let expected = json!({
        "person": person,
        "by_name": { SHOWN: person },
        "by_number": { "7": [MASK, SHOWN] },
        "external": ["Plain", { "Newtype": MASK }, { "Tuple": [SHOWN, MASK] },
            { "Struct": { "a": MASK, "b": SHOWN } }, { "Wrapped": MASK }],
        "internal": [{ "kind": "Plain" }, { "kind": "Newtype", "name": MASK },
            { "kind": "Struct", "a": MASK, "b": SHOWN }],
        "adjacent": [{ "t": "Plain" }, { "t": "Newtype", "c": MASK }, { "t": "Tuple", "c": [MASK, SHOWN] },
            { "t": "Struct", "c": { "a": MASK } }],
        "untagged": [{ "a": MASK, "b": 1 }, [1, MASK], MASK],
        "transparent": MASK,
        "page": { "items": [SHOWN], "cursor": MASK, "numbers": [1, 2] },
        "other_page": { "items": [MASK], "cursor": MASK, "numbers": [1] },
        "name": MASK, "kind": "Struct", "a": MASK, "b": SHOWN,
        "settings": { "token": MASK },
        "wrapped": [[MASK], { MASK: { MASK: [MASK, MASK] } }, { "name": MASK }],
        "boxed": MASK,
        "anything": { "full_name": SHOWN, "a": [SHOWN] },
    });
    assert_eq!(answer.result()["structuredContent"], expected);
    assert_eq!(serde_json::from_str::<Value>(&answer.text()).unwrap(), expected);

    let list = server.call(READER, "list", json!({})).await;
    assert_eq!(list.result()["structuredContent"], json!({ "result": [leaf()] }));
    let text = server.call(READER, "text", json!({})).await;
    assert_eq!(text.result()["structuredContent"], json!({ "result": MASK }));

    let published = server.rpc(READER, "tools/list", json!({})).await;
    assert!(published.body.matches("x-doorman-redact").count() > 20, "{published:?}");
    let records = server.records.all();
    assert_eq!(records[1]["redactions"], json!({ "declared": 7 }));
    for shown in [answer.body, list.body, text.body, published.body]
        .into_iter()
        .chain(records.iter().map(Value::to_string))
        .chain(net.lines().into_iter().map(|(_, line)| line))
    {
        for planted in [HIDDEN, "777777", "777_777"] {
            assert!(!shown.contains(planted), "{shown}");
        }
    }
}

#[tokio::test]
async fn plain_http_stays_whole() {
    let app = Router::new().route("/everything", get(tell));
    let request = Request::builder().method(Method::GET).uri("/everything");
    let answer = app.oneshot(request.body(String::new()).unwrap()).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body, serde_json::to_value(everything()).unwrap());
    assert_eq!(body["person"]["cardNumber"], format!("{HIDDEN}-4242"));
    assert_eq!(body["wrapped"][0], json!([HIDDEN]));
}

/// A type whose schema does not tell the truth.
#[derive(Serialize, Redact)]
struct Untrue {
    #[redact]
    a: String,
    #[schemars(skip)]
    b: Newtype,
    #[schemars(rename = "d")]
    c: Option<String>,
}

/// Tells what its schema does not.
#[expose(get = "/untrue", scopes = ["invoices:read"])]
async fn untrue() -> Json<Untrue> {
    Json(Untrue { a: hidden(), b: Newtype { name: hidden() }, c: Some(hidden()) })
}

#[tokio::test]
async fn what_the_schema_does_not_tell_of_never_leaves() {
    let server = serve(tools![untrue].with_state(())).await;
    let answer = server.call(READER, "untrue", json!({})).await;
    assert!(!answer.body.contains(HIDDEN), "{answer:?}");
}

#[test]
fn the_schema_is_the_one_that_schemars_derives_with_the_marks() {
    let schema = schemars::schema_for!(Page<String, 2>).to_value();
    assert_eq!(schema["title"], "Page");
    assert_eq!(
        schema["properties"]["cursor"],
        json!({ "type": "string", "x-doorman-redact": "redacted" })
    );
    let person = schemars::schema_for!(Person).to_value();
    assert_eq!(person["properties"]["friends"]["items"]["$ref"], "#");
    assert_eq!(person["properties"]["friends"]["description"], "Recursive.");
    assert_eq!(person["title"], "Person");
}

/// One person, or why there is none: in words, or as a document.
#[expose(get = "/people/{why}", scopes = ["invoices:read"])]
async fn find_person(Path(why): Path<String>) -> Result<Json<Named>, (StatusCode, String)> {
    let named = json!({ "nick": SHOWN, "full_name": HIDDEN }).to_string();
    let words = if why == "words" { "nobody of that name".into() } else { named };
    Err((StatusCode::NOT_FOUND, words))
}

#[derive(Serialize, Redact)]
struct Named {
    nick: String,
    #[redact]
    full_name: String,
}

#[tokio::test]
async fn a_handler_refuses_in_its_words_and_a_document_of_them_stays_inside() {
    let server = serve(tools![find_person].with_state(())).await;
    let words = server.call(READER, "find_person", json!({ "why": "words" })).await;
    assert_eq!(words.text(), "nobody of that name");
    let document = server.call(READER, "find_person", json!({ "why": "document" })).await;
    assert!(document.is_error() && !document.body.contains(HIDDEN), "{document:?}");
    assert!(!document.body.contains(SHOWN));
}
