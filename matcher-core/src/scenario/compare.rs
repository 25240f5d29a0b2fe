//! What a scenario changes: after minus before, and who is offered something else, and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::eligibility::Eligibility;
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::{Model, Run};
use crate::scoring::Scoring;

use super::outcome::Outcome;
use super::town::Town;

/// Two outcomes side by side; every difference is after minus before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The numbers, in a fixed order.
    pub figures: Vec<Figure>,
    /// Households that are offered something else, by id.
    pub moved: Vec<Moved>,
}

/// One number before and after; `None` where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is.
    pub code: FigureCode,
    /// Before.
    pub before: Option<i64>,
    /// After.
    pub after: Option<i64>,
}

impl Figure {
    /// After minus before, where both are known.
    pub fn more(&self) -> Option<i64> {
        Some(self.after? - self.before?)
    }
}

/// What a number of a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureCode {
    /// Worth of the allocation, points.
    Objective,
    /// What no allocation exceeds, points.
    Bound,
    /// Sum of the scores, points.
    Suitability,
    /// What missed priced quotas cost, points.
    Penalties,
    /// Points of households that live together.
    AffinityPoints,
    /// Households that apply.
    Applicants,
    /// Dwellings to allocate.
    Vacancies,
    /// Households with an offer.
    Placed,
    /// Pairs that the rules leave open.
    Pairs,
    /// Quotas and targets that hold.
    QuotasMet,
    /// All quotas and targets.
    Quotas,
    /// Age bands that are as their quota asks.
    BandsHeld,
    /// Age bands with a quota.
    Bands,
    /// Median effort rate of the offers, per mille.
    EffortPerMille,
    /// Offers above a third of the resources.
    EffortAboveThird,
    /// Median waiting time of those with an offer, days.
    WaitingDays,
    /// People from 65 on who live alone and have an offer.
    Alone,
    /// Those of them with neighbours who help or are helped.
    AloneWithHelp,
}

/// A household that is offered something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The household.
    pub household: String,
    /// Offered before.
    pub before: Option<String>,
    /// Offered after.
    pub after: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Why a household is offered something else: the first of these that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// It no longer applies.
    Withdrawn,
    /// It did not apply before.
    Applies,
    /// What it was offered is no longer to be allocated.
    DwellingGone,
    /// What it is offered was not to be allocated before.
    DwellingNew,
    /// Rules refuse it now what it was offered.
    Refused {
        /// Codes of the rules.
        rules: Vec<&'static str>,
    },
    /// Rules refused it before what it is offered now.
    Admitted {
        /// Codes of the rules.
        rules: Vec<&'static str>,
    },
    /// Its points for one of the two dwellings are others than before.
    Points {
        /// The dwelling.
        dwelling: String,
        /// Points before.
        before: i64,
        /// Points after.
        after: i64,
    },
    /// What it was offered goes to another household, for whom the whole is worth more.
    GivenTo {
        /// The other household.
        household: String,
    },
    /// What it is offered was another household's before.
    LeftBy {
        /// The other household.
        household: String,
    },
    /// Quotas and the worth of the whole balance otherwise.
    Balance,
}

impl Comparison {
    /// Compares two towns with their outcomes.
    ///
    /// # Complexity
    /// O(n log n), and O(rules + criteria) for each household that moves.
    pub(super) fn of(before: &Answered, after: &Answered) -> Self {
        let moved = moves(&before.2, &after.2);
        let sides = (Side::new(before), Side::new(after));
        let moved = moved.into_iter().map(|(household, before, after)| {
            let reason = reason(&sides, household, before, after);
            Moved { household: household.clone(), before: before.cloned(), after: after.cloned(), reason }
        });
        Self { figures: figures(&before.2, &after.2), moved: moved.collect() }
    }

    /// Households that lose their offer, get one, and get another one.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.moved.iter().fold((0, 0, 0), |(lost, gained, other), moved| match (&moved.before, &moved.after) {
            (_, None) => (lost + 1, gained, other),
            (None, Some(_)) => (lost, gained + 1, other),
            (Some(_), Some(_)) => (lost, gained, other + 1),
        })
    }
}

/// How a number is read from an outcome.
type Of<'a> = &'a dyn Fn(&Outcome) -> Option<i64>;

impl Outcome {
    /// Its numbers, in a fixed order; `None` where one is not known.
    pub fn figures(&self) -> [(FigureCode, Option<i64>); 18] {
        use FigureCode as F;
        let count = |of: fn(&Self) -> usize| move |outcome: &Self| i64::try_from(of(outcome)).ok();
        let each: [(F, Of<'_>); 18] = [
            (F::Objective, &|o| o.objective),
            (F::Bound, &|o| o.bound),
            (F::Suitability, &|o| o.objective.map(|_| o.suitability)),
            (F::Penalties, &|o| o.objective.map(|_| o.penalties)),
            (F::AffinityPoints, &|o| o.objective.map(|_| o.affinity_points)),
            (F::Applicants, &count(|o| o.applicants)),
            (F::Vacancies, &count(|o| o.vacancies)),
            (F::Placed, &count(|o| o.placed)),
            (F::Pairs, &count(|o| o.pairs)),
            (F::QuotasMet, &count(Self::quotas_met)),
            (F::Quotas, &count(|o| o.quotas.len())),
            (F::BandsHeld, &count(|o| o.bands_held().0)),
            (F::Bands, &count(|o| o.bands_held().1)),
            (F::EffortPerMille, &|o| o.effort.median_per_mille),
            (F::EffortAboveThird, &count(|o| o.effort.above_third)),
            (F::WaitingDays, &|o| o.waiting_days),
            (F::Alone, &count(|o| o.alone.placed)),
            (F::AloneWithHelp, &count(|o| o.alone.with_help)),
        ];
        each.map(|(code, of)| (code, of(self)))
    }
}

fn figures(before: &Outcome, after: &Outcome) -> Vec<Figure> {
    let both = before.figures().into_iter().zip(after.figures());
    both.map(|((code, before), (_, after))| Figure { code, before, after }).collect()
}

/// A household, what it was offered and what it is offered now.
type Move<'a> = (&'a String, Option<&'a String>, Option<&'a String>);

