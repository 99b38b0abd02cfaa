//! A walk over a parsed document, as plain as it can be, comes to what the engine comes to on bytes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    MASK, Redactor, Rules, engine, json,
    judge::{Judge, Known, Role},
    keys::{Said, Verdict},
    mask, pairs,
    tests::documents,
};

/// What holds for a value by what stands above it.
#[derive(Clone, Copy)]
struct Above {
    masked: bool,
    said: Said,
    lists_names: bool,
    lists_headers: bool,
    tally: u8,
}

struct Plain<'r> {
    judge: Judge<'r>,
    redactor: &'r Redactor,
}

impl Plain<'_> {
    fn value(&self, value: &Value, above: Above) -> Value {
        match value {
            Value::Null => Value::Null,
            Value::Object(members) => self.object(members, above),
            Value::Array(items) => self.array(items, above),
            Value::String(text) if mask::length(text) == text.len() && !text.is_empty() => {
                value.clone()
            }
            Value::Number(number) if pairs::is_tally(&number.to_string(), above.tally) => {
                value.clone()
            }
            _ if above.masked => MASK.into(),
            Value::Bool(_) => value.clone(),
            Value::Number(number) => {
                let kind = json::number_kind(&number.to_string(), above.said);
                kind.map_or_else(|| value.clone(), |_| MASK.into())
            }
            Value::String(text) => self.text(text, above.said).into(),
        }
    }

    /// What a key says, as it stands in a document.
    fn known(&self, key: &str) -> Known {
        let quoted = Value::from(key).to_string();
        self.judge.key(&quoted[1..quoted.len() - 1])
    }

    fn text(&self, text: &str, said: Said) -> String {
        let document = text.trim_start().starts_with(['{', '[', '"'])
            && json::edits(&self.judge, text).is_some();
        if document {
            let redacted = self.redactor.json(text.as_bytes()).into_content().into_owned();
            return String::from_utf8(redacted).unwrap();
        }
        let (mut out, mut at) = (String::new(), 0);
        for edit in engine::plain(&self.judge, text, said) {
            out.push_str(&text[at..edit.start]);
            self.redactor.writer().write(&mut out, &edit, &text[edit.start..edit.end]);
            at = edit.end;
        }
        out + &text[at..]
    }

    fn object(&self, members: &Map<String, Value>, above: Above) -> Value {
        let known = |key: &str| self.known(key);
        let said = |name: &Value| match name.as_str().map(|name| (name, known(name).verdict)) {
            Some((name, verdict)) if name.len() <= 128 && !name.contains(['=', '«']) => {
                Some(verdict)
            }
            _ => None,
        };
        let named: Vec<(usize, Verdict)> = members
            .iter()
            .enumerate()
            .filter(|(_, (key, _))| known(key).role == Role::Name)
            .filter_map(|(at, (_, name))| Some((at, said(name)?)))
            .collect();
        let masked: Vec<&String> =
            members.keys().filter(|key| known(key).shows.is_some()).collect();
        let taken: Vec<u32> = members
            .keys()
            .filter(|key| known(key).shows.is_none())
            .filter_map(|key| mask::number(key))
            .collect();
        let mut free = (1u32..).filter(|number| !taken.contains(number));
        let redacted = members.iter().enumerate().map(|(at, (key, value))| {
            let below = below(&known(key), above, &named, at);
            let number = masked.contains(&key).then(|| free.next().unwrap());
            let key = match number {
                None => key.clone(),
                Some(1) => MASK.to_owned(),
                Some(number) => format!("«redacted {number}»"),
            };
            (key, self.value(value, below))
        });
        Value::Object(redacted.collect())
    }

    fn array(&self, items: &[Value], above: Above) -> Value {
        let Above { lists_names, lists_headers, .. } = above;
        let above = Above { lists_names: false, lists_headers: false, ..above };
        let (mut secret, mut option) = (false, None);
        let redacted = items.iter().enumerate().map(|(at, item)| {
            let mut masked = above.masked || secret;
            let before = option.take();
            if let Some(text) = item.as_str() {
                let quoted = Value::from(text).to_string();
                let raw = &quoted[1..quoted.len() - 1];
                if raw.starts_with('-') {
                    option = json::takes(&self.judge, raw);
                } else {
                    masked |= match before {
                        Some(json::Takes::Secret) => true,
                        Some(json::Takes::User) => raw.contains(':'),
                        None => false,
                    };
                }
            } else if item.is_number() || item.is_boolean() {
                masked |= matches!(before, Some(json::Takes::Secret));
            } else {
                option = before;
            }
            if let Some(name) = item.as_str().filter(|_| lists_headers) {
                secret = at % 2 == 0 && self.known(name).verdict == Verdict::Secret;
            }
            self.value(item, Above { masked, ..above })
        });
        let mut redacted: Vec<Value> = redacted.collect();
        if let [first, second] = items
            && !above.masked
            && !lists_names
            && self.names_second(first, second)
        {
            redacted[1] = self.value(second, Above { masked: true, said: Said::NOTHING, ..above });
        }
        Value::Array(redacted)
    }

    fn names_second(&self, first: &Value, second: &Value) -> bool {
        let secret = |name: &Value| {
            name.as_str().is_some_and(|name| self.known(name).verdict == Verdict::Secret)
        };
        let letters = second.as_str().is_some_and(|text| {
            text.bytes().all(|b| b.is_ascii_alphabetic() || b"_-".contains(&b)) && text.len() <= 64
        });
        secret(first)
            && first.as_str().is_some_and(|first| first.len() <= 128 && !first.contains(['=', '«']))
            && !(letters && secret(second))
    }
}

