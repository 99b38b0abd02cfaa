use std::{collections::BTreeMap, time::UNIX_EPOCH};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

const ISSUER: &str = "https://sso.example.com";
const RESOURCE: &str = "https://api.example.com/mcp";
pub(super) const ISSUED: u64 = 1_800_000_000;

pub(super) struct Issuer(Ed25519KeyPair);

impl Issuer {
    pub(super) fn new() -> Self {
        Self(Ed25519KeyPair::generate().unwrap())
    }

    pub(super) fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": x }] }).to_string()
    }

    pub(super) fn sign(&self, header: &str, claims: &str) -> String {
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    fn mint(&self, claims: &Value) -> String {
        self.sign(&header().to_string(), &claims.to_string())
    }

    fn trusted(&self) -> TrustedIssuer {
        TrustedIssuer::new(ISSUER).jwks(&self.jwks()).unwrap()
    }

    fn verifier(&self) -> JwtVerifier {
        self.trusted().verifier()
    }
}

impl TrustedIssuer {
    fn verifier(self) -> JwtVerifier {
        JwtVerifier::new(vec![self], RESOURCE, None, &BTreeSet::new()).unwrap()
    }
}

impl JwtVerifier {
    fn verify_now(&self, token: &str, wall: SystemTime) -> Result<VerifiedToken, TokenError> {
        let now = Now { wall, clock: Instant::now() };
        self.verify_at(token, now).now_or_never().expect("the keys are at hand")
    }
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "kid": "1", "typ": "at+jwt" })
}

pub(super) fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": RESOURCE, "sub": "alice", "client_id": "cli", "jti": "1",
            "iat": ISSUED, "exp": ISSUED + 3600, "scope": "tools:read tools:write" })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(ISSUED + seconds)
}

fn checked(verifier: &JwtVerifier) -> u64 {
    verifier.signatures_checked.load(Ordering::Relaxed)
}

#[test]
fn a_good_token_says_who_and_what() {
    let issuer = Issuer::new();
    let token = issuer.verifier().verify_now(&issuer.mint(&claims()), at(10)).unwrap();
    assert_eq!((&*token.subject, token.client_id.as_deref()), ("alice", Some("cli")));
    assert_eq!(token.scopes.to_string(), "tools:read tools:write");
    assert_eq!((token.audience, token.issuer), (vec![RESOURCE.into()], Some(ISSUER.into())));
    assert!(token.claims.is_empty() && token.tenant.is_none());
}

#[test]
fn a_token_seen_before_costs_no_signature_until_a_minute_is_over_or_it_ends() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    let token = issuer.mint(&claims());
    for (second, checks) in [(0, 1), (59, 1), (60, 2), (3590, 3), (3599, 3), (3600, 4), (3601, 5)] {
        verifier.verify_now(&token, at(second)).unwrap();
        assert_eq!(checked(&verifier), checks, "{second}");
    }
    assert_eq!(verifier.verify_now(&token, at(3630)).unwrap_err(), TokenError::Invalid("expired"));
}

#[test]
fn a_bad_token_seen_again_within_a_second_costs_no_signature() {
    let (issuer, other) = (Issuer::new(), Issuer::new());
    let (verifier, token) = (issuer.verifier(), other.mint(&claims()));
    for (second, checks) in [(0, 1), (0, 1), (1, 2), (2, 3)] {
        let verdict = verifier.verify_now(&token, at(second));
        assert_eq!(verdict.unwrap_err(), TokenError::Invalid("signature"));
        assert_eq!(checked(&verifier), checks);
    }
}

#[test]
fn a_token_refused_by_its_claims_costs_no_signature() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    verifier.verify_now(&issuer.mint(&with("aud", json!("x"))), at(0)).unwrap_err();
    verifier.verify_now(&issuer.mint(&claims()), at(9999)).unwrap_err();
    assert_eq!(checked(&verifier), 0);
}

