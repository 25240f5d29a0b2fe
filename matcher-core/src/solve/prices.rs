//! Quota prices by sign-adaptive dual ascent over a warm assignment on a core of arcs.
//!
//! Problem      min over prices p of L(p) = (assignment with w = S s - sum of row weights x p) + sum over rows of
//!              (max x p where p > 0, min x p where p < 0); L(p) / S is a valid bound for any p.
//! Method       every iteration solves the assignment warm on the core, counts each row and moves its price by its own step:
//!              longer while the direction stays, shorter when it flips, stopping at 0 and at the penalties. After a few
//!              iterations the most promising prices are held against *all* arcs: that gives a bound, and the next core.
//!              With affinities each pair's points are split between its two households (`shares`).
//! Complexity   per iteration O(core arcs) and one warm assignment there; per look O(m); m arcs.
//! Deviations   a plain subgradient with Polyak steps was far slower on housing instances: rows of very different size share
//!              one step there (compare M. Held, R. Karp 1971; M. Riedmiller, H. Braun 1993 for steps by sign).

mod resume;

pub(super) use resume::Saved;

use std::ops::RangeInclusive;

use rayon::prelude::*;

use crate::ids::{CellIndex, HouseholdIndex};
use crate::problem::Problem;

use super::control::Stop;
use super::core::{Core, Width};
use super::graph::{Graph, NONE};
use super::plain::{Matching, Plain};
use super::refine::Near;
use super::rows::Rows;
use super::search::AtPrices;
use super::shares::Shares;

/// Iterations before steps are made smaller one by one.
const COARSE: u32 = 30;
/// A look that gains more than one part in so many of the bound says that prices are still coarse.
const COARSE_PER: i128 = 1_000;
/// A price that has gone one way for so many iterations may go as fast as it likes.
const FREE_RUN: u8 = 2;
/// Iterations on the core between two looks at all arcs, at most.
const LOOK_EVERY: u32 = 6;

/// How far ahead a core looks, in 64ths: what it misses is mended for little, what it holds is scanned each time. At most beyond the
/// steps of now, since they grow.
const AHEAD: i64 = 24;
const MOST_AHEAD: i64 = 192;

/// Nearest slots of each column that always count beside those of small slack, up to so many times their width.
const FEW: usize = 3;
const FAR: i64 = 8;

/// Arcs that one thread weighs in one go, at least.
const ARCS_AT_LEAST: usize = 1 << 14;
/// Columns between two questions whether to stop.
const ASK_EVERY: usize = 1_024;

/// Times that missed arcs are brought into the core before the ascent goes back.
const PRICE_IN: u32 = 4;
/// Looks without a better bound before the ascent goes back.
const STALE: u32 = 3;

/// State of a dual ascent.
#[derive(Debug, Clone)]
pub(super) struct Ascent<'a> {
    problem: &'a Problem,
    pub(super) graph: &'a Graph,
    pub(super) rows: &'a Rows,
    /// Current row prices.
    prices: Vec<i64>,
    /// Matching on the core; its pairs maximise the priced weights there.
    matching: Matching,
    core: Core,
    /// Count of each row in the matching.
    counts: Vec<i64>,
    /// Best prices so far, valid for all arcs.
    pub(super) best: Point,
    /// Lowest total on the core since the last look; not yet held against all arcs.
    hope: Point,
    pub(super) shares: Shares,
    weight: Vec<i64>,
    cell_price: Vec<i64>,
    step: Vec<i64>,
    /// Iterations for which the price has moved one way, with the sign of the way.
    run: Vec<i8>,
    step_max: i64,
    stale: u32,
    unit: i64,
    iterations: u32,
    /// The last look still gained much: prices are too far off to steer by.
    pub(super) is_coarse: bool,
    /// What arcs stand in the core.
    width: Width,
    /// How far prices are thought to go until the next look, in 64ths of what they would at the steps they have now.
    ahead: i64,
    /// Iterations until the next look, and between two looks now.
    next_look: u32,
    look_every: u32,
    /// Arcs looked at outside the matching.
    looked: u64,
}

