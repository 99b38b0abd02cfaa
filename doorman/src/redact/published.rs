//! Published output schemas, made true of redacted answers.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::schema::Object;

use super::{
    Rules,
    custom::Told,
    declared::{At, Declared},
    engine, json,
    judge::Judge,
    keys::{Hint, Key, Pattern, Said, Verdict},
};

/// How many copies of shared parts a schema may come to; beyond that everything is relaxed alike.
const MOST: usize = 256;

/// Lets a mask stand wherever the engine may put one. Answers that are no objects are sent under
/// `result` (`wrapped`), which is no key of theirs. The error names the own keys that match nothing.
pub(super) fn relax(
    rules: &Rules,
    declared: &Declared,
    schema: &mut Object,
    wrapped: bool,
    own: &[&str],
) -> Result<(), Vec<String>> {
    let original = Value::Object(schema.clone());
    let start = Place::default().at(declared, declared.start());
    let mut publisher = Publisher {
        rules,
        declared,
        start: start.clone(),
        original: &original,
        root: if wrapped { "#/properties/result" } else { "#" },
        copies: HashMap::new(),
        names: Vec::new(),
        pending: Vec::new(),
        definitions: Object::new(),
        own: own.iter().filter_map(|key| Pattern::parse(key)).map(|key| (key, false)).collect(),
        open: false,
    };
    let relaxed = if wrapped {
        let mut outer = schema.clone();
        outer["properties"]["result"] =
            publisher.relaxed(&original["properties"]["result"], &start);
        outer
    } else {
        publisher.members(schema, &start)
    };
    *schema = relaxed;
    publisher.definitions();
    schema.remove("$defs");
    if !publisher.definitions.is_empty() {
        schema.insert("$defs".into(), publisher.definitions.into());
    }
    let unmatched = publisher.own.iter().filter(|(_, matched)| !matched && !publisher.open);
    let unmatched: Vec<String> = unmatched.map(|(key, _)| key.written().to_owned()).collect();
    if unmatched.is_empty() { Ok(()) } else { Err(unmatched) }
}

/// What holds at a place of an answer by the keys above it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Place {
    masked: bool,
    said: Said,
    /// The last keys, as many as the user's paths ask for.
    path: Vec<Key>,
    /// Whether it is an item of an array.
    item: bool,
    /// Where it is among what is declared; of no matter where all is masked anyway.
    at: At,
}

impl Place {
    fn masked(&self) -> Self {
        Self { masked: true, said: Said::default(), at: At::default(), ..self.clone() }
    }

    fn item(&self) -> Self {
        Self { item: true, ..self.clone() }
    }

    fn at(self, declared: &Declared, at: At) -> Self {
        match (self.masked, declared.masks_all(at)) {
            (true, _) => self,
            (false, true) => self.masked(),
            (false, false) => Self { at, ..self },
        }
    }
}

struct Publisher<'a> {
    rules: &'a Rules,
    declared: &'a Declared,
    /// What holds where answers begin.
    start: Place,
    original: &'a Value,
    /// The reference that leads to where answers begin.
    root: &'static str,
    /// The copy of a shared part that is made for a place.
    copies: HashMap<(String, Place), String>,
    names: Vec<String>,
    pending: Vec<(String, String, Place)>,
    definitions: Object,
    own: Vec<(Pattern, bool)>,
    /// Whether keys can stand somewhere that the schema does not tell of.
    open: bool,
}

