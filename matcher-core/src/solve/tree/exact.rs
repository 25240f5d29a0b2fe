//! The integer side: rounded prices, and what they prove. Nothing here trusts a float.

use std::rc::Rc;

use crate::ids::{CellIndex, DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::problem::Problem;

use super::bonds::{Bonds, Shares};

/// What is still open at a place of the tree: the arcs that decisions and fixing leave, and who must be offered.
#[derive(Debug, Clone)]
pub(super) struct Domain {
    /// Per household, the positions of the arcs that no fixing dropped.
    pub(super) alive: Vec<Vec<u32>>,
    /// Per arc position, false where a decision above removed it.
    pub(super) open: Vec<bool>,
    /// Households with a yes-decision above.
    pub(super) required: Vec<bool>,
}

impl Domain {
    /// Everything is open.
    pub(super) fn new(problem: &Problem) -> Self {
        let households = problem.households().len();
        Self {
            alive: (0..households).map(|h| problem.arc_range(HouseholdIndex::new(h)).map(|at| at as u32).collect()).collect(),
            open: vec![true; problem.arc_count()],
            required: vec![false; households],
        }
    }

    /// Open arcs of a household.
    pub(super) fn arcs(&self, household: usize) -> impl Iterator<Item = usize> + '_ {
        self.alive[household].iter().map(|&at| at as usize).filter(|&at| self.open[at])
    }

    /// Drops arcs for good.
    pub(super) fn drop_arcs(&mut self, arcs: &[u32]) {
        for &at in arcs {
            self.open[at as usize] = false;
        }
        for list in &mut self.alive {
            list.retain(|&at| self.open[at as usize]);
        }
    }

    /// Number of arcs that no fixing dropped.
    pub(super) fn alive_count(&self) -> usize {
        self.alive.iter().map(Vec::len).sum()
    }
}

/// The households that a row with a hard maximum counts, each so many times, are at most `at_most`: any choice of them that
/// counts more would exceed the maximum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CoverCut {
    /// The row.
    pub(super) quota: QuotaIndex,
    /// (household, how often it counts), ascending.
    pub(super) members: Vec<(u32, i64)>,
    /// What they count together at most.
    pub(super) at_most: i64,
}

/// Prices on the scale; zeros left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Whole {
    /// (dwelling, price > 0).
    pub(super) dwellings: Vec<(u32, i64)>,
    /// (row, price: positive of its maximum, negative of its minimum).
    pub(super) quotas: Vec<(u32, i64)>,
    /// (position in the list of covers, price > 0).
    pub(super) covers: Vec<(u32, i64)>,
    /// Whether the covers of one household each are priced too, so high that no arc they count is of use.
    pub(super) heavy: bool,
    /// Shares of the bonds, ascending; see [`Exact::share`].
    pub(super) shares: Rc<Vec<Shares>>,
}

/// What prices prove over a domain.
#[derive(Debug, Clone)]
pub(super) struct Proved {
    /// Scaled sum; `None` where a required household has no arc left, so that nothing is here at all.
    pub(super) total: Option<i128>,
    /// Per household, the price that the arcs force.
    pub(super) households: Vec<i128>,
}

/// The scale, and what turns prices into bounds.
#[derive(Debug)]
pub(super) struct Exact<'p> {
    pub(super) problem: &'p Problem,
    pub(super) scale: i64,
    /// Households that exceed a hard maximum alone: the domain does without the arcs that it counts.
    pub(super) heavy: Vec<CoverCut>,
    /// Cover cuts found so far.
    pub(super) covers: Vec<CoverCut>,
    /// Per household, the covers it stands in.
    covers_of: Vec<Vec<(u32, i64)>>,
    /// Rows that are left out (deletion filter): never priced.
    pub(super) skipped: Vec<bool>,
    /// Pairs that earn points.
    pub(super) bonds: Bonds,
    dwelling_price: Vec<i64>,
    cell_price: Vec<i128>,
    quota_price: Vec<i64>,
    cover_price: Vec<i64>,
}

/// Prices larger than this are cut off: sums must stay in 128 bits.
const PRICE_LARGEST: f64 = (1u64 << 62) as f64;

pub(super) fn rounded(value: f64) -> i64 {
    if value.is_nan() { 0 } else { value.clamp(-PRICE_LARGEST, PRICE_LARGEST).round() as i64 }
}

