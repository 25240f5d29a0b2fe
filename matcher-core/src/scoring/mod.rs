//! Scoring: soft measures of a pair, 0..=1000 per mille, weighted by the policy into integer points of suitability.
//!
//! A criterion is one file and one line in [`CRITERIA`], and works on one household against a run of dwellings.

use crate::eligibility::Card;
use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::{Model, Run};
use crate::policy::Policy;

/// Every criterion, in the order in which points are shown.
pub const CRITERIA: &[&dyn Criterion] = &[];

/// A soft measure, before it meets a model.
pub trait Criterion: Sync {
    /// Stable code; the name in a policy's `[weights]`.
    fn code(&self) -> &'static str;

    /// Name, explanation, sentence, parameters.
    fn card(&self) -> &'static Card;

    /// Looks once at model and policy and gives the measure; a wrong parameter goes into the report.
    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm>;
}

/// A criterion ready to measure households of one model.
pub trait Measure: Sync {
    /// Writes for each dwelling of `run` how well it suits `household`, 0..=1000.
    fn measure(&self, household: HouseholdIndex, run: Run, out: &mut [u16]);
}

/// Every criterion with a weight above 0, ready for `model`.
#[derive(Default)]
pub struct Scoring<'m> {
    measures: Vec<(&'static str, i64, Box<dyn Measure + 'm>)>,
}

impl std::fmt::Debug for Scoring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.measures.iter().map(|m| (m.0, m.1))).finish()
    }
}

impl<'m> Scoring<'m> {
    /// Prepares the criteria that the policy weighs. Unknown codes, negative weights and weights that sum to 0 are reported.
    pub fn prepare(model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        let weighed = CRITERIA.iter().filter_map(|c| policy.weights.get(c.code()).filter(|w| **w > 0).map(|w| (c, *w)));
        Self { measures: weighed.map(|(c, weight)| (c.code(), weight, c.prepare(model, policy, report))).collect() }
    }

    /// Suitability of each dwelling of `run` for `household`: sum of weight x per mille.
    pub fn score(&self, household: HouseholdIndex, run: Run, out: &mut [i64]) {
        out.fill(0);
        let mut per_mille = vec![0u16; run.len()];
        for (_, weight, measure) in &self.measures {
            measure.measure(household, run, &mut per_mille);
            for (sum, &value) in out.iter_mut().zip(&per_mille) {
                *sum += weight * i64::from(value);
            }
        }
    }

    /// Code, weight and per mille of each criterion for the pair of `household` and the single dwelling of `run`.
    pub fn points(&self, household: HouseholdIndex, run: Run) -> Vec<(&'static str, i64, u16)> {
        debug_assert_eq!(run.len(), 1);
        let mut value = [0u16];
        let each = self.measures.iter().map(|(code, weight, measure)| {
            measure.measure(household, run, &mut value);
            (*code, *weight, value[0])
        });
        each.collect()
    }
}
