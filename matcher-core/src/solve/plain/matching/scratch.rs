//! What one search of shortest augmenting paths writes down.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::weight::Weight;

/// What a search knows of a column or row: one line of memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark<W> {
    pub(super) distance: W,
    /// Where it was reached from.
    pub(super) from: u32,
    /// Twice the number of the search that reached it, and 1 where its distance is final.
    stamp: u32,
}

/// Scratch of one search.
#[derive(Debug, Clone, Default)]
pub(super) struct Search<W> {
    /// Twice the number of this search.
    stamp: u32,
    /// By column; from: the slot (forward) by which it was reached, the row (reverse) through which it was reached.
    pub(super) column: Vec<Mark<W>>,
    /// By row; from: the column (forward) whose matched arc led to it, the slot (reverse) by which it was reached.
    pub(super) row: Vec<Mark<W>>,
    /// Reached by this search.
    pub(super) columns: Vec<u32>,
    pub(super) rows: Vec<u32>,
    pub(super) heap: BinaryHeap<Reverse<(W, u32)>>,
}

impl<W: Weight> Search<W> {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Self { column: vec![Mark::default(); columns], row: vec![Mark::default(); rows], ..Self::default() }
    }

    /// For another number of rows and columns; between searches only.
    pub(super) fn resize(&mut self, rows: usize, columns: usize) {
        self.column.resize(columns, Mark::default());
        self.row.resize(rows, Mark::default());
    }

    pub(super) fn start(&mut self) {
        self.stamp = self.stamp.wrapping_add(2);
        if self.stamp == 0 {
            self.column.fill(Mark::default());
            self.row.fill(Mark::default());
            self.stamp = 2;
        }
        self.heap.clear();
        self.columns.clear();
        self.rows.clear();
    }

    /// Notes that `column` is reached at `distance`; true where that is nearer than before.
    pub(super) fn reach_column(&mut self, column: u32, distance: W, from: u32) -> bool {
        reach(&mut self.column, &mut self.columns, self.stamp, column, distance, from)
    }

    /// Notes that `row` is reached at `distance`; true where that is nearer than before.
    pub(super) fn reach_row(&mut self, row: u32, distance: W, from: u32) -> bool {
        reach(&mut self.row, &mut self.rows, self.stamp, row, distance, from)
    }

    /// Makes the distance of a column final; false where it was already, or `distance` is not the latest.
    pub(super) fn settle_column(&mut self, column: u32, distance: W) -> bool {
        settle(&mut self.column[column as usize], distance)
    }

    /// Makes the distance of a row final; false where it was already, or `distance` is not the latest.
    pub(super) fn settle_row(&mut self, row: u32, distance: W) -> bool {
        settle(&mut self.row[row as usize], distance)
    }
}

impl<W> Mark<W> {
    pub(super) const fn is_final(&self) -> bool {
        self.stamp & 1 == 1
    }
}

fn reach<W: Weight>(marks: &mut [Mark<W>], reached: &mut Vec<u32>, stamp: u32, at: u32, distance: W, from: u32) -> bool {
    let mark = &mut marks[at as usize];
    if mark.stamp & !1 == stamp {
        if mark.is_final() || distance >= mark.distance {
            return false;
        }
    } else {
        reached.push(at);
    }
    *mark = Mark { distance, from, stamp };
    true
}

fn settle<W: Weight>(mark: &mut Mark<W>, distance: W) -> bool {
    let is_new = !mark.is_final() && distance <= mark.distance;
    mark.stamp |= u32::from(is_new);
    is_new
}
