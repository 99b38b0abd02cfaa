//! Quantities of tokens and of cost, exact to the millionth.

use std::fmt;

const SCALE: u64 = 1_000_000;

/// Cost units, exact to the millionth.
///
/// ```
/// # use doorman::Units;
/// assert_eq!(Units::ONE.to_string(), "1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Units(u64);

impl Units {
    /// One.
    pub const ONE: Self = Self(SCALE);

    /// The most that can be written.
    pub(crate) const MOST: u64 = 1_000_000_000_000;

    /// Reads `12` or `0.25`; nothing but ASCII digits and one point between them.
    pub(crate) fn parse(text: &str) -> Result<Self, MalformedUnits> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if !digits(whole) || !digits(fraction) {
            return Err(MalformedUnits::NoNumber);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 6 {
            return Err(MalformedUnits::TooFine);
        }
        let millionths = format!("{fraction:0<6}").parse().unwrap_or(0);
        let whole = whole.parse().ok().filter(|whole: &u64| *whole <= Self::MOST);
        whole.map(|whole| Self(whole * SCALE + millionths)).ok_or(MalformedUnits::TooLarge)
    }

    /// `None` for what is negative, no number or too large. What is more than nothing stays so.
    pub(crate) fn from_f64(number: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "the bound is a power of ten")]
        let fits = (0.0..=Self::MOST as f64).contains(&number);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is not negative, and below 2^60"
        )]
        let millionths = (number * 1e6).round() as u64;
        fits.then(|| Self(millionths.max(u64::from(number > 0.0))))
    }

    pub(crate) const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    pub(crate) const fn millionths(self) -> u64 {
        self.0
    }

    /// To the hundredth, for people.
    pub(crate) fn rounded_down(self) -> Self {
        Self(self.0 - self.0 % (SCALE / 100))
    }

    /// As a number.
    ///
    /// ```
    /// # use doorman::Units;
    /// assert!((Units::ONE.as_f64() - 1.0).abs() < 1e-9);
    /// ```
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for people and records")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / SCALE, self.0 % SCALE);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{fraction:06}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// Why a text is no quantity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MalformedUnits {
    NoNumber,
    TooFine,
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_to_the_millionth() {
        let millionths = |text: &str| Units::parse(text).map(Units::millionths);
        assert_eq!(millionths("60"), Ok(60_000_000));
        assert_eq!(millionths("2.5"), Ok(2_500_000));
        assert_eq!(millionths("0.000001"), Ok(1));
        assert_eq!(millionths("1.50000000"), Ok(1_500_000));
        assert_eq!(millionths("1000000000000"), Ok(Units::MOST * SCALE));
        assert_eq!(millionths("0.0000001"), Err(MalformedUnits::TooFine));
        for large in ["1000000000001", "99999999999999999999"].map(str::to_owned) {
            assert_eq!(millionths(&large), Err(MalformedUnits::TooLarge));
        }
        for none in ["", ".", "5.", ".5", "-1", "+1", "1e3", "1_000", "٥", "1.2.3", "NaN", "inf"] {
            assert_eq!(millionths(none), Err(MalformedUnits::NoNumber), "{none}");
        }
    }

    #[test]
    fn a_number_that_is_no_cost_is_none() {
        for none in [-1.0, f64::NAN, f64::INFINITY, -0.1, 1e13] {
            assert_eq!(Units::from_f64(none), None, "{none}");
        }
        assert_eq!(Units::from_f64(0.0), Some(Units(0)));
        assert_eq!(Units::from_f64(0.1), Some(Units(100_000)));
        assert_eq!(Units::from_f64(1e-9), Some(Units(1)), "it is not free");
    }

    #[test]
    fn a_quantity_is_shown_as_it_is_written() {
        for text in ["0", "10", "2.5", "0.000001"] {
            assert_eq!(Units::parse(text).map(|units| units.to_string()).as_deref(), Ok(text));
        }
    }
}
