//! Better allocations by annealing over moves, swaps, replacements and short chains, steered by the row prices.
//!
//! Problem      the whole one: scores, capacities, rows hard and priced, affinities.
//! Method       a state is any assignment within capacities. Its energy charges each row a shaped penalty: as steep as the
//!              row's price says at first, so that a row may be crossed on the way, and steeper from leg to leg up to the true
//!              one. Only states that break no hard row are kept, at their true worth. Moves come from the core: arcs whose
//!              slack at the current prices is small, laid out in a small graph of their own.
//! Complexity   a move costs O(rows of the arcs it touches + core arcs of the households it moves + their partners).
//! Determinism  moves are counted, randomness is seeded, acceptance is in integers.
//! References   S. Kirkpatrick, C. Gelatt, M. Vecchi, "Optimization by simulated annealing", Science 220 (1983).

use rayon::prelude::*;

use crate::ids::QuotaIndex;

use super::blocks::{Block, divide, wanted};
use super::graph::NONE;
use super::refine::Near;
use super::search::{Change, Search};

/// Legs of one annealing.
const LEGS: i64 = 64;

/// Annealings in a row while hard rows are broken less each time by an eighth, at most.
const PASSES: u32 = 8;

/// Temperatures (scaled points) and the base of the shaped penalties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heat {
    pub(super) hot: i64,
    pub(super) cold: i64,
    pub(super) base: i64,
}

impl Heat {
    /// From the part `1 / hot` of how much scores differ down to next to nothing; `unit` and `scale` of the prices.
    pub(super) fn from(hot: i64, unit: i64, scale: i64) -> Self {
        Self { hot: (unit / hot).max(scale), cold: (unit / 400).max(1), base: unit / 16 }
    }
}

/// Anneals for `moves` moves in all from the hot to the cold temperature, rows shaped by their prices, in blocks side by side;
/// what each gains is put together.
pub(super) fn anneal(search: &mut Search<'_>, near: &Near, moves: u64, heat: Heat, stop: &(dyn Fn() -> bool + Sync)) {
    let wanted = wanted(search);
    let mut broken = i64::MAX;
    for _ in 0..PASSES {
        let Some(blocks) = divide(search, near, wanted, stop) else { break };
        let better = anneal_blocks(search, &blocks, &near.quotas, moves, heat, stop);
        let mut slot = search.slot.clone();
        for (changes, moves) in better {
            search.moves += moves;
            for (column, new) in changes {
                slot[column as usize] = new;
            }
        }
        search.load(&slot);
        // What some blocks could not give is asked of others.
        if search.broken == 0 || search.broken.saturating_mul(8) > broken.saturating_mul(7) || stop() {
            break;
        }
        broken = search.broken;
    }
}

/// The changes that make each block better, and the moves tried there.
fn anneal_blocks(
    search: &Search<'_>,
    blocks: &[Block],
    prices: &[i64],
    moves: u64,
    heat: Heat,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<(Vec<Change>, u64)> {
    let columns = blocks.iter().map(|block| block.columns.len() as u64).sum::<u64>().max(1);
    let (problem, slot) = (search.problem, &search.slot);
    blocks
        .par_iter()
        .map(|block| {
            let mut state = Search::with_partners(problem, &block.graph, &block.rows, block.partners.clone(), block.random.clone());
            state.load(&block.start);
            let (worth, broken) = (state.worth, state.broken);
            let mut anneal = Anneal::new(state);
            anneal.run(prices, moves * block.columns.len() as u64 / columns, heat, stop);
            let state = anneal.state;
            let found = match &state.best {
                Some(best) => Some(&best.slot).filter(|_| broken > 0 || best.objective > worth),
                // Nearer to the hard rows is better, though not there yet.
                None => Some(&state.slot).filter(|_| state.broken < broken),
            };
            let whole = |at: u32| if at == NONE { NONE } else { block.slots[at as usize] };
            let found = found.iter().flat_map(|found| block.columns.iter().zip(*found).map(|(&column, &at)| (column, whole(at))));
            (found.filter(|&(column, new)| slot[column as usize] != new).collect(), state.moves)
        })
        .collect()
}

struct Anneal<'a> {
    state: Search<'a>,
    /// Columns that have a choice.
    active: Vec<u32>,
    /// Shaped cost per unit below / above, per row, scaled.
    slope: Vec<(i64, i64)>,
    delta: Vec<i64>,
    touched: Vec<QuotaIndex>,
    is_touched: Vec<bool>,
}

