//! Better allocations by annealing over moves, swaps, replacements and short chains, steered by the row prices.
//!
//! Problem      the whole one: scores, capacities, rows hard and priced, affinities.
//! Method       a state is any assignment within capacities. Its energy charges each row a shaped penalty: as steep as the
//!              row's price says at first, so that a row may be crossed on the way, and steeper from leg to leg up to the true
//!              one. Only states that break no hard row are kept, at their true worth. Moves come from the core: arcs whose
//!              slack at the current prices is small.
//! Complexity   a move costs O(rows of the arcs it touches + partners of the households it moves).
//! Determinism  moves are counted, randomness is seeded, acceptance is in integers.
//! References   S. Kirkpatrick, C. Gelatt, M. Vecchi, "Optimization by simulated annealing", Science 220 (1983).

use crate::ids::QuotaIndex;
use crate::problem::Problem;

use super::graph::{Graph, NONE};
use super::random::Random;
use super::refine::{Held, Near};
use super::rows::Rows;

/// An allocation known to be feasible, by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Incumbent {
    /// Slot of each column, or [`NONE`].
    pub(super) slot: Vec<u32>,
    /// Suitability - penalties + affinity points.
    pub(super) objective: i64,
}

/// Legs of one annealing.
const LEGS: i64 = 64;

/// Temperatures (scaled points) and the base of the shaped penalties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heat {
    pub(super) hot: i64,
    pub(super) cold: i64,
    pub(super) base: i64,
}

/// A change of one column's slot.
pub(super) type Change = (u32, u32);

