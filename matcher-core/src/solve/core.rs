//! The arcs that matter at given prices: a small graph that the dual ascent works on between two looks at all arcs.
//!
//! Problem      after a small move of the row prices, few arcs can enter the best assignment: those whose slack was small.
//! Method       [`Core::price`] looks at every arc once: it mends the prices of both sides until no arc is worth more (so that the
//!              total is a bound for the *whole* problem) and keeps the arcs near their dwelling's best ([`Width`]), and the
//!              matched ones. Assignments are then repaired on those alone; what they miss shows at the next look.
//!              A household that lost its home in the core is missed by all its dwellings at once, a dwelling by all its
//!              households: whichever is cheaper pays ([`mend`]).
//! Complexity   a look O(m), in memory order, side by side over blocks of dwellings; everything else O(core arcs).

use rayon::prelude::*;

use super::graph::{Graph, NONE};

/// A graph of some of the slots of another.
#[derive(Debug, Clone)]
pub(super) struct Core {
    /// Same rows and columns, fewer slots; whose they are, the whole graph says.
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

/// Best arcs of a row that count whatever the width.
const FEW: usize = 3;
/// Rows that one thread looks at in one go.
const BLOCK: usize = 512;

/// What a look at all arcs reads.
struct Look<'a, F> {
    whole: &'a Graph,
    weight: F,
    width: &'a Width,
    /// The matched slots, ascending.
    homes: Vec<u32>,
    /// By column its price, and what it may want beside the width: a household whose home loses worth may soon want another.
    wants: Vec<(i64, i64)>,
}

/// What a look keeps of some rows: slots of the whole graph, and by row where they end.
struct Kept {
    slots: Vec<u32>,
    ends: Vec<u32>,
    missed: Vec<Missed>,
}

/// A slot worth more than the prices of both sides, and by how much.
#[derive(Debug, Clone, Copy)]
struct Missed {
    row: u32,
    slot: u32,
    more: i64,
}

impl<'a, F: Fn(usize) -> i64> Look<'a, F> {
    fn new(whole: &'a Graph, weight: F, u: &[i64], width: &'a Width, matched: &[u32]) -> Self {
        let mut homes: Vec<u32> = matched.iter().copied().filter(|&slot| slot != NONE).collect();
        homes.par_sort_unstable();
        let wanted = |slot: u32| if slot == NONE { 0 } else { width.fall[whole.cell[slot as usize].index()] };
        let wants = u.par_iter().zip(matched).map(|(&price, &slot)| (price, wanted(slot))).collect();
        Self { whole, weight, width, homes, wants }
    }

    /// The slots to keep in the rows from `first` on. Prices there fall to the smallest that are valid; where one is too small, the
    /// slots that need more are given beside.
    fn at_rows(&self, first: usize, v: &mut [i64]) -> Kept {
        let (whole, width) = (self.whole, self.width);
        let mut kept = Kept { slots: Vec::new(), ends: Vec::with_capacity(v.len()), missed: Vec::new() };
        let mut homes = self.homes[self.homes.partition_point(|&slot| slot < whole.row_start[first])..].iter().copied().peekable();
        // What each arc could be worth, if its prices go on as they go.
        let mut hopes: Vec<i64> = Vec::new();
        let mut wants: Vec<(i64, i64)> = Vec::new();
        for (row, v) in v.iter_mut().enumerate() {
            let slots = whole.slots(first + row);
            let (mut best, mut fall, missed) = (0, 0, kept.missed.len());
            // Read on their own: they lie anywhere, and so many are on their way from memory at a time.
            wants.clear();
            wants.extend(whole.col[slots.clone()].iter().map(|&column| self.wants[column as usize]));
            hopes.clear();
            hopes.extend(slots.clone().zip(&wants).map(|(slot, (price, _))| {
                let value = (self.weight)(slot) - price;
                let cell = whole.cell[slot].index();
                if value > *v {
                    kept.missed.push(Missed { row: (first + row) as u32, slot: slot as u32, more: value - *v });
                } else if value > best {
                    (best, fall) = (value, width.fall[cell]);
                }
                value + width.rise[cell]
            }));
            if kept.missed.len() == missed {
                *v = best;
            }
            // The few best count however far they are: a row left with its home alone has no price to fall to.
            let mut few = [i64::MIN; FEW];
            for &hope in &hopes {
                if hope > few[FEW - 1] {
                    few[FEW - 1] = hope;
                    few.sort_unstable_by(|a, b| b.cmp(a));
                }
            }
            let least = (best - fall - width.base).min(few[FEW - 1]);
            for ((&hope, &(_, wanted)), slot) in hopes.iter().zip(&wants).zip(slots) {
                let is_home = homes.next_if_eq(&(slot as u32)).is_some();
                if is_home || hope + wanted >= least {
                    kept.slots.push(slot as u32);
                }
            }
            kept.ends.push(kept.slots.len() as u32);
        }
        kept
    }
}

