//! What one search of shortest augmenting paths writes down.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::super::graph::NONE;
use super::super::weight::Weight;

/// Scratch of one search; `stamp` tells which entries belong to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Search<W> {
    pub(super) stamp: u32,
    pub(super) col_stamp: Vec<u32>,
    pub(super) col_distance: Vec<W>,
    pub(super) col_done: Vec<bool>,
    /// Slot (forward) by which the column was reached; row (reverse) through which it was reached.
    pub(super) col_from: Vec<u32>,
    pub(super) row_stamp: Vec<u32>,
    pub(super) row_distance: Vec<W>,
    pub(super) row_done: Vec<bool>,
    /// Column (forward) whose matched arc led to the row; slot (reverse) by which it was reached.
    pub(super) row_from: Vec<u32>,
    pub(super) columns: Vec<u32>,
    pub(super) rows: Vec<u32>,
    pub(super) heap: BinaryHeap<Reverse<(W, u32)>>,
}

impl<W: Weight> Search<W> {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Self {
            stamp: 0,
            col_stamp: vec![0; columns],
            col_distance: vec![W::ZERO; columns],
            col_done: vec![false; columns],
            col_from: vec![NONE; columns],
            row_stamp: vec![0; rows],
            row_distance: vec![W::ZERO; rows],
            row_done: vec![false; rows],
            row_from: vec![NONE; rows],
            ..Self::default()
        }
    }

    /// For another number of rows and columns; between searches only.
    pub(super) fn resize(&mut self, rows: usize, columns: usize) {
        self.col_stamp.resize(columns, 0);
        self.col_distance.resize(columns, W::ZERO);
        self.col_done.resize(columns, false);
        self.col_from.resize(columns, NONE);
        self.row_stamp.resize(rows, 0);
        self.row_distance.resize(rows, W::ZERO);
        self.row_done.resize(rows, false);
        self.row_from.resize(rows, NONE);
    }

    pub(super) fn start(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.col_stamp.fill(0);
            self.row_stamp.fill(0);
            self.stamp = 1;
        }
        self.heap.clear();
        self.columns.clear();
        self.rows.clear();
    }

    /// Notes that `column` is reached at `distance`; true where that is nearer than before.
    pub(super) fn reach_column(&mut self, column: u32, distance: W, from: u32) -> bool {
        let at = column as usize;
        if self.col_stamp[at] == self.stamp {
            if self.col_done[at] || distance >= self.col_distance[at] {
                return false;
            }
        } else {
            self.col_stamp[at] = self.stamp;
            self.col_done[at] = false;
            self.columns.push(column);
        }
        self.col_distance[at] = distance;
        self.col_from[at] = from;
        true
    }

    pub(super) fn reach_row(&mut self, row: u32, distance: W, from: u32) -> bool {
        let at = row as usize;
        if self.row_stamp[at] == self.stamp {
            if self.row_done[at] || distance >= self.row_distance[at] {
                return false;
            }
        } else {
            self.row_stamp[at] = self.stamp;
            self.row_done[at] = false;
            self.rows.push(row);
        }
        self.row_distance[at] = distance;
        self.row_from[at] = from;
        true
    }
}
