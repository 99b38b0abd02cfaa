//! What redaction lets nobody see, and what it leaves alone.

use doorman::Redactor;
use serde_json::{Value, json};

const MASK: &str = "«redacted»";

fn json_of(document: &str) -> String {
    let redacted = Redactor::new().json(document.as_bytes());
    String::from_utf8(redacted.into_content().into_owned()).unwrap()
}

fn text_of(text: &str) -> String {
    Redactor::new().text(text).into_content().into_owned()
}

/// Neither form of a document tells the secret, and the document stays one.
fn hides(document: &Value, secret: &str) {
    let after = json_of(&document.to_string());
    assert!(!after.contains(secret) && after.contains(MASK), "{after}");
    serde_json::from_str::<Value>(&after).unwrap();
}

fn leaves(document: &Value) {
    let text = document.to_string();
    assert_eq!(json_of(&text), text);
}

/// One named case for each way round the original's redaction.
macro_rules! hidden {
    ($($name:ident: $document:tt hides $secret:literal;)*) => {
        $(#[test]
        fn $name() {
            hides(&json!($document), $secret);
        })*
    };
}

hidden! {
    w4_camel_case_access_token: { "accessToken": "s3cr3t-a" } hides "s3cr3t";
    w4_camel_case_user_password: { "userPassword": "hunter2" } hides "hunter2";
    w4_client_secret: { "client_secret": "hunter2" } hides "hunter2";
    w4_private_key: { "private_key": "hunter2" } hides "hunter2";
    w4_x_api_key: { "x-api-key": "hunter2" } hides "hunter2";
    w4_api_key_with_a_dash: { "api-key": "hunter2" } hides "hunter2";
    w4_pwd: { "pwd": "hunter2" } hides "hunter2";
    w4_tokens: { "tokens": ["hunter2", { "a": "hunter2" }] } hides "hunter2";
    w4_db_password: { "db_password": "hunter2" } hides "hunter2";
    w4_password_with_a_blank: { "password ": "hunter2" } hides "hunter2";
    w4_zero_width_key: { "pass\u{200b}word": "hunter2" } hides "hunter2";
    w4_full_width_key: { "ｐａｓｓｗｏｒｄ": "hunter2" } hides "hunter2";
    w4_homoglyph_key: { "pаsswоrd": "hunter2" } hides "hunter2";
    w4_json_in_a_string: { "log": "{\"password\":\"hunter2\"}" } hides "hunter2";
    w4_json_in_json_in_a_string: { "log": "{\"a\":\"{\\\"token\\\":\\\"hunter2\\\"}\"}" } hides "hunter2";
    w4_json_within_a_sentence: { "log": "got {\"pin\": \"hunter2\"} back" } hides "hunter2";
    w4_password_in_text: { "log": "login with password=hunter2 failed" } hides "hunter2";
    w4_authorization_in_text: { "log": "sent Authorization: Bearer hunter2" } hides "hunter2";
    w4_bearer_in_text: { "log": "sent Bearer abcdef0123456789" } hides "abcdef0123456789";
    w4_name_and_value: { "headers": [{ "name": "Authorization", "value": "hunter2" }] } hides "hunter2";
    w4_value_and_name: { "headers": [{ "value": { "a": ["hunter2"] }, "variable": "Authorization" }] } hides "hunter2";
    w4_pair: { "field": ["password", "hunter2"] } hides "hunter2";
    w4_aws_key: { "note": "AKIAIOSFODNN7EXAMPLE" } hides "AKIAIOSFODNN7EXAMPLE";
    w4_jwt: { "note": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dQw4w9WgXcQ" } hides "dQw4w9WgXcQ";
    w4_pem: { "note": "-----BEGIN RSA PRIVATE KEY-----\nMIICWwIB\n-----END RSA PRIVATE KEY-----" } hides "MIICWwIB";
    w4_email_as_a_key: { "ann@example.com": 1 } hides "ann@example";
    w4_zero_width_email: { "note": "ann\u{200b}@example.com" } hides "example.com";
    w4_email_with_an_entity: { "note": "ann&#64;example.com" } hides "example.com";
    w4_email_url_encoded: { "note": "ann%40example.com" } hides "example.com";
    w4_international_domain: { "note": "ann@bücher.example" } hides "bücher";
    w4_unicode_local_part: { "note": "用户@例え.jp" } hides "用户";
    w4_ssn_with_an_en_dash: { "note": "123–45–6789" } hides "6789";
    w4_card_split_over_a_list: { "parts": [4111, 1111, 1111, 1111] } hides "4111";
    w4_card_split_over_texts: { "parts": ["4111", "1111", "1111", "1111"] } hides "4111";
    w4_card_as_an_integer: { "n": 4_111_111_111_111_111u64 } hides "4111";
    w4_seven_digit_phone: { "phone": "555-0100", "mobile": 5_550_100 } hides "0100";
    w4_url_credentials: { "note": "postgres://bob:hunter2@db/app" } hides "hunter2";
    w4_digits_of_another_script: { "note": "٤١١١ ١١١١ ١١١١ ١١١١" } hides "١١١١";
    w4_iban: { "note": "DE89 3704 0044 0532 0130 00" } hides "0532";
}

#[test]
fn w4_escaped_key() {
    assert_eq!(json_of(r#"{"\u0070assword":"x"}"#), r#"{"\u0070assword":"«redacted»"}"#);
}

#[test]
fn w4_card_as_a_float() {
    for number in ["4111111111111111.0", "4.111111111111111e15", "4111111111111111.00"] {
        assert_eq!(json_of(&format!("[{number}]")), "[\"«redacted»\"]");
    }
}

#[test]
fn w4_undecodable_bytes() {
    let redacted = Redactor::new().json(b"\xff\xfe ann@example.com \x00");
    assert_eq!(redacted.content().as_ref(), "\u{FFFD}\u{FFFD} «redacted» \0".as_bytes());
}

#[test]
fn w4_what_is_no_json_is_read_as_text() {
    for text in [
        "{'password': 'hunter2'}",
        "{password: \"hunter2\"}",
        "{\"password\": \"hunter2\"",
        "{\"password\": \"hunter2\"} x",
        "{\"password\": \"hunter2\"}\n{\"password\": \"hunter2\"}\n",
        "\u{feff}{\"password\": \"hunter2\"}",
        "[1, NaN, \"password=hunter2\"]",
    ] {
        let after = json_of(text);
        assert!(!after.contains("hunter2") && after.contains(MASK), "{after}");
    }
}

#[test]
fn w5_other_numbers_and_texts_survive() {
    leaves(&json!({
        "date": "2026-11-20", "at": "2026-11-20T21:53:00Z", "from": "2026-11-20T21:53:00.123+01:00",
        "loopback": "127.0.0.1", "address": "192.168.100.200", "v6": "2001:db8::8a2e:370:7334",
        "seconds": 1_732_139_580, "millis": 1_732_139_580_123u64, "negative": -4_111_111_111_111_111i64,
        "uuid": "550e8400-e29b-41d4-a716-446655440000", "pi": std::f64::consts::PI,
        "isbn": "978-3-16-148410-0", "order": "1234567890", "long": 1_234_567_890_123_456_789u64,
        "commit": "9fceb02d0ae598e95dc970b74767f19372d61af8", "version": "1.2.3-rc.1+20130313144700",
        "hex": "0x7fffffff12345678", "price": "$1,234,567.89", "library": "lib@7.1.2.Final",
        "icon": "icon@2x.png", "repository": "git@github.com:org/repo.git", "mask": MASK,
        "places": [52.520_008, 13.404_954], "years": [2020, 2021, 2022, 2023],
    }));
}

#[test]
fn w5_keys_that_only_sound_sensitive_survive() {
    leaves(&json!({
        "max_tokens": 100, "token_type": "bearer", "token_count": 5, "tokenExpiresAt": "2026-11-20",
        "secretary": "Ann", "monkey": "Bob", "password_updated_at": "2026-11-20",
        "password_policy_url": "https://example.com/policy", "author": "Ann", "keyboard": "qwerty",
    }));
}

#[test]
fn w5_two_addresses_stay_two_keys() {
    assert_eq!(
        json_of(r#"{"ann@example.com":1,"bob@example.com":2,"«redacted 2»":3}"#),
        r#"{"«redacted»":1,"«redacted 3»":2,"«redacted 2»":3}"#
    );
}

#[test]
fn w5_only_the_piece_is_masked() {
    let text = "On 2026-11-20 ann@example.com called 415-555-0100 about order 1234567890.";
    assert_eq!(text_of(text), "On 2026-11-20 «redacted» called «redacted» about order 1234567890.");
}

#[test]
fn bytes_that_are_not_masked_stay() {
    let document = "{ \"z\" : 1.50,\n\t\"a\":1e2 , \"e\" : \"\\u0041\\/\", \"pin\" :true,\"n\":{\"pin\":null} }";
    assert_eq!(json_of(document), document.replace("true", "\"«redacted»\""));
    assert!(matches!(Redactor::new().json(b"{}").into_content(), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn a_container_under_a_sensitive_key_keeps_its_shape() {
    assert_eq!(
        json_of(r#"{"credentials":{"user":"ann","n":[1,true,null,{}]}}"#),
        r#"{"credentials":{"user":"«redacted»","n":["«redacted»","«redacted»",null,{}]}}"#
    );
}

#[test]
fn w6_error_texts_are_redacted() {
    let text = "cannot connect: dsn=postgres://bob:hunter2@db, alice@example.com";
    assert_eq!(text_of(text), "cannot connect: dsn=«redacted», «redacted»");
}

#[test]
fn w8_hostile_sizes_take_linear_time() {
    const SIZE: usize = 1 << 16;
    for piece in [
        "a",
        "a@",
        "@",
        "1",
        "1 ",
        "4111 ",
        "[",
        "{",
        "\"",
        "{\"",
        "[\"",
        "{\"a\":",
        "\\\"",
        "password=",
        "a:",
        "://",
        "://a:",
        "'\"",
        "-----BEGIN PRIVATE KEY",
        "eyJ.",
        "sk-",
        "%40",
        "&#",
        "\u{200b}@",
        "+1",
        "AB12",
        "password=\"",
        "Bearer ",
        "«redacted»",
        "[[[]",
        "x=\\\"",
        "a://b:c@",
        "a://b:c/",
        "<password>",
        "--password ",
        "{\"password\":[",
    ] {
        let text = piece.repeat(SIZE / piece.len());
        let _ = Redactor::new().json(text.as_bytes());
        let quoted = Value::from(text).to_string();
        let _ = Redactor::new().json(quoted.as_bytes());
    }
}

#[test]
fn w8_a_million_levels_are_walked() {
    let (open, close) = ("[".repeat(500_000), "]".repeat(500_000));
    let document = format!(
        "{}{open}\"ann@example.com\"{close}{}",
        "{\"a\":".repeat(500_000),
        "}".repeat(500_000)
    );
    let redacted = Redactor::new().json(document.as_bytes());
    assert_eq!(redacted.redactions().total(), 1);
}

#[test]
fn a_hundred_redactors_share_what_they_know() {
    let redactor = Redactor::new().with_keys(["internal_*"]).unwrap();
    let redactors: Vec<Redactor> =
        (0..100).map(|_| redactor.and(&["amount", "card.*"]).unwrap()).collect();
    for redactor in redactors {
        assert_eq!(redactor.json(b"{\"amount\":1,\"internalNote\":2}").redactions().total(), 2);
    }
}

#[test]
fn a_card_is_one_however_its_number_is_written() {
    for number in [
        "4.111111111111111e15",
        "4.1111111111111110e+15",
        "41111111111111110e-1",
        "4111111111111111E-0",
        "0.04111111111111111e17",
    ] {
        assert_eq!(json_of(number), format!("\"{MASK}\""), "{number}");
    }
    for number in ["41111111111111111e-1", "0e-39", "1e39", "-0.00001", "1e-9223372036854775808"] {
        assert_eq!(json_of(number), number);
    }
}

#[test]
fn many_masked_keys_are_numbered_in_linear_time() {
    let taken = (2..40_000).map(|n| format!("\"«redacted {n}»\":1"));
    let masked = (0..40_000).map(|n| format!("\"k{n}@example.com\":1"));
    let document = format!("{{{}}}", taken.chain(masked).collect::<Vec<_>>().join(","));
    let started = std::time::Instant::now();
    let _ = json_of(&document);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// Nothing of the secret is in what comes of a text, read as JSON, as text or in a string.
fn conceals(text: &str, secret: &str) {
    let string = Value::from(text).to_string();
    for after in [json_of(text), text_of(text), json_of(&string), json_of(&format!("[{string}]"))] {
        assert!(!after.contains(secret) && after.contains(MASK), "{text}: {after}");
        assert_eq!(json_of(&after), after);
    }
}

#[test]
fn w4_json_that_is_cut_off_or_malformed_keeps_its_secrets() {
    for text in [
        r#"{"password":["hunter2"],}"#,
        r#"{"password":["a","hunter2""#,
        r#"{"password":["a","hunter2"#,
        r#"{"password":{"x":"hunter2""#,
        r#"{"password":{"x":"hunter2"#,
        r#"{"password":{"x":["a"],"y":"hunter2"#,
        r#"{"a":1,"password":["a",,"hunter2"],"b":"c"}"#,
        r#"{"password":[x,"hunter2"]}"#,
        r#"{"value":["hunter2"],"name":"password","#,
        r#"{"field":["password","hunter2""#,
        r#"log: {"a":[{"password":{"b":"hunter2"}},] and more"#,
    ] {
        conceals(text, "hunter2");
    }
    let text = r#"{"a":"kept","tokens":[x, y],"b":"kept too","#;
    assert_eq!(text_of(text), r#"{"a":"kept","tokens":[«redacted»],"b":"kept too","#);
}

#[test]
fn w4_passwords_that_look_like_sources_are_masked() {
    for text in [
        "password=$hunter2",
        "password=(hunter2",
        "password: p(hunter2",
        "password: %hunter2",
        "password: &hunter2",
        "password: {hunter2}",
        "password=<hunter2>",
        "password=env.hunter2",
        "password=${X}hunter2",
        "password=${X:-hunter2}",
        "password=[hunter2]",
        "password=*hunter2",
        "password=/hunter2",
        "password=pa,hunter2",
        "password=pa;hunter2",
        "password=pa)hunter2 b",
        "password=pa<hunter2",
        "password = Secret::new(\"hunter2\")",
        "('password', 'hunter2')",
        "[(b\"password\", b\"hunter2\")]",
    ] {
        conceals(text, "hunter2");
    }
    assert_eq!(text_of("f(password=pa,ss2) b"), "f(password=«redacted») b");
    assert_eq!(text_of("password=pa,user=ann"), "password=«redacted»,user=ann");
    assert_eq!(text_of("a?token=abc&b=2"), "a?token=«redacted»&b=2");
    assert_eq!(text_of("<b>password=pa</b>"), "<b>password=«redacted»</b>");
}

#[test]
fn w5_placeholders_survive() {
    for text in [
        "password: ${DB_PASSWORD}",
        "password: ${{ secrets.DB_PASSWORD }}",
        "password: {{ .Values.db.password }}",
        "password=$PASSWORD",
        "password=%PASSWORD%",
        "password=<PASSWORD>",
        "password=<YOUR-PASSWORD>, then",
        "password={password}",
        "password = process.env.PASSWORD;",
        "password = env.DB_PASSWORD",
        "password = var.db_password",
        "password = getpass()",
        "password = hash(password)",
        "password = os.getenv(\"DB_PASSWORD\")",
        "password = os.environ[\"DB_PASSWORD\"]",
        "token: /run/secrets/api",
        "password: &str,",
        "tokens = []",
        "('password', None)",
        "password=[REDACTED]",
    ] {
        assert_eq!(text_of(text), text);
    }
}

#[test]
fn w4_cards_beside_other_characters() {
    for text in [
        "4111111111111111,5555555555554444",
        "5555555555554444,4111111111111111",
        "1,4111111111111111",
        "4111111111111111.00",
        "4111111111111111USD",
        "4111_1111_1111_1111",
        "4111+1111+1111+1111",
        "4111%201111%201111%201111",
        "4111&nbsp;1111&nbsp;1111&nbsp;1111",
    ] {
        conceals(text, "1111");
    }
    for text in ["1,411,111,111,111,111", "[0.4111111111111111,2]", "4111111111111111.25"] {
        assert_eq!(text_of(text), text);
    }
}

#[test]
fn w4_quotes_that_are_encoded() {
    conceals("%22password%22%3A%22hunter2%22", "hunter2");
    conceals("&quot;password&quot;:&quot;hunter2&quot;", "hunter2");
}

#[test]
fn w5_lists_of_names_survive() {
    leaves(&json!({
        "required": ["password", "username"], "scopes": ["token", "openid"],
        "keywords": ["password", "manager"], "fields": ["token", "name"],
        "enum": ["password", "other"], "a": ["token", "secret"],
    }));
    hides(&json!({ "required": ["a"], "b": ["password", "hunter2"] }), "hunter2");
}

#[test]
fn w5_kubernetes_keys_and_types_survive() {
    leaves(&json!({
        "automountServiceAccountToken": false, "imagePullSecrets": [{ "name": "registry" }],
        "token": { "type": null }, "a": { "type": "token", "value": "let" },
        "b": { "kind": "Secret", "data": "x" },
    }));
}

#[test]
fn w4_options_and_elements_that_hold_secrets() {
    for text in [
        "mysql --password hunter2 -h db",
        "login --token 'hunter2'",
        "<password>hunter2</password>",
        "<db:password>hunter2</db:password>",
        "curl -u bob:hunter2 https://example.com",
    ] {
        conceals(text, "hunter2");
    }
    for text in ["--password is required", "--token TOKEN", "--password --force", "Vec<Token>(a)"] {
        assert_eq!(text_of(text), text);
    }
}
