//! What is known of the objects and arrays that are open.

use crate::redact::json::siblings::Range;
use crate::redact::{judge::Role, keys::Said};

use super::arrays::Takes;

/// An open object or array.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub(super) struct Frame {
    pub(super) is_array: bool,
    /// Whether its items are names of other things.
    pub(super) lists_names: bool,
    /// Whether its items are names and values of headers in turn.
    pub(super) lists_headers: bool,
    /// Whether the last item was an option, and its value comes next.
    pub(super) option: Option<Takes>,
    /// Whether no container is among them.
    pub(super) flat: bool,
    pub(super) has_key: bool,
    pub(super) role: Role,
    /// What holds for its members by what stands above them.
    pub(super) above: Above,
    pub(super) start: usize,
    /// How many values there were.
    pub(super) count: usize,
    /// The first and the second item of an array.
    pub(super) items: [Range; 2],
    pub(super) masked_keys: Option<Box<MaskedKeys>>,
}

/// What a key says of everything under it.
#[derive(Default, Clone, Copy)]
pub(super) struct Above {
    pub(super) masked: bool,
    /// How many digits a number has at most that stays all the same.
    pub(super) tally: u8,
    pub(super) said: Said,
}

/// The keys of an object that are not shown, and those that look like it already.
#[derive(Default)]
pub(super) struct MaskedKeys {
    pub(super) edits: Vec<usize>,
    pub(super) taken: Vec<u32>,
}
