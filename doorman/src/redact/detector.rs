//! Detectors of the user: a pattern, and what has to hold beside it.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::error::Error;

use super::{keys, kinds::NAMES, shown};

/// A detector of one's own: a regular expression under a name, which becomes the kind of what it finds.
///
/// It looks at texts, at the strings of documents and at their keys, as a reader would take them (escapes
/// undone, full-width forms and the like in ASCII). What it matches is masked from its first to its last
/// byte. Patterns are those of the crate `regex`, case-sensitive unless they say `(?i)`; a match of more than
/// a thousand bytes may be missed.
///
/// ```
/// use doorman::{Detector, Redactor};
///
/// let badge = Detector::pattern("employee_id", r"\bEMP-\d{6}\b")?;
/// // A bare number is one only beside a word, in the key or in the 40 bytes before.
/// let ticket = Detector::pattern("ticket", r"\b\d{8}\b")?
///     .words(["ticket", "service request"])?
///     .check(|digits| digits.bytes().map(|digit| u32::from(digit - b'0')).sum::<u32>() % 7 == 0);
/// let redactor = Redactor::new().with_detectors([badge, ticket])?;
/// let redacted = redactor.text("EMP-204611 opened ticket 00000007, and then 00000014");
/// assert_eq!(redacted.content(), "«redacted» opened ticket «redacted», and then 00000014");
/// # Ok::<(), doorman::Error>(())
/// ```
///
/// A configuration holds it as a map:
///
/// ```
/// let badge: doorman::Detector = serde_json::from_str(
///     r#"{"name": "employee_id", "pattern": "EMP-[0-9]{6}", "words": ["badge"]}"#,
/// )?;
/// assert_eq!(badge.name(), "employee_id");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Detector {
    name: Box<str>,
    pub(super) pattern: Regex,
    pub(super) check: Option<fn(&str) -> bool>,
    /// Phrases of which one has to be there; empty where none has to.
    pub(super) words: Vec<Vec<String>>,
}

impl Detector {
    /// A detector for what a pattern matches.
    ///
    /// ```
    /// # use doorman::Detector;
    /// assert!(Detector::pattern("employee_id", r"\bEMP-\d{6}\b").is_ok());
    /// assert!(Detector::pattern("email", r"\bEMP-\d{6}\b").is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that is not `[a-z][a-z0-9_]{0,31}` or is that of one of doorman's own
    /// kinds, and for a pattern that is malformed, too large, or matches where nothing is.
    pub fn pattern(name: &str, pattern: &str) -> Result<Self, Error> {
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
        let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if !starts || name.len() > 32 || !name.bytes().all(rest) {
            return refused(
                format!("has the malformed name \"{}\"", shown(name)),
                "a small letter, and up to 31 small letters, digits and `_`",
            );
        }
        // `«redacted»` is the mask of all kinds.
        if NAMES.contains(&name) || name == "redacted" {
            return refused(format!("has the name \"{name}\", which is taken"), "another name");
        }
        let compiled = compiled(pattern).map_err(|problem| Error::Setting {
            setting: SETTING,
            problem: format!("has a pattern in \"{name}\" {problem}"),
            allowed: "a regular expression of the crate `regex`, of 1024 bytes at most, that matches one \
                      character or more",
        })?;
        Ok(Self { name: name.into(), pattern: compiled, check: None, words: Vec::new() })
    }

