//! Mends an allocation where it loses most against the prices: chains of moves, nearest first.
//!
//! Problem      an allocation that is good everywhere but in a few homes: one stands empty at a price, or who lives there has slack.
//! Method       best first over paths from such a home: a household takes it, its own home is filled by another,
//!              and so on, until somebody homeless comes in or the last home stays empty. A path's length is its slack, what the
//!              prices say it loses. Each path that ends is tried at its true worth, rows and all; the first that gains is made.
//! Complexity   a home costs at most a counted number of paths; a path O(rows of its arcs).
//! References   F. Glover, "Ejection chains, reference structures and alternating path methods", Discrete Applied Mathematics 65
//!              (1996); here the lengths come from the dual.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::graph::NONE;
use super::{Change, Search};
use crate::ids::QuotaIndex;

/// Paths tried from one home, at most.
const TRIES: usize = 2_000;
/// Times that the homes are gone through.
const PASSES: usize = 3;
/// Households that one chain moves, at most.
const LONGEST: usize = 6;
/// So few changes are looked through from end to end.
const FEW: usize = 16;

/// Prices that the slack of any arc can be computed from: of households, dwellings and cells, on the scale.
#[derive(Debug, Clone)]
pub(in crate::solve) struct AtPrices {
    pub(in crate::solve) u: Vec<i64>,
    pub(in crate::solve) v: Vec<i64>,
    pub(in crate::solve) cell: Vec<i64>,
}

/// Counts of rows while changes are added up: all 0 in between.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    change: Vec<i64>,
    /// Rows with a change.
    rows: Vec<QuotaIndex>,
}

impl Tally {
    pub(super) const fn new(change: Vec<i64>) -> Self {
        Self { change, rows: Vec::new() }
    }
}

/// What changes do to the worth of an allocation and to the counts of its rows.
pub(super) struct Effect {
    pub(super) gain: i64,
    counts: Vec<(QuotaIndex, i64)>,
}

/// A path: `column` has taken `slot`, and `row` is to be filled.
struct Step {
    row: u32,
    column: u32,
    slot: u32,
    before: usize,
    length: usize,
}

