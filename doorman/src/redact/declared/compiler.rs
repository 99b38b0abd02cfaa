//! From a schema to its automaton.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::schema::{Object, REDACT as KEYWORD};

use super::{ARRAY, At, Declared, MOST, OBJECT, SCALAR, State, Style, Styles};

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

pub(super) struct Compiler<'a> {
    root: &'a Value,
    states: Vec<State>,
    known: HashMap<(Styles, bool, Vec<usize>), At>,
    pending: Vec<(At, Set<'a>)>,
    declares: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
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

    pub(super) fn compile(mut self, start: &'a Value) -> Option<Declared> {
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