impl Publisher<'_> {
    /// Makes the copies that references ask for, and those that these ask for.
    fn definitions(&mut self) {
        while let Some((name, target, place)) = self.pending.pop() {
            let shared = self.original.pointer(&target[1..]).unwrap_or(&Value::Null).clone();
            let relaxed = self.relaxed(&shared, &place);
            self.definitions.insert(name, relaxed);
        }
        self.definitions.sort_keys();
    }

    fn relaxed(&mut self, schema: &Value, place: &Place) -> Value {
        let Value::Object(members) = schema else {
            self.open |= *schema == Value::Bool(true);
            return schema.clone();
        };
        let mut relaxed = self.members(members, place);
        if place.masked && self.rules.whole {
            add_string(&mut relaxed, &["array", "object"]);
        }
        Value::Object(relaxed)
    }

    fn members(&mut self, schema: &Object, place: &Place) -> Object {
        let mut relaxed = schema.clone();
        self.open |= is_open(schema);
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            relaxed.insert("$ref".into(), self.reference(reference, place).into());
        }
        // Relaxed, these would refuse what they took before.
        if schema.get("not").is_some_and(|not| *not != json!({})) {
            relaxed.remove("not");
        }
        for keyword in ["if", "then", "else", "maxContains", "uniqueItems", "propertyNames"] {
            relaxed.remove(keyword);
        }
        // A value of a declared place must not be told as its default.
        if self.declared.declares() {
            relaxed.remove("default");
            relaxed.remove("examples");
        }
        for keyword in ["allOf", "anyOf"] {
            if let Some(branches) = schema.get(keyword).and_then(Value::as_array) {
                relaxed.insert(keyword.into(), self.all(branches, place).into());
            }
        }
        if let Some(branches) = schema.get("dependentSchemas").and_then(Value::as_object) {
            let relax = |(name, one): (&String, &Value)| (name.clone(), self.relaxed(one, place));
            relaxed.insert("dependentSchemas".into(), branches.iter().map(relax).collect());
        }
        self.one_of(schema, &mut relaxed, place);
        self.properties(schema, &mut relaxed, place);
        self.items(schema, &mut relaxed, place);
        if self.declared.masks(place.at) {
            scalars(self.rules, &mut relaxed, &place.masked());
        } else {
            scalars(self.rules, &mut relaxed, place);
        }
        relaxed
    }

    fn all(&mut self, schemas: &[Value], place: &Place) -> Vec<Value> {
        schemas.iter().map(|one| self.relaxed(one, place)).collect()
    }

    /// Exactly one stays exactly one only where a mask cannot make two of them fit.
    fn one_of(&mut self, schema: &Object, relaxed: &mut Object, place: &Place) {
        let Some(branches) = schema.get("oneOf").and_then(Value::as_array) else { return };
        let after = self.all(branches, place);
        let untouched = after == *branches && !after.iter().any(refers);
        if untouched || are_tagged(&after) {
            relaxed.insert("oneOf".into(), after.into());
            return;
        }
        relaxed.remove("oneOf");
        if relaxed.contains_key("anyOf") {
            let all = relaxed.entry("allOf").or_insert_with(|| json!([]));
            if let Some(all) = all.as_array_mut() {
                all.push(json!({ "anyOf": after }));
            }
        } else {
            relaxed.insert("anyOf".into(), after.into());
        }
    }

    /// The copy of a shared part for this place.
    fn reference(&mut self, reference: &str, place: &Place) -> String {
        if !reference.starts_with('#') || (reference == self.root && *place == self.start) {
            return reference.to_owned();
        }
        let place = match self.copies.len() {
            // Every place alike: true, and it comes to an end.
            MOST.. => Place { masked: true, item: true, ..Place::default() },
            _ => place.clone(),
        };
        if let Some(name) = self.copies.get(&(reference.to_owned(), place.clone())) {
            return format!("#/$defs/{name}");
        }
        let base = match reference.rsplit('/').next() {
            Some(last) if reference.starts_with("#/$defs/") => last.to_owned(),
            _ => "Answer".to_owned(),
        };
        let mut name = base.clone();
        let mut number = 2;
        while self.names.contains(&name) {
            name = format!("{base}{number}");
            number += 1;
        }
        self.names.push(name.clone());
        self.copies.insert((reference.to_owned(), place.clone()), name.clone());
        self.pending.push((name.clone(), reference.to_owned(), place));
        format!("#/$defs/{name}")
    }

    fn properties(&mut self, schema: &Object, relaxed: &mut Object, place: &Place) {
        let properties = schema.get("properties").and_then(Value::as_object);
        if let Some(properties) = properties {
            let named = self.named(properties);
            let mut after = Object::new();
            for (name, one) in properties {
                let key = Key::new(name);
                let mut below = self.below(place, &key);
                below = below.at(self.declared, self.declared.member(place.at, name));
                if key.place().is_value && !below.masked {
                    below = match named {
                        Some(Verdict::Secret) => below.masked(),
                        Some(Verdict::Plain(said)) => Place { said, ..below },
                        None => below,
                    };
                }
                after.insert(name.clone(), self.relaxed(one, &below));
            }
            relaxed.insert("properties".into(), after.into());
        }
        // A key that the schema does not name can be a sensitive one.
        let anywhere = Place { path: Vec::new(), item: false, ..place.masked() };
        let rest = ["additionalProperties", "unevaluatedProperties"];
        for keyword in rest {
            if let Some(one) = schema.get(keyword).filter(|one| one.is_object()) {
                relaxed.insert(keyword.into(), self.relaxed(one, &anywhere));
            }
        }
        if let Some(Value::Object(patterns)) = relaxed.remove("patternProperties") {
            let mut branches: Vec<Value> = Vec::new();
            for one in patterns.values() {
                branches.push(self.relaxed(one, &anywhere));
            }
            match relaxed.get("additionalProperties") {
                Some(Value::Bool(false)) => {}
                Some(one) => branches.push(one.clone()),
                None => branches.push(json!({})),
            }
            let folded =
                if branches.len() == 1 { branches.remove(0) } else { json!({ "anyOf": branches }) };
            relaxed.insert("additionalProperties".into(), folded);
        }
    }

    /// What a member can say of the value beside it, by the names that it can hold.
    fn named(&mut self, properties: &Object) -> Option<Verdict> {
        let mut said: Option<Said> = None;
        for (name, schema) in properties {
            if !Key::new(name).place().is_name {
                continue;
            }
            let Some(names) = self.constants(schema, 16) else {
                // Any name: also one that the user means.
                self.open |= properties.keys().any(|name| Key::new(name).place().is_value);
                return Some(Verdict::Secret);
            };
            for name in names {
                let key = Key::new(&name);
                match key.verdict(self.rules) {
                    _ if self.rules.matches(&[], &key) => return Some(Verdict::Secret),
                    Verdict::Secret => return Some(Verdict::Secret),
                    Verdict::Plain(one) if one == Said::default() => {}
                    // The wider of two: seven digits for a telephone, nine for the other.
                    Verdict::Plain(one) => {
                        let both = said.get_or_insert_default();
                        both.told = both.told.and(one.told);
                        if matches!(one.hint, Hint::Phone | Hint::Ssn) && both.hint != Hint::Phone {
                            both.hint = one.hint;
                        }
                    }
                }
            }
        }
        said.map(Verdict::Plain)
    }

    /// Whether a sensitive key can stand there as a text.
    fn can_name(&self, schema: &Value) -> bool {
        let secret = |name: &String| {
            let key = Key::new(name);
            key.verdict(self.rules) == Verdict::Secret || self.rules.matches(&[], &key)
        };
        self.constants(schema, 16).is_none_or(|names| names.iter().any(secret))
    }

    /// The texts that a schema lists; `None` where it lets others stand.
    fn constants(&self, schema: &Value, depth: u8) -> Option<Vec<String>> {
        let depth = depth.checked_sub(1)?;
        let schema = self.resolved(schema);
        let texts = |values: &[Value]| -> Vec<String> {
            values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        if let Some(only) = schema.get("const") {
            return Some(texts(std::slice::from_ref(only)));
        }
        if let Some(listed) = schema.get("enum").and_then(Value::as_array) {
            return Some(texts(listed));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(keyword).and_then(Value::as_array) {
                let all = branches.iter().map(|one| self.constants(one, depth));
                return Some(all.collect::<Option<Vec<_>>>()?.concat());
            }
        }
        let kind = schema.get("type")?;
        let kinds: Vec<&Value> =
            kind.as_array().map_or_else(|| vec![kind], |kinds| kinds.iter().collect());
        (!kinds.contains(&&json!("string"))).then(Vec::new)
    }

    fn resolved<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        for _ in 0..16 {
            let target = schema.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|target| self.original.pointer(target.strip_prefix('#')?));
            let Some(target) = target else { break };
            schema = target;
        }
        schema
    }

    /// The place under a key.
    fn below(&mut self, place: &Place, key: &Key) -> Place {
        for (pattern, matched) in &mut self.own {
            *matched |= pattern.matches(&place.path, key);
        }
        let by_user = self.rules.matches(&place.path, key);
        let mut path = place.path.clone();
        path.push(key.clone());
        path.drain(..path.len().saturating_sub(self.rules.longest() - 1));
        let below = Place {
            masked: place.masked,
            said: Said::default(),
            path,
            item: false,
            at: At::default(),
        };
        match key.verdict(self.rules) {
            _ if place.masked || by_user => below.masked(),
            Verdict::Secret => below.masked(),
            Verdict::Plain(said) if said == Said::default() && key.goes_on() => {
                Place { said: place.said, ..below }
            }
            Verdict::Plain(said) => Place { said, ..below },
        }
    }

    fn items(&mut self, schema: &Object, relaxed: &mut Object, place: &Place) {
        let item = place.item();
        let first = schema.get("prefixItems").and_then(Value::as_array);
        if let Some(first) = first {
            // `["password", …]` masks its second.
            let names = first.first().is_some_and(|name| self.can_name(name));
            let mut after = Vec::new();
            for (at, one) in first.iter().enumerate() {
                let place = if at == 1 && names { item.masked() } else { item.clone() };
                let place = place.at(self.declared, self.declared.item(item.at, at));
                after.push(self.relaxed(one, &place));
            }
            relaxed.insert("prefixItems".into(), after.into());
        }
        for keyword in ["items", "contains", "unevaluatedItems"] {
            let Some(one) = schema.get(keyword) else { continue };
            let names = self.can_name(one);
            let place = if names { item.masked() } else { item.clone() };
            let place = place.at(self.declared, self.declared.any_item(item.at));
            relaxed.insert(keyword.into(), self.relaxed(one, &place));
        }
    }
}

