//! How each language writes numbers: from integers only, so that every machine prints the same text.

use std::fmt;

use crate::eligibility::Language;

/// Narrow no-break space: French groups thousands with it, and puts it before `%`.
const THIN: char = '\u{202f}';

impl Language {
    /// Code of the language, as `--lang` and the `lang` attribute of a page write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// A whole number with its thousands grouped.
    ///
    /// ```
    /// use matcher_core::explain::Language;
    /// assert_eq!(Language::English.number(-1234567), "\u{2212}1,234,567");
    /// assert_eq!(Language::French.number(1234567), "1\u{202f}234\u{202f}567");
    /// assert_eq!(Language::French.number(999), "999");
    /// ```
    pub fn number(self, value: impl Into<i128>) -> String {
        let value = value.into();
        let digits = value.unsigned_abs().to_string();
        // The minus sign, not the hyphen: as wide as a digit.
        let mut text = String::from(if value < 0 { "\u{2212}" } else { "" });
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                text.push(if self == Self::French { THIN } else { ',' });
            }
            text.push(digit);
        }
        text
    }

    /// A count of things in a list, as [`Language::number`] writes it.
    pub fn count(self, value: usize) -> String {
        self.number(value as i128)
    }

    /// Millionths as per cent, with as many decimals as asked for (0 to 4), rounded half away from zero.
    ///
    /// ```
    /// use matcher_core::explain::Language;
    /// assert_eq!(Language::English.percent(123_456, 1), "12.3%");
    /// assert_eq!(Language::French.percent(999_999, 0), "100\u{202f}%");
    /// assert_eq!(Language::English.percent(310, 2), "0.03%");
    /// ```
    pub fn percent(self, millionths: i128, decimals: u32) -> String {
        let decimals = decimals.min(4);
        let (shown, dropped) = (10i128.pow(decimals), 10i128.pow(4 - decimals));
        let rounded = (millionths.abs() + dropped / 2) / dropped;
        let sign = if millionths < 0 && rounded > 0 { "\u{2212}" } else { "" };
        let whole = self.number(rounded / shown);
        let (point, end) = if self == Self::French { (',', "\u{202f}%") } else { ('.', "%") };
        if decimals == 0 {
            return format!("{sign}{whole}{end}");
        }
        format!("{sign}{whole}{point}{:0width$}{end}", rounded % shown, width = decimals as usize)
    }

    /// An age band: youngest and oldest age in full years, `None` = no limit.
    ///
    /// ```
    /// use matcher_core::explain::Language;
    /// assert_eq!(Language::French.ages(60, Some(74)), "60 à 74 ans");
    /// assert_eq!(Language::English.ages(0, Some(29)), "up to 29");
    /// ```
    pub fn ages(self, from: i64, to: Option<i64>) -> String {
        match (self, from, to) {
            (Self::French, 0, None) => "tous âges".into(),
            (Self::English, 0, None) => "all ages".into(),
            (Self::French, 0, Some(to)) => format!("jusqu’à {to} ans"),
            (Self::English, 0, Some(to)) => format!("up to {to}"),
            (Self::French, from, None) => format!("{from} ans et plus"),
            (Self::English, from, None) => format!("{from} and over"),
            (Self::French, from, Some(to)) if from == to => format!("{from} ans"),
            (Self::English, from, Some(to)) if from == to => format!("{from}"),
            (Self::French, from, Some(to)) => format!("{from} à {to} ans"),
            (Self::English, from, Some(to)) => format!("{from} to {to}"),
        }
    }

    /// A decimal number of a file (`33.3`, `33,3`) as per cent.
    pub fn per_cent_text(self, number: &str) -> String {
        match self {
            Self::French => format!("{}{THIN}%", number.trim().replace('.', ",")),
            Self::English => format!("{}%", number.trim().replace(',', ".")),
        }
    }

    /// `part` of `whole` as per cent without decimals; nothing of nothing is 0.
    pub fn share(self, part: i64, whole: i64) -> String {
        self.percent(i128::from(part) * 1_000_000 / i128::from(whole.max(1)), 0)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "fr" => Ok(Self::French),
            "en" => Ok(Self::English),
            _ => Err(UnknownLanguage),
        }
    }
}

/// The language is neither `fr` nor `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the language is not known; write fr or en")]
pub struct UnknownLanguage;
