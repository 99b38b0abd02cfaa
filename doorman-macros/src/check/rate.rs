//! `rate = "5/min per_caller"` and `cost = 10`.

use proc_macro2::TokenStream;
use syn::{Lit, parse2};

use super::values::{self, Given};
use crate::{
    args::{Argument, Value},
    errors::Errors,
};

const EXAMPLE: &str = "5/min per_caller";

pub(super) fn rate(errors: &mut Errors, argument: Given<Argument>) -> Given<String> {
    argument.read(|argument| {
        let text = values::text(errors, &argument, EXAMPLE)?;
        match rates(&text.value()) {
            Ok(()) => Some(text.value()),
            Err((mistake, help)) => {
                errors.refuse(text, &mistake, &help);
                None
            }
        }
    })
}

/// Units as they are written, with no more than six decimals.
pub(super) fn cost(errors: &mut Errors, argument: Given<Argument>) -> Given<f64> {
    argument.read(|Argument { key, value }| {
        let tokens = values::tokens_or(&value, &key);
        let (mistake, help) = match &value {
            Value::Tokens(given) => match units(given) {
                Ok(units) => return Some(units),
                Err(wrong) => wrong,
            },
            Value::None | Value::Other(_) => NO_COST,
        };
        errors.refuse(tokens, mistake, help);
        None
    })
}

type Wrong = (&'static str, &'static str);

const NO_COST: Wrong =
    ("`cost` takes a number of cost units", "write it plainly, as in `cost = 10` or `cost = 0.5`");

fn units(tokens: &TokenStream) -> Result<f64, Wrong> {
    if tokens.to_string().starts_with('-') {
        return Err((
            "a cost below zero would give its caller more to spend",
            "write 0 for a call that costs nothing, or a number above it",
        ));
    }
    let digits = match parse2::<Lit>(tokens.clone()) {
        Ok(Lit::Int(number)) if number.suffix().is_empty() => number.to_string(),
        Ok(Lit::Float(number)) if number.suffix().is_empty() => number.to_string(),
        _ => return Err(NO_COST),
    };
    let digits = digits.replace('_', "");
    if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(NO_COST);
    }
    let fraction = digits.split_once('.').map_or("", |(_, fraction)| fraction);
    if fraction.trim_end_matches('0').len() > 6 {
        return Err(("this cost has more than six decimals", "round it"));
    }
    match digits.parse::<f64>() {
        Ok(units) if units <= MOST => Ok(units),
        _ => Err(("this cost is too large to be counted", "write at most 1000000000000")),
    }
}

const MOST: f64 = 1e12;

/// Holds a text against the grammar of rates; what is wrong, and what to write.
fn rates(text: &str) -> Result<(), (String, String)> {
    let mut rules = text.split(';').map(str::trim).filter(|rule| !rule.is_empty()).peekable();
    if rules.peek().is_none() {
        return Err((
            "this rate is blank".into(),
            format!("write one, as in `rate = \"{EXAMPLE}\"`"),
        ));
    }
    rules.try_for_each(one)
}

fn one(rule: &str) -> Result<(), (String, String)> {
    let wrong = |mistake: String, help: &str| Err((mistake, help.to_owned()));
    let Some((count, rest)) = rule.split_once('/') else {
        return wrong(
            format!("`{rule}` has no `/` between count and unit"),
            "write `COUNT/UNIT`, as in `5/min`",
        );
    };
    let count = count.trim();
    if count.is_empty() {
        return wrong("there is no count before `/`".into(), "write one, as in `5/min`");
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = count.split_once('.').unwrap_or((count, "0"));
    if !digits(whole) || !digits(fraction) {
        return wrong(
            format!("the count `{count}` is no plain number"),
            "write digits, as in `5/min`",
        );
    }
    if fraction.trim_end_matches('0').len() > 6 {
        return wrong(format!("the count `{count}` has more than six decimals"), "round it");
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 13 || whole.parse::<u64>().is_ok_and(|whole| whole > 1_000_000_000_000) {
        return wrong("this count is too large".into(), "write at most 1000000000000");
    }
    let mut words = rest.split_whitespace();
    let Some(unit) = words.next() else {
        return wrong(
            "there is no unit of time after `/`".into(),
            "write `s`, `min`, `h` or `d`, as in `5/min`",
        );
    };
    if !is_unit(unit) {
        return wrong(
            format!("`{unit}` is no unit of time"),
            "write `s`, `min`, `h` or `d`, as in `5/min`",
        );
    }
    let subject = words.next().unwrap_or("per_caller");
    if !["per_caller", "per_tool", "per_caller_tool"].contains(&&*subject.to_ascii_lowercase()) {
        return wrong(
            format!("`{subject}` is no subject of a rate"),
            "write `per_caller`, `per_tool`, `per_caller_tool` or nothing, which is `per_caller`",
        );
    }
    if let Some(more) = words.next() {
        return wrong(
            format!("`{more}` follows the subject"),
            "remove it, or write `;` before a second rate",
        );
    }
    if whole.is_empty() {
        let zero = fraction.bytes().all(|b| b == b'0');
        return if zero {
            wrong("a rate of zero would refuse every call".into(), "write a count above zero")
        } else {
            wrong(
                format!("a bucket of `{count}` never holds one call, so none would be admitted"),
                "write a longer unit, as in `30/min` for one call in two seconds",
            )
        };
    }
    Ok(())
}

fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 14] = [
        "s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "h", "hour", "hours",
        "d", "day", "days",
    ];
    UNITS.contains(&&*word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn the_vectors_shared_with_the_runtime_are_read_alike() {
        let vectors = include_str!("../../../tests/vectors/rates.txt");
        let vectors = vectors.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let mut read = 0;
        for line in vectors {
            let (verdict, text) = line.split_once(' ').unwrap_or((line, ""));
            assert_eq!(rates(text).is_ok(), verdict == "ok", "{text:?}");
            read += 1;
        }
        assert!(read > 60);
    }

    #[test]
    fn a_cost_is_a_plain_number() {
        let good = [
            (quote!(0), 0.0),
            (quote!(10), 10.0),
            (quote!(0.5), 0.5),
            (quote!(1_000), 1000.0),
            (quote!(1.0000000), 1.0),
            (quote!(1000000000000), 1e12),
        ];
        for (tokens, expected) in good {
            assert!(units(&tokens).is_ok_and(|units| (units - expected).abs() < 1e-9), "{tokens}");
        }
        for tokens in [
            quote!(-1),
            quote!(-0.5),
            quote!("10"),
            quote!(10u32),
            quote!(1.0f64),
            quote!(1e3),
            quote!(0x10),
            quote!(0b1),
            quote!(f64::NAN),
            quote!(5 + 5),
            quote!(0.0000001),
            quote!(1000000000001),
            quote!(99999999999999999999999999999999999999999),
            quote!(true),
            quote!(),
        ] {
            assert!(units(&tokens).is_err(), "{tokens}");
        }
    }
}
