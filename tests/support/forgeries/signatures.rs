//! Forgeries whose signature is of the right kind and not of the message.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use serde_json::json;

use super::{Forgery, Mint, group};
use crate::support::issuer::{ISSUED_BY, b64, number};

pub fn all(mint: &Mint) -> Vec<Forgery> {
    [ecdsa(mint), other_kinds(mint), another_message(mint)].into_iter().flatten().collect()
}

fn ecdsa(mint: &Mint) -> Vec<Forgery> {
    let good = mint.good("p256", "ES256");
    let (message, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (r, s) = bytes.split_at(32);
    let order = number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let order = &*order.to_bytes_be();
    let prime = number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    let prime = &*prime.to_bytes_be();
    let zero = [0; 32];
    let one = &*[&[0; 31][..], &[1]].concat();
    let der = [&[0x30, 0x44, 2, 32], r, &[2, 32], s].concat();
    let wide = |half: &[u8]| [&[0], half].concat();
    let signatures = [
        ("all zero", [zero, zero].concat()),
        ("r=0, s=n", [&zero, order].concat()),
        ("r=n, s=0", [order, &zero].concat()),
        ("r=s=n", [order, order].concat()),
        ("r=s=1", [one, one].concat()),
        ("r=s=p", [prime, prime].concat()),
        ("r=0", [&zero, s].concat()),
        ("s=0", [r, &zero].concat()),
        ("s=n", [r, order].concat()),
        ("all ones", vec![0xff; 64]),
        ("r and s exchanged", [s, r].concat()),
        ("DER", der),
        ("DER of zeros", vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
        ("one byte", vec![1]),
        ("r alone", r.to_vec()),
        ("63 bytes", bytes[..63].to_vec()),
        ("65 bytes", [&*bytes, &[0]].concat()),
        ("66 bytes, as wider numbers", [wide(r), wide(s)].concat()),
        ("96 bytes", [&*bytes, &[0; 32]].concat()),
        ("twice", [&*bytes, &bytes].concat()),
        ("SEC 1 point before it", [&[4], &*bytes].concat()),
    ];
    let cases = signatures.map(|(name, signature)| {
        (format!("ES256: {name}"), format!("{message}.{}", b64(signature)))
    });
    let mut ecdsa = group("ECDSA", "signature", cases);
    let wide = mint.good("p384", "ES384");
    let message_384 = wide.rsplit_once('.').unwrap().0;
    for (name, signature) in [("all zero", vec![0; 96]), ("64 bytes", bytes.clone())] {
        let token = format!("{message_384}.{}", b64(signature));
        ecdsa.extend(group("ECDSA", "signature", [(format!("ES384: {name}"), token)]));
    }
    let crossed = [
        ("p384", "ES256", "ES256"),
        ("p384", "ES256", "ES384"),
        ("p256", "ES384", "ES384"),
        ("p256", "ES384", "ES256"),
        ("rsa", "ES256", "ES256"),
        ("rsa", "ES256", "RS256"),
        ("p256", "RS256", "ES256"),
        ("p256", "PS256", "PS256"),
    ];
    let crossed = crossed.map(|(kid, said, signed)| {
        (format!("{said} on {kid}, signed {signed}"), mint.signed(kid, said, signed))
    });
    ecdsa.extend(group("ECDSA", "alg", crossed));
    ecdsa.extend(group("ECDSA", "format", [("ES256: empty", format!("{message}."))]));
    ecdsa
}

fn other_kinds(mint: &Mint) -> Vec<Forgery> {
    let parts = |kid: &str, algorithm: &str| {
        let good = mint.good(kid, algorithm);
        let (message, signature) = good.rsplit_once('.').unwrap();
        (message.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
    };
    let (message, ed) = parts("ed", "EdDSA");
    let order = number("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    let more = (BigUint::from_bytes_le(&ed[32..]) + order).to_bytes_le();
    let identity = [&[1][..], &[0; 63]].concat();
    let mut cases = Vec::new();
    for (name, signature) in [
        ("all zero", vec![0; 64]),
        ("the identity and 0", identity),
        ("S+L", [&ed[..32], &more].concat()),
        ("S=0", [&ed[..32], &[0; 32]].concat()),
        ("63 bytes", ed[..63].to_vec()),
        ("65 bytes", [&*ed, &[0]].concat()),
    ] {
        cases.push((format!("EdDSA: {name}"), format!("{message}.{}", b64(signature))));
    }
    let modulus = ISSUED_BY.modulus();
    for algorithm in ["RS256", "PS256"] {
        let (message, rsa) = parts("rsa", algorithm);
        let sum = (BigUint::from_bytes_be(&rsa) + BigUint::from_bytes_be(&modulus)).to_bytes_be();
        for (name, signature) in [
            ("all zero", vec![0; 256]),
            ("1", [&[0; 255][..], &[1]].concat()),
            ("the modulus", modulus.clone()),
            ("the modulus more", sum),
            ("255 bytes", rsa[..255].to_vec()),
            ("a zero before it", [&[0], &*rsa].concat()),
            ("a zero behind it", [&*rsa, &[0]].concat()),
        ] {
            cases.push((format!("{algorithm}: {name}"), format!("{message}.{}", b64(signature))));
        }
    }
    group("signature", "signature", cases)
}

/// A true signature, and another message than it was made for.
fn another_message(mint: &Mint) -> Vec<Forgery> {
    let mut cases = Vec::new();
    for (kid, algorithm) in
        [("rsa", "RS256"), ("rsa", "PS256"), ("p256", "ES256"), ("p384", "ES384"), ("ed", "EdDSA")]
    {
        let good = mint.good(kid, algorithm);
        let [header, claims, signature] = *good.split('.').collect::<Vec<_>>() else { panic!() };
        let other = mint.body(json!({ "sub": "f0rged-root" }));
        let other = other.split('.').nth(1).unwrap();
        let spaced = URL_SAFE_NO_PAD.decode(header).unwrap();
        let spaced = b64([&*spaced, b" "].concat());
        let mut flipped = URL_SAFE_NO_PAD.decode(signature).unwrap();
        flipped[40] ^= 1;
        cases.extend([
            (format!("{algorithm}: payload swapped"), format!("{header}.{other}.{signature}")),
            (format!("{algorithm}: header written anew"), format!("{spaced}.{claims}.{signature}")),
            (format!("{algorithm}: one bit"), format!("{header}.{claims}.{}", b64(flipped))),
        ]);
    }
    group("signature", "signature", cases)
}
