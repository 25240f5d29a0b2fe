//! `set_criterion`: a parameter of a criterion.

use crate::policy::Setting;
use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;

use super::parameters::{self, CRITERION, PARAMETER, VALUE, check_value, criterion, knows};

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_criterion",
    summary: ["Un paramètre d'un critère prend une autre valeur", "A parameter of a criterion takes another value"],
    keys: &[CRITERION, PARAMETER.required(), Key { required: true, ..VALUE }],
    example: "criterion = \"floor_lift\"\nparameter = \"age_min\"\nvalue = 70",
    read: |keys| {
        let criterion = keys.need("criterion");
        let (parameter, value) = parameters::read(keys)?;
        Some(Box::new(SetCriterion { criterion, parameter, value }))
    },
};

#[derive(Debug)]
struct SetCriterion {
    criterion: String,
    parameter: String,
    value: Setting,
}

impl Change for SetCriterion {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let Some(criterion) = criterion(&self.criterion, faults) else { return };
        if !knows(criterion.card(), &self.parameter, faults) {
            return;
        }
        town.policy.criteria.entry(self.criterion.clone()).or_default().insert(self.parameter.clone(), self.value.clone());
        let path = format!("criteria.{}.{}", self.criterion, self.parameter);
        check_value(town, &path, |model, report| drop(criterion.prepare(model, &town.policy, report)), faults);
    }
}
