//! `timeout = "5s"`.

use super::values::{self, Given};
use crate::{args::Argument, errors::Errors, handler::Function, tool::Kind};

pub(super) fn check(
    errors: &mut Errors,
    kind: Kind,
    function: &Function,
    argument: Given<Argument>,
) -> Given<u64> {
    argument.read(|argument| {
        // A handler without `async` is refused as such.
        if kind == Kind::Function && function.signature.asyncness.is_none() {
            errors.refuse(
                &argument.key,
                "a function without `async` cannot be interrupted, so a timeout would not hold",
                "make it `async`, or remove `timeout`",
            );
            return None;
        }
        let text = values::text(errors, &argument, "5s")?;
        match millis(&text.value()) {
            Ok(millis) => Some(millis),
            Err((mistake, help)) => {
                errors.refuse(text, mistake, help);
                None
            }
        }
    })
}

/// Milliseconds, or what is wrong and what to write.
fn millis(text: &str) -> Result<u64, (&'static str, &'static str)> {
    const HELP: &str = "write a whole number and `ms`, `s`, `m` or `h`, as in `timeout = \"5s\"`";
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(("a timeout starts with a whole number", HELP));
    }
    let unit = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "" => return Err(("this timeout has no unit", HELP)),
        _ => return Err(("a timeout is a whole number and a unit, and this is none", HELP)),
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)) {
        Some(0) => Err((
            "a timeout of zero would refuse every call",
            "write a longer one, or remove it for 30 seconds",
        )),
        Some(millis) => Ok(millis),
        None => Err(("this timeout is too long to be counted", "write a shorter one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_counted_in_milliseconds() {
        for (text, expected) in [
            ("1ms", 1),
            ("250ms", 250),
            ("5s", 5_000),
            ("2m", 120_000),
            ("2min", 120_000),
            ("1h", 3_600_000),
            ("30 s", 30_000),
            ("18446744073709551615ms", u64::MAX),
        ] {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "5",
            "s",
            "0s",
            "0ms",
            "-1s",
            "+1s",
            "1.5s",
            "1e3s",
            "5 days",
            "5S",
            "18446744073709551616ms",
            "18446744073709552s",
            "5s5s",
            " 5s",
            "٥s",
        ] {
            assert!(millis(text).is_err(), "{text}");
        }
    }
}
