//! Secrets: by what they are called, and by their shape. Those of vendors stand in `vendors`.

use super::{Context, Detector, Shape};
use crate::redact::Kind;

pub(super) const SENSITIVE_KEY: Detector = Detector {
    name: "key",
    kind: Kind::Key,
    what: "values under keys that say so (`password`, `access_token`, `Authorization`, …), however they are spelt; also in pairs of name and value",
    checks: "no word by which the key tells of something else (`max_tokens`, `password_updated_at`)",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "{\"password\": \"⟦x⟧\"}",
        "{\"dbPassword\": \"⟦hunter2⟧\"}",
        "{\"ACCESS-TOKEN\": \"⟦abc⟧\"}",
        "{\"Set-Cookie\": \"⟦a=b⟧\"}",
        "{\"api_key\": [\"⟦a⟧\", \"⟦b⟧\"]}",
        "{\"clientSecret\": {\"current\": \"⟦a⟧\"}}",
        "{\"ｐａｓｓｗｏｒｄ\": \"⟦x⟧\"}",
        "{\"name\": \"Authorization\", \"value\": \"⟦abc⟧\"}",
        "[\"password\", \"⟦x⟧\"]",
        "{\"a\": \"{\\\"pwd\\\": \\\"⟦x⟧\\\"}\"}",
        "{\"session_id\": \"⟦x⟧\"}",
    ],
    left: &[
        "{\"max_tokens\": 5}",
        "{\"token_type\": \"bearer\"}",
        "{\"password_updated_at\": \"2026-11-20\"}",
        "{\"secretary\": \"Ann\"}",
        "{\"monkey\": \"x\"}",
        "{\"has_password\": true}",
        "{\"password\": null}",
        "{\"nextPageToken\": \"abc\"}",
        "{\"primary_key\": \"id\"}",
        "{\"author\": \"Ann\"}",
    ],
};

pub(super) const KEY_VALUE: Detector = Detector {
    name: "secret",
    kind: Kind::Secret,
    what: "`key=value`, `key: value`, options, elements and query strings in text, by the same keys; connection strings",
    checks: "no placeholder, no code that fetches the value, no word of a sentence",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "password=⟦hunter2⟧",
        "password: ⟦hunter2⟧",
        "?user=ann&access_token=⟦abc123⟧&x=1",
        "export API_KEY='⟦a1b2c3⟧'",
        "mysql --password ⟦pa55word⟧",
        "<password>⟦hunter2⟧</password>",
        "Server=db;Uid=ann;Pwd=⟦pa55word⟧;",
        "('password', '⟦hunter2⟧')",
        "db_password := \"⟦hunter2⟧\"",
        "secret_key = ⟦q1w2e3⟧",
    ],
    left: &[
        "password=${DB_PASSWORD}",
        "password: string",
        "password = os.environ[\"DB_PASSWORD\"]",
        "the password is required",
        "max_tokens=100",
        "password=",
        "token_type=bearer",
        "secret: {{ SECRET }}",
        "password: null",
        "monkey=banana",
    ],
};

pub(super) const AUTHORIZATION: Detector = Detector {
    name: "authorization",
    kind: Kind::Authorization,
    what: "bearer and basic credentials, `curl -u user:…`",
    checks: "eight signs or more, with a digit or mixed case",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "Bearer ⟦abc123def456⟧",
        "Authorization: Bearer ⟦abc123def456⟧",
        "Authorization: Basic ⟦YWxhZGRpbjpvcGVuc2VzYW1l⟧",
        "curl -u ann:⟦pa55word⟧ https://example.com",
        "curl --user ann:'⟦pa55 word⟧' https://example.com",
        "Proxy-Authorization: Negotiate ⟦YIIJvwYGKwYBBQUCoIIJ⟧",
        "-H \"Authorization: ⟦OAuth oauth_consumer_key=k1, oauth_token=t2⟧\"",
        "authorization: ⟦Digest username=\"ann\", response=\"6629fae49393a05397450978507c4ef1\"⟧",
        "sent bearer  ⟦A1b2C3d4E5f6⟧ with it",
        "{\"log\": \"sent Bearer ⟦abc123def456⟧\"}",
        "X-Api-Key: ⟦k1⟧",
        "{\"h\": \"Basic ⟦YWxhZGRpbjpvcGVuc2VzYW1l⟧\"}",
    ],
    left: &[
        "the bearer of this letter",
        "Basic authentication",
        "curl -u ann https://example.com",
        "curl -u \"$USER:$PASSWORD\" https://example.com",
        "curl -u name:<password> https://example.com",
        "Authorization: Bearer $TOKEN",
        "Authorization: Bearer ${TOKEN}",
        "Authorization: Bearer <token>",
        "Bearer tokens expire",
        "WWW-Authenticate: Basic realm=\"x\"",
        "basic information about it",
    ],
};

