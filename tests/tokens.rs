//! Tokens that must be refused, shown to a real server: 401 `invalid_token`, and no handler called.

use std::{
    collections::BTreeMap,
    str::FromStr as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::extract::State;
use doorman::{Credential, Doorman, OAuth, TrustedIssuer};
use doorman_axum::{expose, tools};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet},
};
use serde_json::{Value, json};

use crate::{
    sentinels::Net,
    support::{
        ANY_RATE, ISSUER, RESOURCE, Server,
        forgeries::{self, Forgery, MALFORMED, Mint, show},
        issuer::{ISSUED_BY, KEYS, SECRET},
        serve_with,
    },
};

#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

/// Reads.
#[expose(get = "/read", scopes = ["tools:read"])]
async fn read(State(calls): State<Calls>) -> String {
    calls.0.fetch_add(1, Ordering::SeqCst);
    "read".into()
}

async fn start(auth: OAuth) -> (Server, Calls) {
    let calls = Calls::default();
    let tools = tools![read].with_state(calls.clone());
    let builder = Doorman::builder("tokens").auth(auth).rate_limit(ANY_RATE).tools(tools);
    (serve_with(builder).await, calls)
}

fn oauth() -> OAuth {
    OAuth::new(ISSUER, RESOURCE).unwrap().jwks(&ISSUED_BY.jwks()).unwrap()
}

fn mint() -> Mint {
    Mint::new(ISSUER, RESOURCE)
}

