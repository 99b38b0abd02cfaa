//! One sweep along a text: signs that something may begin with call the detectors, all else is passed over.

use super::{
    Hit, Kind, catalogue, custom, encoded, engine,
    judge::Judge,
    keys::{Hint, Said},
    mail, mask, numbers,
    pairs::{self, Ahead},
    secrets,
};

/// What a byte may be the beginning of, or a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Nothing,
    Digit,
    Capital,
    /// A part of a token that words do not have.
    Token,
    Dash,
    At,
    /// `:` and `=`.
    Pair,
    /// The end of a tag.
    Tag,
    /// `(` and `[`.
    Tuple,
    /// `|`.
    Bar,
    /// The first byte of `«`, among others.
    Guillemet,
}

static SIGNS: [Sign; 256] = signs();

const fn signs() -> [Sign; 256] {
    let mut signs = [Sign::Nothing; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        signs[byte as usize] = match byte {
            b'0'..=b'9' => Sign::Digit,
            b'A'..=b'Z' => Sign::Capital,
            b'_' | b'/' | b'+' | b'~' => Sign::Token,
            b'-' => Sign::Dash,
            b'@' => Sign::At,
            b':' | b'=' => Sign::Pair,
            b'>' => Sign::Tag,
            b'(' | b'[' => Sign::Tuple,
            b'|' => Sign::Bar,
            _ => Sign::Nothing,
        };
        byte += 1;
    }
    signs[0xC2] = Sign::Guillemet;
    signs
}

/// How many bytes are passed over at once.
pub(super) const BLOCK: usize = 32;

/// Whether nothing can begin in a block: it holds words of small letters, with capitals at their fronts
/// only. `before` is the same one byte earlier. `lines` says whether it may hold ends of lines.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without branches it runs on vectors")]
pub(super) fn is_plain(before: &[u8], block: &[u8], lines: bool) -> bool {
    let (Some(before), Some(block)) = (before.first_chunk::<BLOCK>(), block.first_chunk::<BLOCK>())
    else {
        return false;
    };
    let mut other = 0u8;
    for (before, byte) in before.iter().zip(block) {
        let small = byte.wrapping_sub(b'a') < 26;
        let capital = byte.wrapping_sub(b'A') < 26;
        let inside = (before | 0x20).wrapping_sub(b'a') < 26;
        let blank = *byte == b' ' || *byte == b',' || *byte == b'.' || *byte == b'\'';
        let line = lines & (*byte == b'\n');
        other |= u8::from(!(small | blank | line | (capital & !inside)));
    }
    other == 0
}

/// Looks at a text once; what was found comes in no order.
pub(super) fn sweep(judge: &Judge<'_>, text: &str, said: Said) -> Vec<Hit> {
    let mut sweep = Sweep {
        judge,
        text,
        bytes: text.as_bytes(),
        said,
        hits: Vec::new(),
        mails: Vec::new(),
        masks: Vec::new(),
        ahead: Ahead::default(),
        runs: 0,
        digits: 0,
        pairs: 0,
        keys: 0,
    };
    sweep.run();
    if !judge.rules.kinds.is_empty() {
        catalogue::scan(text, judge.rules.kinds, said.told, &mut sweep.hits);
    }
    custom::scan(judge.rules, text, said.own, &mut sweep.hits);
    sweep.done()
}

struct Sweep<'a> {
    judge: &'a Judge<'a>,
    text: &'a str,
    bytes: &'a [u8],
    said: Said,
    hits: Vec<Hit>,
    mails: Vec<Hit>,
    /// Where masks stand already.
    masks: Vec<(usize, usize)>,
    ahead: Ahead,
    /// How far tokens, groups of digits, values of keys and private keys were read: nothing is read twice.
    runs: usize,
    digits: usize,
    pairs: usize,
    keys: usize,
}

