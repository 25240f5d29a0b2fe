//! Independent parts of a plain problem, solved in parallel.
//!
//! Without rows and pairs, households and dwellings that no chain of arcs joins have nothing to do with each other. Their prices
//! stand side by side in one certificate: totals of plain assignments are whole points, so that nothing is lost by adding them.
//! (With rows, floors of the parts' totals would prove more than the floor of their sum: such problems are kept whole.)

use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

use crate::allocation::{Allocation, Certificate, Prices, Proof, Status};
use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::problem::{Parts, Problem};

/// Splitting pays when the largest part leaves at least so much of the arcs to others (in per cent).
const LEAST_REST: usize = 10;

/// Households of each independent part that has arcs, largest parts first; empty where splitting does not pay.
pub(super) fn parts(problem: &Problem) -> Vec<Vec<HouseholdIndex>> {
    if !problem.quotas().is_empty() || !problem.affinities().is_empty() {
        return Vec::new();
    }
    let households = problem.households().len();
    let mut sets = UnionFind::<usize>::new(households + problem.dwellings().len());
    for h in 0..households {
        for arc in problem.arcs(HouseholdIndex::new(h)) {
            sets.union(h, households + arc.dwelling.index());
        }
    }
    let mut members: BTreeMap<usize, Vec<HouseholdIndex>> = BTreeMap::new();
    for h in (0..households).map(HouseholdIndex::new).filter(|&h| !problem.arc_range(h).is_empty()) {
        members.entry(sets.find_mut(h.index())).or_default().push(h);
    }
    let size = |part: &Vec<HouseholdIndex>| part.iter().map(|&h| problem.arc_range(h).len()).sum::<usize>();
    let mut parts: Vec<_> = members.into_values().collect();
    parts.sort_by_cached_key(|part| std::cmp::Reverse(size(part)));
    let rest = parts.iter().skip(1).map(size).sum::<usize>();
    if rest * 100 >= problem.arc_count() * LEAST_REST { parts } else { Vec::new() }
}

/// Solves each part by `solve` and puts the answers together.
///
/// # Errors
/// As [`super::solve`].
pub(super) fn solve_parts(
    problem: &Problem,
    parts: &[Vec<HouseholdIndex>],
    solve: impl Fn(&Problem) -> Result<Allocation, Error> + Sync,
) -> Result<Allocation, Error> {
    let answers: Vec<_> = parts
        .par_iter()
        .map(|households| {
            let (part, dwellings) = part(problem, households)?;
            Ok((solve(&part)?, dwellings))
        })
        .collect::<Result<_, Error>>()?;
    let mut whole = Allocation {
        status: Status::Optimal,
        offers: vec![None; problem.households().len()],
        objective: Some(0),
        suitability: 0,
        penalties: 0,
        affinity_points: 0,
        bound: Some(0),
        certificate: None,
        steps: 0,
    };
    let scale = answers.iter().filter_map(|(answer, _)| prices(answer)).map(|p| p.scale).max().unwrap_or(1);
    let mut all = Prices { scale, households: Some(BTreeMap::new()), ..Prices::default() };
    for ((answer, dwellings), households) in answers.into_iter().zip(parts) {
        // A stop ends every part with the same status.
        if answer.status != Status::Optimal {
            whole.status = answer.status;
        }
        for (&household, offer) in households.iter().zip(&answer.offers) {
            whole.offers[household.index()] = offer.and_then(|d| dwellings.get(d.index()).copied());
        }
        whole.suitability += answer.suitability;
        whole.objective = whole.objective.zip(answer.objective).map(|(sum, part)| sum + part);
        whole.bound = whole.bound.zip(answer.bound).map(|(sum, part)| sum + part);
        whole.steps += answer.steps;
        if let Some(Certificate { proof: Proof::Prices(prices), .. }) = answer.certificate {
            // Scales are powers of two.
            let factor = scale / prices.scale;
            let scaled = move |(id, price): (String, i64)| (id, price * factor);
            all.households.get_or_insert_default().extend(prices.households.into_iter().flatten().map(scaled));
            all.dwellings.extend(prices.dwellings.into_iter().map(scaled));
        }
    }
    // A part that was stopped early may have a total that is no whole point: the sum of floors is then not what the prices prove.
    if let Some(bound) = &mut whole.bound {
        let capacity: BTreeMap<&str, i64> = problem.dwellings().iter().map(|d| (d.id.as_str(), i64::from(d.capacity))).collect();
        let households = all.households.iter().flat_map(BTreeMap::values).map(|&u| i128::from(u)).sum::<i128>();
        let dwellings = all.dwellings.iter().map(|(id, &v)| i128::from(v) * i128::from(capacity.get(id.as_str()).copied().unwrap_or(0)));
        *bound = i64::try_from((households + dwellings.sum::<i128>()).div_euclid(i128::from(scale))).unwrap_or(i64::MAX);
    }
    whole.certificate =
        Some(Certificate { problem: problem.hash(), objective: whole.objective, bound: whole.bound, proof: Proof::Prices(all) });
    Ok(whole)
}

fn prices(answer: &Allocation) -> Option<&Prices> {
    match &answer.certificate.as_ref()?.proof {
        Proof::Prices(prices) => Some(prices),
        _ => None,
    }
}

/// The problem of some households, which are in id order, and the dwellings of the whole that its dwellings are.
fn part(problem: &Problem, households: &[HouseholdIndex]) -> Result<(Problem, Vec<DwellingIndex>), Error> {
    let mut dwellings: Vec<DwellingIndex> = households.iter().flat_map(|&h| problem.arcs(h)).map(|arc| arc.dwelling).collect();
    dwellings.sort_unstable();
    dwellings.dedup();
    let of = |d: DwellingIndex| DwellingIndex::new(dwellings.binary_search(&d).unwrap_or(0));
    let arcs = households
        .iter()
        .enumerate()
        .flat_map(|(position, &h)| problem.arcs(h).map(move |arc| (HouseholdIndex::new(position), arc.dwelling, arc.score)));
    let parts = Parts {
        households: households.iter().map(|h| problem.households()[h.index()].clone()).collect(),
        dwellings: dwellings.iter().map(|d| problem.dwellings()[d.index()].clone()).collect(),
        residences: problem.residences().to_vec(),
        arcs: arcs.map(|(h, d, score)| (h, of(d), score)).collect(),
        ..Parts::default()
    };
    Ok((Problem::new(parts)?, dwellings))
}
