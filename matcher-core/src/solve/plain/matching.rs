//! Sparse assignment by shortest augmenting paths with prices, started warm.
//!
//! Problem      max sum w(h,d) x(h,d); each household at most one dwelling, each dwelling d at most c(d) households; arcs
//!              absent = forbidden; everything may stay unmatched.
//! Dual         min sum u(h) + sum c(d) v(d), u, v >= 0, u(h) + v(d) >= w(h,d).
//! Definitions  slack of an arc: u + v - w >= 0; tight: slack 0. A row (dwelling) is *deficient* while it has spare capacity and
//!              v > 0; a column (household) is *stranded* while it is free and u > 0. Matched arcs are always tight, so that
//!              the matching is optimal when nothing is deficient or stranded (complementary slackness).
//! Method       [`Matching::reprice`] keeps u for new weights, takes v(d) = max(0, max w - u) and frees what is no longer tight.
//!              Stranded columns are settled by reverse searches, deficient rows by two rounds of augmenting row reduction and
//!              then forward searches (Dijkstra on slacks; a search ends at a free column, or where letting a row's unit stay
//!              empty is no dearer).
//! Complexity   O(k (m + n log n)) for k freed units; n rows and columns, m arcs. Memory O(m + n).
//! Deviations   from Jonker & Volgenant (1987): sparse; rows with capacities are not split into units (their matched columns
//!              are reached as tight arcs); columns may stay free at price 0; any start prices.
//! References   R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
//!              problems", Computing 38 (1987). R. Burkard, M. Dell'Amico, S. Martello, "Assignment Problems" (2012), ch. 4.

use std::cmp::Reverse;

use rayon::prelude::*;

mod occupants;
mod scratch;

use super::super::control::Pace;
use super::super::graph::{Graph, NONE};
use super::weight::Weight;
pub(in crate::solve) use occupants::Occupants;
use scratch::Search;

/// Arcs scanned between two questions whether to stop: a few milliseconds, wherever they lie in memory.
const ASK_EVERY: u64 = 1 << 18;

/// Rows that one thread prices in one go, at least.
const ROWS_AT_LEAST: usize = 1_024;

/// A matching with prices for the current weights of a graph.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Matching<W = i64> {
    /// Household prices, by column.
    pub(in crate::solve) u: Vec<W>,
    /// Dwelling prices, by row.
    pub(in crate::solve) v: Vec<W>,
    /// Slot by which each column is matched, or [`NONE`].
    pub(in crate::solve) slot: Vec<u32>,
    /// Columns matched to each row.
    occupants: Occupants,
    /// Arcs looked at: the unit of work.
    pub(in crate::solve) scanned: u64,
    search: Search<W>,
}

impl<W: Weight> Matching<W> {
    /// Nothing matched, all prices 0.
    pub(in crate::solve) fn new(graph: &Graph) -> Self {
        Self {
            u: vec![W::ZERO; graph.columns()],
            v: vec![W::ZERO; graph.rows()],
            slot: vec![NONE; graph.columns()],
            occupants: Occupants::new(graph.rows(), graph.columns()),
            scanned: 0,
            search: Search::new(graph.rows(), graph.columns()),
        }
    }

    /// The same rows and columns, and new ones at the end, nothing matched there; or the last ones away, which nothing matches.
    pub(in crate::solve) fn resize(&mut self, rows: usize, columns: usize) {
        self.u.resize(columns, W::ZERO);
        self.v.resize(rows, W::ZERO);
        self.slot.resize(columns, NONE);
        self.occupants.resize(rows, columns);
        self.search.resize(rows, columns);
    }

    /// The columns matched to `row`.
    pub(in crate::solve) fn occupants(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        self.occupants.of(row)
    }