impl Search<'_> {
    /// Mends the best allocation in at most `most` homes, those that lose most first. True where it gained.
    pub(in crate::solve) fn mend(&mut self, at_prices: &AtPrices, most: usize, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let Some(best) = self.best.clone() else { return false };
        self.load(&best.slot);
        // Homes that a chain leaves empty come up in the next pass.
        for _ in 0..PASSES {
            let mut gained = false;
            for row in self.losing(at_prices).into_iter().take(most) {
                if stop() {
                    break;
                }
                while self.fill(row, at_prices) {
                    gained = true;
                }
            }
            if !gained {
                break;
            }
        }
        self.save();
        self.best.as_ref().is_some_and(|now| now.objective > best.objective)
    }

    fn slack(&self, slot: u32, at_prices: &AtPrices) -> i64 {
        let (graph, at) = (self.graph, slot as usize);
        let weight = self.rows.scale * graph.score[at] - at_prices.cell[graph.cell[at].index()];
        at_prices.u[graph.col[at] as usize] + at_prices.v[graph.row_of(slot) as usize] - weight
    }

    /// Slack of the arc that a column lives by.
    fn slack_at_home(&self, column: u32, at_prices: &AtPrices) -> i64 {
        self.slack(self.slot[column as usize], at_prices)
    }

    /// Rows that lose something against the prices, most first.
    fn losing(&self, at_prices: &AtPrices) -> Vec<u32> {
        let loss = |row: u32| {
            let empty = i64::from(self.graph.capacity[row as usize]) - i64::from(self.occupants.load(row));
            empty * at_prices.v[row as usize] + self.occupants.of(row).map(|column| self.slack_at_home(column, at_prices)).sum::<i64>()
        };
        let mut rows: Vec<(Reverse<i64>, u32)> = (0..self.graph.rows() as u32).map(|row| (Reverse(loss(row)), row)).collect();
        rows.retain(|&(loss, _)| loss.0 > 0);
        rows.sort_unstable();
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Fills a home, or fills it better; true where that gained.
    fn fill(&mut self, start: u32, at_prices: &AtPrices) -> bool {
        let full = self.occupants.load(start) >= self.graph.capacity[start as usize];
        // Who has most slack goes first, and is homeless for the time being.
        let gone = if full { self.occupants.of(start).max_by_key(|&column| (self.slack_at_home(column, at_prices), column)) } else { None };
        let gain = gone.map_or(at_prices.v[start as usize], |column| self.slack_at_home(column, at_prices));
        let mut steps = vec![Step { row: start, column: gone.unwrap_or(NONE), slot: NONE, before: usize::MAX, length: 0 }];
        let mut heap = BinaryHeap::from([(Reverse(0), 0)]);
        let mut changes: Vec<Change> = Vec::new();
        let mut tries = 0;
        while let Some((Reverse(loss), at)) = heap.pop() {
            let (row, length) = (steps[at].row, steps[at].length);
            for slot in self.graph.slots(row as usize) {
                let (column, slot) = (self.graph.col[slot], slot as u32);
                let home = self.slot[column as usize];
                let after = loss + self.slack(slot, at_prices);
                if after > 2 * gain || home == slot || is_on_path(&steps, at, column) {
                    continue;
                }
                if tries >= TRIES {
                    return false;
                }
                tries += 1;
                self.moves += 1;
                changes.clear();
                changes.push((column, slot));
                path(&steps, at, &mut changes);
                if self.gains(&changes) {
                    return true;
                }
                if home != NONE && length < LONGEST {
                    let after = after - self.slack_at_home(column, at_prices);
                    let next = self.graph.row_of(home);
                    steps.push(Step { row: next, column, slot, before: at, length: length + 1 });
                    heap.push((Reverse(after), steps.len() - 1));
                }
            }
        }
        false
    }

    /// Makes the changes if they break no hard row and the true worth rises.
    fn gains(&mut self, changes: &[Change]) -> bool {
        let Some(effect) = self.effect_above(0, changes) else { return false };
        self.apply(changes, &effect);
        self.note();
        true
    }

    /// What changes would do; `None` where a hard row would be broken further.
    pub(super) fn effect(&mut self, changes: &[Change]) -> Option<Effect> {
        self.effect_above(i64::MIN, changes)
    }

    /// The same, and `None` too where they gain no more than `least`.
    fn effect_above(&mut self, least: i64, changes: &[Change]) -> Option<Effect> {
        let (problem, graph) = (self.problem, self.graph);
        let Tally { change, rows } = &mut self.tally;
        let mut gain = 0;
        for &(column, new) in changes {
            for (slot, sign) in [(self.slot[column as usize], -1), (new, 1)] {
                if slot != NONE {
                    gain += sign * graph.score[slot as usize];
                    for &(q, weight) in problem.cell(graph.cell[slot as usize]) {
                        // A row that comes back to 0 may stand here twice; the second time it says nothing.
                        if change[q.index()] == 0 {
                            rows.push(q);
                        }
                        change[q.index()] += sign * weight;
                    }
                }
            }
        }
        let mut counts: Vec<(QuotaIndex, i64)> = Vec::new();
        let mut is_kept = true;
        for q in rows.drain(..) {
            let change = std::mem::take(&mut change[q.index()]);
            if change == 0 || !is_kept {
                continue;
            }
            let (count, limit) = (self.counts[q.index()], &self.rows.limits[q.index()]);
            let (before, after) = (limit.cost(count), limit.cost(count + change));
            is_kept = after.1 <= before.1;
            gain -= after.0 - before.0;
            counts.push((q, change));
        }
        if !is_kept {
            return None;
        }
        gain += self.earned_by(changes);
        (gain > least).then_some(Effect { gain, counts })
    }

    /// Makes changes whose effect is known; whether the state is the best is not noted.
    pub(super) fn apply(&mut self, changes: &[Change], effect: &Effect) {
        for &(q, change) in &effect.counts {
            self.counts[q.index()] += change;
        }
        self.worth += effect.gain;
        for &(column, slot) in changes {
            self.relocate(column, slot);
        }
    }
}

impl Search<'_> {
    /// Points that the changes earn with partners, less what they lose. O(p log c + c log c): c changes, p partners of those who move.
    fn earned_by(&self, changes: &[Change]) -> i64 {
        if self.partners.is_empty() {
            return 0;
        }
        let mut sorted = if changes.len() > FEW { changes.to_vec() } else { Vec::new() };
        sorted.sort_unstable();
        let moves = |column: u32| match sorted.binary_search_by_key(&column, |change| change.0) {
            Ok(at) => sorted.get(at),
            Err(_) if sorted.is_empty() => changes.iter().find(|change| change.0 == column),
            Err(_) => None,
        };
        let mut gain = 0;
        for &(column, new) in changes {
            let after = (new != NONE).then(|| self.residence(new));
            let before = self.lives_in(column);
            for &(partner, points) in self.partners.of(column) {
                let (home, next) = match moves(partner) {
                    // A pair that moves together is seen from both: it counts once.
                    Some(_) if partner < column => continue,
                    Some(&(_, slot)) => (self.lives_in(partner), (slot != NONE).then(|| self.residence(slot))),
                    None => (self.lives_in(partner), self.lives_in(partner)),
                };
                gain -= if before.is_some() && before == home { points } else { 0 };
                gain += if after.is_some() && after == next { points } else { 0 };
            }
        }
        gain
    }
}

/// The changes of a path.
fn path(steps: &[Step], mut at: usize, changes: &mut Vec<Change>) {
    while let Some(step) = steps.get(at) {
        if step.column != NONE {
            changes.push((step.column, step.slot));
        }
        at = step.before;
    }
}

fn is_on_path(steps: &[Step], mut at: usize, column: u32) -> bool {
    while let Some(step) = steps.get(at) {
        if step.column == column {
            return true;
        }
        at = step.before;
    }
    false
}
