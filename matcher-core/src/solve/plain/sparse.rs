//! Sparse assignment from nothing: augmenting row reductions, then shortest augmenting paths over short lists of near arcs.
//!
//! Problem      max sum w x over arcs with w > 0; each column at most once, each row r at most c(r) times; all may stay unmatched.
//! Dual         min sum u + sum c v; u, v >= 0; u + v >= w.
//! Definitions  slack of an arc: u + v - w >= 0. A row is *deficient* while it has room and v > 0. Key, limit and list: see `near`;
//!              prices of columns only rise here, and an arc whose key is 0 or less is never worth anything again.
//! Method       Prices start at u = 0, v = best w. Three rounds of augmenting row reduction: a row takes its best column (a free
//!              one among equals) at the price where its second best is as good. Then for each row that still has room and
//!              v > 0 a Dijkstra search on slacks, which ends at the nearest free column, or where letting a row's unit stay
//!              empty is no dearer. A scan goes through the keys and stops at the first that cannot beat the length known
//!              so far: it looks at a few arcs of a row and not at all. Columns at the length of the path so far are kept
//!              apart from the heap.
//! Complexity   O(n (m + n log n)) at worst; n rows and columns, m arcs. Memory: 16 B per column, 36 B per row and 12 B per
//!              arc at hand (32 bits), beside the lines.
//! Deviations   from Jonker & Volgenant (1987): no column reduction, which would price columns that stay free; rows of several
//!              units are not split, a path through one of them may move any of its columns.
//! References   R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
//!              Computing 38 (1987). A. Volgenant, "Linear and semi-assignment problems: a core oriented approach",
//!              Computers & Operations Research 23 (1996).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::graph::NONE;
use super::answer::{Answer, Ended};
use super::lines::Arcs;
use super::near::Near;
use super::weight::Weight;
use crate::solve::control::Pace;

/// Rounds of augmenting row reduction.
const REDUCTIONS: usize = 3;
/// Arcs looked at between two questions whether to stop: at most a few milliseconds.
const ASK_EVERY: u64 = 1 << 18;

#[derive(Clone, Copy)]
struct Column<W> {
    price: W,
    /// Of this search, or MAX.
    distance: W,
    /// Row that it is matched to.
    row: u32,
    /// Row that reached it.
    from: u32,
}

#[derive(Clone, Copy)]
struct Row<W> {
    price: W,
    /// Of this search, or MAX.
    distance: W,
    /// Column whose pair led to it.
    from: u32,
    load: u32,
}

/// State of the method.
pub(in crate::solve) struct Sparse<'a, W, A> {
    arcs: &'a mut A,
    columns: Vec<Column<W>>,
    rows: Vec<Row<W>>,
    near: Near<W>,
    reached_columns: Vec<u32>,
    reached_rows: Vec<u32>,
    heap: BinaryHeap<Reverse<(W, u32)>>,
    /// Columns reached at the length of the path so far.
    level: Vec<u32>,
    scanned: u64,
    pace: Pace,
}

/// When to give up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Rows that may be left to the searches.
    pub(super) rows: usize,
    /// Arcs that may be looked at, beyond a first look at each.
    pub(super) arcs: u64,
}

impl Budget {
    /// Never.
    pub(super) const NONE: Self = Self { rows: usize::MAX, arcs: u64::MAX };
}

/// Solves from nothing.
pub(super) fn solve<W: Weight, A: Arcs<W>>(arcs: &mut A, budget: Budget, stop: &dyn Fn(u64) -> bool) -> Answer<W> {
    let mut state = Sparse::new(arcs);
    let ended = state.run(Budget { arcs: budget.arcs.saturating_add(state.scanned), ..budget }, stop);
    Answer {
        u: state.columns.iter().map(|column| column.price).collect(),
        v: state.rows.iter().map(|row| row.price).collect(),
        row: state.columns.iter().map(|column| column.row).collect(),
        scanned: state.scanned,
        ended,
    }
}

impl<'a, W: Weight, A: Arcs<W>> Sparse<'a, W, A> {
    fn new(arcs: &'a mut A) -> Self {
        let (rows, columns, scanned) = (arcs.rows(), arcs.columns(), arcs.arc_count());
        let near = Near::new(arcs, W::ZERO);
        let best = |row| near.at_hand(row).first().map_or(W::ZERO, |arc| arc.key);
        let first = |row| Row { price: best(row), distance: W::MAX, from: NONE, load: 0 };
        Self {
            arcs,
            columns: vec![Column { price: W::ZERO, distance: W::MAX, row: NONE, from: NONE }; columns],
            rows: (0..rows).map(first).collect(),
            near,
            reached_columns: Vec::new(),
            reached_rows: Vec::new(),
            heap: BinaryHeap::new(),
            level: Vec::new(),
            scanned,
            pace: Pace::new(ASK_EVERY, scanned),
        }
    }

    fn run(&mut self, budget: Budget, stop: &dyn Fn(u64) -> bool) -> Ended {
        let mut open: Vec<u32> = (0..self.rows.len() as u32).filter(|&row| self.is_deficient(row)).collect();
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
        for row in open {
            while self.is_deficient(row) {
                if self.scanned > budget.arcs {
                    return Ended::Budget;
                }
                if !self.search(row, stop) {
                    return Ended::Stopped;
                }
            }
        }
        Ended::Optimal
    }

    fn is_over(&mut self, stop: &dyn Fn(u64) -> bool) -> bool {
        self.pace.is_due(self.scanned) && stop(self.scanned)
    }