/// Prices and the matching that belongs to them.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// Scaled total: bound = floor(total / scale).
    pub(super) total: i128,
    pub(super) prices: Vec<i64>,
    pub(super) u: Vec<i64>,
    pub(super) v: Vec<i64>,
    /// What household a of each share is given.
    pub(super) shares: Vec<i64>,
    /// Slots of the matching at these prices, in the whole graph.
    pub(super) slot: Vec<u32>,
}

impl Point {
    /// Households placed at these prices.
    pub(super) fn placed(&self) -> u64 {
        self.slot.iter().filter(|&&slot| slot != NONE).count() as u64
    }

    const fn none() -> Self {
        Self { total: i128::MAX, prices: Vec::new(), u: Vec::new(), v: Vec::new(), shares: Vec::new(), slot: Vec::new() }
    }
}

/// How much scores differ, on the scale: a price step is a small part of it.
fn unit(graph: &Graph, rows: &Rows) -> i64 {
    let mean = graph.score.iter().map(|&s| i128::from(s)).sum::<i128>() / graph.score.len().max(1) as i128;
    let spread = graph.score.iter().map(|&s| (i128::from(s) - mean).abs()).sum::<i128>() / graph.score.len().max(1) as i128;
    (rows.scale * i64::try_from(spread).unwrap_or(rows.top).max(1)).max(rows.scale)
}

impl<'a> Ascent<'a> {
    /// Row prices 0, from the plain assignment. Stopped before the first look, it knows nothing ([`Ascent::has_bound`]).
    pub(super) fn new(problem: &'a Problem, graph: &'a Graph, rows: &'a Rows, plain: &Plain, stop: Stop<'_>) -> Self {
        let n = rows.limits.len();
        let unit = unit(graph, rows);
        let mut ascent = Self {
            problem,
            graph,
            rows,
            prices: vec![0; n],
            matching: Matching::new(graph),
            core: Core::new(graph),
            counts: vec![0; n],
            best: Point::none(),
            hope: Point::none(),
            shares: Shares::new(problem, graph, rows.scale),
            weight: Vec::new(),
            cell_price: vec![0; problem.cell_count()],
            step: vec![(unit / 10).max(1); n],
            run: vec![0; n],
            step_max: (unit / 8).max(1),
            stale: 0,
            unit,
            iterations: 0,
            is_coarse: true,
            width: Width { base: unit / 4, rise: vec![0; problem.cell_count()], fall: vec![0; problem.cell_count()] },
            ahead: AHEAD,
            next_look: 1,
            look_every: 1,
            looked: 0,
        };
        ascent.begin(plain, stop);
        ascent
    }

    /// Takes up the plain assignment and holds it against all arcs; shares may make some worth more.
    fn begin(&mut self, plain: &Plain, stop: Stop<'_>) {
        let graph = self.graph;
        let scale = self.rows.scale;
        let u: Vec<i64> = graph.household.iter().map(|household| scale * plain.households[household.index()]).collect();
        let v: Vec<i64> = graph.dwelling.iter().map(|dwelling| scale * plain.dwellings[dwelling.index()]).collect();
        let mut row_of = vec![NONE; graph.rows()];
        for (row, dwelling) in graph.dwelling.iter().enumerate() {
            row_of[dwelling.index()] = row as u32;
        }
        let home = |(column, household): (usize, &HouseholdIndex)| {
            plain.offers[household.index()].and_then(|dwelling| graph.find(column as u32, row_of[dwelling.index()])).unwrap_or(NONE)
        };
        let slot: Vec<u32> = graph.household.iter().enumerate().map(home).collect();
        self.looked += plain.steps;
        let total = graph.total(&u, &v) + self.rows.total(&self.prices);
        self.hope = Point { prices: self.prices.clone(), u, v, shares: self.shares.given(), slot: slot.clone(), total };
        self.look(slot, stop);
        if self.has_bound() {
            let (best, core) = (&self.best, &self.core);
            let matched: Vec<u32> = best.slot.iter().map(|&slot| core.find(graph, slot)).collect();
            self.matching.restore(&core.graph, &best.u, &best.v, &matched);
            self.count();
        }
    }

