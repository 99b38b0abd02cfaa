//! Plain functions as tools.

use std::fmt;

use doorman::{Doorman, FromRef, Principal, State, Toolset, expose, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Server, serve_with};

#[derive(Clone)]
struct App {
    greeting: &'static str,
    factor: Factor,
}

#[derive(Clone, Copy)]
struct Factor(i64);

impl FromRef<App> for Factor {
    fn from_ref(app: &App) -> Self {
        app.factor
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Point {
    x: i64,
    y: i64,
}

#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shop is closed")
    }
}

/// Multiplies.
#[expose(public, read_only)]
fn scale(
    /// What is scaled.
    point: Point,
    /// How often; once where it is left out.
    times: Option<u8>,
    State(factor): State<Factor>,
) -> Point {
    let by = factor.0.pow(times.unwrap_or(1).into());
    Point { x: point.x * by, y: point.y * by }
}

/// Greets.
#[expose(public, read_only)]
async fn greet(principal: Principal, State(app): State<App>, name: String) -> String {
    assert!(principal.verified());
    format!("{}, {name}", app.greeting)
}

/// Counts.
#[expose(public, read_only)]
fn count(items: Vec<String>) -> usize {
    items.len()
}

/// Buys.
#[expose(scopes = ["shop:buy"], destructive)]
async fn buy(open: bool) -> Result<Point, Closed> {
    if open { Ok(Point { x: 1, y: 1 }) } else { Err(Closed) }
}

/// Does nothing.
#[expose(public, read_only)]
fn nothing() {}

/// Finds.
#[expose(public, read_only)]
fn find(key: String) -> Option<u8> {
    (key == "known").then_some(7)
}

/// Panics.
#[expose(public, read_only)]
fn fall() -> String {
    panic!("the test wants it")
}

fn plain() -> Toolset {
    tools![scale, greet, count, buy, nothing, find, fall]
        .with_state(App { greeting: "Hello", factor: Factor(3) })
}

async fn start() -> Server {
    serve_with(Doorman::dev("b").tools(plain())).await
}

#[tokio::test]
async fn arguments_are_parameters_and_results_are_values() {
    let server = start().await;
    let answers = [
        ("scale", json!({ "point": { "x": 1, "y": -2 } }), json!({ "x": 3, "y": -6 })),
        ("scale", json!({ "point": { "x": 1, "y": 0 }, "times": 2 }), json!({ "x": 9, "y": 0 })),
        ("scale", json!({ "point": { "x": 1, "y": 0 }, "times": null }), json!({ "x": 3, "y": 0 })),
        ("count", json!({ "items": ["a", "b"] }), json!({ "result": 2 })),
        ("buy", json!({ "open": true }), json!({ "x": 1, "y": 1 })),
        ("find", json!({ "key": "known" }), json!({ "result": 7 })),
        ("find", json!({ "key": "other" }), json!({ "result": null })),
    ];
    for (tool, arguments, expected) in answers {
        let answer = server.call("", tool, arguments).await;
        assert_eq!(answer.result()["structuredContent"], expected, "{tool}: {answer:?}");
        assert_eq!(serde_json::from_str::<Value>(&answer.text()).unwrap(), expected);
    }
}

#[tokio::test]
async fn texts_and_nothing_have_no_structured_content() {
    let server = start().await;
    for (tool, arguments, text) in
        [("greet", json!({ "name": "Ada" }), "Hello, Ada"), ("nothing", json!({}), "done")]
    {
        let answer = server.call("", tool, arguments).await;
        assert_eq!(
            (answer.text().as_str(), answer.result().get("structuredContent")),
            (text, None)
        );
    }
}

#[tokio::test]
async fn an_error_is_told_in_its_own_words() {
    let server = start().await;
    let answer = server.call("", "buy", json!({ "open": false })).await;
    assert_eq!(
        (answer.text().as_str(), answer.reason().as_str()),
        ("the shop is closed", "handler_error")
    );
}

#[tokio::test]
async fn a_panic_answers_the_caller() {
    assert_eq!(start().await.call("", "fall", json!({})).await.reason(), "panic");
}

#[tokio::test]
async fn parameters_are_published_with_their_doc_comments() {
    let server = start().await;
    let list = server.rpc("", "tools/list", json!({})).await.result();
    let scale =
        list["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "scale").unwrap();
    let input = &scale["inputSchema"];
    assert_eq!(input["required"], json!(["point"]));
    assert_eq!(input["properties"]["point"]["description"], "What is scaled.");
    assert_eq!(
        input["properties"]["times"]["description"],
        "How often; once where it is left out."
    );
    assert_eq!(input["properties"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_without_its_value() {
    let server = start().await;
    let cases = [
        ("scale", json!({}), "`point` is missing"),
        (
            "scale",
            json!({ "point": { "x": "SENTINEL", "y": 1 } }),
            "`point.x` must be of type integer",
        ),
        (
            "scale",
            json!({ "point": { "x": 1, "y": 1 }, "times": 300 }),
            "`times` must be at most 255",
        ),
        ("count", json!({ "items": ["a", 1] }), "`items[]` must be of type string"),
        ("nothing", json!({ "SENTINEL": 1 }), "this tool takes no arguments"),
        (
            "count",
            json!({ "items": [], "SENTINEL": 1 }),
            "an argument is unknown; allowed are `items`",
        ),
    ];
    for (tool, arguments, sentence) in cases {
        let answer = server.call("", tool, arguments).await;
        assert_eq!(answer.text(), format!("invalid_arguments: {sentence}"));
        assert!(answer.is_error() && !answer.body.contains("SENTINEL"));
    }
}
