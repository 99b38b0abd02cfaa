//! Containers under sensitive keys, masked as one.

use serde::de::IgnoredAny;

use super::{
    engine::Edit,
    json::string_end,
    keys::{Key, Verdict},
    kinds::Kind,
    mask::{self, Form},
    rules::Rules,
};

/// The edits of a document, with one for each container under a sensitive key in the stead of those in it.
/// What is no document keeps its edits.
pub(super) fn containers(rules: &Rules, text: &str, edits: Vec<Edit>) -> Vec<Edit> {
    let document = text.trim_start_matches('\u{FEFF}');
    if !rules.only.has(Kind::Key) || serde_json::from_str::<IgnoredAny>(document).is_err() {
        return edits;
    }
    let mut all = Vec::with_capacity(edits.len());
    let mut found = edits.into_iter().peekable();
    for (start, end) in ranges(rules, text) {
        while let Some(edit) = found.next_if(|edit| edit.end <= start) {
            all.push(edit);
        }
        while found.next_if(|edit| edit.start < end).is_some() {}
        all.push(Edit { start, end, kind: Kind::Key, form: Form::Quoted { depth: 0 } });
    }
    all.extend(found);
    all
}

/// An open object or array.
struct Frame {
    is_array: bool,
    awaits_key: bool,
    /// The last key, with its quotes.
    key: (usize, usize),
    /// Whether its own key is in the path.
    in_path: bool,
}

/// Where containers under sensitive keys stand in a well-formed document, the outermost ones.
fn ranges(rules: &Rules, text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut ranges, mut at) = (Vec::new(), 0);
    let (mut frames, mut path): (Vec<Frame>, Vec<Key>) = (Vec::new(), Vec::new());
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                if let Some(frame) = frames.last_mut().filter(|frame| frame.awaits_key) {
                    frame.awaits_key = false;
                    frame.key = (start, at);
                }
            }
            b',' => {
                if let Some(frame) = frames.last_mut() {
                    frame.awaits_key = !frame.is_array;
                }
            }
            b'{' | b'[' => {
                let mut in_path = false;
                if let Some(frame) = frames.last().filter(|frame| !frame.is_array) {
                    let raw = &text[frame.key.0..frame.key.1];
                    let key = serde_json::from_str::<String>(raw).unwrap_or_default();
                    let key = Key::new(&mask::alike(&key, &rules.names));
                    if key.verdict(rules) == Verdict::Secret || rules.matches(&path, &key) {
                        at = container_end(bytes, start);
                        ranges.push((start, at));
                        continue;
                    }
                    path.push(key);
                    in_path = true;
                }
                let is_array = *byte == b'[';
                frames.push(Frame { is_array, awaits_key: !is_array, key: (0, 0), in_path });
            }
            b'}' | b']' => {
                let in_path = frames.pop().is_some_and(|frame| frame.in_path);
                path.truncate(path.len() - usize::from(in_path));
            }
            _ => {}
        }
    }
    ranges
}

/// Past the end of the container that begins there.
fn container_end(bytes: &[u8], mut at: usize) -> usize {
    let mut open = 0_usize;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => open += 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    use crate::{Containers, Redactor, redact::tests::stays_true_by};

    fn whole(redactor: Redactor, document: &str) -> String {
        let redactor = redactor.containers(Containers::Whole);
        let once = redactor.json(document.as_bytes()).into_content().into_owned();
        let twice = redactor.json(&once);
        assert_eq!(twice.redactions().total(), 0, "what is masked stays as it is");
        String::from_utf8(once).unwrap()
    }

    #[test]
    fn a_container_under_a_sensitive_key_is_one_mask() {
        for (document, expected) in [
            (r#"{"token": {"a": [1, "}"]}, "n": 1}"#, r#"{"token": "«redacted»", "n": 1}"#),
            (r#"[{"passwords": ["a", "b"]}]"#, r#"[{"passwords": "«redacted»"}]"#),
            (
                r#"{"a": {"secret": []}, "b": [[]]}"#,
                r#"{"a": {"secret": "«redacted»"}, "b": [[]]}"#,
            ),
            (r#"{"user": {"password": "x"}}"#, r#"{"user": {"password": "«redacted»"}}"#),
            (r#"{"t\u006fken": {"a": null}}"#, r#"{"t\u006fken": "«redacted»"}"#),
            (r#"["a@b.com", {"pin": {"n": 1}}]"#, r#"["«redacted»", {"pin": "«redacted»"}]"#),
        ] {
            assert_eq!(whole(Redactor::new(), document), expected);
        }
    }

    #[test]
    fn paths_of_the_user_count_too() {
        let redactor = Redactor::new().with_keys(["card.owner"]).unwrap();
        let document = r#"{"card": [{"owner": {"n": "Ann"}}], "owner": {"n": "Bob"}}"#;
        assert_eq!(
            whole(redactor, document),
            r#"{"card": [{"owner": "«redacted»"}], "owner": {"n": "Bob"}}"#
        );
    }

    #[test]
    fn where_only_some_kinds_are_looked_for_containers_stay() {
        let redactor = Redactor::new().only(["email"]).unwrap();
        let document = r#"{"token": {"a": "a@example.com", "b": 1}}"#;
        assert_eq!(whole(redactor, document), r#"{"token": {"a": "«redacted»", "b": 1}}"#);
    }

    #[derive(JsonSchema, Serialize)]
    struct Session {
        id: u8,
        tokens: Vec<Session>,
        credentials: Option<Credentials>,
        secret: (u8, String),
        cookies: HashMap<String, Credentials>,
        plain: Vec<Credentials>,
    }

    #[derive(JsonSchema, Serialize)]
    #[schemars(deny_unknown_fields)]
    struct Credentials {
        user: String,
    }

    fn session(tokens: Vec<Session>) -> Session {
        let credentials = || Credentials { user: "ann".into() };
        Session {
            id: 1,
            tokens,
            credentials: Some(credentials()),
            secret: (1, "x".into()),
            cookies: HashMap::from([("a".into(), credentials())]),
            plain: vec![credentials()],
        }
    }

    #[test]
    fn the_published_schema_lets_a_mask_stand_for_a_container() {
        let redactor = Redactor::new().containers(Containers::Whole);
        let schema = stays_true_by(&redactor, &[session(vec![session(Vec::new())])], &[]);
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["properties"]["tokens"]["type"], json!(["array", "string"]));
        assert_eq!(schema["properties"]["plain"]["type"], "array");
        stays_true_by(&redactor, &[json!({ "password": [1] })], &[]);
        stays_true_by(&redactor, &[HashMap::from([("token", vec![1])])], &[]);
    }
}
