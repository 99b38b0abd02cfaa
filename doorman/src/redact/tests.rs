//! Claims about the whole of it: what holds for every input, and that published schemas stay true.

use std::collections::HashMap;

use jsonschema::Draft;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{MASK, Redactor};
use crate::schema::Output;

fn redacted(document: &str) -> String {
    let redacted = Redactor::new().json(document.as_bytes());
    String::from_utf8(redacted.into_content().into_owned()).unwrap()
}

fn every_kind() -> Redactor {
    let names = super::catalogue::ALLOWED.split('`').skip(1).step_by(2);
    Redactor::new().with_kinds(names).unwrap()
}

/// Pieces that detectors look for, and pieces that change what is around them.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "ann@example.com",
        "415-555-0100",
        "4111 1111 1111 1111",
        "123-45-6789",
        "password=",
        "token: ",
        "hunter2",
        " ",
        "-",
        ".",
        "1",
        "4111",
        "«redacted»",
        "@",
        ":",
        "=",
        "\"",
        "'",
        "{\"a\":",
        "}",
        "[",
        "]",
        ",",
        "Bearer ",
        "\u{200b}",
        "：",
        "%40",
        "&#64;",
        "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.abc",
        "\\",
        "://",
        "user:pw1@h.com",
        "AKIAIOSFODNN7EXAMPLE",
        "+44 20 7946 0958",
        "\n",
        "phone",
        "0",
        "é",
        "\u{85}",
        "\u{3000}",
        "--password ",
        "curl -u bob:",
        "<password>",
        "</",
        "('password', '",
        "b'",
        "${",
        "env.",
        "(",
        ")",
        "/",
        "%",
        "&quot;",
        "203.0.113.9",
        "::1",
        "00:1A:2B:3C:4D:5E",
        "born ",
        "1980-03-12",
        "key ",
        "q7Gd93kLmZ04xVbT",
        "529.982.247-25",
        "sin",
        "130 692 544",
    ]);
    prop::collection::vec(prop_oneof![4 => piece.prop_map(str::to_owned), 1 => "\\PC{0,4}"], 0..12)
        .prop_map(|pieces| pieces.concat())
}

pub(super) fn documents() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "password", "name", "value", "id", "phone", "note", "a@b.com", MASK
        ])
        .prop_map(str::to_owned),
        pieces(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(4_111_111_111_111_111u64)),
        any::<f64>().prop_map(Value::from),
        pieces().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn to_redact_a_text_twice_changes_nothing(text in pieces()) {
        let once = Redactor::new().text(&text).into_content().into_owned();
        let twice = Redactor::new().text(&once);
        prop_assert_eq!(&once, twice.content().as_ref());
        prop_assert_eq!(twice.redactions().total(), 0);
    }

    #[test]
    fn to_redact_by_every_kind_twice_changes_nothing(text in pieces(), document in documents()) {
        let redactor = every_kind();
        let once = redactor.text(&text).into_content().into_owned();
        prop_assert_eq!(redactor.text(&once).redactions().total(), 0, "{}", once);
        let document = document.to_string();
        let once = redactor.json(document.as_bytes()).into_content().into_owned();
        let twice = redactor.json(&once);
        prop_assert_eq!(twice.content().as_ref(), &once);
        let (before, after) =
            (serde_json::from_str(&document).unwrap(), serde_json::from_slice(&once).unwrap());
        prop_assert!(is_alike(&before, &after), "{before} {after}");
    }

    #[test]
    fn to_redact_a_document_twice_changes_nothing(document in documents()) {
        let once = redacted(&document.to_string());
        prop_assert_eq!(&redacted(&once), &once);
    }

    #[test]
    fn a_document_stays_one_of_the_same_shape(document in documents()) {
        let after: Value = serde_json::from_str(&redacted(&document.to_string())).unwrap();
        prop_assert!(is_alike(&document, &after), "{document} {after}");
    }

    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Redactor::new().json(&bytes);
    }

    #[test]
    fn an_address_is_gone_wherever_it_stands(before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
        let text = format!("{before} ann@example.com {after}");
        prop_assert!(!Redactor::new().text(&text).content().contains("ann@example"));
        let document = json!({ "note": text, "password": "hunter2hunter2" }).to_string();
        let after = redacted(&document);
        prop_assert!(!after.contains("ann@example") && !after.contains("hunter2hunter2"));
    }

    #[test]
    fn what_is_around_masks_stays_as_it_is(text in pieces()) {
        let redacted = Redactor::new().text(&text);
        let mut rest = text.as_str();
        let pieces: Vec<&str> = redacted.content().split(MASK).collect();
        for piece in pieces {
            let at = rest.find(piece);
            prop_assert!(at.is_some());
            rest = &rest[at.unwrap() + piece.len()..];
        }
    }
}

