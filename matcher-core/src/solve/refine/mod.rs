//! Better allocations by solving a few residences exactly at a time, all else as it stands.
//!
//! Problem      a *region*: some dwellings, whoever lives there and the unplaced near them; rows keep what the rest counts.
//! Method       residences come in turn, each with those that share the most households with it, until nothing has changed
//!              near any. Only core arcs count (small slack at the prices), so that a region's linear program is small
//!              and its tree closes in few pivots. Regions that close fast grow, others shrink. Several that share neither
//!              dwelling nor household are solved side by side.
//! Complexity   per region a small problem and at most a counted number of pivots; per round O(n + core arcs).
//! Determinism  pivots are counted, randomness is seeded, regions are chosen before any is solved.
//! References   P. Shaw, "Using constraint programming and local search methods to solve vehicle routing problems" (CP 1998).

mod region;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::problem::Problem;

use super::control::Control;
use super::core::Core;
use super::graph::{Graph, NONE};
use super::plain::Occupants;
use super::random::Random;
use super::search::{Change, Partners};
use super::tree;
use region::Region;

/// Dwellings of a region at first, and at least.
const SIZE: usize = 60;
const LEAST: usize = 12;
/// Steps (pivots and places of the tree) that a region may take.
const STEPS: u64 = 1_500;
/// Dwellings for each region of a round, and regions of a round.
const ROWS_PER_REGION: usize = 500;
const AT_ONCE: std::ops::RangeInclusive<usize> = 4..=64;

/// The core as regions and annealing see it.
#[derive(Debug)]
pub(super) struct Near {
    pub(super) core: Core,
    /// Whether each core slot is near enough: of small slack at the best prices.
    pub(super) small: Vec<bool>,
    /// The best prices: of columns, rows and quotas, on this scale.
    pub(super) u: Vec<i64>,
    pub(super) v: Vec<i64>,
    pub(super) quotas: Vec<i64>,
    pub(super) scale: i64,
}

impl Near {
    /// Slots of the core near enough, of a column.
    pub(super) fn of_column(&self, column: u32) -> impl Iterator<Item = u32> + '_ {
        self.core.graph.column_slots(column as usize).iter().copied().filter(|&slot| self.small[slot as usize])
    }

    /// Slots of the core near enough, of a row.
    pub(super) fn of_row(&self, row: u32) -> impl Iterator<Item = usize> + '_ {
        self.core.graph.slots(row as usize).filter(|&slot| self.small[slot])
    }
}

/// An allocation as regions see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    /// Slot by column, within all hard rows.
    pub(super) slot: &'a [u32],
    /// The same by row.
    pub(super) occupants: &'a Occupants,
    /// What every row counts.
    pub(super) counts: &'a [i64],
    /// Partners of each column with their points.
    pub(super) partners: &'a Partners,
}

/// What is no longer free for another region of the same round.
struct Taken {
    row: Vec<bool>,
    column: Vec<bool>,
}

/// Regions in turn.
#[derive(Debug, Clone)]
pub(super) struct Refine<'a> {
    problem: &'a Problem,
    graph: &'a Graph,
    random: Random,
    /// Rows of each residence.
    homes: Vec<Vec<u32>>,
    /// Residences in the order of their turns, mixed anew each time around.
    turns: Vec<u32>,
    turn: usize,
    /// Whether something may have changed near each residence since it was solved.
    open: Vec<bool>,
    size: usize,
    /// Steps so far.
    pub(super) steps: u64,
}

impl<'a> Refine<'a> {
    pub(super) fn new(problem: &'a Problem, graph: &'a Graph, seed: u64) -> Self {
        let mut homes = vec![Vec::new(); problem.residences().len()];
        for (row, &dwelling) in graph.dwelling.iter().enumerate() {
            homes[problem.residence(dwelling).index()].push(row as u32);
        }
        let (open, turns) = (vec![true; homes.len()], (0..homes.len() as u32).collect());
        Self { problem, graph, random: Random::new(seed ^ 0x0E61_0125), homes, turns, turn: 0, open, size: SIZE, steps: 0 }
    }