pub(super) const URL_CREDENTIALS: Detector = Detector {
    name: "url_credentials",
    kind: Kind::UrlCredentials,
    what: "the password in `scheme://user:password@host`",
    checks: "no port, no placeholder",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "postgres://ann:⟦pa55word⟧@db.example.com:5432/app",
        "https://ann:⟦x1⟧@example.com/",
        "redis://:⟦pa55word⟧@10.0.0.1",
        "mongodb+srv://ann:⟦pa55word⟧@cluster.example.net/db?w=majority",
        "amqp://guest:⟦guest⟧@queue:5672",
        "mysql://root:⟦p%40ss⟧@[::1]:3306/x",
        "jdbc:mysql://ann:⟦pa55word⟧@db:3306/app",
        "git clone https://ann:⟦pa55word⟧@example.com/a/b.git",
        "{\"url\": \"ftp://ann:⟦pa55word⟧@files.example.com\"}",
        "smtp://mailer:⟦pa55word⟧@smtp.example.com:587",
        "see https://ann:⟦pa55word⟧@example.com/x, please",
        "HTTPS://ANN:⟦PA55WORD⟧@EXAMPLE.COM/",
    ],
    left: &[
        "https://example.com:8080/@ann",
        "http://example.com/a:b@c",
        "postgres://ann:${PASSWORD}@db",
        "https://example.com/",
        "http://localhost:3000",
        "https://medium.example/@ann/a-story",
        "ssh://git@example.com:22/a.git",
        "http://[::1]:8080/",
        "postgres://ann@db/app",
        "urn:isbn:0451450523",
        "https://ann:{{ password }}@example.com",
    ],
};

pub(super) const JWT: Detector = Detector {
    name: "jwt",
    kind: Kind::Jwt,
    what: "JSON web tokens, signed, unsigned and encrypted",
    checks: "the header decodes to an object",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "⟦eyJhbGciOiJIUzI1NiJ9.ey·JzdWIiOiIxMjM0In0.dQw4w9WgXcQ⟧",
        "{\"t\": \"⟦eyJhbGciOiJub25lIn0.ey·JzdWIiOiIxMjM0In0.⟧\"}",
        "see ⟦eyJhbGciOiJIUzI1NiJ9.ey·JzdWIiOiIxMjM0In0.dQw4w9WgXcQ⟧, there",
        "x=⟦eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.ey·JpYXQiOjE3fQ.c2lnbmF0dXJl⟧&y=1",
        "(⟦eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.ey·JpYXQiOjE3fQ.c2lnbmF0dXJl⟧)",
        "⟦eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OK·OawDo13.48V1_ALb6US.5eym8TW_c8S.XFBoMYUZod⟧",
        "\"⟦eyJraWQiOiIxIiwiYWxnIjoiSFMyNTYifQ.ey·JzdWIiOiJhbm4ifQ.Xb2k3m4n5p6⟧\"",
        "<t>⟦eyJhbGciOiJIUzUxMiJ9.ey·JzdWIiOiJhbm4ifQ.Xb2k3m4n5p6⟧</t>",
        "a ⟦eyJhbGciOiJIUzI1NiJ9.ey·JzdWIiOiIxIn0.a-b_c1d2e3⟧\nb",
        "{\"a\": [\"⟦eyJhbGciOiJIUzI1NiJ9.ey·JzdWIiOiIxIn0.Zm9vYmFyYmF6⟧\"]}",
    ],
    left: &[
        "eyJBB.eyJCC.eyJDDDD",
        "eyJhbGciOiJIUzI1NiJ9",
        "eye.eye.eye",
        "eyes.only.please",
        "a.b.c",
        "www.example.com",
        "eyJhbGciOiJIUzI1NiJ9 alone",
        "eyelash.products.example",
        "eyre.jane.novel",
        "key.path.to.value",
    ],
};

