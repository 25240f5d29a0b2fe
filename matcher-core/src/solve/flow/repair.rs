//! A feasible allocation near a given one, so that a caller has one long before the best is found.
//!
//! Method       Pairs of least score are given up where hard maxima are exceeded; then households that a hard minimum misses take a place
//!              that is free, or one whose household no hard minimum needs. Where that does not do, the flow of [`Paths`] runs without
//!              scores and penalties on the hard sides alone: it finds an allocation wherever there is one.
//! Complexity   O(m log m) for the first part, a breadth-first search per missing unit for the other.

use std::cmp::Reverse;

use super::super::certify::worth;
use super::super::plain::Plain;
use super::network::Network;
use super::paths::{Ended, Paths};
use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::problem::{Arc, Problem, Quota};

/// Dwelling of each household.
pub(super) type Offers = Vec<Option<DwellingIndex>>;

/// The rows with their hard sides only.
pub(super) fn hard_sides(problem: &Problem) -> Vec<Quota> {
    let hard = |row: &Quota| Quota {
        min: row.min.filter(|_| row.penalty_below.is_none()),
        max: row.max.filter(|_| row.penalty_above.is_none()),
        ..row.clone()
    };
    problem.quotas().iter().map(hard).collect()
}

/// What came of it.
pub(super) enum Repaired {
    /// An allocation within the hard rows, and its worth.
    Found(i64, Offers),
    /// There is none.
    Infeasible,
    /// `stop` came first.
    Stopped,
}

/// An allocation within the hard rows near `start`, and the steps taken; `network` is the one of the hard sides.
pub(super) fn repair(network: &Network<'_>, start: &Plain, stop: &dyn Fn(u64) -> bool) -> (Repaired, u64) {
    let problem = network.problem;
    let mut near = Near::new(problem, network.rows_of(), start.offers.clone());
    near.give_up();
    near.fill();
    let mut steps = near.steps;
    if let Some(worth) = worth(problem, &near.offers) {
        return (Repaired::Found(worth.objective(), near.offers), steps);
    }
    let zero = Plain {
        households: vec![0; problem.households().len()],
        dwellings: vec![0; problem.dwellings().len()],
        offers: near.offers,
        steps: 0,
        ..start.clone()
    };
    let Some(mut paths) = Paths::new(network, &zero) else { return (Repaired::Infeasible, steps) };
    let before = steps;
    let ended = paths.run(&|taken| stop(before + taken), &mut |_, _| true);
    steps += paths.steps();
    let offers = paths.offers();
    let found = match ended {
        Ended::Infeasible => Repaired::Infeasible,
        Ended::Optimal => worth(problem, &offers).map_or(Repaired::Stopped, |worth| Repaired::Found(worth.objective(), offers)),
        Ended::Stopped | Ended::TooFar => Repaired::Stopped,
    };
    (found, steps)
}

struct Near<'a> {
    problem: &'a Problem,
    rows: &'a [Quota],
    offers: Offers,
    counts: Vec<i64>,
    /// Households of each dwelling.
    lives: Vec<Vec<HouseholdIndex>>,
    steps: u64,
}

impl<'a> Near<'a> {
    fn new(problem: &'a Problem, rows: &'a [Quota], offers: Offers) -> Self {
        let (counts, lives) = (vec![0; rows.len()], vec![Vec::new(); problem.dwellings().len()]);
        let mut new = Self { problem, rows, offers: vec![None; offers.len()], counts, lives, steps: 0 };
        for (h, offer) in offers.into_iter().enumerate() {
            if let Some(arc) = offer.and_then(|dwelling| new.arc(HouseholdIndex::new(h), dwelling)) {
                new.move_in(HouseholdIndex::new(h), arc);
            }
        }
        new
    }

