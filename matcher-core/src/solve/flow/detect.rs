//! Is it a flow case? Which rows are stars, and how their sets nest.
//!
//! A row is a household star where each household has either all or none of its arcs counted; a dwelling star likewise. A row that
//! is both is taken for a household star where that nests, else for a dwelling star. Rows that count no arc are constants.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::graph::NONE;
use crate::ids::{CellIndex, HouseholdIndex, QuotaIndex, draw};
use crate::problem::Problem;

/// Whose arcs a set takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// All arcs of some households.
    Households,
    /// All arcs of some dwellings.
    Dwellings,
}

/// Node of the set that holds everything; it has no row.
pub(super) const ALL: u32 = 0;

/// One set of a laminar family.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// The smallest set around it, or [`ALL`].
    pub(super) parent: u32,
    /// Whose arcs it takes.
    pub(super) side: Side,
    /// Its members.
    size: usize,
    /// Rows over exactly this set.
    pub(super) rows: Vec<QuotaIndex>,
}

/// The sets of a flow case, a set after the one around it.
#[derive(Debug, Clone)]
pub(super) struct Sets {
    /// By node; node [`ALL`] first.
    pub(super) nodes: Vec<Set>,
    /// The smallest set of each household.
    pub(super) of_household: Vec<u32>,
    /// The smallest set of each dwelling.
    pub(super) of_dwelling: Vec<u32>,
    /// Rows that count no arc.
    pub(super) idle: Vec<QuotaIndex>,
}

/// The sets of `problem` where it is a flow case. O(m + e): m arcs with the rows of their cells, e entries of the cells.
pub(super) fn detect(problem: &Problem, seed: u64) -> Option<Sets> {
    let cells = || (0..problem.cell_count()).map(|cell| problem.cell(CellIndex::new(cell)));
    if !problem.affinities().is_empty() || problem.quotas().is_empty() || cells().flatten().any(|&(_, weight)| weight != 1) {
        return None;
    }
    let mut counts = vec![false; problem.quotas().len()];
    cells().flatten().for_each(|&(q, _)| counts[q.index()] = true);
    let mut sets = Sets {
        nodes: vec![Set { parent: ALL, side: Side::Households, size: usize::MAX, rows: Vec::new() }],
        of_household: vec![ALL; problem.households().len()],
        of_dwelling: vec![ALL; problem.dwellings().len()],
        idle: (0..counts.len()).filter(|&q| !counts[q]).map(QuotaIndex::new).collect(),
    };
    // Sets of one size in the order of the public draw of their row: ties between them are not for the spelling of an id to decide.
    let order = |list: Vec<Option<Vec<u32>>>| {
        let mut order: Vec<_> = list.into_iter().enumerate().filter_map(|(q, set)| Some((q, set.filter(|set| !set.is_empty())?))).collect();
        order.sort_by_cached_key(|(q, set)| (Reverse(set.len()), Reverse(draw(seed, &problem.quotas()[*q].id)), *q));
        order
    };
    let mut taken = vec![false; counts.len()];
    let mut smallest = std::mem::take(&mut sets.of_household);
    for (q, set) in order(household_stars(problem)) {
        taken[q] = sets.nest(q, Side::Households, &set, &mut smallest).is_some();
    }
    sets.of_household = smallest;
    let mut smallest = std::mem::take(&mut sets.of_dwelling);
    for (q, set) in order(dwelling_stars(problem, &taken)?) {
        sets.nest(q, Side::Dwellings, &set, &mut smallest)?;
    }
    sets.of_dwelling = smallest;
    Some(sets)
}

impl Sets {
    /// Takes up the row `q` over `set`, no larger than any set of its side before; `None` where it crosses one of them.
    fn nest(&mut self, q: usize, side: Side, set: &[u32], smallest: &mut [u32]) -> Option<()> {
        let around = smallest[*set.first()? as usize];
        if set.iter().any(|&member| smallest[member as usize] != around) {
            return None;
        }
        if self.nodes[around as usize].size == set.len() {
            self.nodes[around as usize].rows.push(QuotaIndex::new(q));
            return Some(());
        }
        let node = self.nodes.len() as u32;
        self.nodes.push(Set { parent: around, side, size: set.len(), rows: vec![QuotaIndex::new(q)] });
        for &member in set {
            smallest[member as usize] = node;
        }
        Some(())
    }
}

/// Per row the households of which it counts all arcs; `None` where it counts only some arcs of a household.
fn household_stars(problem: &Problem) -> Vec<Option<Vec<u32>>> {
    let mut stars = vec![Some(Vec::new()); problem.quotas().len()];
    let mut counted = vec![0; stars.len()];
    let mut touched = Vec::new();
    for h in 0..problem.households().len() {
        let range = problem.arc_range(HouseholdIndex::new(h));
        let degree = range.len();
        let mut from = range.start;
        while from < range.end {
            // Arcs of one household mostly lie in runs of one cell.
            let cell = problem.arc(from).cell;
            let to = (from + 1..range.end).find(|&at| problem.arc(at).cell != cell).unwrap_or(range.end);
            for &(q, _) in problem.cell(cell) {
                if counted[q.index()] == 0 {
                    touched.push(q.index());
                }
                counted[q.index()] += to - from;
            }
            from = to;
        }
        for q in touched.drain(..) {
            if std::mem::take(&mut counted[q]) < degree {
                stars[q] = None;
            } else if let Some(set) = &mut stars[q] {
                set.push(h as u32);
            }
        }
    }
    stars
}

/// Per row that is not `taken` the dwellings of which it counts all arcs; `None` where there is one that counts only some arcs of a
/// dwelling.
fn dwelling_stars(problem: &Problem, taken: &[bool]) -> Option<Vec<Option<Vec<u32>>>> {
    // Every arc of a dwelling must be counted by the same of these rows: cells that agree in them form a class.
    let mut known: BTreeMap<Vec<QuotaIndex>, u32> = BTreeMap::new();
    let mut class = Vec::with_capacity(problem.cell_count());
    for cell in 0..problem.cell_count() {
        let rest = problem.cell(CellIndex::new(cell)).iter().map(|entry| entry.0).filter(|q| !taken[q.index()]);
        let next = known.len() as u32;
        class.push(*known.entry(rest.collect()).or_insert(next));
    }
    let mut of_dwelling = vec![NONE; problem.dwellings().len()];
    for position in 0..problem.arc_count() {
        let arc = problem.arc(position);
        let (class, of_dwelling) = (class[arc.cell.index()], &mut of_dwelling[arc.dwelling.index()]);
        if *of_dwelling == NONE {
            *of_dwelling = class;
        } else if *of_dwelling != class {
            return None;
        }
    }
    let mut rows = vec![Vec::new(); known.len()];
    for (list, class) in known {
        rows[class as usize] = list;
    }
    let mut homes = vec![Some(Vec::new()); taken.len()];
    for (d, &class) in of_dwelling.iter().enumerate().filter(|entry| *entry.1 != NONE) {
        for q in &rows[class as usize] {
            homes[q.index()].iter_mut().for_each(|set| set.push(d as u32));
        }
    }
    Some(homes)
}