/// Whether keys can stand in it that it does not name.
fn is_open(schema: &Object) -> bool {
    let says = |keyword: &str| schema.contains_key(keyword);
    let object = schema.get("type").is_none_or(|kind| {
        kind == "object" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("object")))
    });
    let elsewhere = ["$ref", "anyOf", "oneOf", "allOf", "enum", "const", "not"]
        .iter()
        .any(|keyword| says(keyword));
    object
        && (says("patternProperties")
            || schema.get("additionalProperties").is_some_and(|rest| *rest != Value::Bool(false))
            || (!says("properties") && !says("additionalProperties") && !elsewhere))
}

fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.contains_key("$ref") || members.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

/// Whether one required member with a constant of its own tells every branch from the others.
fn are_tagged(branches: &[Value]) -> bool {
    let tags = |branch: &Value| -> Vec<(String, Value)> {
        let required = branch["required"].as_array().cloned().unwrap_or_default();
        let names = required.iter().filter_map(Value::as_str);
        let tag =
            |name: &str| Some((name.to_owned(), branch["properties"][name].get("const")?.clone()));
        names.filter_map(tag).collect()
    };
    let Some(first) = branches.first() else { return false };
    tags(first).iter().any(|(name, _)| {
        let values: Option<Vec<Value>> = branches
            .iter()
            .map(|branch| {
                tags(branch).into_iter().find(|(other, _)| other == name).map(|tag| tag.1)
            })
            .collect();
        values.is_some_and(|values| {
            values.iter().enumerate().all(|(at, value)| !values[..at].contains(value))
        })
    })
}

