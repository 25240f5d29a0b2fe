//! Dense assignment: Jonker and Volgenant's steps with scans of whole rows that compilers turn into vector code.
//!
//! Problem      max sum w x, rows x columns, each at most once; all may stay unmatched, and weights of 0 or less never matter.
//! Dual         min sum u + sum v; u, v >= 0; u + v >= w.
//! Method       From nothing on a square without holes, where all are matched in the end: v = best w of the row, u = best w - v
//!              of the column (which may be negative until the end), tight pairs taken in order, two rounds of augmenting row
//!              reduction; or from the prices of `scaling`. Otherwise from any valid prices and tight pairs with nothing stranded, such as the sparse method
//!              leaves when it gives up. Then a Dijkstra search per row that is left, in levels of equal distance: a *level* is
//!              the list of columns tied at the least distance; each of their rows is scanned, which may make the level longer;
//!              the next level is found by one pass over the distances. A search ends at a free column, or where staying
//!              empty is no dearer.
//! Complexity   O(n^2 k) for k rows that are left after the reductions; memory the matrix and 12 B per column.
//! Deviations   from Jonker & Volgenant (1987): a column counts as scanned by its distance alone (at most the level's), so that no
//!              list of columns is permuted and a scan runs over the row as it lies in memory.
//! References   R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
//!              Computing 38 (1987).

use super::super::graph::NONE;
use super::answer::{Answer, Ended};
use super::lines::Arcs;
use super::matrix::{Matrix, Reached, best_two, find, raise};
use super::weight::Weight;
use crate::solve::control::Pace;

/// Rounds of augmenting row reduction.
const REDUCTIONS: usize = 2;
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
    reached: Reached<W>,
    level: Vec<u32>,
    /// Rows scanned by this search, each with its distance.
    visited: Vec<(u32, W)>,
    scanned: u64,
    pace: Pace,
}

/// Solves from where `start` ended, or from nothing.
pub(super) fn solve<W: Weight>(matrix: &Matrix<W>, start: Option<Answer<W>>, stop: &dyn Fn(u64) -> bool) -> Answer<W> {
    let mut state = Dense {
        matrix,
        u: vec![W::ZERO; matrix.width()],
        v: vec![W::ZERO; matrix.rows()],
        row: vec![NONE; matrix.columns()],
        column: vec![NONE; matrix.rows()],
        reached: Reached::new(matrix.width()),
        level: Vec::new(),
        visited: Vec::new(),
        scanned: 0,
        pace: Pace::new(ASK_EVERY, 0),
    };
    let open = match start {
        Some(start) if matrix.square => state.tighten(&start),
        None if matrix.square => state.square(),
        start => state.resume(start),
    };
    let ended = state.run(open, stop);
    state.u.truncate(matrix.columns());
    if matrix.square {
        // Moved against each other, the prices prove as much; v >= w - u > 0 leaves room.
        let least = state.u.iter().copied().min().unwrap_or(W::ZERO);
        state.u.iter_mut().for_each(|u| *u -= least);
        state.v.iter_mut().for_each(|v| *v += least);
    }
    Answer { u: state.u, v: state.v, row: state.row, scanned: state.scanned, ended }
}

impl<W: Weight> Dense<'_, W> {
    /// First prices and pairs of a square without holes; gives the rows that are left.
    fn square(&mut self) -> Vec<u32> {
        let matrix = self.matrix;
        self.u.fill(W::MIN);
        for row in 0..matrix.rows() {
            let weight = matrix.row(row);
            self.v[row] = weight.iter().copied().max().unwrap_or(W::ZERO);
            raise(&mut self.u, weight, self.v[row]);
        }
        // What rounds the columns up is out of reach.
        self.u[matrix.columns()..].fill(W::ZERO);
        let mut open = Vec::new();
        for row in 0..matrix.rows() {
            let free = |column: usize| self.row.get(column) == Some(&NONE);
            match find(matrix.row(row), &self.u, self.v[row], free) {
                Some(column) => self.pair(row as u32, column),
                None => open.push(row as u32),
            }
        }
        self.scanned += 3 * matrix.arc_count();
        open
    }

    /// Prices of columns and pairs of another method on a square without holes: keeps the pairs that are tight.
    fn tighten(&mut self, start: &Answer<W>) -> Vec<u32> {
        let matrix = self.matrix;
        self.u[..start.u.len()].copy_from_slice(&start.u);
        for (column, &row) in start.row.iter().enumerate().filter(|pair| *pair.1 != NONE) {
            self.column[row as usize] = column as u32;
        }
        let mut open = Vec::new();
        for row in 0..matrix.rows() {
            let weight = matrix.row(row);
            self.v[row] = best_two(weight, &self.u).0;
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
                self.v[row] = self.matrix.row(row).iter().copied().max().unwrap_or(W::ZERO);
            }
        }
        (0..self.matrix.rows() as u32).filter(|&row| self.column[row as usize] == NONE).collect()
    }

    fn run(&mut self, mut open: Vec<u32>, stop: &dyn Fn(u64) -> bool) -> Ended {
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
        for row in open {
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
            let (best, mut second) = best_two(weight, &self.u);
            self.scanned += weight.len() as u64;
            if !self.matrix.square {
                if best <= W::ZERO {
                    self.v[at] = W::ZERO;
                    return None;
                }
                second = second.max(W::ZERO);
            }
            let columns = self.row.len();
            let mut chosen = find(weight, &self.u, best, |column| column < columns)?;
            let mut displaced = self.row[chosen];
            if displaced != NONE && best == second {
                let free = |column: usize| self.row.get(column) == Some(&NONE);
                let Some(column) = find(weight, &self.u, best, free) else {
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
        let columns = self.matrix.columns();
        self.reached.start(columns);
        self.visited.clear();
        self.level.clear();
        // The nearest row whose unit may stay empty, at this length.
        let (mut length, mut empty, mut free) = (W::MAX, NONE, NONE);
        if !self.matrix.square {
            (length, empty) = (self.v[start as usize], start);
        }
        let (mut row, mut base, mut next) = (start, W::ZERO, 0);
        while base < length {
            let height = base + self.v[row as usize];
            if !self.matrix.square && height < length {
                (length, empty) = (height, row);
                if length == base {
                    // Before the row's absent arcs are scanned, which would be as long.
                    break;
                }
            }
            let weight = self.matrix.row(row as usize);
            self.visited.push((row, base));
            let seen = self.level.len();
            self.reached.scan(weight, &self.u, height, base, row, &mut self.level);
            self.scanned += weight.len() as u64;
            let is_free = |&&column: &&u32| self.row[column as usize] == NONE;
            free = self.level[seen..].iter().find(is_free).copied().unwrap_or(NONE);
            if free == NONE && next == self.level.len() {
                base = self.reached.beyond(base);
                if base >= length {
                    break;
                }
                self.level.clear();
                next = 0;
                self.reached.at(base, &mut self.level);
                free = self.level.iter().find(is_free).copied().unwrap_or(NONE);
            }
            if free != NONE {
                length = base;
                break;
            }
            if self.is_over(stop) {
                return false;
            }
            row = self.row[self.level[next] as usize];
            next += 1;
        }
        for &(row, distance) in &self.visited {
            let v = &mut self.v[row as usize];
            *v -= length - distance;
        }
        for (u, &distance) in self.u[..columns].iter_mut().zip(&self.reached.distance) {
            *u += if distance < length { length - distance } else { W::ZERO };
        }
        let mut column = free;
        if free == NONE {
            column = std::mem::replace(&mut self.column[empty as usize], NONE);
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
