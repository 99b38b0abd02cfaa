//! Keys as they come and go: a loopback issuer, and a clock that the test moves.

use std::{sync::Mutex, time::UNIX_EPOCH};

use serde_json::{Value, json};

use super::{
    tests::{ISSUED, Issuer, claims},
    *,
};
use crate::auth::discovery::loopback::{Server, text, with};

/// An issuer's server, and what a doorman that trusts it says.
struct Scene {
    server: Server,
    /// What is served; nothing while the issuer is down.
    document: Arc<Mutex<Option<String>>>,
    verifier: JwtVerifier,
    began: Instant,
    minted: AtomicU64,
}

impl Scene {
    async fn new(document: &str, header: &'static str) -> Self {
        let document = Arc::new(Mutex::new(Some(document.to_owned())));
        let current = Arc::clone(&document);
        let server = Server::start(move |_, _| match &*current.lock().unwrap() {
            Some(document) => with(header, document),
            None => text("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
        })
        .await;
        let issuer = TrustedIssuer::new(&server.origin()).jwks_url(&server.origin()).unwrap();
        let exposed = BTreeSet::new();
        let verifier =
            JwtVerifier::new(vec![issuer], "https://api.example.com/mcp", None, &exposed).unwrap();
        Self { server, document, verifier, began: Instant::now(), minted: AtomicU64::new(0) }
    }

    fn serves(&self, document: Option<String>) {
        *self.document.lock().unwrap() = document;
    }

    fn fetches(&self) -> usize {
        self.server.paths().len()
    }

    /// A token of this scene's issuer, with this kid; each is another.
    fn token(&self, by: &Issuer, kid: &str) -> String {
        let mut says: Value = claims();
        says["jti"] = json!(self.minted.fetch_add(1, Ordering::Relaxed).to_string());
        says["iss"] = json!(self.server.origin());
        let header = json!({ "alg": "EdDSA", "kid": kid, "typ": "at+jwt" });
        by.sign(&header.to_string(), &says.to_string())
    }

    /// The verdict so many seconds after the scene began; the token itself does not age.
    async fn at(&self, seconds: u64, token: &str) -> Result<(), TokenError> {
        let clock = self.began + Duration::from_secs(seconds);
        let wall = UNIX_EPOCH + Duration::from_secs(ISSUED + seconds % 600);
        self.verifier.verify_at(token, Now { wall, clock }).await.map(drop)
    }

    /// Lets the fetch land that is under way, if one is.
    async fn land(&self) {
        self.verifier.trusted[0].ring.landed().await;
    }
}

const UNKNOWN: Result<(), TokenError> = Err(TokenError::Invalid("kid"));
const UNAVAILABLE: Result<(), TokenError> = Err(TokenError::Unavailable);

#[tokio::test]
async fn keys_are_fetched_when_they_are_first_needed_and_once_for_all() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    assert_eq!(scene.at(0, "not.a.token").await, Err(TokenError::Invalid("format")));
    assert_eq!(scene.fetches(), 0);
    let token = scene.token(&issuer, "1");
    let verdicts = futures_util::future::join_all((0..50).map(|_| scene.at(0, &token))).await;
    assert!(verdicts.iter().all(Result::is_ok));
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_is_known_after_one_fetch_and_the_old_one_forgotten() {
    let (old, new) = (Issuer::new(), Issuer::new());
    let scene = Scene::new(&old.jwks(), "").await;
    let (before, after) = (scene.token(&old, "1"), scene.token(&new, "2"));
    assert_eq!(scene.at(0, &before).await, Ok(()));
    scene.serves(Some(new.jwks().replace(r#""kid":"1""#, r#""kid":"2""#)));
    assert_eq!(scene.at(1, &before).await, Ok(()));
    assert_eq!(scene.at(1, &after).await, Ok(()));
    assert_eq!(scene.fetches(), 2);
    assert_eq!(scene.at(1, &before).await, UNKNOWN);
}

#[tokio::test]
async fn another_key_under_a_known_kid_is_known_after_one_fetch() {
    let (old, new) = (Issuer::new(), Issuer::new());
    let scene = Scene::new(&old.jwks(), "").await;
    let (before, after) = (scene.token(&old, "1"), scene.token(&new, "1"));
    assert_eq!(scene.at(0, &before).await, Ok(()));
    scene.serves(Some(new.jwks()));
    assert_eq!(scene.at(1, &after).await, Ok(()));
    assert_eq!(scene.at(1, &before).await, Err(TokenError::Invalid("signature")));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_key_of_another_kind_under_a_known_kid_is_known_after_one_fetch() {
    let (x, y) = (
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    );
    let old = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "1", "x": x, "y": y }] });
    let new = Issuer::new();
    let scene = Scene::new(&old.to_string(), "").await;
    assert_eq!(scene.at(0, &scene.token(&new, "2")).await, UNKNOWN);
    scene.serves(Some(new.jwks()));
    assert_eq!(scene.at(10, &scene.token(&new, "1")).await, Ok(()));
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn an_algorithm_that_is_not_allowed_needs_no_keys() {
    let issuer = Issuer::new();
    let scene = Scene::new("", "").await;
    let mut says: Value = claims();
    says["iss"] = json!(scene.server.origin());
    for algorithm in ["none", "ES512", "HS256", ""] {
        let header = json!({ "alg": algorithm, "kid": "1", "typ": "at+jwt" });
        let token = issuer.sign(&header.to_string(), &says.to_string());
        assert_eq!(scene.at(0, &token).await, Err(TokenError::Invalid("alg")));
    }
    assert_eq!(scene.fetches(), 0);
}

#[tokio::test]
async fn a_thousand_unknown_kids_cost_one_fetch_an_interval() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    assert_eq!(scene.at(0, &scene.token(&issuer, "1")).await, Ok(()));
    let unknown: Vec<String> =
        (0..1000).map(|n| scene.token(&issuer, &format!("unknown-{n}"))).collect();
    let verdicts =
        futures_util::future::join_all(unknown.iter().map(|token| scene.at(1, token))).await;
    assert!(verdicts.iter().all(|verdict| *verdict == UNKNOWN));
    assert_eq!(scene.fetches(), 2);
    for token in &unknown {
        assert_eq!(scene.at(5, token).await, UNKNOWN);
    }
    assert_eq!(scene.fetches(), 2);
    assert_eq!(scene.at(6, &unknown[0]).await, UNKNOWN);
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn without_any_keys_nobody_can_tell_and_the_issuer_is_asked_once_an_interval() {
    let issuer = Issuer::new();
    let scene = Scene::new("", "").await;
    scene.serves(None);
    let token = scene.token(&issuer, "1");
    let verdicts = futures_util::future::join_all((0..50).map(|_| scene.at(0, &token))).await;
    assert!(verdicts.iter().all(|verdict| *verdict == UNAVAILABLE));
    assert_eq!(scene.at(4, &token).await, UNAVAILABLE);
    assert_eq!(scene.fetches(), 1);
    scene.serves(Some(issuer.jwks()));
    assert_eq!(scene.at(4, &token).await, UNAVAILABLE);
    assert_eq!(scene.at(5, &token).await, Ok(()));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn keys_at_hand_serve_for_an_hour_while_their_issuer_is_down_and_then_nobody_can_tell() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    let token = scene.token(&issuer, "1");
    assert_eq!(scene.at(0, &token).await, Ok(()));
    for broken in [None, Some("{}".to_owned()), Some(r#"{"keys":{}}"#.to_owned())] {
        scene.serves(broken);
        assert_eq!(scene.at(3599, &token).await, Ok(()));
        scene.land().await;
        assert_eq!(scene.at(3601, &token).await, UNAVAILABLE);
    }
    // A token that they do not fit may be of keys that cannot be had.
    assert_eq!(scene.at(3599, &scene.token(&issuer, "2")).await, UNAVAILABLE);
}

#[tokio::test]
async fn a_bad_token_costs_one_signature_a_second_while_its_issuer_is_down_too() {
    let (issuer, other, new) = (Issuer::new(), Issuer::new(), Issuer::new());
    let scene = Scene::new(&issuer.jwks(), "").await;
    assert_eq!(scene.at(0, &scene.token(&issuer, "1")).await, Ok(()));
    scene.serves(None);
    let (forged, early) = (scene.token(&other, "1"), scene.token(&new, "1"));
    for _ in 0..100 {
        assert_eq!(scene.at(10, &forged).await, UNAVAILABLE);
    }
    assert_eq!(scene.verifier.signatures_checked.load(Ordering::Relaxed), 2);
    // And no longer than it takes for other keys to come.
    assert_eq!(scene.at(15, &early).await, UNAVAILABLE);
    scene.serves(Some(new.jwks()));
    assert_eq!(scene.at(20, &scene.token(&new, "1")).await, Ok(()));
    assert_eq!(scene.at(15, &early).await, Ok(()));
}

#[tokio::test]
async fn keys_are_fetched_again_behind_the_back_of_the_callers() {
    for (header, fresh) in [
        ("", 300),
        ("Cache-Control: max-age=120\r\n", 120),
        ("Cache-Control: max-age=1\r\n", 60),
        ("Cache-Control: no-store\r\n", 60),
        ("Cache-Control: max-age=100000\r\n", 900),
    ] {
        let (old, new) = (Issuer::new(), Issuer::new());
        let scene = Scene::new(&old.jwks(), header).await;
        let token = scene.token(&old, "1");
        assert_eq!(scene.at(0, &token).await, Ok(()));
        assert_eq!(scene.at(fresh - 1, &scene.token(&old, "1")).await, Ok(()));
        scene.land().await;
        assert_eq!(scene.fetches(), 1, "{header}");
        scene.serves(Some(new.jwks()));
        assert_eq!(scene.at(fresh, &scene.token(&old, "1")).await, Ok(()));
        scene.land().await;
        assert_eq!(scene.fetches(), 2, "{header}");
        assert_eq!(scene.at(fresh, &token).await, Err(TokenError::Invalid("signature")));
    }
}

#[tokio::test]
async fn an_issuer_that_takes_all_its_keys_away_is_believed() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    assert_eq!(scene.at(0, &scene.token(&issuer, "1")).await, Ok(()));
    scene.serves(Some(r#"{"keys":[]}"#.to_owned()));
    assert_eq!(scene.at(1, &scene.token(&issuer, "2")).await, UNKNOWN);
    assert_eq!(scene.at(1, &scene.token(&issuer, "1")).await, UNKNOWN);
}

#[tokio::test]
async fn the_same_keys_again_forget_no_verdict() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    let token = scene.token(&issuer, "1");
    assert_eq!(scene.at(0, &token).await, Ok(()));
    assert_eq!(scene.at(0, &scene.token(&issuer, "2")).await, UNKNOWN);
    assert_eq!(scene.fetches(), 2);
    assert_eq!(scene.at(1, &token).await, Ok(()));
    assert_eq!(scene.verifier.signatures_checked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_fetch_that_went_well_has_not_failed_because_another_began() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    assert_eq!(scene.at(0, &scene.token(&issuer, "1")).await, Ok(()));
    let (first, second) = (scene.token(&issuer, "2"), scene.token(&issuer, "3"));
    let (waits, asks) = (scene.at(1, &first), scene.at(7, &second));
    futures_util::pin_mut!(waits, asks);
    assert!(futures_util::poll!(&mut waits).is_pending());
    scene.land().await;
    assert!(futures_util::poll!(&mut asks).is_pending());
    assert_eq!(waits.await, UNKNOWN);
}

#[tokio::test]
async fn a_fetch_on_a_runtime_that_nobody_drives_is_given_up() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    let token = scene.token(&issuer, "1");
    let stopped = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    {
        let _here = stopped.enter();
        let waits = scene.at(0, &token);
        futures_util::pin_mut!(waits);
        assert!(futures_util::poll!(waits).is_pending());
    }
    {
        let waits = scene.at(29, &token);
        futures_util::pin_mut!(waits);
        assert!(futures_util::poll!(waits).is_pending());
    }
    let verdict = tokio::time::timeout(Duration::from_secs(10), scene.at(30, &token)).await;
    stopped.shutdown_background();
    assert_eq!(verdict, Ok(Ok(())));
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_no_keys_along() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    let token = scene.token(&issuer, "1");
    {
        let gone = scene.at(0, &token);
        futures_util::pin_mut!(gone);
        assert!(futures_util::poll!(gone).is_pending());
    }
    scene.land().await;
    assert_eq!(scene.at(0, &token).await, Ok(()));
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn those_who_waited_for_keys_cause_one_fetch_an_interval() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    let (early, late) = (scene.token(&issuer, "2"), scene.token(&issuer, "3"));
    assert_eq!(futures_util::join!(scene.at(0, &early), scene.at(9, &late)), (UNKNOWN, UNKNOWN));
    assert_eq!(scene.at(9, &late).await, UNKNOWN);
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn keys_do_not_live_on_while_the_machine_sleeps() {
    let issuer = Issuer::new();
    let scene = Scene::new(&issuer.jwks(), "").await;
    let mut says: Value = claims();
    (says["iss"], says["exp"]) = (json!(scene.server.origin()), json!(ISSUED + 86_000));
    let token = issuer.sign(r#"{"alg":"EdDSA","kid":"1","typ":"at+jwt"}"#, &says.to_string());
    let at = |clock, wall| Now {
        wall: UNIX_EPOCH + Duration::from_secs(ISSUED + wall),
        clock: scene.began + Duration::from_secs(clock),
    };
    scene.verifier.verify_at(&token, at(0, 0)).await.unwrap();
    scene.serves(Some(Issuer::new().jwks()));
    scene.verifier.verify_at(&token, at(1, 80_000)).await.unwrap_err();
}
