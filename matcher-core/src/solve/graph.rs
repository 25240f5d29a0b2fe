//! The arcs of a problem as the assignment methods read them: dwellings as rows, both directions in CSR.
//!
//! Households and dwellings stand in the order of their keyed draws, so that ties fall by the public seed and never by row
//! order, arrival or the spelling of an id.

use std::ops::Range;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use rayon::prelude::*;

use crate::ids::{CellIndex, DwellingIndex, HouseholdIndex, ResidenceIndex, draw};
use crate::problem::Problem;

/// "No slot", "no household".
pub(super) const NONE: u32 = u32::MAX;

/// Households between two questions whether to stop.
const ASK_EVERY: usize = 4_096;

/// Where rows of slots are left out, every so many slots one row is kept.
const NEAR: usize = 256;

/// A list of so many slots is looked through from end to end.
const SHORT: usize = 128;

/// Arcs by row (dwelling) in slots; a slot is one arc.
///
/// Memory: 24 B per slot. The graph of a whole problem, by far the largest, does without `row` and the lists by column: 16 B.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    /// Slots of row `d`: `row_start[d]..row_end[d]`; behind them there may be room for more.
    pub(super) row_start: Vec<u32>,
    pub(super) row_end: Vec<u32>,
    /// Row of each slot; where it is left out, [`Graph::row_of`] begins at `row_near`.
    pub(super) row: Vec<u32>,
    /// Then the row of each slot that is a multiple of [`NEAR`].
    pub(super) row_near: Vec<u32>,
    /// Column (household) of each slot.
    pub(super) col: Vec<u32>,
    /// Cell of the slot's arc.
    pub(super) cell: Vec<CellIndex>,
    /// Score of the slot's arc, unscaled.
    pub(super) score: Vec<i64>,
    /// Slots of column `h`: `col_slot[col_start[h]..col_end[h]]`, unless left out.
    pub(super) col_start: Vec<u32>,
    pub(super) col_end: Vec<u32>,
    /// Slots by column, by dwelling.
    pub(super) col_slot: Vec<u32>,
    /// Capacity of each row.
    pub(super) capacity: Vec<u32>,
    /// Household of each column.
    pub(super) household: Vec<HouseholdIndex>,
    /// Column of each household.
    pub(super) column: Vec<u32>,
    /// Dwelling of each row.
    pub(super) dwelling: Vec<DwellingIndex>,
}

/// Positions in the order of their draws, and for each old position the new one.
pub(super) fn drawn<'a>(seed: u64, ids: impl IndexedParallelIterator<Item = &'a str>) -> (Vec<u32>, Vec<u32>) {
    let mut order: Vec<(u64, u32)> = ids.enumerate().map(|(position, id)| (draw(seed, id), position as u32)).collect();
    // Higher draws first; equal draws (1 in 2^64) by id, since positions are in id order.
    order.sort_unstable_by_key(|&(value, position)| (std::cmp::Reverse(value), position));
    let mut place = vec![0; order.len()];
    for (new, &(_, old)) in order.iter().enumerate() {
        place[old as usize] = new as u32;
    }
    (order.into_iter().map(|o| o.1).collect(), place)
}

impl Graph {
    /// Every arc of `problem` by row alone, columns ascending. Where the caller stops, it is not complete and of no use.
    /// O(m + n log n), and 4 B per row and thread for a while.
    pub(super) fn new(problem: &Problem, seed: u64, stop: &(dyn Fn() -> bool + Sync)) -> Self {
        Self::of(problem, seed, None, stop)
    }

    /// Every arc of `problem` by row and by column, and in each row and column of so many arcs `room` for more. A slot that is not
    /// in use has the column [`NONE`].
    pub(super) fn with_room(problem: &Problem, seed: u64, room: fn(u32) -> u32) -> Self {
        Self::of(problem, seed, Some(room), &|| false)
    }

