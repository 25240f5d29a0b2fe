//! What people read about rules and criteria: cards, violations, sentences.

use serde::{Deserialize, Serialize};

/// What people read about a rule or a criterion; documentation, command line and page are made from it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Card {
    /// Name, French and English.
    pub name: [&'static str; 2],
    /// What it tests or measures, French and English.
    pub about: [&'static str; 2],
    /// Sentence of one refusal (rule) or of one measure (criterion), French and English; `{value}` stands for a value.
    pub sentence: [&'static str; 2],
    /// The law, paper or page it comes from.
    pub source: &'static str,
    /// Version of this text.
    pub version: &'static str,
    /// Parameters.
    pub parameters: &'static [Parameter],
}

/// A parameter of a rule or criterion.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Parameter {
    /// Name with its unit.
    pub name: &'static str,
    /// Value where the policy says nothing; a list or text parameter writes its codes separated by `|`.
    pub default: &'static str,
    /// Meaning, French and English.
    pub about: [&'static str; 2],
}

/// A language of texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// French, the default.
    #[default]
    #[serde(rename = "fr")]
    French,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The text of this language of a pair French, English.
    pub const fn of(self, texts: [&str; 2]) -> &str {
        match self {
            Self::French => texts[0],
            Self::English => texts[1],
        }
    }
}

/// Why a pair is refused: the rule's code and the values that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Code of the rule.
    pub rule: &'static str,
    /// Name and text of each value that decided, as its sentence names them. A name ends with its unit; a number is written with
    /// digits and a point, which [`fill`] shows as its language does.
    pub values: Vec<(&'static str, String)>,
}

/// Code values that sentences may show, with the words for them.
const WORDS: &[(&str, [&str; 2])] = &[
    ("none", ["avec marches", "with steps"]),
    ("step_free", ["sans marche", "step-free"]),
    ("adapted", ["adapté", "adapted"]),
    ("ground_floor", ["rez-de-chaussée", "ground floor"]),
    ("free", ["sans plafond", "without ceiling"]),
    ("household_promised", ["le ménage est promis à un autre logement", "the household is promised another dwelling"]),
    ("dwelling_promised", ["le logement est promis à un autre ménage", "the dwelling is promised to another household"]),
    ("prefet", ["le préfet", "the préfet"]),
    ("action_logement", ["Action Logement", "Action Logement"]),
    ("collectivite", ["la collectivité", "the local authority"]),
    ("autres_regions", ["autres régions", "other regions"]),
    ("ile_de_france", ["Île-de-France hors Paris et communes limitrophes", "Île-de-France outside Paris and its neighbours"]),
    ("paris_communes_limitrophes", ["Paris et communes limitrophes", "Paris and its neighbours"]),
    ("", ["aucun", "none"]),
];

/// Writes `values` into the places `{name}` of a sentence.
///
/// Codes that have words (`step_free`) are put into words; decimal numbers get the decimal mark of the language, and euros (a name
/// with `_eur`) its marks of thousands.
///
/// ```
/// use matcher_core::eligibility::{Language, fill};
/// let values = [("rent_eur_year", "14412.50".to_owned())];
/// assert_eq!(fill("loyer {rent_eur_year} €", &values, Language::French), "loyer 14\u{202f}412,50 €");
/// assert_eq!(fill("rent {rent_eur_year} €", &values, Language::English), "rent 14,412.50 €");
/// ```
pub fn fill(sentence: &str, values: &[(&'static str, String)], language: Language) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    // One pass: a value that holds braces itself is not looked into.
    while let Some((before, opened)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = opened.split_once('}') else {
            rest = &rest[before.len()..];
            break;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((name, value)) => text.push_str(&shown(name, value, language)),
            None => text.push_str(&rest[before.len()..=before.len() + 1 + name.len()]),
        }
        rest = after;
    }
    text + rest
}

fn shown(name: &str, value: &str, language: Language) -> String {
    if let Some((_, words)) = WORDS.iter().find(|(code, _)| *code == value) {
        return language.of(*words).to_owned();
    }
    let (sign, digits) = value.strip_prefix('-').map_or(("", value), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || part.is_some_and(|part| !is_number(part)) {
        return value.to_owned();
    }
    let whole = if name.contains("_eur") { grouped(whole, language.of(["\u{202f}", ","])) } else { whole.to_owned() };
    match part {
        Some(part) => format!("{sign}{whole}{}{part}", language.of([",", "."])),
        None => format!("{sign}{whole}"),
    }
}

/// The digits in groups of three from the right.
fn grouped(digits: &str, mark: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * mark.len());
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

/// Cents as euros: whole euros where there are no cents.
///
/// ```
/// use matcher_core::eligibility::euros;
/// assert_eq!([euros(40_000), euros(40_050), euros(-5)], ["400", "400.50", "-0.05"]);
/// ```
pub fn euros(cents: i64) -> String {
    let (sign, size) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    if size.is_multiple_of(100) { format!("{sign}{}", size / 100) } else { format!("{sign}{}.{:02}", size / 100, size % 100) }
}

/// Thousandths as per cent with one decimal.
///
/// ```
/// use matcher_core::eligibility::per_cent;
/// assert_eq!([per_cent(350), per_cent(333), per_cent(-5)], ["35", "33.3", "-0.5"]);
/// ```
pub fn per_cent(per_mille: i64) -> String {
    let (sign, size) = (if per_mille < 0 { "-" } else { "" }, per_mille.unsigned_abs());
    if size.is_multiple_of(10) { format!("{sign}{}", size / 10) } else { format!("{sign}{}.{}", size / 10, size % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once() {
        let values = [("a", "{b}".to_owned()), ("b", "2.5".to_owned()), ("c", "none".to_owned())];
        assert_eq!(fill("{a} {b} {c} {d} {", &values, Language::French), "{b} 2,5 avec marches {d} {");
        assert_eq!(fill("{b}{c}", &values, Language::English), "2.5with steps");
        assert_eq!(fill("é{b}é", &[("b", "2025-01-01".into())], Language::French), "é2025-01-01é");
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let text = |name, value: &str, language| fill("{n}", &[("n", value.into())], language) + " " + &shown(name, value, language);
        assert_eq!(text("x_eur_month", "1234567.5", Language::French), "1234567,5 1\u{202f}234\u{202f}567,5");
        assert_eq!(text("x_eur_month", "-999", Language::French), "-999 -999");
        assert_eq!(text("x_eur_month", "1000", Language::English), "1000 1,000");
        assert_eq!(text("x_eur_month", "1.2.3", Language::French), "1.2.3 1.2.3");
        assert_eq!(text("x_eur_month", "∞", Language::French), "∞ ∞");
    }
}
