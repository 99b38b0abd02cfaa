//! Places that a tool's output schema declares by [`KEYWORD`]: masked whatever stands there. No pattern is asked.
//!
//! The schema becomes an automaton once. Its states are the sets of subschemas that can describe a value, so
//! alternatives are followed together: what is declared in one of them is masked in all that share the place.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::schema::{Object, REDACT as KEYWORD};

use super::{
    Kind,
    engine::Edit,
    mask::{self, Form},
};

/// How many states there may be; what would be a further one masks everything.
const MOST: usize = 2048;

/// How a declared place is masked; the stricter one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Style {
    Last4,
    Whole,
}

/// How a value is masked that is a scalar, an array or an object: alternatives can differ in it.
type Styles = [Option<Style>; 3];

const SCALAR: usize = 0;
const ARRAY: usize = 1;
const OBJECT: usize = 2;

/// Where one is in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct At(usize);

impl At {
    /// Where nothing is declared, and nothing below.
    const FREE: Self = Self(0);
    /// Where nothing is known of what stands there, but should be.
    const MASKED: Self = Self(1);
}

/// What a schema declares.
#[derive(Debug)]
pub(super) struct Declared {
    states: Vec<State>,
    start: At,
}

#[derive(Debug, Clone, Default)]
struct State {
    styles: Styles,
    /// The members that the schema names.
    keys: HashMap<String, At>,
    other_key: At,
    /// The items that the schema tells apart by their place.
    first: Vec<At>,
    other_item: At,
    /// Any of the items.
    item: At,
}

impl Declared {
    /// Reads an output schema; `None` where it declares nothing. Answers that are no objects are sent
    /// under `result` (`wrapped`), which is no key of theirs.
    pub(super) fn read(schema: &Object, wrapped: bool) -> Option<Self> {
        if !schema.iter().any(|(keyword, value)| keyword == KEYWORD || mentions(value)) {
            return None;
        }
        let root = Value::Object(schema.clone());
        let start = if wrapped { &root["properties"]["result"] } else { &root };
        Compiler::new(&root).compile(start)
    }

    pub(super) fn declares(&self) -> bool {
        self.states.len() > 1
    }

    pub(super) fn start(&self) -> At {
        self.start
    }

    /// Whether a scalar is masked there.
    pub(super) fn masks(&self, at: At) -> bool {
        self.states[at.0].styles[SCALAR].is_some()
    }

    /// Whether everything is masked there, and below.
    pub(super) fn masks_all(&self, at: At) -> bool {
        self.states[at.0].styles.iter().all(Option::is_some)
    }

    pub(super) fn member(&self, at: At, key: &str) -> At {
        let state = &self.states[at.0];
        state.keys.get(key).copied().unwrap_or(state.other_key)
    }

    pub(super) fn item(&self, at: At, index: usize) -> At {
        let state = &self.states[at.0];
        state.first.get(index).copied().unwrap_or(state.other_item)
    }

    pub(super) fn any_item(&self, at: At) -> At {
        self.states[at.0].item
    }

    /// The edits of a document: those given, and the declared places in the stead of what was found there.
    pub(super) fn over(&self, text: &str, edits: Vec<Edit>) -> Vec<Edit> {
        if serde_json::from_str::<IgnoredAny>(text).is_err() {
            return vec![whole(text)];
        }
        let claims = Walker { declared: self, text, claims: Vec::new() }.walk();
        let mut all: Vec<Edit> = Vec::with_capacity(edits.len() + claims.len());
        let mut found = edits.into_iter().peekable();
        for claim in claims {
            while let Some(edit) = found.next_if(|edit| edit.end <= claim.start) {
                all.push(edit);
            }
            while found.next_if(|edit| edit.start < claim.end).is_some() {}
            all.extend(claim.form.map(|form| Edit {
                start: claim.start,
                end: claim.end,
                kind: Kind::Declared,
                form,
            }));
        }
        all.extend(found);
        all
    }
}

impl Default for Declared {
    /// Nothing at all.
    fn default() -> Self {
        Self { states: vec![State::default()], start: At::FREE }
    }
}

/// What stands for an answer that is not what the schema tells of.
pub(super) fn whole(text: &str) -> Edit {
    Edit { start: 0, end: text.len(), kind: Kind::Declared, form: Form::Quoted { depth: 0 } }
}

