//! Which dwelling of the problem is which dwelling of the model: the two stand in different orders.

use rayon::prelude::*;

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

fn ids(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

/// For each id of `of` its position in `among`.
fn positions(of: &[&str], among: &[&str]) -> Vec<Option<usize>> {
    let mut known: Vec<(&str, usize)> = among.iter().enumerate().map(|(position, id)| (*id, position)).collect();
    known.par_sort_unstable();
    let find = |id: &&str| known.binary_search_by_key(id, |entry| entry.0).ok().and_then(|at| known.get(at)).map(|entry| entry.1);
    of.par_iter().map(find).collect()
}

impl Links {
    pub(crate) fn new(model: &Model, problem: &Problem) -> Self {
        let dwelling = |found: Option<usize>| found.map(DwellingIndex::new);
        let household = |found: Option<usize>| found.map(HouseholdIndex::new);
        let (in_model, in_problem) =
            (ids(&model.dwellings.id), problem.dwellings().iter().map(|place| place.id.as_str()).collect::<Vec<_>>());
        let dwelling_in_model = positions(&in_problem, &in_model).into_iter().map(dwelling).collect();
        let dwelling_in_problem = positions(&in_model, &in_problem).into_iter().map(dwelling).collect();
        let (in_model, in_problem) = (ids(&model.households.id), ids(problem.households()));
        let household_in_model = positions(&in_problem, &in_model).into_iter().map(household).collect();
        let household_in_problem = positions(&in_model, &in_problem).into_iter().map(household).collect();
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
