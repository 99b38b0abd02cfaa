//! Redaction: secrets and personal data are masked in what a tool answers, everything else stays as it is.

mod catalogue;
mod coded;
mod custom;
mod declared;
mod detector;
mod encoded;
mod engine;
mod fold;
mod json;
mod judge;
mod keys;
mod kinds;
mod log;
mod mail;
mod mask;
mod numbers;
mod pairs;
mod pseudonym;
mod published;
mod redacted;
mod redactor;
mod remembered;
mod report;
mod rounds;
mod rules;
mod secrets;
mod settings;
mod shapes;
mod style;
mod sweep;
mod whole;
mod wrappers;

#[cfg(test)]
use self::kinds::NAMES;
use self::{
    kinds::Kind,
    mask::MASK,
    rules::{Hit, Rules},
};

pub use self::{
    detector::Detector,
    log::LogFields,
    redacted::{Redacted, Redactions},
    redactor::Redactor,
    report::Span,
    settings::Containers,
    style::Mask,
    wrappers::{Pii, Secret},
};

/// A word of a configuration as an error shows it.
fn shown(word: &str) -> String {
    word.chars().take(64).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;