fn mentions(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.iter().any(|(keyword, member)| keyword == KEYWORD || mentions(member))
        }
        Value::Array(items) => items.iter().any(mentions),
        _ => false,
    }
}

/// A subschema, known by its place in memory.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Object);

impl Node<'_> {
    fn address(&self) -> usize {
        std::ptr::from_ref(self.0).addr()
    }
}

/// What can describe a value.
#[derive(Clone, Default)]
struct Set<'a> {
    styles: Styles,
    /// Whether something lets anything stand there.
    free: bool,
    /// Those that tell of members or items, in the order of their addresses.
    nodes: Vec<Node<'a>>,
}

struct Compiler<'a> {
    root: &'a Value,
    states: Vec<State>,
    known: HashMap<(Styles, bool, Vec<usize>), At>,
    pending: Vec<(At, Set<'a>)>,
    declares: bool,
}

impl<'a> Compiler<'a> {
    fn new(root: &'a Value) -> Self {
        let masked = State {
            styles: [Some(Style::Whole); 3],
            other_key: At::MASKED,
            other_item: At::MASKED,
            item: At::MASKED,
            ..State::default()
        };
        Self {
            root,
            states: vec![State::default(), masked],
            known: HashMap::from([((Styles::default(), true, Vec::new()), At::FREE)]),
            pending: Vec::new(),
            declares: false,
        }
    }

    fn compile(mut self, start: &'a Value) -> Option<Declared> {
        let start = self.closure(vec![start], None);
        let start = self.state(start);
        while let Some((at, set)) = self.pending.pop() {
            let mut names: Vec<&str> = Vec::new();
            let mut longest = 0;
            for Node(node) in &set.nodes {
                let properties = node.get("properties").and_then(Value::as_object);
                names.extend(properties.into_iter().flatten().map(|(name, _)| name.as_str()));
                longest = longest.max(prefix(node).len());
            }
            let keys = names
                .into_iter()
                .map(|name| {
                    (name.to_owned(), self.below(&set, OBJECT, |node| members(node, Some(name))))
                })
                .collect();
            let first = (0..longest)
                .map(|index| self.below(&set, ARRAY, |node| items(node, index)))
                .collect();
            let (other_key, other_item, item) = (
                self.below(&set, OBJECT, |node| members(node, None)),
                self.below(&set, ARRAY, |node| items(node, usize::MAX)),
                self.below(&set, ARRAY, |node| {
                    prefix(node).iter().chain(items(node, usize::MAX)).collect()
                }),
            );
            self.states[at.0] =
                State { styles: set.styles, keys, other_key, first, other_item, item };
        }
        self.declares.then_some(Declared { states: self.states, start })
    }