#[test]
fn what_fuzzers_found_stays_found() {
    for found in [
        "ACIiIiIiMiKuvq6urq42WyJkc246XFwxIiwiZHNuOjbcM++/vQQgIDEiLA",
        "WyIlZHNuQj1kAGRzbkI9ZFteXiUwJSJdLS1uQj1jY251bRAoLiAiLC4uMaVh",
        "IiVkc249eXl5eXl5eVJ57UVFPShcYmJiYmJ/vTgl/y0i",
    ] {
        let document = super::encoded::decoded(found.as_bytes());
        let once = Redactor::new().json(&document).into_content().into_owned();
        let twice = Redactor::new().json(&once);
        assert_eq!(String::from_utf8_lossy(twice.content()), String::from_utf8_lossy(&once));
    }
    let key = "«token:ccc4a5a6»'t@#_de66666";
    let redactor = Redactor::new().with_keys([key]).unwrap();
    let document = json!({ key: "planted" }).to_string();
    let redacted = redactor.json(document.as_bytes());
    assert!(!String::from_utf8_lossy(redacted.content()).contains("planted"));
}

#[test]
fn what_is_spelt_otherwise_is_read() {
    let redactor = Redactor::new();
    for text in [
        r"{\x22password\x22:\x22hunter2\x22}",
        r"{\u0022password\u0022:\u0022hunter2\u0022}",
        "{&#34;password&#34;:&#34;hunter2&#34;}",
        "?user%5Bpassword%5D=hunter2",
        "?a=1%26password%3Dhunter2",
        r"p\u0061ssword=hunter2",
        "ΡASSWORD: hunter2",
        "{\u{0}\"\u{0}password\"\u{0}:\"hunter2\"}",
        "cGFzc3dvcmQ9aHVudGVyMiwgcGFzc3dvcmQ9aHVudGVyMg==",
        "os.environ[\"DB_PASSWORD\"] = \"hunter2\"",
        "password -> hunter2x",
        "{'password': ['hunter2', 'hunter2x']}",
        "{'name': 'password', 'value': 'hunter2'}",
        "{name: \"password\", value: \"hunter2\"}",
        "['password', 'hunter2']",
        "password:\n  - hunter2\n  - hunter2x",
        "setPassword(\"hunter2\")",
        "**Password:** hunter2",
        "PaSsWoRd=hunter2",
        "password: new.hunter2",
        "db.password=/hunter2/x8Y",
        "https:\\/\\/bob:hunter2@h\\/",
    ] {
        let redacted = redactor.text(text);
        assert!(redacted.redactions().total() > 0, "{text}");
        let shown = redacted.content();
        assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"), "{text}: {shown}");
    }
    for address in ["ann%2540example.com", "ann&amp;#64;example.com", r"ann\x40example.com"] {
        assert_eq!(redactor.text(&format!("to {address}.")).content(), "to «redacted».");
    }
}

