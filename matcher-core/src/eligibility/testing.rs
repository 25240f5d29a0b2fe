//! Three facts and one verdict: helpers for the tests of rules, compiled for tests only; what a test gets wrong here fails it.

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::lanes::Bits;
use crate::model::{Model, testing};
use crate::policy::Policy;
use crate::tables::rows::Tables;

use super::{Rule, Verdicts, Violation};

/// A violation from its values.
pub(super) fn refusal(rule: &'static str, values: &[(&'static str, &str)]) -> Violation {
    Violation { rule, values: values.iter().map(|&(name, value)| (name, value.to_owned())).collect() }
}

/// Position of the household with this id.
pub(super) fn household(model: &Model, id: &str) -> HouseholdIndex {
    HouseholdIndex::new(testing::position(&model.households.id, id))
}

/// What `rule` says about each dwelling to allocate, in the order of the model; fails on any finding about the policy.
pub(super) fn verdicts(rule: &dyn Rule, tables: &Tables, policy: &Policy, id: &str) -> Vec<Option<Violation>> {
    let model = testing::model(tables);
    let mut report = Report::default();
    let screen = rule.prepare(&model, policy, &mut report);
    assert_eq!(report.errors, []);
    let mut open = Bits::full(model.dwellings.len());
    let mut verdicts = Verdicts::with_reasons(model.dwellings.all(), &mut open);
    screen.screen(household(&model, id), &mut verdicts);
    let mut reasons = verdicts.into_reasons().into_iter().peekable();
    (0..model.dwellings.len()).map(|offset| reasons.next_if(|reason| reason.0 == offset).map(|reason| reason.1)).collect()
}
