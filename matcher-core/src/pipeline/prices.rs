//! The certificate's prices, by position instead of by id: what a dwelling and a quota are worth, and what households bid.

use std::collections::BTreeMap;

use crate::allocation::{Certificate, Node, Prices, Proof};
use crate::ids::{CellIndex, DwellingIndex, HouseholdIndex, QuotaIndex, ResidenceIndex};
use crate::problem::{Arc, Problem};
use crate::quotas::Desk;

use super::pool::{Pair, Pool};

/// Prices on the scale `scale`, one entry per dwelling and row of the problem.
///
/// Any valid prices rank the households of a dwelling; those of a tree's first node are as good as those of one leaf.
#[derive(Debug, Clone)]
pub(crate) struct PriceList {
    scale: i128,
    dwellings: Vec<i128>,
    /// Per dwelling, what its place brings as it is offered; 0 where a place is free.
    uses: Vec<i128>,
    rows: Vec<i128>,
    /// Per cell of the problem, what its rows take.
    cells: Vec<i128>,
    shares: BTreeMap<(HouseholdIndex, ResidenceIndex), i128>,
    covers: BTreeMap<HouseholdIndex, Vec<(QuotaIndex, i128)>>,
}

/// The prices of a certificate: the only ones, or those nearest to the root of its tree.
fn first_prices(certificate: &Certificate) -> Option<&Prices> {
    match &certificate.proof {
        Proof::Prices(prices) => Some(prices),
        Proof::Tree { nodes } => nodes.iter().find_map(|node| match node {
            Node::Fix { prices, .. } | Node::Leaf { prices } => Some(prices),
            Node::Split { .. } | Node::Ray { .. } => None,
        }),
        // The last level is the problem with its tiers as rows; the others price what is counted, not what is worth points.
        Proof::Tiers { levels } => first_prices(levels.last()?),
        Proof::Infeasible { .. } => None,
    }
}

fn place(ids: &[String], id: &str) -> Option<usize> {
    ids.binary_search_by(|known| known.as_str().cmp(id)).ok()
}

impl PriceList {
    /// `None` where nothing is proved, or the problem is infeasible.
    pub(crate) fn new(problem: &Problem, certificate: Option<&Certificate>) -> Option<Self> {
        let prices = first_prices(certificate?)?;
        let quota = |id: &str| problem.quotas().binary_search_by(|quota| quota.id.as_str().cmp(id)).ok();
        let mut list = Self {
            scale: prices.scale.max(1).into(),
            dwellings: vec![0; problem.dwellings().len()],
            uses: Vec::new(),
            rows: vec![0; problem.quotas().len()],
            cells: Vec::new(),
            shares: BTreeMap::new(),
            covers: BTreeMap::new(),
        };
        for (d, place) in problem.dwellings().iter().enumerate() {
            if let (Some(price), Some(entry)) = (prices.dwellings.get(&place.id), list.dwellings.get_mut(d)) {
                *entry = (*price).into();
            }
        }
        for (id, price) in &prices.quotas {
            if let Some(entry) = quota(id).and_then(|q| list.rows.get_mut(q)) {
                *entry = i128::from(price.max) - i128::from(price.min);
            }
        }
        for share in &prices.affinities {
            let Some(residence) = place(problem.residences(), &share.residence).map(ResidenceIndex::new) else { continue };
            for (id, points) in [(&share.household_a, share.share_a), (&share.household_b, share.share_b)] {
                if let Some(household) = place(problem.households(), id).map(HouseholdIndex::new) {
                    *list.shares.entry((household, residence)).or_default() += i128::from(points);
                }
            }
        }
        for cover in &prices.covers {
            let Some(row) = quota(&cover.quota).map(QuotaIndex::new) else { continue };
            for (position, id) in cover.households.iter().enumerate() {
                let times = i128::from(cover.times.get(position).copied().unwrap_or(1));
                if let Some(household) = place(problem.households(), id).map(HouseholdIndex::new) {
                    list.covers.entry(household).or_default().push((row, times * i128::from(cover.price)));
                }
            }
        }
        let charge = |cell| problem.cell(CellIndex::new(cell)).iter().map(|&(row, weight)| i128::from(weight) * list.row(row)).sum();
        list.cells = (0..problem.cell_count()).map(charge).collect();
        Some(list)
    }

    /// Works out what each dwelling brings as it is offered.
    pub(crate) fn with_uses(mut self, pool: &Pool<'_, '_>, offers: &[Option<DwellingIndex>]) -> Self {
        self.uses = uses_of(pool, offers);
        self
    }

    /// What the dwelling is worth to the households that compete for it, scaled.
    pub(crate) fn dwelling(&self, dwelling: DwellingIndex) -> i128 {
        self.dwellings.get(dwelling.index()).copied().unwrap_or(0)
    }

    /// What the dwelling brings as it is offered, scaled: whoever else is to have it must bid as much. 0 where a place is free.
    pub(crate) fn in_use(&self, dwelling: DwellingIndex) -> i128 {
        self.uses.get(dwelling.index()).copied().unwrap_or(0)
    }