    fn is_deficient(&self, row: u32) -> bool {
        let state = &self.rows[row as usize];
        state.price > W::ZERO && state.load < self.arcs.capacity(row as usize)
    }

    /// Augmenting row reduction from `row` on; gives the row that is left to the searches, if any.
    fn reduce(&mut self, mut row: u32, moves: &mut usize) -> Option<u32> {
        while self.is_deficient(row) {
            let at = row as usize;
            // A displaced row is taken up at once; the count of moves stops price wars.
            if self.arcs.capacity(at) != 1 || *moves == 0 {
                return Some(row);
            }
            *moves -= 1;
            let columns = &self.columns;
            let state = |column: u32| (columns[column as usize].price, columns[column as usize].row == NONE);
            let (best, second, chosen, looked) = self.near.best_two(at, self.arcs, state);
            self.scanned += u64::from(looked);
            if chosen == NONE {
                self.rows[at].price = W::ZERO;
                break;
            }
            let column = &mut self.columns[chosen as usize];
            let displaced = column.row;
            if displaced != NONE && best == second {
                // No price moves.
                self.rows[at].price = best;
                return Some(row);
            }
            column.price += best - second;
            column.row = row;
            self.rows[at].price = second;
            self.rows[at].load += 1;
            if displaced == NONE {
                break;
            }
            // The displaced row's other arcs are no better than its old price: still valid.
            self.rows[displaced as usize].load -= 1;
            row = displaced;
        }
        None
    }

    /// Fills one unit of a row, or lowers prices until leaving one empty is as good. False where it was stopped: nothing moved.
    fn search(&mut self, start: u32, stop: &dyn Fn(u64) -> bool) -> bool {
        let (mut row, mut base) = (start, W::ZERO);
        self.reach(start, base, NONE);
        let (mut length, mut free, mut empty) = (self.rows[start as usize].price, NONE, start);
        loop {
            let height = base + self.rows[row as usize].price;
            if height < length {
                (length, free, empty) = (height, NONE, row);
            }
            (length, free) = self.scan(row, base, length, free);
            if self.is_over(stop) {
                self.reset(W::MIN);
                return false;
            }
            match self.nearest(base, length) {
                Some(found) => (row, base) = found,
                None => break,
            }
        }
        self.reset(length);
        self.rows[start as usize].load += 1;
        let mut column = free;
        if free == NONE {
            self.rows[empty as usize].load -= 1;
            column = self.rows[empty as usize].from;
        }
        // Walk back: each column on the path moves to the row that reached it.
        while column != NONE {
            let row = self.columns[column as usize].from;
            self.columns[column as usize].row = row;
            column = self.rows[row as usize].from;
        }
        true
    }

    fn reach(&mut self, row: u32, distance: W, from: u32) {
        let state = &mut self.rows[row as usize];
        (state.distance, state.from) = (distance, from);
        self.reached_rows.push(row);
    }

    /// Reaches the columns of a row that are nearer than before and than `length`; gives the length to the nearest free one.
    fn scan(&mut self, row: u32, base: W, mut length: W, mut free: u32) -> (W, u32) {
        let at = row as usize;
        let height = base + self.rows[at].price;
        let mut looked = 0;
        loop {
            let limit = self.near.limit(at);
            for arc in self.near.at_hand(at) {
                if height - arc.key >= length {
                    break;
                }
                looked += 1;
                let column = &mut self.columns[arc.column as usize];
                let distance = height - arc.weight + column.price;
                if distance < length && distance < column.distance {
                    if column.distance == W::MAX {
                        self.reached_columns.push(arc.column);
                    }
                    (column.distance, column.from) = (distance, row);
                    if column.row == NONE {
                        (length, free) = (distance, arc.column);
                    } else if distance == base {
                        self.level.push(arc.column);
                    } else {
                        self.heap.push(Reverse((distance, arc.column)));
                    }
                }
            }
            if limit <= W::ZERO || height - limit >= length {
                break;
            }
            // Scanned again from the best on: what was reached is not reached nearer.
            let columns = &self.columns;
            self.near.extend(at, self.arcs, |column| columns[column as usize].price);
        }
        let columns = &self.columns;
        self.near.note(at, looked, |column| columns[column as usize].price);
        self.scanned += u64::from(looked);
        (length, free)
    }

    /// The next row, through the nearest column that is nearer than `length`.
    fn nearest(&mut self, base: W, length: W) -> Option<(u32, W)> {
        loop {
            let (distance, column) = match self.level.pop() {
                Some(column) => (base, column),
                None => self.heap.pop()?.0,
            };
            if distance >= length {
                return None;
            }
            let state = &self.columns[column as usize];
            if distance == state.distance && self.rows[state.row as usize].distance == W::MAX {
                let row = state.row;
                self.reach(row, distance, column);
                return Some((row, distance));
            }
        }
    }

    /// Ends a search of `length`: moves prices, and forgets distances.
    fn reset(&mut self, length: W) {
        self.heap.clear();
        self.level.clear();
        for row in self.reached_rows.drain(..) {
            let row = &mut self.rows[row as usize];
            if row.distance < length {
                row.price -= length - row.distance;
            }
            row.distance = W::MAX;
        }
        for column in self.reached_columns.drain(..) {
            let column = &mut self.columns[column as usize];
            if column.distance < length {
                column.price += length - column.distance;
            }
            column.distance = W::MAX;
        }
    }
}
