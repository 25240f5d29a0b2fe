//! From the solver's arrays to an allocation with its certificate.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::allocation::{AffinityShare, Allocation, Certificate, Prices, Proof, QuotaPrice, Status};
use crate::ids::DwellingIndex;
use crate::problem::Problem;

use super::graph::{Graph, NONE};
use super::prices::Ascent;

/// Worth of the offers, from the problem alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Worth {
    pub(super) suitability: i64,
    pub(super) penalties: i64,
    pub(super) affinity_points: i64,
}

impl Worth {
    pub(super) const fn objective(self) -> i64 {
        self.suitability - self.penalties + self.affinity_points
    }
}

/// Recomputes what `offers` are worth; `None` where a pair is no arc or a hard row is broken.
pub(super) fn worth(problem: &Problem, offers: &[Option<DwellingIndex>]) -> Option<Worth> {
    let mut counts = vec![0i64; problem.quotas().len()];
    let mut worth = Worth::default();
    for (h, offer) in offers.iter().enumerate() {
        let Some(dwelling) = *offer else { continue };
        let arc = problem.arc(problem.find_arc(crate::ids::HouseholdIndex::new(h), dwelling)?);
        worth.suitability += arc.score;
        for &(q, w) in problem.cell(arc.cell) {
            counts[q.index()] += w;
        }
    }
    for (quota, &count) in problem.quotas().iter().zip(&counts) {
        worth.penalties += quota.penalty(count)?;
    }
    for pair in problem.affinities() {
        if let (Some(a), Some(b)) = (offers[pair.a.index()], offers[pair.b.index()])
            && problem.residence(a) == problem.residence(b)
        {
            worth.affinity_points += pair.points;
        }
    }
    Some(worth)
}

/// Offers by household from slots by column.
pub(super) fn offers(graph: &Graph, slot: &[u32]) -> Vec<Option<DwellingIndex>> {
    let mut offers = vec![None; slot.len()];
    for (column, &slot) in slot.iter().enumerate().filter(|s| *s.1 != NONE) {
        offers[graph.household[column].index()] = Some(graph.dwelling[graph.row_of(slot) as usize]);
    }
    offers
}

/// Prices of columns and rows by position of their household and dwelling.
pub(super) fn by_position(graph: &Graph, u: &[i64], v: &[i64]) -> (Vec<i64>, Vec<i64>) {
    let (mut households, mut dwellings) = (vec![0; u.len()], vec![0; v.len()]);
    for (household, &u) in graph.household.iter().zip(u) {
        households[household.index()] = u;
    }
    for (dwelling, &v) in graph.dwelling.iter().zip(v) {
        dwellings[dwelling.index()] = v;
    }
    (households, dwellings)
}

/// The best prices of an ascent in their public form.
pub(super) fn prices(problem: &Problem, ascent: &Ascent<'_>) -> Prices {
    let best = &ascent.best;
    let (households, dwellings) = by_position(ascent.graph, &best.u, &best.v);
    let quotas = best.prices.iter().enumerate().filter(|p| *p.1 != 0);
    Prices {
        scale: ascent.rows.scale,
        quotas: quotas
            .map(|(q, &price)| (problem.quotas()[q].id.clone(), QuotaPrice { max: price.max(0), min: (-price).max(0) }))
            .collect(),
        affinities: shares(problem, ascent),
        ..plain_prices(problem, &households, &dwellings)
    }
}

/// The best split of each pair's points.
pub(super) fn shares(problem: &Problem, ascent: &Ascent<'_>) -> Vec<AffinityShare> {
    let each = ascent.shares.list.iter().zip(&ascent.best.shares).map(|(share, &share_a)| {
        let pair = problem.affinities()[share.pair as usize];
        AffinityShare {
            household_a: problem.households()[pair.a.index()].clone(),
            household_b: problem.households()[pair.b.index()].clone(),
            residence: problem.residences()[share.residence.index()].clone(),
            share_a,
            share_b: share.points - share_a,
        }
    });
    each.collect()
}

/// Prices of households and dwellings, by position and on scale 1, in their public form.
pub(super) fn plain_prices(problem: &Problem, households: &[i64], dwellings: &[i64]) -> Prices {
    let households = dear(problem.households().par_iter().zip(households));
    let dwellings = dear(problem.dwellings().par_iter().map(|place| &place.id).zip(dwellings));
    Prices { scale: 1, households: Some(households), dwellings, ..Prices::default() }
}

/// The prices that are not 0; ids come in their order, which is the map's own.
fn dear<'a>(prices: impl ParallelIterator<Item = (&'a String, &'a i64)>) -> BTreeMap<String, i64> {
    let dear: Vec<(String, i64)> = prices.filter(|price| *price.1 != 0).map(|(id, &price)| (id.clone(), price)).collect();
    dear.into_iter().collect()
}

/// Puts the answer together.
pub(super) fn allocation(
    problem: &Problem,
    status: Status,
    offers: Vec<Option<DwellingIndex>>,
    bound: Option<i64>,
    proof: Option<Proof>,
    steps: u64,
) -> Allocation {
    let worth = worth(problem, &offers);
    assembled(problem, status, offers, worth, bound, proof, steps)
}

/// Likewise, where `worth` of the offers is known.
pub(super) fn assembled(
    problem: &Problem,
    status: Status,
    offers: Vec<Option<DwellingIndex>>,
    worth: Option<Worth>,
    bound: Option<i64>,
    proof: Option<Proof>,
    steps: u64,
) -> Allocation {
    let known = status != Status::Infeasible && status != Status::Unknown;
    let worth = worth.filter(|_| known);
    let objective = worth.map(Worth::objective);
    let certificate = proof.map(|proof| Certificate { problem: problem.hash(), objective, bound, proof });
    let parts = worth.unwrap_or_default();
    Allocation {
        status,
        offers: if objective.is_some() { offers } else { Vec::new() },
        objective,
        suitability: parts.suitability,
        penalties: parts.penalties,
        affinity_points: parts.affinity_points,
        bound,
        certificate,
        tiers: Vec::new(),
        steps,
    }
}

/// True where bound - objective is within `gap_ppm` millionths of max(1, |objective|), and always where they are equal.
pub(crate) fn within(bound: i64, objective: i64, gap_ppm: u64) -> bool {
    let missing = i128::from(bound) - i128::from(objective);
    missing * 1_000_000 <= i128::from(gap_ppm) * i128::from(objective.unsigned_abs().max(1))
}
