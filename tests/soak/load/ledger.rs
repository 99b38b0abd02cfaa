//! What was tried and what came of it, and the audit log held against that.

use std::{
    collections::{BTreeMap, HashMap, HashSet, hash_map::Entry},
    fs,
    path::Path,
};

use serde_json::Value;

/// How an attempt ended for who made it.
#[derive(Clone, PartialEq)]
pub enum End {
    /// With an answer, for this reason.
    Heard(String),
    /// The caller went away: there is a record, or the server had not read the request yet.
    Cut,
}

/// Attempts that have a name of their own in the audit log: by the caller and the length of `pad`, or by the
/// name of a tool that is none.
#[derive(PartialEq, Eq, Hash, Clone, Debug)]
pub enum Name {
    Numbered(u32, usize),
    Called(String),
}

/// Attempts that are told apart by who, what and why only, and counted.
type Sum = (String, String, String);

#[derive(Default)]
pub struct Ledger {
    named: HashMap<Name, (End, Option<String>)>,
    summed: BTreeMap<Sum, u64>,
    /// Attempts by what came of them.
    pub outcomes: BTreeMap<String, u64>,
    /// In milliseconds, of answered echoes.
    pub latencies: Vec<f64>,
    pub violations: Vec<String>,
}

impl Ledger {
    /// Notes an attempt, with the `request_id` where the caller was told one.
    pub fn note(&mut self, name: Name, end: End, request_id: Option<String>) {
        self.count(&end);
        match self.named.entry(name) {
            Entry::Vacant(free) => {
                free.insert((end, request_id));
            }
            Entry::Occupied(taken) => {
                let twice = format!("two attempts were named {:?}", taken.key());
                self.violate(twice);
            }
        }
    }

    pub fn sum(&mut self, caller: &str, tool: &str, reason: &str) {
        self.count(&End::Heard(reason.into()));
        *self.summed.entry((caller.into(), tool.into(), reason.into())).or_default() += 1;
    }

    /// An attempt that leaves no record: it is no JSON-RPC.
    pub fn unread(&mut self, what: &str) {
        *self.outcomes.entry(format!("({what})")).or_default() += 1;
    }

    pub fn violate(&mut self, what: String) {
        self.violations.push(what);
    }

    fn count(&mut self, end: &End) {
        let outcome = match end {
            End::Heard(reason) => reason.clone(),
            End::Cut => "(went away)".into(),
        };
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    /// Holds the log against what was tried; gives how many records there are, how many attempts they stand
    /// for, and how many attempts were cut off before they were read.
    pub fn settle(&mut self, log: &Path, merged: &HashSet<String>) -> (usize, u64, usize) {
        let text = fs::read_to_string(log).unwrap_or_default();
        let (mut ids, mut seen) = (HashSet::new(), HashSet::new());
        let mut summed: BTreeMap<Sum, u64> = BTreeMap::new();
        let (mut records, mut stands_for) = (0, 0);
        for (place, line) in (1..).zip(text.lines()) {
            let Ok(record) = serde_json::from_str::<Value>(line) else {
                self.violate(format!("line {place} of the audit log is no record"));
                continue;
            };
            let word = |member: &str| record[member].as_str().unwrap_or_default().to_owned();
            let count = record["count"].as_u64().unwrap_or(1);
            records += 1;
            stands_for += count;
            if record["sequence"] != place || record.get("lost").is_some() {
                self.violate(format!("record {place} tells of a loss: {line}"));
            }
            if !ids.insert(word("request_id")) {
                self.violate(format!("two records are named {}", word("request_id")));
            }
            match name(&record) {
                Some(name) if !merged.contains(&word("caller")) => {
                    self.matches(&name, &record, count, seen.insert(name.clone()));
                }
                _ => {
                    *summed.entry((word("caller"), word("tool"), word("reason"))).or_default() +=
                        count;
                }
            }
        }
        for (sum, count) in &self.summed.clone() {
            let found = summed.remove(sum).unwrap_or_default();
            if found != *count {
                self.violate(format!("{sum:?}: {count} attempts and records of {found}"));
            }
        }
        for (sum, count) in summed {
            self.violate(format!("{sum:?}: no attempt and records of {count}"));
        }
        let unseen: Vec<_> = self.named.iter().filter(|(name, _)| !seen.contains(name)).collect();
        let cut = unseen.iter().filter(|(_, (end, _))| *end == End::Cut).count();
        let missing: Vec<String> = unseen
            .into_iter()
            .filter(|(_, (end, _))| *end != End::Cut)
            .map(|(name, _)| format!("{name:?} has no record"))
            .collect();
        self.violations.extend(missing);
        (records, stands_for, cut)
    }

    fn matches(&mut self, name: &Name, record: &Value, count: u64, first: bool) {
        let reason = record["reason"].as_str().unwrap_or_default();
        let problem = match self.named.get(name) {
            None => Some("nobody tried it".to_owned()),
            Some(_) if !first || count != 1 => Some("it is recorded twice".to_owned()),
            Some((End::Heard(heard), _)) if heard != reason => Some(format!("{heard} was heard")),
            Some((_, Some(id))) if record["request_id"] != **id => Some(format!("{id} was told")),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            self.violate(format!("{name:?}, {reason}: {problem}"));
        }
    }
}

/// The name of an attempt in its record.
fn name(record: &Value) -> Option<Name> {
    let tool = record["tool"].as_str()?;
    if tool.starts_with("nothing-") {
        return Some(Name::Called(tool.into()));
    }
    let caller = record["caller"].as_str()?.strip_prefix("caller-")?.parse().ok()?;
    let pad = record["arguments"]["fields"]["pad"]["len"].as_u64()?;
    Some(Name::Numbered(caller, usize::try_from(pad).ok()?))
}
