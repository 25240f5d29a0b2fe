//! Sparse assignment from nothing: augmenting row reductions, then shortest augmenting paths over short lists of near arcs.
//!
//! Problem      max sum w x over arcs with w > 0; each column at most once, each row r at most c(r) times; all may stay unmatched.
//! Dual         min sum u + sum c v; u, v >= 0; u + v >= w.
//! Definitions  *key* of an arc: w - u when its row was last put in order. Prices of columns only rise here, so a key is never
//!              below w - u, and an arc whose key is 0 or less is never worth anything again. *At hand*: the arcs of a row that
//!              were taken from its line, in the order of their keys; no other arc has w above the row's *limit*.
//! Method       Prices start at u = 0, v = best w. Three rounds of augmenting row reduction: a row takes its best column (a free
//!              one among equals) at the price where its second best is as good. Then for each row that still has room and
//!              v > 0 a Dijkstra search on slacks, which ends at the nearest free column, or where letting a row's unit stay
//!              empty is no dearer. A scan goes through the keys and stops at the first that cannot beat the length known
//!              so far: it looks at a few arcs of a row and not at all. Columns at the length of the path so far are kept
//!              apart from the heap. A row whose scans have looked at many arcs in vain is put in order again.
//! Complexity   O(n (m + n log n)) at worst; n rows and columns, m arcs. Memory: 20 B per column, 44 B per row and 16 B per
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
use super::weight::Weight;

/// Rounds of augmenting row reduction.
const REDUCTIONS: usize = 3;
/// Arcs that a row takes first; each further time it takes as many as it has taken before.
const HEAD: usize = 16;
/// A row is put in order again when it has looked at so many times its arcs.
const EFFORT: u32 = 4;
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
    /// See the head.
    limit: W,
    /// Column whose pair led to it.
    from: u32,
    load: u32,
    /// Arcs at hand: `near[head..head + length]`.
    head: u32,
    length: u32,
    /// Arcs taken so far.
    taken: u32,
    /// Arcs looked at since they were put in order.
    effort: u32,
}

#[derive(Clone, Copy)]
struct Near<W> {
    column: u32,
    weight: W,
    key: W,
}

/// State of the method.
pub(in crate::solve) struct Sparse<'a, W, A> {
    arcs: &'a mut A,
    columns: Vec<Column<W>>,
    rows: Vec<Row<W>>,
    near: Vec<Near<W>>,
    reached_columns: Vec<u32>,
    reached_rows: Vec<u32>,
    heap: BinaryHeap<Reverse<(W, u32)>>,
    /// Columns reached at the length of the path so far.
    level: Vec<u32>,
    scanned: u64,
    asked: u64,
}

