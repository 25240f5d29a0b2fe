//! Which rules hold, on whose authority: validity, version, legal basis, author.

use serde::Serialize;

use crate::error::{Place, Report};
use crate::policy::{Policy, RuleChoice};
use crate::units::Date;

use super::settings::POLICY_FILE;
use super::{RULES, Rule};

/// Where one rule of a run comes from, as the report prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleProvenance {
    /// Code.
    pub rule: &'static str,
    /// It is asked in this run: switched on, and valid on the reference date.
    pub in_force: bool,
    /// Switched on.
    pub enabled: bool,
    /// Version of the local text, otherwise of the registry's.
    pub version: String,
    /// Local legal basis, otherwise the registry's source.
    pub legal_basis: String,
    /// Who decided it, otherwise the policy's author.
    pub author: String,
    /// First day; empty = always.
    pub valid_from: String,
    /// Last day; empty = open.
    pub valid_to: String,
}

/// Where each rule of the registry comes from, in its order, in a run at `date`.
pub fn provenance(policy: &Policy, date: Date) -> Vec<RuleProvenance> {
    let first_of = |local: &str, fallback: &str| if local.is_empty() { fallback.to_owned() } else { local.to_owned() };
    let of_rule = |rule: &&dyn Rule| {
        let choice = policy.rules.get(rule.code());
        let text = |field: fn(&RuleChoice) -> &str| choice.map_or("", field);
        RuleProvenance {
            rule: rule.code(),
            in_force: in_force(*rule, policy, date, &mut Report::default()),
            enabled: choice.is_none_or(|choice| choice.enabled),
            version: first_of(text(|choice| &choice.version), rule.card().version),
            legal_basis: first_of(text(|choice| &choice.legal_basis), rule.card().source),
            author: first_of(text(|choice| &choice.author), &policy.author),
            valid_from: text(|choice| &choice.valid_from).to_owned(),
            valid_to: text(|choice| &choice.valid_to).to_owned(),
        }
    };
    RULES.iter().map(of_rule).collect()
}

/// True where the policy has the rule on and its validity covers `date`; a rule on but not valid gives a warning.
pub(super) fn in_force(rule: &dyn Rule, policy: &Policy, date: Date, report: &mut Report) -> bool {
    let Some(choice) = policy.rules.get(rule.code()) else { return true };
    let from = day(rule, "valid_from", &choice.valid_from, report);
    let to = day(rule, "valid_to", &choice.valid_to, report);
    let column = format!("rules.{}", rule.code());
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        let place = Place::file(POLICY_FILE).column(&column);
        report.error("E1205", place, "the rule's validity ends before it begins", "correct valid_from or valid_to");
    }
    let valid = from.is_none_or(|from| from <= date) && to.is_none_or(|to| to >= date);
    if choice.enabled && !valid {
        let place = Place::file(POLICY_FILE).column(&column);
        let cause = format!("the rule does not hold on {date}, outside its validity");
        report.warning("E1251", place, cause, "nothing to do if that is meant: the rule is not asked in this run");
    }
    choice.enabled && valid
}

fn day(rule: &dyn Rule, name: &str, text: &str, report: &mut Report) -> Option<Date> {
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        let column = format!("rules.{}.{name}", rule.code());
        report.error("E1204", Place::file(POLICY_FILE).column(&column), "not a day", "write it as YYYY-MM-DD, or leave it empty");
    }
    day
}

/// Reports every rule that the policy names and `rules` lack.
pub(super) fn check_codes(rules: &[&dyn Rule], policy: &Policy, report: &mut Report) {
    for code in policy.rules.keys() {
        if rules.iter().all(|rule| rule.code() != code) {
            let known: Vec<&str> = rules.iter().map(|rule| rule.code()).collect();
            let column = format!("rules.{code}");
            let action = format!("write one of: {}", known.join(", "));
            report.error("E1200", Place::file(POLICY_FILE).column(&column), "there is no such rule", action);
        }
    }
}
