//! Scoring: soft measures of a pair, 0..=1000 per mille, weighted by the policy into integer points of suitability.
//!
//! A criterion is one file and one line in [`CRITERIA`], and works on one household against a run of dwellings. None of them
//! looks at the mix of ages: that is steered by quotas and targets only, so that no wish counts twice.

mod choice_rank;
pub mod codes;
mod distance;
mod effort_rate;
mod floor_lift;
mod kept;
mod loops;
mod marks;
mod mutual_help;
mod nearness;
mod priority_points;
mod ramp;
mod step_free_fit;
#[cfg(test)]
mod testing;
mod typology_fit;
mod variance;
mod waiting_time;

pub use loops::Columns;
pub use marks::{Marks, Scratch};
pub use variance::{DOMINANT_PER_MILLE, VarianceShare};

use std::ops::Range;

use rayon::prelude::*;

use crate::eligibility::{Card, Parameters};
use crate::error::{Place, Report};
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::lanes::Path;
use crate::model::{Model, Run};
use crate::policy::Policy;
use crate::units::CentiSquareMetres;

use kept::Kept;
use marks::Grounds;

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
    /// Gives each dwelling of `marks.run()` its mark, 0..=1000: how well it suits `household`. One call serves the whole run; a
    /// run of one serves the explanation.
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>);

    /// The class of `household`: households of one class have the same marks at every dwelling, so that one of them is measured and the
    /// points are kept for the others, together with those of other criteria with classes. Classes are few. `None` = the household is
    /// measured by itself. Worth it for marks by dwelling, not for one mark everywhere or a mark by residence.
    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        let _ = household;
        None
    }

    /// What decided the mark of one pair, for the criterion's sentence. Read by the household and the commission only.
    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact>;
}

/// A criterion that the policy weighs.
struct Weighed<'m> {
    code: &'static str,
    weight: i64,
    measure: Box<dyn Measure + 'm>,
}

/// Criteria whose points for a pair add up to no more than 32 bits hold.
#[derive(Default)]
struct Group {
    /// Those whose points are kept by class.
    kept: Vec<Kept>,
    /// Positions in [`Scoring::weighed`] of the others.
    others: Vec<usize>,
}

/// Every criterion with a weight above 0, ready for `model`.
#[derive(Default)]
pub struct Scoring<'m> {
    weighed: Vec<Weighed<'m>>,
    /// All of them; nearly always one group.
    groups: Vec<Group>,
    grounds: Grounds,
    path: Path,
}

impl std::fmt::Debug for Scoring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.weighed.iter().map(|w| (w.code, w.weight))).finish()
    }
}

/// Dwellings that all criteria mark before the next run: their points and columns stay in the first cache.
const BLOCK: usize = 2048;

impl<'m> Scoring<'m> {
    /// Prepares the criteria that the policy weighs. Unknown codes, negative or too large weights, weights that are all 0, and
    /// parameters that are unknown or wrong are reported; parameters are checked also where a criterion weighs nothing.
    pub fn prepare(model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        Self::with_criteria(CRITERIA, model, policy, report)
    }

    /// The same with a list of criteria: those of the registry and an embedder's own, or a part of them.
    ///
    /// # Complexity
    /// O(classes x dwellings) per criterion that has classes (see [`Measure::class`]), 4 bytes per joint class of several criteria and
    /// dwelling, and at most 16 MB per bundle of criteria.
    pub fn with_criteria(criteria: &[&dyn Criterion], model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        Self::with_criteria_on(Path::best(), criteria, model, policy, report)
    }

    /// The same, worked out in the instructions of `path`; points do not change.
    pub fn with_criteria_on(path: Path, criteria: &[&dyn Criterion], model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        check_weights(criteria, policy, report);
        let mut weighed = Vec::new();
        for criterion in criteria {
            let code = criterion.code();
            Parameters::new("criteria", code, criterion.card(), policy.criteria.get(code)).check_names(report);
            let measure = criterion.prepare(model, policy, report);
            if let Some(&weight) = policy.weights.get(code).filter(|weight| **weight > 0) {
                // A larger weight has been reported: nothing is scored with it.
                weighed.push(Weighed { code, weight: weight.min(MOST_WEIGHT), measure });
            }
        }
        let mut scoring = Self { weighed, groups: Vec::new(), grounds: Grounds::new(model), path };
        let groups = groups(scoring.weighed.iter().map(|weighed| weighed.weight)).into_iter().map(|range| scoring.group(model, range));
        scoring.groups = groups.collect();
        scoring
    }