impl<'a> Anneal<'a> {
    fn new(state: Search<'a>) -> Self {
        let n = state.rows.limits.len();
        let has_choice = |column: &u32| !state.graph.column_slots(*column as usize).is_empty();
        let active = (0..state.graph.columns() as u32).filter(has_choice).collect();
        Self { active, slope: Vec::new(), delta: vec![0; n], touched: Vec::new(), is_touched: vec![false; n], state }
    }

    fn run(&mut self, prices: &[i64], moves: u64, heat: Heat, stop: &(dyn Fn() -> bool + Sync)) {
        if self.active.is_empty() {
            return;
        }
        let mut changes: Vec<Change> = Vec::with_capacity(4);
        for leg in 0..LEGS {
            if stop() {
                break;
            }
            self.shape(prices, heat.base, leg);
            // Falls by the square of what is left: most of the time is spent cold.
            let left = LEGS - leg;
            let temperature = heat.cold + (heat.hot - heat.cold) * left * left / (LEGS * LEGS);
            for _ in 0..moves.div_ceil(LEGS as u64) {
                self.state.moves += 1;
                changes.clear();
                if self.propose(&mut changes) {
                    let least = -(temperature * self.state.random.exponential() / 1024);
                    self.attempt(&changes, least);
                }
            }
        }
        self.state.save();
    }

    /// Shapes the penalties of a leg: a row costs its price times (1 + part) and a base that grows with the square of `part`
    /// (0 at the start, [`LEGS`] at the end), never more than the truth; in the last legs the truth.
    fn shape(&mut self, prices: &[i64], base: i64, leg: i64) {
        let slope = |price: i64, limit: i64| {
            if leg >= LEGS - LEGS / 8 {
                return limit;
            }
            let price = price.max(0);
            (price + price.saturating_mul(leg) / (LEGS / 4) + base + base * leg * leg / (LEGS * LEGS / 64)).min(limit)
        };
        self.slope.clear();
        for (q, &price) in prices.iter().enumerate() {
            self.slope.push((slope(-price, -self.state.rows.price_min[q]), slope(price, self.state.rows.price_max[q])));
        }
    }

    /// A random move: a household takes a core arc; whoever is in its way swaps, moves on or goes.
    fn propose(&mut self, changes: &mut Vec<Change>) -> bool {
        let column = self.active[self.state.random.below(self.active.len())];
        let slot = self.pick(column);
        if slot == NONE || slot == self.state.slot[column as usize] {
            // Sometimes leaving a home pays, where it breaks a row.
            if slot != NONE && self.state.random.below(8) == 0 {
                changes.push((column, NONE));
                return true;
            }
            return false;
        }
        let old = self.state.slot[column as usize];
        changes.push((column, slot));
        let Some(other) = self.in_the_way(slot) else { return true };
        if old != NONE
            && let Some(back) = self.slot_of(other, self.state.graph.row[old as usize])
            && self.state.random.below(4) != 0
        {
            changes.push((other, back));
            return true;
        }
        let next = if self.state.random.below(3) == 0 { NONE } else { self.pick(other) };
        if next == NONE || self.state.graph.row[next as usize] == self.state.graph.row[slot as usize] {
            changes.push((other, NONE));
            return true;
        }
        changes.push((other, next));
        let row = self.state.graph.row[next as usize];
        if old != NONE && row == self.state.graph.row[old as usize] {
            return true;
        }
        let Some(third) = self.in_the_way(next) else { return true };
        if third == column {
            return true;
        }
        let back = if old == NONE { None } else { self.slot_of(third, self.state.graph.row[old as usize]) };
        changes.push((third, back.unwrap_or(NONE)));
        true
    }