impl Sweep<'_> {
    fn run(&mut self) {
        let bytes = self.bytes;
        let mut at = 0;
        while at < bytes.len() {
            while at > 0 && is_plain(&bytes[at - 1..], &bytes[at..], true) {
                at += BLOCK;
            }
            let stop = bytes.len().min(at + BLOCK);
            while at < stop {
                let sign = SIGNS[usize::from(bytes[at])];
                if sign != Sign::Nothing {
                    self.look(sign, at);
                }
                at += 1;
            }
        }
    }

    fn look(&mut self, sign: Sign, at: usize) {
        match sign {
            Sign::Digit => {
                if at >= self.digits {
                    let only = self.judge.rules.only;
                    self.digits = numbers::at(self.text, at, self.said.hint, only, &mut self.hits);
                }
                self.token(at);
            }
            Sign::Capital if at > 0 && self.bytes[at - 1].is_ascii_alphabetic() => {
                self.token(at);
                if self.bytes[at..].get(1..3) == Some(b" '") {
                    self.pair(at, |sweep| pairs::at_statement(sweep.text, at, &mut sweep.hits));
                }
            }
            Sign::Token => self.token(at),
            Sign::Dash => {
                self.token(at);
                self.dash(at);
            }
            Sign::At => {
                if let Some((start, end)) = mail::around(self.text, at) {
                    self.mails.push(Hit { start, end, kind: Kind::Email });
                }
            }
            Sign::Pair => {
                if self.bytes[at] == b':' {
                    secrets::behind_number(self.text, at, &mut self.hits);
                } else {
                    self.token(at);
                }
                self.pair(at, |sweep| {
                    pairs::at_sign(sweep.text, at, sweep.judge, &mut sweep.ahead, &mut sweep.hits)
                });
            }
            Sign::Tag => {
                self.pair(at, |sweep| pairs::at_tag(sweep.text, at, sweep.judge, &mut sweep.hits));
            }
            Sign::Tuple => {
                self.pair(at, |sweep| {
                    pairs::at_tuple(sweep.text, at, sweep.judge, &mut sweep.hits)
                });
            }
            Sign::Bar => secrets::behind_number(self.text, at, &mut self.hits),
            Sign::Guillemet => {
                let length = mask::length(&self.text[at..]);
                if length > 0 {
                    self.masks.push((at, at + length));
                }
            }
            Sign::Nothing | Sign::Capital => {}
        }
    }

    /// Reads the value that a sign announces, where it is in no value itself.
    fn pair(&mut self, at: usize, read: impl FnOnce(&mut Self) -> usize) {
        if at >= self.pairs {
            self.pairs = self.pairs.max(read(self));
        }
    }

    fn dash(&mut self, at: usize) {
        self.pair(at, |sweep| pairs::at_option(sweep.text, at, sweep.judge, &mut sweep.hits));
        if at >= self.keys && self.bytes[at..].starts_with(b"----") {
            self.keys = secrets::private_key(self.text, at, &mut self.hits);
        }
    }

    /// Looks at the run of signs of tokens that a place is in.
    #[inline]
    fn token(&mut self, at: usize) {
        if at >= self.runs {
            self.run_around(at);
        }
    }

    fn run_around(&mut self, at: usize) {
        let (start, end) = secrets::run(self.bytes, self.runs, at);
        self.runs = end;
        pairs::at_run(self.text, start, end, self.judge, &mut self.hits);
        if end - start >= secrets::SHORTEST {
            secrets::in_run(self.text, start, end, &mut self.hits);
            self.encoded(start, end);
        }
    }

    /// Reads base64 of a text, and masks it whole where there is something to mask in it.
    fn encoded(&mut self, start: usize, end: usize) {
        if end - start < encoded::SHORTEST {
            return;
        }
        for piece in encoded::pieces(self.bytes, start, end) {
            let text = encoded::text(&self.bytes[piece.clone()]);
            if self.said.hint == Hint::Credentials && encoded::is_user_and_password(&text) {
                let kind = Kind::Authorization;
                self.hits.push(Hit { start: piece.start, end: piece.end, kind });
                continue;
            }
            let found = self.judge.inside(|| engine::plain(self.judge, &text, Said::NOTHING));
            if let Some(first) = found.and_then(|edits| edits.into_iter().next()) {
                self.hits.push(Hit { start: piece.start, end: piece.end, kind: first.kind });
            }
        }
    }

    /// What is left of it: without kinds that nobody asked for, and without what is masked already.
    fn done(self) -> Vec<Hit> {
        let Self { judge, mut hits, mut mails, masks, .. } = self;
        if hits.is_empty() && mails.is_empty() {
            return hits;
        }
        let wanted = |hit: &Hit| {
            let mask = masks.partition_point(|(start, _)| *start <= hit.start);
            let within = mask.checked_sub(1).is_some_and(|mask| hit.end <= masks[mask].1);
            judge.rules.only.has(hit.kind) && !within
        };
        hits.retain(wanted);
        mails.retain(wanted);
        let mut hits = merged(hits);
        if !mails.is_empty() {
            // `user:password@host` is no address: its password is masked already.
            mails.retain(|mail| {
                let next = hits.partition_point(|hit| hit.end <= mail.start);
                hits.get(next).is_none_or(|hit| hit.start >= mail.end)
            });
            hits.append(&mut mails);
            hits = merged(hits);
        }
        hits
    }
}

/// In order, and what overlaps as one, of the kind of what begins first.
pub(super) fn merged(mut hits: Vec<Hit>) -> Vec<Hit> {
    if hits.len() < 2 {
        return hits;
    }
    hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
    hits.dedup_by(|next, last| {
        let overlap = next.start < last.end;
        if overlap {
            last.end = last.end.max(next.end);
        }
        overlap
    });
    hits
}