#[tokio::test]
async fn a_good_token_of_every_algorithm_passes() {
    let (server, calls) = start(oauth()).await;
    for (kid, algorithm) in KEYS {
        let token = mint().good(kid, algorithm);
        for _ in 0..2 {
            let answer = server.call(&token, "read", json!({})).await;
            assert_eq!(answer.status, 200, "{kid} {algorithm}");
        }
    }
    for typ in ["AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        let token = mint().header(json!({ "typ": typ }));
        assert_eq!(server.call(&token, "read", json!({})).await.status, 200, "{typ}");
    }
    assert_eq!(calls.0.load(Ordering::SeqCst), 2 * KEYS.len() + 3);
    let issuer = TrustedIssuer::new(ISSUER).hmac_secret(SECRET).unwrap();
    let (server, _) = start(OAuth::new(issuer, RESOURCE).unwrap()).await;
    for alg in ["HS256", "HS384", "HS512"] {
        let header = json!({ "alg": alg, "typ": "at+jwt" }).to_string();
        let token = ISSUED_BY.sign(header, mint().claims().to_string(), alg);
        assert_eq!(server.call(&token, "read", json!({})).await.status, 200, "{alg}");
    }
    let public = mint().good("rsa", "RS256");
    assert_eq!(server.call(&public, "read", json!({})).await.status, 401);
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_open() {
    let (server, calls) = start(oauth()).await;
    for (scopes, status) in [
        (json!({ "scope": null }), 403),
        (json!({ "scope": "" }), 403),
        (json!({ "scope": "tools:readx" }), 403),
        (json!({ "scope": "TOOLS:READ" }), 403),
        (json!({ "scope": "tools" }), 403),
        (json!({ "scope": "tools:*" }), 403),
        (json!({ "scope": "tools:read,tools:write" }), 403),
        (json!({ "scope": null, "scp": ["tools:write"] }), 403),
        (json!({ "scope": null, "scopes": ["tools:read"] }), 403),
        (json!({ "scope": null, "roles": ["tools:read"] }), 403),
        (json!({ "scope": null, "scp": ["tools:read"] }), 200),
        (json!({ "scope": null, "scp": "a tools:read" }), 200),
        (json!({ "scp": ["tools:read"] }), 200),
    ] {
        let answer = server.call(&mint().body(scopes.clone()), "read", json!({})).await;
        assert_eq!(answer.status, status, "{scopes}");
    }
    assert_eq!(calls.0.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_forgery_is_refused_for_its_own_reason_in_the_audit_log_only_and_reaches_no_handler() {
    let (server, calls) = start(oauth()).await;
    let (mut refused, mut mistakes) = (BTreeMap::new(), Vec::new());
    for forgery in forgeries::all(ISSUER, RESOURCE) {
        *refused.entry(forgery.group).or_insert(0) += 1;
        if let Err(mistake) = refuses(&server, &forgery).await {
            mistakes.push(format!("{}, {}: {mistake}", forgery.group, forgery.name));
        }
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    assert_eq!(calls.0.load(Ordering::SeqCst), 0);
    let good = server.call(&mint().good("p256", "ES256"), "read", json!({})).await;
    assert_eq!((good.status, calls.0.load(Ordering::SeqCst)), (200, 1));
    println!("{} forgeries refused: {refused:?}", refused.values().sum::<usize>());
}

/// Shows a forgery to a server, and says what is not as it should be.
async fn refuses(server: &Server, forgery: &Forgery) -> Result<(), String> {
    if !forgery.stands_in_a_header() {
        let header = format!("Bearer {}", forgery.token);
        let read = Credential::read([header.as_bytes()]);
        return (read == Credential::Malformed).then_some(()).ok_or("it can be read".into());
    }
    let records = server.records.all().len();
    let answer = forgery.shown_to(server.address, "read").await;
    let wrong = |what: &str| Err(format!("{what}: {:.300} {:.300}", answer.head, answer.body));
    if answer.status != forgery.status() {
        return wrong("the status");
    }
    if answer.head.contains("f0rged") || answer.body.contains("f0rged") {
        return wrong("a claim in the answer");
    }
    let records = server.records.all().split_off(records);
    let (error, reason) = match forgery.status() {
        401 => ("invalid_token", json!(["invalid_token", forgery.reason])),
        400 => ("invalid_request", json!([MALFORMED, null])),
        _ => return Ok(()),
    };
    // What is no HTTP gets no further.
    if forgery.reason == MALFORMED && forgery.token.contains('\0') {
        return Ok(());
    }
    let challenge = format!("Bearer error=\"{error}\", resource_metadata=\"https://");
    if !answer.header("www-authenticate").is_some_and(|found| found.starts_with(&challenge)) {
        return wrong("the challenge");
    }
    match &*records {
        [record] if json!([record["reason"], record["detail"]]) != reason => {
            Err(format!("the reason: {record}"))
        }
        [record] if record.to_string().contains("f0rged") => {
            Err(format!("a claim in the record: {record}"))
        }
        [_] => Ok(()),
        _ => Err(format!("{} records", records.len())),
    }
}

/// In claims and header members, of whatever kind.
const PLANTED: &str = "pl4nted";

#[tokio::test]
async fn nothing_that_a_refused_token_says_is_shown_to_anybody() {
    let net = Net::cast();
    let (server, _) = start(oauth()).await;
    let (mint, mut shown, mut tokens) = (mint(), Vec::new(), Vec::new());
    for member in ["alg", "kid", "typ", "jku", "crit", "x"] {
        tokens.push(mint.header(json!({ "cty": PLANTED, "alg": "ES512", member: PLANTED })));
        tokens.push(mint.header(json!({ "kid": PLANTED, member: [PLANTED] })));
    }
    for claim in ["iss", "aud", "sub", "client_id", "jti", "scope", "exp", "iat", "nbf", "cnf", "x"]
    {
        for value in [json!(PLANTED), json!([PLANTED]), json!({ PLANTED: PLANTED })] {
            let claims = json!({ "sub": PLANTED, "client_id": PLANTED, "jti": PLANTED,
                "scope": PLANTED, "org": PLANTED, "typ": PLANTED, PLANTED: PLANTED, "exp": 1,
                claim: value });
            tokens.push(mint.body(claims));
        }
    }
    let not_json = format!("{{\"sub\":\"{PLANTED}\"");
    tokens.push(ISSUED_BY.sign(&not_json, &not_json, "ES256"));
    tokens.push(format!("{PLANTED}.{PLANTED}.{PLANTED}"));
    tokens.push(PLANTED.into());
    for token in &tokens {
        let answer = show(token, server.address, "read").await;
        assert_eq!(answer.status, 401, "{answer:?}");
        shown.push(format!("{answer:?}"));
    }
    let records = server.records.all();
    assert_eq!(records.len(), tokens.len());
    assert!(records.iter().all(|record| record["caller"] == "anonymous"));
    shown.extend(records.iter().map(ToString::to_string));
    let lines = net.lines();
    shown.extend(lines.into_iter().map(|(target, line)| format!("{target}: {line}")));
    // Nor does a token itself; the header of some are those of a good one, and no secret.
    let parts = tokens.iter().flat_map(|token| token.split('.').skip(1)).chain([PLANTED]);
    for part in parts.filter(|part| !part.is_empty()) {
        assert!(shown.iter().all(|shown| !shown.contains(part)), "{part}");
    }
}

/// What a program does that knows `jsonwebtoken` by its first page.
fn by_header(token: &str) -> Option<()> {
    let header = decode_header(token).ok()?;
    let keys: JwkSet = serde_json::from_str(&ISSUED_BY.jwks()).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[RESOURCE]);
    decode::<Value>(token, &key, &validation).ok().map(drop)
}

/// What one does that has read all of its pages.
fn by_key(token: &str) -> Option<()> {
    let keys: JwkSet = serde_json::from_str(&ISSUED_BY.jwks()).unwrap();
    let jwk = keys.find(&decode_header(token).ok()?.kid?)?;
    let mut validation = Validation { algorithms: algorithms(jwk), ..Validation::default() };
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[RESOURCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_nbf = true;
    decode::<Value>(token, &DecodingKey::from_jwk(jwk).ok()?, &validation).ok().map(drop)
}

fn algorithms(jwk: &Jwk) -> Vec<Algorithm> {
    if let Some(algorithm) = jwk.common.key_algorithm {
        return vec![Algorithm::from_str(&algorithm.to_string()).unwrap()];
    }
    match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => vec![
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
            vec![Algorithm::ES384]
        }
        AlgorithmParameters::EllipticCurve(_) => vec![Algorithm::ES256],
        _ => vec![Algorithm::EdDSA],
    }
}

#[tokio::test]
async fn forgeries_that_jsonwebtoken_alone_lets_through_are_refused() {
    assert!(by_key(&mint().good("p256", "ES256")).is_some());
    assert!(by_header(&mint().good("rsa", "PS256")).is_some());
    let (server, calls) = start(oauth()).await;
    let mut groups: Vec<(&str, [usize; 3])> = Vec::new();
    let mut names: [Vec<String>; 2] = Default::default();
    for forgery in forgeries::all(ISSUER, RESOURCE) {
        let at = groups.iter().position(|(group, _)| *group == forgery.group);
        let at = at.unwrap_or_else(|| {
            groups.push((forgery.group, [0; 3]));
            groups.len() - 1
        });
        let counts = &mut groups[at].1;
        counts[0] += 1;
        for (way, accepts) in [by_header, by_key].into_iter().enumerate() {
            if accepts(&forgery.token).is_some() {
                counts[way + 1] += 1;
                names[way].push(format!("{}, {}", forgery.group, forgery.name));
                let answer = forgery.shown_to(server.address, "read").await;
                assert_eq!(answer.status, forgery.status(), "{}, {}", forgery.group, forgery.name);
            }
        }
    }
    println!("{names:#?}\n{:15} forgeries  by header  by key", "");
    for (group, [all, by_header, by_key]) in groups {
        println!("{group:15} {all:9}  {by_header:9}  {by_key:6}");
    }
    let [by_header, by_key] = names.map(|names| names.len());
    println!("{:25}  {by_header:9}  {by_key:6}", "");
    assert!(by_header > by_key && by_key > 0);
    assert_eq!(calls.0.load(Ordering::SeqCst), 0);
}