#[test]
fn an_object_is_no_number_whatever_its_members_are_called() {
    let (issuer, exp) = (Issuer::new(), ISSUED + 3600);
    for members in ["", r#""!":1,"#] {
        let object = format!(r#"{{{members}"$serde_json::private::Number":"{exp}"}}"#);
        let says =
            claims().to_string().replace(&format!(r#""exp":{exp}"#), &format!(r#""exp":{object}"#));
        let token = issuer.sign(&header().to_string(), &says);
        let verdict = issuer.verifier().verify_now(&token, at(0)).unwrap_err();
        assert_eq!(verdict, TokenError::Invalid("claims"), "{object}");
    }
}

#[test]
fn each_relaxation_gives_up_what_it_says_and_no_more() {
    let issuer = Issuer::new();
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        issuer.mint(&claims)
    };
    let relaxed = issuer.trusted().accept_missing_client_id().accept_missing_jti().verifier();
    for name in ["client_id", "jti", "scope"] {
        relaxed.verify_now(&without(name), at(0)).unwrap();
    }
    for name in ["iss", "aud", "sub", "iat", "exp"] {
        relaxed.verify_now(&without(name), at(0)).unwrap_err();
    }
    for bad in [json!(""), json!(1), json!(null)] {
        relaxed.verify_now(&issuer.mint(&with("jti", bad)), at(0)).unwrap_err();
    }
    let azp = issuer.trusted().client_id_claim("azp").verifier();
    let token = azp.verify_now(&issuer.mint(&with("azp", json!("app"))), at(0)).unwrap();
    assert_eq!(token.client_id.as_deref(), Some("app"));
    azp.verify_now(&issuer.mint(&claims()), at(0)).unwrap_err();

    let named =
        issuer.trusted().audience("api://x").tolerate_audiences(["urn:userinfo"]).verifier();
    for (audience, passes) in [
        (json!("api://x"), true),
        (json!([RESOURCE, "urn:userinfo"]), true),
        (json!(["urn:userinfo"]), false),
        (json!(["api://x", "other"]), false),
    ] {
        let verdict = named.verify_now(&issuer.mint(&with("aud", audience.clone())), at(0));
        assert_eq!(verdict.is_ok(), passes, "{audience}");
    }
    let patient = issuer.trusted().max_lifetime(Duration::from_secs(100_000)).verifier();
    let long = issuer.mint(&with("exp", json!(ISSUED + 99_999)));
    patient.verify_now(&long, at(0)).unwrap();
    issuer.verifier().verify_now(&long, at(0)).unwrap_err();
}

#[test]
fn a_plain_jwt_must_look_like_an_access_token() {
    let issuer = Issuer::new();
    let relaxed = issuer.trusted().accept_plain_jwt().verifier();
    let plain = |typ: Option<&str>, claims: &Value| {
        let mut header = json!({ "alg": "EdDSA", "kid": "1" });
        typ.inspect(|typ| header["typ"] = json!(typ));
        issuer.sign(&header.to_string(), &claims.to_string())
    };
    for typ in [None, Some("JWT"), Some("jwt")] {
        relaxed.verify_now(&plain(typ, &claims()), at(0)).unwrap();
        issuer.verifier().verify_now(&plain(typ, &claims()), at(0)).unwrap_err();
    }
    for typ in ["id_token+jwt", "dpop+jwt", "logout+jwt", "", "JWT "] {
        relaxed.verify_now(&plain(Some(typ), &claims()), at(0)).unwrap_err();
    }
    for (name, value) in [
        ("nonce", json!("n")),
        ("at_hash", json!("h")),
        ("c_hash", json!("h")),
        ("s_hash", json!("h")),
        ("events", json!({})),
        ("token_use", json!("id")),
        ("typ", json!("ID")),
        ("client_id", json!(RESOURCE)),
        ("azp", json!(RESOURCE)),
        ("azp", json!([RESOURCE])),
    ] {
        let token = plain(None, &with(name, value));
        let verdict = relaxed.verify_now(&token, at(0)).unwrap_err();
        assert_eq!(verdict, TokenError::Invalid("not_access_token"), "{name}");
    }
    let bare = issuer.trusted().accept_plain_jwt().accept_missing_client_id().verifier();
    let mut nothing = claims();
    nothing.as_object_mut().unwrap().retain(|name, _| name != "scope" && name != "client_id");
    bare.verify_now(&plain(None, &nothing), at(0)).unwrap_err();
}

#[test]
fn the_tenant_and_exposed_claims_are_handed_over_and_nothing_else() {
    let issuer = Issuer::new();
    let exposed = BTreeSet::from(["plan".into(), "level".into(), "absent".into()]);
    let verifier =
        |trusted, shared| JwtVerifier::new(vec![trusted], RESOURCE, shared, &exposed).unwrap();
    let mut said = claims();
    for (name, value) in
        [("org", json!("acme")), ("plan", json!("pro")), ("level", json!(7)), ("realm", json!("r"))]
    {
        said[name] = value;
    }
    let of_all = verifier(issuer.trusted(), Some("realm"));
    let own = verifier(issuer.trusted().tenant_claim("org"), Some("realm"));
    for (verifier, tenant) in [(of_all, "r"), (own, "acme")] {
        let token = verifier.verify_now(&issuer.mint(&said), at(0)).unwrap();
        assert_eq!(token.tenant.as_deref(), Some(tenant));
        let shown = BTreeMap::from([("level".into(), json!(7)), ("plan".into(), json!("pro"))]);
        assert_eq!(token.claims, shown);
    }
    let verifier = verifier(issuer.trusted().tenant_claim("org"), None);
    for bad in [json!(1), json!(null), json!(["acme"]), json!(" ")] {
        said["org"] = bad;
        verifier.verify_now(&issuer.mint(&said), at(0)).unwrap_err();
    }
}

#[test]
fn the_tenant_is_read_from_the_claim_of_the_tokens_own_issuer_only() {
    let issuer = Issuer::new();
    let oauth = crate::auth::OAuth::new(issuer.trusted().tenant_claim("org"), RESOURCE).unwrap();
    let oauth = oauth
        .tenant_claim("realm")
        .expose_claims(["realm"])
        .ready(crate::scope::ScopeSet::default())
        .unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for realm in ["of somebody else", ""] {
        let mut says = with("realm", json!(realm));
        (says["iat"], says["exp"]) = (json!(now), json!(now + 600));
        let principal = oauth.verify(&issuer.mint(&says)).now_or_never().unwrap().unwrap();
        assert_eq!(principal.tenant(), None, "{realm}");
    }
}

#[test]
fn a_name_that_a_reader_of_the_log_would_not_see_is_refused() {
    let issuer = Issuer::new();
    let long = "a".repeat(1025);
    for claim in ["sub", "client_id", "jti"] {
        for bad in
            ["\u{200b}", "bob\u{202e}ecila", "a\u{2028}b", " alice", "alice ", "\u{7}", &long]
        {
            let token = issuer.mint(&with(claim, json!(bad)));
            issuer.verifier().verify_now(&token, at(0)).unwrap_err();
        }
        for good in ["alice@example.com", "auth0|5f7c8ec7c33c6c004bbafe82", "Žluťoučký kůň", "李"]
        {
            issuer.verifier().verify_now(&issuer.mint(&with(claim, json!(good))), at(0)).unwrap();
        }
    }
}

#[test]
fn a_token_of_more_than_256_scopes_is_refused() {
    let issuer = Issuer::new();
    for (many, passes) in [(256, true), (257, false)] {
        let scopes: Vec<String> = (0..many).map(|n| n.to_string()).collect();
        for says in [with("scope", json!(scopes.join(" "))), {
            let mut says = with("scp", json!(scopes));
            says.as_object_mut().unwrap().remove("scope");
            says
        }] {
            let verdict = issuer.verifier().verify_now(&issuer.mint(&says), at(0));
            assert_eq!(verdict.is_ok(), passes, "{many}");
        }
    }
}

#[test]
fn a_token_is_judged_by_its_own_issuer_only() {
    const OTHER: &str = "https://other.example";
    let (ours, theirs) = (Issuer::new(), Issuer::new());
    let other = TrustedIssuer::new(OTHER).jwks(&theirs.jwks()).unwrap().accept_missing_jti();
    let verifier =
        JwtVerifier::new(vec![ours.trusted(), other], RESOURCE, None, &BTreeSet::new()).unwrap();
    let (ours_says, theirs_says) = (claims(), with("iss", json!(OTHER)));
    let token = verifier.verify_now(&ours.mint(&ours_says), at(0)).unwrap();
    assert_eq!(token.issuer.as_deref(), Some(ISSUER));
    let token = verifier.verify_now(&theirs.mint(&theirs_says), at(0)).unwrap();
    assert_eq!(token.issuer.as_deref(), Some(OTHER));
    for forged in [theirs.mint(&ours_says), ours.mint(&theirs_says)] {
        let verdict = verifier.verify_now(&forged, at(0)).unwrap_err();
        assert_eq!(verdict, TokenError::Invalid("signature"));
    }
    let nobody = ours.mint(&with("iss", json!("https://third.example")));
    assert_eq!(verifier.verify_now(&nobody, at(0)).unwrap_err(), TokenError::Invalid("issuer"));
    // A relaxation is its issuer's own.
    for (issuer, mut says, passes) in [(&ours, ours_says, false), (&theirs, theirs_says, true)] {
        says.as_object_mut().unwrap().remove("jti");
        assert_eq!(verifier.verify_now(&issuer.mint(&says), at(0)).is_ok(), passes);
    }
}

#[test]
fn an_audience_may_be_missing_for_named_clients_only() {
    let issuer = Issuer::new();
    let relaxed = issuer.trusted().accept_missing_audience_of_clients(["cli"]).verifier();
    let mut says = claims();
    says.as_object_mut().unwrap().remove("aud");
    relaxed.verify_now(&issuer.mint(&says), at(0)).unwrap();
    issuer.verifier().verify_now(&issuer.mint(&says), at(0)).unwrap_err();
    for client in [json!("other"), json!(null), json!(["cli"])] {
        says["client_id"] = client;
        relaxed.verify_now(&issuer.mint(&says), at(0)).unwrap_err();
    }
    for audience in ["", "cli", "https://other.example/mcp"] {
        relaxed.verify_now(&issuer.mint(&with("aud", json!(audience))), at(0)).unwrap_err();
    }
}

#[test]
fn unfit_keys_and_settings_are_refused_before_the_server_starts() {
    let issuer = Issuer::new();
    let secret = TrustedIssuer::new(ISSUER).hmac_secret(&[7; 32]).unwrap();
    assert!(issuer.trusted().check().is_ok() && secret.check().is_ok());
    for bad in [
        issuer.trusted().algorithms([JwtAlgorithm::Rs256]),
        issuer.trusted().algorithms([]),
        TrustedIssuer::new(ISSUER).algorithms([JwtAlgorithm::Hs256]),
        issuer.trusted().leeway(Duration::from_secs(61)),
        issuer.trusted().max_lifetime(Duration::ZERO),
        issuer.trusted().audience(" "),
        issuer.trusted().tolerate_audiences([""]),
        issuer.trusted().client_id_claim(""),
        issuer.trusted().tenant_claim("a\nb"),
    ] {
        assert!(bad.check().is_err());
    }
    assert!(issuer.trusted().hmac_secret(&[7; 64]).is_err());
    assert!(secret.clone().jwks(&issuer.jwks()).is_err());
    assert!(secret.jwks_url("https://sso.example.com/keys").is_err());
    assert!(TrustedIssuer::new(ISSUER).hmac_secret(&[7; 31]).is_err());
    let x = URL_SAFE_NO_PAD.encode([9; 32]);
    let good = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
    let keep = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        TrustedIssuer::new(ISSUER).key(&key.to_string()).is_ok()
    };
    assert!(keep("use", json!("sig")) && keep("key_ops", json!(["verify"])));
    assert!(keep("alg", json!("EdDSA")) && keep("alg", json!("Ed25519")));
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!(1)),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!("verify")),
        ("alg", json!("RS256")),
        ("alg", json!("HS256")),
        ("alg", json!("none")),
        ("alg", json!(null)),
        ("kty", json!("oct")),
        ("crv", json!("X25519")),
        ("kid", json!(1)),
        ("kid", json!("")),
        ("d", json!("AAAA")),
        ("x", json!("AAAA")),
    ] {
        assert!(!keep(name, value.clone()), "{name}: {value}");
    }
    let twice = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": x },
                                 { "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": x }] });
    assert!(TrustedIssuer::new(ISSUER).jwks(&twice.to_string()).is_err());
}

