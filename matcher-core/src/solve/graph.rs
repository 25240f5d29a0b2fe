//! The arcs of a problem as the assignment methods read them: dwellings as rows, both directions in CSR.
//!
//! Households and dwellings stand in the order of their keyed draws, so that ties fall by the public seed and never by row
//! order, arrival or the spelling of an id.

use std::ops::Range;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use rayon::prelude::*;

use crate::ids::{CellIndex, DwellingIndex, HouseholdIndex, draw};
use crate::problem::Problem;

/// "No slot", "no household".
pub(super) const NONE: u32 = u32::MAX;

/// Households between two questions whether to stop.
const ASK_EVERY: usize = 4_096;

/// A list of so many slots is looked through from end to end.
const SHORT: usize = 128;

/// Arcs by row (dwelling) in slots; a slot is one arc.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    /// Slots of row `d`: `row_start[d]..row_end[d]`; behind them there may be room for more.
    pub(super) row_start: Vec<u32>,
    pub(super) row_end: Vec<u32>,
    /// Row of each slot.
    pub(super) row: Vec<u32>,
    /// Column (household) of each slot.
    pub(super) col: Vec<u32>,
    /// Cell of the slot's arc.
    pub(super) cell: Vec<CellIndex>,
    /// Score of the slot's arc, unscaled.
    pub(super) score: Vec<i64>,
    /// Slots of column `h`: `col_slot[col_start[h]..col_end[h]]`.
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
    /// Every arc of `problem`, without room for more. Where the caller stops, it is not complete and of no use. O(m + n log n), and 4 B
    /// per row and thread for a while.
    pub(super) fn new(problem: &Problem, seed: u64, stop: &(dyn Fn() -> bool + Sync)) -> Self {
        Self::with_room(problem, seed, |_| 0, stop)
    }

    /// Every arc of `problem`, and in each row and column of so many arcs `room` for more. A slot that is not in use has the column
    /// [`NONE`]. A stop as for [`Graph::new`].
    pub(super) fn with_room(problem: &Problem, seed: u64, room: impl Fn(u32) -> u32, stop: &(dyn Fn() -> bool + Sync)) -> Self {
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
        let (row_start, m) = starts(degree.iter().map(|&n| n + room(n)));
        let mut row_end = row_start.clone();
        for (row, end) in row_end.iter_mut().enumerate() {
            for next in &mut next {
                *end += std::mem::replace(&mut next[row], *end);
            }
        }
        let degrees = households.iter().map(|&h| problem.arc_range(HouseholdIndex::new(h as usize)).len() as u32);
        let (col_start, ends) = starts(degrees.clone().map(|n| n + room(n)));
        let col_end = col_start.iter().zip(degrees).map(|(&start, n)| start + n).collect();
        let mut col_slot = vec![NONE; ends];
        // Tasks write into the same arrays, never into the same place.
        let col: Vec<AtomicU32> = (0..m).into_par_iter().map(|_| AtomicU32::new(NONE)).collect();
        let cell: Vec<AtomicU32> = (0..m).into_par_iter().map(|_| AtomicU32::new(0)).collect();
        let score: Vec<AtomicI64> = (0..m).into_par_iter().map(|_| AtomicI64::new(0)).collect();
        let write = |((columns, next), slots): ((&Range<usize>, &mut Vec<u32>), &mut [u32])| {
            let first = col_start[columns.start];
            columns.clone().all(|column| {
                let slots = &mut slots[(col_start[column] - first) as usize..];
                for ((row, arc), own) in arcs(column).zip(slots) {
                    *own = next[row];
                    next[row] += 1;
                    let at = *own as usize;
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
            let length = col_start.get(columns.end).map_or(ends, |&end| end as usize) - col_start[columns.start] as usize;
            let (part, others) = std::mem::take(&mut rest).split_at_mut(length);
            rest = others;
            part
        };
        let parts: Vec<&mut [u32]> = tasks.iter().map(part).collect();
        if !counted || !tasks.par_iter().zip(&mut next).zip(parts).all(write) {
            row_end.copy_from_slice(&row_start);
        }
        let mut row = vec![0; m];
        for (of, &start) in row_start.iter().enumerate() {
            row[start as usize..row_start.get(of + 1).map_or(m, |&end| end as usize)].fill(of as u32);
        }
        Self {
            row_start,
            row_end,
            row,
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

    /// The lists by column: counts, starts, then slots in ascending order.
    pub(super) fn by_column(&mut self) {
        self.col_end.fill(0);
        for &column in &self.col {
            self.col_end[column as usize] += 1;
        }
        let mut start = 0;
        for (first, end) in self.col_start.iter_mut().zip(&mut self.col_end) {
            *first = start;
            start += std::mem::replace(end, start);
        }
        self.col_slot.resize(self.col.len(), 0);
        for (slot, &column) in self.col.iter().enumerate() {
            let end = &mut self.col_end[column as usize];
            self.col_slot[*end as usize] = slot as u32;
            *end += 1;
        }
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

    /// The slot of the arc of `column` to `row`, if there is one. O(log degree).
    pub(super) fn find(&self, column: u32, row: u32) -> Option<u32> {
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
