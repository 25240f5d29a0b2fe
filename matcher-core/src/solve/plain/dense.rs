//! Dense assignment: Jonker and Volgenant's steps with scans of whole rows in vector code.
//!
//! Problem      max sum w x, rows x columns, each at most once; all may stay unmatched, and weights below 0 count as 0 (`matrix`).
//! Dual         min sum u + sum v; u, v >= 0; u + v >= w.
//! Method       From nothing on a square, where all are matched in the end (pairs worth 0 are taken out again): v = best w of the row,
//!              u = best w - v of the column (which may be negative until the end), tight pairs taken in order, rounds of
//!              augmenting row reduction; or from the prices of `scaling`. Otherwise from u = 0, or from any valid prices and tight pairs
//!              with nothing stranded, such as the sparse method leaves when it gives up. Then a Dijkstra search per row that is left, which goes through the
//!              nearest column not gone through yet. One pass over a row notes what it reaches nearer and finds the nearest column of
//!              all. A search ends at a free column, or where staying empty is no dearer.
//! Complexity   O(n^2 k) for k rows that are left after the reductions; memory the matrix and 16 B per column.
//! Deviations   from Jonker & Volgenant (1987): no list of columns is permuted, so that a scan runs over the row as it lies in memory.
//!              Among columns at the same distance a free one comes first: weights are in halves, and the price by which a column is
//!              reached is a half higher where it is matched.
//! References   R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
//!              Computing 38 (1987).

use super::super::graph::NONE;
use super::answer::{Answer, Ended};
use super::lines::Arcs;
use super::matrix::Matrix;
use super::scans::{self, Reached, best_two, find, raise};
use super::sparse::Budget;
use super::weight::Weight;
use crate::lanes::Path;
use crate::solve::control::Pace;

/// Rounds of augmenting row reduction.
const REDUCTIONS: usize = 3;
/// Pairs scanned between two questions whether to stop: a few milliseconds.
const ASK_EVERY: u64 = 1 << 22;

struct Dense<'a, W> {
    matrix: &'a Matrix<W>,
    u: Vec<W>,
    v: Vec<W>,
    /// Row of each column.
    row: Vec<u32>,
    /// Column of each row.
    column: Vec<u32>,
    /// Prices by which searches reach columns: a half higher where the column is matched.
    toll: Vec<W>,
    reached: Reached<W>,
    /// Columns that this search went through, each with its row and distance.
    visited: Vec<(u32, u32, W)>,
    path: Path,
    scanned: u64,
    pace: Pace,
}

/// Solves from where `start` ended, or from nothing, within `budget`.
pub(super) fn solve<W: Weight>(matrix: &Matrix<W>, start: Option<Answer<W>>, budget: Budget, stop: &dyn Fn(u64) -> bool) -> Answer<W> {
    let mut state = Dense {
        matrix,
        u: vec![W::ZERO; matrix.width()],
        v: vec![W::ZERO; matrix.rows()],
        row: vec![NONE; matrix.columns()],
        column: vec![NONE; matrix.rows()],
        toll: Vec::new(),
        reached: Reached::new(matrix.width()),
        visited: Vec::new(),
        path: Path::best(),
        scanned: 0,
        pace: Pace::new(ASK_EVERY, 0),
    };
    let open = match start {
        Some(start) if matrix.is_square() => state.tighten(&start),
        None if matrix.is_square() => state.square(),
        start => state.resume(start),
    };
    let ended = state.run(open, budget, stop);
    state.u.truncate(matrix.columns());
    if matrix.is_square() {
        // Moved against each other, the prices prove as much; v >= w - u >= -u leaves room.
        let least = state.u.iter().copied().min().unwrap_or(W::ZERO);
        state.u.iter_mut().for_each(|u| *u -= least);
        state.v.iter_mut().for_each(|v| *v += least);
    }
    for (column, row) in state.row.iter_mut().enumerate().filter(|pair| *pair.1 != NONE) {
        if matrix.row(*row as usize)[column] == W::ZERO {
            *row = NONE;
        }
    }
    Answer { u: state.u, v: state.v, row: state.row, scanned: state.scanned, ended }
}