    /// Where the schemas lead that the nodes of a set have for a member or an item.
    fn below(
        &mut self,
        set: &Set<'a>,
        kind: usize,
        schemas: impl Fn(&'a Object) -> Vec<&'a Value>,
    ) -> At {
        let schemas: Vec<&Value> = set
            .nodes
            .iter()
            .flat_map(|Node(node)| schemas(node))
            .filter(|one| **one != Value::Bool(false))
            .collect();
        if schemas.is_empty() && !set.free {
            return At::MASKED;
        }
        let mut below = self.closure(schemas, set.styles[kind]);
        below.free |= set.free;
        self.state(below)
    }

    /// The state of a set; made where it is a new one.
    fn state(&mut self, set: Set<'a>) -> At {
        let key = (set.styles, set.free, set.nodes.iter().map(Node::address).collect());
        if let Some(at) = self.known.get(&key) {
            return *at;
        }
        if self.states.len() == MOST {
            return At::MASKED;
        }
        let at = At(self.states.len());
        self.states.push(State::default());
        self.known.insert(key, at);
        self.pending.push((at, set));
        at
    }

    /// What these schemas and all that they refer to say of one value.
    fn closure(&mut self, mut schemas: Vec<&'a Value>, above: Option<Style>) -> Set<'a> {
        let mut set = Set { styles: [above; 3], ..Set::default() };
        let mut seen = HashSet::new();
        while let Some(schema) = schemas.pop() {
            let Value::Object(node) = schema else {
                set.free |= *schema == Value::Bool(true);
                continue;
            };
            if !seen.insert(Node(node).address()) {
                continue;
            }
            if let Some(style) = node.get(KEYWORD) {
                let style = if style == "last4" { Style::Last4 } else { Style::Whole };
                for kind in kinds(node) {
                    set.styles[kind] = set.styles[kind].max(Some(style));
                }
                self.declares = true;
            }
            for (keyword, value) in node {
                match (keyword.as_str(), value) {
                    ("$ref", target) => match self.resolved(target) {
                        Some(target) => schemas.push(target),
                        None => set.styles = [Some(Style::Whole); 3],
                    },
                    ("$dynamicRef" | "$recursiveRef", _) => set.styles = [Some(Style::Whole); 3],
                    ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                        schemas.extend(branches);
                    }
                    ("dependentSchemas", Value::Object(branches)) => {
                        schemas.extend(branches.values());
                    }
                    ("if" | "then" | "else", branch) => schemas.push(branch),
                    _ => {}
                }
            }
            if MEMBERS.iter().chain(&ITEMS).any(|keyword| node.contains_key(*keyword)) {
                set.nodes.push(Node(node));
            } else {
                set.free |= is_free(node);
            }
        }
        set.nodes.sort_unstable_by_key(Node::address);
        set
    }

    fn resolved(&self, target: &Value) -> Option<&'a Value> {
        self.root.pointer(target.as_str()?.strip_prefix('#')?)
    }
}

const MEMBERS: [&str; 4] =
    ["properties", "patternProperties", "additionalProperties", "unevaluatedProperties"];
const ITEMS: [&str; 4] = ["prefixItems", "items", "unevaluatedItems", "contains"];

/// Whether a schema lets containers stand, and says nothing of what is in them.
fn is_free(node: &Object) -> bool {
    const ELSEWHERE: [&str; 11] = [
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "allOf",
        "anyOf",
        "oneOf",
        "dependentSchemas",
        "if",
        "enum",
        "const",
        "not",
    ];
    kinds(node).iter().any(|kind| *kind != SCALAR)
        && !ELSEWHERE.iter().any(|keyword| node.contains_key(*keyword))
}

/// What can stand where a schema does.
fn kinds(node: &Object) -> Vec<usize> {
    let kind = |kind: &Value| match kind.as_str() {
        Some("object") => OBJECT,
        Some("array") => ARRAY,
        _ => SCALAR,
    };
    match node.get("type") {
        None => vec![SCALAR, ARRAY, OBJECT],
        Some(Value::Array(kinds)) => kinds.iter().map(kind).collect(),
        Some(one) => vec![kind(one)],
    }
}

/// The schemas for a member: one that the schema names, or any other.
fn members<'a>(node: &'a Object, key: Option<&str>) -> Vec<&'a Value> {
    let named = key.and_then(|key| node.get("properties")?.get(key));
    let patterns = node.get("patternProperties").and_then(Value::as_object);
    let rest = ["additionalProperties", "unevaluatedProperties"]
        .into_iter()
        .filter(|_| named.is_none())
        .filter_map(|keyword| node.get(keyword));
    // Any key may match any pattern: more is masked, and never less.
    named.into_iter().chain(patterns.into_iter().flat_map(Object::values)).chain(rest).collect()
}

fn prefix(node: &Object) -> &[Value] {
    node.get("prefixItems").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The schemas for an item.
fn items(node: &Object, index: usize) -> Vec<&Value> {
    let named = prefix(node).get(index);
    let rest = ["items", "unevaluatedItems"]
        .into_iter()
        .filter(|_| named.is_none())
        .filter_map(|keyword| node.get(keyword));
    named.into_iter().chain(rest).chain(node.get("contains")).collect()
}

/// A declared place in a document, and how it is masked; not at all where it is already.
struct Claim {
    start: usize,
    end: usize,
    form: Option<Form>,
}

/// An open object or array.
struct Frame {
    is_array: bool,
    at: At,
    /// How many items there were.
    count: usize,
    /// Whether a key comes next.
    key: bool,
    /// The claims that are keys, and the numbers of those that were masked already.
    masked: Vec<usize>,
    taken: HashSet<u32>,
}

/// A walk along a document that is known to be well-formed.
struct Walker<'a> {
    declared: &'a Declared,
    text: &'a str,
    claims: Vec<Claim>,
}

