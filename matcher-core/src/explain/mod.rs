//! Why, and why not: the same rules, criteria and prices as in the run, asked about one household, one dwelling or one pair.
//!
//! Nothing is explained by a second copy of a rule: refusals come from the rules themselves, points from the criteria, prices
//! from the certificate that the independent checker accepted. Source of what an explanation holds: CRPA R311-3-1-2 (degree and
//! mode of contribution of the processing, data, parameters and their weights, operations).

mod filters;
mod lang;
mod sentences;
mod text;

pub use crate::eligibility::Language;
pub use filters::filter_words;
pub use lang::UnknownLanguage;
pub use sentences::{criterion_name, no_offer, reason_about, reason_name, rule_counts, rule_name, violation, why_empty};

use serde::Serialize;

use crate::eligibility::Violation;
use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex, draw};
use crate::model;
use crate::pipeline::{Case, NoOffer, Points, RuleCount, Shortlist, WhyEmpty};
use crate::quotas::Desk;

/// What speaks for and against one pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairReasons {
    /// The household.
    pub household: String,
    /// The dwelling.
    pub dwelling: String,
    /// Its residence.
    pub residence: String,
    /// The pair is offered.
    pub offered: bool,
    /// Every rule that refuses the pair, with the values that decided; empty = the pair is eligible.
    pub violations: Vec<Violation>,
    /// Points per criterion; what they would be, where a rule refuses the pair.
    pub points: Vec<Points>,
    /// Their sum.
    pub suitability: i64,
    /// Prices by which the pair is compared; `None` where a rule refuses it or nothing is proved.
    pub prices: Option<PairPrices>,
    /// Place among all candidates of the dwelling, the offered household first; `None` where a rule refuses the pair.
    pub rank: Option<usize>,
    /// Candidates of the dwelling.
    pub candidates: usize,
}

/// The prices a pair meets, in points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairPrices {
    /// What the dwelling brings as it is offered: whoever else is to have it must bid as much.
    pub dwelling: i64,
    /// What the household bids: suitability less the quotas' prices and what it could get elsewhere.
    pub bid: i64,
    /// Quotas that make the pair dearer (above 0) or cheaper (below 0).
    pub quotas: Vec<QuotaCharge>,
    /// Points that the bid stays below what the dwelling brings.
    pub short: i64,
}

/// What a quota's price takes from a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaCharge {
    /// The row: a quota, or one step of a target.
    pub quota: String,
    /// Points.
    pub points: i64,
}

/// What speaks for and against offering a household something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HouseholdReasons {
    /// The household.
    pub household: String,
    /// The pair that is offered.
    pub offer: Option<PairReasons>,
    /// Why nothing is offered.
    pub no_offer: Option<NoOffer>,
    /// Dwellings that no rule refuses.
    pub open: usize,
    /// Dwellings that each rule refuses, most first.
    pub refusals: Vec<RuleCount>,
    /// The pairs that come closest to an offer, without the one that is offered.
    pub closest: Vec<PairReasons>,
    /// What the usual practice would have offered.
    pub usual: Option<String>,
}

/// Who could have a dwelling, and why it is offered or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DwellingReasons {
    /// The dwelling.
    pub dwelling: String,
    /// Its residence.
    pub residence: String,
    /// What it is worth to those who compete for it, points; `None` where nothing is proved.
    pub price: Option<i64>,
    /// The pair that is offered.
    pub offer: Option<PairReasons>,
    /// Why it is left empty.
    pub left_empty: Option<WhyEmpty>,
    /// Its candidates, best first.
    pub shortlist: Shortlist,
    /// Households that each rule refuses, most first.
    pub refusals: Vec<RuleCount>,
}

/// Pairs shown besides the offered one.
const CLOSEST: usize = 3;

/// Explains one pair.
///
/// # Errors
/// [`Error::NotFound`] where the household does not apply or the dwelling is not to be allocated in this run.
///
/// # Complexity
/// O(rules + criteria + candidates of the dwelling).
pub fn pair(case: &Case<'_>, household: &str, dwelling: &str) -> Result<PairReasons, Error> {
    Ok(pair_at(case, household_at(case, household)?, dwelling_at(case, dwelling)?))
}

