//! The arcs that matter at given prices: a small graph that the dual ascent works on between two looks at all arcs.
//!
//! Problem      after a small move of the row prices, few arcs can enter the best assignment: those whose slack was small.
//! Method       [`Core::price`] looks at every arc once: from the household prices it takes the smallest valid dwelling prices
//!              (so that the total is a bound for the *whole* problem) and keeps the arcs near their dwelling's best
//!              ([`Width`]), and the matched ones. Assignments are then repaired on those alone; what they miss shows at the next look.
//! Complexity   a look O(m), in memory order; everything else O(core arcs).

use super::graph::{Graph, NONE};

/// A graph of some of the slots of another.
#[derive(Debug, Clone)]
pub(super) struct Core {
    /// Same rows and columns, fewer slots.
    pub(super) graph: Graph,
    /// Slot of the whole graph, of each slot here (ascending).
    pub(super) origin: Vec<u32>,
    values: Vec<i64>,
    room: Vec<i64>,
}

/// How far from their dwelling's best arcs may be to stand in the core: `base`, and by cell what its arcs may gain or lose until
/// the next look.
#[derive(Debug, Clone, Default)]
pub(super) struct Width {
    pub(super) base: i64,
    pub(super) rise: Vec<i64>,
    pub(super) fall: Vec<i64>,
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
        Self { graph, origin: Vec::new(), values: Vec::new(), room: Vec::new() }
    }

    /// Looks at all arcs: sets the smallest valid `v` for `u` under `weight` (of a slot of the whole graph) and keeps the arcs
    /// near their dwelling's best, and those of `matched` (slot of the whole graph by column), which becomes core slots.
    pub(super) fn price(
        &mut self,
        whole: &Graph,
        weight: impl Fn(usize) -> i64,
        u: &[i64],
        v: &mut [i64],
        width: &Width,
        matched: &mut [u32],
    ) {
        self.graph.clear();
        self.origin.clear();
        // A household whose home loses worth may soon want another.
        self.room.clear();
        self.room.extend(matched.iter().map(|&slot| match slot {
            NONE => width.base,
            slot => width.base + width.fall[whole.cell[slot as usize].index()],
        }));
        for (row, v) in v.iter_mut().enumerate() {
            let slots = whole.slots(row);
            self.values.clear();
            self.values.extend(slots.clone().map(|slot| weight(slot) - u[whole.col[slot] as usize]));
            let (mut best, mut best_at) = (0, None);
            for (at, &value) in self.values.iter().enumerate() {
                if value > best {
                    (best, best_at) = (value, Some(at));
                }
            }
            *v = best;
            let least = best - best_at.map_or(0, |at| width.fall[whole.cell[slots.start + at].index()]);
            self.graph.row_start[row] = self.origin.len() as u32;
            for (at, slot) in slots.enumerate() {
                let (column, cell) = (whole.col[slot] as usize, whole.cell[slot]);
                let is_near = self.values[at] + width.rise[cell.index()] + self.room[column] >= least;
                if is_near || matched[column] == slot as u32 {
                    self.push(whole, slot as u32);
                }
            }
            self.graph.row_end[row] = self.origin.len() as u32;
        }
        self.by_column();
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
        for row in 0..whole.rows() {
            core.graph.row_start[row] = core.origin.len() as u32;
            while let Some(&slot) = slots.get(core.origin.len()).filter(|slot| whole.row[**slot as usize] as usize == row) {
                core.push(whole, slot);
            }
            core.graph.row_end[row] = core.origin.len() as u32;
        }
        core.by_column();
        core
    }

    fn push(&mut self, whole: &Graph, slot: u32) {
        let at = slot as usize;
        self.origin.push(slot);
        self.graph.row.push(whole.row[at]);
        self.graph.col.push(whole.col[at]);
        self.graph.cell.push(whole.cell[at]);
        self.graph.score.push(whole.score[at]);
    }

    /// The lists by column: counts, starts, then slots in ascending order.
    fn by_column(&mut self) {
        let core = &mut self.graph;
        core.col_end.fill(0);
        for &column in &core.col {
            core.col_end[column as usize] += 1;
        }
        let mut start = 0;
        for (first, end) in core.col_start.iter_mut().zip(&mut core.col_end) {
            *first = start;
            start += std::mem::replace(end, start);
        }
        core.col_slot.resize(core.col.len(), 0);
        for (slot, &column) in core.col.iter().enumerate() {
            let end = &mut core.col_end[column as usize];
            core.col_slot[*end as usize] = slot as u32;
            *end += 1;
        }
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
