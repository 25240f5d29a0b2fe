//! Why a household is offered nothing, in codes and numbers; the sentences are made in `explain`.

use rayon::prelude::*;
use serde::Serialize;

use crate::eligibility::{Eligibility, Refusals};
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;

use super::links::Links;
use super::pool::{Pair, Pool};
use super::prices::PriceList;

/// A household without an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unassigned {
    /// The household.
    pub household: String,
    /// Dwellings that no rule refuses to it.
    pub open: usize,
    /// Why.
    #[serde(flatten)]
    pub reason: NoOffer,
}

/// Why a household is offered nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoOffer {
    /// The rules leave no dwelling of this run open to it (FAULTS 14).
    NoDwellingOpen {
        /// How many dwellings each rule refuses, most first; a dwelling may be refused by several.
        rules: Vec<RuleCount>,
    },
    /// Others fit better: where it comes closest, the dwelling is worth more to another household.
    OthersFitBetter {
        /// The dwelling where it comes closest.
        dwelling: String,
        /// Its suitability there.
        suitability: i64,
        /// Points it would need more there.
        short: i64,
    },
    /// Without this quota's price it would have had an offer where it comes closest.
    QuotaBinds {
        /// The dwelling where it comes closest.
        dwelling: String,
        /// Its suitability there.
        suitability: i64,
        /// Points it would need more there.
        short: i64,
        /// The row with the highest price against it.
        quota: String,
        /// That price, points.
        price: i64,
    },
    /// As good as the household that is offered the dwelling: the published draw decided, or something of equal worth elsewhere.
    Tie {
        /// The dwelling where it ties.
        dwelling: String,
        /// Its suitability there.
        suitability: i64,
    },
    /// It could have an offer for all that is proved: the search stopped within the gap.
    WithinGap {
        /// Its best dwelling.
        dwelling: String,
        /// Its suitability there.
        suitability: i64,
    },
    /// Nothing is proved, so that nothing can be said but that it was not chosen.
    NotProved,
}

impl NoOffer {
    /// Stable code, as files write it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDwellingOpen { .. } => "no_dwelling_open",
            Self::OthersFitBetter { .. } => "others_fit_better",
            Self::QuotaBinds { .. } => "quota_binds",
            Self::Tie { .. } => "tie",
            Self::WithinGap { .. } => "within_gap",
            Self::NotProved => "not_proved",
        }
    }
}

/// How many pairs a rule refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Code of the rule.
    pub rule: &'static str,
    /// Pairs refused.
    pub refused: usize,
}

impl RuleCount {
    /// The rules that refuse something, most first; among equals in the order of the registry.
    pub(crate) fn most_first(counts: Vec<(&'static str, usize)>) -> Vec<Self> {
        let mut counts: Vec<_> = counts.into_iter().filter(|c| c.1 > 0).map(|(rule, refused)| Self { rule, refused }).collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.refused));
        counts
    }
}

/// Number of open dwellings of a household without an offer, and what keeps it from one; `None` where it has an offer, or no dwelling is
/// open to it.
pub(crate) fn beaten_by(
    pool: &Pool<'_, '_>,
    offers: &[Option<DwellingIndex>],
    household: HouseholdIndex,
    pairs: &[Pair],
) -> Option<(usize, NoOffer)> {
    if offers.get(household.index()).copied().flatten().is_some() || pairs.is_empty() {
        return None;
    }
    let reason = pool.prices().map_or(NoOffer::NotProved, |prices| beaten(pool, prices, household, pairs));
    Some((pairs.len(), reason))
}

/// Every household of the model that is offered nothing, with its reason. `waiting` has [`beaten_by`] per household of the problem.
///
/// # Complexity
/// O(r x n + d log d) time: n households, r rules, d dwellings; and O(d / 64) for each rule that has to be asked about one of the
/// households that no dwelling is open to ([`Refusals`]).
pub(crate) fn unassigned(
    model: &Model,
    links: &Links,
    eligibility: &Eligibility<'_>,
    offers: &[Option<DwellingIndex>],
    waiting: &[Option<(usize, NoOffer)>],
) -> Vec<Unassigned> {
    let refusals = Refusals::new(model, eligibility);
    let all: Vec<_> = model.households.all().zip(&model.households.id).collect();
    let one = |&(in_model, id): &(HouseholdIndex, &String)| {
        let household = links.problem_household(in_model);
        if household.is_some_and(|h| offers.get(h.index()).copied().flatten().is_some()) {
            return None;
        }
        let (open, reason) = household.and_then(|h| waiting.get(h.index()).cloned().flatten()).unwrap_or_else(|| {
            let rules = RuleCount::most_first(refusals.counts(in_model));
            (0, NoOffer::NoDwellingOpen { rules })
        });
        Some(Unassigned { household: id.clone(), open, reason })
    };
    all.par_iter().filter_map(one).collect()
}

/// What keeps a household with open dwellings from an offer: what stands against it where it comes closest to one. A household
/// without an offer gives up nothing elsewhere, so that it bids the whole worth of a pair.
fn beaten(pool: &Pool<'_, '_>, prices: &PriceList, household: HouseholdIndex, pairs: &[Pair]) -> NoOffer {
    let problem = pool.problem();
    let surplus = |pair: &Pair| pair.worth - prices.in_use(pair.dwelling);
    let Some(pair) = pairs.iter().max_by_key(|pair| (surplus(pair), pair.dwelling)) else { return NoOffer::NotProved };
    let dwelling = problem.dwellings().get(pair.dwelling.index()).map(|place| place.id.clone()).unwrap_or_default();
    let (missing, suitability) = (-surplus(pair), pair.score);
    if missing < 0 {
        return NoOffer::WithinGap { dwelling, suitability };
    }
    let counted = pool.rows(household, pair.dwelling);
    let dearest = prices.row_charges(household, &counted).filter(|charge| charge.1 > 0).max_by_key(|charge| charge.1);
    if missing == 0 && dearest.is_none() {
        return NoOffer::Tie { dwelling, suitability };
    }
    let short = prices.points(missing);
    match dearest {
        Some((row, price)) if price >= missing => {
            let quota = problem.quotas().get(row.index()).map(|quota| quota.id.clone()).unwrap_or_default();
            NoOffer::QuotaBinds { dwelling, suitability, short, quota, price: prices.points(price) }
        }
        _ => NoOffer::OthersFitBetter { dwelling, suitability, short },
    }
}