/// Raises prices until no slot of `missed` (by row) is worth more: a row pays where that costs no more than its part of what the columns
/// would pay. Gives the columns that pay. O(k log k + columns), k missed.
fn mend(whole: &Graph, missed: &[Missed], u: &mut [i64], v: &mut [i64]) -> Vec<u32> {
    let column = |missed: &Missed| whole.col[missed.slot as usize] as usize;
    let mut times = vec![0i64; if missed.is_empty() { 0 } else { whole.columns() }];
    for slot in missed {
        times[column(slot)] += 1;
    }
    let by_row = || missed.chunk_by(|a, b| a.row == b.row);
    let row_pays = |list: &[Missed]| {
        let needed = list.iter().map(|slot| slot.more).max().unwrap_or(0);
        let parts: i128 = list.iter().map(|slot| i128::from(slot.more / times[column(slot)])).sum();
        i128::from(needed) * i128::from(whole.capacity[list[0].row as usize]) <= parts
    };
    let mut paid: Vec<(u32, i64)> = Vec::new();
    for list in by_row().filter(|list| !row_pays(list)) {
        paid.extend(list.iter().map(|slot| (column(slot) as u32, u[column(slot)] + slot.more)));
    }
    // What remains for a row when its households have paid elsewhere; before their prices move for good.
    paid.sort_unstable();
    let rises = |column: usize| {
        let end = paid.partition_point(|p| p.0 as usize <= column);
        paid[..end].last().filter(|p| p.0 as usize == column).map_or(0, |p| p.1 - u[column])
    };
    for list in by_row().filter(|list| row_pays(list)) {
        let needed = list.iter().map(|slot| slot.more - rises(column(slot))).max().unwrap_or(0);
        v[list[0].row as usize] += needed.max(0);
    }
    for &(column, price) in &paid {
        u[column as usize] = u[column as usize].max(price);
    }
    paid.dedup_by_key(|p| p.0);
    paid.into_iter().map(|p| p.0).collect()
}

impl Core {
    /// No slots yet.
    pub(super) fn new(whole: &Graph) -> Self {
        let graph = Graph {
            row_start: vec![0; whole.rows()],
            row_end: vec![0; whole.rows()],
            row: Vec::new(),
            row_near: Vec::new(),
            col: Vec::new(),
            cell: Vec::new(),
            score: Vec::new(),
            col_start: vec![0; whole.columns()],
            col_end: vec![0; whole.columns()],
            col_slot: Vec::new(),
            capacity: whole.capacity.clone(),
            household: whole.household.clone(),
            column: Vec::new(),
            dwelling: Vec::new(),
        };
        Self { graph, origin: Vec::new() }
    }

