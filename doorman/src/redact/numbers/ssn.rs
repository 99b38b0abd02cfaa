//! US social security numbers, and those of individual taxpayers.

use super::{Hint, Numbers, Shape, Side};

impl Numbers<'_> {
    pub(super) fn ssn(&self, hint: Hint) -> Option<usize> {
        let known = hint == Hint::Ssn;
        if known && self.length(0) == 9 && self.ends(1, Side::Free) {
            return Some(1);
        }
        let left = self.groups.len() - self.first;
        if known && let Some(count) = (2..=left.min(4)).find(|count| self.total(*count) == 9) {
            return self.ends(count, Side::Free).then_some(count);
        }
        if hint == Hint::Other
            || !self.has(const { Shape::of(&[3, 2, 4]) })
            || !self.even(3)
            || !self.ends(3, Side::Free)
        {
            return None;
        }
        let parted = match self.gap(0) {
            "-" => true,
            " " => self.alone(3),
            _ => false,
        };
        let number = |at: usize| {
            let (start, end) = self.groups[self.first + at];
            self.text[start..end].parse::<u16>().unwrap_or_default()
        };
        (parted && is_ssn(number(0), number(1), number(2))).then_some(3)
    }
}

/// Areas and groups that are given out, and those of individual taxpayer numbers.
fn is_ssn(area: u16, group: u16, serial: u16) -> bool {
    let taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    let person = !matches!(area, 0 | 666 | 900..) && group != 0;
    serial != 0 && (person || taxpayer)
}
