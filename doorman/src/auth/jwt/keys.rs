//! Keys that may verify tokens: what of a JWKS is fit, and which key is for a token.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Signature, DecodingKey, crypto::aws_lc::DEFAULT_PROVIDER};

use serde_json::Value;

use super::strict::{self, Parts};
use crate::{auth::TokenError, schema::Object};

const LARGEST_DOCUMENT: usize = 512 * 1024;
/// Each that is unfit is a line in the log.
const MOST_KEYS: usize = 256;
const SHORTEST_SECRET: usize = 32;
/// The points of Ed25519 whose order divides 8, without their sign; 0 and 1 also as they are beyond the
/// modulus. For these anybody can make signatures.
const SMALL_ORDER: [&str; 7] = [
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "7P_______________________________________38",
    "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
    "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    "7f_______________________________________38",
    "7v_______________________________________38",
];

/// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// ```
/// use doorman::{JwtAlgorithm, TrustedIssuer};
/// let issuer = TrustedIssuer::new("https://sso.example.com")
///     .algorithms([JwtAlgorithm::Es256, JwtAlgorithm::EdDsa]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum JwtAlgorithm {
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS #1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS #1 v1.5 with SHA-512.
    Rs512,
    /// RSA PSS with SHA-256.
    Ps256,
    /// RSA PSS with SHA-384.
    Ps384,
    /// RSA PSS with SHA-512.
    Ps512,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// ECDSA over P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
    /// HMAC with SHA-256: for a secret given by hand only.
    Hs256,
    /// HMAC with SHA-384: for a secret given by hand only, of at least 48 bytes.
    Hs384,
    /// HMAC with SHA-512: for a secret given by hand only, of at least 64 bytes.
    Hs512,
}

use JwtAlgorithm::{
    EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512,
};

impl JwtAlgorithm {
    pub(super) fn is_symmetric(self) -> bool {
        matches!(self, Hs256 | Hs384 | Hs512)
    }

    pub(super) const ALL: [Self; 12] =
        [Rs256, Rs384, Rs512, Ps256, Ps384, Ps512, Es256, Es384, EdDsa, Hs256, Hs384, Hs512];

    /// Reads a name as `alg` holds it, in its one spelling.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Rs256,
            "RS384" => Rs384,
            "RS512" => Rs512,
            "PS256" => Ps256,
            "PS384" => Ps384,
            "PS512" => Ps512,
            "ES256" => Es256,
            "ES384" => Es384,
            // RFC 9864 §2.2 gives the second name.
            "EdDSA" | "Ed25519" => EdDsa,
            "HS256" => Hs256,
            "HS384" => Hs384,
            "HS512" => Hs512,
            _ => return None,
        })
    }

    fn signature(self) -> Signature {
        match self {
            Rs256 => Signature::RS256,
            Rs384 => Signature::RS384,
            Rs512 => Signature::RS512,
            Ps256 => Signature::PS256,
            Ps384 => Signature::PS384,
            Ps512 => Signature::PS512,
            Es256 => Signature::ES256,
            Es384 => Signature::ES384,
            EdDsa => Signature::EdDSA,
            Hs256 => Signature::HS256,
            Hs384 => Signature::HS384,
            Hs512 => Signature::HS512,
        }
    }
}

/// One key, and the algorithms that it verifies.
struct Key {
    key: DecodingKey,
    algorithms: Vec<JwtAlgorithm>,
}

/// Vetted keys: public ones by their kid, or one secret.
#[derive(Default)]
pub(super) struct Keys {
    named: BTreeMap<String, Key>,
    nameless: Vec<Key>,
}

