//! What the usual practice would have done with the same files: strict order of points, then waiting time, then the draw;
//! each household takes the first dwelling that fits, in its order of choice; quotas are ignored.

use std::cmp::Reverse;

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex, draw};
use crate::model::Model;

use super::links::Links;
use super::pool::Pool;
use super::quota_results::QuotaResult;

/// The usual practice on the same data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Usual {
    /// Household and dwelling of each pair, in household order.
    pub offers: Vec<(String, String)>,
    /// Dwellings offered.
    pub filled: usize,
    /// Sum of the scores.
    pub suitability: i64,
    /// What missed priced quotas would cost, points.
    pub penalties: i64,
    /// Quotas and targets it misses.
    pub quotas_missed: usize,
    /// Hard ones among them, save what is inherited from the stock.
    pub hard_broken: usize,
    /// Households that get something else than here, in household order.
    pub differences: Vec<Difference>,
}

/// A household for whom the proposal and the usual practice differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The household.
    pub household: String,
    /// Offered here.
    pub offered: Option<String>,
    /// Offered by the usual practice.
    pub usual: Option<String>,
}

/// The dwelling each household of the problem would get, one after the other, or `None`.
///
/// Chosen residences come in their order, then the others; within a residence the dwelling that is free first, then by id.
/// Complexity: O(n log n + m log m) time, n households, m eligible pairs.
pub(crate) fn usual_offers(model: &Model, pool: &Pool<'_, '_>, links: &Links, seed: u64) -> Vec<Option<DwellingIndex>> {
    let problem = pool.problem();
    let mut order: Vec<(HouseholdIndex, HouseholdIndex)> = (0..problem.households().len())
        .map(HouseholdIndex::new)
        .filter_map(|household| Some((household, links.model_household(household)?)))
        .collect();
    order.sort_by_cached_key(|&(_, household)| {
        let column = |column: &[i64]| Reverse(column.get(household.index()).copied().unwrap_or(0));
        let id = model.households.id.get(household.index()).map_or("", String::as_str);
        (column(&model.households.points), column(&model.households.waiting_days), Reverse(draw(seed, id)), id.to_owned())
    });
    let mut places: Vec<u32> = problem.dwellings().iter().map(|place| place.capacity).collect();
    let mut room: u64 = places.iter().map(|&left| u64::from(left)).sum();
    let mut offers = vec![None; problem.households().len()];
    let order: Vec<HouseholdIndex> = order.into_iter().map(|entry| entry.0).collect();
    pool.in_blocks(&order, Pool::dwellings, |household, dwellings| {
        let none = Vec::new();
        let in_model = links.model_household(household);
        let choices = in_model.and_then(|h| model.households.choices.get(h.index())).unwrap_or(&none);
        let rank = |in_problem: &DwellingIndex| {
            let dwelling = links.model_dwelling(*in_problem);
            let residence = dwelling.and_then(|d| model.dwellings.residence.get(d.index())).copied();
            let choice = choices.iter().position(|choice| Some(*choice) == residence).unwrap_or(choices.len());
            let from = dwelling.and_then(|d| model.dwellings.available_from.get(d.index())).copied();
            (choice, residence, from, *in_problem)
        };
        let is_free = |dwelling: &&DwellingIndex| places.get(dwelling.index()).is_some_and(|&left| left > 0);
        let best = if choices.is_empty() && pool.is_by_residence() {
            // No residence is wished more than another: the first that has a place, in the order of residences.
            let mut free = dwellings.iter().filter(is_free);
            let first = free.next();
            let residence = first.and_then(|dwelling| rank(dwelling).1);
            first.into_iter().chain(free.take_while(|dwelling| rank(dwelling).1 == residence)).min_by_key(|dwelling| rank(dwelling))
        } else {
            dwellings.iter().filter(is_free).min_by_key(|dwelling| rank(dwelling))
        };
        if let Some(&dwelling) = best {
            if let Some(left) = places.get_mut(dwelling.index()) {
                *left -= 1;
                room -= 1;
            }
            if let Some(offer) = offers.get_mut(household.index()) {
                *offer = Some(dwelling);
            }
        }
        room > 0
    });
    offers
}

/// What the usual practice is worth, and who would get something else.
pub(crate) fn usual(
    pool: &Pool<'_, '_>,
    quotas: &[QuotaResult],
    offered: &[Option<DwellingIndex>],
    usual: &[Option<DwellingIndex>],
) -> Usual {
    let problem = pool.problem();
    let name = |dwelling: DwellingIndex| problem.dwellings().get(dwelling.index()).map(|place| place.id.clone());
    let (mut offers, mut differences, mut suitability) = (Vec::new(), Vec::new(), 0);
    for (h, id) in problem.households().iter().enumerate() {
        let (ours, theirs) = (offered.get(h).copied().flatten(), usual.get(h).copied().flatten());
        if let Some(dwelling) = theirs {
            suitability += pool.score(HouseholdIndex::new(h), dwelling);
            offers.extend(name(dwelling).map(|dwelling| (id.clone(), dwelling)));
        }
        if ours != theirs {
            differences.push(Difference { household: id.clone(), offered: ours.and_then(name), usual: theirs.and_then(name) });
        }
    }
    Usual {
        filled: offers.len(),
        offers,
        suitability,
        penalties: quotas.iter().map(|quota| quota.usual.penalty).sum(),
        quotas_missed: quotas.iter().filter(|quota| !quota.usual.met).count(),
        hard_broken: quotas.iter().filter(|quota| quota.usual.broken).count(),
        differences,
    }
}
