//! Scoring: soft measures of a pair, 0..=1000 per mille, weighted by the policy into integer points of suitability.
//!
//! A criterion is one file and one line in [`CRITERIA`], and works on one household against a run of dwellings. None of them
//! looks at the mix of ages: that is steered by quotas and targets only, so that no wish counts twice.

mod choice_rank;
pub mod codes;
mod distance;
mod effort_rate;
mod floor_lift;
mod mutual_help;
mod priority_points;
mod ramp;
mod step_free_fit;
#[cfg(test)]
mod testing;
mod typology_fit;
mod variance;
mod waiting_time;

pub use variance::{DOMINANT_PER_MILLE, VarianceShare};

use crate::eligibility::{Card, Parameters};
use crate::error::{Place, Report};
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::{Model, Run};
use crate::policy::Policy;
use crate::units::CentiSquareMetres;

/// Every criterion, in the order in which points are shown.
pub const CRITERIA: &[&dyn Criterion] = &[
    &typology_fit::TypologyFit,
    &step_free_fit::StepFreeFit,
    &effort_rate::EffortRate,
    &floor_lift::FloorLift,
    &distance::Distance,
    &choice_rank::ChoiceRank,
    &priority_points::PriorityPoints,
    &waiting_time::WaitingTime,
    &mutual_help::MutualHelp,
];

/// Largest weight of one criterion: scores stay below 10^10, far from every limit of the solver.
pub const MOST_WEIGHT: i64 = 1_000_000;

/// A soft measure, before it meets a model.
pub trait Criterion: Sync {
    /// Stable code; the name in a policy's `[weights]`.
    fn code(&self) -> &'static str;

    /// Name, explanation, sentence, parameters.
    fn card(&self) -> &'static Card;

    /// Looks once at model and policy and gives the measure; a wrong parameter goes into the report.
    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm>;
}

/// A value that decided a mark, by the name that the criterion's sentence gives it.
pub type Fact = (&'static str, String);

/// A criterion ready to measure households of one model.
pub trait Measure: Sync {
    /// Writes for each dwelling of `run` how well it suits `household`, 0..=1000.
    fn measure(&self, household: HouseholdIndex, run: Run, out: &mut [u16]);

    /// What decided the mark of one pair, for the criterion's sentence. Read by the household and the commission only.
    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact>;
}

/// A criterion that the policy weighs.
struct Weighed<'m> {
    code: &'static str,
    weight: i64,
    measure: Box<dyn Measure + 'm>,
}

/// Every criterion with a weight above 0, ready for `model`.
#[derive(Default)]
pub struct Scoring<'m> {
    weighed: Vec<Weighed<'m>>,
}

impl std::fmt::Debug for Scoring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.weighed.iter().map(|w| (w.code, w.weight))).finish()
    }
}

impl<'m> Scoring<'m> {
    /// Prepares the criteria that the policy weighs. Unknown codes, negative or too large weights, weights that are all 0, and
    /// parameters that are unknown or wrong are reported; parameters are checked also where a criterion weighs nothing.
    pub fn prepare(model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        check_weights(policy, report);
        let mut weighed = Vec::new();
        for criterion in CRITERIA {
            let code = criterion.code();
            Parameters::new("criteria", code, criterion.card(), policy.criteria.get(code)).check_names(report);
            let measure = criterion.prepare(model, policy, report);
            if let Some(&weight) = policy.weights.get(code).filter(|weight| **weight > 0) {
                weighed.push(Weighed { code, weight, measure });
            }
        }
        Self { weighed }
    }

    /// Suitability of each dwelling of `run` for `household`: sum of weight x per mille.
    pub fn score(&self, household: HouseholdIndex, run: Run, out: &mut [i64]) {
        out.fill(0);
        let mut per_mille = vec![0u16; run.len()];
        for Weighed { weight, measure, .. } in &self.weighed {
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
        let each = self.weighed.iter().map(|Weighed { code, weight, measure }| {
            measure.measure(household, run, &mut value);
            (*code, *weight, value[0])
        });
        each.collect()
    }

    /// Code and facts of each criterion for one pair, in the order of [`Scoring::points`]; they fill the sentence of its card.
    pub fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<(&'static str, Vec<Fact>)> {
        self.weighed.iter().map(|weighed| (weighed.code, weighed.measure.facts(household, dwelling))).collect()
    }

    /// The most that a pair can be worth: every criterion in full.
    pub fn best_possible(&self) -> i64 {
        self.weighed.iter().map(|weighed| 1000 * weighed.weight).sum()
    }
}

fn check_weights(policy: &Policy, report: &mut Report) {
    let known = || CRITERIA.iter().map(|criterion| criterion.code()).collect::<Vec<_>>().join(", ");
    let is_known = |code: &str| CRITERIA.iter().any(|criterion| criterion.code() == code);
    for (section, code) in policy.weights.keys().map(|code| ("weights", code)).chain(policy.criteria.keys().map(|code| ("criteria", code)))
    {
        if !is_known(code) {
            let place = format!("{section}.{code}");
            report.error("E1600", Place::file(FILE).column(&place), "there is no such criterion", format!("use one of {}", known()));
        }
    }
    for (code, &weight) in &policy.weights {
        let place = format!("weights.{code}");
        let place = Place::file(FILE).column(&place);
        if weight < 0 {
            report.error("E1601", place, "the weight is negative", "write 0 or more; what is unwanted is a rule or a quota");
        } else if weight > MOST_WEIGHT {
            report.error("E1602", place, format!("the weight is above {MOST_WEIGHT}"), "divide all weights by a common factor");
        }
    }
    if !policy.weights.iter().any(|(code, &weight)| weight > 0 && is_known(code)) {
        let place = Place::file(FILE).column("weights");
        report.error("E1603", place, "no criterion has a weight", "give at least one criterion a weight above 0");
    }
}

/// The file that findings name.
const FILE: &str = "policy.toml";

/// The part of a column that a run covers.
fn column<T>(column: &[T], run: Run) -> &[T] {
    column.get(run.range()).unwrap_or_default()
}

/// One value of a column.
fn value_at<T: Copy + Default>(column: &[T], dwelling: DwellingIndex) -> T {
    column.get(dwelling.index()).copied().unwrap_or_default()
}

/// True where one of the household's codes is among `wanted`.
fn has_any(codes: &[String], wanted: &[String]) -> bool {
    codes.iter().any(|code| wanted.contains(code))
}

/// Square metres with up to two decimals.
fn square_metres(area: CentiSquareMetres) -> String {
    let (whole, part) = (area.0 / 100, area.0.rem_euclid(100));
    if part == 0 { whole.to_string() } else { format!("{whole}.{part:02}") }
}

#[cfg(test)]
mod tests;