/// Solves from nothing; gives up after looking at `budget` arcs beyond those of a first look at each.
pub(super) fn solve<W: Weight, A: Arcs<W>>(arcs: &mut A, budget: u64, stop: &dyn Fn(u64) -> bool) -> Answer<W> {
    let mut state = Sparse::new(arcs);
    let first = state.scanned;
    let ended = state.run(first.saturating_add(budget), stop);
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
        let row = Row { price: W::ZERO, distance: W::MAX, limit: W::MAX, from: NONE, load: 0, head: 0, length: 0, taken: 0, effort: 0 };
        let (rows, columns, scanned) = (arcs.rows(), arcs.columns(), arcs.arc_count());
        let mut new = Self {
            arcs,
            columns: vec![Column { price: W::ZERO, distance: W::MAX, row: NONE, from: NONE }; columns],
            rows: vec![row; rows],
            near: Vec::with_capacity(rows * HEAD),
            reached_columns: Vec::new(),
            reached_rows: Vec::new(),
            heap: BinaryHeap::new(),
            level: Vec::new(),
            scanned,
            asked: scanned,
        };
        for row in 0..rows {
            new.extend(row);
            new.rows[row].price = new.at_hand(row).first().map_or(W::ZERO, |arc| arc.key);
        }
        new
    }

    fn run(&mut self, budget: u64, stop: &dyn Fn(u64) -> bool) -> Ended {
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
        for row in open {
            while self.is_deficient(row) {
                if self.scanned > budget {
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
        let due = self.scanned - self.asked >= ASK_EVERY;
        if due {
            self.asked = self.scanned;
        }
        due && stop(self.scanned)
    }

    fn is_deficient(&self, row: u32) -> bool {
        let state = &self.rows[row as usize];
        state.price > W::ZERO && state.load < self.arcs.capacity(row as usize)
    }

    fn at_hand(&self, row: usize) -> &[Near<W>] {
        let row = &self.rows[row];
        &self.near[row.head as usize..][..row.length as usize]
    }

    /// Takes more arcs of the row.
    fn extend(&mut self, row: usize) {
        let state = &mut self.rows[row];
        let old = state.head as usize..(state.head + state.length) as usize;
        let more = HEAD.max(state.taken as usize);
        let fresh = self.arcs.take(row, state.taken as usize, more);
        state.limit = if fresh.len() < more { W::MIN } else { fresh.iter().map(|arc| arc.1).min().unwrap_or(W::MIN) };
        state.taken += fresh.len() as u32;
        state.head = self.near.len() as u32;
        self.near.extend(fresh.iter().map(|&(column, weight)| Near { column, weight, key: weight }));
        self.near.extend_from_within(old);
        state.length = self.near.len() as u32 - state.head;
        self.order(row);
    }

    /// Puts the arcs at hand in order at today's prices, without those that are never worth anything again.
    fn order(&mut self, row: usize) {
        let state = &mut self.rows[row];
        let near = &mut self.near[state.head as usize..][..state.length as usize];
        let mut kept = 0;
        for i in 0..near.len() {
            let arc = near[i];
            let key = arc.weight - self.columns[arc.column as usize].price;
            near[kept] = Near { key, ..arc };
            kept += usize::from(key > W::ZERO);
        }
        near[..kept].sort_unstable_by_key(|arc| (Reverse(arc.key), arc.column));
        state.length = kept as u32;
        state.effort = 0;
    }

    /// Notes `looked` arcs looked at, and puts the row in order where that was too many.
    fn note(&mut self, row: usize, looked: u32) {
        self.scanned += u64::from(looked);
        let state = &mut self.rows[row];
        state.effort += looked;
        if state.effort > EFFORT * state.length {
            self.order(row);
        }
    }

    /// The best w - u of a row, at least 0, with its column, a free one among equals; and the second best.
    fn best_two(&mut self, row: usize) -> (W, W, u32) {
        loop {
            let (mut best, mut second, mut chosen, mut free) = (W::ZERO, W::ZERO, NONE, false);
            let mut looked = 0;
            for arc in self.at_hand(row) {
                if arc.key < second || (arc.key == second && (best > second || free)) {
                    break;
                }
                looked += 1;
                let column = &self.columns[arc.column as usize];
                let value = arc.weight - column.price;
                if value > best {
                    (second, best) = (best, value);
                    (chosen, free) = (arc.column, column.row == NONE);
                } else {
                    second = second.max(value);
                    if value == best && value > W::ZERO && !free && column.row == NONE {
                        (chosen, free) = (arc.column, true);
                    }
                }
            }
            let limit = self.rows[row].limit;
            if limit > second || (limit == second && limit > W::ZERO && best == second && !free) {
                self.extend(row);
                self.scanned += u64::from(looked);
            } else {
                self.note(row, looked);
                return (best, second, chosen);
            }
        }
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
            let (best, second, chosen) = self.best_two(at);
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
            let state = &self.rows[at];
            let limit = state.limit;
            for arc in &self.near[state.head as usize..][..state.length as usize] {
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
            self.extend(at);
        }
        self.note(at, looked);
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
