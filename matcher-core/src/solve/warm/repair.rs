//! Repairs a plain assignment where an edit touched it: prices stay valid, matched arcs tight, and who lost a place or a price is
//! noted; searches then settle these alone.
//!
//! Problem      that of `plain`, whose weights, rows and columns change a little at a time.
//! Invariant    between edits and searches: u + v >= w on every arc, equality on matched ones. *Stranded* are free columns with
//!              u > 0, *short* are rows with room and v > 0; when there are none of either, the matching is optimal.
//! Away         a household that has withdrawn is a column of capacity 0: its price may be anything at no cost, and is kept above
//!              its scores, so that leaving a home empty is always nearer than that household. Likewise a dwelling that is closed.
//! Complexity   an edit O(degree), then one search for each column or row that it left stranded or short.

use super::super::control::Pace;
use super::super::graph::{Graph, NONE};
use super::super::plain::Matching;

/// Arcs scanned between two questions whether to stop: a few milliseconds.
const ASK_EVERY: u64 = 1 << 20;

/// A matching that follows the edits of its graph; weights are the scores.
#[derive(Debug, Clone)]
pub(super) struct Repair {
    pub(super) matching: Matching,
    /// Sum of the scores of the matched arcs.
    pub(super) worth: i64,
    stranded: Vec<u32>,
    short: Vec<u32>,
}

impl Repair {
    /// Nothing matched: everything is still to be done.
    pub(super) fn new(graph: &Graph) -> Self {
        Self { matching: Matching::new(graph), worth: 0, stranded: Vec::new(), short: Vec::new() }
    }

    /// The first solve: rows all at once. False where it stopped early.
    pub(super) fn first(&mut self, graph: &Graph, stop: &dyn Fn(u64) -> bool) -> bool {
        let done = self.matching.reprice(graph, &graph.score, stop);
        self.worth = self.matching.slot.iter().filter(|&&slot| slot != NONE).map(|&slot| graph.score[slot as usize]).sum();
        if !done {
            self.stranded = (0..graph.columns() as u32).collect();
            self.short = (0..graph.rows() as u32).collect();
        }
        done
    }

    fn slack(&self, graph: &Graph, slot: u32) -> i64 {
        let at = slot as usize;
        self.matching.u[graph.col[at] as usize] + self.matching.v[graph.row[at] as usize] - graph.score[at]
    }

    /// Takes the column out of its row.
    fn free(&mut self, graph: &Graph, column: u32) {
        let slot = self.matching.slot[column as usize];
        if slot != NONE {
            self.worth -= graph.score[slot as usize];
            self.matching.release(graph, column);
            self.short.push(graph.row[slot as usize]);
            self.stranded.push(column);
        }
    }

    /// Gives a free column its smallest valid price, and at once a home if its best one has room.
    fn bid(&mut self, graph: &Graph, column: u32) {
        let (mut best, mut best_slot) = (0, NONE);
        for &slot in graph.column_slots(column as usize) {
            let value = graph.score[slot as usize] - self.matching.v[graph.row[slot as usize] as usize];
            if value > best {
                (best, best_slot) = (value, slot);
            }
        }
        self.matching.scanned += graph.column_slots(column as usize).len() as u64;
        self.matching.u[column as usize] = best;
        if best_slot == NONE {
            return;
        }
        if self.matching.has_room(graph, graph.row[best_slot as usize]) {
            self.worth += graph.score[best_slot as usize];
            self.matching.take(graph, column, best_slot);
        } else {
            self.stranded.push(column);
        }
    }

    /// Gives an empty row its smallest valid price.
    fn offer(&mut self, graph: &Graph, row: u32) {
        let values = graph.slots(row as usize).map(|slot| graph.score[slot] - self.matching.u[graph.col[slot] as usize]);
        self.matching.v[row as usize] = values.fold(0, i64::max);
        self.matching.scanned += graph.slots(row as usize).len() as u64;
        self.short.push(row);
    }

    /// The household withdraws; `above` is more than any of its scores.
    pub(super) fn withdraw(&mut self, graph: &Graph, column: u32, above: i64) {
        self.free(graph, column);
        self.matching.u[column as usize] = above;
    }

    /// The household is there (again).
    pub(super) fn reinstate(&mut self, graph: &Graph, column: u32) {
        self.bid(graph, column);
    }

    /// The dwelling is no longer there, its capacity is 0 now; `above` is more than any of its scores.
    pub(super) fn close(&mut self, graph: &Graph, row: u32, above: i64) {
        self.fit(graph, row);
        self.matching.v[row as usize] = above;
    }

    /// The dwelling is there (again).
    pub(super) fn reopen(&mut self, graph: &Graph, row: u32) {
        self.offer(graph, row);
    }

