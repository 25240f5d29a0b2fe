//! `set_rule`: a rule is switched, or one of its parameters changes.

use crate::policy::{RuleChoice, Setting, Settings};
use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::schema;

use super::parameters::{self, PARAMETER, VALUE, check_value, knows, rule};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_rule",
    summary: [
        "Une règle est appliquée ou non, ou l'un de ses paramètres prend une autre valeur",
        "A rule is applied or not, or one of its parameters takes another value",
    ],
    keys: &[
        Key::new("rule", schema::Kind::Code, ["Le code de la règle (matcher rules)", "The code of the rule (matcher rules)"]).required(),
        Key::new("on", schema::Kind::Flag, ["Elle est appliquée", "It is applied"]),
        PARAMETER,
        VALUE,
    ],
    example: "rule = \"availability\"\nparameter = \"horizon_days\"\nvalue = 365",
    read: |keys| {
        let (rule, on) = (keys.need("rule"), keys.get("on"));
        let parameter = parameters::read(keys);
        if !["on", "parameter", "value"].iter().any(|name| keys.has(name)) {
            keys.one_of("on", "parameter");
        }
        Some(Box::new(SetRule { rule, on, parameter }))
    },
};

#[derive(Debug)]
struct SetRule {
    rule: String,
    on: Option<bool>,
    parameter: Option<(String, Setting)>,
}

impl Change for SetRule {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(rule) = rule(&self.rule, faults) else { return };
        if self.parameter.as_ref().is_some_and(|(name, _)| !knows(rule.card(), name, faults)) {
            return;
        }
        let choice = town.policy.rules.entry(self.rule.clone()).or_insert_with(as_it_stands);
        choice.enabled = self.on.unwrap_or(choice.enabled);
        let Some((name, value)) = &self.parameter else { return };
        choice.settings.insert(name.clone(), value.clone());
        let path = format!("rules.{}.{name}", self.rule);
        check_value(town, &path, |model, report| drop(rule.prepare(model, &town.policy, report)), faults);
    }
}

/// What holds of a rule that the policy does not name.
fn as_it_stands() -> RuleChoice {
    RuleChoice {
        enabled: true,
        version: String::new(),
        legal_basis: String::new(),
        author: String::new(),
        valid_from: String::new(),
        valid_to: String::new(),
        settings: Settings::new(),
    }
}
