//! Parameters of rules and criteria: typed, with the defaults of the registry, every mistake of the policy reported.

use std::ops::RangeInclusive;

use crate::error::{Place, Report};
use crate::policy::{Policy, Setting, Settings};

use super::{Card, Rule};

/// The file that findings about parameters name.
pub(crate) const POLICY_FILE: &str = "policy.toml";

/// The parameters of one rule or criterion: what the policy sets, and the defaults of its [`Card`] for the rest.
///
/// A value of the wrong type, or out of range, is reported once and the default stands in for it, so that every other
/// finding is still made. Money parameters are in euros as their names say (`min_eur_unit_month`); the caller converts.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    section: &'static str,
    code: &'static str,
    card: &'static Card,
    settings: Option<&'a Settings>,
}

impl<'a> Parameters<'a> {
    /// Of the rule or criterion `code` in `section` (`rules` or `criteria`) of the policy.
    pub const fn new(section: &'static str, code: &'static str, card: &'static Card, settings: Option<&'a Settings>) -> Self {
        Self { section, code, card, settings }
    }

    /// Of a rule.
    pub fn of_rule(rule: &dyn Rule, policy: &'a Policy) -> Self {
        Self::new("rules", rule.code(), rule.card(), policy.rules.get(rule.code()).map(|choice| &choice.settings))
    }

    /// Reports every parameter that the policy sets and the card does not know, with the list of those it knows.
    pub fn check_names(&self, report: &mut Report) {
        for name in self.settings.into_iter().flat_map(Settings::keys) {
            if self.card.parameters.iter().all(|parameter| parameter.name != name) {
                let known: Vec<&str> = self.card.parameters.iter().map(|parameter| parameter.name).collect();
                let action = if known.is_empty() {
                    format!("remove it: {} has no parameters", self.code)
                } else {
                    format!("remove it or write one of: {}", known.join(", "))
                };
                self.error("E1201", name, "the parameter is not known", action, report);
            }
        }
    }

    /// A whole number inside `range`.
    pub fn integer(&self, name: &'static str, range: RangeInclusive<i64>, report: &mut Report) -> i64 {
        match self.given(name) {
            None => {}
            Some(Setting::Integer(value)) if range.contains(value) => return *value,
            Some(Setting::Integer(_)) => {
                let action = format!("write a whole number from {} to {}", range.start(), range.end());
                self.error("E1203", name, "the parameter is out of range", action, report);
            }
            Some(_) => self.wrong_type(name, "a whole number, without quotes", report),
        }
        self.default(name).parse().unwrap_or_default()
    }

    /// A switch.
    pub fn switch(&self, name: &'static str, report: &mut Report) -> bool {
        match self.given(name) {
            None => {}
            Some(Setting::Switch(value)) => return *value,
            Some(_) => self.wrong_type(name, "true or false, without quotes", report),
        }
        self.default(name) == "true"
    }

    /// A code.
    pub fn text(&self, name: &'static str, report: &mut Report) -> String {
        match self.given(name) {
            None => {}
            Some(Setting::Text(value)) => return value.clone(),
            Some(_) => self.wrong_type(name, "a text in quotes", report),
        }
        self.default(name).to_owned()
    }

    /// A list of codes, sorted, each once; a single text counts as a list of one.
    pub fn codes(&self, name: &'static str, report: &mut Report) -> Vec<String> {
        let mut codes = match self.given(name) {
            Some(Setting::List(values)) => values.clone(),
            Some(Setting::Text(value)) => vec![value.clone()],
            given => {
                if given.is_some() {
                    self.wrong_type(name, "a list of texts, for example [\"a\", \"b\"]", report);
                }
                self.default(name).split('|').map(str::to_owned).collect()
            }
        };
        codes.retain(|code| !code.is_empty());
        codes.sort();
        codes.dedup();
        codes
    }

    fn given(&self, name: &'static str) -> Option<&'a Setting> {
        debug_assert!(self.card.parameters.iter().any(|parameter| parameter.name == name), "{name} stands on the card of {}", self.code);
        self.settings.and_then(|settings| settings.get(name))
    }

    fn default(&self, name: &'static str) -> &'static str {
        self.card.parameters.iter().find(|parameter| parameter.name == name).map_or("", |parameter| parameter.default)
    }

    fn wrong_type(&self, name: &str, wanted: &str, report: &mut Report) {
        self.error("E1202", name, "the parameter has the wrong type", format!("write {wanted}"), report);
    }

    fn error(&self, code: &'static str, name: &str, cause: &str, action: String, report: &mut Report) {
        let column = format!("{}.{}.{name}", self.section, self.code);
        report.error(code, Place::file(POLICY_FILE).column(&column), cause, action);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::Parameter;

    static CARD: Card = Card {
        name: ["essai", "trial"],
        about: ["", ""],
        sentence: ["", ""],
        source: "",
        version: "1",
        parameters: &[
            Parameter { name: "most", default: "7", about: ["", ""] },
            Parameter { name: "strict", default: "true", about: ["", ""] },
            Parameter { name: "holders", default: "b|a", about: ["", ""] },
            Parameter { name: "none", default: "", about: ["", ""] },
        ],
    };

    fn with(settings: Option<&Settings>) -> Parameters<'_> {
        Parameters::new("rules", "trial", &CARD, settings)
    }

    #[test]
    fn defaults_hold_where_the_policy_says_nothing() {
        let mut report = Report::default();
        assert_eq!(with(None).integer("most", 0..=10, &mut report), 7);
        assert!(with(None).switch("strict", &mut report));
        assert_eq!(with(None).codes("holders", &mut report), ["a", "b"]);
        assert_eq!(with(None).codes("none", &mut report), [""; 0]);
        assert!(report.is_clean());
    }

    #[test]
    fn the_policy_goes_before_the_default() {
        let settings = Settings::from([
            ("most".to_owned(), Setting::Integer(3)),
            ("strict".to_owned(), Setting::Switch(false)),
            ("holders".to_owned(), Setting::Text("c".into())),
        ]);
        let mut report = Report::default();
        assert_eq!(with(Some(&settings)).integer("most", 0..=10, &mut report), 3);
        assert!(!with(Some(&settings)).switch("strict", &mut report));
        assert_eq!(with(Some(&settings)).codes("holders", &mut report), ["c"]);
        with(Some(&settings)).check_names(&mut report);
        assert!(report.is_clean());
    }

    #[test]
    fn wrong_types_ranges_and_names_are_all_reported() {
        let settings = Settings::from([
            ("most".to_owned(), Setting::Integer(11)),
            ("strict".to_owned(), Setting::Text("yes".into())),
            ("holders".to_owned(), Setting::Integer(1)),
            ("moost".to_owned(), Setting::Integer(1)),
        ]);
        let mut report = Report::default();
        let parameters = with(Some(&settings));
        parameters.check_names(&mut report);
        assert_eq!(parameters.integer("most", 0..=10, &mut report), 7);
        assert!(parameters.switch("strict", &mut report));
        assert_eq!(parameters.codes("holders", &mut report), ["a", "b"]);
        let found: Vec<_> = report.errors.iter().map(|finding| (finding.code, finding.column.as_deref().unwrap())).collect();
        let expected = [
            ("E1201", "rules.trial.moost"),
            ("E1203", "rules.trial.most"),
            ("E1202", "rules.trial.strict"),
            ("E1202", "rules.trial.holders"),
        ];
        assert_eq!(found, expected);
        assert!(report.errors[0].action.contains("most, strict, holders, none"), "{}", report.errors[0].action);
    }
}
