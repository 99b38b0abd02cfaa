//! Arrays whose items tell of each other: pairs, headers, arguments, and cards in pieces.

use crate::redact::{
    Kind,
    json::{scalars::card_in_pieces, siblings::names_second},
    judge::Judge,
    keys::Verdict,
};

use super::{Walker, frames::Frame, quoted};

/// What an option of a command line takes.
#[derive(Clone, Copy)]
pub(in crate::redact) enum Takes {
    Secret,
    /// `user:password`.
    User,
}

impl Walker<'_, '_> {
    pub(super) fn close_array(&mut self, frame: &Frame) {
        self.judge_pair(frame);
        let raw = &self.text[frame.start..self.at];
        if !frame.flat || !(3..=5).contains(&frame.count) || raw.len() > 256 || frame.above.masked {
            return;
        }
        for (start, end) in card_in_pieces(raw).into_iter().flatten() {
            self.edits.push(quoted(frame.start + start, frame.start + end, Kind::Card));
        }
    }

    /// Masks the second of two items where the first is its name.
    pub(super) fn judge_pair(&mut self, frame: &Frame) {
        let [first, second] = frame.items.map(|(start, end)| &self.text[start..end]);
        let pair = frame.count == 2 && !frame.lists_names && !frame.above.masked;
        if pair && first.starts_with('"') && names_second(self.judge, first, second) {
            self.mask_named(frame.items[1]);
        }
    }

    /// Whether an item is what the option before it takes: `["--password", "…"]`.
    pub(super) fn take_option(&mut self, start: usize, end: usize) -> bool {
        let Some(frame) = self.frames.last_mut().filter(|frame| frame.is_array) else {
            return false;
        };
        let raw = &self.text[start + 1..end - 1];
        let before = frame.option.take();
        if raw.starts_with('-') {
            frame.option = takes(self.judge, raw);
            return false;
        }
        match before {
            Some(Takes::Secret) => true,
            Some(Takes::User) => raw.contains(':'),
            None => false,
        }
    }

    /// Whether a number or word is what the option before it takes; `null` is nothing.
    pub(super) fn takes_number(&mut self, start: usize) -> bool {
        let is_null = self.bytes[start] == b'n';
        let frame = self.frames.last_mut().filter(|frame| frame.is_array && !is_null);
        matches!(frame.and_then(|frame| frame.option.take()), Some(Takes::Secret))
    }

    /// Takes the name of a header; the next item is its value.
    pub(super) fn take_header(&mut self, start: usize, end: usize) {
        let Some(frame) = self.frames.last_mut().filter(|frame| frame.lists_headers) else {
            return;
        };
        if frame.count % 2 == 1 {
            frame.above.masked = self.judge.name(&self.text[start + 1..end - 1]) == Verdict::Secret;
        } else {
            frame.above.masked = false;
        }
    }
}

/// What an option takes.
pub(in crate::redact) fn takes(judge: &Judge<'_>, option: &str) -> Option<Takes> {
    if matches!(option, "-u" | "--user") {
        return Some(Takes::User);
    }
    let name = option.trim_start_matches('-');
    // One that holds its value, masked or not, takes no other.
    let secret = !name.contains(['=', '«']) && judge.name(name) == Verdict::Secret;
    secret.then_some(Takes::Secret)
}
