//! What a token costs: from the `Authorization` header to the principal, the first time and again.
//!
//!     cargo bench -p doorman-benches --bench tokens

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../tests/support/issuer.rs"]
mod issuer;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use doorman::{AuditLog, Credential, Doorman, OAuth};
use issuer::{ISSUED_BY, now};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

const ISSUER: &str = "https://sso.example.com";
const RESOURCE: &str = "https://api.example.com/mcp";

/// Answers.
#[doorman::expose(scopes = ["tools:read"], read_only)]
fn ping() -> &'static str {
    "pong"
}

fn doorman() -> Doorman {
    let oauth = OAuth::new(ISSUER, RESOURCE).and_then(|oauth| oauth.jwks(&ISSUED_BY.jwks()));
    Doorman::builder("tokens")
        .auth(oauth.expect("an issuer"))
        .audit(AuditLog::none())
        .tools(doorman::tools![ping].with_state(()))
        .build()
        .expect("a server")
}

/// Different tokens as an authorization server issues them.
fn tokens(kid: &str, algorithm: &str) -> Vec<String> {
    let now = now();
    let header = json!({ "alg": algorithm, "kid": kid, "typ": "at+jwt" }).to_string();
    let token = |number: u32| {
        let claims = json!({ "iss": ISSUER, "aud": RESOURCE, "sub": "248289761001",
            "client_id": "s6BhdRkqt3", "jti": format!("dbe39bf3a3ba4238a513f51d6e1691c{number}"),
            "iat": now, "exp": now + 3600, "scope": "tools:read tools:write" });
        ISSUED_BY.sign(&header, claims.to_string(), algorithm)
    };
    (0..500).map(token).collect()
}

fn verify(runtime: &Runtime, doorman: &Doorman, token: &str) {
    let principal = runtime.block_on(doorman.authenticate(Credential::Bearer(token), None));
    black_box(principal.expect("a good token"));
}

fn a_token(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    for (kid, algorithm) in [("rsa", "RS256"), ("p256", "ES256"), ("ed", "EdDSA")] {
        let tokens = tokens(kid, algorithm);
        criterion.bench_function(&format!("{algorithm}, first"), |bencher| {
            bencher.iter_custom(|iterations| {
                let (mut left, mut taken) = (iterations, Duration::ZERO);
                while left > 0 {
                    let doorman = doorman();
                    let some = usize::try_from(left).map_or(500, |left| left.min(500));
                    let begun = Instant::now();
                    for token in &tokens[..some] {
                        verify(&runtime, &doorman, token);
                    }
                    taken += begun.elapsed();
                    left -= some as u64;
                }
                taken
            });
        });
        let doorman = doorman();
        criterion.bench_function(&format!("{algorithm}, again"), |bencher| {
            bencher.iter(|| verify(&runtime, &doorman, &tokens[0]));
        });
    }
}

criterion_group!(benches, a_token);
criterion_main!(benches);