    /// A random core slot of a column.
    fn pick(&mut self, column: u32) -> u32 {
        let slots = self.state.graph.column_slots(column as usize);
        if slots.is_empty() { NONE } else { slots[self.state.random.below(slots.len())] }
    }

    /// Somebody of the slot's row, if it is full.
    fn in_the_way(&mut self, slot: u32) -> Option<u32> {
        let row = self.state.graph.row[slot as usize];
        let load = self.state.occupants.load(row);
        if load < self.state.graph.capacity[row as usize] {
            return None;
        }
        let at = if load == 1 { 0 } else { self.state.random.below(load as usize) };
        self.state.occupants.of(row).nth(at)
    }

    /// The slot of `column` in `row`, if they are an arc of the core.
    fn slot_of(&self, column: u32, row: u32) -> Option<u32> {
        let slots = self.state.graph.column_slots(column as usize);
        slots.iter().copied().find(|&slot| self.state.graph.row[slot as usize] == row)
    }

    fn shaped_cost(&self, q: usize, count: i64) -> i64 {
        let (missing, excess) = self.state.rows.limits[q].missed(count);
        let (below, above) = self.slope[q];
        missing * below + excess * above
    }

    /// Makes the changes if the shaped energy rises by at least `least` (<= 0); keeps the state if it is the best.
    fn attempt(&mut self, changes: &[Change], least: i64) {
        let mut gain = 0;
        for &(column, slot) in changes {
            let old = self.state.slot[column as usize];
            for (slot, sign) in [(old, -1), (slot, 1)] {
                if slot == NONE {
                    continue;
                }
                gain += sign * self.state.graph.score[slot as usize];
                for &(q, w) in self.state.problem.cell(self.state.graph.cell[slot as usize]) {
                    if !std::mem::replace(&mut self.is_touched[q.index()], true) {
                        self.touched.push(q);
                    }
                    self.delta[q.index()] += sign * w;
                }
            }
        }
        let with_partners = changes.iter().any(|c| !self.state.partners.of(c.0).is_empty());
        let undo: [u32; 4] = std::array::from_fn(|i| changes.get(i).map_or(NONE, |c| self.state.slot[c.0 as usize]));
        if with_partners {
            for &(column, slot) in changes {
                let (from, to) = (self.state.lives_in(column), (slot != NONE).then(|| self.state.residence(slot)));
                if from != to {
                    for &(partner, points) in self.state.partners.of(column) {
                        let home = self.state.lives_in(partner);
                        if home.is_some() {
                            gain += points * (i64::from(home == to) - i64::from(home == from));
                        }
                    }
                }
                self.state.slot[column as usize] = slot;
            }
            for (&(column, _), &old) in changes.iter().zip(&undo) {
                self.state.slot[column as usize] = old;
            }
        }
        let mut energy = gain * self.state.rows.scale;
        for &q in &self.touched {
            let (q, count) = (q.index(), self.state.counts[q.index()]);
            let change = self.delta[q];
            if change != 0 {
                energy += self.shaped_cost(q, count) - self.shaped_cost(q, count + change);
            }
        }
        if energy >= least {
            let (mut worth, mut broken) = (self.state.worth + gain, self.state.broken);
            for q in &self.touched {
                let (count, change) = (self.state.counts[q.index()], self.delta[q.index()]);
                let limits = &self.state.rows.limits[q.index()];
                let (before, after) = (limits.cost(count), limits.cost(count + change));
                worth -= after.0 - before.0;
                broken += after.1 - before.1;
                self.state.counts[q.index()] = count + change;
            }
            if worth < self.state.worth || broken > 0 {
                self.state.save();
            }
            (self.state.worth, self.state.broken) = (worth, broken);
            for &(column, slot) in changes {
                self.state.relocate(column, slot);
            }
            self.state.note();
        }
        for q in &self.touched {
            self.delta[q.index()] = 0;
            self.is_touched[q.index()] = false;
        }
        self.touched.clear();
    }
}