    /// The capacity of the row has changed: who no longer fits leaves, those first who lose least.
    pub(super) fn fit(&mut self, graph: &Graph, row: u32) {
        let mut there: Vec<u32> = self.matching.occupants(row).collect();
        let capacity = graph.capacity[row as usize] as usize;
        if there.len() > capacity {
            there.sort_unstable_by_key(|&column| (self.matching.u[column as usize], column));
            for &column in there.iter().take(there.len() - capacity) {
                self.free(graph, column);
            }
        }
        self.short.push(row);
    }

    /// The arc's score was `old` and is another now.
    pub(super) fn rescore(&mut self, graph: &Graph, slot: u32, old: i64) {
        let column = graph.col[slot as usize];
        let matched = self.matching.slot[column as usize] == slot;
        if matched {
            self.worth += graph.score[slot as usize] - old;
        }
        let slack = self.slack(graph, slot);
        if matched && slack < 0 {
            // Whoever is where it is worth more stays there.
            self.matching.u[column as usize] -= slack;
        } else if matched && slack > 0 {
            self.free(graph, column);
            self.bid(graph, column);
        } else if slack < 0 {
            self.cover(graph, slot, slack);
        }
    }

    /// The arc is new.
    pub(super) fn join(&mut self, graph: &Graph, slot: u32) {
        let slack = self.slack(graph, slot);
        if slack < 0 {
            self.cover(graph, slot, slack);
        }
    }

    /// Raises a price so that the arc, which is not matched, is covered.
    fn cover(&mut self, graph: &Graph, slot: u32, slack: i64) {
        let (row, column) = (graph.row[slot as usize], graph.col[slot as usize]);
        if graph.capacity[row as usize] == 0 {
            // Nobody pays it.
            self.matching.v[row as usize] -= slack;
            return;
        }
        self.free(graph, column);
        self.matching.u[column as usize] -= slack;
        self.stranded.push(column);
    }

    /// The arc is about to go.
    pub(super) fn part(&mut self, graph: &Graph, slot: u32) {
        let column = graph.col[slot as usize];
        if self.matching.slot[column as usize] == slot {
            self.free(graph, column);
        }
    }

    /// Searches until nothing is stranded or short; false where it stopped early.
    pub(super) fn settle(&mut self, graph: &Graph, is_away: &[bool], stop: &dyn Fn(u64) -> bool) -> bool {
        let mut pace = Pace::new(ASK_EVERY, self.matching.scanned);
        let mut over = |scanned: u64| pace.is_due(scanned) && stop(scanned);
        while let Some(&column) = self.stranded.last() {
            // Undone edits may have taken the column itself away.
            while is_away.get(column as usize) == Some(&false) && self.is_stranded(column) {
                if over(self.matching.scanned) {
                    return false;
                }
                self.worth += self.matching.place_column(graph, &graph.score, column);
            }
            self.stranded.pop();
        }
        while let Some(&row) = self.short.last() {
            while (row as usize) < graph.rows() && self.matching.is_deficient(graph, row) {
                if over(self.matching.scanned) {
                    return false;
                }
                self.worth += self.matching.fill_row(graph, &graph.score, row);
            }
            self.short.pop();
        }
        debug_assert!(self.is_optimal(graph, is_away), "complementary slackness");
        true
    }

    fn is_stranded(&self, column: u32) -> bool {
        self.matching.slot[column as usize] == NONE && self.matching.u[column as usize] > 0
    }

    /// Sum of the prices of those who are there: no assignment is worth more. O(n).
    pub(super) fn total(&self, graph: &Graph, is_away: &[bool]) -> i128 {
        let households = self.matching.u.iter().zip(is_away).filter(|(_, away)| !**away).map(|(&u, _)| i128::from(u));
        let dwellings = self.matching.v.iter().zip(&graph.capacity).map(|(&v, &capacity)| i128::from(v) * i128::from(capacity));
        households.sum::<i128>() + dwellings.sum::<i128>()
    }

    /// Valid prices, tight pairs, capacities, complementary slackness, and the worth that was kept. O(m).
    fn is_optimal(&self, graph: &Graph, is_away: &[bool]) -> bool {
        let valid = (0..graph.rows()).flat_map(|row| graph.slots(row)).all(|slot| self.slack(graph, slot as u32) >= 0);
        let tight = (0..graph.columns()).all(|column| match self.matching.slot[column] {
            NONE => is_away[column] || self.matching.u[column] == 0,
            slot => !is_away[column] && self.slack(graph, slot) == 0,
        });
        let filled = (0..graph.rows()).all(|row| {
            let load = self.matching.occupants(row as u32).count();
            load <= graph.capacity[row] as usize && !self.matching.is_deficient(graph, row as u32)
        });
        let priced = self.matching.u.iter().chain(&self.matching.v).all(|&price| price >= 0);
        valid && tight && filled && priced && i128::from(self.worth) == self.total(graph, is_away)
    }
}