    /// By column too where there is `room`.
    fn of(problem: &Problem, seed: u64, room: Option<fn(u32) -> u32>, stop: &(dyn Fn() -> bool + Sync)) -> Self {
        let with_room = |n: u32| n + room.map_or(0, |room| room(n));
        let (households, column) = drawn(seed, problem.households().par_iter().map(String::as_str));
        let (dwellings, row_of) = drawn(seed, problem.dwellings().par_iter().map(|d| d.id.as_str()));
        let go_on = |column: &usize| *column == 0 || !column.is_multiple_of(ASK_EVERY) || !stop();
        let arcs = |column: usize| {
            let of = problem.arcs(HouseholdIndex::new(households[column] as usize));
            of.map(|arc| (row_of[arc.dwelling.index()] as usize, arc))
        };
        // Each task has some columns, and in each row the slots behind those of the tasks before it.
        let size = households.len().div_ceil(rayon::current_num_threads()).max(ASK_EVERY);
        let tasks: Vec<Range<usize>> = (0..households.len()).step_by(size).map(|first| first..households.len().min(first + size)).collect();
        let count = |columns: &Range<usize>| {
            let mut count = vec![0u32; dwellings.len()];
            columns.clone().take_while(go_on).flat_map(arcs).for_each(|(row, _)| count[row] += 1);
            count
        };
        let mut next: Vec<Vec<u32>> = tasks.par_iter().map(count).collect();
        let degree: Vec<u32> = (0..dwellings.len()).map(|row| next.iter().map(|count| count[row]).sum()).collect();
        let (row_start, m) = starts(degree.iter().map(|&n| with_room(n)));
        let mut row_end = row_start.clone();
        for (row, end) in row_end.iter_mut().enumerate() {
            for next in &mut next {
                *end += std::mem::replace(&mut next[row], *end);
            }
        }
        let degrees = households.iter().map(|&h| problem.arc_range(HouseholdIndex::new(h as usize)).len() as u32);
        let (col_start, ends) = if room.is_some() { starts(degrees.clone().map(with_room)) } else { (Vec::new(), 0) };
        let col_end = col_start.iter().zip(degrees).map(|(&start, n)| start + n).collect();
        let mut col_slot = vec![NONE; ends];
        // Tasks write into the same arrays, never into the same place.
        let col: Vec<AtomicU32> = (0..m).into_par_iter().map(|_| AtomicU32::new(NONE)).collect();
        let cell: Vec<AtomicU32> = (0..m).into_par_iter().map(|_| AtomicU32::new(0)).collect();
        let score: Vec<AtomicI64> = (0..m).into_par_iter().map(|_| AtomicI64::new(0)).collect();
        let write = |((columns, next), slots): ((&Range<usize>, &mut Vec<u32>), &mut [u32])| {
            let first = col_start.get(columns.start).copied().unwrap_or(0);
            columns.clone().all(|column| {
                let own = col_start.get(column).map_or(0, |start| (start - first) as usize);
                for ((row, arc), own) in arcs(column).zip(own..) {
                    let slot = next[row];
                    next[row] += 1;
                    // Without lists by column there is nowhere to write it.
                    if let Some(own) = slots.get_mut(own) {
                        *own = slot;
                    }
                    let at = slot as usize;
                    col[at].store(column as u32, Ordering::Relaxed);
                    cell[at].store(arc.cell.index() as u32, Ordering::Relaxed);
                    score[at].store(arc.score, Ordering::Relaxed);
                }
                go_on(&column)
            })
        };
        // Rows that are not counted to the end have no place for their slots.
        let counted = degree.iter().map(|&n| n as usize).sum::<usize>() == problem.arc_count();
        let mut rest = col_slot.as_mut_slice();
        let part = |columns: &Range<usize>| {
            let start = |column: usize| col_start.get(column).map_or(ends, |&start| start as usize);
            let length = start(columns.end) - start(columns.start);
            let (part, others) = std::mem::take(&mut rest).split_at_mut(length);
            rest = others;
            part
        };
        let parts: Vec<&mut [u32]> = tasks.iter().map(part).collect();
        if !counted || !tasks.par_iter().zip(&mut next).zip(parts).all(write) {
            row_end.copy_from_slice(&row_start);
        }
        let each = if room.is_some() { 1 } else { NEAR };
        let mut row = vec![0; m.div_ceil(each)];
        for (of, &start) in row_start.iter().enumerate() {
            let end = row_start.get(of + 1).map_or(m, |&end| end as usize);
            row[(start as usize).div_ceil(each)..end.div_ceil(each)].fill(of as u32);
        }
        let (row, row_near) = if room.is_some() { (row, Vec::new()) } else { (Vec::new(), row) };
        Self {
            row_start,
            row_end,
            row,
            row_near,
            col: col.into_iter().map(AtomicU32::into_inner).collect(),
            cell: cell.into_iter().map(|cell| CellIndex::new(cell.into_inner() as usize)).collect(),
            score: score.into_iter().map(AtomicI64::into_inner).collect(),
            col_start,
            col_end,
            col_slot,
            capacity: dwellings.iter().map(|&d| problem.dwellings()[d as usize].capacity).collect(),
            household: households.iter().map(|&h| HouseholdIndex::new(h as usize)).collect(),
            column,
            dwelling: dwellings.iter().map(|&d| DwellingIndex::new(d as usize)).collect(),
        }
    }

