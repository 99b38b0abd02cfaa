//! The grammar of rates and budgets: `COUNT/UNIT [subject]; …`. The attribute reads it too; both are
//! held against one file of vectors.

use crate::{
    bucket::{Limit, Nanos},
    units::{MalformedUnits, Units},
};

/// What is counted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// One caller, all tools.
    Caller,
    /// One tool, all callers.
    Tool,
    /// One caller on one tool.
    CallerTool,
}

/// One rule: so much in so long, of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) limit: Limit,
    pub(crate) subject: Subject,
}

/// What a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Calls, each as one.
    Calls,
    /// The cost units of calls.
    Cost,
}

/// The rules of a text.
pub(crate) const ALLOWED: &str = "`COUNT/UNIT SUBJECT`, several with `;` between them: a count such as `60`, one of \
     `s`, `min`, `h`, `d`, and `per_caller`, `per_tool`, `per_caller_tool` or nothing, as in \
     `60/min per_caller; 10/min per_caller_tool`";

/// Reads `60/min per_caller; 10/min per_caller_tool`; without a subject, `per_caller`.
///
/// # Errors
/// What is wrong, with the words that are.
pub(crate) fn parse(text: &str, counts: Counts) -> Result<Vec<Rate>, String> {
    let rules = text.split(';').map(str::trim).filter(|rule| !rule.is_empty());
    let rates: Vec<Rate> = rules
        .map(|rule| {
            one(rule, counts).map_err(|problem| format!("holds `{}`: {problem}", shown(rule)))
        })
        .collect::<Result<_, _>>()?;
    if rates.is_empty() { Err("holds no rate".into()) } else { Ok(rates) }
}

fn one(rule: &str, counts: Counts) -> Result<Rate, &'static str> {
    let (count, rest) = rule.split_once('/').ok_or("there is no `/` between count and unit")?;
    let most = Units::parse(count.trim()).map_err(|malformed| match malformed {
        MalformedUnits::NoNumber => "the count is no plain number",
        MalformedUnits::TooFine => "the count has more than six decimals",
        MalformedUnits::TooLarge => "the count is too large",
    })?;
    let mut words = rest.split_whitespace();
    let window = window(words.next().unwrap_or_default()).ok_or("that is no unit of time")?;
    let subject =
        words.next().map_or(Some(Subject::Caller), subject).ok_or("that is no subject")?;
    if words.next().is_some() {
        return Err("something follows the subject");
    }
    match counts {
        _ if most == Units::default() => Err("zero would refuse every call"),
        Counts::Calls if most < Units::ONE => {
            Err("less than one call can never be made: write a longer unit, as in `30/min`")
        }
        _ => Ok(Rate { limit: Limit::new(most, window), subject }),
    }
}

fn window(unit: &str) -> Option<Nanos> {
    const SECOND: Nanos = 1_000_000_000;
    Some(match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" | "seconds" => SECOND,
        "m" | "min" | "minute" | "minutes" => 60 * SECOND,
        "h" | "hour" | "hours" => 3_600 * SECOND,
        "d" | "day" | "days" => 86_400 * SECOND,
        _ => return None,
    })
}

fn subject(word: &str) -> Option<Subject> {
    Some(match word.to_ascii_lowercase().as_str() {
        "per_caller" => Subject::Caller,
        "per_tool" => Subject::Tool,
        "per_caller_tool" => Subject::CallerTool,
        _ => return None,
    })
}

/// A piece of a setting as it may stand in a message.
fn shown(rule: &str) -> String {
    rule.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_shared_with_the_attribute_are_read_alike() {
        let vectors = include_str!("../../tests/vectors/rates.txt");
        let vectors = vectors.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let mut read = 0;
        for line in vectors {
            let (verdict, text) = line.split_once(' ').unwrap_or((line, ""));
            let good = |counts| parse(text, counts).is_ok();
            assert_eq!(good(Counts::Calls), verdict == "ok", "{text:?}");
            assert_eq!(good(Counts::Cost), verdict != "bad", "{text:?} of a budget");
            read += 1;
        }
        assert!(read > 60);
    }

    #[test]
    fn a_rule_is_what_was_written() {
        let limit = |count: &str, seconds: Nanos| {
            Limit::new(Units::parse(count).unwrap(), seconds * 1_000_000_000)
        };
        let rate = |limit, subject| Rate { limit, subject };
        assert_eq!(
            parse(" 60/MIN ; 10 / h Per_Tool;;2.5/days per_caller_tool;", Counts::Calls),
            Ok(vec![
                rate(limit("60", 60), Subject::Caller),
                rate(limit("10", 3600), Subject::Tool),
                rate(limit("2.5", 86_400), Subject::CallerTool),
            ])
        );
    }

    #[test]
    fn a_mistake_is_shown_with_the_words_that_are_wrong() {
        let mistake = |text| parse(text, Counts::Calls).unwrap_err();
        assert_eq!(mistake("60/min; 10/decade"), "holds `10/decade`: that is no unit of time");
        assert_eq!(mistake(" ; "), "holds no rate");
        assert!(mistake(&"9".repeat(400)).len() < 120);
    }
}
