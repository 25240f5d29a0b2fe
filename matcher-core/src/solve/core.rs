//! The arcs that matter at given prices: a small graph that the dual ascent works on between two looks at all arcs.
//!
//! Problem      after a small move of the row prices, few arcs can enter the best assignment: those whose slack was small.
//! Method       [`Core::price`] looks at every arc once: from the household prices it takes the smallest valid dwelling prices
//!              (so that the total is a bound for the *whole* problem) and keeps the arcs near their dwelling's best
//!              ([`Width`]), and the matched ones. Assignments are then repaired on those alone; what they miss shows at the next look.
//! Complexity   a look O(m), in memory order, side by side over blocks of dwellings; everything else O(core arcs).

use rayon::prelude::*;

use super::graph::{Graph, NONE};

/// A graph of some of the slots of another.
#[derive(Debug, Clone)]
pub(super) struct Core {
    /// Same rows and columns, fewer slots.
    pub(super) graph: Graph,
    /// Slot of the whole graph, of each slot here (ascending).
    pub(super) origin: Vec<u32>,
}

/// How far from their dwelling's best arcs may be to stand in the core: `base`, and by cell what its arcs may gain or lose until
/// the next look.
#[derive(Debug, Clone, Default)]
pub(super) struct Width {
    pub(super) base: i64,
    pub(super) rise: Vec<i64>,
    pub(super) fall: Vec<i64>,
}

/// Rows that one thread looks at in one go.
const BLOCK: usize = 512;

/// What a look at all arcs reads.
struct Look<'a, F> {
    whole: &'a Graph,
    weight: F,
    u: &'a [i64],
    width: &'a Width,
    matched: &'a [u32],
    /// The matched slots, ascending.
    homes: Vec<u32>,
    /// The most that a household may want beside the width.
    most: i64,
}

/// What a look keeps of some rows: slots of the whole graph, and by row where they end.
struct Kept {
    slots: Vec<u32>,
    ends: Vec<u32>,
}

impl<'a, F: Fn(usize) -> i64> Look<'a, F> {
    fn new(whole: &'a Graph, weight: F, u: &'a [i64], width: &'a Width, matched: &'a [u32]) -> Self {
        let mut homes: Vec<u32> = matched.iter().copied().filter(|&slot| slot != NONE).collect();
        homes.par_sort_unstable();
        let most = width.fall.iter().copied().max().unwrap_or(0);
        Self { whole, weight, u, width, matched, homes, most }
    }

    /// The smallest valid prices of the rows from `first` on, and the slots to keep there.
    fn at_rows(&self, first: usize, v: &mut [i64]) -> Kept {
        let (whole, width) = (self.whole, self.width);
        let mut kept = Kept { slots: Vec::new(), ends: Vec::with_capacity(v.len()) };
        let mut homes = self.homes[self.homes.partition_point(|&slot| slot < whole.row_start[first])..].iter().copied().peekable();
        // What each arc could be worth, if its prices go on as they go.
        let mut hopes: Vec<i64> = Vec::new();
        let mut household_prices: Vec<i64> = Vec::new();
        for (row, v) in v.iter_mut().enumerate() {
            let slots = whole.slots(first + row);
            let (mut best, mut fall) = (0, 0);
            // Read on their own: they lie anywhere, and so many are on their way from memory at a time.
            household_prices.clear();
            household_prices.extend(whole.col[slots.clone()].iter().map(|&column| self.u[column as usize]));
            hopes.clear();
            hopes.extend(slots.clone().zip(&household_prices).map(|(slot, price)| {
                let value = (self.weight)(slot) - price;
                let cell = whole.cell[slot].index();
                if value > best {
                    (best, fall) = (value, width.fall[cell]);
                }
                value + width.rise[cell]
            }));
            *v = best;
            let least = best - fall - width.base;
            for (&hope, slot) in hopes.iter().zip(slots) {
                let is_home = homes.next_if_eq(&(slot as u32)).is_some();
                // Most arcs are too far whatever their household wants.
                if is_home || (hope + self.most >= least && hope + self.wanted(whole.col[slot]) >= least) {
                    kept.slots.push(slot as u32);
                }
            }
            kept.ends.push(kept.slots.len() as u32);
        }
        kept
    }