impl Keys {
    /// Takes the fit keys of a JWKS (RFC 7517 §5); the rest is dropped and logged by kid. Of two fit
    /// keys with one kid neither is taken: which one was meant cannot be told.
    pub(super) fn of_jwks(document: &str) -> Result<Self, &'static str> {
        if document.len() > LARGEST_DOCUMENT {
            return Err("is larger than 512 KiB");
        }
        let members = strict::object(document.as_bytes())
            .ok_or("is no JSON object, or holds a member twice")?;
        let Some(Value::Array(found)) = members.get("keys") else {
            return Err("has no array `keys`");
        };
        if found.len() > MOST_KEYS {
            return Err("holds more than 256 keys");
        }
        let mut keys = Self::default();
        let mut twice = Vec::new();
        for jwk in found {
            let Value::Object(jwk) = jwk else {
                tracing::warn!("a key of the JWKS is dropped: it is no object");
                continue;
            };
            let kid = jwk.get("kid").map(|kid| kid.as_str().unwrap_or("?"));
            match vet(jwk) {
                Err(problem) => tracing::warn!("key {} is dropped: it {problem}", shown(kid)),
                Ok(key) => match kid {
                    None => keys.nameless.push(key),
                    Some(kid) => {
                        if keys.named.insert(kid.to_owned(), key).is_some() {
                            twice.push(kid);
                        }
                    }
                },
            }
        }
        for kid in twice {
            if keys.named.remove(kid).is_some() {
                tracing::warn!("key {} is dropped: its kid stands twice", shown(Some(kid)));
            }
        }
        Ok(keys)
    }

    /// Takes one JWK.
    pub(super) fn of_jwk(document: &str) -> Result<Self, &'static str> {
        if document.len() > LARGEST_DOCUMENT {
            return Err("is larger than 512 KiB");
        }
        let jwk = strict::object(document.as_bytes())
            .ok_or("is no JSON object, or holds a member twice")?;
        let key = vet(&jwk)?;
        let mut keys = Self::default();
        match jwk.get("kid").and_then(Value::as_str) {
            Some(kid) => drop(keys.named.insert(kid.to_owned(), key)),
            None => keys.nameless.push(key),
        }
        Ok(keys)
    }

    /// Takes a secret; the hashes that are longer than it stay out (RFC 7518 §3.2).
    pub(super) fn of_secret(secret: &[u8]) -> Result<Self, &'static str> {
        if secret.len() < SHORTEST_SECRET {
            return Err("is a secret of fewer than 32 bytes");
        }
        let fit = [(Hs256, 32), (Hs384, 48), (Hs512, 64)].into_iter();
        let algorithms = fit.filter(|(_, least)| secret.len() >= *least).map(|(a, _)| a).collect();
        let key = Key { key: DecodingKey::from_secret(secret), algorithms };
        Ok(Self { nameless: vec![key], ..Self::default() })
    }

    /// Whether there is a key for one of these algorithms.
    pub(super) fn serve(&self, allowed: &[JwtAlgorithm]) -> bool {
        self.all().any(|key| key.algorithms.iter().any(|algorithm| allowed.contains(algorithm)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.nameless.is_empty()
    }

    /// The key of this name, or the only one for this algorithm. What a token's header names chooses
    /// among what each key permits, and brings nothing of its own.
    pub(super) fn find(
        &self,
        kid: Option<&str>,
        algorithm: JwtAlgorithm,
    ) -> Result<Found<'_>, TokenError> {
        let fits = |key: &&Key| key.algorithms.contains(&algorithm);
        let key = if let Some(kid) = kid {
            let key = self.named.get(kid).ok_or(TokenError::Invalid("kid"))?;
            Some(key).filter(fits).ok_or(TokenError::Invalid("alg"))?
        } else {
            let mut fitting = self.all().filter(fits);
            match (fitting.next(), fitting.next()) {
                (Some(key), None) => key,
                (Some(_), Some(_)) => return Err(TokenError::Invalid("kid")),
                (None, _) => return Err(TokenError::Invalid("alg")),
            }
        };
        Ok(Found { key: &key.key, algorithm })
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        self.named.values().chain(&self.nameless)
    }
}

/// Shows how many there are.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.all().count())
    }
}

/// A key with the one algorithm that a token is held to.
pub(super) struct Found<'a> {
    key: &'a DecodingKey,
    algorithm: JwtAlgorithm,
}