/// What holds for a member. Names that come later tell only of secrets.
fn below(known: &Known, above: Above, named: &[(usize, Verdict)], at: usize) -> Above {
    let lists_names = known.lists_names;
    if above.masked {
        return Above { lists_names, lists_headers: false, ..above };
    }
    let above = Above { lists_names, lists_headers: known.lists_headers, tally: 0, ..above };
    let mut verdict = known.verdict;
    if known.role == Role::Value && verdict != Verdict::Secret {
        let secret = named.iter().any(|(_, said)| *said == Verdict::Secret);
        let before = named.iter().rev().filter(|(name, _)| *name < at).map(|(_, said)| *said);
        let mut telling = before.filter(|said| *said != Verdict::Plain(Said::NOTHING));
        if secret {
            verdict = Verdict::Secret;
        } else if let Some(said) = telling.next() {
            verdict = said;
        }
    }
    match verdict {
        Verdict::Secret => Above {
            masked: true,
            said: Said::NOTHING,
            lists_headers: false,
            tally: known.tally,
            ..above
        },
        Verdict::Plain(Said::NOTHING) if known.goes_on => above,
        Verdict::Plain(said) => Above { said, ..above },
    }
}

fn agree(document: &Value) -> Result<(), TestCaseError> {
    let (rules, redactor) = (Rules::default(), Redactor::new());
    let text = document.to_string();
    let plain = Plain { judge: Judge::new(&rules, text.len()), redactor: &redactor };
    let start = Above {
        masked: false,
        said: Said::NOTHING,
        lists_names: false,
        lists_headers: false,
        tally: 0,
    };
    let expected = plain.value(document, start);
    let redacted = redactor.json(text.as_bytes());
    let redacted: Value = serde_json::from_slice(redacted.content()).unwrap();
    prop_assert_eq!(redacted, expected, "{}", text);
    Ok(())
}

proptest! {
    #[test]
    fn the_engine_and_a_plain_walk_agree(document in documents()) {
        agree(&document)?;
    }
}

#[test]
fn they_agree_on_names_and_values_in_every_order() {
    for document in [
        json!({ "value": "x", "name": "password" }),
        json!({ "data": ["x"], "value": { "a": 1 }, "name": "password" }),
        json!({ "name": "phone", "value": "5551234567" }),
        json!({ "name": "a", "key": "token", "content": "x" }),
        json!([["password", "x"], ["token", { "a": "x" }], ["password", "token"]]),
        json!({ "rawHeaders": ["Host", "x", "Cookie", "a=b", "Authorization", ["c"], "d", "e"] }),
        json!({ "cookies": ["Host", "x", "Cookie", "y"], "headers": ["Cookie", "z"] }),
        json!(["mysql", "--password", "x", "-u", "a:b", "--user", "a", "--token", "-x", 5, "y"]),
        json!(["--pin", 1234, "--pin", null, "x", "--pin", [1], "y", "--pin", true]),
        json!({ "pass": 12, "passes": [{ "pass": 123_456 }] }),
        json!({ "tokens": [1, 2, 1_234_567_890, "x", -1], "max_tokens": "y" }),
        json!({ "password": ["a", { "value": 1, "b": null }], "token_type": "bearer" }),
    ] {
        agree(&document).unwrap();
    }
}