    /// Takes up prices and pairs from before; `slot` per column, each an arc of `graph`.
    pub(in crate::solve) fn restore(&mut self, graph: &Graph, u: &[W], v: &[W], slot: &[u32]) {
        self.u.copy_from_slice(u);
        self.v.copy_from_slice(v);
        self.slot.copy_from_slice(slot);
        self.occupants = Occupants::new(graph.rows(), graph.columns());
        for (column, &slot) in slot.iter().enumerate().filter(|s| *s.1 != NONE) {
            self.occupants.insert(graph.row[slot as usize], column as u32);
        }
    }

    /// Makes the matching optimal for `weight` (one entry per slot), keeping what it can of prices and pairs.
    ///
    /// `stop` is asked with the arcs scanned so far; false means that it stopped early: prices are valid and pairs tight all the
    /// same, but something may still be deficient or stranded.
    pub(in crate::solve) fn reprice(&mut self, graph: &Graph, weight: &[W], stop: &dyn Fn(u64) -> bool) -> bool {
        let u = &self.u;
        self.v.par_iter_mut().enumerate().with_min_len(ROWS_AT_LEAST).for_each(|(row, v)| {
            let value = |slot: usize| weight[slot] - u[graph.col[slot] as usize];
            *v = graph.slots(row).map(value).fold(W::ZERO, W::max);
        });
        self.scanned += weight.len() as u64;
        for column in 0..graph.columns() {
            let slot = self.slot[column];
            if slot != NONE && weight[slot as usize] - self.u[column] != self.v[graph.row[slot as usize] as usize] {
                self.release(graph, column as u32);
            }
        }
        let done = self.settle(graph, weight, stop);
        debug_assert!(!done || self.is_optimal(graph, weight));
        done
    }

    /// From valid prices and tight pairs to an optimal matching.
    fn settle(&mut self, graph: &Graph, weight: &[W], stop: &dyn Fn(u64) -> bool) -> bool {
        let mut pace = Pace::new(ASK_EVERY, self.scanned);
        let mut over = |scanned: u64| pace.is_due(scanned) && stop(scanned);
        for column in 0..graph.columns() {
            while self.slot[column] == NONE && self.u[column] > W::ZERO {
                if over(self.scanned) {
                    return false;
                }
                self.place_column(graph, weight, column as u32);
            }
        }
        let mut deficient: Vec<u32> = (0..graph.rows() as u32).filter(|&row| self.is_deficient(graph, row)).collect();
        for _ in 0..2 {
            deficient = self.reduce(graph, weight, &deficient);
        }
        for row in deficient {
            while self.is_deficient(graph, row) {
                if over(self.scanned) {
                    return false;
                }
                self.fill_row(graph, weight, row);
            }
        }
        true
    }

    pub(in crate::solve) fn is_deficient(&self, graph: &Graph, row: u32) -> bool {
        self.v[row as usize] > W::ZERO && self.has_room(graph, row)
    }

    pub(in crate::solve) fn has_room(&self, graph: &Graph, row: u32) -> bool {
        self.occupants.load(row) < graph.capacity[row as usize]
    }

    pub(in crate::solve) fn release(&mut self, graph: &Graph, column: u32) {
        let slot = std::mem::replace(&mut self.slot[column as usize], NONE);
        self.occupants.remove(graph.row[slot as usize], column);
    }

    pub(in crate::solve) fn take(&mut self, graph: &Graph, column: u32, slot: u32) {
        if self.slot[column as usize] != NONE {
            self.release(graph, column);
        }
        self.slot[column as usize] = slot;
        self.occupants.insert(graph.row[slot as usize], column);
    }