impl Found<'_> {
    /// Whether the token's signature is of its message. The provider is named here, so that no other part
    /// of the program can put another one in its place.
    pub(super) fn verifies(&self, parts: &Parts<'_>) -> bool {
        (DEFAULT_PROVIDER.verifier_factory)(&self.algorithm.signature(), self.key).is_ok_and(
            |verifier| verifier.verify(parts.message.as_bytes(), &parts.signature).is_ok(),
        )
    }
}

/// Makes a key of a JWK, or says why it may not verify tokens.
fn vet(jwk: &Object) -> Result<Key, &'static str> {
    let text = |name: &str| jwk.get(name).map(|value| value.as_str().unwrap_or_default());
    if text("kid").is_some_and(|kid| kid.is_empty() || kid.len() > 256) {
        return Err("has a kid that is no text of 1 to 256 bytes");
    }
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return Err("is not for signatures");
    }
    match jwk.get("key_ops") {
        None => {}
        Some(Value::Array(operations))
            if operations.iter().any(|operation| operation.as_str() == Some("verify")) => {}
        Some(_) => return Err("is not for verifying"),
    }
    // Whoever could read this could sign.
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|part| jwk.contains_key(*part)) {
        return Err("is no public key");
    }
    let bytes = |name: &str| {
        text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or("lacks a part")
    };
    let coordinate =
        |name, length| bytes(name).and_then(|b| (b.len() == length).then_some(b).ok_or("is short"));
    let curve = |length| {
        let (x, y) = (coordinate("x", length)?, coordinate("y", length)?);
        Ok::<_, &'static str>(DecodingKey::from_ec_der(&[&[4], &*x, &*y].concat()))
    };
    let (key, fitting): (_, &[JwtAlgorithm]) = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => {
            (rsa(&bytes("n")?, &bytes("e")?)?, &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512])
        }
        (Some("EC"), Some("P-256")) => (curve(32)?, &[Es256]),
        (Some("EC"), Some("P-384")) => (curve(48)?, &[Es384]),
        (Some("OKP"), Some("Ed25519")) => (edwards(&coordinate("x", 32)?)?, &[EdDsa]),
        _ => return Err("is of a kind that is not known here"),
    };
    let algorithms = match text("alg") {
        None => fitting.to_vec(),
        Some(name) => {
            let algorithm = JwtAlgorithm::named(name).filter(|a| fitting.contains(a));
            vec![algorithm.ok_or("names an algorithm that does not fit it")?]
        }
    };
    Ok(Key { key, algorithms })
}

/// A key on Ed25519 that only its owner can sign for.
fn edwards(point: &[u8]) -> Result<DecodingKey, &'static str> {
    let mut unsigned = point.to_vec();
    unsigned[31] &= 0x7f;
    if SMALL_ORDER.contains(&&*URL_SAFE_NO_PAD.encode(unsigned)) {
        return Err("is a point of small order");
    }
    Ok(DecodingKey::from_ed_der(point))
}

/// An RSA key of 2048 to 8192 bits with an exponent in common use (RFC 7518 §3.3, FIPS 186-5 §5.4).
fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<DecodingKey, &'static str> {
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let modulus = &modulus[zeros..];
    let first = modulus.first().ok_or("is empty")?;
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    if bits < 2048 {
        return Err("has fewer than 2048 bits");
    }
    if bits > 8192 {
        return Err("has more than 8192 bits");
    }
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let size = exponent.iter().fold(0_u64, |sum, byte| sum.saturating_mul(256) | u64::from(*byte));
    if !is_odd(modulus) || !is_odd(exponent) || exponent.len() > 4 || size < 65_537 {
        return Err("has a weak modulus or exponent");
    }
    Ok(DecodingKey::from_rsa_raw_components(modulus, exponent))
}

/// A kid as a log may hold it.
fn shown(kid: Option<&str>) -> String {
    kid.map_or_else(
        || "without kid".into(),
        |kid| {
            format!("`{}`", kid.chars().take(64).flat_map(char::escape_debug).collect::<String>())
        },
    )
}
