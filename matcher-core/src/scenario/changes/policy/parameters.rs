//! Rules and criteria by their codes, and whether a parameter is one of theirs.

use crate::eligibility::{self, Card, RULES, Rule};
use crate::error::Report;
use crate::model::{self, Model};
use crate::policy::Setting;
use crate::scenario::change::Faults;
use crate::scenario::keys::{Form, Key, Keys};
use crate::scenario::town::Town;
use crate::scoring::{CRITERIA, Criterion};
use crate::tables::rows::Tables;
use crate::tables::schema;

pub(super) const CRITERION: Key =
    Key::new("criterion", schema::Kind::Code, ["Le code du critère (matcher rules)", "The code of the criterion (matcher rules)"])
        .required();
pub(super) const PARAMETER: Key =
    Key::new("parameter", schema::Kind::Code, ["Un paramètre (matcher rules)", "A parameter (matcher rules)"]);
pub(super) const VALUE: Key = Key { name: "value", form: Form::Setting, required: false, means: ["Sa valeur", "Its value"] };

/// The criterion with this code; otherwise that is reported.
pub(super) fn criterion(code: &str, faults: &mut Faults<'_>) -> Option<&'static dyn Criterion> {
    let found = CRITERIA.iter().copied().find(|criterion| criterion.code() == code);
    if found.is_none() {
        let known: Vec<&str> = CRITERIA.iter().map(|criterion| criterion.code()).collect();
        faults.add("E1905", "criterion", format!("there is no criterion {code}"), format!("write one of: {}", known.join(", ")));
    }
    found
}

/// The rule with this code; otherwise that is reported.
pub(super) fn rule(code: &str, faults: &mut Faults<'_>) -> Option<&'static dyn Rule> {
    let found = eligibility::find(code);
    if found.is_none() {
        let known: Vec<&str> = RULES.iter().map(|rule| rule.code()).collect();
        faults.add("E1905", "rule", format!("there is no rule {code}"), format!("write one of: {}", known.join(", ")));
    }
    found
}

/// A parameter and its value: both, or none.
pub(super) fn read(keys: &mut Keys<'_>) -> Option<(String, Setting)> {
    let (parameter, value) = (keys.get("parameter"), keys.setting("value"));
    if keys.has("parameter") != keys.has("value") {
        let (there, missing) = if keys.has("value") { ("value", "parameter") } else { ("parameter", "value") };
        keys.is_clean = false;
        keys.faults.add("E1902", missing, format!("{there} is given without {missing}"), "add it");
    }
    parameter.zip(value)
}

/// False where the card has no such parameter, which is reported.
pub(super) fn knows(card: &Card, parameter: &str, faults: &mut Faults<'_>) -> bool {
    let known: Vec<&str> = card.parameters.iter().map(|parameter| parameter.name).collect();
    let is_known = known.contains(&parameter);
    if !is_known {
        let action = if known.is_empty() { "remove it: there are none".to_owned() } else { format!("write one of: {}", known.join(", ")) };
        faults.add("E1905", "parameter", format!("there is no parameter {parameter}"), action);
    }
    is_known
}

/// What `prepare` says of the policy on an empty town is said of the key `value`: types and ranges of parameters need no town.
pub(super) fn check_value(town: &Town, path: &str, prepare: impl FnOnce(&Model, &mut Report), faults: &mut Faults<'_>) {
    let Ok(model) = model::build(&Tables::default(), town.date, &mut Report::default()) else { return };
    let mut found = Report::default();
    prepare(&model, &mut found);
    found.errors.retain(|finding| finding.column.as_deref() == Some(path));
    faults.found(found, |_| "value".to_owned());
}