#[test]
fn what_stands_alone_in_its_place_is_a_secret() {
    for text in [
        "pass=123456",
        "password=!@#$%^&*()",
        "ALTER USER x IDENTIFIED BY 'hunter2'",
        "password=hidden",
        "api_key=your_mother",
    ] {
        assert!(Redactor::new().text(text).redactions().total() > 0, "{text}");
    }
    for (document, expected) in [
        (r#"{"pass":123456}"#, r#"{"pass":"~"}"#),
        (r#"{"pass":12,"fail":3}"#, r#"{"pass":12,"fail":3}"#),
        (r#"["--pin",1234]"#, r#"["--pin","~"]"#),
        (r#"{"auths":{"x":{"auth":"dXNlcjpodW50ZXIyeHg="}}}"#, r#"{"auths":{"x":{"auth":"~"}}}"#),
        (r#"{"auth":{"type":"basic"}}"#, r#"{"auth":{"type":"basic"}}"#),
    ] {
        assert_eq!(redacted(document), expected.replace('~', MASK));
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in [
        "PWD=/tmp",
        "OLDPWD=",
        "PWD=é",
        "case Token::Comma",
        "secrets: inherit",
        "api_key=YOUR_API_KEY",
        "password_file: /etc/secrets/db",
        "fields = ['password', 'email', 'name']",
        "['password', 'token']",
        "mysql --password=$PW next",
    ] {
        let shown = Redactor::new().text(text).into_content();
        assert!(shown == text || text == "PWD=é", "{text} became {shown}");
    }
    assert_eq!(
        Redactor::new().text("mysql --password=a1b2 db1").content(),
        "mysql --password=«redacted» db1"
    );
}

#[test]
fn numbers_and_words_that_do_not_end_are_read_as_text() {
    for (document, gone) in [
        (r#"{"api_key": 9f86d081884c7d659a2feaa0c55ad015}"#, "884c7d659"),
        (r#"{"password": 12hunter2}"#, "hunter2"),
        (r#"{"secret": nullable-swordfish-42}"#, "swordfish"),
        (r#"{"ssn": 536-22-8741}"#, "8741"),
        (r#"{"a": 536-22-8741}"#, "8741"),
        (r#"{"card": 4111 1111 1111 1111}"#, "1111"),
        (r#"{"phone": 415-555-0100}"#, "0100"),
        (r#"{"a": true@example.com}"#, "example"),
        (r#"{"note": "{\"password\": 12hunter2}"}"#, "hunter2"),
    ] {
        let shown = redacted(document);
        assert!(!shown.contains(gone), "{document} became {shown}");
    }
}

#[test]
fn what_only_one_kind_masks_is_not_lost_to_another() {
    let only = |kind: &str| Redactor::new().only([kind]).unwrap();
    let document = br#"["-u","ann@example.com:pw1"]"#;
    let shown = only("email").json(document).into_content();
    assert!(!String::from_utf8_lossy(&shown).contains("ann@"));
    assert_eq!(only("ssn").text("01 536-22-8741").content(), "01 «redacted»");
}

#[test]
fn invisible_signs_of_debug_hide_nothing() {
    let shown = Redactor::new()
        .text(r"to ann\u{200b}@example.com, password=hun\u{200b}ter2")
        .into_content();
    assert_eq!(shown, "to «redacted», password=«redacted»");
}

#[test]
fn names_and_headers_tell_of_values_beside_them() {
    for (document, expected) in [
        (
            r#"{"rawHeaders":["Host","x","Cookie","y"]}"#,
            r#"{"rawHeaders":["Host","x","Cookie","~"]}"#,
        ),
        (
            r#"{"v":"x","data":[1,"y"],"name":"token"}"#,
            r#"{"v":"~","data":["~","~"],"name":"token"}"#,
        ),
        (r#"{"tokens":[12,345],"token":12}"#, r#"{"tokens":[12,345],"token":"~"}"#),
        (r#"["mysql","--password","x","y"]"#, r#"["mysql","--password","~","y"]"#),
        (r#"["--password 203.0.113.9=",false]"#, r#"["--password ~",false]"#),
        (r#"["--password «redacted»",false]"#, r#"["--password ~",false]"#),
        (r#"["curl","-u","a:b","c"]"#, r#"["curl","-u","~","c"]"#),
        (r#"{"cvc_check":"pass"}"#, r#"{"cvc_check":"pass"}"#),
        (r#"{"cookies":["Host","x"]}"#, r#"{"cookies":["~","~"]}"#),
    ] {
        assert_eq!(redacted(document), expected.replace('~', MASK));
    }
}

#[test]
fn names_and_values_in_one_object_take_linear_time() {
    let document = |first: &str| format!("{{{}\"z\":1}}", first.repeat(20_000));
    for members in ["\"k\":\"a\",\"v\":1,", "\"v\":1,\"k\":\"a\",", "\"v\":[],\"k\":\"token\","] {
        let _ = redacted(&document(members));
    }
}

/// Whether everything is where it was, or masked.
fn is_alike(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before.len() == after.len(),
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| is_alike(before, after))
        }
        // Numbers that serde_json cannot hold exactly, and texts with a piece masked.
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => true,
        (before, Value::String(after)) => before != &Value::Null && after == MASK,
        (before, after) => before == after,
    }
}

/// Checks that redacted answers fit the schema that is published for them, as clients check it.
fn stays_true<T: JsonSchema + Serialize>(answers: &[T], keys: &'static [&'static str]) -> Value {
    stays_true_by(&Redactor::new(), answers, keys)
}

pub(super) fn stays_true_by<T: JsonSchema + Serialize>(
    redactor: &Redactor,
    answers: &[T],
    keys: &'static [&'static str],
) -> Value {
    let redactor = redactor.and(keys).unwrap();
    let mut output = Output::of::<T>();
    redactor.publish(&mut output.schema, output.wrapped, keys).unwrap();
    let schema = Value::Object(output.schema);
    for (draft, formats) in [(Draft::Draft202012, false), (Draft::Draft7, true)] {
        let validator = jsonschema::options()
            .with_draft(draft)
            .should_validate_formats(formats)
            .build(&schema)
            .unwrap();
        for answer in answers {
            let document = serde_json::to_vec(answer).unwrap();
            let after = redactor.json(&document);
            let mut after: Value = serde_json::from_slice(after.content()).unwrap();
            if output.wrapped {
                after = json!({ "result": after });
            }
            assert!(validator.is_valid(&after), "{after} does not fit {schema:#}");
        }
    }
    schema
}

#[derive(JsonSchema, Serialize)]
struct Customer {
    id: u32,
    #[schemars(email, length(min = 3, max = 10))]
    email: String,
    password: Option<u32>,
    balance: f64,
    account: u64,
    phone: Option<u32>,
    referred_by: Option<Box<Customer>>,
    address: Address,
    token: Address,
    color: Color,
}

#[derive(JsonSchema, Serialize)]
struct Address {
    #[schemars(regex(pattern = "^[A-Z]+$"))]
    street: String,
    number: u16,
    lines: Vec<u32>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    /// Like the sky.
    Blue,
}

fn address() -> Address {
    Address { street: "ANN@EXAMPLE.COM".into(), number: 7, lines: vec![4111, 1111, 1111, 1111] }
}

fn customer(referred_by: Option<Customer>) -> Customer {
    Customer {
        id: 7,
        email: "a@b.com".into(),
        password: Some(1),
        balance: 4_111_111_111_111_111.0,
        account: 4_111_111_111_111_111,
        phone: Some(5_551_234),
        referred_by: referred_by.map(Box::new),
        address: address(),
        token: address(),
        color: Color::Blue,
    }
}

#[test]
fn structs_that_nest_and_recur_stay_true() {
    let schema = stays_true(
        &[customer(None), Customer { color: Color::Red, ..customer(Some(customer(None))) }],
        &["address.number"],
    );
    let properties = &schema["properties"];
    assert_eq!(properties["id"]["type"], "integer");
    assert_eq!(properties["password"]["type"], json!(["integer", "null", "string"]));
    assert_eq!(properties["balance"]["type"], json!(["number", "string"]));
    assert_eq!(properties["phone"]["type"], json!(["integer", "null", "string"]));
    assert_eq!(properties["email"].get("format"), None);
    assert!(schema.to_string().contains("\"red\""), "values that survive stay listed");
}

#[derive(JsonSchema, Serialize)]
#[serde(tag = "type")]
enum Event {
    Paid { amount: u8, secret: bool },
    Moved { to: Address },
    Password { value: u8 },
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Loose {
    Number(u64),
    Text(String),
    Pair(String, u8),
    List(Vec<Loose>),
}

#[derive(JsonSchema, Serialize)]
enum Wrapped {
    Token(u8),
    Plain { n: u8 },
}

#[derive(JsonSchema, Serialize)]
struct Header {
    name: String,
    value: u8,
}

#[derive(JsonSchema, Serialize)]
struct Listed {
    #[schemars(extend("enum" = ["ann@example.com", "none"]))]
    contact: String,
    #[schemars(extend("const" = "v1"))]
    token: &'static str,
    #[schemars(extend("uniqueItems" = true))]
    mails: Vec<String>,
    #[schemars(extend("format" = "uuid"))]
    secret: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

#[test]
fn enums_of_every_sort_stay_true() {
    stays_true(
        &[
            Event::Paid { amount: 1, secret: true },
            Event::Moved { to: address() },
            Event::Password { value: 1 },
        ],
        &["amount"],
    );
    let pair = || Loose::Pair("password".into(), 1);
    stays_true(
        &[
            Loose::Number(4_111_111_111_111_111),
            Loose::Text("ann@example.com".into()),
            pair(),
            Loose::List(vec![pair(), Loose::Text("token".into())]),
            Loose::List(vec![Loose::Text("token".into()), Loose::Number(1)]),
        ],
        &[],
    );
    stays_true(&[Wrapped::Token(1), Wrapped::Plain { n: 1 }], &["n"]);
}

#[test]
fn maps_pairs_and_listed_values_stay_true() {
    stays_true(&[HashMap::from([("password", 1u8), ("a@b.com", 2), ("c@d.com", 3)])], &[]);
    stays_true(&[HashMap::from([(4_111_111_111_111_111u64, 1u8)])], &[]);
    stays_true(&[Header { name: "Authorization".into(), value: 1 }], &[]);
    stays_true(&[("password", 5u8)], &[]);
    stays_true(&[vec![4111u16, 1111, 1111, 1111]], &[]);
    stays_true(&[json!({ "password": [1] })], &["anything"]);
    let mail = || "ann@example.com".to_owned();
    stays_true(
        &[Listed {
            contact: mail(),
            token: "v1",
            mails: vec![mail(), "bob@example.com".into()],
            secret: "x".into(),
            at: "2026-11-20T21:53:00Z".into(),
        }],
        &[],
    );
}

#[derive(JsonSchema, Serialize)]
struct Person {
    cpf: u64,
    born: u32,
    sin: Option<u32>,
    visits: u32,
    #[schemars(extend("format" = "ipv4"))]
    address: String,
    #[schemars(extend("enum" = ["203.0.113.9", "none"]))]
    gateway: String,
}

#[derive(JsonSchema, Serialize)]
struct Named {
    name: &'static str,
    value: u32,
}

#[test]
fn kinds_by_name_stay_true() {
    let person = |visits| Person {
        cpf: 52_998_224_725,
        born: 19_800_312,
        sin: Some(130_692_544),
        visits,
        address: "203.0.113.9".into(),
        gateway: "203.0.113.9".into(),
    };
    let redactor = Redactor::new().with_kinds(["ip", "br_cpf", "ca_sin", "birth_date"]).unwrap();
    let schema = stays_true_by(&redactor, &[person(1), person(u32::MAX)], &[]);
    let properties = &schema["properties"];
    assert_eq!(properties["cpf"]["type"], json!(["integer", "string"]));
    assert_eq!(properties["visits"]["type"], "integer");
    stays_true(&[person(1)], &[]);
    stays_true_by(&redactor, &[Named { name: "sin", value: 130_692_544 }], &[]);
    stays_true_by(&redactor, &[HashMap::from([("sin", 130_692_544)])], &[]);
}

#[test]
fn own_keys_that_match_nothing_are_told() {
    let publish = |mut output: Output, own: &[&str]| {
        Redactor::new().and(own).unwrap().publish(&mut output.schema, output.wrapped, own)
    };
    let own = ["emial", "address.*", "card.number", "street"];
    assert_eq!(
        publish(Output::of::<Customer>(), &own),
        Err(vec!["emial".into(), "card.number".into()])
    );
    assert_eq!(publish(Output::of::<Value>(), &own), Ok(()));
    assert_eq!(publish(Output::of::<HashMap<String, u8>>(), &own), Ok(()));
    assert_eq!(publish(Output::of::<Vec<Customer>>(), &["number"]), Ok(()));
}

#[test]
fn the_user_is_told_of_malformed_keys() {
    let error = Redactor::new().with_keys(["ok", "a..b"]).unwrap_err().to_string();
    assert_eq!(
        error,
        "`redact` has the malformed key \"a..b\"; allowed: keys and dotted paths of keys, with `*` for any run of characters"
    );
}

#[test]
fn the_user_is_told_of_unknown_kinds() {
    let refused = |kind: &str| Redactor::new().with_kinds([kind]).unwrap_err().to_string();
    let error = refused("ipv4");
    assert!(
        error.starts_with("`redact_kinds` has the unknown kind \"ipv4\"; allowed: `ip`, `mac`,")
    );
    assert!(refused("email").contains("\"email\", which is always on"));
}

#[test]
fn debug_shows_counts_and_no_content() {
    let redacted = Redactor::new().text("ann@example.com SENTINEL");
    assert_eq!(format!("{redacted:?}"), "Redacted { redactions: {\"email\": 1}, .. }");
    let redactor = Redactor::new().with_keys(["amount"]).unwrap();
    assert_eq!(format!("{redactor:?}"), "Redactor { keys: [\"amount\"] }");
    let redactor = Redactor::new().with_kinds(["mac", "ip"]).unwrap();
    assert_eq!(format!("{redactor:?}"), "Redactor { keys: [], kinds: [\"ip\", \"mac\"] }");
}
