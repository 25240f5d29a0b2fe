//! Per dwelling the households a commission should look at, best first.

use std::cmp::Reverse;

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex, draw};
use crate::problem::Problem;

use super::prices::PriceList;

/// The candidates for one dwelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shortlist {
    /// The dwelling.
    pub dwelling: String,
    /// Its residence.
    pub residence: String,
    /// Households that no rule refuses.
    pub candidates: usize,
    /// Asked for by the policy, at least 3; `entries` is shorter where there are fewer candidates.
    pub wanted: usize,
    /// Best first.
    pub entries: Vec<Candidate>,
}

impl Shortlist {
    /// True where there are fewer candidates than the law or the policy asks to look at (CCH R441-3: at least three).
    pub fn is_short(&self) -> bool {
        self.entries.len() < self.wanted
    }
}

/// One household of a shortlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// 1 = first.
    pub rank: usize,
    /// The household.
    pub household: String,
    /// Suitability of the pair, points.
    pub suitability: i64,
    /// Points by which the household's bid stays below what the dwelling brings as it is offered, at the certificate's prices: an
    /// estimate of what choosing this household would cost the whole. 0 for the household that is offered the dwelling; `None` where
    /// nothing is proved yet.
    pub behind: Option<i64>,
    /// The dwelling this household is offered in this run, where it is offered one.
    pub offered: Option<String>,
}

/// Best candidates per dwelling: the household that is offered the dwelling first, the others by their bids (suitability less
/// the rows' prices and what the household could get elsewhere); ties by the keyed draw, higher first.
///
/// # Complexity
/// O(m log k) time, m arcs, k = `wanted`; memory O(dwellings x k).
pub(crate) fn shortlists(
    problem: &Problem,
    prices: Option<&PriceList>,
    offers: &[Option<DwellingIndex>],
    wanted: usize,
    seed: u64,
) -> Vec<Shortlist> {
    type Key = (bool, i128, u64, Reverse<HouseholdIndex>);
    let mut best: Vec<Vec<(Key, i64)>> = vec![Vec::new(); problem.dwellings().len()];
    let mut candidates = vec![0; problem.dwellings().len()];
    for (h, id) in problem.households().iter().enumerate() {
        let household = HouseholdIndex::new(h);
        let ticket = draw(seed, id);
        let offer = offers.get(h).copied().flatten();
        let bids = match prices {
            Some(prices) => prices.bids(problem, household),
            None => problem.arcs(household).map(|arc| (arc, arc.score.into())).collect(),
        };
        for (arc, value) in bids {
            let key = (offer == Some(arc.dwelling), value, ticket, Reverse(household));
            let d = arc.dwelling.index();
            let (Some(list), Some(count)) = (best.get_mut(d), candidates.get_mut(d)) else { continue };
            *count += 1;
            let at = list.partition_point(|entry| entry.0 > key);
            if at < wanted {
                list.insert(at, (key, arc.score));
                list.truncate(wanted);
            }
        }
    }
    let name = |d: DwellingIndex| problem.dwellings().get(d.index()).map(|place| place.id.clone());
    let lists = best.into_iter().zip(candidates).zip(problem.dwellings()).enumerate();
    lists
        .map(|(d, ((list, candidates), place))| Shortlist {
            dwelling: place.id.clone(),
            residence: problem.residences().get(place.residence.index()).cloned().unwrap_or_default(),
            candidates,
            wanted,
            entries: list
                .into_iter()
                .zip(1..)
                .map(|(((_, value, _, Reverse(household)), suitability), rank)| Candidate {
                    rank,
                    household: problem.households().get(household.index()).cloned().unwrap_or_default(),
                    suitability,
                    behind: prices.map(|prices| prices.points(prices.in_use(DwellingIndex::new(d)) - value).max(0)),
                    offered: offers.get(household.index()).copied().flatten().and_then(name),
                })
                .collect(),
        })
        .collect()
}