/// Households whose offers differ, by id.
fn moves<'a>(before: &'a Outcome, after: &'a Outcome) -> Vec<Move<'a>> {
    let mut all: BTreeMap<&String, (Option<&String>, Option<&String>)> = BTreeMap::new();
    for (household, dwelling) in &before.offers {
        all.entry(household).or_default().0 = Some(dwelling);
    }
    for (household, dwelling) in &after.offers {
        all.entry(household).or_default().1 = Some(dwelling);
    }
    all.into_iter().filter(|(_, (before, after))| before != after).map(|(household, (before, after))| (household, before, after)).collect()
}

/// A town with its model and outcome.
pub(super) type Answered = (Arc<Model>, Arc<Town>, Arc<Outcome>);

/// A town that can be asked about pairs.
struct Side<'m> {
    model: &'m Model,
    eligibility: Eligibility<'m>,
    scoring: Scoring<'m>,
    households: BTreeMap<&'m str, HouseholdIndex>,
    dwellings: BTreeMap<&'m str, DwellingIndex>,
    /// Household by dwelling.
    holder: BTreeMap<&'m str, &'m str>,
}

impl<'m> Side<'m> {
    fn new((model, town, outcome): &'m Answered) -> Self {
        let policy = &town.policy;
        // What is wrong with the policy would have been said before the solve.
        let mut report = Report::default();
        Self {
            model,
            eligibility: Eligibility::prepare(model, policy, &mut report),
            scoring: Scoring::prepare(model, policy, &mut report),
            households: model.households.id.iter().enumerate().map(|(at, id)| (id.as_str(), HouseholdIndex::new(at))).collect(),
            dwellings: model.dwellings.id.iter().enumerate().map(|(at, id)| (id.as_str(), DwellingIndex::new(at))).collect(),
            holder: outcome.offers.iter().map(|(household, dwelling)| (dwelling.as_str(), household.as_str())).collect(),
        }
    }

    fn pair(&self, household: &str, dwelling: &str) -> Option<(HouseholdIndex, DwellingIndex)> {
        Some((*self.households.get(household)?, *self.dwellings.get(dwelling)?))
    }

    /// Codes of the rules that refuse the pair, where both are there.
    fn refusals(&self, household: &str, dwelling: &str) -> Option<Vec<&'static str>> {
        let (household, dwelling) = self.pair(household, dwelling)?;
        debug_assert!(dwelling.index() < self.model.dwellings.len());
        let mut rules: Vec<_> =
            self.eligibility.reasons(household, Run::one(dwelling)).into_iter().map(|(_, violation)| violation.rule).collect();
        rules.dedup();
        Some(rules)
    }

    fn points(&self, household: &str, dwelling: &str) -> Option<i64> {
        let (household, dwelling) = self.pair(household, dwelling)?;
        let points = self.scoring.points(household, Run::one(dwelling));
        Some(points.into_iter().map(|(_, weight, marks)| weight * i64::from(marks)).sum())
    }
}

fn reason((before, after): &(Side<'_>, Side<'_>), household: &str, was: Option<&String>, is: Option<&String>) -> Reason {
    if !after.households.contains_key(household) {
        return Reason::Withdrawn;
    }
    if !before.households.contains_key(household) {
        return Reason::Applies;
    }
    if let Some(dwelling) = was {
        match after.refusals(household, dwelling) {
            None => return Reason::DwellingGone,
            Some(rules) if !rules.is_empty() => return Reason::Refused { rules },
            Some(_) => {}
        }
    }
    if let Some(dwelling) = is {
        match before.refusals(household, dwelling) {
            None => return Reason::DwellingNew,
            Some(rules) if !rules.is_empty() => return Reason::Admitted { rules },
            Some(_) => {}
        }
    }
    for dwelling in [was, is].into_iter().flatten() {
        if let (Some(old), Some(new)) = (before.points(household, dwelling), after.points(household, dwelling))
            && old != new
        {
            return Reason::Points { dwelling: dwelling.clone(), before: old, after: new };
        }
    }
    if let Some(other) = was.and_then(|dwelling| after.holder.get(dwelling.as_str())) {
        return Reason::GivenTo { household: (*other).to_owned() };
    }
    match is.and_then(|dwelling| before.holder.get(dwelling.as_str())) {
        Some(other) => Reason::LeftBy { household: (*other).to_owned() },
        None => Reason::Balance,
    }
}