/// Lets a mask stand for the scalars of a schema.
fn scalars(rules: &Rules, schema: &mut Object, place: &Place) {
    for keyword in [
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
    ] {
        schema.remove(keyword);
    }
    let listed: Option<Vec<Value>> = match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => Some(vec![only.clone()]),
        (None, Some(Value::Array(listed))) => Some(listed.clone()),
        _ => None,
    };
    if let Some(listed) = listed {
        if !listed.iter().any(|value| changes(rules, value, place)) {
            return;
        }
        schema.remove("const");
        schema.remove("enum");
        if !schema.contains_key("type") {
            let mut kinds: Vec<&str> = listed.iter().map(kind_of).collect();
            kinds.sort_unstable();
            kinds.dedup();
            schema.insert("type".into(), kinds.into());
        }
        return add_string(schema, &["boolean", "integer", "number"]);
    }
    if place.masked {
        return add_string(schema, &["boolean", "integer", "number"]);
    }
    let digits = match place.said.hint {
        Hint::Phone => 7,
        Hint::Ssn => 9,
        _ if place.item => 4,
        _ => 13,
    };
    let told = place.said.told.least_digits().and_then(|digits| i32::try_from(digits).ok());
    let digits = told.map_or(digits, |told| digits.min(told));
    let maximum =
        ["maximum", "exclusiveMaximum"].iter().find_map(|bound| schema.get(*bound)?.as_f64());
    if maximum.is_none_or(|maximum| maximum >= 10f64.powi(digits - 1)) {
        add_string(schema, &["integer", "number"]);
    }
}

/// Adds `string` to the types where one of these stands.
fn add_string(schema: &mut Object, to: &[&str]) {
    let kinds = match schema.get("type") {
        Some(Value::String(kind)) => vec![Value::String(kind.clone())],
        Some(Value::Array(kinds)) => kinds.clone(),
        _ => return,
    };
    let maskable = kinds.iter().any(|kind| kind.as_str().is_some_and(|kind| to.contains(&kind)));
    if maskable && !kinds.contains(&json!("string")) {
        let kinds: Vec<Value> = kinds.into_iter().chain([json!("string")]).collect();
        schema.insert("type".into(), kinds.into());
    }
}

/// Whether the engine would not let a listed value stand here.
fn changes(rules: &Rules, value: &Value, place: &Place) -> bool {
    match value {
        Value::Null => false,
        _ if place.masked => true,
        Value::String(text) => {
            // Any key may tell of a detector of the user.
            let said = Said { own: Told::ALL, ..place.said };
            !engine::plain(&Judge::new(rules, text.len()), text, said).is_empty()
        }
        Value::Number(number) => {
            json::number_kind(&number.to_string(), place.said).is_some() || place.item
        }
        Value::Bool(_) => false,
        _ => true,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
