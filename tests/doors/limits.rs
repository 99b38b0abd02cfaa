//! One bucket, whichever door.

use super::*;
use crate::support::{ANY_RATE, NOBODY, READER, WRITER, serve_with};

#[tokio::test]
async fn a_rate_is_shared_by_both_doors() {
    for first in ["/ping", "/mcp"] {
        let server = serve_with(builder().rate_limit("1/h per_caller_tool")).await;
        let over_mcp = async || server.call(READER, "ping", json!({})).await.reason();
        let over_http = async || get(&server, READER, "/ping").await;
        if first == "/mcp" {
            assert_eq!(over_mcp().await, "");
        } else {
            assert_eq!(over_http().await.status, 200);
        }
        assert_eq!(over_mcp().await, "rate_limited");
        let refused = over_http().await;
        assert_eq!(refused.status, 429);
        let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((3590..=3600).contains(&seconds));
        assert_eq!(last(&server), words("rate_limited", "rate_limited"));
        assert_eq!(get(&server, WRITER, "/ping").await.status, 200, "another caller");
    }
}

#[tokio::test]
async fn a_budget_is_shared_by_both_doors() {
    let server = serve_with(builder().rate_limit(ANY_RATE).budget("9/d")).await;
    assert_eq!(get(&server, READER, "/invoices/7").await.status, 200);
    assert_eq!(server.call(READER, "invoice", json!({ "id": 7 })).await.reason(), "");
    assert_eq!(
        server.call(READER, "invoice", json!({ "id": 7 })).await.reason(),
        "budget_exceeded"
    );
    let refused = get(&server, READER, "/invoices/7").await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert!(refused.body.contains("this call costs 4 and 1 remain"), "{refused:?}");
    assert_eq!(last(&server), words("budget_exceeded", "budget_exceeded"));
}

#[tokio::test]
async fn a_handler_that_fails_costs_nothing_and_one_that_refuses_does() {
    let server = serve_with(builder().rate_limit(ANY_RATE).budget("4/d")).await;
    for path in ["/invoices/500", "/panics", "/hangs"] {
        for _ in 0..2 {
            assert!(get(&server, READER, path).await.status >= 500, "{path}");
        }
    }
    assert_eq!(get(&server, READER, "/invoices/0").await.status, 404);
    assert_eq!(get(&server, READER, "/invoices/0").await.status, 429);
}

#[tokio::test]
async fn refused_attempts_of_both_doors_are_few_together() {
    let server = serve_with(builder().rate_limit(ANY_RATE)).await;
    for _ in 0..15 {
        assert_eq!(server.call(NOBODY, "invoice", json!({ "id": 7 })).await.status, 403);
    }
    // One a second is forgotten meanwhile.
    let mut attempts = 0;
    let refused = loop {
        let refused = get(&server, NOBODY, "/invoices/7").await;
        if refused.status != 403 {
            break refused;
        }
        attempts += 1;
    };
    assert_eq!(refused.status, 429);
    assert!(attempts < 60, "the other door's attempts count");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(last(&server), words("rate_limited", "refusals"));
    assert_eq!(server.call(NOBODY, "ping", json!({})).await.reason(), "refusals");
}
