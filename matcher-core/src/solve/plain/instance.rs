//! A plain problem laid out for the methods: who are the rows, in which order, how many arcs count and how large they are.

use rayon::prelude::*;

use super::super::graph::{NONE, drawn};
use super::answer::{Answer, Ended};
use super::lines::Source;
use super::scans::span;
use super::weight::Weight;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::lanes::Path;
use crate::problem::Problem;
use crate::solve::control::Pace;

/// Arcs read between two questions whether to stop: some milliseconds.
const ASK_EVERY: u64 = 1 << 20;
/// Households whose scores are looked through by one thread, at least.
const SMALL_BLOCK: usize = 64;

/// A plain problem, with what a choice of method looks at.
pub(in crate::solve) struct Instance<'a> {
    problem: &'a Problem,
    stop: &'a dyn Fn(u64) -> bool,
    /// Households in the order of their draws, and the place of each there.
    households: (Vec<u32>, Vec<u32>),
    /// Likewise; a dwelling without a unit has no place.
    dwellings: (Vec<u32>, Vec<u32>),
    /// Households are the rows, because they are fewer; every dwelling is one unit then.
    turned: bool,
    /// Units of each row, at most as many as it has arcs.
    pub(super) capacity: Vec<u32>,
    /// Some row has more than one unit.
    pub(super) multiple: bool,
    /// Arcs above 0 into dwellings that have a unit.
    pub(super) arcs: u64,
    /// Arcs above 0 of each row.
    degree: Vec<u32>,
    /// The largest weight, at least 0.
    pub(super) largest: i64,
}

/// The scores of an instance without holes, row by row.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    problem: &'a Problem,
    rows: &'a [u32],
    /// Position of each column among a row's scores.
    pub(super) columns: &'a [u32],
}

impl<'a> Whole<'a> {
    /// Scores of a row, by position.
    pub(super) fn scores(&self, row: usize) -> &'a [i64] {
        self.problem.scores(HouseholdIndex::new(self.rows[row] as usize))
    }
}

/// The answer in terms of the problem.
#[derive(Debug, Clone)]
pub(in crate::solve) struct Plain {
    /// Price of each household.
    pub(in crate::solve) households: Vec<i64>,
    /// Price of each dwelling.
    pub(in crate::solve) dwellings: Vec<i64>,
    /// Dwelling of each household.
    pub(in crate::solve) offers: Vec<Option<DwellingIndex>>,
    /// Arcs looked at.
    pub(in crate::solve) steps: u64,
    /// How it ended.
    pub(in crate::solve) ended: Ended,
}

impl Plain {
    /// Nobody placed, all prices 0: where nothing is known.
    pub(in crate::solve) fn nobody(problem: &Problem) -> Self {
        let (households, dwellings) = (problem.households().len(), problem.dwellings().len());
        Self {
            households: vec![0; households],
            dwellings: vec![0; dwellings],
            offers: vec![None; households],
            steps: 0,
            ended: Ended::Stopped,
        }
    }
}

impl<'a> Instance<'a> {
    /// Counts the arcs; `None` where it was stopped. O(m + n log n).
    pub(super) fn new(problem: &'a Problem, seed: u64, stop: &'a dyn Fn(u64) -> bool) -> Option<Self> {
        let mut new = Self {
            problem,
            stop,
            households: drawn(seed, problem.households().par_iter().map(String::as_str)),
            dwellings: drawn(seed, problem.dwellings().par_iter().map(|place| place.id.as_str())),
            turned: false,
            capacity: Vec::new(),
            multiple: false,
            arcs: 0,
            degree: vec![0; problem.dwellings().len()],
            largest: 0,
        };
        for (place, at) in problem.dwellings().iter().zip(&mut new.dwellings.1) {
            if place.capacity == 0 {
                *at = NONE;
            }
        }
        let (mut degree, mut wishes) = (std::mem::take(&mut new.degree), vec![0u32; problem.households().len()]);
        let closed = new.dwellings.1.contains(&NONE);
        // Households that are eligible everywhere with scores above 0, as most are where a matrix will be made, are counted without a look
        // at their dwellings.
        let (path, mut everywhere) = (Path::best(), 0);
        let mut done = true;
        let all: Vec<usize> = (0..problem.households().len()).collect();
        for block in all.chunks((ASK_EVERY as usize * all.len() / problem.arc_count().max(1)).max(1)) {
            done &= !stop(0);
            let look = |&h: &usize| {
                let scores = problem.scores(HouseholdIndex::new(h));
                if scores.len() < degree.len() {
                    return (0, 0);
                }
                span(path, scores)
            };
            let spans: Vec<(i64, i64)> = block.par_iter().with_min_len(SMALL_BLOCK).map(look).collect();
            for (&h, (least, most)) in block.iter().zip(spans) {
                let household = HouseholdIndex::new(h);
                let wishes = &mut wishes[new.households.1[h] as usize];
                let count = problem.arc_range(household).len();
                if !closed && least > 0 {
                    everywhere += 1;
                    *wishes = count as u32;
                    new.largest = new.largest.max(most);
                    continue;
                }
                for arc in problem.arcs(household).filter(|arc| arc.score > 0) {
                    let dwelling = new.dwellings.1[arc.dwelling.index()];
                    if dwelling != NONE {
                        degree[dwelling as usize] += 1;
                        *wishes += 1;
                        new.largest = new.largest.max(arc.score);
                    }
                }
            }
        }
        for degree in &mut degree {
            *degree += everywhere;
        }
        new.arcs = wishes.iter().map(|&count| u64::from(count)).sum();
        let capacity = new.dwellings.0.iter().zip(&degree).map(|(&d, &degree)| problem.dwellings()[d as usize].capacity.min(degree));
        new.capacity = capacity.collect();
        new.multiple = new.capacity.iter().any(|&capacity| capacity > 1);
        new.degree = degree;
        let any = |counts: &[u32]| counts.iter().filter(|&&count| count > 0).count();
        if !new.multiple && any(&wishes) <= any(&new.degree) {
            new.turned = true;
            new.capacity = wishes.iter().map(|&count| count.min(1)).collect();
            new.degree = wishes;
        }
        done.then_some(new)
    }