    /// What has to hold of a match beside the pattern: a checksum, say. It must not panic.
    ///
    /// ```
    /// # use doorman::{Detector, Redactor};
    /// let even = Detector::pattern("room", r"\bR\d{3}\b")?.check(|room| room.ends_with(['0', '2', '4', '6', '8']));
    /// let redactor = Redactor::new().with_detectors([even])?;
    /// assert_eq!(redactor.text("R101, R102").content(), "R101, «redacted»");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn check(self, check: fn(&str) -> bool) -> Self {
        Self { check: Some(check), ..self }
    }

    /// Words or phrases of which one has to be there: in the key, or in the 40 bytes before. However they
    /// are spelt: `service request` is also `serviceRequest`.
    ///
    /// ```
    /// # use doorman::{Detector, Redactor};
    /// let room = Detector::pattern("room", r"\b\d{3}\b")?.words(["room"])?;
    /// let redactor = Redactor::new().with_detectors([room])?;
    /// assert_eq!(redactor.text("in room 101").content(), "in room «redacted»");
    /// assert_eq!(redactor.text("in line 101").content(), "in line 101");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a word without letters and digits.
    pub fn words(
        mut self,
        words: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, Error> {
        for word in words {
            let phrase = keys::words(word.as_ref());
            if phrase.is_empty() {
                let problem = format!("has a blank word in \"{}\"", self.name);
                return refused(problem, "words of letters and digits");
            }
            self.words.push(phrase);
        }
        Ok(self)
    }

    /// Its name, which is that of its kind.
    ///
    /// ```
    /// assert_eq!(doorman::Detector::pattern("employee_id", "EMP-[0-9]{6}")?.name(), "employee_id");
    /// # Ok::<(), doorman::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether these words tell of it.
    pub(super) fn is_told_by(&self, words: &[String]) -> bool {
        self.words.iter().any(|phrase| words.windows(phrase.len()).any(|words| words == phrase))
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Detector");
        shown.field("name", &self.name).field("pattern", &self.pattern.as_str());
        shown.field("words", &self.words).field("check", &self.check.is_some()).finish()
    }
}

/// A detector as a configuration holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    pattern: String,
    #[serde(default)]
    words: Vec<String>,
}

impl TryFrom<Written> for Detector {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        Self::pattern(&written.name, &written.pattern)?.words(written.words)
    }
}

const SETTING: &str = "redact_detectors";

