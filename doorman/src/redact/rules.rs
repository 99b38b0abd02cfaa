//! What an engine needs to know, and what it finds.

use super::{
    catalogue,
    detector::Detector,
    keys,
    kinds::{Kind, Kinds, Names},
};

/// The keys of the user, and the detectors that are on beside those that always are.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) patterns: Vec<keys::Pattern>,
    pub(super) kinds: catalogue::Set,
    /// What is masked at all.
    pub(super) only: Kinds,
    /// The user's own, each of the kind of its place.
    pub(super) custom: Vec<Detector>,
    pub(super) names: Names,
    /// Whether a container under a sensitive key is masked as one.
    pub(super) whole: bool,
}

impl Rules {
    pub(super) fn matches(&self, above: &[keys::Key], key: &keys::Key) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(above, key))
    }

    /// How many keys the longest pattern tells of.
    pub(super) fn longest(&self) -> usize {
        self.patterns.iter().map(keys::Pattern::length).max().unwrap_or(1)
    }

    /// Whether no pattern fits in a text of this length.
    pub(super) fn too_short(&self, text: &str) -> bool {
        let least = match (self.custom.is_empty(), self.kinds.is_empty()) {
            (false, _) => 1,
            (true, false) => 3,
            (true, true) => 6,
        };
        text.len() < least
    }

    /// Whether nobody asked for more kinds than those that are always on.
    pub(super) fn is_default(&self) -> bool {
        self.kinds.is_empty() && self.custom.is_empty()
    }

    pub(super) fn has_paths(&self) -> bool {
        self.longest() > 1
    }
}

/// A place in a text that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}
