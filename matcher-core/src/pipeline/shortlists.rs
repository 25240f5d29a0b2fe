//! Per dwelling the households a commission should look at, best first.

use std::cmp::Reverse;

use serde::Serialize;

use crate::ids::{DwellingIndex, HouseholdIndex, draw};

use super::pool::{Pair, Pool};

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
/// O(m log k) time, m eligible pairs, k = `wanted`; memory O(dwellings x k).
///
/// Made while the pairs are shown household by household.
#[derive(Debug)]
pub(crate) struct Shortlists<'a> {
    pool: &'a Pool<'a, 'a>,
    offers: &'a [Option<DwellingIndex>],
    wanted: usize,
    seed: u64,
    best: Vec<Vec<(Key, i64)>>,
    /// Per dwelling the bid below which nobody comes into its list any more: read for every pair, where the lists themselves are not.
    floor: Vec<i128>,
    candidates: Vec<u32>,
}

/// Offered, bid, draw, household.
type Key = (bool, i128, u64, Reverse<HouseholdIndex>);

impl<'a> Shortlists<'a> {
    pub(crate) fn new(pool: &'a Pool<'a, 'a>, offers: &'a [Option<DwellingIndex>], wanted: usize, seed: u64) -> Self {
        let dwellings = pool.problem().dwellings().len();
        Self {
            pool,
            offers,
            wanted,
            seed,
            best: vec![Vec::new(); dwellings],
            floor: vec![i128::MIN; dwellings],
            candidates: vec![0; dwellings],
        }
    }

    /// Takes the pairs of the next household.
    pub(crate) fn show(&mut self, household: HouseholdIndex, pairs: &[Pair]) {
        let ticket = self.pool.problem().households().get(household.index()).map_or(0, |id| draw(self.seed, id));
        let offer = self.offers.get(household.index()).copied().flatten();
        for pair in pairs {
            let d = pair.dwelling.index();
            let (Some(floor), Some(count)) = (self.floor.get_mut(d), self.candidates.get_mut(d)) else { continue };
            *count += 1;
            let is_offered = offer == Some(pair.dwelling);
            if pair.bid < *floor && !is_offered {
                continue;
            }
            let Some(list) = self.best.get_mut(d) else { continue };
            let key = (is_offered, pair.bid, ticket, Reverse(household));
            let at = list.partition_point(|entry| entry.0 > key);
            if at < self.wanted {
                list.insert(at, (key, pair.score));
                list.truncate(self.wanted);
                if let Some(last) = list.last().filter(|_| list.len() == self.wanted) {
                    // Whoever is offered the dwelling stands first whatever the bid.
                    *floor = if last.0.0 { i128::MAX } else { last.0.1 };
                }
            }
        }
    }

    /// With what others have been shown.
    pub(crate) fn join(mut self, other: Self) -> Self {
        for ((list, count), (more, others)) in
            self.best.iter_mut().zip(&mut self.candidates).zip(other.best.into_iter().zip(other.candidates))
        {
            *count += others;
            list.extend(more);
            list.sort_unstable_by(|a, b| b.cmp(a));
            list.truncate(self.wanted);
        }
        self
    }

    /// Households that were shown with each dwelling.
    pub(crate) fn candidates(&self) -> &[u32] {
        &self.candidates
    }

    /// The lists, once all households have been shown.
    pub(crate) fn lists(self) -> Vec<Shortlist> {
        let Self { pool, offers, wanted, best, candidates, .. } = self;
        lists(pool, offers, wanted, best, candidates)
    }
}

fn lists(
    pool: &Pool<'_, '_>,
    offers: &[Option<DwellingIndex>],
    wanted: usize,
    best: Vec<Vec<(Key, i64)>>,
    candidates: Vec<u32>,
) -> Vec<Shortlist> {
    let (problem, prices) = (pool.problem(), pool.prices());
    let name = |d: DwellingIndex| problem.dwellings().get(d.index()).map(|place| place.id.clone());
    let lists = best.into_iter().zip(candidates).zip(problem.dwellings()).enumerate();
    lists
        .map(|(d, ((list, candidates), place))| Shortlist {
            dwelling: place.id.clone(),
            residence: problem.residences().get(place.residence.index()).cloned().unwrap_or_default(),
            candidates: candidates as usize,
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