    /// Some criteria, one household per class of theirs measured at every dwelling.
    fn group(&self, model: &Model, criteria: Range<usize>) -> Group {
        let measures = criteria.clone().filter_map(|at| Some((at, &*self.weighed.get(at)?.measure)));
        let mut kept = Kept::bundles(model, measures);
        let all = model.dwellings.all();
        for bundle in &mut kept {
            let criteria = bundle.criteria.clone();
            let fill = |(scratch, points): &mut (Scratch, Vec<i64>), (household, column): (HouseholdIndex, &mut Vec<i32>)| {
                points.resize(all.len(), 0);
                scratch.begin(&self.grounds, all);
                self.measure(&criteria, household, all, scratch);
                scratch.total(self.path, &self.grounds, all, false, points);
                column.extend(points.iter().map(|&points| points as i32));
            };
            let columns: Vec<_> = bundle.unfilled(all.len()).collect();
            columns.into_par_iter().for_each_init(Default::default, fill);
        }
        let others = criteria.filter(|at| kept.iter().all(|bundle| !bundle.criteria.contains(at))).collect();
        Group { kept, others }
    }

    /// Adds the weighted marks of some criteria.
    fn measure(&self, criteria: &[usize], household: HouseholdIndex, run: Run, scratch: &mut Scratch) {
        for Weighed { weight, measure, .. } in criteria.iter().filter_map(|&at| self.weighed.get(at)) {
            measure.measure(household, &mut scratch.marks(self.path, &self.grounds, run, *weight as i32));
        }
    }

    /// Suitability of each dwelling of `run` for `household`: sum of weight x per mille. `out` has one entry per dwelling of the run.
    ///
    /// # Complexity
    /// O(criteria x dwellings of the run), one dynamic call per criterion and some thousand dwellings.
    pub fn score(&self, household: HouseholdIndex, run: Run, scratch: &mut Scratch, out: &mut [i64]) {
        if self.groups.is_empty() {
            out.fill(0);
        }
        for (start, out) in run.range().step_by(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let block = Run::new(start..run.range().end.min(start + BLOCK));
            for (number, group) in self.groups.iter().enumerate() {
                scratch.begin(&self.grounds, block);
                for kept in &group.kept {
                    match kept.points(household).and_then(|points| points.get(block.range())) {
                        Some(points) => scratch.add(self.path, points),
                        None => self.measure(&kept.criteria, household, block, scratch),
                    }
                }
                self.measure(&group.others, household, block, scratch);
                scratch.total(self.path, &self.grounds, block, number > 0, out);
            }
        }
    }

    /// The marks of one criterion over a run, 0..=1000.
    fn marks(&self, weighed: &Weighed<'_>, household: HouseholdIndex, run: Run, scratch: &mut Scratch, out: &mut [i64]) {
        scratch.begin(&self.grounds, run);
        weighed.measure.measure(household, &mut scratch.marks(self.path, &self.grounds, run, 1));
        scratch.total(self.path, &self.grounds, run, false, out);
    }

    /// Code, weight and per mille of each criterion for the pair of `household` and the single dwelling of `run`.
    pub fn points(&self, household: HouseholdIndex, run: Run) -> Vec<(&'static str, i64, u16)> {
        debug_assert_eq!(run.len(), 1);
        let (mut scratch, mut mark) = (Scratch::default(), [0]);
        let each = self.weighed.iter().map(|weighed| {
            self.marks(weighed, household, run, &mut scratch, &mut mark);
            (weighed.code, weighed.weight, mark[0] as u16)
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

/// Neighbouring criteria whose points for a pair add up to no more than 32 bits hold.
fn groups(weights: impl Iterator<Item = i64>) -> Vec<Range<usize>> {
    let (mut groups, mut total) = (Vec::<Range<usize>>::new(), 0);
    for (position, weight) in weights.enumerate() {
        total += 1000 * weight;
        match groups.last_mut() {
            Some(group) if total <= i64::from(i32::MAX) => group.end = position + 1,
            _ => {
                total = 1000 * weight;
                groups.push(position..position + 1);
            }
        }
    }
    groups
}

fn check_weights(criteria: &[&dyn Criterion], policy: &Policy, report: &mut Report) {
    let known = || criteria.iter().map(|criterion| criterion.code()).collect::<Vec<_>>().join(", ");
    let is_known = |code: &str| criteria.iter().any(|criterion| criterion.code() == code);
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

/// One value of a column.
fn value_at<T: Copy + Default>(column: &[T], dwelling: DwellingIndex) -> T {
    column.get(dwelling.index()).copied().unwrap_or_default()
}

/// A number in 16 bits, the nearest where it has more: loops over columns are as fast as the columns are narrow.
fn narrow16(value: i64) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// A number in 32 bits, the nearest where it has more.
fn narrow32(value: i64) -> i32 {
    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
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