#[test]
fn an_rsa_key_has_2048_to_8192_bits_and_a_common_exponent() {
    let fits = |(first, length, last): (u8, usize, u8), exponent: &[u8]| {
        let mut modulus = vec![0xff; length];
        (modulus[0], modulus[length - 1]) = (first, last);
        let (n, e) = (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(exponent));
        let jwk = json!({ "kty": "RSA", "n": n, "e": e });
        TrustedIssuer::new(ISSUER).key(&jwk.to_string()).is_ok()
    };
    let common: &[u8] = &[1, 0, 1];
    for good in [(0x80, 256, 1), (0xff, 1024, 1), (0, 257, 1)] {
        assert!(fits(good, common), "{good:?}");
    }
    for bad in [(0x7f, 256, 1), (0, 256, 1), (1, 1025, 1), (0x80, 256, 2)] {
        assert!(!fits(bad, common), "{bad:?}");
    }
    for bad in [&[][..], &[1], &[3], &[17], &[1, 0, 0], &[0xff, 0xff], &[1, 0, 0, 0, 1]] {
        assert!(!fits((0x80, 256, 1), bad), "{bad:?}");
    }
}

#[test]
fn a_key_that_anybody_can_sign_for_is_unfit() {
    let key = |x: &[u8; 32]| {
        let x = URL_SAFE_NO_PAD.encode(x);
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": x });
        TrustedIssuer::new(ISSUER).key(&jwk.to_string())
    };
    // The neutral element, and as the signature a commitment to it with the scalar zero.
    let (mut neutral, mut signature) = ([0; 32], [0; 64]);
    (neutral[0], signature[0]) = (1, 1);
    if let Ok(trusted) = key(&neutral) {
        let token = Issuer::new().mint(&claims());
        let message = token.rsplit_once('.').unwrap().0;
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        trusted.verifier().verify_now(&forged, at(0)).unwrap_err();
    }
    for sign in [0, 0x80] {
        for (first, middle, last) in
            [(0, 0, 0), (1, 0, 0), (0xec, 0xff, 0x7f), (0xed, 0xff, 0x7f), (0xee, 0xff, 0x7f)]
        {
            let mut point = [middle; 32];
            (point[0], point[31]) = (first, last | sign);
            assert!(key(&point).is_err(), "{point:?}");
        }
    }
}

