//! An issuer with a key of every kind, which signs what no decent issuer would.

use std::{
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    digest, hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use serde_json::{Value, json};

/// 1024 bits: too weak to be anybody's secret.
const WEAK_MODULUS: &str = "c51caca8ec2bedc7875eec01cb5ecf7c4ae014e5dfcfefbd753358b5a451e9b162475e37546b3323\
    b4f74253d370f244b159bee86114e67d1cfaf324e06f7d8fed54d872069e6c50636760dc496e9a68\
    eab477432fc2bd816b055371a90e1496a993f754f253b99d65fac4997137d4c048f5512fb5778ef8\
    3c3784d40763e27f";
const WEAK_EXPONENT: &str = "5d1252109d1b8cf5f6dc8231c2b66ce03276a64778abb576cefd44b8d7f2f996916243817ab1f77e\
    b7b73cb15a186dbcb3c53d987a26a5429449863f765e0e79eece1351288d058c1fc710dd648d8e07\
    e4a703e84bbb430f3bd87a8c8519e54d461a4b9f7f340903d4b44b76d3c902e467e9fe58ba827bee\
    e2b6930e665ad8c1";

pub static ISSUED_BY: LazyLock<Issuer> = LazyLock::new(Issuer::new);
pub const SECRET: &[u8] = &[42; 64];

/// The kid of a key, and an algorithm that it signs with.
pub const KEYS: [(&str, &str); 10] = [
    ("rsa", "RS256"),
    ("rsa", "RS384"),
    ("rsa", "RS512"),
    ("rsa", "PS256"),
    ("rsa", "PS384"),
    ("rsa", "PS512"),
    ("pinned", "RS256"),
    ("p256", "ES256"),
    ("p384", "ES384"),
    ("ed", "EdDSA"),
];

/// Every kind of key.
pub struct Issuer {
    pub rsa: RsaKeyPair,
    pub p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    pub ed: Ed25519KeyPair,
}

impl Issuer {
    pub fn new() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
            ed: Ed25519KeyPair::generate().unwrap(),
        }
    }

    pub fn modulus(&self) -> Vec<u8> {
        RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public_key()).n
    }

    pub fn jwks(&self) -> String {
        let curve = |kid: &str, crv: &str, key: &EcdsaKeyPair| {
            let point = &key.public_key().as_ref()[1..];
            let (x, y) = point.split_at(point.len() / 2);
            json!({ "kty": "EC", "crv": crv, "kid": kid, "x": b64(x), "y": b64(y) })
        };
        let rsa = |kid: &str, modulus: &[u8]| json!({ "kty": "RSA", "kid": kid, "n": b64(modulus), "e": "AQAB" });
        let with = |mut key: Value, name: &str, value: &str| {
            key[name] = json!(value);
            key
        };
        json!({ "keys": [
            rsa("rsa", &self.modulus()),
            with(rsa("pinned", &self.modulus()), "alg", "RS256"),
            with(rsa("enc", &self.modulus()), "use", "enc"),
            rsa("weak", &number(WEAK_MODULUS).to_bytes_be()),
            curve("p256", "P-256", &self.p256),
            curve("p384", "P-384", &self.p384),
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(self.ed.public_key().as_ref()) },
        ] })
        .to_string()
    }

    /// A token of these very bytes.
    pub fn sign(
        &self,
        header: impl AsRef<[u8]>,
        claims: impl AsRef<[u8]>,
        algorithm: &str,
    ) -> String {
        let message = format!("{}.{}", b64(header), b64(claims));
        format!("{message}.{}", b64(self.signature(algorithm, message.as_bytes())))
    }

    /// A signature of this algorithm, whatever a header says.
    pub fn signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let rsa = |encoding: &'static dyn RsaEncoding| {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        };
        let hmac =
            |algorithm| hmac::sign(&hmac::Key::new(algorithm, SECRET), message).as_ref().to_vec();
        match algorithm {
            "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
            "RS384" => rsa(&signature::RSA_PKCS1_SHA384),
            "RS512" => rsa(&signature::RSA_PKCS1_SHA512),
            "PS256" => rsa(&signature::RSA_PSS_SHA256),
            "PS384" => rsa(&signature::RSA_PSS_SHA384),
            "PS512" => rsa(&signature::RSA_PSS_SHA512),
            "ES256" => self.p256.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            "ES384" => self.p384.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed.sign(message).as_ref().to_vec(),
            "HS256" => hmac(hmac::HMAC_SHA256),
            "HS384" => hmac(hmac::HMAC_SHA384),
            "HS512" => hmac(hmac::HMAC_SHA512),
            "weak" => weak(message),
            other => panic!("{other}"),
        }
    }
}

/// PKCS #1 v1.5 by hand: no library signs with 1024 bits.
fn weak(message: &[u8]) -> Vec<u8> {
    let mut block = vec![0, 1];
    block.resize(128 - 52, 0xff);
    block.push(0);
    block.extend_from_slice(
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
    );
    block.extend_from_slice(digest::digest(&digest::SHA256, message).as_ref());
    BigUint::from_bytes_be(&block)
        .modpow(&number(WEAK_EXPONENT), &number(WEAK_MODULUS))
        .to_bytes_be()
}

pub fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// An object with these members; `null` takes one out.
pub fn changed(mut good: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("an object") };
    for (name, value) in changes {
        if value.is_null() {
            good.as_object_mut().unwrap().remove(&name);
        } else {
            good[name] = value;
        }
    }
    good
}