pub(super) const PRIVATE_KEY: Detector = Detector {
    name: "private_key",
    kind: Kind::PrivateKey,
    what: "private keys in PEM and OpenSSH form, also cut off",
    checks: "`PRIVATE KEY` in the first line",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "⟦-----BEGIN RSA PRI·VATE KEY-----\nMIIC\n-----END RSA PRIVATE KEY-----⟧",
        "⟦-----BEGIN OPENSSH PRI·VATE KEY-----\nb3Bl⟧",
        "{\"pem\": \"⟦-----BEGIN PRI·VATE KEY-----\\nMIIC\\n-----END PRIVATE KEY-----⟧\"}",
        "⟦-----BEGIN EC PRI·VATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----⟧\n",
        "is ⟦-----BEGIN DSA PRI·VATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----⟧ here",
        "⟦-----BEGIN ENCRYPTED PRI·VATE KEY-----\nMIIF\n-----END ENCRYPTED PRIVATE KEY-----⟧",
        "⟦-----BEGIN PGP PRI·VATE KEY BLOCK-----\n\nlQOY\n-----END PGP PRIVATE KEY BLOCK-----⟧",
        "⟦-----BEGIN RSA PRI·VATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n-----END RSA PRIVATE KEY-----⟧",
        "⟦-----BEGIN PRI·VATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----⟧",
        "cert\n⟦-----BEGIN PRI·VATE KEY-----\nMIIE\n-----END PRIVATE KEY-----⟧\nend",
    ],
    left: &[
        "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB",
        "a private key",
        "-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE REQUEST-----\nMIIC",
        "-----BEGIN PGP MESSAGE-----\nhQEM",
        "-----BEGIN DH PARAMETERS-----\nMIIB",
        "----- begin of the private part -----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        "-----BEGIN SSH SIGNATURE-----\nU1NI",
    ],
};

pub(super) const VENDOR_TOKEN: Detector = Detector {
    name: "token",
    kind: Kind::Token,
    what: "tokens with a vendor's prefix: see the list below",
    checks: "what follows is of the vendor's signs and long enough, with a digit where words begin alike",
    shape: Shape::Built,
    context: Context::None,
    hidden: &[
        "⟦AK·IAIOSFODNN7EXAMPLE⟧",
        "⟦123456789:AA·Fx1234567890abcdefghijklmnopqrstuv⟧",
        "⟦hooks.slack.com/serv·ices/T00000000/B00000000/abcdefghijklmnopqrstuvwx⟧",
        "⟦0123456789abcdef0123456789abcdef·-us12⟧",
        "⟦abc8Q·~abcdefghijklmnopqrstuvwxyz12345⟧",
        "⟦MTIzNDU2Nzg5MDEyMzQ1Njc4·.AbCdEf.abcdefghijklmnopqrstuvwxyz1⟧",
        "⟦a1b2c3d4e5f6g7·.atlasv1.a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z6a7b8c9d0⟧",
        "⟦a1B2c3_d4E5f6G7h8I9j0K1l2M3n4O5p·6q7r_mmk⟧",
        "⟦1234567890123456·|a1b2c3d4e5f6g7h8i9j0k1l2m3n⟧",
        "https://⟦discord.com/api/web·hooks/123456789012345678/a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0⟧",
        "⟦1000.0123456789abcdef0123456789abcdef·.0123456789abcdef0123456789abcdef⟧",
        "⟦0123456789abcdef0123456789abcdef·-01234567-89abcdef⟧",
    ],
    left: &[
        "sk-",
        "sk-learn-is-a-library-for-machine-learning",
        "ghp_short",
        "hf_servingcellpriorityandmanyotherwords",
        "xAKIAIOSFODNN7EXAMPLE",
        "task-12345678901234567890",
        "secret_santa",
        "live_long_and_prosper",
        "key-value",
        "test_the_redaction_of_results",
        "API-BD80F56CDC1441E6BF6011AB6D852875",
        "re_exports_of_modules_and_of_their_2_parts",
        "12345678:a-label",
        "1732139580-20261120",
    ],
};