/// Explains one household: its offer, or why it has none, and the pairs that come closest.
///
/// # Errors
/// [`Error::NotFound`] where the household does not apply in this run.
///
/// # Complexity
/// O(rules x dwellings).
pub fn household(case: &Case<'_>, household: &str) -> Result<HouseholdReasons, Error> {
    let at = household_at(case, household)?;
    let offer = case.offer_of(at);
    let mut near: Vec<(i128, u64, DwellingIndex)> = Vec::new();
    let in_problem = case.links.problem_household(at);
    let pairs = in_problem.map(|household| case.pool().pairs(household, &mut Desk::default())).unwrap_or_default();
    for pair in pairs.iter().filter(|pair| Some(pair.dwelling) != offer) {
        let value = pair.bid - case.prices.as_ref().map_or(0, |prices| prices.in_use(pair.dwelling));
        let id = case.run.problem.dwellings().get(pair.dwelling.index()).map_or("", |place| place.id.as_str());
        if let Some(dwelling) = case.links.model_dwelling(pair.dwelling) {
            near.push((value, draw(case.run.provenance.options.seed, id), dwelling));
        }
    }
    near.sort_by(|a, b| b.cmp(a));
    let counts = case.eligibility.refusals(case.model, at, case.model.dwellings.all());
    Ok(HouseholdReasons {
        household: household.to_owned(),
        offer: offer.and_then(|d| case.links.model_dwelling(d)).map(|dwelling| pair_at(case, at, dwelling)),
        no_offer: case.run.unassigned.iter().find(|entry| entry.household == household).map(|entry| entry.reason.clone()),
        open: pairs.len(),
        refusals: RuleCount::most_first(counts),
        closest: near.into_iter().take(CLOSEST).map(|(_, _, dwelling)| pair_at(case, at, dwelling)).collect(),
        usual: case.run.usual.offers.iter().find(|offer| offer.0 == household).map(|offer| offer.1.clone()),
    })
}

/// Explains one dwelling: its offer, or why it is left empty, and its candidates.
///
/// # Errors
/// [`Error::NotFound`] where the dwelling is not to be allocated in this run.
///
/// # Complexity
/// O(rules x households).
pub fn dwelling(case: &Case<'_>, dwelling: &str) -> Result<DwellingReasons, Error> {
    let at = dwelling_at(case, dwelling)?;
    let in_problem = case.links.problem_dwelling(at);
    let taker = in_problem.and_then(|d| {
        let pair = case.run.allocation.pairs().find(|pair| pair.1 == d)?;
        case.links.model_household(pair.0)
    });
    let residence = residence_of(case, at);
    let none = || Shortlist { dwelling: dwelling.into(), residence: residence.clone(), candidates: 0, wanted: 0, entries: Vec::new() };
    Ok(DwellingReasons {
        dwelling: dwelling.to_owned(),
        price: in_problem.zip(case.prices.as_ref()).map(|(d, prices)| prices.points(prices.dwelling(d))),
        offer: taker.map(|household| pair_at(case, household, at)),
        left_empty: case.run.left_empty.iter().find(|entry| entry.dwelling == dwelling).map(|entry| entry.reason.clone()),
        shortlist: case.run.shortlists.iter().find(|list| list.dwelling == dwelling).cloned().unwrap_or_else(none),
        refusals: case.refusals_of(at),
        residence,
    })
}

fn household_at(case: &Case<'_>, id: &str) -> Result<HouseholdIndex, Error> {
    let at = case.model.households.id.binary_search_by(|known| known.as_str().cmp(id)).map(HouseholdIndex::new);
    at.map_err(|_| Error::NotFound { what: "household", id: id.to_owned() })
}

fn dwelling_at(case: &Case<'_>, id: &str) -> Result<DwellingIndex, Error> {
    let at = case.model.dwellings.id.iter().position(|known| known == id).map(DwellingIndex::new);
    at.ok_or_else(|| Error::NotFound { what: "dwelling", id: id.to_owned() })
}

fn residence_of(case: &Case<'_>, dwelling: DwellingIndex) -> String {
    let residence = case.model.dwellings.residence.get(dwelling.index()).and_then(|r| case.model.residences.get(r.index()));
    residence.map(|r| r.id.clone()).unwrap_or_default()
}

fn pair_at(case: &Case<'_>, household: HouseholdIndex, dwelling: DwellingIndex) -> PairReasons {
    let points = case.points(household, dwelling);
    let violations = case.eligibility.reasons(household, model::Run::one(dwelling)).into_iter().map(|reason| reason.1).collect();
    let at = case.links.problem_household(household).zip(case.links.problem_dwelling(dwelling));
    let pool = case.pool();
    let pair = at.and_then(|(h, d)| Some((h, pool.pair(h, d)?)));
    let prices = pair.zip(case.prices.as_ref()).map(|((h, pair), prices)| {
        let (counted, in_use) = (pool.rows(h, pair.dwelling), prices.in_use(pair.dwelling));
        let charges = prices.row_charges(h, &counted).map(|(row, charge)| QuotaCharge {
            quota: case.run.problem.quotas().get(row.index()).map(|quota| quota.id.clone()).unwrap_or_default(),
            points: prices.points(charge),
        });
        PairPrices {
            dwelling: prices.points(in_use),
            bid: prices.points(pair.bid),
            quotas: charges.collect(),
            short: prices.points(in_use - pair.bid).max(0),
        }
    });
    let (rank, candidates) = at.map_or((None, 0), |(h, d)| case.rank(h, d));
    let text = |ids: &[String], at: usize| ids.get(at).cloned().unwrap_or_default();
    PairReasons {
        household: text(&case.model.households.id, household.index()),
        dwelling: text(&case.model.dwellings.id, dwelling.index()),
        residence: residence_of(case, dwelling),
        offered: at.is_some_and(|(_, d)| case.offer_of(household) == Some(d)),
        violations,
        suitability: points.iter().map(Points::points).sum(),
        points,
        prices,
        rank,
        candidates,
    }
}
