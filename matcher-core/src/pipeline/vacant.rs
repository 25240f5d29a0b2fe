//! Why a dwelling is left empty.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::eligibility::Eligibility;
use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::model::Model;
use crate::problem::Problem;

use super::links::Links;
use super::pool::{Pair, Pool};
use super::prices::PriceList;
use super::unassigned::RuleCount;

/// A dwelling that nobody is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftEmpty {
    /// The dwelling.
    pub dwelling: String,
    /// Its residence.
    pub residence: String,
    /// Households that no rule refuses.
    pub candidates: usize,
    /// Why.
    #[serde(flatten)]
    pub reason: WhyEmpty,
}

/// Why a dwelling is left empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhyEmpty {
    /// The rules leave no candidate (FAULTS 15).
    NoCandidate {
        /// How many households each rule refuses, most first; a household may be refused by several.
        rules: Vec<RuleCount>,
    },
    /// Every candidate is offered another dwelling.
    CandidatesElsewhere,
    /// Candidates without any offer remain, but a quota's price is higher than what they would bring.
    QuotaBinds {
        /// The row with the highest price against the best of them.
        quota: String,
        /// That price, points.
        price: i64,
    },
    /// Candidates without any offer remain, but filling the dwelling would bring no points.
    NotWorthIt,
    /// Candidates without any offer remain; the search stopped before it was settled.
    NotSettled,
}

impl WhyEmpty {
    /// Stable code, as files write it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCandidate { .. } => "no_candidate",
            Self::CandidatesElsewhere => "candidates_elsewhere",
            Self::QuotaBinds { .. } => "quota_binds",
            Self::NotWorthIt => "not_worth_it",
            Self::NotSettled => "not_settled",
        }
    }
}

/// Per dwelling the best pair of a household without an offer: gathered while the pairs are shown.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    offers: &'a [Option<DwellingIndex>],
    best: Vec<Option<(HouseholdIndex, Pair)>>,
    /// The worth of that pair; the smallest number without one.
    worth: Vec<i128>,
}

impl<'a> Waiting<'a> {
    pub(crate) fn new(problem: &Problem, offers: &'a [Option<DwellingIndex>]) -> Self {
        let dwellings = problem.dwellings().len();
        Self { offers, best: vec![None; dwellings], worth: vec![i128::MIN; dwellings] }
    }

    /// Takes the pairs of the next household.
    pub(crate) fn show(&mut self, household: HouseholdIndex, pairs: &[Pair]) {
        if self.offers.get(household.index()).copied().flatten().is_some() {
            return;
        }
        for pair in pairs {
            let d = pair.dwelling.index();
            if let Some(worth) = self.worth.get_mut(d).filter(|worth| pair.worth > **worth)
                && let Some(best) = self.best.get_mut(d)
            {
                (*worth, *best) = (pair.worth, Some((household, *pair)));
            }
        }
    }
}

impl Waiting<'_> {
    /// With what later households have shown.
    pub(crate) fn join(mut self, later: Self) -> Self {
        for (best, other) in self.best.iter_mut().zip(later.best) {
            if other.is_some_and(|other| best.is_none_or(|known| other.1.worth > known.1.worth)) {
                *best = other;
            }
        }
        self
    }
}

/// Every dwelling with a place left, with its reason.
pub(crate) fn left_empty(
    model: &Model,
    pool: &Pool<'_, '_>,
    links: &Links,
    eligibility: &Eligibility<'_>,
    (waiting, candidates): (&Waiting<'_>, &[u32]),
) -> Vec<LeftEmpty> {
    let mut free: Vec<u32> = pool.problem().dwellings().iter().map(|place| place.capacity).collect();
    for dwelling in waiting.offers.iter().flatten() {
        if let Some(left) = free.get_mut(dwelling.index()) {
            *left = left.saturating_sub(1);
        }
    }
    let is_empty = |in_model: &DwellingIndex| {
        links.problem_dwelling(*in_model).is_none_or(|dwelling| free.get(dwelling.index()).is_some_and(|left| *left > 0))
    };
    let candidates = |in_model: DwellingIndex| {
        let dwelling = links.problem_dwelling(in_model);
        dwelling.and_then(|d| candidates.get(d.index()).copied()).unwrap_or(0) as usize
    };
    let all: Vec<DwellingIndex> = (0..model.dwellings.len()).map(DwellingIndex::new).filter(is_empty).collect();
    let refused: Vec<DwellingIndex> = all.iter().copied().filter(|&in_model| candidates(in_model) == 0).collect();
    let by_rule: BTreeMap<DwellingIndex, Vec<RuleCount>> = refused.iter().copied().zip(refusals(model, eligibility, &refused)).collect();
    let one = |&in_model: &DwellingIndex| {
        let dwelling = links.problem_dwelling(in_model);
        let id = model.dwellings.id.get(in_model.index()).cloned().unwrap_or_default();
        let candidates = candidates(in_model);
        let reason = match (candidates, dwelling.and_then(|d| waiting.best.get(d.index()).copied().flatten()), pool.prices()) {
            (0, ..) => WhyEmpty::NoCandidate { rules: by_rule.get(&in_model).cloned().unwrap_or_default() },
            (_, None, _) => WhyEmpty::CandidatesElsewhere,
            (_, Some(_), None) => WhyEmpty::NotSettled,
            (_, Some((household, pair)), Some(prices)) => not_filled(pool, prices, household, pair),
        };
        let residence = model.dwellings.residence.get(in_model.index()).and_then(|r| model.residences.get(r.index()));
        LeftEmpty { dwelling: id, residence: residence.map(|r| r.id.clone()).unwrap_or_default(), candidates, reason }
    };
    all.par_iter().map(one).collect()
}

/// Households that each rule refuses each of some dwellings of the model, most first.
pub(crate) fn refusals(model: &Model, eligibility: &Eligibility<'_>, dwellings: &[DwellingIndex]) -> Vec<Vec<RuleCount>> {
    eligibility.refused_households(model, dwellings).into_iter().map(RuleCount::most_first).collect()
}

fn not_filled(pool: &Pool<'_, '_>, prices: &PriceList, household: HouseholdIndex, pair: Pair) -> WhyEmpty {
    if pair.worth > 0 {
        return WhyEmpty::NotSettled;
    }
    let counted = pool.rows(household, pair.dwelling);
    let dearest = prices.row_charges(household, &counted).filter(|charge| charge.1 > 0).max_by_key(|charge| charge.1);
    match dearest {
        Some((row, price)) if pair.worth + price > 0 || pair.score > 0 => {
            WhyEmpty::QuotaBinds { quota: row_id(pool.problem(), row), price: prices.points(price) }
        }
        _ => WhyEmpty::NotWorthIt,
    }
}

fn row_id(problem: &Problem, row: QuotaIndex) -> String {
    problem.quotas().get(row.index()).map(|quota| quota.id.clone()).unwrap_or_default()
}