    /// Whether every arc of `problem` found its slot. O(rows).
    pub(super) fn is_complete(&self, problem: &Problem) -> bool {
        let slots = self.row_start.iter().zip(&self.row_end).map(|(&start, &end)| (end - start) as usize);
        slots.sum::<usize>() == problem.arc_count()
    }

    /// The lists by column: counts, starts, then slots in ascending order. Each thread reads all slots, and writes some of the columns.
    pub(super) fn by_column(&mut self) {
        let size = self.col_end.len().div_ceil(rayon::current_num_threads()).max(ASK_EVERY);
        let col = &self.col;
        self.col_end.fill(0);
        self.col_end.par_chunks_mut(size).enumerate().for_each(|(task, ends)| {
            for &column in col {
                if let Some(end) = ends.get_mut((column as usize).wrapping_sub(task * size)) {
                    *end += 1;
                }
            }
        });
        let mut start = 0;
        for (first, end) in self.col_start.iter_mut().zip(&mut self.col_end) {
            *first = start;
            start += std::mem::replace(end, start);
        }
        self.col_slot.resize(col.len(), 0);
        let mut rest = self.col_slot.as_mut_slice();
        let mut parts = Vec::new();
        for (task, ends) in self.col_end.chunks_mut(size).enumerate() {
            let first = task * size;
            let length = self.col_start.get(first + size).map_or(col.len(), |&start| start as usize) - self.col_start[first] as usize;
            let (part, others) = rest.split_at_mut(length);
            rest = others;
            parts.push((first, ends, part));
        }
        let col_start = &self.col_start;
        parts.into_par_iter().for_each(|(first, ends, part)| {
            for (slot, &column) in col.iter().enumerate() {
                if let Some(end) = ends.get_mut((column as usize).wrapping_sub(first)) {
                    part[(*end - col_start[first]) as usize] = slot as u32;
                    *end += 1;
                }
            }
        });
    }

    /// Takes out every slot; rows and columns stay.
    pub(super) fn clear(&mut self) {
        self.row.clear();
        self.col.clear();
        self.cell.clear();
        self.score.clear();
    }

    pub(super) fn rows(&self) -> usize {
        self.capacity.len()
    }

    pub(super) fn columns(&self) -> usize {
        self.household.len()
    }

    pub(super) fn slots(&self, row: usize) -> std::ops::Range<usize> {
        self.row_start[row] as usize..self.row_end[row] as usize
    }

    pub(super) fn column_slots(&self, column: usize) -> &[u32] {
        &self.col_slot[self.col_start[column] as usize..self.col_end[column] as usize]
    }