impl<W: Weight> Dense<'_, W> {
    /// First prices and pairs of a square; gives the rows that are left.
    fn square(&mut self) -> Vec<u32> {
        let matrix = self.matrix;
        self.u.fill(W::MIN);
        for row in 0..matrix.rows() {
            let weight = matrix.row(row);
            self.v[row] = scans::best(self.path, weight);
            raise(self.path, &mut self.u, weight, self.v[row]);
        }
        // What rounds the columns up is out of reach.
        self.u[matrix.columns()..].fill(W::ZERO);
        let mut open = Vec::new();
        for row in 0..matrix.rows() {
            let free = |column: usize| self.row.get(column) == Some(&NONE);
            match find(self.path, matrix.row(row), &self.u, self.v[row], free) {
                Some(column) => self.pair(row as u32, column),
                None => open.push(row as u32),
            }
        }
        self.scanned += 3 * matrix.arc_count();
        open
    }

    /// Prices of columns and pairs of another method on a square: keeps the pairs that are tight.
    fn tighten(&mut self, start: &Answer<W>) -> Vec<u32> {
        let matrix = self.matrix;
        self.u[..start.u.len()].copy_from_slice(&start.u);
        for (column, &row) in start.row.iter().enumerate().filter(|pair| *pair.1 != NONE) {
            self.column[row as usize] = column as u32;
        }
        let mut open = Vec::new();
        for row in 0..matrix.rows() {
            let weight = matrix.row(row);
            self.v[row] = best_two(self.path, weight, &self.u).0;
            let column = std::mem::replace(&mut self.column[row], NONE) as usize;
            if weight.get(column).is_some_and(|&weight| weight - self.u[column] == self.v[row]) {
                self.pair(row as u32, column);
            } else {
                open.push(row as u32);
            }
        }
        self.scanned += matrix.arc_count();
        open
    }

    /// Takes over what another method left.
    fn resume(&mut self, start: Option<Answer<W>>) -> Vec<u32> {
        if let Some(start) = start {
            self.u[..start.u.len()].copy_from_slice(&start.u);
            self.v = start.v;
            for (column, &row) in start.row.iter().enumerate().filter(|pair| *pair.1 != NONE) {
                self.column[row as usize] = column as u32;
            }
            self.row = start.row;
        } else {
            for row in 0..self.matrix.rows() {
                self.v[row] = scans::best(self.path, self.matrix.row(row));
            }
        }
        (0..self.matrix.rows() as u32).filter(|&row| self.column[row as usize] == NONE).collect()
    }

    fn run(&mut self, mut open: Vec<u32>, budget: Budget, stop: &dyn Fn(u64) -> bool) -> Ended {
        for _ in 0..REDUCTIONS {
            let mut left = Vec::new();
            let mut moves = 4 * open.len() + 16;
            for row in open {
                if self.is_over(stop) {
                    return Ended::Stopped;
                }
                if let Some(row) = self.reduce(row, &mut moves) {
                    left.push(row);
                }
            }
            open = left;
        }
        if open.len() > budget.rows {
            return Ended::Budget;
        }
        let (columns, limit) = (self.row.len(), budget.arcs.saturating_add(self.scanned));
        let half = |row: &u32| if *row == NONE { W::ZERO } else { W::ONE };
        self.toll = self.u[..columns].iter().zip(&self.row).map(|(&u, row)| u + half(row)).collect();
        // What rounds the columns up is out of reach.
        self.toll.resize(self.u.len(), W::of(W::MAX.into() / 2));
        for row in open {
            if self.scanned > limit {
                return Ended::Budget;
            }
            if !self.search(row, stop) {
                return Ended::Stopped;
            }
        }
        Ended::Optimal
    }

    fn is_over(&mut self, stop: &dyn Fn(u64) -> bool) -> bool {
        self.pace.is_due(self.scanned) && stop(self.scanned)
    }

    fn pair(&mut self, row: u32, column: usize) {
        self.row[column] = row;
        self.column[row as usize] = column as u32;
    }

    /// Augmenting row reduction from `row` on; gives the row that is left to the searches, if any.
    fn reduce(&mut self, mut row: u32, moves: &mut usize) -> Option<u32> {
        loop {
            if *moves == 0 {
                return Some(row);
            }
            *moves -= 1;
            let at = row as usize;
            let weight = self.matrix.row(at);
            let (best, mut second) = best_two(self.path, weight, &self.u);
            self.scanned += weight.len() as u64;
            if !self.matrix.is_complete() {
                if best <= W::ZERO {
                    self.v[at] = W::ZERO;
                    return None;
                }
                second = second.max(W::ZERO);
            }
            let columns = self.row.len();
            let mut chosen = find(self.path, weight, &self.u, best, |column| column < columns)?;
            let mut displaced = self.row[chosen];
            if displaced != NONE && best == second {
                let free = |column: usize| self.row.get(column) == Some(&NONE);
                let Some(column) = find(self.path, weight, &self.u, best, free) else {
                    // No price moves.
                    self.v[at] = best;
                    return Some(row);
                };
                (chosen, displaced) = (column, NONE);
            }
            self.u[chosen] += best - second;
            self.v[at] = second;
            self.pair(row, chosen);
            if displaced == NONE {
                return None;
            }
            self.column[displaced as usize] = NONE;
            row = displaced;
        }
    }

    /// Matches a row, or lowers prices until leaving one empty is as good. False where it was stopped: nothing moved.
    fn search(&mut self, start: u32, stop: &dyn Fn(u64) -> bool) -> bool {
        self.reached.start();
        self.visited.clear();
        // The nearest row whose unit may stay empty, at this length.
        let (mut length, mut empty) = (W::MAX, NONE);
        let (mut row, mut base) = (start, W::ZERO);
        let free = loop {
            let height = base + self.v[row as usize];
            if !self.matrix.is_complete() && height < length {
                (length, empty) = (height, row);
            }
            let weight = self.matrix.row(row as usize);
            let (distance, column) = self.reached.scan(self.path, weight, &self.toll, height, row);
            self.scanned += weight.len() as u64;
            // Before absent arcs, which are as long.
            if length <= distance {
                break NONE;
            }
            let next = self.row[column];
            if next == NONE {
                length = distance;
                break column as u32;
            }
            if self.is_over(stop) {
                return false;
            }
            (row, base) = (next, distance - W::ONE);
            self.reached.pass(column);
            self.visited.push((column as u32, row, base));
        };
        self.v[start as usize] -= length;
        for &(column, row, distance) in &self.visited {
            self.u[column as usize] += length - distance;
            self.toll[column as usize] += length - distance;
            self.v[row as usize] -= length - distance;
        }
        let mut column = free;
        if free == NONE {
            column = std::mem::replace(&mut self.column[empty as usize], NONE);
        } else {
            self.toll[free as usize] += W::ONE;
        }
        // Walk back: each column on the path moves to the row that reached it.
        while column != NONE {
            let row = self.reached.from[column as usize];
            let before = self.column[row as usize];
            self.pair(row, column as usize);
            column = if row == start { NONE } else { before };
        }
        true
    }
}
