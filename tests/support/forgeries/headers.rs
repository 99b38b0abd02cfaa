//! Forgeries in the header beside key and algorithm: what kind of token it says it is.

use serde_json::{Value, json};

use super::{Forgery, Mint, group};
use crate::support::issuer::{ISSUED_BY, b64};

pub fn all(mint: &Mint) -> Vec<Forgery> {
    [typ(mint), crit(mint), twice(mint), header(mint)].into_iter().flatten().collect()
}

fn typ(mint: &Mint) -> Vec<Forgery> {
    let types = [
        "JWT",
        "jwt",
        "application/jwt",
        "id_token+jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "rt+jwt",
        "kb+jwt",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
        "entity-statement+jwt",
        "JOSE",
        "JWE",
        "",
        "at",
        "at+jwt ",
        " at+jwt",
        "at jwt",
        "at+jwt\0",
        "at+jwt\n",
        "at+jwt;charset=utf-8",
        "x/at+jwt",
        "application/x-at+jwt",
        "application/application/at+jwt",
        "at+jwt,JWT",
        "at+jwt+jwt",
        "ａt+jwt",
    ];
    let typ = |typ: &str| (format!("{typ:?}"), mint.header(json!({ "typ": typ })));
    let mut cases: Vec<_> = types.into_iter().map(typ).collect();
    cases.push(("missing".into(), mint.header(json!({ "typ": null }))));
    for (name, typ) in [
        ("an array", json!(["at+jwt"])),
        ("an object", json!({ "typ": "at+jwt" })),
        ("a number", json!(1)),
        ("300 bytes", json!("t".repeat(300))),
    ] {
        cases.push((name.into(), mint.header(json!({ "typ": typ }))));
    }
    let null = mint.header_text(r#"{"alg":"ES256","kid":"p256","typ":null}"#);
    cases.push(("null".into(), null));
    group("typ", "typ", cases)
}

fn crit(mint: &Mint) -> Vec<Forgery> {
    let mut cases: Vec<(&str, String)> = [
        ("unknown", json!({ "crit": ["x"], "x": 1 })),
        ("empty", json!({ "crit": [] })),
        ("named and absent", json!({ "crit": ["exp"] })),
        ("a registered name", json!({ "crit": ["alg"] })),
        ("twice the same", json!({ "crit": ["x", "x"], "x": 1 })),
        ("a text", json!({ "crit": "x", "x": 1 })),
        ("numbers", json!({ "crit": [1] })),
        ("an object", json!({ "crit": { "x": 1 } })),
        ("b64 false", json!({ "crit": ["b64"], "b64": false })),
        ("b64 true", json!({ "crit": ["b64"], "b64": true })),
        ("b64 false and not critical", json!({ "b64": false })),
        ("b64 true and not critical", json!({ "b64": true })),
    ]
    .map(|(name, changes): (_, Value)| (name, mint.header(changes)))
    .into();
    let null = mint.header_text(r#"{"alg":"ES256","kid":"p256","typ":"at+jwt","crit":null}"#);
    cases.push(("null", null));
    // Signed as RFC 7797 has it, sent as RFC 7515 has it.
    let header = b64(r#"{"alg":"ES256","kid":"p256","typ":"at+jwt","crit":["b64"],"b64":false}"#);
    let claims = mint.claims().to_string();
    let signature = b64(ISSUED_BY.signature("ES256", format!("{header}.{claims}").as_bytes()));
    cases.push(("b64 false, signed so", format!("{header}.{}.{signature}", b64(claims))));
    group("crit", "crit", cases)
}

fn twice(mint: &Mint) -> Vec<Forgery> {
    let headers = [
        ("alg, none first", r#"{"alg":"none","alg":"ES256","kid":"p256","typ":"at+jwt"}"#),
        ("alg, none last", r#"{"alg":"ES256","alg":"none","kid":"p256","typ":"at+jwt"}"#),
        ("alg, escaped", r#"{"\u0061lg":"none","alg":"ES256","kid":"p256","typ":"at+jwt"}"#),
        ("alg, the same", r#"{"alg":"ES256","alg":"ES256","kid":"p256","typ":"at+jwt"}"#),
        ("kid, another first", r#"{"alg":"ES256","kid":"x","kid":"p256","typ":"at+jwt"}"#),
        ("kid, another last", r#"{"alg":"ES256","kid":"p256","kid":"x","typ":"at+jwt"}"#),
        ("typ, another first", r#"{"alg":"ES256","kid":"p256","typ":"JWT","typ":"at+jwt"}"#),
        ("typ, another last", r#"{"alg":"ES256","kid":"p256","typ":"at+jwt","typ":"JWT"}"#),
        ("deep", r#"{"alg":"ES256","kid":"p256","typ":"at+jwt","x":{"y":1,"y":1}}"#),
    ];
    let cases = headers.map(|(name, header)| (format!("header: {name}"), mint.header_text(header)));
    group("duplicates", "header", cases)
}

fn header(mint: &Mint) -> Vec<Forgery> {
    let good = r#"{"alg":"ES256","kid":"p256","typ":"at+jwt"}"#;
    let deep = format!("{},\"x\":{}{}}}", &good[..good.len() - 1], "[".repeat(99), "]".repeat(99));
    let headers: [(&str, Vec<u8>); 12] = [
        ("no JSON", b"ES256".into()),
        ("an array", format!("[{good}]").into()),
        ("a text", b"\"ES256\"".into()),
        ("null", b"null".into()),
        ("broken off", good[..good.len() - 1].into()),
        ("more behind it", format!("{good}{good}").into()),
        ("NUL behind it", format!("{good}\0").into()),
        ("byte order mark", format!("\u{feff}{good}").into()),
        (
            "bad UTF-8",
            b"{\"alg\":\"ES256\",\"kid\":\"p256\",\"typ\":\"at+jwt\",\"x\":\"\xff\"}".into(),
        ),
        ("single quotes", good.replace('"', "'").into()),
        ("a comment", format!("{good}//").into()),
        ("99 levels", deep.into()),
    ];
    let mut cases =
        group("header", "header", headers.map(|(name, text)| (name, mint.header_text(text))));
    cases.extend(group("header", "alg", [("empty object", mint.header_text("{}"))]));
    cases
}
