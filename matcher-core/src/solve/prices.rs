//! Quota prices by sign-adaptive dual ascent over a warm assignment.
//!
//! Problem      min over prices p of L(p) = (assignment with w = S s - sum of row weights x p) + sum over rows of
//!              (max x p where p > 0, min x p where p < 0); L(p) / S is a valid bound for any p.
//! Method       every iteration solves the assignment warm, counts each row and moves its price by its own step: longer while
//!              the direction stays, shorter when it flips, stopping at 0 and at the penalties. The best prices are kept.
//!              With affinities each pair's points are split between its two households per residence, and the split moves
//!              towards the household that is not there.
//! Complexity   per iteration O(m) and one warm assignment; m arcs.
//! Deviations   a plain subgradient with Polyak steps was far slower on housing instances: rows of very different size share
//!              one step there (compare M. Held, R. Karp 1971; M. Riedmiller, H. Braun 1993 for steps by sign).

use crate::ids::{CellIndex, HouseholdIndex, ResidenceIndex};
use crate::problem::Problem;

use super::graph::{Graph, NONE};
use super::plain::Matching;
use super::rows::Rows;

/// Iterations before steps are made smaller one by one.
const COARSE: u32 = 30;
/// A price that has gone one way for so many iterations may go as fast as it likes.
const FREE_RUN: u8 = 4;

/// One pair of households in one residence that both could live in.
#[derive(Debug, Clone)]
pub(super) struct Share {
    /// Position of the pair in the problem.
    pub(super) pair: u32,
    /// The residence.
    pub(super) residence: ResidenceIndex,
    /// Position of (household a, residence) in the bonus table.
    a: u32,
    b: u32,
    /// Scaled points.
    pub(super) points: i64,
    /// What household a is given; b has the rest.
    pub(super) given_a: i64,
    step: i64,
    last: i8,
}

/// State of a dual ascent.
#[derive(Debug, Clone)]
pub(super) struct Ascent<'a> {
    problem: &'a Problem,
    pub(super) graph: &'a Graph,
    pub(super) rows: &'a Rows,
    /// Current row prices.
    pub(super) prices: Vec<i64>,
    /// Current matching; its pairs maximise the priced weights.
    pub(super) matching: Matching,
    /// Count of each row in the matching.
    pub(super) counts: Vec<i64>,
    /// Best prices so far.
    pub(super) best: Best,
    pub(super) shares: Vec<Share>,
    /// Per slot its (household, residence), only with affinities.
    place: Vec<u32>,
    bonus: Vec<i64>,
    weight: Vec<i64>,
    cell_price: Vec<i64>,
    step: Vec<i64>,
    /// Iterations for which the price has moved one way, with the sign of the way.
    run: Vec<i8>,
    step_max: i64,
    stale: u32,
    unit: i64,
    iterations: u32,
}

/// The prices with the smallest total so far.
#[derive(Debug, Clone)]
pub(super) struct Best {
    /// Scaled total: bound = floor(total / scale).
    pub(super) total: i128,
    pub(super) prices: Vec<i64>,
    pub(super) u: Vec<i64>,
    pub(super) v: Vec<i64>,
    pub(super) shares: Vec<i64>,
    /// Slots of the matching at these prices.
    pub(super) slot: Vec<u32>,
}

impl<'a> Ascent<'a> {
    /// Prices 0; solves the plain assignment.
    pub(super) fn new(problem: &'a Problem, graph: &'a Graph, rows: &'a Rows, stop: &dyn Fn(u64) -> bool) -> Self {
        let n = rows.quotas.len();
        // A price step is a small part of how much scores differ.
        let mean = graph.score.iter().map(|&s| i128::from(s)).sum::<i128>() / graph.score.len().max(1) as i128;
        let spread = graph.score.iter().map(|&s| (i128::from(s) - mean).abs()).sum::<i128>() / graph.score.len().max(1) as i128;
        let unit = (rows.scale * i64::try_from(spread).unwrap_or(rows.top).max(1)).max(rows.scale);
        let mut ascent = Self {
            problem,
            graph,
            rows,
            prices: vec![0; n],
            matching: Matching::new(graph),
            counts: vec![0; n],
            best: Best { total: i128::MAX, prices: vec![0; n], u: Vec::new(), v: Vec::new(), shares: Vec::new(), slot: Vec::new() },
            shares: Vec::new(),
            place: Vec::new(),
            bonus: Vec::new(),
            weight: vec![0; graph.score.len()],
            cell_price: vec![0; problem.cell_count()],
            step: vec![(unit / 10).max(1); n],
            run: vec![0; n],
            step_max: (unit / 8).max(1),
            stale: 0,
            unit,
            iterations: 0,
        };
        ascent.split_affinities();
        ascent.solve(stop);
        ascent
    }