fn refused<T>(problem: String, allowed: &'static str) -> Result<T, Error> {
    Err(Error::Setting { setting: SETTING, problem, allowed })
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    const LONGEST: usize = 1024;
    const SIZE: usize = 1 << 20;
    if pattern.len() > LONGEST {
        return Err(format!("of {} bytes", pattern.len()));
    }
    let mut builder = RegexBuilder::new(pattern);
    let compiled = builder.size_limit(SIZE).dfa_size_limit(SIZE).nest_limit(64).build();
    let compiled = compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "that becomes too large".to_owned(),
        error => {
            let words = error.to_string();
            let last = words.lines().last().unwrap_or_default();
            format!("that is malformed ({})", shown(last.trim_start_matches("error: ")))
        }
    })?;
    let somewhere = ["", "a 0", "-\n«é»_"];
    let is_empty = |text| compiled.find_iter(text).any(|found| found.is_empty());
    if somewhere.into_iter().any(is_empty) {
        return Err("that matches where nothing is".into());
    }
    Ok(compiled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mask, Redactor};

    fn error(name: &str, pattern: &str) -> String {
        Detector::pattern(name, pattern).unwrap_err().to_string()
    }

    #[test]
    fn a_bad_name_or_pattern_is_refused_with_the_name_of_the_setting() {
        for name in ["", "Badge", "9x", "a-b", "é", "a234567890123456789012345678901234"] {
            let error = error(name, "x");
            assert!(error.starts_with("`redact_detectors` has the malformed name"), "{error}");
        }
        for name in ["email", "key", "declared", "redacted"] {
            assert!(error(name, "x").contains("which is taken"));
        }
        assert!(error("own", "(x").contains("in \"own\" that is malformed (unclosed group)"));
        for pattern in ["", "x*", "|x", r"\b", "^", "$", "x?", r"\w*", "(?:)"] {
            assert!(error("own", pattern).contains("matches where nothing is"), "{pattern}");
        }
        for pattern in [r"\w{5000}", "(?:[a-z]{100}){100}{10}"] {
            assert!(error("own", pattern).contains("too large"), "{pattern}");
        }
        assert!(error("own", &"x".repeat(1025)).contains("of 1025 bytes"));
        assert!(Detector::pattern("own", "x").unwrap().words(["-"]).is_err());
    }

    #[test]
    fn a_configuration_is_checked_alike() {
        let read = |text: &str| serde_json::from_str::<Detector>(text).map_err(|e| e.to_string());
        assert!(read(r#"{"name": "own", "pattern": "x+"}"#).is_ok());
        assert!(
            read(r#"{"name": "own", "pattern": "x*"}"#).unwrap_err().contains("redact_detectors")
        );
        assert!(read(r#"{"name": "own", "pattern": "x", "check": 1}"#).is_err());
    }

    #[test]
    fn it_looks_at_texts_values_and_keys_as_a_reader_would() {
        let badge = Detector::pattern("badge", r"\bEMP-\d{6}\b").unwrap();
        let redactor =
            Redactor::new().with_detectors([badge]).unwrap().masked(Mask::Typed).unwrap();
        for (document, expected) in [
            (r#"{"a": "EMP-204611, EMP-2046110"}"#, r#"{"a": "«badge», EMP-2046110"}"#),
            (r#"{"EMP-204611": 1, "EMP-204612": 2}"#, r#"{"«badge»": 1, "«badge 2»": 2}"#),
            (r#"["\u0045MP-204611", "EMP-２０４６１１"]"#, r#"["«badge»", "«badge»"]"#),
            (r#""{\"a\": \"EMP-204611\"}""#, r#""{\"a\": \"«badge»\"}""#),
        ] {
            let redacted = redactor.json(document.as_bytes());
            assert_eq!(String::from_utf8_lossy(redacted.content()), expected);
            let counts = redacted.redactions().iter().collect::<Vec<_>>();
            assert_eq!(counts.len(), 1);
            assert_eq!(counts[0].0, "badge");
        }
    }

    #[test]
    fn a_word_in_the_key_or_before_tells_of_it() {
        let ticket = Detector::pattern("ticket", r"\b\d{4}\b").unwrap();
        let ticket = ticket.words(["ticket", "Service-Request"]).unwrap();
        let redactor = Redactor::new().with_detectors([ticket]).unwrap();
        for (document, masked) in [
            (r#"{"ticketId": "1234"}"#, true),
            (r#"{"service_request": {"value": "was 1234"}}"#, true),
            (r#"{"name": "ticket", "value": "1234"}"#, true),
            (r#"{"ticketing": "1234"}"#, false),
            (r#"{"a": "service request 1234"}"#, true),
            (r#"{"a": "1234 ticket"}"#, false),
            (r#"{"a": "ticket, which was opened by somebody else: 1234"}"#, false),
            (r#"{"a": "tickettick-tickettick-tickettick-tickt 1234"}"#, false),
        ] {
            let redacted = redactor.json(document.as_bytes());
            assert_eq!(redacted.redactions().total() > 0, masked, "{document}");
        }
    }

    #[test]
    fn two_of_one_name_and_too_many_are_refused() {
        let own = |n: usize| Detector::pattern(&format!("own_{n}"), "x").unwrap();
        let error = Redactor::new().with_detectors([own(1), own(1)]).unwrap_err().to_string();
        assert!(
            error.starts_with("`redact_detectors` has two detectors named \"own_1\""),
            "{error}"
        );
        assert!(Redactor::new().with_detectors((0..64).map(own)).is_ok());
        assert!(Redactor::new().with_detectors((0..65).map(own)).is_err());
    }

    #[test]
    fn only_some_may_be_looked_for() {
        let own = |name| Detector::pattern(name, &format!("{name}!")).unwrap();
        let redactor = Redactor::new().with_detectors([own("a"), own("b")]).unwrap();
        let only = redactor.only(["b"]).unwrap();
        assert_eq!(only.text("a! b! x@example.com").content(), "a! «redacted» x@example.com");
        let later = only.with_detectors([own("c")]).unwrap();
        assert_eq!(later.text("a! b! c!").content(), "a! «redacted» «redacted»");
    }
}
