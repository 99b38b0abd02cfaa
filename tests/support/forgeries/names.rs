//! Forgeries with a true signature, and the name of somebody or something else.

use serde_json::{Value, json};

use super::{Forgery, Mint, group};

pub fn all(mint: &Mint) -> Vec<Forgery> {
    [iss(mint), aud(mint), aud_extra(mint), identity(mint)].into_iter().flatten().collect()
}

fn iss(mint: &Mint) -> Vec<Forgery> {
    let issuer = &mint.issuer;
    let (_, authority) = issuer.split_once("://").unwrap();
    let issuers = [
        json!("https://evil.example"),
        json!(""),
        json!(" "),
        json!(format!("{issuer}/")),
        json!(format!("{issuer}/.")),
        json!(format!("{issuer}?")),
        json!(format!("{issuer}#")),
        json!(format!("{issuer}/sub")),
        json!(format!("{issuer}.evil.example")),
        json!(format!("{issuer}@evil.example")),
        json!(format!("{issuer}:443")),
        json!(format!("{issuer}\0")),
        json!(format!("{issuer}\n")),
        json!(format!("{issuer} ")),
        json!(format!(" {issuer}")),
        json!(format!("https://evil.example/{issuer}")),
        json!(format!("https://evil.example@{authority}")),
        json!(format!("https://evil.example {issuer}")),
        json!(issuer[..issuer.len() - 1]),
        json!(issuer.to_uppercase()),
        json!(authority),
        json!(format!("//{authority}")),
        json!([issuer]),
        json!([issuer, "https://evil.example"]),
        json!([]),
        json!({ "iss": issuer }),
        json!(1),
        json!(true),
    ];
    let mut cases: Vec<_> = issuers
        .into_iter()
        .map(|iss| (iss.to_string(), mint.body(json!({ "iss": iss }))))
        .collect();
    cases.push(("missing".into(), mint.body(json!({ "iss": null }))));
    cases.push(("null".into(), mint.literal("iss", "null")));
    group("iss", "issuer", cases)
}

fn aud(mint: &Mint) -> Vec<Forgery> {
    let resource = &mint.resource;
    let origin = resource.strip_suffix("/mcp").unwrap();
    let (scheme, authority) = origin.split_once("://").unwrap();
    let other_scheme = if scheme == "https" { "http" } else { "https" };
    let others = [
        "https://other.example/mcp".to_owned(),
        String::new(),
        " ".into(),
        "*".into(),
        "f0rged-client".into(),
        "tools:read".into(),
        mint.issuer.clone(),
        origin.into(),
        format!("{origin}/"),
        format!("{origin}/*"),
        format!("{origin}/MCP"),
        format!("{origin}/%6Dcp"),
        format!("{origin}//mcp"),
        format!("{origin}/./mcp"),
        format!("{origin}/x/../mcp"),
        format!("{origin}./mcp"),
        format!("{origin}:443/mcp"),
        format!("{origin}.evil.example/mcp"),
        format!("{other_scheme}://{authority}/mcp"),
        format!("{scheme}://x@{authority}/mcp"),
        format!("{authority}/mcp"),
        "/mcp".into(),
        "mcp".into(),
        format!("{resource}x"),
        format!("{resource}/"),
        format!("{resource}/sub"),
        format!("{resource}?a=b"),
        format!("{resource}#f"),
        format!("{resource}\0"),
        format!("{resource}\n"),
        format!("{resource} "),
        format!(" {resource}"),
        format!("x {resource} y"),
        format!("{resource},{resource}"),
        format!("[\"{resource}\"]"),
        resource[..resource.len() - 1].into(),
        resource.replace('m', "\u{ff4d}"),
        format!("\u{feff}{resource}"),
    ];
    let mut audiences: Vec<Value> =
        others.iter().flat_map(|other| [json!(other), json!([other])]).collect();
    audiences.extend([
        json!([]),
        json!([[resource]]),
        json!([resource, 1]),
        json!([1, resource]),
        json!([resource, null]),
        json!([resource, {}]),
        json!([resource, [resource]]),
        json!({ "aud": resource }),
        json!({ "0": resource }),
        json!({}),
        json!(7),
        json!(true),
    ]);
    let mut cases: Vec<_> = audiences
        .into_iter()
        .map(|aud| (aud.to_string(), mint.body(json!({ "aud": aud }))))
        .collect();
    cases.push(("missing".into(), mint.body(json!({ "aud": null }))));
    let resource = mint.body(json!({ "aud": null, "resource": resource }));
    cases.push(("`resource` in its place".into(), resource));
    cases.push(("null".into(), mint.literal("aud", "null")));
    group("aud", "audience", cases)
}

/// Whoever else such a token is for could use it here.
fn aud_extra(mint: &Mint) -> Vec<Forgery> {
    let (resource, userinfo) = (&mint.resource, format!("{}/userinfo", mint.issuer));
    let audiences = [
        json!([resource, userinfo]),
        json!([userinfo, resource]),
        json!([resource, mint.issuer]),
        json!([resource, "https://other.example/mcp"]),
        json!([resource, "f0rged-client"]),
        json!([resource, format!("{resource}/")]),
        json!([resource, ""]),
        json!([resource, "*"]),
    ];
    let cases = audiences.map(|aud| (aud.to_string(), mint.body(json!({ "aud": aud }))));
    group("aud extra", "audience", cases)
}

fn identity(mint: &Mint) -> Vec<Forgery> {
    let mut identity = Vec::new();
    for (claim, reason) in [("sub", "subject"), ("client_id", "client_id"), ("jti", "jti")] {
        let values = [
            json!(""),
            json!(" "),
            json!("\t\n"),
            json!("\u{a0}"),
            json!("f0rged\nline"),
            json!("f0rged\r"),
            json!("f0rged\0"),
            json!("f0rged\u{1b}[2J"),
            json!("f0rged\u{7f}"),
            json!("f0rged\u{85}"),
            json!(7),
            json!(7.5),
            json!(true),
            json!(["f0rged"]),
            json!({ "id": "f0rged" }),
        ];
        let mut cases: Vec<_> = values
            .into_iter()
            .map(|value| (format!("{claim} {value}"), mint.body(json!({ claim: value }))))
            .collect();
        cases.push((format!("{claim} missing"), mint.body(json!({ claim: null }))));
        cases.push((format!("{claim} null"), mint.literal(claim, "null")));
        identity.extend(group("identity", reason, cases));
    }
    identity
}