    /// Looks at all arcs: makes `u` and `v` valid under `weight` (of a slot of the whole graph), `v` no larger than it must be, and
    /// keeps the arcs near their dwelling's best, and those of `matched` (slot of the whole graph by column), which becomes core slots.
    /// Gives the columns whose price rose; nothing, and the core as it was, where `stop` says so first.
    #[expect(clippy::too_many_arguments, reason = "what a look reads and what it writes, all of it the caller's")]
    pub(super) fn price(
        &mut self,
        whole: &Graph,
        weight: impl Fn(usize) -> i64 + Sync,
        u: &mut [i64],
        v: &mut [i64],
        width: &Width,
        matched: &mut [u32],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<u32>> {
        let look = Look::new(whole, weight, u, width, matched);
        // A small problem is never stopped here: its answer may as well have a bound.
        let at_block = |(block, v): (usize, &mut [i64])| (block == 0 || !stop()).then(|| look.at_rows(block * BLOCK, v));
        let blocks: Vec<Kept> = v.par_chunks_mut(BLOCK).enumerate().map(at_block).collect::<Option<_>>()?;
        if blocks.len() > 1 && stop() {
            return None;
        }
        self.graph.clear();
        self.origin.clear();
        let (mut row, mut missed) = (0, Vec::new());
        for kept in blocks {
            missed.extend(kept.missed);
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
        let origin = self.origin.par_iter();
        origin.clone().map(|&slot| whole.cell[slot as usize]).collect_into_vec(&mut self.graph.cell);
        origin.map(|&slot| whole.score[slot as usize]).collect_into_vec(&mut self.graph.score);
        // Every matched slot was kept.
        matched.par_iter_mut().for_each(|slot| *slot = self.find(whole, *slot));
        Some(mend(whole, &missed, u, v))
    }

    /// Some slots of the whole graph, each with its row, in any order. Their cells and scores are left to the whole graph. Nothing where
    /// `stop` says so first.
    pub(super) fn of(whole: &Graph, mut slots: Vec<(u32, u32)>, stop: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        slots.par_sort_unstable();
        slots.dedup();
        if stop() {
            return None;
        }
        let mut core = Self::new(whole);
        let mut at = 0;
        for row in 0..whole.rows() {
            core.graph.row_start[row] = at as u32;
            at += slots[at..].iter().take_while(|pair| pair.0 as usize == row).count();
            core.graph.row_end[row] = at as u32;
        }
        core.origin = slots.into_iter().map(|pair| pair.1).collect();
        core.fill(whole);
        Some(core)
    }

    /// Rows and columns of the slots of `origin`, and the lists by column.
    fn fill(&mut self, whole: &Graph) {
        let core = &mut self.graph;
        core.row.resize(self.origin.len(), 0);
        for row in 0..core.rows() {
            let slots = core.slots(row);
            core.row[slots].fill(row as u32);
        }
        self.origin.par_iter().map(|&slot| whole.col[slot as usize]).collect_into_vec(&mut core.col);
        core.by_column();
    }

    /// The slot here of a slot of the whole graph, if it was kept. O(log degree): they ascend within a row.
    pub(super) fn find(&self, whole: &Graph, slot: u32) -> u32 {
        if slot == NONE {
            return NONE;
        }
        let range = self.graph.slots(whole.row_of(slot) as usize);
        self.origin[range.clone()].binary_search(&slot).map_or(NONE, |at| (range.start + at) as u32)
    }

    /// Slot of the whole graph.
    pub(super) fn whole(&self, slot: u32) -> u32 {
        if slot == NONE { NONE } else { self.origin[slot as usize] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::random::Random;
    use crate::solve::tree::tests::random;

    /// Whatever prices come in, those that go out cover every arc, and no household price falls.
    #[test]
    fn a_look_makes_any_prices_valid() {
        let (mut rows_paid, mut columns_paid) = (0, 0);
        for seed in 0..300 {
            let problem = random(seed, 12, 8, 6, 0);
            let graph = Graph::new(&problem, seed, &|| false);
            let mut draws = Random::new(seed);
            let mut price = || if draws.below(3) == 0 { 0 } else { draws.below(12) as i64 };
            let mut u: Vec<i64> = (0..graph.columns()).map(|_| price()).collect();
            let mut v: Vec<i64> = (0..graph.rows()).map(|_| price()).collect();
            let before = (u.clone(), v.clone());
            let width = Width { base: 0, rise: vec![0; problem.cell_count()], fall: vec![0; problem.cell_count()] };
            let mut matched = vec![NONE; graph.columns()];
            graph.col.iter().enumerate().for_each(|(slot, &column)| matched[column as usize] = slot as u32);
            let homes = matched.clone();
            let mut core = Core::new(&graph);
            let weight = |slot: usize| graph.score[slot];
            let paid = core.price(&graph, weight, &mut u, &mut v, &width, &mut matched, &|| true).unwrap();
            for (row, (&v, &before)) in v.iter().zip(&before.1).enumerate() {
                for slot in graph.slots(row) {
                    assert!(u[graph.col[slot] as usize] + v >= graph.score[slot], "seed {seed}");
                }
                rows_paid += usize::from(v > before);
            }
            for column in 0..graph.columns() {
                let rose = u[column] > before.0[column];
                assert!(u[column] >= before.0[column] && rose == paid.contains(&(column as u32)), "seed {seed}");
                assert_eq!(core.whole(matched[column]), homes[column], "seed {seed}");
                columns_paid += usize::from(rose);
            }
        }
        assert!(rows_paid > 100 && columns_paid > 100, "{rows_paid} {columns_paid}");
    }

    /// A household without a price, wanted by many dwellings: it pays once instead of each of them.
    #[test]
    fn what_many_miss_is_paid_once() {
        let problem = random(1, 12, 8, 6, 0);
        let graph = Graph::new(&problem, 1, &|| false);
        let missed = |row: usize| graph.slots(row).map(move |slot| Missed { row: row as u32, slot: slot as u32, more: 5 });
        let list: Vec<Missed> = (0..graph.rows()).flat_map(missed).collect();
        let of = |column: usize| list.iter().copied().filter(|m| graph.col[m.slot as usize] as usize == column).collect::<Vec<_>>();
        let (column, missed) = (0..graph.columns()).map(|c| (c, of(c))).max_by_key(|c| c.1.len()).unwrap_or_default();
        assert!(missed.len() > 1);
        let (mut u, mut v) = (vec![0; graph.columns()], vec![0; graph.rows()]);
        assert_eq!(mend(&graph, &missed, &mut u, &mut v), [column as u32]);
        assert_eq!((u[column], v.iter().sum::<i64>()), (5, 0));
    }
}