    fn split_affinities(&mut self) {
        if self.problem.affinities().is_empty() {
            return;
        }
        // (column, residence) of every slot, numbered.
        let key = |slot: usize| (self.graph.col[slot], self.problem.residence(self.graph.dwelling[self.graph.row[slot] as usize]));
        let mut known: Vec<_> = (0..self.graph.score.len()).map(key).collect();
        known.sort_unstable();
        known.dedup();
        self.place = (0..self.graph.score.len()).map(|slot| known.binary_search(&key(slot)).unwrap_or(0) as u32).collect();
        self.bonus = vec![0; known.len()];
        let of = |household: HouseholdIndex| {
            let column = self.graph.column[household.index()];
            let from = known.partition_point(|k| k.0 < column);
            known[from..].iter().take_while(move |k| k.0 == column).enumerate().map(move |(i, k)| (k.1, (from + i) as u32))
        };
        for (pair, affinity) in self.problem.affinities().iter().enumerate() {
            if affinity.points == 0 {
                continue;
            }
            for (residence, a) in of(affinity.a) {
                if let Some((_, b)) = of(affinity.b).find(|&(r, _)| r == residence) {
                    let points = self.rows.scale * affinity.points;
                    let step = (points / 8).max(1);
                    self.shares.push(Share { pair: pair as u32, residence, a, b, points, given_a: points / 2, step, last: 0 });
                }
            }
        }
        for share in &self.shares {
            self.bonus[share.a as usize] += share.given_a;
            self.bonus[share.b as usize] += share.points - share.given_a;
        }
    }

    /// Solves the assignment at the current prices, counts the rows and keeps the prices if they are the best.
    fn solve(&mut self, stop: &dyn Fn(u64) -> bool) {
        for (cell, price) in self.cell_price.iter_mut().enumerate() {
            *price = self.problem.cell(CellIndex::new(cell)).iter().map(|&(q, w)| w * self.prices[q.index()]).sum();
        }
        let scale = self.rows.scale;
        for (slot, weight) in self.weight.iter_mut().enumerate() {
            *weight = scale * self.graph.score[slot] - self.cell_price[self.graph.cell[slot].index()];
        }
        if !self.place.is_empty() {
            for (weight, &place) in self.weight.iter_mut().zip(&self.place) {
                *weight += self.bonus[place as usize];
            }
        }
        self.matching.reprice(self.graph, &self.weight, stop);
        self.counts.fill(0);
        for &slot in self.matching.slot.iter().filter(|&&slot| slot != NONE) {
            for &(q, w) in self.problem.cell(self.graph.cell[slot as usize]) {
                self.counts[q.index()] += w;
            }
        }
        let total = self.matching.total(self.graph) + self.rows.total(&self.prices);
        if total < self.best.total {
            self.stale = 0;
            self.best = Best {
                total,
                prices: self.prices.clone(),
                u: self.matching.u.clone(),
                v: self.matching.v.clone(),
                shares: self.shares.iter().map(|s| s.given_a).collect(),
                slot: self.matching.slot.clone(),
            };
        } else {
            self.stale += 1;
        }
    }