    /// The current prices and matching; `whole` gives the slot of the whole graph.
    fn point(&self, whole: impl Fn(u32) -> u32) -> Point {
        Point {
            total: self.matching.total(self.graph) + self.rows.total(&self.prices),
            prices: self.prices.clone(),
            u: self.matching.u.clone(),
            v: self.matching.v.clone(),
            shares: self.shares.given(),
            slot: self.matching.slot.iter().map(|&slot| whole(slot)).collect(),
        }
    }

    fn set_cell_prices(&mut self, prices: &[i64]) {
        for (cell, price) in self.cell_price.iter_mut().enumerate() {
            *price = self.problem.cell(CellIndex::new(cell)).iter().map(|&(q, w)| w * prices[q.index()]).sum();
        }
    }

    /// Holds the hope against all arcs: a bound, and a new core. `matched`: slot of the whole graph by column. True where the
    /// core had missed little beside what it seemed to gain, or the caller stops.
    fn look(&mut self, mut matched: Vec<u32>, stop: Stop<'_>) -> bool {
        let mut hope = std::mem::replace(&mut self.hope, Point::none());
        // Without a hope the solve was stopped; and who stops now gets the best prices so far.
        if hope.total == i128::MAX || (self.has_bound() && stop(self.scanned())) {
            return true;
        }
        let seen = hope.total;
        let paid = self.price(&hope.prices, &hope.shares, &mut hope.u, &mut hope.v, &mut matched, stop);
        let Some(paid) = paid else { return true };
        self.matching.slot = matched;
        for column in paid {
            let price = &mut self.matching.u[column as usize];
            *price = hope.u[column as usize].max(*price);
        }
        hope.total = self.graph.total(&hope.u, &hope.v) + self.rows.total(&hope.prices);
        let (missed, gained) = (hope.total - seen, self.best.total.saturating_sub(seen));
        let held = missed * 3 <= gained.max(0);
        if !held {
            self.look_every = (self.look_every / 2).max(1);
            self.width.base = (self.width.base * 3 / 2 + 1).min(self.unit * 16);
            self.ahead = (self.ahead * 3 / 2).min(MOST_AHEAD);
        } else if missed * 8 < gained {
            self.look_every = (self.look_every + 1).min(LOOK_EVERY);
            self.width.base = (self.width.base * 3 / 5).max(self.unit / 12);
        }
        self.next_look = self.look_every;
        self.is_coarse = (self.best.total.saturating_sub(hope.total)).saturating_mul(COARSE_PER) > hope.total.abs();
        if hope.total < self.best.total {
            self.stale = 0;
            self.best = hope;
        } else {
            self.stale += 1;
        }
        held
    }

    /// Makes `u` and `v` valid at the other prices, and the core around them. Gives the columns whose `u` rose; nothing where the
    /// caller stops.
    fn price(
        &mut self,
        prices: &[i64],
        given: &[i64],
        u: &mut [i64],
        v: &mut [i64],
        matched: &mut [u32],
        stop: Stop<'_>,
    ) -> Option<Vec<u32>> {
        self.set_cell_prices(prices);
        let now = self.shares.given();
        self.shares.set(given);
        self.look_ahead();
        let (graph, scale, shares, cell_price) = (self.graph, self.rows.scale, &self.shares, &self.cell_price);
        let weight = |slot: usize| scale * graph.score[slot] - cell_price[graph.cell[slot].index()] + shares.of(slot);
        let paid = self.core.price(graph, weight, u, v, &self.width, matched, &|| stop(0));
        self.looked += graph.score.len() as u64;
        self.shares.set(&now);
        paid
    }

    /// Goes back to the best prices, with their matching and their core.
    fn back(&mut self, stop: Stop<'_>) {
        let best = std::mem::replace(&mut self.best, Point::none());
        self.prices.clone_from(&best.prices);
        self.shares.set(&best.shares);
        let (mut u, mut v, mut matched) = (best.u.clone(), best.v.clone(), best.slot.clone());
        if self.price(&best.prices, &best.shares, &mut u, &mut v, &mut matched, stop).is_some() {
            self.matching.restore(&self.core.graph, &u, &v, &matched);
            self.count();
        }
        self.best = best;
    }