#[test]
fn a_token_without_kid_needs_exactly_one_fitting_key() {
    let issuer = Issuer::new();
    let mut jwks: Value = serde_json::from_str(&issuer.jwks()).unwrap();
    let token = issuer.sign(r#"{"alg":"EdDSA","typ":"at+jwt"}"#, &claims().to_string());
    issuer.verifier().verify_now(&token, at(0)).unwrap();
    let mut other = jwks["keys"][0].clone();
    other["kid"] = json!("2");
    jwks["keys"].as_array_mut().unwrap().push(other);
    let two = TrustedIssuer::new(ISSUER).jwks(&jwks.to_string()).unwrap().verifier();
    assert_eq!(two.verify_now(&token, at(0)).unwrap_err(), TokenError::Invalid("kid"));
}

#[test]
fn nothing_of_a_key_or_a_token_is_shown() {
    let secret =
        TrustedIssuer::new(ISSUER).hmac_secret(b"a secret of thirty-two bytes, ok").unwrap();
    assert_eq!(
        format!("{secret:?}"),
        r#"TrustedIssuer { issuer: "https://sso.example.com", source: Keys(1), .. }"#
    );
    assert_eq!(
        format!("{:?}", secret.verifier()),
        r#"[KeyRing { issuer: "https://sso.example.com", keys: Some(Keys(1)), .. }]"#
    );
}

#[test]
fn a_jwks_of_junk_is_not_logged_key_by_key() {
    use tracing_subscriber::layer::SubscriberExt as _;
    struct Counts(Arc<AtomicU64>);
    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counts {
        fn on_event(&self, _: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let count = Arc::new(AtomicU64::new(0));
    let logs = tracing_subscriber::registry().with(Counts(Arc::clone(&count)));
    let junk = format!(r#"{{"keys":[{}0]}}"#, "0,".repeat(250_000));
    tracing::subscriber::with_default(logs, || {
        TrustedIssuer::new(ISSUER).jwks(&junk).unwrap_err();
    });
    let count = count.load(Ordering::Relaxed);
    assert!(count < 1000, "{count}");
}

/// A member's place, and what is done to it.
fn object_with(members: &Map<String, Value>, index: usize, edit: usize) -> String {
    let name = members.keys().nth(index % members.len()).unwrap().clone();
    let retyped = [json!(null), json!(true), json!(-1), json!([]), json!({}), json!("")];
    let mut text: Vec<String> =
        members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    let at = index % members.len();
    match edit {
        0 => drop(text.remove(at)),
        1 => text.push(format!("{}:{}", json!(name), members[&name])),
        2 => text.insert(0, format!("{}:\"x\"", json!(name))),
        other => text[at] = format!("{}:{}", json!(name), retyped[other % retyped.len()]),
    }
    format!("{{{}}}", text.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_token_with_another_byte_passes(position in any::<prop::sample::Index>(), byte in any::<char>()) {
        let issuer = Issuer::new();
        let token = issuer.mint(&claims());
        let mut mutant: Vec<char> = token.chars().collect();
        let position = position.index(mutant.len());
        prop_assume!(mutant[position] != byte);
        mutant[position] = byte;
        let mutant: String = mutant.into_iter().collect();
        prop_assert!(issuer.verifier().verify_now(&mutant, at(0)).is_err());
    }

    #[test]
    fn no_token_with_a_byte_more_or_less_passes(position in any::<prop::sample::Index>(), byte in any::<char>()) {
        let issuer = Issuer::new();
        let token = issuer.mint(&claims());
        let position = position.index(token.len());
        let (verifier, mut more, mut less) = (issuer.verifier(), token.clone(), token);
        more.insert(position, byte);
        less.remove(position);
        prop_assert!(verifier.verify_now(&more, at(0)).is_err());
        prop_assert!(verifier.verify_now(&less, at(0)).is_err());
    }

    /// Even where the issuer signs it: every member here is needed, and none may stand twice.
    #[test]
    fn no_member_removed_doubled_or_retyped_passes(index in 0_usize..8, edit in 0_usize..9, in_header in any::<bool>()) {
        let (issuer, said, header) = (Issuer::new(), claims(), header());
        let (said, header) = (said.as_object().unwrap(), header.as_object().unwrap());
        let token = if in_header {
            issuer.sign(&object_with(header, index, edit), &json!(said).to_string())
        } else {
            issuer.sign(&json!(header).to_string(), &object_with(said, index, edit))
        };
        let verdict = issuer.verifier().verify_now(&token, at(0));
        // What means the same, or less: no scope, an empty one, and one key without its name.
        let mutated = if in_header { header } else { said };
        let name = mutated.keys().nth(index % mutated.len()).unwrap();
        let harmless = matches!((in_header, &**name, edit), (false, "scope", 0 | 5) | (true, "kid", 0));
        prop_assert_eq!(verdict.is_ok(), harmless, "{} {}", name, edit);
    }

    #[test]
    fn no_member_added_to_a_signed_header_or_body_passes(name in "[a-z]{1,8}", in_header in any::<bool>()) {
        let (issuer, mut said, mut header) = (Issuer::new(), claims(), header());
        let token = issuer.mint(&said);
        let signature = token.rsplit('.').next().unwrap().to_owned();
        let grown = if in_header { &mut header } else { &mut said };
        prop_assume!(grown.get(&name).is_none());
        grown[&name] = json!(1);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mutant = format!("{}.{}.{signature}", part(&header), part(&said));
        prop_assert!(issuer.verifier().verify_now(&mutant, at(0)).is_err());
    }

    #[test]
    fn no_text_panics_or_passes(text in "\\PC{0,200}") {
        prop_assert!(Issuer::new().verifier().verify_now(&text, at(0)).is_err());
    }
}