impl<'p> Exact<'p> {
    pub(super) fn new(problem: &'p Problem, scale: i64, scored: bool) -> Self {
        Self {
            problem,
            scale,
            heavy: Vec::new(),
            covers: Vec::new(),
            covers_of: vec![Vec::new(); problem.households().len()],
            skipped: vec![false; problem.quotas().len()],
            bonds: Bonds::new(problem, scored),
            dwelling_price: vec![0; problem.dwellings().len()],
            cell_price: vec![0; problem.cell_count()],
            quota_price: vec![0; problem.quotas().len()],
            cover_price: Vec::new(),
        }
    }

    pub(super) fn add_cover(&mut self, cover: CoverCut) {
        for &(h, times) in &cover.members {
            self.covers_of[h as usize].push((self.covers.len() as u32, times));
        }
        self.covers.push(cover);
        self.cover_price.push(0);
    }

    /// Rounds real prices (in points) to the scale and cuts them to what a certificate may say; `free_of_score`: for a ray,
    /// where priced rows are priced 0 and the size of the prices is free.
    pub(super) fn round(&self, dwellings: &[f64], quotas: &[f64], covers: &[f64], factor: f64, free_of_score: bool) -> Whole {
        let mut whole = Whole::default();
        for (d, &price) in dwellings.iter().enumerate() {
            let price = rounded(price * factor);
            if price > 0 {
                whole.dwellings.push((d as u32, price));
            }
        }
        for (q, (&price, quota)) in quotas.iter().zip(self.problem.quotas()).enumerate() {
            let price = rounded(price * factor);
            let (bound, penalty) = if price > 0 { (quota.max, quota.penalty_above) } else { (quota.min, quota.penalty_below) };
            if self.skipped[q] || bound.is_none() {
                continue;
            }
            let price = match penalty {
                None => price,
                Some(_) if free_of_score => 0,
                Some(penalty) => price.clamp(-self.scale * penalty, self.scale * penalty),
            };
            if price != 0 {
                whole.quotas.push((q as u32, price));
            }
        }
        for (c, &price) in covers.iter().enumerate() {
            let price = rounded(price * factor);
            if price > 0 {
                whole.covers.push((c as u32, price));
            }
        }
        whole
    }

    pub(super) fn set(&mut self, whole: &Whole) {
        self.bonds.give(&whole.shares);
        self.dwelling_price.fill(0);
        self.quota_price.fill(0);
        self.cover_price.fill(0);
        for &(d, price) in &whole.dwellings {
            self.dwelling_price[d as usize] = price;
        }
        for &(q, price) in &whole.quotas {
            self.quota_price[q as usize] = price;
        }
        for &(c, price) in &whole.covers {
            self.cover_price[c as usize] = price;
        }
        for cell in 0..self.problem.cell_count() {
            self.cell_price[cell] = self
                .problem
                .cell(CellIndex::new(cell))
                .iter()
                .map(|&(q, weight)| i128::from(weight) * i128::from(self.quota_price[q.index()]))
                .sum();
        }
    }

    /// Scaled score of an arc and the shares of its household there, less its prices, at the prices set last.
    pub(super) fn worth(&self, household: usize, at: usize, scored: bool) -> i128 {
        let arc = self.problem.arc(at);
        let score = if scored { i128::from(self.scale) * i128::from(arc.score) + self.bonds.given(at) } else { 0 };
        let mut worth = score - i128::from(self.dwelling_price[arc.dwelling.index()]) - self.cell_price[arc.cell.index()];
        for &(c, times) in &self.covers_of[household] {
            let price = self.cover_price[c as usize];
            if price > 0 && self.counts(at, self.covers[c as usize].quota) {
                worth -= i128::from(price) * i128::from(times);
            }
        }
        worth
    }

    /// How often the cover counts an arc of the household.
    pub(super) fn cover_counts(&self, cover: &CoverCut, household: u32, at: usize) -> i64 {
        match cover.members.binary_search_by_key(&household, |m| m.0) {
            Ok(k) if self.counts(at, cover.quota) => cover.members[k].1,
            _ => 0,
        }
    }

    /// True where the row counts the arc with a positive weight.
    pub(super) fn counts(&self, at: usize, quota: QuotaIndex) -> bool {
        self.problem.cell(self.problem.arc(at).cell).iter().any(|&(q, weight)| q == quota && weight > 0)
    }