    /// The scores by row, where households are the rows and each has an arc to every dwelling, all of which have a unit.
    pub(super) fn whole(&self) -> Option<Whole<'_>> {
        let open = self.problem.dwellings().iter().all(|place| place.capacity > 0);
        let all = self.problem.arc_count() == self.problem.households().len() * self.problem.dwellings().len();
        let whole = Whole { problem: self.problem, rows: &self.households.0, columns: &self.dwellings.0 };
        (self.turned && open && all).then_some(whole)
    }

    /// From the rows and columns of a method to households and dwellings.
    pub(super) fn plain<W: Weight>(&self, answer: &Answer<W>) -> Plain {
        let at = |order: &[u32], prices: &[W]| {
            let mut placed = vec![0; order.len()];
            order.iter().zip(prices).for_each(|(&position, &price)| placed[position as usize] = price.into());
            placed
        };
        let ((household, _), (dwelling, _)) = (&self.households, &self.dwellings);
        let (u, v) = if self.turned { (&answer.v, &answer.u) } else { (&answer.u, &answer.v) };
        let mut offers = vec![None; household.len()];
        for (column, &row) in answer.row.iter().enumerate().filter(|pair| *pair.1 != NONE) {
            let (h, d) = if self.turned { (row as usize, column) } else { (column, row as usize) };
            offers[household[h] as usize] = Some(DwellingIndex::new(dwelling[d] as usize));
        }
        let (mut households, mut dwellings) = (at(household, u), at(dwelling, v));
        let mut load = vec![0; dwellings.len()];
        offers.iter().flatten().for_each(|offer: &DwellingIndex| load[offer.index()] += 1);
        // Where every arc of a dwelling is matched and it still has room, what it is worth belongs to its households.
        let roomy = |d: usize| load[d] > 0 && load[d] < self.problem.dwellings()[d].capacity;
        for (h, offer) in offers.iter().enumerate() {
            if let Some(d) = offer.map(DwellingIndex::index).filter(|&d| answer.ended == Ended::Optimal && roomy(d)) {
                households[h] += dwellings[d];
            }
        }
        for d in (0..dwellings.len()).filter(|&d| answer.ended == Ended::Optimal && roomy(d)) {
            dwellings[d] = 0;
        }
        // Dwellings without a unit were left out: any price is free.
        let closed = self.problem.dwellings().iter().any(|place| place.capacity == 0);
        for (h, &u) in households.iter().enumerate().filter(|_| closed) {
            for arc in self.problem.arcs(HouseholdIndex::new(h)) {
                let d = arc.dwelling.index();
                if self.problem.dwellings()[d].capacity == 0 {
                    dwellings[d] = dwellings[d].max(arc.score - u);
                }
            }
        }
        Plain { households, dwellings, offers, steps: answer.scanned, ended: answer.ended }
    }
}

impl Source for Instance<'_> {
    fn rows(&self) -> usize {
        self.capacity.len()
    }

    fn columns(&self) -> usize {
        if self.turned { self.dwellings.0.len() } else { self.households.0.len() }
    }

    fn capacity(&self) -> &[u32] {
        &self.capacity
    }

    fn degree(&self) -> &[u32] {
        &self.degree
    }

    fn each(&self, mut give: impl FnMut(u32, u32, i64)) -> bool {
        let mut pace = Pace::new(ASK_EVERY, 0);
        for (h, &household) in self.households.1.iter().enumerate() {
            let range = self.problem.arc_range(HouseholdIndex::new(h));
            if pace.is_due(range.end as u64) && (self.stop)(0) {
                return false;
            }
            for arc in self.problem.arcs(HouseholdIndex::new(h)) {
                let dwelling = self.dwellings.1[arc.dwelling.index()];
                if dwelling == NONE {
                    continue;
                }
                if self.turned { give(household, dwelling, arc.score) } else { give(dwelling, household, arc.score) }
            }
        }
        true
    }
}
