//! Sends households home again whose moves are not worth much: fewer people are told to live elsewhere for nothing.
//!
//! Problem      an allocation that is good enough, and the home of each household, which it may have moved away from. Find one that is
//!              still good enough, breaks no hard row, places no fewer households, and moves few.
//! Method       greedy over *knots*. Who goes home where there is no room sends those away who have come there since; they go home
//!              too, or, where they have none, stay without an offer, until everybody has room: a chain that ends in a dwelling with
//!              room, or a ring. Everybody at once is tried first, then knot by knot, those that lose least per household first; what a
//!              knot costs is counted anew when its turn comes, for those before it have changed rows and neighbours.
//! Complexity   a knot of k households costs O(k (rows of an arc + occupants of a dwelling)); n knots a pass, a counted number of passes.
//! Deviations   the fewest moves are not promised: knots that only hold a hard row together are tried with everybody or not at all.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::super::graph::NONE;
use super::chains::Effect;
use super::{Change, Incumbent, Search};

/// Households in a knot, at most, unless everybody goes home.
const LONGEST: usize = 128;
/// Times that those who have moved are gone through, at most.
const PASSES: usize = 16;
/// A pass that sends fewer than one in so many of them home is the last.
const WORTHWHILE: usize = 64;

/// Changes that send households home together.
struct Knot {
    changes: Vec<Change>,
    effect: Effect,
    /// Households that go home.
    homes: usize,
}

/// Who is in a knot that is being tied, and what it does to the load of each row; all of it is 0 between knots.
struct Marks {
    is_in: Vec<bool>,
    load: Vec<i64>,
}

/// When a knot is tried: the greatest turn comes first, that of the least loss per household, the first column among equals.
struct Turn {
    loss: i64,
    homes: usize,
    column: u32,
}

impl Turn {
    fn new(knot: &Knot, column: u32) -> Self {
        Self { loss: -knot.effect.gain, homes: knot.homes, column }
    }
}

impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, others) = (i128::from(self.loss) * other.homes as i128, i128::from(other.loss) * self.homes as i128);
        others.cmp(&own).then(other.column.cmp(&self.column))
    }
}

impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Turn {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Turn {}

impl Search<'_> {
    /// Sends households of the best allocation back to their slots in `home`, as long as its objective is one that `enough` takes.
    /// `home` holds within capacities; [`NONE`] there is no home to go to. What is left is the best allocation, also where it is
    /// worth less than before. Gives how many fewer households live away from home.
    pub(in crate::solve) fn go_home(&mut self, home: &[u32], enough: &dyn Fn(i64) -> bool, stop: &dyn Fn() -> bool) -> usize {
        if !self.load_best() {
            return 0;
        }
        let everybody = self.away(home);
        let mut marks = Marks { is_in: vec![false; self.graph.columns()], load: vec![0; self.graph.rows()] };
        let at_once = self.knot(&everybody, home, usize::MAX, &mut marks).filter(|knot| enough(self.worth + knot.effect.gain));
        if let Some(knot) = at_once {
            self.apply(&knot.changes, &knot.effect);
        } else {
            let mut away = everybody.clone();
            for _ in 0..PASSES {
                self.pass(&away, home, enough, &mut marks, stop);
                let left = self.away(home);
                if stop() || left.len() == away.len() || (away.len() - left.len()) * WORTHWHILE < away.len() {
                    break;
                }
                away = left;
            }
        }
        debug_assert_eq!(self.broken, 0);
        (self.best, self.unsaved) = (Some(Incumbent { slot: self.slot.clone(), objective: self.worth }), false);
        everybody.len() - self.away(home).len()
    }

    /// Columns that have a home and are not there.
    fn away(&self, home: &[u32]) -> Vec<u32> {
        let columns = self.slot.iter().zip(home).zip(0..);
        columns.filter(|((slot, home), _)| **home != NONE && slot != home).map(|(_, column)| column).collect()
    }

    /// One turn for the knot of each of those who are away.
    fn pass(&mut self, away: &[u32], home: &[u32], enough: &dyn Fn(i64) -> bool, marks: &mut Marks, stop: &dyn Fn() -> bool) {
        let turn = |&column: &u32| self.knot(&[column], home, LONGEST, marks).map(|knot| Turn::new(&knot, column));
        let mut turns: BinaryHeap<Turn> = away.iter().take_while(|_| !stop()).filter_map(turn).collect();
        while let Some(turn) = turns.pop() {
            if stop() {
                break;
            }
            let column = turn.column;
            if self.slot[column as usize] == home[column as usize] {
                continue;
            }
            let Some(knot) = self.knot(&[column], home, LONGEST, marks) else { continue };
            let now = Turn::new(&knot, column);
            if now < turn {
                turns.push(now);
            } else if enough(self.worth + knot.effect.gain) {
                self.apply(&knot.changes, &knot.effect);
            }
        }
    }

    /// The knot that sends `seeds` home; nothing where it gets longer than `longest`, places fewer households or breaks a hard row.
    fn knot(&mut self, seeds: &[u32], home: &[u32], longest: usize, marks: &mut Marks) -> Option<Knot> {
        self.moves += 1;
        let mut changes = Vec::new();
        for &column in seeds {
            self.tie(column, home, marks, &mut changes);
        }
        let has_room = self.make_room(home, longest, marks, &mut changes);
        for &(column, slot) in &changes {
            marks.is_in[column as usize] = false;
            for slot in [self.slot[column as usize], slot].into_iter().filter(|&slot| slot != NONE) {
                marks.load[self.graph.row_of(slot) as usize] = 0;
            }
        }
        let homes = changes.iter().filter(|change| change.1 != NONE).count();
        let placed = changes.iter().filter(|change| self.slot[change.0 as usize] != NONE).count();
        if !has_room || homes < placed {
            return None;
        }
        let effect = self.effect(&changes)?;
        Some(Knot { changes, effect, homes })
    }

    /// Puts a column into the knot.
    fn tie(&self, column: u32, home: &[u32], marks: &mut Marks, changes: &mut Vec<Change>) {
        let (old, new) = (self.slot[column as usize], home[column as usize]);
        for (slot, sign) in [(old, -1), (new, 1)] {
            if slot != NONE {
                marks.load[self.graph.row_of(slot) as usize] += sign;
            }
        }
        marks.is_in[column as usize] = true;
        changes.push((column, new));
    }

    /// Puts those into the knot who live where others have to; false where that does not come to an end.
    fn make_room(&self, home: &[u32], longest: usize, marks: &mut Marks, changes: &mut Vec<Change>) -> bool {
        let score = |slot: u32| if slot == NONE { 0 } else { self.graph.score[slot as usize] };
        let mut looked_at = 0;
        while let Some(&(_, slot)) = changes.get(looked_at) {
            looked_at += 1;
            if slot == NONE {
                continue;
            }
            let row = self.graph.row_of(slot);
            while i64::from(self.occupants.load(row)) + marks.load[row as usize] > i64::from(self.graph.capacity[row as usize]) {
                // Who has a home to go to first, then who loses least by it.
                let key = |column: &u32| {
                    let (old, new) = (self.slot[*column as usize], home[*column as usize]);
                    (new == NONE, score(old) - score(new), *column)
                };
                let is_guest = |column: &u32| !marks.is_in[*column as usize] && self.slot[*column as usize] != home[*column as usize];
                let Some(guest) = self.occupants.of(row).filter(is_guest).min_by_key(key) else { return false };
                if changes.len() >= longest {
                    return false;
                }
                self.tie(guest, home, marks, changes);
            }
        }
        true
    }
}