    /// Augmenting row reduction on rows of one unit: each takes its best column at the price where its second best is as good.
    /// Gives the rows that are still deficient.
    fn reduce(&mut self, graph: &Graph, weight: &[W], rows: &[u32]) -> Vec<u32> {
        let mut left = Vec::new();
        // A displaced row is taken up at once while prices move; the budget stops price wars on ties.
        let mut budget = 4 * rows.len() + 16;
        for &first in rows {
            let mut row = first;
            loop {
                let at = row as usize;
                if !self.is_deficient(graph, row) {
                    break;
                }
                if graph.capacity[at] != 1 || budget == 0 {
                    left.push(row);
                    break;
                }
                budget -= 1;
                // Leaving the unit empty is always the other choice, worth 0.
                let (mut best, mut second, mut best_slot) = (W::MIN, W::ZERO, NONE);
                for slot in graph.slots(at) {
                    let value = weight[slot] - self.u[graph.col[slot] as usize];
                    if value > best {
                        second = second.max(best);
                        (best, best_slot) = (value, slot as u32);
                    } else {
                        second = second.max(value);
                    }
                }
                self.scanned += graph.slots(at).len() as u64;
                if best_slot == NONE || best <= W::ZERO {
                    self.v[at] = W::ZERO;
                    break;
                }
                let column = graph.col[best_slot as usize];
                let displaced = self.slot[column as usize];
                if displaced != NONE && best == second {
                    // No price moves: leave it to the searches.
                    self.v[at] = best;
                    left.push(row);
                    break;
                }
                self.u[column as usize] += best - second;
                self.v[at] = second;
                self.take(graph, column, best_slot);
                if displaced == NONE {
                    break;
                }
                // The displaced row's other arcs are no better than its old price: still valid.
                row = graph.row[displaced as usize];
            }
        }
        left
    }

    /// Forward search: fills one unit of a deficient row, or lowers prices until leaving one empty is as good. Gives the weight won.
    pub(in crate::solve) fn fill_row(&mut self, graph: &Graph, weight: &[W], start: u32) -> W {
        self.search.start();
        self.search.reach_row(start, W::ZERO, NONE);
        // (distance, free column it ends at, row whose unit stays empty)
        let mut end = (W::MAX, NONE, NONE);
        let mut row = start;
        let mut base = W::ZERO;
        loop {
            let at = row as usize;
            self.search.settle_row(row, base);
            for slot in graph.slots(at) {
                let column = graph.col[slot];
                let distance = base + self.u[column as usize] + self.v[at] - weight[slot];
                if distance < end.0 && self.search.reach_column(column, distance, slot as u32) {
                    if self.slot[column as usize] == NONE {
                        end = (distance, column, NONE);
                    } else {
                        self.search.heap.push(Reverse((distance, column)));
                    }
                }
            }
            self.scanned += graph.slots(at).len() as u64;
            if base + self.v[at] < end.0 {
                end = (base + self.v[at], NONE, row);
            }
            let next = loop {
                let Some(Reverse((distance, column))) = self.search.heap.pop() else { break None };
                if distance >= end.0 {
                    break None;
                }
                if !self.search.settle_column(column, distance) {
                    continue;
                }
                let row = graph.row[self.slot[column as usize] as usize];
                if self.search.reach_row(row, distance, column) {
                    break Some((row, distance));
                }
            };
            match next {
                Some(found) => (row, base) = found,
                None => break,
            }
        }
        let (length, column, empty) = end;
        // The path wins the prices at its ends, less the slack on it (that of leaving a unit empty is the row's price).
        let won = self.v[start as usize] - length + if column == NONE { W::ZERO } else { self.u[column as usize] };
        for &row in &self.search.rows {
            let gain = length - self.search.row[row as usize].distance;
            if gain > W::ZERO {
                self.v[row as usize] -= gain;
            }
        }
        for &column in &self.search.columns {
            let mark = &self.search.column[column as usize];
            let gain = length - mark.distance;
            if mark.is_final() && gain > W::ZERO {
                self.u[column as usize] += gain;
            }
        }
        // Walk back: each column on the path moves to the row that reached it.
        let mut column = if column == NONE { self.search.row[empty as usize].from } else { column };
        while column != NONE {
            let slot = self.search.column[column as usize].from;
            let via = self.search.row[graph.row[slot as usize] as usize].from;
            self.take(graph, column, slot);
            column = via;
        }
        won
    }