    /// A household whose home loses worth may soon want another.
    fn wanted(&self, column: u32) -> i64 {
        match self.matched[column as usize] {
            NONE => 0,
            slot => self.width.fall[self.whole.cell[slot as usize].index()],
        }
    }
}

impl Core {
    /// No slots yet.
    pub(super) fn new(whole: &Graph) -> Self {
        let graph = Graph {
            row_start: vec![0; whole.rows()],
            row_end: vec![0; whole.rows()],
            row: Vec::new(),
            col: Vec::new(),
            cell: Vec::new(),
            score: Vec::new(),
            col_start: vec![0; whole.columns()],
            col_end: vec![0; whole.columns()],
            col_slot: Vec::new(),
            capacity: whole.capacity.clone(),
            household: whole.household.clone(),
            column: whole.column.clone(),
            dwelling: whole.dwelling.clone(),
        };
        Self { graph, origin: Vec::new() }
    }

    /// Looks at all arcs: sets the smallest valid `v` for `u` under `weight` (of a slot of the whole graph) and keeps the arcs
    /// near their dwelling's best, and those of `matched` (slot of the whole graph by column), which becomes core slots.
    pub(super) fn price(
        &mut self,
        whole: &Graph,
        weight: impl Fn(usize) -> i64 + Sync,
        u: &[i64],
        v: &mut [i64],
        width: &Width,
        matched: &mut [u32],
    ) {
        let look = Look::new(whole, weight, u, width, matched);
        let blocks: Vec<Kept> = v.par_chunks_mut(BLOCK).enumerate().map(|(block, v)| look.at_rows(block * BLOCK, v)).collect();
        self.graph.clear();
        self.origin.clear();
        let mut row = 0;
        for kept in blocks {
            let base = self.origin.len() as u32;
            let mut start = base;
            for end in kept.ends {
                (self.graph.row_start[row], self.graph.row_end[row]) = (start, base + end);
                start = base + end;
                row += 1;
            }
            self.origin.extend(kept.slots);
        }
        self.fill(whole);
        for slot in matched.iter_mut().filter(|slot| **slot != NONE) {
            // Every matched slot was kept.
            *slot = self.find(whole, *slot);
        }
    }

    /// Some slots of the whole graph, whatever their order.
    pub(super) fn of(whole: &Graph, mut slots: Vec<u32>) -> Self {
        slots.sort_unstable_by_key(|&slot| (whole.row[slot as usize], slot));
        slots.dedup();
        let mut core = Self::new(whole);
        core.origin = slots;
        let mut at = 0;
        for row in 0..whole.rows() {
            core.graph.row_start[row] = at as u32;
            at += core.origin[at..].iter().take_while(|&&slot| whole.row[slot as usize] as usize == row).count();
            core.graph.row_end[row] = at as u32;
        }
        core.fill(whole);
        core
    }

    /// What is known of the slots of `origin`, and the lists by column.
    fn fill(&mut self, whole: &Graph) {
        let (origin, core) = (self.origin.par_iter(), &mut self.graph);
        origin.clone().map(|&slot| whole.row[slot as usize]).collect_into_vec(&mut core.row);
        origin.clone().map(|&slot| whole.col[slot as usize]).collect_into_vec(&mut core.col);
        origin.clone().map(|&slot| whole.cell[slot as usize]).collect_into_vec(&mut core.cell);
        origin.map(|&slot| whole.score[slot as usize]).collect_into_vec(&mut core.score);
        core.by_column();
    }

    /// The slot here of a slot of the whole graph, if it was kept. O(log degree): they ascend within a row.
    pub(super) fn find(&self, whole: &Graph, slot: u32) -> u32 {
        if slot == NONE {
            return NONE;
        }
        let range = self.graph.slots(whole.row[slot as usize] as usize);
        self.origin[range.clone()].binary_search(&slot).map_or(NONE, |at| (range.start + at) as u32)
    }

    /// Slot of the whole graph.
    pub(super) fn whole(&self, slot: u32) -> u32 {
        if slot == NONE { NONE } else { self.origin[slot as usize] }
    }
}
