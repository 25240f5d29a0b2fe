//! The points of each pair split between its two households, per residence: what makes a linear bound of quadratic points.
//!
//! A share given to somebody who is there costs the bound; to somebody who is not it is free. So each split moves towards the
//! household that is not there, by its own step (longer while the direction stays, shorter when it flips).

use crate::ids::{HouseholdIndex, ResidenceIndex};
use crate::problem::Problem;

use super::graph::{Graph, NONE};

/// One pair of households in one residence that both could live in.
#[derive(Debug, Clone)]
pub(super) struct Share {
    /// Position of the pair in the problem.
    pub(super) pair: u32,
    /// The residence.
    pub(super) residence: ResidenceIndex,
    /// Position of (household a, residence) in the bonus table.
    a: u32,
    b: u32,
    /// Scaled points.
    pub(super) points: i64,
    /// What household a is given; b has the rest.
    pub(super) given_a: i64,
    step: i64,
    last: i8,
}

/// Every share of a problem, and what they add to each slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Shares {
    pub(super) list: Vec<Share>,
    /// Per slot its (household, residence), only with affinities.
    place: Vec<u32>,
    /// Points given, per (household, residence).
    bonus: Vec<i64>,
    present: Vec<bool>,
}

impl Shares {
    /// Halves. O(m + k log k) with affinities, k arcs of those who are in a pair, else nothing.
    pub(super) fn new(problem: &Problem, graph: &Graph, scale: i64) -> Self {
        if problem.affinities().is_empty() {
            return Self::default();
        }
        // (column, residence) of the slots of those who are in a pair, numbered from 1; 0 is everybody else's, who earn nothing.
        let mut is_paired = vec![false; graph.columns()];
        for affinity in problem.affinities().iter().filter(|affinity| affinity.points != 0) {
            for household in [affinity.a, affinity.b] {
                is_paired[graph.column[household.index()] as usize] = true;
            }
        }
        let of_row = |row: usize| graph.slots(row).map(move |slot| (graph.col[slot], problem.residence(graph.dwelling[row])));
        let keys = (0..graph.rows()).flat_map(of_row);
        let mut known: Vec<_> = keys.clone().filter(|key| is_paired[key.0 as usize]).collect();
        known.sort_unstable();
        known.dedup();
        let number = |key: (u32, ResidenceIndex)| {
            if is_paired[key.0 as usize] { known.binary_search(&key).map_or(0, |at| at as u32 + 1) } else { 0 }
        };
        let mut shares = Self {
            place: keys.map(number).collect(),
            bonus: vec![0; known.len() + 1],
            present: vec![false; known.len() + 1],
            list: Vec::new(),
        };
        let of = |household: HouseholdIndex| {
            let column = graph.column[household.index()];
            let from = known.partition_point(|k| k.0 < column);
            known[from..].iter().take_while(move |k| k.0 == column).zip(from as u32 + 1..).map(|(k, at)| (k.1, at))
        };
        for (pair, affinity) in problem.affinities().iter().enumerate() {
            if affinity.points == 0 {
                continue;
            }
            for (residence, a) in of(affinity.a) {
                if let Some((_, b)) = of(affinity.b).find(|&(r, _)| r == residence) {
                    let points = scale * affinity.points;
                    let step = (points / 8).max(1);
                    shares.list.push(Share { pair: pair as u32, residence, a, b, points, given_a: points / 2, step, last: 0 });
                }
            }
        }
        for share in &shares.list {
            shares.bonus[share.a as usize] += share.given_a;
            shares.bonus[share.b as usize] += share.points - share.given_a;
        }
        shares
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What the shares add to a slot.
    pub(super) fn of(&self, slot: usize) -> i64 {
        self.place.get(slot).map_or(0, |&place| self.bonus[place as usize])
    }

    /// Takes up splits from before.
    pub(super) fn set(&mut self, given: &[i64]) {
        self.bonus.fill(0);
        for (share, &given) in self.list.iter_mut().zip(given) {
            share.given_a = given;
            self.bonus[share.a as usize] += given;
            self.bonus[share.b as usize] += share.points - given;
        }
    }

    /// What each household a is given.
    pub(super) fn given(&self) -> Vec<i64> {
        self.list.iter().map(|share| share.given_a).collect()
    }

    /// Moves each split towards the household that is not in the residence; true where one moved. `matched`: slot of each column.
    pub(super) fn advance(&mut self, matched: impl Iterator<Item = u32>) -> bool {
        if self.is_empty() {
            return false;
        }
        self.present.fill(false);
        for slot in matched.filter(|&slot| slot != NONE) {
            self.present[self.place[slot as usize] as usize] = true;
        }
        let mut moved = false;
        for share in &mut self.list {
            let direction = i64::from(self.present[share.b as usize]) - i64::from(self.present[share.a as usize]);
            if direction == 0 {
                continue;
            }
            match i64::from(share.last) * direction {
                1 => share.step = (share.step + share.step / 7 + 1).min(share.points),
                -1 => share.step = (share.step * 11 / 20).max(1),
                _ => {}
            }
            share.last = direction as i8;
            let next = (share.given_a + direction * share.step).clamp(0, share.points);
            let change = next - share.given_a;
            moved |= change != 0;
            share.given_a = next;
            self.bonus[share.a as usize] += change;
            self.bonus[share.b as usize] -= change;
        }
        moved
    }
}