    fn arc(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Option<Arc> {
        self.problem.find_arc(household, dwelling).map(|at| self.problem.arc(at))
    }

    fn move_in(&mut self, household: HouseholdIndex, arc: Arc) {
        self.offers[household.index()] = Some(arc.dwelling);
        self.lives[arc.dwelling.index()].push(household);
        self.problem.cell(arc.cell).iter().for_each(|&(q, weight)| self.counts[q.index()] += weight);
    }

    fn move_out(&mut self, household: HouseholdIndex, arc: Arc) {
        self.offers[household.index()] = None;
        self.lives[arc.dwelling.index()].retain(|&other| other != household);
        self.problem.cell(arc.cell).iter().for_each(|&(q, weight)| self.counts[q.index()] -= weight);
    }

    fn is_over(&self, q: QuotaIndex) -> bool {
        self.rows[q.index()].max.is_some_and(|max| self.counts[q.index()] > max)
    }

    fn is_under(&self, q: QuotaIndex) -> bool {
        self.rows[q.index()].min.is_some_and(|min| self.counts[q.index()] < min)
    }

    /// True where the arc may come in: no maximum is full.
    fn has_room(&self, arc: Arc) -> bool {
        let is_full = |q: QuotaIndex| self.rows[q.index()].max.is_some_and(|max| self.counts[q.index()] >= max);
        !self.problem.cell(arc.cell).iter().any(|&(q, _)| is_full(q))
    }

    /// True where the arc may go: no minimum needs it.
    fn is_spare(&self, arc: Arc) -> bool {
        let needs = |q: QuotaIndex| self.rows[q.index()].min.is_some_and(|min| self.counts[q.index()] <= min);
        !self.problem.cell(arc.cell).iter().any(|&(q, _)| needs(q))
    }

    /// Gives up pairs where maxima are exceeded, the least score first; among equals the draws of the plain solve decided already.
    fn give_up(&mut self) {
        if !(0..self.rows.len()).any(|q| self.is_over(QuotaIndex::new(q))) {
            return;
        }
        let placed = self.offers.iter().enumerate().filter_map(|(h, offer)| Some((HouseholdIndex::new(h), (*offer)?)));
        let mut pairs: Vec<(HouseholdIndex, Arc)> = placed.filter_map(|(h, d)| Some((h, self.arc(h, d)?))).collect();
        pairs.sort_by_key(|pair| pair.1.score);
        self.steps += pairs.len() as u64;
        for (household, arc) in pairs {
            if self.problem.cell(arc.cell).iter().any(|&(q, _)| self.is_over(q)) {
                self.move_out(household, arc);
            }
        }
    }

    /// Brings in households where minima are missed, each where it is worth most.
    fn fill(&mut self) {
        if !(0..self.rows.len()).any(|q| self.is_under(QuotaIndex::new(q))) {
            return;
        }
        for h in (0..self.offers.len()).map(HouseholdIndex::new) {
            if self.offers[h.index()].is_some() {
                continue;
            }
            let helps = |arc: &Arc| self.problem.cell(arc.cell).iter().any(|&(q, _)| self.is_under(q));
            let mut arcs: Vec<Arc> = self.problem.arcs(h).filter(helps).collect();
            self.steps += self.problem.arc_range(h).len() as u64;
            arcs.sort_by_key(|arc| Reverse(arc.score));
            for arc in arcs {
                if self.enter(h, arc) {
                    break;
                }
            }
        }
    }

    /// Moves the household in, if need be in the place of another. False where that breaks a row.
    fn enter(&mut self, household: HouseholdIndex, arc: Arc) -> bool {
        let place = arc.dwelling.index();
        self.steps += 1;
        if (self.lives[place].len() as u64) < u64::from(self.problem.dwellings()[place].capacity) {
            let room = self.has_room(arc);
            if room {
                self.move_in(household, arc);
            }
            return room;
        }
        for at in 0..self.lives[place].len() {
            let other = self.lives[place][at];
            let Some(theirs) = self.arc(other, arc.dwelling).filter(|&theirs| self.is_spare(theirs)) else { continue };
            self.move_out(other, theirs);
            if self.has_room(arc) {
                self.move_in(household, arc);
                return true;
            }
            self.move_in(other, theirs);
        }
        false
    }
}