    /// What prices of columns and rows come to: a bound of the assignment where they are valid.
    pub(super) fn total<W: Copy + Into<i64>>(&self, u: &[W], v: &[W]) -> i128 {
        let rows = v.iter().zip(&self.capacity).map(|(&v, &c)| i128::from(v.into()) * i128::from(c));
        u.iter().map(|&u| i128::from(u.into())).sum::<i128>() + rows.sum::<i128>()
    }

    /// The row of a slot. O(log rows of [`NEAR`] slots) where it is not written down: rows stand one behind the other there.
    pub(super) fn row_of(&self, slot: u32) -> u32 {
        let look = || {
            let at = slot as usize / NEAR;
            let (first, last) = (self.row_near[at], self.row_near.get(at + 1).map_or(self.rows() as u32 - 1, |&row| row));
            first + self.row_start[first as usize + 1..=last as usize].partition_point(|&start| start <= slot) as u32
        };
        self.row.get(slot as usize).copied().unwrap_or_else(look)
    }

    /// Residence of a slot's dwelling.
    pub(super) fn residence(&self, problem: &Problem, slot: u32) -> ResidenceIndex {
        problem.residence(self.dwelling[self.row_of(slot) as usize])
    }

    /// The slot of the arc of `column` to `row`, if there is one. O(log degree).
    pub(super) fn find(&self, column: u32, row: u32) -> Option<u32> {
        if self.col_start.is_empty() {
            let slots = self.slots(row as usize);
            return self.col[slots.clone()].binary_search(&column).ok().map(|at| (slots.start + at) as u32);
        }
        let list = self.column_slots(column as usize);
        let (start, end) = (self.row_start[row as usize], self.row_end[row as usize]);
        if list.len() <= SHORT {
            // Touches one list only.
            return list.iter().copied().find(|&slot| slot.wrapping_sub(start) < end - start);
        }
        let of = |slot: &u32| self.dwelling[self.row[*slot as usize] as usize];
        list.binary_search_by_key(&self.dwelling[row as usize], of).ok().map(|at| list[at])
    }
}

/// Where each run of so many entries starts, and where the last one ends.
fn starts(lengths: impl Iterator<Item = u32>) -> (Vec<u32>, usize) {
    let mut end = 0;
    let mut next = |length| {
        let start = end;
        end += length;
        start
    };
    let starts = lengths.map(&mut next).collect();
    (starts, end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::tree::tests::random;

    /// Rows that are looked up are those that were written, and each arc is found where it stands, with and without lists by column.
    #[test]
    fn a_graph_by_row_alone_knows_what_the_one_both_ways_knows() {
        let mut longest = 0;
        for seed in 0..20 {
            // Enough slots that several rows are kept, and some rows without any.
            let problem = random(seed, 90, 30, 6, 0);
            let (short, both) = (Graph::new(&problem, seed, &|| false), Graph::with_room(&problem, seed, |_| 0));
            assert!(short.is_complete(&problem) && both.is_complete(&problem), "seed {seed}");
            assert!(short.row.is_empty() && short.col_slot.is_empty());
            assert_eq!((&short.row_start, &short.col, &short.score), (&both.row_start, &both.col, &both.score), "seed {seed}");
            for row in 0..short.rows() {
                for slot in short.slots(row) {
                    let slot = slot as u32;
                    assert_eq!((short.row_of(slot), both.row_of(slot)), (row as u32, row as u32), "seed {seed} slot {slot}");
                    assert_eq!(short.find(short.col[slot as usize], row as u32), Some(slot), "seed {seed}");
                    assert_eq!(both.find(both.col[slot as usize], row as u32), Some(slot), "seed {seed}");
                }
                for column in 0..short.columns() as u32 {
                    assert_eq!(short.find(column, row as u32).is_some(), both.find(column, row as u32).is_some(), "seed {seed}");
                }
            }
            longest = longest.max(short.col.len());
        }
        assert!(longest > 2 * NEAR, "{longest}");
    }
}
