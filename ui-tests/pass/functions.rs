//! Every argument of the attribute for plain functions.

use doorman::expose;

/// Adds.
#[expose(public, read_only)]
#[must_use]
pub fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Removes.
///
/// # Errors
/// Where nothing has that name.
#[expose(
    scopes = ["files:write", "files:read"],
    destructive,
    idempotent,
    open_world = false,
    timeout = "2m",
    name = "files.remove",
    title = "Remove a file",
    description = "Removes a file.",
)]
pub async fn remove(name: String) -> Result<(), String> {
    Err(name)
}

/// Appends.
#[expose(public, destructive = false, reason = "it only adds a line")]
pub fn append(_line: String) {}

/// Reads the clock.
#[expose(scopes = ["time"], read_only, idempotent = false)]
#[must_use]
pub fn now() -> u64 {
    0
}

#[test]
fn the_facts_are_those_that_were_written() {
    use doorman::private::Function;
    let facts = format!("{:?}", <remove as Function>::FACTS);
    for part in [
        r#"name: "files.remove""#,
        r#"Scopes(["files:write", "files:read"])"#,
        "effect: Destructive",
        r#"title: "Remove a file""#,
        "idempotent: true",
        "open_world: false",
        "timeout: 120s",
    ] {
        assert!(facts.contains(part), "{part} in {facts}");
    }
    let facts = format!("{:?}", <append as Function>::FACTS);
    assert!(facts.contains(r#"Additive { reason: "it only adds a line" }"#), "{facts}");
    assert!(format!("{:?}", <add as Function>::FACTS).contains("idempotent: true"));
    assert!(format!("{:?}", <now as Function>::FACTS).contains("idempotent: false"));
    assert_eq!(doorman::tools![add, remove, append, now].with_state(()).len(), 4);
}

#[test]
fn the_function_is_still_a_function() {
    assert_eq!(add(1, 2), 3);
}