    /// How much the arcs of each cell may gain and lose until the next look, if every row's price goes on as it goes.
    fn look_ahead(&mut self) {
        let iterations = i64::from(self.look_every + 1);
        let ahead = |q: usize| {
            let price = self.prices[q];
            let step = self.rows.direction(q, price, self.counts[q]) * self.step[q];
            way(step, iterations * self.ahead, self.rows.price_min[q] - price..=self.rows.price_max[q] - price)
        };
        let ahead: Vec<i64> = (0..self.prices.len()).map(ahead).collect();
        for cell in 0..self.cell_price.len() {
            let (mut rise, mut fall) = (0, 0);
            for &(q, w) in self.problem.cell(CellIndex::new(cell)) {
                let gain = -w * ahead[q.index()];
                rise += gain.max(0);
                fall += (-gain).max(0);
            }
            (self.width.rise[cell], self.width.fall[cell]) = (rise, fall);
        }
    }

    /// Solves the assignment on the core at the current prices and counts the rows.
    fn solve(&mut self, stop: Stop<'_>) {
        // Who stops gets the best prices so far; without any, it is worth going on.
        if self.has_bound() && stop(self.scanned()) {
            return;
        }
        let prices = std::mem::take(&mut self.prices);
        self.set_cell_prices(&prices);
        self.prices = prices;
        let core = &self.core;
        let arcs = core.graph.score.par_iter().zip(&core.graph.cell).with_min_len(ARCS_AT_LEAST);
        arcs.map(|(&score, &cell)| self.rows.scale * score - self.cell_price[cell.index()]).collect_into_vec(&mut self.weight);
        if !self.shares.is_empty() {
            for (weight, &origin) in self.weight.iter_mut().zip(&core.origin) {
                *weight += self.shares.of(origin as usize);
            }
        }
        if !self.matching.reprice(&core.graph, &self.weight, stop) && self.has_bound() {
            return;
        }
        self.count();
        let total = self.matching.total(self.graph) + self.rows.total(&self.prices);
        if total < self.hope.total {
            self.hope = self.point(|slot| self.core.whole(slot));
        }
    }

    fn count(&mut self) {
        self.counts.fill(0);
        for &slot in self.matching.slot.iter().filter(|&&slot| slot != NONE) {
            for &(q, w) in self.problem.cell(self.core.graph.cell[slot as usize]) {
                self.counts[q.index()] += w;
            }
        }
    }

    /// Holds the hope against all arcs, and brings in those that the core had missed, a few times. False where that was not enough.
    fn hold(&mut self, stop: Stop<'_>) -> bool {
        (0..PRICE_IN).any(|_| {
            let matched = self.matching.slot.iter().map(|&slot| self.core.whole(slot)).collect();
            self.look(matched, stop) || {
                self.solve(stop);
                false
            }
        })
    }

    /// One iteration. False when no price wants to move or steps have become too small to matter.
    pub(super) fn advance(&mut self, stop: Stop<'_>) -> bool {
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
        let core = &self.core;
        moved |= self.shares.advance(self.matching.slot.iter().map(|&slot| core.whole(slot)));
        self.solve(stop);
        self.next_look -= 1;
        if !moved || self.next_look == 0 {
            // Arcs that the core had missed are brought in, a few times; then it is better to go back.
            if !self.hold(stop) || self.stale >= STALE {
                // Steps have outgrown what is left to gain.
                self.step_max = (self.step_max / 2).max(1);
                self.stale = 0;
                for step in &mut self.step {
                    *step = (*step / 2).clamp(1, self.step_max);
                }
                self.back(stop);
            }
        }
        moved && (self.step_max > 1 || !self.shares.is_empty())
    }

