//! Forgeries with a true signature, and claims about times, scopes and proofs that must not pass.

use serde_json::{Value, json};

use super::{Forgery, Mint, group};

pub fn all(mint: &Mint) -> Vec<Forgery> {
    let groups = [time(mint), lifetime(mint), duplicates(mint), binding(mint), scope(mint)];
    groups.into_iter().flatten().collect()
}

fn time(mint: &Mint) -> Vec<Forgery> {
    let now = mint.now;
    let mut time = group(
        "time",
        "expired",
        [
            ("expired", json!({ "iat": now - 700, "exp": now - 100 })),
            ("expired for half a minute", json!({ "iat": now - 700, "exp": now - 31 })),
            ("expired for a year", json!({ "iat": now - 31_536_600, "exp": now - 31_536_000 })),
            ("exp 0", json!({ "exp": 0 })),
            ("exp 1", json!({ "exp": 1 })),
        ]
        .map(|(name, claims)| (name, mint.body(claims))),
    );
    let no_number = |claim: &'static str| {
        [
            json!(now.to_string()),
            json!(""),
            json!("2099-01-01T00:00:00Z"),
            json!(-1),
            json!(-1.5),
            json!(1e300),
            json!(u64::MAX),
            // Milliseconds; and the year 10000.
            json!(now * 1000),
            json!(253_402_300_800_u64),
            json!([now]),
            json!({}),
            json!(true),
        ]
        .map(|value| (format!("{claim} {value}"), mint.body(json!({ claim: value }))))
    };
    for claim in ["exp", "iat", "nbf"] {
        time.extend(group("time", claim, no_number(claim)));
        let null = mint.literal(claim, "null");
        time.extend(group("time", claim, [(format!("{claim} null"), null)]));
        for huge in ["1e400", "-1e400", "NaN", "Infinity", "0x7fffffff", "01", "1.", "+1"] {
            let token = mint.literal(claim, huge);
            time.extend(group("time", "claims", [(format!("{claim} {huge}"), token)]));
        }
    }
    time.extend(group("time", "exp", [("exp missing", mint.body(json!({ "exp": null })))]));
    for (ahead, seconds) in [("minutes", 300), ("years", 315_360_000)] {
        let (begin, end) = (now + seconds, now + seconds + 600);
        let iat = mint.body(json!({ "iat": begin, "exp": end }));
        time.extend(group("time", "iat", [(format!("iat {ahead} ahead"), iat)]));
        let nbf = mint.body(json!({ "nbf": begin }));
        time.extend(group("time", "nbf", [(format!("nbf {ahead} ahead"), nbf)]));
    }
    time.extend(group("time", "iat", [("iat missing", mint.body(json!({ "iat": null })))]));
    time
}

fn lifetime(mint: &Mint) -> Vec<Forgery> {
    let now = mint.now;
    let cases = [
        ("ten years", json!({ "exp": now + 315_360_000 })),
        ("the year 9999", json!({ "exp": 253_402_300_799_u64 })),
        ("25 hours", json!({ "exp": now + 90_000 })),
        ("24 hours and a second", json!({ "exp": now + 86_401 })),
        ("issued a day ago", json!({ "iat": now - 86_400 })),
        ("issued in 1970", json!({ "iat": 0 })),
        ("none", json!({ "iat": now + 55, "exp": now + 55 })),
        ("ends before it begins", json!({ "iat": now + 55, "exp": now + 50 })),
    ];
    group("lifetime", "lifetime", cases.map(|(name, claims)| (name, mint.body(claims))))
}

fn duplicates(mint: &Mint) -> Vec<Forgery> {
    let mut cases = Vec::new();
    for (claim, other) in [
        ("aud", "\"https://other.example/mcp\""),
        ("scope", "\"tools:write\""),
        ("sub", "\"f0rged-root\""),
        ("iss", "\"https://evil.example\""),
        ("exp", "1"),
        ("iat", "1"),
        ("client_id", "\"x\""),
        ("jti", "\"x\""),
    ] {
        let value = &mint.claims()[claim];
        let member = format!("\"{claim}\":{value}");
        let escaped = format!("\"\\u{:04x}{}\"", claim.as_bytes()[0], &claim[1..]);
        for (name, twice) in [
            ("another last", format!("{member},\"{claim}\":{other}")),
            ("another first", format!("\"{claim}\":{other},{member}")),
            ("escaped", format!("{escaped}:{other},{member}")),
            ("the same", format!("{member},{member}")),
        ] {
            cases.push((format!("{claim}: {name}"), mint.replaced(&member, &twice)));
        }
    }
    for (name, member) in
        [("deep", r#""x":{"y":[{"z":1,"z":1}]}"#), ("a claim of nobody's", r#""x":1,"x":2"#)]
    {
        cases.push((name.into(), mint.replaced("\"sub\"", &format!("{member},\"sub\""))));
    }
    group("duplicates", "claims", cases)
}

/// Tokens of which the holder would have to prove something.
fn binding(mint: &Mint) -> Vec<Forgery> {
    let cases = [
        ("DPoP", json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" })),
        ("mTLS", json!({ "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" })),
        ("jwk", json!({ "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "AA" } })),
        ("kid", json!({ "kid": "p256" })),
        ("unknown", json!({ "x": 1 })),
        ("empty", json!({})),
        ("text", json!("jkt")),
        ("array", json!([])),
    ];
    let mut cases: Vec<_> =
        cases.map(|(name, cnf)| (name, mint.body(json!({ "cnf": cnf })))).into();
    cases.push(("null", mint.literal("cnf", "null")));
    group("binding", "cnf", cases)
}

fn scope(mint: &Mint) -> Vec<Forgery> {
    let texts = [
        "tools:read\nadmin",
        "tools:read\n",
        "\ntools:read",
        "tools:read\r\nadmin",
        "tools:read\tadmin",
        "tools:read  admin",
        "tools:read ",
        " tools:read",
        " ",
        "tools:read\0",
        "tools:read\u{a0}admin",
        "tools:read\u{2028}admin",
        "tools:réad",
        "tools:read \"admin\"",
        "tools:read\\",
    ];
    let mut cases: Vec<(String, Value)> =
        texts.iter().map(|text| (format!("scope {text:?}"), json!({ "scope": text }))).collect();
    for value in
        [json!(["tools:read"]), json!([]), json!(1), json!(true), json!({ "tools:read": 1 })]
    {
        cases.push((format!("scope {value}"), json!({ "scope": value })));
    }
    for scp in [
        json!(["tools:read admin"]),
        json!(["tools:read", 1]),
        json!(["tools:read", null]),
        json!([["tools:read"]]),
        json!(["tools:read\n"]),
        json!([""]),
        json!({ "tools:read": true }),
        json!(1),
    ] {
        cases.push((format!("scp {scp}"), json!({ "scope": null, "scp": scp })));
    }
    for scp in [json!(["tools:write"]), json!(["tools:read", "tools:write"]), json!("admin")] {
        cases.push((format!("scope and another scp {scp}"), json!({ "scp": scp })));
    }
    let cases = cases.into_iter().map(|(name, claims)| (name, mint.body(claims)));
    let mut scope = group("scope", "scope", cases);
    let nulls =
        ["scope", "scp"].map(|claim| (format!("{claim} null"), mint.literal(claim, "null")));
    scope.extend(group("scope", "scope", nulls));
    scope
}