pub(super) const ENTROPY: Detector = Detector {
    name: "entropy",
    kind: Kind::Entropy,
    what: "words of 16 signs or more that look random, behind a telling word",
    checks: "3.5 bits a sign (3 for hexadecimal ones), signs of different sorts in turn; no UUID, no hash that is called one",
    shape: Shape::Read { read: random, alone: false },
    context: Context::Needs(&[
        "key",
        "keys",
        "apikey",
        "secret",
        "secrets",
        "token",
        "tokens",
        "auth",
        "authorization",
        "api",
        "credential",
        "credentials",
        "creds",
        "signature",
        "sig",
        "salt",
        "nonce",
        "seed",
        "pass",
        "access",
        "private",
        "session",
        "license",
        "licence",
        "webhook",
    ]),
    hidden: &[
        "the key ⟦q7Gd93kLmZ04xVbT⟧ opens it",
        "license ⟦A8F3-99QK-7ZPD-2MXC-40RT⟧",
        "{\"signature\": \"⟦3f7a9c0e51b2d486af10⟧\"}",
        "salt is ⟦8f1d0c6b2a9e7453fd01⟧",
        "use the token ⟦Zx9Kq2Lm7Tn4Rb8W⟧.",
        "{\"salt\": \"⟦Zm9vYmFyMTIzNDU2Nzg5MA==⟧\"}",
        "api ⟦b7Xq2vN94kTz81LmWc06⟧",
        "seed ⟦4cQ9xT2bV7nK0mZ5pL3a⟧",
        "nonce ⟦9c1185a5c5e9fc546128⟧",
        "our webhook, ⟦h4J9sK2lQ8wE7rT1⟧,",
    ],
    left: &[
        "q7Gd93kLmZ04xVbT",
        "key 550e8400-e29b-41d4-a716-446655440000",
        "key aaaaaaaaaaaaaaaaaaaa1",
        "the key-of-the-kingdom-and-others",
        "commit of the key 9c1185a5c5e9fc54612808977ee8f548b2258d31",
        "key sha256 9c1185a5c5e9fc54612808977ee8f548",
        "key short1A2b",
        "api version 2026-11-20-preview-1",
        "{\"name\": \"q7Gd93kLmZ04xVbT\"}",
        "access some_function_name_with_words",
    ],
};

/// The end of the word that begins here, where its signs look random.
fn random(text: &str, at: usize) -> Option<usize> {
    const MOST: usize = 256;
    let bytes = text.as_bytes();
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'~');
    // A word is read once, from its front.
    if at > 0 && part(bytes[at - 1]) {
        return None;
    }
    let length = bytes[at..].iter().take(MOST).take_while(|b| part(**b)).count();
    let word = &bytes[at..at + length];
    if !(16..MOST).contains(&length) || is_uuid(word) || is_called_hash(text, at) {
        return None;
    }
    let sort = |b: &u8| match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    };
    let turns = word.windows(2).filter(|pair| sort(&pair[0]) != sort(&pair[1])).count();
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let hexadecimal = word.iter().all(u8::is_ascii_hexdigit);
    let bits = bits_per_sign(word);
    let telling = bits >= 3.5 || (hexadecimal && bits >= 3.0);
    let padding = bytes[at + length..].iter().take(2).take_while(|b| **b == b'=').count();
    (telling && digits >= 3 && turns * 4 >= length).then_some(at + length + padding)
}

fn bits_per_sign(word: &[u8]) -> f64 {
    let mut counts = [0u16; 256];
    for sign in word {
        counts[usize::from(*sign)] += 1;
    }
    let length = f64::from(u16::try_from(word.len()).unwrap_or(u16::MAX));
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length);
    shares.map(|share| -share * share.log2()).sum()
}

fn is_uuid(word: &[u8]) -> bool {
    word.len() == 36
        && word.iter().enumerate().all(|(at, sign)| match at {
            8 | 13 | 18 | 23 => *sign == b'-',
            _ => sign.is_ascii_hexdigit(),
        })
}

/// Whether the words right before say that it is a hash.
fn is_called_hash(text: &str, at: usize) -> bool {
    let mut from = at.saturating_sub(24);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let window = text[from..at].to_ascii_lowercase();
    ["sha", "md5", "commit", "hash", "digest", "checksum", "integrity", "etag", "public"]
        .iter()
        .any(|word| window.contains(word))
}
