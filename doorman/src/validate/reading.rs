//! Documents held against simple schemas as they are read: nothing is kept of them.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use crate::schema::Object;

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const STRING: u8 = 4;
const INTEGER: u8 = 8;
const NUMBER: u8 = 16;
const ARRAY: u8 = 32;
const OBJECT: u8 = 64;
const ANY: u8 = NULL | BOOLEAN | STRING | INTEGER | NUMBER | ARRAY | OBJECT;

/// Keywords that ask for nothing. Formats are not asserted.
const NOTES: [&str; 9] = [
    "$schema",
    "$defs",
    "title",
    "description",
    "default",
    "examples",
    "format",
    "deprecated",
    "$comment",
];

/// A schema of which every keyword is known here.
#[derive(Debug, Clone)]
pub(super) struct Reading(Vec<Node>);

/// What may stand at a place.
#[derive(Debug, Clone, Default)]
struct Node {
    kinds: u8,
    /// What else may stand there.
    other: Option<usize>,
    /// The bounds of whole numbers.
    least: Option<i128>,
    most: Option<i128>,
    /// The only texts there may be.
    texts: Option<Vec<String>>,
    items: Option<usize>,
    members: Option<Members>,
}

#[derive(Debug, Clone)]
struct Members {
    /// As many as a mask has bits.
    names: Vec<(String, usize)>,
    required: u64,
    /// Where members of other names may stand.
    others: Option<usize>,
}

impl Reading {
    /// `None` where the schema asks for something that is not known here.
    pub(super) fn of(schema: &Object) -> Option<Self> {
        let mut compiler = Compiler { root: schema, nodes: Vec::new(), shared: HashMap::new() };
        let root = compiler.node(&Value::Object(schema.clone()))?;
        (root == 0).then_some(Self(compiler.nodes))
    }

    /// Whether a document surely fits, below the member of this name if there is one, and has no name twice
    /// in one object.
    pub(super) fn fits(&self, document: &[u8], below: Option<&str>) -> bool {
        let place = match below {
            None => Some(0),
            Some(name) => self.0[0].members.as_ref().and_then(|members| members.place(name)),
        };
        let Some(place) = place else { return false };
        let mut reader = serde_json::Deserializer::from_slice(document);
        At { nodes: &self.0, place }.deserialize(&mut reader).is_ok() && reader.end().is_ok()
    }
}

impl Members {
    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, place)| *place)
    }
}

struct Compiler<'a> {
    root: &'a Object,
    nodes: Vec<Node>,
    /// The nodes of references.
    shared: HashMap<String, usize>,
}

impl Compiler<'_> {
    /// The place of a schema among the nodes.
    fn node(&mut self, schema: &Value) -> Option<usize> {
        let Value::Object(keywords) = schema else { return None };
        if let Some(reference) = keywords.get("$ref") {
            keywords.keys().all(|keyword| keyword == "$ref" || is_note(keyword)).then_some(())?;
            return self.reference(reference.as_str()?);
        }
        let place = self.nodes.len();
        self.nodes.push(Node::default());
        let node = self.read(keywords)?;
        self.nodes[place] = node;
        Some(place)
    }

    fn reference(&mut self, reference: &str) -> Option<usize> {
        if let Some(place) = self.shared.get(reference) {
            return Some(*place);
        }
        let name =
            reference.strip_prefix("#/$defs/").filter(|name| !name.contains(['/', '~', '%']))?;
        let target = self.root.get("$defs")?.get(name)?.clone();
        // A reference that leads to another one is rare.
        (target.is_object() && target.get("$ref").is_none()).then_some(())?;
        self.shared.insert(reference.to_owned(), self.nodes.len());
        self.node(&target)
    }

    fn read(&mut self, keywords: &Object) -> Option<Node> {
        if let Some(alternatives) = keywords.get("anyOf") {
            keywords.keys().all(|keyword| keyword == "anyOf" || is_note(keyword)).then_some(())?;
            let [other, null] = &alternatives.as_array()?[..] else { return None };
            (*null == json!({ "type": "null" })).then_some(())?;
            return Some(Node { kinds: NULL, other: Some(self.node(other)?), ..Node::default() });
        }
        let known = ["type", "minimum", "maximum", "enum", "items", "properties", "required"];
        let is_known = |keyword: &String| {
            known.contains(&keyword.as_str())
                || keyword == "additionalProperties"
                || is_note(keyword)
        };
        keywords.keys().all(is_known).then_some(())?;
        let kinds = match keywords.get("type") {
            None => ANY,
            Some(Value::Array(kinds)) => {
                kinds.iter().try_fold(0, |kinds, kind| Some(kinds | bits(kind)?))?
            }
            Some(kind) => bits(kind)?,
        };
        let bound = |name: &str| match keywords.get(name) {
            None => Some(None),
            Some(bound) => {
                let whole = bound.as_i64().map(i128::from);
                whole.or(bound.as_u64().map(i128::from)).map(Some)
            }
        };
        let (least, most) = (bound("minimum")?, bound("maximum")?);
        let texts = match keywords.get("enum") {
            None => None,
            Some(texts) => {
                let texts = texts.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
                Some(texts.collect::<Option<Vec<_>>>()?)
            }
        };
        let items = match keywords.get("items") {
            None => None,
            Some(items) => Some(self.node(items)?),
        };
        let of_members = ["properties", "required", "additionalProperties"];
        let members = if of_members.iter().any(|name| keywords.contains_key(*name)) {
            Some(self.members(keywords)?)
        } else {
            None
        };
        Some(Node { kinds, other: None, least, most, texts, items, members })
    }

    fn members(&mut self, keywords: &Object) -> Option<Members> {
        let mut names = Vec::new();
        let properties =
            keywords.get("properties").map_or(Some(None), |it| it.as_object().map(Some));
        for (name, schema) in properties?.into_iter().flatten() {
            names.push((name.clone(), self.node(schema)?));
        }
        (names.len() <= 64).then_some(())?;
        let mut required = 0;
        let needed = keywords.get("required").map_or(Some(None), |it| it.as_array().map(Some));
        for name in needed?.into_iter().flatten() {
            let at = names.iter().position(|(known, _)| Some(&**known) == name.as_str())?;
            required |= 1 << at;
        }
        let others = match keywords.get("additionalProperties") {
            None | Some(Value::Bool(false)) => None,
            Some(others) => Some(self.node(others)?),
        };
        Some(Members { names, required, others })
    }
}