impl Walker<'_> {
    fn walk(mut self) -> Vec<Claim> {
        let bytes = self.text.as_bytes();
        let mut frames: Vec<Frame> = Vec::new();
        // Where the value that comes next stands.
        let mut next = self.declared.start;
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            let start = at;
            at += 1;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' => {}
                b'{' | b'[' => {
                    let is_array = byte == b'[';
                    frames.push(Frame {
                        is_array,
                        at: next,
                        count: 0,
                        key: !is_array,
                        masked: Vec::new(),
                        taken: HashSet::new(),
                    });
                    next = self.declared.item(next, 0);
                }
                b'}' | b']' => {
                    if let Some(frame) = frames.pop() {
                        self.number_keys(&frame);
                    }
                }
                b',' => {
                    if let Some(frame) = frames.last_mut() {
                        frame.count += 1;
                        frame.key = !frame.is_array;
                        next = self.declared.item(frame.at, frame.count);
                    }
                }
                b'"' => {
                    at = string_end(bytes, at);
                    match frames.last_mut().filter(|frame| frame.key) {
                        Some(frame) => next = self.key(frame, start, at),
                        None => self.string(next, start, at),
                    }
                }
                _ => {
                    while bytes.get(at).is_some_and(|b| !b" \t\n\r,]}".contains(b)) {
                        at += 1;
                    }
                    if self.declared.masks(next) && byte != b'n' {
                        self.claim(start, at, Some(Form::Quoted { depth: 0 }));
                    }
                }
            }
        }
        self.claims
    }

    fn claim(&mut self, start: usize, end: usize, form: Option<Form>) {
        self.claims.push(Claim { start, end, form });
    }

    /// Where a key leads. Under a mark the names that the schema does not have are values too.
    fn key(&mut self, frame: &mut Frame, start: usize, end: usize) -> At {
        frame.key = false;
        let key = decoded(&self.text[start..end]);
        let state = &self.declared.states[frame.at.0];
        let named = key.as_deref().and_then(|key| state.keys.get(key)).copied();
        if state.styles[OBJECT].is_some() && named.is_none() {
            let number = mask::number(&self.text[start + 1..end - 1]);
            if number.is_some_and(|number| frame.taken.insert(number)) {
                self.claim(start, end, None);
            } else {
                frame.masked.push(self.claims.len());
                self.claim(start, end, Some(Form::Quoted { depth: 0 }));
            }
        }
        match (named, key) {
            (Some(named), _) => named,
            (None, Some(_)) => state.other_key,
            (None, None) => At::MASKED,
        }
    }

    /// Gives the masked keys of an object names that differ.
    fn number_keys(&mut self, frame: &Frame) {
        let mut number = 0;
        for claim in &frame.masked {
            number += 1;
            while frame.taken.contains(&number) {
                number += 1;
            }
            if number > 1 {
                self.claims[*claim].form = Some(Form::Key { depth: 0, number });
            }
        }
    }

    fn string(&mut self, at: At, start: usize, end: usize) {
        let raw = &self.text[start..end];
        let masked = mask::length(&raw[1..raw.len() - 1]) == raw.len() - 2 && raw.len() > 2;
        let form = match self.declared.states[at.0].styles[SCALAR] {
            None => return,
            Some(_) if masked => None,
            Some(Style::Whole) => Some(Form::Quoted { depth: 0 }),
            Some(Style::Last4) => Some(Form::LastFour),
        };
        self.claim(start, end, form);
    }
}

/// What a JSON string says.
fn decoded(raw: &str) -> Option<Cow<'_, str>> {
    if raw.contains('\\') {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(&raw[1..raw.len() - 1]))
    }
}

