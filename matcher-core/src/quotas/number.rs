//! Exact numbers of quotas: decimals as people write them, shares of whole numbers, and how they are rounded.
//!
//! No float takes part: 33.3 % is 333/1000, and 33.3 % of 10 is 3.33, never 3.3299999.

use serde::Serialize;

/// A non-negative decimal number, `digits` / 10^`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i64,
    scale: u32,
}

/// Most digits that are read, so that every product below fits 128 bits.
const MOST_DIGITS: usize = 15;

impl Decimal {
    /// Reads digits with one optional decimal point or comma; `None` for anything else, signs and exponents included.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let ends_in_point = text.trim().ends_with(['.', ',']);
        if whole.is_empty() || ends_in_point || !digits(whole) || !digits(part) || whole.len() + part.len() > MOST_DIGITS {
            return None;
        }
        Some(Self { digits: format!("{whole}{part}").parse().ok()?, scale: part.len() as u32 })
    }

    /// As a count.
    pub(super) fn count(self) -> Fraction {
        Fraction::new(self.digits.into(), 10i128.pow(self.scale))
    }

    /// As per cent, a share of 1.
    pub(super) fn per_cent(self) -> Fraction {
        Fraction::new(self.digits.into(), 100 * 10i128.pow(self.scale))
    }
}

/// A non-negative fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fraction {
    /// Above the line.
    pub numerator: i128,
    /// Below the line, at least 1.
    pub denominator: i128,
}

impl Fraction {
    /// `numerator` / `denominator` in lowest terms; a denominator below 1 counts as 1.
    pub(super) fn new(numerator: i128, denominator: i128) -> Self {
        let denominator = denominator.max(1);
        let (mut a, mut b) = (numerator.max(0), denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let common = a.max(1);
        Self { numerator: numerator.max(0) / common, denominator: denominator / common }
    }

    /// This share of `whole`.
    pub(super) fn of(self, whole: i64) -> Self {
        Self::new(self.numerator * i128::from(whole.max(0)), self.denominator)
    }

    /// True above 1.
    pub(super) fn exceeds_one(self) -> bool {
        self.numerator > self.denominator
    }

    /// The whole number below or equal.
    pub(super) fn floor(self) -> i64 {
        clamp(self.numerator / self.denominator)
    }

    /// The whole number above or equal.
    pub(super) fn ceil(self) -> i64 {
        clamp((self.numerator + self.denominator - 1) / self.denominator)
    }

    /// The nearest whole number, halves to the even one.
    pub(super) fn half_even(self) -> i64 {
        let (whole, rest) = (self.numerator / self.denominator, 2 * (self.numerator % self.denominator));
        let up = rest > self.denominator || (rest == self.denominator && whole % 2 == 1);
        clamp(whole + i128::from(up))
    }
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// How a bound that is no whole number becomes one.
///
/// | | minimum | maximum | target |
/// |---|---|---|---|
/// | `legal` | up | down | both neighbours are on target |
/// | `outward` | down | up | both neighbours are on target |
/// | `nearest` | half-even | half-even | half-even |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// The bound is met in full: what the law asks for is never rounded away.
    Legal,
    /// The bound never asks for more than is written: a wish is not made stricter by rounding.
    Outward,
    /// The nearest whole number, halves to the even one.
    Nearest,
}

impl Rounding {
    pub(super) fn min(self, bound: Fraction) -> i64 {
        match self {
            Self::Legal => bound.ceil(),
            Self::Outward => bound.floor(),
            Self::Nearest => bound.half_even(),
        }
    }

    pub(super) fn max(self, bound: Fraction) -> i64 {
        match self {
            Self::Legal => bound.floor(),
            Self::Outward => bound.ceil(),
            Self::Nearest => bound.half_even(),
        }
    }

    /// Lowest and highest count that lie on the target.
    pub(super) fn target(self, bound: Fraction) -> (i64, i64) {
        match self {
            Self::Legal | Self::Outward => (bound.floor(), bound.ceil()),
            Self::Nearest => (bound.half_even(), bound.half_even()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FAULTS 65 and 75. Written, of how many, (legal, outward, nearest) as (min, max) each, target.
    type Golden = (&'static str, i64, [(i64, i64); 3], (i64, i64));

    #[test]
    fn rounding_of_shares() {
        let golden: [Golden; 12] = [
            ("33.3", 10, [(4, 3), (3, 4), (3, 3)], (3, 4)),
            ("33,3", 10, [(4, 3), (3, 4), (3, 3)], (3, 4)),
            ("33.333", 3000, [(1000, 999), (999, 1000), (1000, 1000)], (999, 1000)),
            ("25", 84, [(21, 21), (21, 21), (21, 21)], (21, 21)),
            ("25", 10, [(3, 2), (2, 3), (2, 2)], (2, 3)),
            ("35", 10, [(4, 3), (3, 4), (4, 4)], (3, 4)),
            ("0", 10, [(0, 0), (0, 0), (0, 0)], (0, 0)),
            ("100", 10, [(10, 10), (10, 10), (10, 10)], (10, 10)),
            ("100", 0, [(0, 0), (0, 0), (0, 0)], (0, 0)),
            ("0.1", 1000, [(1, 1), (1, 1), (1, 1)], (1, 1)),
            ("0.000001", 1, [(1, 0), (0, 1), (0, 0)], (0, 1)),
            ("99.999999", 1_000_000_000, [(999_999_990, 999_999_990); 3], (999_999_990, 999_999_990)),
        ];
        for (written, whole, expected, target) in golden {
            let bound = Decimal::parse(written).unwrap().per_cent().of(whole);
            let found = [Rounding::Legal, Rounding::Outward, Rounding::Nearest].map(|r| (r.min(bound), r.max(bound)));
            assert_eq!(found, expected, "{written} % of {whole}");
            assert_eq!(Rounding::Outward.target(bound), target, "{written} % of {whole}");
        }
    }

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        let third = Decimal::parse("33.3").unwrap();
        assert_eq!((third.per_cent().numerator, third.per_cent().denominator), (333, 1000));
        assert_eq!(Decimal::parse("2.5").unwrap().count().ceil(), 3);
        assert_eq!(Decimal::parse("007").unwrap().count().floor(), 7);
        for text in ["", "-1", "+1", "1e3", "NaN", "inf", "1.", ".5", "1.2.3", "1 000", "25 %", "0x10", "1234567890123456"] {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }
}