    /// Price of one more unit counted in the row, scaled: above 0 at a binding maximum, below 0 at a binding minimum.
    pub(crate) fn row(&self, row: QuotaIndex) -> i128 {
        self.rows.get(row.index()).copied().unwrap_or(0)
    }

    /// The rows that make the pair dearer or cheaper, each with what it takes from the pair, scaled (negative = it helps). `counted`
    /// are the rows that count the pair.
    pub(crate) fn row_charges<'a>(
        &'a self,
        household: HouseholdIndex,
        counted: &'a [(QuotaIndex, i64)],
    ) -> impl Iterator<Item = (QuotaIndex, i128)> + 'a {
        let priced = counted.iter().map(|&(row, weight)| (row, i128::from(weight) * self.row(row)));
        priced.chain(self.cover_charges(household, counted)).filter(|charge| charge.1 != 0)
    }

    fn cover_charges<'a>(
        &'a self,
        household: HouseholdIndex,
        counted: &'a [(QuotaIndex, i64)],
    ) -> impl Iterator<Item = (QuotaIndex, i128)> + 'a {
        let covers = self.covers.get(&household).into_iter().flatten();
        covers.filter(move |cover| counted.iter().any(|entry| entry.0 == cover.0 && entry.1 > 0)).copied()
    }

    /// What the pair is worth before household and dwelling prices: scaled points, pair shares, less the rows' prices.
    pub(crate) fn worth(&self, problem: &Problem, household: HouseholdIndex, arc: Arc) -> i128 {
        let mut worth = self.scale * i128::from(arc.score) - self.cells.get(arc.cell.index()).copied().unwrap_or(0);
        if !self.covers.is_empty() {
            worth -= self.cover_charges(household, problem.cell(arc.cell)).map(|charge| charge.1).sum::<i128>();
        }
        if !self.shares.is_empty() {
            worth += self.shares.get(&(household, problem.residence(arc.dwelling))).copied().unwrap_or(0);
        }
        worth
    }

    /// Works out the bid of each pair of one household, scaled: the pair's worth less what the household could get without this dwelling
    /// at the other dwellings' prices (0 where that is less than nothing).
    ///
    /// For every pair but the offered one this is the reduced value by the household's own price; for the offered one that price
    /// may take all of the difference to the next candidate, or none of it, so that it says nothing about how close they are.
    pub(crate) fn bids(&self, pairs: &mut [Pair]) {
        let surplus = |pair: &Pair| pair.worth - self.dwelling(pair.dwelling);
        let (mut best, mut second) = ((0, None), 0);
        for (position, pair) in pairs.iter().enumerate() {
            let surplus = surplus(pair);
            if surplus > best.0 {
                second = best.0;
                best = (surplus, Some(position));
            } else {
                second = second.max(surplus);
            }
        }
        for (position, pair) in pairs.iter_mut().enumerate() {
            pair.bid = pair.worth - if best.1 == Some(position) { second } else { best.0 };
        }
    }

    /// The least price of a household that covers its `pairs` at the other prices, scaled.
    pub(crate) fn least(&self, pairs: &[Pair]) -> i64 {
        let surplus = pairs.iter().map(|pair| pair.worth - self.dwelling(pair.dwelling)).max().unwrap_or(0).max(0);
        i64::try_from(surplus).unwrap_or(i64::MAX)
    }

    /// Scaled points as whole points, towards the larger loss.
    pub(crate) fn points(&self, scaled: i128) -> i64 {
        let up = scaled.div_euclid(self.scale) + i128::from(scaled.rem_euclid(self.scale) != 0);
        i64::try_from(up).unwrap_or(if up < 0 { i64::MIN } else { i64::MAX })
    }
}

/// The weakest bid among the takers of each full dwelling.
fn uses_of(pool: &Pool<'_, '_>, offers: &[Option<DwellingIndex>]) -> Vec<i128> {
    let problem = pool.problem();
    let mut uses: Vec<(u32, i128)> = vec![(0, i128::MAX); problem.dwellings().len()];
    let placed: Vec<HouseholdIndex> =
        offers.iter().enumerate().filter(|offer| offer.1.is_some()).map(|(h, _)| HouseholdIndex::new(h)).collect();
    let own = |pool: &Pool<'_, '_>, household: HouseholdIndex, desk: &mut Desk| {
        let offer = offers.get(household.index()).copied().flatten();
        let mut pairs = pool.pairs(household, desk);
        pairs.retain(|pair| Some(pair.dwelling) == offer);
        pairs
    };
    pool.in_blocks(&placed, own, |_, pairs| {
        for pair in pairs {
            if let Some(entry) = uses.get_mut(pair.dwelling.index()) {
                *entry = (entry.0 + 1, entry.1.min(pair.bid));
            }
        }
        true
    });
    uses.iter().zip(problem.dwellings()).map(|(&(held, weakest), place)| if held >= place.capacity { weakest } else { 0 }).collect()
}