/// Past the closing quote of a string whose first character is at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::redact::Redactor;

    fn redactor(schema: &Value) -> Redactor {
        Redactor::new().declared_by(schema.as_object().unwrap(), false)
    }

    fn redacted(schema: &Value, document: &Value) -> Value {
        let document = document.to_string();
        let redactor = redactor(schema);
        let once = redactor.json(document.as_bytes()).into_content().into_owned();
        let twice = redactor.json(&once);
        assert_eq!(twice.content().as_ref(), once, "what is masked stays as it is");
        assert_eq!(twice.redactions().total(), 0);
        serde_json::from_slice(&once).unwrap()
    }

    fn marked() -> Value {
        json!({ "type": "string", KEYWORD: "redacted" })
    }

    #[test]
    fn only_what_is_declared_is_masked_at_any_depth() {
        let schema = json!({
            "properties": {
                "list": { "items": { "$ref": "#/$defs/Person" } },
                "pair": { "prefixItems": [marked(), {}], "items": { KEYWORD: "pii" } },
                "map": { "additionalProperties": marked() },
                "either": { "anyOf": [{ "type": "null" }, { "properties": { "a": marked() } }] },
                "plain": {},
            },
            "$defs": { "Person": { "allOf": [
                { "properties": { "nick": marked(), "age": { "type": "integer" } } },
                { "properties": { "next": { "$ref": "#/$defs/Person" } } },
            ] } },
        });
        let document = json!({
            "list": [{ "nick": "x", "age": 3, "next": { "nick": "y", "next": { "nick": "z" } } }],
            "pair": ["x", "kept", "y", 1, true, null],
            "map": { "k": "x" },
            "either": { "a": "x" },
            "plain": { "nick": "kept", "map": { "k": ["kept"] } },
        });
        assert_eq!(
            redacted(&schema, &document),
            json!({
                "list": [{ "nick": "«redacted»", "age": 3,
                    "next": { "nick": "«redacted»", "next": { "nick": "«redacted»" } } }],
                "pair": ["«redacted»", "kept", "«redacted»", "«redacted»", "«redacted»", null],
                "map": { "k": "«redacted»" },
                "either": { "a": "«redacted»" },
                "plain": { "nick": "kept", "map": { "k": ["kept"] } },
            })
        );
    }

    #[test]
    fn a_schema_without_a_mark_declares_nothing() {
        let schema = json!({ "properties": { KEYWORD: { "type": "string" } } });
        assert!(Declared::read(schema.as_object().unwrap(), false).is_none());
    }

    #[test]
    fn the_last_four_of_a_long_text_are_kept_and_win_over_patterns_and_keys() {
        let last4 = json!({ KEYWORD: "last4" });
        let schema = json!({ "properties": { "card_number": { "items": last4 } } });
        let document = json!({ "card_number": ["4111111111111111", "1234567", 12_345_678, "ab\"«…\"cdéf", "ab\"cd«é»"] });
        assert_eq!(
            redacted(&schema, &document)["card_number"],
            json!(["«…1111»", "«redacted»", "«redacted»", "«…cdéf»", "«redacted»"])
        );
    }

    #[test]
    fn a_mark_of_one_alternative_masks_no_other_kind_of_value() {
        let schema = json!({ "anyOf": [
            marked(), { "type": "array", "prefixItems": [marked(), {}] },
            { "type": "object", KEYWORD: "pii", "properties": { "a": {} } },
            { "type": ["integer", "null"] },
        ] });
        for (document, expected) in [
            (json!("x"), json!("«redacted»")),
            (json!(["x", ["kept"]]), json!(["«redacted»", ["kept"]])),
            (json!({ "a": "x", "b": 1 }), json!({ "a": "«redacted»", "«redacted»": "«redacted»" })),
        ] {
            assert_eq!(redacted(&schema, &document), expected);
        }
    }

    #[test]
    fn the_stricter_of_two_marks_holds() {
        let schema = json!({
            KEYWORD: "last4",
            "properties": { "a": { KEYWORD: "secret" }, "b": {} },
        });
        let document = json!({ "a": "0123456789", "b": "0123456789" });
        assert_eq!(redacted(&schema, &document), json!({ "a": "«redacted»", "b": "«…6789»" }));
    }

    #[test]
    fn under_a_mark_names_that_are_no_fields_are_masked_and_stay_apart() {
        let schema = json!({ KEYWORD: "pii", "properties": { "a": {} } });
        let document = json!({ "a": 1, "ann": 2, "bob": [3], "«redacted»": 4 });
        assert_eq!(
            redacted(&schema, &document),
            json!({ "a": "«redacted»", "«redacted 2»": "«redacted»",
                "«redacted 3»": ["«redacted»"], "«redacted»": "«redacted»" })
        );
    }

    #[test]
    fn what_the_schema_does_not_tell_of_is_masked() {
        let schema = json!({ "properties": {
            "a": marked(), "flat": { "type": "string" }, "pair": { "prefixItems": [{}] },
        } });
        let document = json!({ "a": "x", "b": "y", "flat": { "x": "y" }, "pair": [1, "y"] });
        assert_eq!(
            redacted(&schema, &document),
            json!({ "a": "«redacted»", "b": "«redacted»", "flat": { "x": "«redacted»" },
                "pair": [1, "«redacted»"] })
        );
        for malformed in ["{\"a\":\"x\"", "x", "{\"a\":\"x\"} y", "\u{FEFF}{\"a\":\"x\"}"] {
            let redacted = redactor(&schema).json(malformed.as_bytes());
            assert_eq!(redacted.content().as_ref(), "\"«redacted»\"".as_bytes());
        }
        assert_eq!(
            redactor(&schema).json(b"{\"a\":\"\xff\"}").content().as_ref(),
            "\"«redacted»\"".as_bytes()
        );
    }

    #[test]
    fn an_escaped_name_is_the_same_name() {
        let schema = json!({ "properties": { "name": marked(), "n": {} } });
        let redacted = redactor(&schema).json(br#"{"\u006eame":"x\"","n":"x"}"#);
        assert_eq!(redacted.content().as_ref(), r#"{"\u006eame":"«redacted»","n":"x"}"#.as_bytes());
        assert_eq!(redacted.redactions().iter().collect::<Vec<_>>(), [("declared", 1)]);
    }

    #[test]
    fn a_million_levels_and_keys_are_walked() {
        let schema = json!({ "properties": { "a": { "$ref": "#" } }, "items": marked() });
        let deep = "{\"a\":".repeat(500_000) + "[\"x\"]" + &"}".repeat(500_000);
        assert_eq!(redactor(&schema).json(deep.as_bytes()).redactions().total(), 1);
        let schema = json!({ KEYWORD: "pii" });
        let keys: Vec<String> = (0..200_000).map(|n| format!("\"k{n}\":{n}")).collect();
        let wide = format!("{{{}}}", keys.join(","));
        assert_eq!(redactor(&schema).json(wide.as_bytes()).redactions().total(), 400_000);
    }

    #[test]
    fn a_schema_of_too_many_states_masks_everything_and_comes_to_an_end() {
        // Every key doubles the sets of alternatives that are still possible.
        let alternatives: Vec<Value> = (0..12)
            .map(|n| {
                let mut properties = Object::new();
                for other in (0..12).filter(|other| *other != n) {
                    properties
                        .insert(format!("k{other}"), json!({ "$ref": format!("#/$defs/n{n}") }));
                }
                json!({ "properties": properties, KEYWORD: if n == 0 { "pii" } else { "last4" } })
            })
            .collect();
        let all: Object =
            alternatives.into_iter().enumerate().map(|(n, one)| (format!("n{n}"), one)).collect();
        let refers: Vec<Value> =
            (0..12).map(|n| json!({ "$ref": format!("#/$defs/n{n}") })).collect();
        let schema = json!({ "anyOf": refers, "$defs": all });
        let declared = Declared::read(schema.as_object().unwrap(), false).unwrap();
        assert!(declared.states.len() <= MOST);
    }

    proptest! {
        #[test]
        fn planted_values_never_survive(text in "\\PC*", number in any::<i64>(), key in "\\PC{6,}") {
            let schema = json!({ "properties": { "a": { "items": { "$ref": "#/$defs/P" } } },
                "$defs": { "P": { "properties": { "p": { KEYWORD: "secret" } } } } });
            let document = json!({ "a": [{ "p": text }, { "p": { key.clone(): [number, text] } }] });
            let after = redacted(&schema, &document);
            assert_eq!(after["a"][0]["p"], "«redacted»");
            assert_eq!(after["a"][1]["p"], json!({ "«redacted»": ["«redacted»", "«redacted»"] }));
        }
    }
}
