//! Why a dwelling is left empty.

use serde::Serialize;

use crate::eligibility::Eligibility;
use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::model::Model;
use crate::problem::{Arc, Problem};

use super::links::Links;
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

/// Every dwelling with a place left, with its reason.
pub(crate) fn left_empty(
    model: &Model,
    problem: &Problem,
    links: &Links,
    eligibility: &Eligibility<'_>,
    prices: Option<&PriceList>,
    offers: &[Option<DwellingIndex>],
) -> Vec<LeftEmpty> {
    let offered = |household: HouseholdIndex| offers.get(household.index()).copied().flatten();
    let mut free: Vec<u32> = problem.dwellings().iter().map(|place| place.capacity).collect();
    for dwelling in offers.iter().flatten() {
        if let Some(left) = free.get_mut(dwelling.index()) {
            *left = left.saturating_sub(1);
        }
    }
    // Of each dwelling: its candidates, and the best pair of a household without an offer.
    let mut candidates = vec![0u32; free.len()];
    let mut waiting: Vec<Option<(i128, HouseholdIndex, Arc)>> = vec![None; free.len()];
    for household in (0..problem.households().len()).map(HouseholdIndex::new) {
        for arc in problem.arcs(household) {
            let (Some(count), Some(best)) = (candidates.get_mut(arc.dwelling.index()), waiting.get_mut(arc.dwelling.index())) else {
                continue;
            };
            *count += 1;
            let worth = prices.map_or(arc.score.into(), |prices| prices.worth(problem, household, arc));
            if offered(household).is_none() && best.is_none_or(|known| worth > known.0) {
                *best = Some((worth, household, arc));
            }
        }
    }
    let mut list = Vec::new();
    for (in_model, id) in model.dwellings.id.iter().enumerate() {
        let in_model = DwellingIndex::new(in_model);
        let dwelling = links.problem_dwelling(in_model);
        let at = |column: &[u32]| dwelling.and_then(|d| column.get(d.index()).copied()).unwrap_or(0);
        if dwelling.is_some() && at(&free) == 0 {
            continue;
        }
        let candidates = at(&candidates) as usize;
        let reason = match (candidates, dwelling.and_then(|d| waiting.get(d.index()).copied().flatten()), prices) {
            (0, ..) => WhyEmpty::NoCandidate { rules: refusals(model, eligibility, in_model) },
            (_, None, _) => WhyEmpty::CandidatesElsewhere,
            (_, Some(_), None) => WhyEmpty::NotSettled,
            (_, Some((worth, household, arc)), Some(prices)) => not_filled(problem, prices, worth, household, arc),
        };
        let residence = model.dwellings.residence.get(in_model.index()).and_then(|r| model.residences.get(r.index()));
        list.push(LeftEmpty { dwelling: id.clone(), residence: residence.map(|r| r.id.clone()).unwrap_or_default(), candidates, reason });
    }
    list
}

/// Households that each rule refuses a dwelling of the model, most first.
pub(crate) fn refusals(model: &Model, eligibility: &Eligibility<'_>, dwelling: DwellingIndex) -> Vec<RuleCount> {
    RuleCount::most_first(eligibility.refused_households(model, dwelling))
}

fn not_filled(problem: &Problem, prices: &PriceList, worth: i128, household: HouseholdIndex, arc: Arc) -> WhyEmpty {
    if worth > 0 {
        return WhyEmpty::NotSettled;
    }
    let dearest = prices.row_charges(problem, household, arc).filter(|charge| charge.1 > 0).max_by_key(|charge| charge.1);
    match dearest {
        Some((row, price)) if worth + price > 0 || arc.score > 0 => {
            WhyEmpty::QuotaBinds { quota: row_id(problem, row), price: prices.points(price) }
        }
        _ => WhyEmpty::NotWorthIt,
    }
}

fn row_id(problem: &Problem, row: QuotaIndex) -> String {
    problem.quotas().get(row.index()).map(|quota| quota.id.clone()).unwrap_or_default()
}
