//! Cost scaling for a square: bids with a margin that shrinks, then an exact finish.
//!
//! Problem      max sum w x over n rows and n columns, w >= 0: all are matched in the end.
//! Definitions  A pair is *good enough* for a margin e when its value w - u is within e of the row's best.
//! Method       Phases with margins e = C/16, C/80, ... 1 (C the largest weight). In each, pairs that are no longer good enough are given up; then a free row
//!              takes its best column from whoever has it and raises that column's price by how much better it is than the
//!              second best, plus e (a double push with a relabel, in the words of Goldberg and Kennedy; a bid, in those of
//!              Bertsekas). Whole rows are scanned, in vector code. With the prices of the last phase nearly every pair is tight;
//!              `dense` keeps those and matches the few others by exact searches. So no weight is multiplied by n + 1 to make
//!              margins below 1/n, and 16 or 32 bits suffice.
//! Complexity   O(n m log C) for bids of O(n) each, and the finish; memory the matrix.
//! Deviations   from A. Goldberg & R. Kennedy, "An efficient cost scaling algorithm for the assignment problem", Mathematical
//!              Programming 71 (1995): pairs are kept between phases where they are good enough; no arcs are fixed; the last
//!              margin is 1 and the rest is left to shortest paths.
//! References   see above; D. Bertsekas, "The auction algorithm", Annals of Operations Research 14 (1988).

use super::super::graph::NONE;
use super::answer::{Answer, Ended};
use super::dense;
use super::lines::Arcs;
use super::matrix::Matrix;
use super::scans::{best, best_two, find};
use super::sparse::Budget;
use super::weight::Weight;
use crate::lanes::Path;
use crate::solve::control::Pace;

/// The first margin is the largest weight by this.
const FIRST: i64 = 16;
/// Each further margin is the one before by this.
const SHRINK: i64 = 5;
/// Pairs looked at between two questions whether to stop: a few milliseconds.
const ASK_EVERY: u64 = 1 << 21;

struct Scaling<'a, W> {
    matrix: &'a Matrix<W>,
    /// Prices of columns.
    price: Vec<W>,
    /// Row of each column.
    row: Vec<u32>,
    /// Column of each row.
    column: Vec<u32>,
    path: Path,
    scanned: u64,
    pace: Pace,
}

/// Solves; `None` where the matrix is no square.
pub(super) fn solve<W: Weight>(matrix: &Matrix<W>, stop: &dyn Fn(u64) -> bool) -> Option<Answer<W>> {
    if !matrix.is_square() {
        return None;
    }
    let n = matrix.rows();
    let path = Path::best();
    let largest = (0..n).map(|row| best(path, matrix.row(row))).max().unwrap_or(W::ZERO);
    let mut price = vec![W::ZERO; matrix.width()];
    // What rounds the columns up is worth less than any column.
    price[n..].fill(W::of(W::MAX.into() / 2));
    let scanned = matrix.arc_count();
    let mut state = Scaling { matrix, price, row: vec![NONE; n], column: vec![NONE; n], path, scanned, pace: Pace::new(ASK_EVERY, 0) };
    let mut margin = (largest.into() / FIRST).max(1);
    // Stopped, or out of the range of prices that was seen to fit: the finish starts from what there is.
    while state.phase(W::of(margin), stop) && margin > 1 {
        margin = (margin / SHRINK).max(1);
    }
    let top = state.price[..n].iter().copied().max().unwrap_or(W::ZERO);
    // Any prices will do for a start; those far below the top say no more than this.
    let whole = |price: W| W::of(price.into() / 2 * 2);
    let u = state.price[..n].iter().map(|&price| whole((price - top).max(W::ZERO - largest))).collect();
    let start = Answer { u, v: Vec::new(), row: state.row, scanned: state.scanned, ended: Ended::Budget };
    let answer = dense::solve(matrix, Some(start), Budget::NONE, stop);
    Some(Answer { scanned: answer.scanned + state.scanned, ..answer })
}

impl<W: Weight> Scaling<'_, W> {
    /// Matches every row with a pair that is good enough for `margin`. False where that was stopped.
    fn phase(&mut self, margin: W, stop: &dyn Fn(u64) -> bool) -> bool {
        let limit = W::of(W::MAX.into() / 2 - 1) - margin;
        let mut open = Vec::new();
        for row in (0..self.matrix.rows()).rev() {
            let column = self.column[row];
            if column != NONE {
                let value = self.matrix.row(row)[column as usize] - self.price[column as usize];
                if value >= self.best_two(row).0 - margin {
                    continue;
                }
                (self.row[column as usize], self.column[row]) = (NONE, NONE);
            }
            open.push(row as u32);
        }
        while let Some(row) = open.pop() {
            let (best, second, column) = self.best_two(row as usize);
            let Some(price) = self.price.get_mut(column as usize) else { return false };
            // With one column only there is no second best.
            let lead = if second == W::MIN { W::ZERO } else { best - second };
            if lead >= limit || *price >= limit - lead {
                return false;
            }
            *price += lead + margin;
            self.column[row as usize] = column;
            let displaced = std::mem::replace(&mut self.row[column as usize], row);
            if displaced != NONE {
                self.column[displaced as usize] = NONE;
                open.push(displaced);
            }
            if self.pace.is_due(self.scanned) && stop(self.scanned) {
                return false;
            }
        }
        true
    }

    /// The best and the second best value of a row, and the column of the best.
    fn best_two(&mut self, row: usize) -> (W, W, u32) {
        let weight = self.matrix.row(row);
        let (best, second) = best_two(self.path, weight, &self.price);
        self.scanned += weight.len() as u64;
        (best, second, find(self.path, weight, &self.price, best, |_| true).map_or(NONE, |column| column as u32))
    }
}
