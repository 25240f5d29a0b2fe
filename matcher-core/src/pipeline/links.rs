//! Which dwelling of the problem is which dwelling of the model: the two stand in different orders.

use std::collections::BTreeMap;

use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::problem::Problem;

/// Positions of households and dwellings in model and problem, both ways, joined by their stable ids.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    dwelling_in_model: Vec<Option<DwellingIndex>>,
    dwelling_in_problem: Vec<Option<DwellingIndex>>,
    household_in_model: Vec<Option<HouseholdIndex>>,
    household_in_problem: Vec<Option<HouseholdIndex>>,
}

fn positions<'a>(ids: impl Iterator<Item = &'a String>) -> BTreeMap<&'a str, usize> {
    ids.enumerate().map(|(position, id)| (id.as_str(), position)).collect()
}

impl Links {
    pub(crate) fn new(model: &Model, problem: &Problem) -> Self {
        let (in_model, in_problem) = (positions(model.dwellings.id.iter()), positions(problem.dwellings().iter().map(|place| &place.id)));
        let find = |known: &BTreeMap<&str, usize>, id: &str| known.get(id).copied();
        let dwelling_in_model = problem.dwellings().iter().map(|place| find(&in_model, &place.id).map(DwellingIndex::new)).collect();
        let dwelling_in_problem = model.dwellings.id.iter().map(|id| find(&in_problem, id).map(DwellingIndex::new)).collect();
        let (in_model, in_problem) = (positions(model.households.id.iter()), positions(problem.households().iter()));
        let household_in_model = problem.households().iter().map(|id| find(&in_model, id).map(HouseholdIndex::new)).collect();
        let household_in_problem = model.households.id.iter().map(|id| find(&in_problem, id).map(HouseholdIndex::new)).collect();
        Self { dwelling_in_model, dwelling_in_problem, household_in_model, household_in_problem }
    }

    /// The model's dwelling of a dwelling of the problem.
    pub(crate) fn model_dwelling(&self, dwelling: DwellingIndex) -> Option<DwellingIndex> {
        self.dwelling_in_model.get(dwelling.index()).copied().flatten()
    }

    /// The problem's dwelling of a dwelling of the model.
    pub(crate) fn problem_dwelling(&self, dwelling: DwellingIndex) -> Option<DwellingIndex> {
        self.dwelling_in_problem.get(dwelling.index()).copied().flatten()
    }

    /// The model's household of a household of the problem.
    pub(crate) fn model_household(&self, household: HouseholdIndex) -> Option<HouseholdIndex> {
        self.household_in_model.get(household.index()).copied().flatten()
    }

    /// The problem's household of a household of the model.
    pub(crate) fn problem_household(&self, household: HouseholdIndex) -> Option<HouseholdIndex> {
        self.household_in_problem.get(household.index()).copied().flatten()
    }
}