    /// What the prices prove over the domain: with scores an upper bound, without (`scored` false) a contradiction if negative.
    pub(super) fn prove(&mut self, domain: &Domain, whole: &Whole, scored: bool) -> Proved {
        self.set(whole);
        let mut households = vec![0; domain.alive.len()];
        let mut total = Some(0i128);
        for (h, price) in households.iter_mut().enumerate() {
            let best = domain.arcs(h).map(|at| self.worth(h, at, scored)).max();
            *price = match best {
                Some(best) if domain.required[h] => best,
                Some(best) => best.max(0),
                None => {
                    if domain.required[h] {
                        total = None;
                    }
                    0
                }
            };
            total = total.map(|t| t + *price);
        }
        let rows: i128 = self.row_terms(whole);
        Proved { total: total.map(|t| t + rows), households }
    }

    fn row_terms(&self, whole: &Whole) -> i128 {
        let problem = self.problem;
        let dwellings: i128 =
            whole.dwellings.iter().map(|&(d, price)| i128::from(price) * i128::from(problem.dwellings()[d as usize].capacity)).sum();
        let quotas: i128 = whole
            .quotas
            .iter()
            .map(|&(q, price)| {
                let quota = &problem.quotas()[q as usize];
                let bound = if price > 0 { quota.max } else { quota.min };
                i128::from(price) * i128::from(bound.unwrap_or(0))
            })
            .sum();
        let covers: i128 = whole.covers.iter().map(|&(c, price)| i128::from(price) * i128::from(self.covers[c as usize].at_most)).sum();
        dwellings + quotas + covers
    }

    /// floor(total / scale).
    pub(super) fn points(&self, total: i128) -> i128 {
        total.div_euclid(i128::from(self.scale))
    }

    /// Open arcs that `known` does not know and that are worth more than the best of those it knows: (household, position,
    /// scaled excess).
    pub(super) fn unknown(
        &mut self,
        domain: &Domain,
        whole: &Whole,
        scored: bool,
        known: impl Fn(usize) -> bool,
    ) -> Vec<(usize, usize, i128)> {
        self.set(whole);
        let mut list = Vec::new();
        for h in 0..domain.alive.len() {
            let best = domain.arcs(h).filter(|&at| known(at)).map(|at| self.worth(h, at, scored)).max();
            let price = match best {
                Some(best) if domain.required[h] => best,
                Some(best) => best.max(0),
                None if domain.required[h] => i128::MIN / 4,
                None => 0,
            };
            list.extend(domain.arcs(h).filter(|&at| !known(at)).map(|at| (h, at, self.worth(h, at, scored) - price)).filter(|e| e.2 > 0));
        }
        list
    }

    /// Open arcs that the prices proved last show useless for beating `target`, and how many are open.
    pub(super) fn useless(&self, domain: &Domain, proved: &Proved, total: i128, target: i128) -> (Vec<u32>, usize) {
        let (mut dropped, mut open) = (Vec::new(), 0);
        for h in 0..domain.alive.len() {
            for at in domain.arcs(h) {
                open += 1;
                if self.points(total - (proved.households[h] - self.worth(h, at, true))) <= target {
                    dropped.push(at as u32);
                }
            }
        }
        (dropped, open)
    }

    /// Objective of offers, `None` where they break a capacity, a hard row or eligibility.
    pub(super) fn objective(&self, offers: &[Option<DwellingIndex>]) -> Option<i64> {
        let problem = self.problem;
        let mut taken = vec![0u32; problem.dwellings().len()];
        let mut count = vec![0i64; problem.quotas().len()];
        let mut sum = 0i64;
        for (h, offer) in offers.iter().enumerate() {
            let Some(d) = offer else { continue };
            let arc = problem.arc(problem.find_arc(HouseholdIndex::new(h), *d)?);
            taken[d.index()] += 1;
            sum += arc.score;
            for &(q, weight) in problem.cell(arc.cell) {
                count[q.index()] += weight;
            }
        }
        if taken.iter().zip(problem.dwellings()).any(|(&t, place)| t > place.capacity) {
            return None;
        }
        for (q, quota) in problem.quotas().iter().enumerate() {
            if !self.skipped[q] {
                sum -= quota.penalty(count[q])?;
            }
        }
        Some(sum + self.earned(offers))
    }
}