    /// Reverse search: places a stranded column, or lowers its price until staying free is as good. Gives the weight won.
    pub(in crate::solve) fn place_column(&mut self, graph: &Graph, weight: &[W], start: u32) -> W {
        self.search.start();
        self.search.reach_column(start, W::ZERO, NONE);
        // (distance, row with spare capacity it ends at, column that goes free)
        let mut end = (self.u[start as usize], NONE, start);
        let mut columns = vec![start];
        let mut base = W::ZERO;
        loop {
            for &column in &columns {
                let at = column as usize;
                self.search.settle_column(column, base);
                if base + self.u[at] < end.0 {
                    end = (base + self.u[at], NONE, column);
                }
                for &slot in graph.column_slots(at) {
                    let row = graph.row[slot as usize];
                    let distance = base + self.u[at] + self.v[row as usize] - weight[slot as usize];
                    if distance < end.0 && self.search.reach_row(row, distance, slot) {
                        if self.has_room(graph, row) {
                            end = (distance, row, NONE);
                        } else {
                            self.search.heap.push(Reverse((distance, row)));
                        }
                    }
                }
                self.scanned += graph.column_slots(at).len() as u64;
            }
            columns.clear();
            while columns.is_empty() {
                let Some(Reverse((distance, row))) = self.search.heap.pop() else { break };
                if distance >= end.0 {
                    break;
                }
                if !self.search.settle_row(row, distance) {
                    continue;
                }
                base = distance;
                for column in self.occupants.of(row) {
                    if self.search.reach_column(column, distance, row) {
                        columns.push(column);
                    }
                }
            }
            if columns.is_empty() {
                break;
            }
        }
        let (length, spare, freed) = end;
        let won = self.u[start as usize] - length + if spare == NONE { W::ZERO } else { self.v[spare as usize] };
        for &column in &self.search.columns {
            let gain = length - self.search.column[column as usize].distance;
            if gain > W::ZERO {
                self.u[column as usize] -= gain;
            }
        }
        for &row in &self.search.rows {
            let mark = &self.search.row[row as usize];
            let gain = length - mark.distance;
            if mark.is_final() && gain > W::ZERO {
                self.v[row as usize] += gain;
            }
        }
        // Walk back: the row gives its place to the column that reached it.
        let mut row = if spare == NONE { self.search.column[freed as usize].from } else { spare };
        if spare == NONE && self.slot[freed as usize] != NONE {
            self.release(graph, freed);
        }
        while row != NONE {
            let slot = self.search.row[row as usize].from;
            let column = graph.col[slot as usize];
            row = self.search.column[column as usize].from;
            self.take(graph, column, slot);
        }
        won
    }

    /// Sum of prices: the bound of the assignment on the scale of the weights.
    pub(in crate::solve) fn total(&self, graph: &Graph) -> i128 {
        graph.total(&self.u, &self.v)
    }

    /// Valid prices, tight pairs, capacities, complementary slackness.
    pub(in crate::solve) fn is_optimal(&self, graph: &Graph, weight: &[W]) -> bool {
        let mut slots = (0..graph.rows()).flat_map(|row| graph.slots(row));
        let valid = slots.all(|slot| self.u[graph.col[slot] as usize] + self.v[graph.row[slot] as usize] >= weight[slot]);
        let tight = (0..graph.columns()).all(|column| match self.slot[column] {
            NONE => self.u[column] == W::ZERO,
            slot => self.u[column] + self.v[graph.row[slot as usize] as usize] == weight[slot as usize],
        });
        let filled = (0..graph.rows()).all(|row| {
            let load = self.occupants.load(row as u32);
            load <= graph.capacity[row] && (self.v[row] == W::ZERO || load == graph.capacity[row])
        });
        valid && tight && filled && self.u.iter().chain(&self.v).all(|&price| price >= W::ZERO)
    }
}