/// State of the search.
#[derive(Debug, Clone)]
pub(super) struct Search<'a> {
    problem: &'a Problem,
    graph: &'a Graph,
    rows: &'a Rows,
    random: Random,
    slot: Vec<u32>,
    occupants: Vec<Vec<u32>>,
    counts: Vec<i64>,
    /// True worth of priced things: scores + affinities - soft penalties, unscaled.
    worth: i64,
    /// Units by which hard bounds are broken.
    broken: i64,
    /// Core slots of each column.
    core_start: Vec<u32>,
    core: Vec<u32>,
    /// Columns that have core slots.
    active: Vec<u32>,
    /// Shaped cost per unit below / above, per row, scaled.
    slope: Vec<(i64, i64)>,
    /// Partners of each column: (column, points).
    partners: Vec<Vec<(u32, i64)>>,
    delta: Vec<i64>,
    touched: Vec<QuotaIndex>,
    is_touched: Vec<bool>,
    /// The current state is better than `best` and not copied yet.
    unsaved: bool,
    pub(super) best: Option<Incumbent>,
    /// Moves tried so far.
    pub(super) moves: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(problem: &'a Problem, graph: &'a Graph, rows: &'a Rows, seed: u64) -> Self {
        let mut partners = vec![Vec::new(); graph.columns()];
        for pair in problem.affinities().iter().filter(|pair| pair.points > 0) {
            let (a, b) = (graph.column[pair.a.index()], graph.column[pair.b.index()]);
            partners[a as usize].push((b, pair.points));
            partners[b as usize].push((a, pair.points));
        }
        let mut search = Self {
            problem,
            graph,
            rows,
            random: Random::new(seed ^ 0x5EA2_C4A1),
            slot: vec![NONE; graph.columns()],
            occupants: vec![Vec::new(); graph.rows()],
            counts: vec![0; rows.quotas.len()],
            worth: 0,
            broken: 0,
            core_start: Vec::new(),
            core: Vec::new(),
            active: Vec::new(),
            slope: Vec::new(),
            partners,
            delta: vec![0; rows.quotas.len()],
            touched: Vec::new(),
            is_touched: vec![false; rows.quotas.len()],
            unsaved: false,
            best: None,
            moves: 0,
        };
        // The empty allocation is the first one where no hard minimum forbids it.
        let empty = vec![NONE; graph.columns()];
        search.load(&empty);
        search
    }

    /// Starts from the allocation `slot`.
    pub(super) fn load(&mut self, slot: &[u32]) {
        self.slot.copy_from_slice(slot);
        self.occupants.iter_mut().for_each(Vec::clear);
        self.counts.fill(0);
        (self.worth, self.broken) = (0, 0);
        for (column, &slot) in slot.iter().enumerate() {
            if slot == NONE {
                continue;
            }
            self.occupants[self.graph.row[slot as usize] as usize].push(column as u32);
            self.worth += self.graph.score[slot as usize];
            for &(q, w) in self.problem.cell(self.graph.cell[slot as usize]) {
                self.counts[q.index()] += w;
            }
            if !self.partners[column].is_empty() {
                let home = self.residence(slot);
                let earned = self.partners[column].iter().filter(|p| (p.0 as usize) < column && self.lives_in(p.0) == Some(home));
                self.worth += earned.map(|p| p.1).sum::<i64>();
            }
        }
        for (q, &count) in self.counts.iter().enumerate() {
            let (soft, hard) = self.true_cost(q, count);
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
        let mut counts = vec![0i64; self.rows.quotas.len()];
        let mut order: Vec<u32> = (0..slot.len() as u32).filter(|&column| slot[column as usize] != NONE).collect();
        for &column in &order {
            for &(q, w) in self.problem.cell(self.graph.cell[slot[column as usize] as usize]) {
                counts[q.index()] += w;
            }
        }
        order.sort_by_key(|&column| self.graph.score[slot[column as usize] as usize]);
        for column in order {
            let rows = self.problem.cell(self.graph.cell[slot[column as usize] as usize]);
            let over = |&(q, w): &(QuotaIndex, i64)| {
                let quota = &self.rows.quotas[q.index()];
                w > 0 && quota.penalty_above.is_none() && quota.max.is_some_and(|max| counts[q.index()] > max)
            };
            if rows.iter().any(over) {
                for &(q, w) in rows {
                    counts[q.index()] -= w;
                }
                slot[column as usize] = NONE;
            }
        }
        self.load(&slot);
    }

    fn residence(&self, slot: u32) -> crate::ids::ResidenceIndex {
        self.problem.residence(self.graph.dwelling[self.graph.row[slot as usize] as usize])
    }

    fn lives_in(&self, column: u32) -> Option<crate::ids::ResidenceIndex> {
        let slot = self.slot[column as usize];
        (slot != NONE).then(|| self.residence(slot))
    }

    /// Soft penalty in points and units by which hard bounds are broken, for row `q` counting `count`.
    fn true_cost(&self, q: usize, count: i64) -> (i64, i64) {
        let quota = &self.rows.quotas[q];
        let side = |missing: i64, penalty: Option<i64>| match penalty {
            _ if missing <= 0 => (0, 0),
            Some(penalty) => (missing * penalty, 0),
            None => (0, missing),
        };
        let below = quota.min.map_or((0, 0), |min| side(min - count, quota.penalty_below));
        let above = quota.max.map_or((0, 0), |max| side(count - max, quota.penalty_above));
        (below.0 + above.0, below.1 + above.1)
    }

    fn shaped_cost(&self, q: usize, count: i64) -> i64 {
        let quota = &self.rows.quotas[q];
        let (below, above) = self.slope[q];
        quota.min.map_or(0, |min| (min - count).max(0)) * below + quota.max.map_or(0, |max| (count - max).max(0)) * above
    }

    /// Notes whether the current state is the best; it is copied only when the search is about to leave it.
    fn note(&mut self) {
        self.unsaved = self.broken == 0 && self.best.as_ref().is_none_or(|best| self.worth > best.objective);
    }

    fn save(&mut self) {
        if self.unsaved {
            self.best = Some(Incumbent { slot: self.slot.clone(), objective: self.worth });
            self.unsaved = false;
        }
    }

    /// What other methods may read of the current state.
    pub(super) fn held(&self) -> Held<'_> {
        Held { slot: &self.slot, counts: &self.counts, partners: &self.partners }
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
            let each = search.counts.iter().enumerate().map(|(q, &count)| search.true_cost(q, count));
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
        self.partners[column as usize].iter().filter(|p| self.lives_in(p.0) == Some(home)).map(|p| p.1).sum()
    }

    /// Takes the core of the prices: its slots whose slack is at most the width, and the `few` nearest of each column.
    pub(super) fn set_core(&mut self, near: &Near, few: usize) {
        let Near { core, slack, width, .. } = near;
        self.core.clear();
        self.core_start.clear();
        self.core_start.push(0);
        self.active.clear();
        let mut sorted: Vec<(i64, u32)> = Vec::new();
        for column in 0..self.graph.columns() {
            sorted.clear();
            let open = |slot: &&u32| self.graph.capacity[core.graph.row[**slot as usize] as usize] > 0;
            let slots = core.graph.column_slots(column).iter().filter(open);
            sorted.extend(slots.map(|&slot| (slack[slot as usize], core.origin[slot as usize])));
            sorted.sort_unstable();
            let wide = sorted.partition_point(|s| s.0 <= *width);
            // A household far from being placed needs no moves of its own.
            let near = sorted.iter().take(few).filter(|s| s.0 <= 8 * width).count();
            self.core.extend(sorted.iter().take(wide.max(near)).map(|s| s.1));
            if wide.max(near) > 0 {
                self.active.push(column as u32);
            }
            self.core_start.push(self.core.len() as u32);
        }
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
            self.slope.push((slope(-price, -self.rows.price_min[q]), slope(price, self.rows.price_max[q])));
        }
    }

    /// Anneals for `moves` moves from temperature `hot` down to `cold` (scaled points), rows shaped by their `prices`.
    pub(super) fn anneal(&mut self, prices: &[i64], moves: u64, heat: Heat, stop: &(dyn Fn() -> bool + Sync)) {
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
                self.moves += 1;
                changes.clear();
                if self.propose(&mut changes) {
                    let least = -(temperature * self.random.exponential() / 1024);
                    self.attempt(&changes, least);
                }
            }
        }
        self.save();
    }

    /// A random move: a household takes a core arc; whoever is in its way swaps, moves on or goes.
    fn propose(&mut self, changes: &mut Vec<Change>) -> bool {
        let column = self.active[self.random.below(self.active.len())];
        let slot = self.pick(column);
        if slot == NONE || slot == self.slot[column as usize] {
            // Sometimes leaving a home pays, where it breaks a row.
            if slot != NONE && self.random.below(8) == 0 {
                changes.push((column, NONE));
                return true;
            }
            return false;
        }
        let old = self.slot[column as usize];
        changes.push((column, slot));
        let Some(other) = self.in_the_way(slot) else { return true };
        if old != NONE
            && let Some(back) = self.slot_of(other, self.graph.row[old as usize])
            && self.random.below(4) != 0
        {
            changes.push((other, back));
            return true;
        }
        let next = if self.random.below(3) == 0 { NONE } else { self.pick(other) };
        if next == NONE || self.graph.row[next as usize] == self.graph.row[slot as usize] {
            changes.push((other, NONE));
            return true;
        }
        changes.push((other, next));
        let row = self.graph.row[next as usize];
        if old != NONE && row == self.graph.row[old as usize] {
            return true;
        }
        let Some(third) = self.in_the_way(next) else { return true };
        if third == column {
            return true;
        }
        let back = if old == NONE { None } else { self.slot_of(third, self.graph.row[old as usize]) };
        changes.push((third, back.unwrap_or(NONE)));
        true
    }

    /// A random core slot of a column.
    fn pick(&mut self, column: u32) -> u32 {
        let (from, to) = (self.core_start[column as usize] as usize, self.core_start[column as usize + 1] as usize);
        if from == to { NONE } else { self.core[from + self.random.below(to - from)] }
    }

    /// Somebody of the slot's row, if it is full.
    fn in_the_way(&mut self, slot: u32) -> Option<u32> {
        let row = self.graph.row[slot as usize] as usize;
        let load = self.occupants[row].len();
        if load < self.graph.capacity[row] as usize {
            return None;
        }
        let at = self.random.below(load);
        Some(self.occupants[row][at])
    }

    /// The slot of `column` in `row`, if they are an arc.
    fn slot_of(&self, column: u32, row: u32) -> Option<u32> {
        self.graph.find(column, row)
    }

    /// Makes the changes if the shaped energy rises by at least `least` (<= 0); keeps the state if it is the best.
    fn attempt(&mut self, changes: &[Change], least: i64) {
        let mut gain = 0;
        for &(column, slot) in changes {
            let old = self.slot[column as usize];
            for (slot, sign) in [(old, -1), (slot, 1)] {
                if slot == NONE {
                    continue;
                }
                gain += sign * self.graph.score[slot as usize];
                for &(q, w) in self.problem.cell(self.graph.cell[slot as usize]) {
                    if !std::mem::replace(&mut self.is_touched[q.index()], true) {
                        self.touched.push(q);
                    }
                    self.delta[q.index()] += sign * w;
                }
            }
        }
        let with_partners = changes.iter().any(|c| !self.partners[c.0 as usize].is_empty());
        let undo: [u32; 4] = std::array::from_fn(|i| changes.get(i).map_or(NONE, |c| self.slot[c.0 as usize]));
        if with_partners {
            for &(column, slot) in changes {
                let (from, to) = (self.lives_in(column), (slot != NONE).then(|| self.residence(slot)));
                if from != to {
                    for &(partner, points) in &self.partners[column as usize] {
                        let home = self.lives_in(partner);
                        if home.is_some() {
                            gain += points * (i64::from(home == to) - i64::from(home == from));
                        }
                    }
                }
                self.slot[column as usize] = slot;
            }
            for (&(column, _), &old) in changes.iter().zip(&undo) {
                self.slot[column as usize] = old;
            }
        }
        let mut energy = gain * self.rows.scale;
        for &q in &self.touched {
            let (q, count) = (q.index(), self.counts[q.index()]);
            let change = self.delta[q];
            if change != 0 {
                energy += self.shaped_cost(q, count) - self.shaped_cost(q, count + change);
            }
        }
        if energy >= least {
            let (mut worth, mut broken) = (self.worth + gain, self.broken);
            for q in &self.touched {
                let (count, change) = (self.counts[q.index()], self.delta[q.index()]);
                let (before, after) = (self.true_cost(q.index(), count), self.true_cost(q.index(), count + change));
                worth -= after.0 - before.0;
                broken += after.1 - before.1;
                self.counts[q.index()] = count + change;
            }
            if worth < self.worth || broken > 0 {
                self.save();
            }
            (self.worth, self.broken) = (worth, broken);
            for &(column, slot) in changes {
                self.relocate(column, slot);
            }
            self.note();
        }
        for q in &self.touched {
            self.delta[q.index()] = 0;
            self.is_touched[q.index()] = false;
        }
        self.touched.clear();
    }

    fn relocate(&mut self, column: u32, slot: u32) {
        let old = std::mem::replace(&mut self.slot[column as usize], slot);
        if old != NONE {
            let occupants = &mut self.occupants[self.graph.row[old as usize] as usize];
            if let Some(at) = occupants.iter().position(|&c| c == column) {
                occupants.swap_remove(at);
            }
        }
        if slot != NONE {
            self.occupants[self.graph.row[slot as usize] as usize].push(column);
        }
    }
}