    /// One iteration. False when no price wants to move or steps have become too small to matter.
    pub(super) fn advance(&mut self, stop: &dyn Fn(u64) -> bool) -> bool {
        let mut moved = false;
        self.iterations += 1;
        if self.iterations > COARSE {
            // Once the prices are near, smaller steps lose less to and fro.
            self.step_max = (self.step_max - self.step_max / 32).max(1);
        }
        for q in 0..self.prices.len() {
            let price = self.prices[q];
            let direction = self.rows.direction(q, price, self.counts[q]);
            if direction == 0 {
                continue;
            }
            let step = &mut self.step[q];
            let run = &mut self.run[q];
            if i64::from(*run) * direction > 0 {
                // A price that goes one way for long has far to go.
                *step = if run.unsigned_abs() >= FREE_RUN {
                    (*step + *step / 3 + 1).min(self.rows.price_max[q] - self.rows.price_min[q])
                } else {
                    (*step + *step / 7 + 1).min(self.step_max.max(*step))
                };
                *run = run.saturating_add(direction as i8);
            } else {
                if *run != 0 {
                    *step = (*step * 11 / 20).clamp(1, self.step_max);
                }
                *run = direction as i8;
            }
            let mut next = price + direction * *step;
            // Passing through 0 changes which bound counts: stop there first.
            if price != 0 && price.signum() != next.signum() {
                next = 0;
            }
            next = next.clamp(self.rows.price_min[q], self.rows.price_max[q]);
            moved |= next != price;
            self.prices[q] = next;
        }
        moved |= self.move_shares();
        if self.stale >= 12 {
            // Steps have outgrown what is left to gain.
            self.step_max = (self.step_max / 2).max(1);
            self.stale = 0;
            self.prices.clone_from(&self.best.prices);
            for step in &mut self.step {
                *step = (*step / 2).clamp(1, self.step_max);
            }
        }
        if moved {
            self.solve(stop);
        }
        moved && (self.step_max > 1 || !self.shares.is_empty())
    }

    /// Moves each split towards the household that is not in the residence.
    fn move_shares(&mut self) -> bool {
        if self.shares.is_empty() {
            return false;
        }
        let mut present = vec![false; self.bonus.len()];
        for &slot in self.matching.slot.iter().filter(|&&slot| slot != NONE) {
            present[self.place[slot as usize] as usize] = true;
        }
        let mut moved = false;
        for share in &mut self.shares {
            // A share given to somebody who is there costs; to somebody who is not it is free.
            let direction = i64::from(present[share.b as usize]) - i64::from(present[share.a as usize]);
            if direction == 0 {
                continue;
            }
            match i64::from(share.last) * direction {
                1 => share.step = (share.step + share.step / 7 + 1).min(share.points),
                -1 => share.step = (share.step * 11 / 20).max(1),
                _ => {}
            }
            share.last = direction as i8;
            let next = (share.given_a + direction * share.step).clamp(0, share.points);
            let change = next - share.given_a;
            moved |= change != 0;
            share.given_a = next;
            self.bonus[share.a as usize] += change;
            self.bonus[share.b as usize] -= change;
        }
        moved
    }

    /// How much scores differ, scaled: the measure of price steps, core width and temperatures.
    pub(super) const fn unit(&self) -> i64 {
        self.unit
    }

    /// Weights of the slots at the best prices.
    pub(super) fn weights_at_best(&self) -> Vec<i64> {
        let price: Vec<i64> = (0..self.problem.cell_count())
            .map(|cell| self.problem.cell(CellIndex::new(cell)).iter().map(|&(q, w)| w * self.best.prices[q.index()]).sum())
            .collect();
        let mut bonus = vec![0; self.bonus.len()];
        for (share, &share_a) in self.shares.iter().zip(&self.best.shares) {
            bonus[share.a as usize] += share_a;
            bonus[share.b as usize] += share.points - share_a;
        }
        let extra = |slot: usize| self.place.get(slot).map_or(0, |&place| bonus[place as usize]);
        let weight = |slot: usize| self.rows.scale * self.graph.score[slot] - price[self.graph.cell[slot].index()] + extra(slot);
        (0..self.graph.score.len()).map(weight).collect()
    }

    /// floor(best total / scale).
    pub(super) fn bound(&self) -> i64 {
        i64::try_from(self.best.total.div_euclid(i128::from(self.rows.scale))).unwrap_or(i64::MAX)
    }
}
