//! `examples/existing_app.rs`: what its lines do, how few they are, and that the pages show the same.

use serde_json::json;

use crate::examples::{Example, curl};

const SOURCE: &str = include_str!("../../examples/existing_app.rs");

#[tokio::test]
async fn the_lines_that_it_prints_do_what_they_say() {
    let mut app = Example::start("existing_app", &["--port", "0"]);
    let url = app.after("Serving MCP at ").await;
    let page = app.after("curl ").await;
    let read = app.after("curl ").await;
    let forbidden = app.after("curl ").await;
    let refused = app.after("curl ").await;
    let write = app.after("curl ").await;

    let by_session = curl(&page).await;
    assert_eq!(by_session.status, 200);
    assert!(by_session.body.contains("ask ann@example.com"), "{by_session:?}");
    let unknown = curl(&page.replace("session=", "session=x")).await;
    assert_eq!((unknown.status, &*unknown.body), (401, "log in first"));
    let nowhere = curl(&page.replace("/api/", "/elsewhere/")).await;
    assert_eq!((nowhere.status, &*nowhere.body), (404, "nothing is here"));

    let by_agent = curl(&read).await;
    assert_eq!(
        by_agent.result()["structuredContent"],
        json!({ "title": "Welcome", "text": "Coffee is on the left; ask «redacted» for a key." })
    );
    let forbidden = curl(&forbidden).await;
    assert_eq!(forbidden.status, 403);
    assert!(forbidden.header("www-authenticate").unwrap().contains(r#"scope="pages:write""#));
    let refused = curl(&refused).await;
    assert_eq!((refused.status, refused.is_error()), (200, true));
    assert_eq!(refused.text(), "trainee is no editor");
    assert_eq!(curl(&write).await.text(), "writer wrote coffee");
    let invalid = curl(&write.replace("\"Coffee\"", "\" \"")).await;
    assert_eq!(invalid.text(), "a title has 1 to 80 letters");
    let written = curl(&page.replace("/welcome", "/coffee")).await;
    assert_eq!(written.json()["title"], "Coffee");
    assert!(url.ends_with("/mcp"));
}

/// The lines of the application that are there for doorman.
fn marked() -> Vec<&'static str> {
    let app = SOURCE.split("// What follows is there to try it").next().unwrap();
    let (marked, other): (Vec<&str>, Vec<&str>) =
        app.lines().skip(1).partition(|line| line.ends_with(" // +"));
    for line in other {
        for word in ["doorman", "expose", "Caller", "JsonSchema", "tools"] {
            assert!(!line.contains(word), "{line}");
        }
    }
    marked.into_iter().map(|line| line.strip_suffix(" // +").unwrap()).collect()
}

#[test]
fn it_takes_fewer_than_ten_lines_and_the_pages_show_them() {
    let marked = marked();
    assert!(marked.len() < 10, "{marked:?}");
    for page in [include_str!("../../README.md"), include_str!("../../docs/existing-app.md")] {
        let (_, diff) = page.split_once("```diff\n").unwrap();
        let diff = diff.split("```").next().unwrap();
        let shown: Vec<&str> = diff.lines().filter_map(|line| line.strip_prefix('+')).collect();
        assert_eq!(shown.len(), marked.len());
        for (shown, marked) in shown.into_iter().zip(&marked) {
            // The example has no issuer but itself.
            let of = "    let auth = ";
            assert!(shown == *marked || shown.starts_with(of) && marked.starts_with(of), "{shown}");
        }
        for line in diff.lines().filter_map(|line| line.strip_prefix(' ')) {
            assert!(SOURCE.contains(line), "{line}");
        }
    }
}
