//! How extractors become arguments, and arguments a request.

use std::collections::{BTreeMap, HashMap};

use axum::{
    Json,
    extract::{Form, FromRequest, Path, Query, Request},
    http::StatusCode,
};
use doorman::{Doorman, Error, Toolset};
use doorman_axum::{Describe, Place, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Server, serve_with};

#[derive(Deserialize, JsonSchema)]
struct Line {
    shop: String,
    line: u32,
}

#[derive(Deserialize, JsonSchema)]
struct Page {
    /// From 1.
    page: Option<u32>,
    sort: Option<Sort>,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Sort {
    Asc,
    Desc,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Item {
    text: String,
    tags: Vec<String>,
    child: Option<Box<Item>>,
}

/// Everything at once.
#[expose(put = "/shops/{shop}/lines/{line}", scopes = ["x"], destructive)]
async fn everything(
    Path(line): Path<Line>,
    Query(page): Query<Page>,
    Json(item): Json<Item>,
) -> Json<Value> {
    Json(
        json!({ "shop": line.shop, "line": line.line, "page": page.page, "sort": page.sort, "item": item }),
    )
}

#[expose(get = "/pairs/{a}/{b}", public)]
async fn pair(Path((a, b)): Path<(String, u8)>) -> Json<Value> {
    Json(json!([a, b]))
}

#[expose(get = "/maps/{a}/{b}", public)]
async fn maps(
    Path(path): Path<BTreeMap<String, String>>,
    Query(filter): Query<BTreeMap<String, String>>,
) -> Json<Value> {
    Json(json!([path, filter]))
}

#[expose(post = "/items", scopes = ["x"], destructive)]
async fn items(Json(list): Json<Vec<Item>>) -> Json<usize> {
    Json(list.len())
}

#[expose(post = "/unnamed", scopes = ["x"], destructive)]
async fn unnamed(_: Json<HashMap<String, u8>>) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[expose(patch = "/maybe", scopes = ["x"], destructive)]
async fn maybe(item: Option<Json<Item>>) -> String {
    item.map_or_else(|| "none".into(), |Json(item)| item.text)
}

#[expose(get = "/form", public)]
async fn form_in_query(Form(page): Form<Page>) -> Json<Option<u32>> {
    Json(page.page)
}

#[expose(delete = "/blind/{id}", scopes = ["x"], destructive)]
async fn blind(uri: http::Uri) -> String {
    uri.path().to_owned()
}

fn handlers() -> Toolset {
    tools![everything, pair, maps, items, unnamed, maybe, form_in_query, blind].with_state(())
}

async fn start() -> Server {
    serve_with(Doorman::dev("b").tools(handlers())).await
}

async fn input(server: &Server, name: &str) -> Value {
    let list = server.rpc("", "tools/list", json!({})).await.result();
    let tool = list["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap();
    tool["inputSchema"].clone()
}

#[tokio::test]
async fn path_query_and_body_are_one_flat_closed_object() {
    let server = start().await;
    let schema = input(&server, "everything").await;
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["child", "line", "page", "shop", "sort", "tags", "text"]);
    assert_eq!(schema["required"], json!(["line", "shop", "tags", "text"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["page"]["description"], "From 1.");
    let arguments = json!({ "shop": "a/b", "line": 3, "sort": "desc", "text": "t", "tags": ["x"],
        "child": { "text": "c", "tags": [] } });
    let answer = server.call("", "everything", arguments).await;
    assert_eq!(
        answer.result()["structuredContent"]["result"],
        json!({ "shop": "a/b", "line": 3, "page": null, "sort": "desc",
            "item": { "text": "t", "tags": ["x"], "child": { "text": "c", "tags": [], "child": null } } })
    );
}

#[tokio::test]
async fn a_nested_misfit_is_named_by_its_place() {
    let server = start().await;
    let arguments = json!({ "shop": "a", "line": 3, "text": "t", "tags": [],
        "child": { "text": "c", "tags": ["ok", 5] } });
    let answer = server.call("", "everything", arguments).await;
    assert_eq!(answer.reason(), "invalid_arguments", "{answer:?}");
    assert!(answer.text().contains("`child"), "{answer:?}");
}

#[tokio::test]
async fn tuples_and_maps_read_placeholders() {
    let server = start().await;
    assert_eq!(input(&server, "pair").await["required"], json!(["a", "b"]));
    assert_eq!(input(&server, "pair").await["properties"]["b"]["maximum"], 255);
    let answer = server.call("", "pair", json!({ "a": "x", "b": 7 })).await;
    assert_eq!(answer.result()["structuredContent"]["result"], json!(["x", 7]));
    let schema = input(&server, "maps").await;
    assert_eq!(schema["properties"]["a"]["type"], "string");
    assert_eq!(schema["properties"]["filter"]["type"], "object");
    let answer =
        server.call("", "maps", json!({ "a": "1", "b": "2", "filter": { "k&": "v=" } })).await;
    assert_eq!(
        answer.result()["structuredContent"]["result"],
        json!([{ "a": "1", "b": "2" }, { "k&": "v=" }])
    );
}

#[tokio::test]
async fn what_has_no_plain_fields_goes_under_the_parameters_name() {
    let server = start().await;
    assert_eq!(input(&server, "items").await["required"], json!(["list"]));
    let answer = server.call("", "items", json!({ "list": [{ "text": "a", "tags": [] }] })).await;
    assert_eq!(answer.result()["structuredContent"]["result"], 1);
    assert_eq!(input(&server, "unnamed").await["required"], json!(["body"]));
    assert_eq!(server.call("", "unnamed", json!({ "body": { "a": 1 } })).await.text(), "done");
}

#[tokio::test]
async fn an_optional_body_may_be_left_out() {
    let server = start().await;
    assert_eq!(input(&server, "maybe").await.get("required"), None);
    assert_eq!(server.call("", "maybe", json!({})).await.text(), "none");
    assert_eq!(server.call("", "maybe", json!({ "text": "a", "tags": [] })).await.text(), "a");
}

#[tokio::test]
async fn a_form_of_a_get_is_its_query() {
    let server = start().await;
    let answer = server.call("", "form_in_query", json!({ "page": 3 })).await;
    assert_eq!(answer.result()["structuredContent"]["result"], 3);
}

#[tokio::test]
async fn a_placeholder_that_nobody_describes_is_a_text() {
    let server = start().await;
    assert_eq!(input(&server, "blind").await["properties"], json!({ "id": { "type": "string" } }));
    assert_eq!(server.call("", "blind", json!({ "id": "a/b" })).await.text(), "/blind/%61%2Fb");
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is read")]
struct Id {
    id: u8,
}

#[expose(post = "/twice/{id}", scopes = ["x"], destructive)]
async fn twice(Path(_): Path<u8>, Json(_): Json<Id>) -> String {
    String::new()
}

#[expose(get = "/other/{id}", public)]
async fn misnamed(Path(_): Path<Line>) -> String {
    String::new()
}

/// Takes the body, with this state only.
struct Secretly;

impl FromRequest<u8> for Secretly {
    type Rejection = StatusCode;

    async fn from_request(_: Request, _: &u8) -> Result<Self, StatusCode> {
        Ok(Self)
    }
}

#[expose(post = "/secretly", scopes = ["x"], destructive)]
async fn secretly(_: Secretly) -> String {
    String::new()
}

struct Openly;

impl Describe for Openly {
    type Asked = Id;
    const PLACE: Place = Place::Json;
}

impl FromRequest<u8> for Openly {
    type Rejection = StatusCode;

    async fn from_request(_: Request, _: &u8) -> Result<Self, StatusCode> {
        Ok(Self)
    }
}

#[expose(post = "/openly", scopes = ["x"], destructive)]
async fn openly(_: Openly) -> String {
    String::new()
}

fn refused(tools: Toolset, words: &str) {
    let error = Doorman::dev("b").tools(tools).build().unwrap_err();
    assert!(matches!(error, Error::Tool { .. } | Error::Several(_)));
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn what_only_the_built_program_can_see_is_refused_there() {
    refused(tools![twice].with_state(()), "tool `twice`: two arguments are named `id`");
    refused(
        tools![misnamed].with_state(()),
        "tool `misnamed`: `Path` asks for `line`, which the route does not have",
    );
    refused(
        tools![secretly].with_state(1),
        "tool `secretly`: its last argument takes the body and is not described",
    );
    assert_eq!(tools![openly].with_state(1).len(), 1);
}

#[expose(get = "/same", public, name = "same_one")]
async fn same_one() -> String {
    String::new()
}

#[expose(get = "/same", public, name = "same_two")]
async fn same_two() -> String {
    String::new()
}

#[test]
fn two_handlers_of_one_route_are_refused_and_never_panic() {
    refused(
        tools![same_one, same_two].with_state(()),
        "tool `same_two`: its path `/same`: the tool `same_one` has the same method and path",
    );
}

#[derive(Deserialize, JsonSchema)]
struct Limited {
    #[schemars(range(max = 10))]
    #[expect(dead_code, reason = "only its schema is read")]
    limit: Option<u32>,
}

#[expose(get = "/mixed", public)]
async fn mixed(Query(_): Query<Limited>, Query(_): Query<HashMap<String, String>>) -> String {
    String::new()
}

#[expose(get = "/before/{id}", public)]
async fn query_before_path(Query(_): Query<Id>, Path(_): Path<u8>) -> String {
    String::new()
}

#[expose(post = "/undescribed/{id}", scopes = ["x"], destructive)]
async fn body_beside_an_undescribed_placeholder(Json(_): Json<Id>) -> String {
    String::new()
}

#[expose(get = "/wide", public)]
async fn wide() -> Json<u128> {
    Json(u128::MAX)
}

#[test]
fn one_argument_goes_to_one_place_under_one_schema() {
    refused(
        tools![mixed].with_state(()),
        "one extractor reads the whole query, so no other may read a part of it",
    );
    refused(tools![query_before_path].with_state(()), "two arguments are named `id`");
    refused(
        tools![body_beside_an_undescribed_placeholder].with_state(()),
        "two arguments are named `id`",
    );
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is read")]
struct Structured {
    page: Option<Box<Count>>,
    sort: Option<Sort>,
    anything: Option<String>,
}

#[expose(get = "/structured", public)]
async fn structured(Query(_): Query<Structured>) -> String {
    String::new()
}

#[expose(post = "/structured", scopes = ["x"], destructive)]
async fn structured_form(Form(_): Form<Structured>) -> String {
    String::new()
}

#[test]
fn a_query_or_a_form_that_would_hold_an_object_is_refused() {
    refused(
        tools![structured].with_state(()),
        "tool `structured`: `page` is an object, and a query or a form holds none",
    );
    refused(tools![structured_form].with_state(()), "tool `structured_form`: `page` is an object");
}

#[test]
fn a_result_that_would_be_rounded_is_refused() {
    refused(tools![wide].with_state(()), "its result has integers of 128 bits");
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
struct Count {
    count: u64,
}

#[expose(post = "/nothing", scopes = ["x"], destructive)]
async fn nothing(Json(_): Json<Nothing>) -> String {
    "nothing".into()
}

#[expose(get = "/count/{count}", public)]
async fn count_path(Path(count): Path<u64>) -> Json<u64> {
    Json(count)
}

#[expose(post = "/count", scopes = ["x"], destructive)]
async fn count_body(Json(count): Json<Count>) -> Json<u64> {
    Json(count.count)
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

#[expose(post = "/length", scopes = ["x"], destructive)]
async fn length(Json(text): Json<Text>) -> Json<usize> {
    Json(text.text.len())
}

#[tokio::test]
async fn a_body_without_fields_asks_for_nothing() {
    let server = serve_with(Doorman::dev("b").tools(tools![nothing].with_state(()))).await;
    assert_eq!(input(&server, "nothing").await["properties"], json!({}));
    assert_eq!(server.call("", "nothing", json!({})).await.text(), "nothing");
}

#[tokio::test]
async fn a_whole_number_is_an_integer_however_it_is_written() {
    let server =
        serve_with(Doorman::dev("b").tools(tools![count_path, count_body].with_state(()))).await;
    for tool in ["count_path", "count_body"] {
        for (written, read) in
            [("7", 7), ("7.0", 7), ("7e0", 7), ("0.7e1", 7), ("-0", 0), ("-0.0", 0), ("1e2", 100)]
        {
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{"count":{written}}}}}}}"#
            );
            let answer = server.post_with("", &body).await;
            assert_eq!(
                answer.result()["structuredContent"]["result"],
                read,
                "{tool} {written}: {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_raised_body_limit_holds_for_the_handler_too() {
    let builder = Doorman::dev("b").tools(tools![length].with_state(())).body_limit(4 << 20);
    let server = serve_with(builder).await;
    let answer = server.call("", "length", json!({ "text": "x".repeat(3 << 20) })).await;
    assert_eq!(answer.result()["structuredContent"]["result"], 3 << 20);
}
