//! The allocations that the search holds: a current one, whatever it is worth, and the best that breaks no hard row.
//!
//! Shared by annealing (`anneal`) and exact regions (`refine`): both make changes here, and only here is their worth counted.

mod chains;
mod home;

pub(super) use chains::AtPrices;

use std::sync::Arc;

use crate::ids::QuotaIndex;
use crate::problem::Problem;

use super::graph::{Graph, NONE};
use super::plain::Occupants;
use super::random::Random;
use super::refine::Held;
use super::rows::Rows;

use chains::Tally;

/// An allocation known to be feasible, by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Incumbent {
    /// Slot of each column, or [`NONE`].
    pub(super) slot: Vec<u32>,
    /// Suitability - penalties + affinity points.
    pub(super) objective: i64,
}

/// A change of one column's slot.
pub(super) type Change = (u32, u32);

/// Points of each column with each of its partners; where nobody has one, nothing is held.
#[derive(Debug, Clone, Default)]
pub(super) struct Partners(Arc<[Vec<(u32, i64)>]>);

impl Partners {
    /// By column.
    pub(super) fn new(lists: impl Iterator<Item = Vec<(u32, i64)>>) -> Self {
        Self(lists.collect())
    }

    /// The partners of a column.
    pub(super) fn of(&self, column: u32) -> &[(u32, i64)] {
        self.0.get(column as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody has a partner.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// State of the search.
#[derive(Debug, Clone)]
pub(super) struct Search<'a> {
    pub(super) problem: &'a Problem,
    pub(super) graph: &'a Graph,
    pub(super) rows: &'a Rows,
    pub(super) random: Random,
    pub(super) slot: Vec<u32>,
    pub(super) occupants: Occupants,
    pub(super) counts: Vec<i64>,
    /// True worth of priced things: scores + affinities - soft penalties, unscaled.
    pub(super) worth: i64,
    /// Units by which hard bounds are broken.
    pub(super) broken: i64,
    pub(super) partners: Partners,
    /// The current state is better than `best` and not copied yet.
    unsaved: bool,
    pub(super) best: Option<Incumbent>,
    /// Moves tried so far.
    pub(super) moves: u64,
    tally: Tally,
}

impl<'a> Search<'a> {
    pub(super) fn new(problem: &'a Problem, graph: &'a Graph, rows: &'a Rows, seed: u64) -> Self {
        let pairs = problem.affinities().iter().filter(|pair| pair.points > 0);
        let mut partners = vec![Vec::new(); if pairs.clone().next().is_some() { graph.columns() } else { 0 }];
        for pair in pairs {
            let (a, b) = (graph.column[pair.a.index()], graph.column[pair.b.index()]);
            partners[a as usize].push((b, pair.points));
            partners[b as usize].push((a, pair.points));
        }
        let partners = Partners::new(partners.into_iter());
        let mut search = Self::with_partners(problem, graph, rows, partners, Random::new(seed ^ 0x5EA2_C4A1));
        // The empty allocation is the first one where no hard minimum forbids it.
        let empty = vec![NONE; graph.columns()];
        search.load(&empty);
        search
    }

    /// Nobody placed, and no allocation known.
    pub(super) fn with_partners(problem: &'a Problem, graph: &'a Graph, rows: &'a Rows, partners: Partners, random: Random) -> Self {
        Self {
            problem,
            graph,
            rows,
            random,
            slot: vec![NONE; graph.columns()],
            occupants: Occupants::new(graph.rows(), graph.columns()),
            counts: vec![0; rows.limits.len()],
            worth: 0,
            broken: 0,
            partners,
            unsaved: false,
            best: None,
            moves: 0,
            tally: Tally::new(vec![0; rows.limits.len()]),
        }
    }

    /// What is large and no longer wanted, for whoever frees it.
    pub(super) fn remains(self) -> impl Send + use<> {
        (self.slot, self.occupants, self.best, self.partners)
    }

    /// Starts from the allocation `slot`.
    pub(super) fn load(&mut self, slot: &[u32]) {
        self.slot.copy_from_slice(slot);
        self.occupants = Occupants::new(self.graph.rows(), self.graph.columns());
        self.counts.fill(0);
        (self.worth, self.broken) = (0, 0);
        for (column, &slot) in slot.iter().enumerate() {
            if slot == NONE {
                continue;
            }
            self.occupants.insert(self.graph.row_of(slot), column as u32);
            self.worth += self.graph.score[slot as usize];
            for &(q, w) in self.problem.cell(self.graph.cell[slot as usize]) {
                self.counts[q.index()] += w;
            }
            let partners = self.partners.of(column as u32);
            if !partners.is_empty() {
                let home = self.residence(slot);
                let earned = partners.iter().filter(|p| (p.0 as usize) < column && self.lives_in(p.0) == Some(home));
                self.worth += earned.map(|p| p.1).sum::<i64>();
            }
        }
        for (q, &count) in self.counts.iter().enumerate() {
            let (soft, hard) = self.rows.limits[q].cost(count);
            self.worth -= soft;
            self.broken += hard;
        }
        self.note();
        self.save();
    }

    /// Starts from the allocation `slot`, without the pairs of least score that put hard rows above their maximum: an allocation
    /// at once, however poor, where no hard minimum stands against it.
    pub(super) fn load_within_maxima(&mut self, slot: &[u32]) {
        let mut slot = slot.to_vec();
        let mut counts = vec![0i64; self.rows.limits.len()];
        let mut order: Vec<u32> = (0..slot.len() as u32).filter(|&column| slot[column as usize] != NONE).collect();
        for &column in &order {
            for &(q, w) in self.problem.cell(self.graph.cell[slot[column as usize] as usize]) {
                counts[q.index()] += w;
            }
        }
        order.sort_by_key(|&column| self.graph.score[slot[column as usize] as usize]);
        for column in order {
            let rows = self.problem.cell(self.graph.cell[slot[column as usize] as usize]);
            let over = |&(q, w): &(QuotaIndex, i64)| w > 0 && self.rows.limits[q.index()].breaks_max(counts[q.index()]);
            if rows.iter().any(over) {
                for &(q, w) in rows {
                    counts[q.index()] -= w;
                }
                slot[column as usize] = NONE;
            }
        }
        self.load(&slot);
    }

    pub(super) fn residence(&self, slot: u32) -> crate::ids::ResidenceIndex {
        self.graph.residence(self.problem, slot)
    }

    pub(super) fn lives_in(&self, column: u32) -> Option<crate::ids::ResidenceIndex> {
        let slot = self.slot[column as usize];
        (slot != NONE).then(|| self.residence(slot))
    }

    /// Notes whether the current state is the best; it is copied only when the search is about to leave it.
    pub(super) fn note(&mut self) {
        self.unsaved = self.broken == 0 && self.best.as_ref().is_none_or(|best| self.worth > best.objective);
    }

    pub(super) fn save(&mut self) {
        if self.unsaved {
            self.best = Some(Incumbent { slot: self.slot.clone(), objective: self.worth });
            self.unsaved = false;
        }
    }

    /// What other methods may read of the current state.
    pub(super) fn held(&self) -> Held<'_> {
        Held { slot: &self.slot, occupants: &self.occupants, counts: &self.counts, partners: &self.partners }
    }

    /// Goes back to the best state; false where there is none.
    pub(super) fn load_best(&mut self) -> bool {
        let Some(best) = self.best.take() else { return false };
        self.load(&best.slot);
        self.best = Some(best);
        true
    }

    /// Makes each list of changes that is still a gain, one after the other.
    pub(super) fn adopt(&mut self, lists: &[Vec<Change>]) {
        for changes in lists.iter().filter(|changes| !changes.is_empty()) {
            let (worth, broken) = (self.worth, self.broken);
            let undo: Vec<Change> = changes.iter().map(|&(column, _)| (column, self.slot[column as usize])).collect();
            self.make(changes);
            if self.broken > 0 || self.worth <= worth {
                self.make(&undo);
            }
            debug_assert!(self.broken > 0 || self.worth >= worth || broken > 0);
        }
        self.note();
        self.save();
    }

    /// Makes changes, whatever they are worth.
    fn make(&mut self, changes: &[Change]) {
        let penalty = |search: &Self| {
            let each = search.counts.iter().enumerate().map(|(q, &count)| search.rows.limits[q].cost(count));
            each.fold((0, 0), |sum, cost| (sum.0 + cost.0, sum.1 + cost.1))
        };
        self.worth += penalty(self).0;
        for &(column, new) in changes {
            for (slot, sign) in [(self.slot[column as usize], -1), (new, 1)] {
                if sign > 0 {
                    self.relocate(column, new);
                }
                if slot != NONE {
                    self.worth += sign * (self.graph.score[slot as usize] + self.earned(column, slot));
                    for &(q, w) in self.problem.cell(self.graph.cell[slot as usize]) {
                        self.counts[q.index()] += sign * w;
                    }
                }
            }
        }
        let (soft, hard) = penalty(self);
        self.worth -= soft;
        self.broken = hard;
    }

    /// Points of the partners of `column` who live in the residence of `slot`.
    fn earned(&self, column: u32, slot: u32) -> i64 {
        let home = self.residence(slot);
        self.partners.of(column).iter().filter(|p| self.lives_in(p.0) == Some(home)).map(|p| p.1).sum()
    }

    /// Moves a column to another slot, or to none.
    pub(super) fn relocate(&mut self, column: u32, slot: u32) {
        let old = std::mem::replace(&mut self.slot[column as usize], slot);
        if old != NONE {
            self.occupants.remove(self.graph.row_of(old), column);
        }
        if slot != NONE {
            self.occupants.insert(self.graph.row_of(slot), column);
        }
    }
}