    /// The core's slots of small slack at the best prices, and the few nearest of each column: a row in need may have to look further.
    /// Nothing where the caller stops.
    pub(super) fn near(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Option<Near> {
        let (prices, now) = (self.best.prices.clone(), self.shares.given());
        self.set_cell_prices(&prices);
        self.shares.set(&self.best.shares);
        let (graph, scale, best, width) = (self.graph, self.rows.scale, &self.best, self.unit / 8);
        let slack = |row: u32, slot: u32| {
            let at = slot as usize;
            let weight = scale * graph.score[at] - self.cell_price[graph.cell[at].index()] + self.shares.of(at);
            best.u[graph.col[at] as usize] + best.v[row as usize] - weight
        };
        let of_column = |column: usize| {
            let slots =
                self.core.graph.column_slots(column).iter().map(|&slot| (self.core.graph.row[slot as usize], self.core.whole(slot)));
            let open = slots.filter(|pair| graph.capacity[pair.0 as usize] > 0).map(|(row, slot)| (slack(row, slot), slot, row));
            let mut sorted: Vec<(i64, u32, u32)> = open.filter(|slot| slot.0 <= FAR * width).collect();
            sorted.sort_unstable();
            // A household far from being placed needs no moves of its own.
            let wide = sorted.partition_point(|slot| slot.0 <= width);
            sorted.truncate(wide.max(FEW));
            sorted.into_iter().map(|(_, slot, row)| (row, slot))
        };
        // A copy of its own: the ascent goes on beside whoever reads it.
        let columns = (0..graph.columns()).into_par_iter().take_any_while(|column| !column.is_multiple_of(ASK_EVERY) || !stop());
        let near = Core::of(graph, columns.flat_map_iter(of_column).collect(), stop).map(|core| {
            let small = core.graph.row.par_iter().zip(&core.origin).map(|(&row, &slot)| slack(row, slot) <= width).collect();
            let (u, v, quotas) = (best.u.clone(), best.v.clone(), best.prices.clone());
            Near { core, small, u, v, quotas, scale }
        });
        self.shares.set(&now);
        near
    }

    /// The best prices, of cells too.
    pub(super) fn at_best(&mut self) -> AtPrices {
        let prices = self.best.prices.clone();
        self.set_cell_prices(&prices);
        AtPrices { u: self.best.u.clone(), v: self.best.v.clone(), cell: self.cell_price.clone() }
    }

    /// So many iterations, fewer where no price wants to move or the caller stops. False when no price wants to move.
    pub(super) fn advance_by(&mut self, iterations: u32, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let mut open = true;
        for _ in 0..iterations {
            if !open || stop() {
                break;
            }
            open = self.advance(&|_| stop());
        }
        open
    }

    /// What is large and no longer wanted, for whoever frees it.
    pub(super) fn remains(self) -> impl Send + use<> {
        (self.matching, self.core, self.best, self.hope, self.shares, self.weight)
    }

    /// Arcs scanned so far: the unit of work.
    pub(super) const fn scanned(&self) -> u64 {
        self.matching.scanned + self.looked
    }

    /// How much scores differ, scaled: the measure of price steps, core width and temperatures.
    pub(super) const fn unit(&self) -> i64 {
        self.unit
    }

    /// Whether any prices have been held against all arcs.
    pub(super) const fn has_bound(&self) -> bool {
        self.best.total != i128::MAX
    }

    /// floor(best total / scale).
    pub(super) fn bound(&self) -> i64 {
        i64::try_from(self.best.total.div_euclid(i128::from(self.rows.scale))).unwrap_or(i64::MAX)
    }
}

/// How far a price goes in `times` 64ths of a step, within what is left to it. A step may be as long as all that a price can go.
fn way(step: i64, times: i64, left: RangeInclusive<i64>) -> i64 {
    let way = i128::from(step) * i128::from(times) / 64;
    i64::try_from(way).unwrap_or(if step < 0 { i64::MIN } else { i64::MAX }).clamp(*left.start(), *left.end())
}

#[cfg(test)]
mod tests {
    use super::way;

    #[test]
    fn the_way_of_a_price_ends_where_the_price_does() {
        assert_eq!(way(-10, 7 * 24, -100..=100), -26);
        let most = 1 << 59;
        for step in [most, -most] {
            assert_eq!(way(step, 7 * 192, -most..=most), step);
            assert_eq!(way(step, 7 * 192, 0..=0), 0);
        }
    }
}
