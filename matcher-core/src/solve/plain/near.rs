//! Short lists of each row's best arcs, which replace scans of whole rows while prices of columns only rise.
//!
//! The *key* of an arc is w - u when its list was last put in order: never below w - u. A list is in the order of keys, and no
//! arc that it has not taken has w above its *limit*; so who looks for the best goes through the keys and stops where they,
//! or the limit, can no longer matter. A list takes more arcs when the limit does, and is put in order again when it has been
//! looked at in vain for long.

use std::cmp::Reverse;

use super::super::graph::NONE;
use super::lines::Arcs;
use super::weight::Weight;

/// Arcs that a list takes first; each further time it takes as many as it has taken before.
const HEAD: usize = 16;
/// A list is put in order again when it has looked at so many times its arcs.
const EFFORT: u32 = 4;

/// An arc at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc<W> {
    pub(super) column: u32,
    pub(super) weight: W,
    pub(super) key: W,
}

#[derive(Debug, Clone, Copy)]
struct List<W> {
    limit: W,
    /// Its arcs: `arcs[head..head + length]`.
    head: u32,
    length: u32,
    taken: u32,
    /// Arcs looked at since it was put in order.
    effort: u32,
}

/// The lists of all rows. Memory: 20 B per row and 12 B per arc taken, twice at most (32 bits).
#[derive(Debug, Clone)]
pub(super) struct Near<W> {
    lists: Vec<List<W>>,
    arcs: Vec<Arc<W>>,
    /// What a row is worth without any arc: arcs that are worth no more are dropped for good.
    floor: W,
}

/// The best value w - u of a row, the second best, the column of the best, and how many arcs were looked at.
pub(super) type BestTwo<W> = (W, W, u32, u32);

impl<W: Weight> Near<W> {
    /// The best arcs of each row of `source`, at prices 0.
    pub(super) fn new(source: &mut impl Arcs<W>, floor: W) -> Self {
        let list = List { limit: W::MAX, head: 0, length: 0, taken: 0, effort: 0 };
        let mut near = Self { lists: vec![list; source.rows()], arcs: Vec::with_capacity(source.rows() * HEAD), floor };
        for row in 0..source.rows() {
            near.extend(row, source, |_| W::ZERO);
        }
        near
    }

    /// The arcs at hand, highest key first.
    pub(super) fn at_hand(&self, row: usize) -> &[Arc<W>] {
        let list = &self.lists[row];
        &self.arcs[list.head as usize..][..list.length as usize]
    }

    /// No arc that is not at hand has a higher weight; MIN where there is none.
    pub(super) fn limit(&self, row: usize) -> W {
        self.lists[row].limit
    }

    /// Takes more arcs of the row and puts those at hand in order.
    pub(super) fn extend(&mut self, row: usize, source: &mut impl Arcs<W>, price: impl Fn(u32) -> W) {
        let list = &mut self.lists[row];
        let old = list.head as usize..(list.head + list.length) as usize;
        let more = HEAD.max(list.taken as usize);
        let fresh = source.take(row, list.taken as usize, more);
        list.limit = if fresh.len() < more { W::MIN } else { fresh.iter().map(|arc| arc.1).min().unwrap_or(W::MIN) };
        list.taken += fresh.len() as u32;
        list.head = self.arcs.len() as u32;
        self.arcs.extend(fresh.iter().map(|&(column, weight)| Arc { column, weight, key: weight }));
        self.arcs.extend_from_within(old);
        list.length = self.arcs.len() as u32 - list.head;
        self.order(row, price);
    }

    fn order(&mut self, row: usize, price: impl Fn(u32) -> W) {
        let list = &mut self.lists[row];
        let arcs = &mut self.arcs[list.head as usize..][..list.length as usize];
        let mut kept = 0;
        for i in 0..arcs.len() {
            let arc = arcs[i];
            let key = arc.weight - price(arc.column);
            arcs[kept] = Arc { key, ..arc };
            kept += usize::from(key > self.floor);
        }
        arcs[..kept].sort_unstable_by_key(|arc| (Reverse(arc.key), arc.column));
        list.length = kept as u32;
        list.effort = 0;
    }

    /// Notes `looked` arcs looked at, and puts the list in order where that was too many.
    pub(super) fn note(&mut self, row: usize, looked: u32, price: impl Fn(u32) -> W) {
        let list = &mut self.lists[row];
        list.effort += looked;
        if list.effort > EFFORT * list.length {
            self.order(row, price);
        }
    }

    /// The best and the second best value of a row, at least the floor; `state` gives a column's price and whether it is free, which
    /// decides among equals.
    pub(super) fn best_two(&mut self, row: usize, source: &mut impl Arcs<W>, state: impl Fn(u32) -> (W, bool)) -> BestTwo<W> {
        let mut looked = 0;
        loop {
            let (mut best, mut second, mut chosen, mut free) = (self.floor, self.floor, NONE, false);
            for arc in self.at_hand(row) {
                if arc.key < second || (arc.key == second && (best > second || free)) {
                    break;
                }
                looked += 1;
                let (price, is_free) = state(arc.column);
                let value = arc.weight - price;
                if value > best {
                    (second, best) = (best, value);
                    (chosen, free) = (arc.column, is_free);
                } else {
                    second = second.max(value);
                    if value == best && chosen != NONE && !free && is_free {
                        (chosen, free) = (arc.column, true);
                    }
                }
            }
            let limit = self.limit(row);
            if limit > second || (limit == second && limit > self.floor && best == second && !free) {
                self.extend(row, source, |column| state(column).0);
            } else {
                self.note(row, looked, |column| state(column).0);
                return (best, second, chosen, looked);
            }
        }
    }
}