    /// Solves regions side by side: for each the changes that make it better, none where there are none. Two regions may count in
    /// one row: whoever takes the changes must look whether each still is a gain.
    pub(super) fn advance(&mut self, held: Held<'_>, near: &Near, control: &Control<'_>) -> Vec<Vec<Change>> {
        let mut taken = Taken { row: vec![false; self.graph.rows()], column: vec![false; self.graph.columns()] };
        let wanted = (self.graph.rows() / ROWS_PER_REGION).clamp(*AT_ONCE.start(), *AT_ONCE.end());
        let regions: Vec<Region> =
            (0..wanted).take_while(|_| control.stopped().is_none()).filter_map(|_| self.region(held, near, &mut taken)).collect();
        let options = tree::Options { steps: STEPS, ..tree::Options::default() };
        let control = Control { stop: control.stop, progress: None };
        let outcomes: Vec<_> = regions
            .par_iter()
            .map(|region| {
                let start = tree::Start { offers: Some(&region.start), prices: Some(&region.prices) };
                // Even to begin takes a while.
                control.stopped().is_none().then(|| tree::close(&region.problem, start, &options, &control))
            })
            .collect();
        if regions.is_empty() {
            // All are solved as they stand: from now on with other company.
            self.open.fill(true);
        }
        let mut changes = Vec::new();
        let (many, mut fast, mut open) = (regions.len().max(1), 0, 0);
        for (region, outcome) in regions.into_iter().zip(outcomes) {
            let Some(outcome) = outcome else { continue };
            self.steps += outcome.steps;
            match outcome.ended {
                tree::Ended::Proved => fast += usize::from(outcome.steps * 2 < STEPS),
                _ => open += 1,
            }
            let change = outcome.offers.map_or_else(Vec::new, |offers| region.changes(&offers, held.slot));
            // Only the first had its nearest around it.
            if let Some(&first) = region.residences.first() {
                self.open[first as usize] = outcome.ended != tree::Ended::Proved;
            }
            if !change.is_empty() {
                for &linked in region.linked.iter().chain(region.residences.iter().skip(1)) {
                    self.open[linked as usize] = true;
                }
            }
            changes.push(change);
        }
        // All of a round had the same size: it changes by a quarter or three eighths at most, however many they were.
        let size = self.size + (self.size * fast).div_ceil(4 * many) - self.size * open * 3 / (8 * many);
        self.size = size.clamp(LEAST, self.graph.rows().max(LEAST));
        changes
    }

    fn residence(&self, row: u32) -> u32 {
        self.problem.residence(self.graph.dwelling[row as usize]).index() as u32
    }

    /// The next region: the residence whose turn it is and those nearest to it.
    fn region(&mut self, held: Held<'_>, near: &Near, taken: &mut Taken) -> Option<Region> {
        let first = self.next(taken)?;
        let mut rows: Vec<u32> = self.homes[first].iter().copied().filter(|&row| !taken.row[row as usize]).collect();
        while rows.len() > self.size {
            rows.swap_remove(self.random.below(rows.len()));
        }
        let mut links = self.links(&rows, held, near);
        links.remove(&(first as u32));
        let mut others: Vec<(u64, u32)> = Vec::new();
        for (&other, &weight) in &links {
            // Not always the same company.
            let luck = 1 + self.random.below(4) as u64;
            others.push((weight * luck * 1024 / (self.homes[other as usize].len() as u64 + 4), other));
        }
        others.sort_unstable_by(|a, b| b.cmp(a));
        let mut residences = vec![first as u32];
        for (_, other) in others {
            let more = &self.homes[other as usize];
            if rows.len() + more.len() <= self.size && more.iter().all(|&row| !taken.row[row as usize]) {
                rows.extend(more);
                residences.push(other);
            }
        }
        rows.sort_unstable();
        let region = Region::new(self.problem, self.graph, &rows, held, near, &taken.column);
        for row in rows {
            taken.row[row as usize] = true;
        }
        let mut region = region?;
        (region.residences, region.linked) = (residences, links.into_keys().collect());
        for &column in &region.columns {
            taken.column[column as usize] = true;
        }
        Some(region)
    }

    /// The next residence in turn that may still gain and has a home left; `None` once this round has seen them all.
    fn next(&mut self, taken: &Taken) -> Option<usize> {
        for _ in 0..self.turns.len() {
            if self.turn == 0 {
                for at in (1..self.turns.len()).rev() {
                    self.turns.swap(at, self.random.below(at + 1));
                }
            }
            let residence = self.turns[self.turn] as usize;
            self.turn = (self.turn + 1) % self.turns.len();
            if self.open[residence] && self.homes[residence].iter().any(|&row| !taken.row[row as usize]) {
                return Some(residence);
            }
        }
        None
    }

    /// How many households each residence shares with these rows.
    fn links(&self, rows: &[u32], held: Held<'_>, near: &Near) -> BTreeMap<u32, u64> {
        let mut links: BTreeMap<u32, u64> = BTreeMap::new();
        for &row in rows {
            for at in near.of_row(row) {
                let column = near.core.graph.col[at];
                for other in near.of_column(column) {
                    *links.entry(self.residence(near.core.graph.row[other as usize])).or_default() += 1;
                }
                let slot = held.slot[column as usize];
                if slot != NONE {
                    *links.entry(self.residence(self.graph.row_of(slot))).or_default() += 1;
                }
            }
        }
        links
    }
}