fn is_note(keyword: &str) -> bool {
    NOTES.contains(&keyword) || keyword.starts_with("x-")
}

fn bits(kind: &Value) -> Option<u8> {
    Some(match kind.as_str()? {
        "null" => NULL,
        "boolean" => BOOLEAN,
        "string" => STRING,
        "integer" => INTEGER,
        "number" => INTEGER | NUMBER,
        "array" => ARRAY,
        "object" => OBJECT,
        _ => return None,
    })
}

/// A place of a document. It is read without an error only where it surely fits.
#[derive(Clone, Copy)]
struct At<'a> {
    nodes: &'a [Node],
    place: usize,
}

impl<'a> At<'a> {
    /// What may stand here that is of this kind.
    fn of<E: Error>(self, kind: u8) -> Result<&'a Node, E> {
        let (mut node, mut steps) = (self.nodes.get(self.place), self.nodes.len());
        while let Some(found) = node {
            if found.kinds & kind != 0 {
                return Ok(found);
            }
            steps = steps.checked_sub(1).ok_or_else(unsure)?;
            node = found.other.and_then(|other| self.nodes.get(other));
        }
        Err(unsure())
    }

    /// The same, where no text is asked for.
    fn no_text<E: Error>(self, kind: u8) -> Result<&'a Node, E> {
        let node = self.of(kind)?;
        if node.texts.is_none() { Ok(node) } else { Err(unsure()) }
    }

    fn whole<E: Error>(self, number: i128) -> Result<(), E> {
        let node = self.no_text(INTEGER)?;
        let is_within = node.least.is_none_or(|least| number >= least)
            && node.most.is_none_or(|most| number <= most);
        if is_within { Ok(()) } else { Err(unsure()) }
    }

    fn at(self, place: usize) -> Self {
        Self { place, ..self }
    }
}

fn unsure<E: Error>() -> E {
    E::custom("it does not surely fit")
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.no_text(NULL).map(|_| ())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.no_text(BOOLEAN).map(|_| ())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.whole(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.whole(number.into())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        let node = self.no_text(NUMBER)?;
        if node.least.is_none() && node.most.is_none() { Ok(()) } else { Err(unsure()) }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match &self.of(STRING)?.texts {
            Some(texts) if !texts.iter().any(|known| known == text) => Err(unsure()),
            _ => Ok(()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        // Of what stands anywhere nothing is known: names in it may be there twice.
        let below = self.no_text(ARRAY)?.items.unwrap_or(usize::MAX);
        while items.next_element_seed(self.at(below))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let members = self.no_text(OBJECT)?.members.as_ref();
        let (mut seen, mut others) = (0, HashSet::new());
        while let Some(name) = entries.next_key_seed(Names(members))? {
            let below = match name {
                Name::Known(at, place) => {
                    let is_new = seen & (1 << at) == 0;
                    seen |= 1 << at;
                    is_new.then_some(place)
                }
                Name::Other(name) => {
                    members.and_then(|members| members.others).filter(|_| others.insert(name))
                }
            };
            let below = below.ok_or_else(unsure)?;
            entries.next_value_seed(self.at(below))?;
        }
        let required = members.map_or(0, |members| members.required);
        if seen & required == required { Ok(()) } else { Err(unsure()) }
    }
}

struct Names<'a>(Option<&'a Members>);

enum Name {
    /// Its number among the known ones, and what stands there.
    Known(usize, usize),
    Other(String),
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Name, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Names<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let known = self.0.into_iter().flat_map(|members| &members.names).enumerate();
        match known.into_iter().find(|(_, (known, _))| known == name) {
            // So serde_json wraps numbers where a crate asks it for any precision.
            _ if name.starts_with("$serde_json::private::") => Err(unsure()),
            Some((at, (_, place))) => Ok(Name::Known(at, *place)),
            None => Ok(Name::Other(name.to_owned())),
        }
    }
}
