//! The arcs on their way into a problem: a list in any order becomes rows in the order of stable ids.
//!
//! The arcs are the only large thing held: 12 bytes each and a little for each run of one household. Where the list already stands in
//! the order of the households, which files mostly do, it becomes the rows as it is; otherwise there are two of them for a while.

use std::ops::Range;

use rayon::prelude::*;

use crate::ids::{DwellingIndex, HouseholdIndex};

/// Arcs that one task looks at.
const TASK: usize = 1 << 16;

/// Arcs in the order in which they were given: runs of one household, each with its number of arcs.
#[derive(Debug, Default)]
pub(super) struct ArcList {
    pub(super) runs: Vec<(HouseholdIndex, u32)>,
    dwelling: Vec<DwellingIndex>,
    score: Vec<i64>,
}

impl ArcList {
    pub(super) fn push(&mut self, household: HouseholdIndex, dwelling: DwellingIndex, score: i64) {
        self.run(household, 1);
        self.dwelling.push(dwelling);
        self.score.push(score);
    }

    fn run(&mut self, household: HouseholdIndex, arcs: u32) {
        match self.runs.last_mut() {
            Some((last, length)) if *last == household && *length <= u32::MAX - arcs => *length += arcs,
            _ => self.runs.push((household, arcs)),
        }
    }

    /// Adds arcs that come later.
    pub(super) fn append(&mut self, mut later: Self) {
        for (household, arcs) in later.runs {
            self.run(household, arcs);
        }
        self.dwelling.append(&mut later.dwelling);
        self.score.append(&mut later.score);
    }

    /// Arcs by household: those of household h begin at `start[h]`.
    pub(super) fn by_household(start: &[usize], dwelling: Vec<DwellingIndex>, score: Vec<i64>) -> Self {
        let lengths = start.windows(2).enumerate().filter_map(|(h, bounds)| match bounds {
            &[from, to] if to > from => Some((HouseholdIndex::new(h), (to - from) as u32)),
            _ => None,
        });
        Self { runs: lengths.collect(), dwelling, score }
    }

    /// The same arcs as a list.
    pub(super) fn of(arcs: &[(HouseholdIndex, DwellingIndex, i64)]) -> Self {
        let dwelling = arcs.par_iter().map(|arc| arc.1).collect();
        let score = arcs.par_iter().map(|arc| arc.2).collect();
        let runs =
            arcs.par_chunks(TASK).map(|arcs| arcs.chunk_by(|a, b| a.0 == b.0).filter_map(|run| Some((run.first()?.0, run.len() as u32))));
        Self { runs: runs.flat_map_iter(|runs| runs).collect(), dwelling, score }
    }
}

/// Arcs by household and, of one household, by dwelling.
#[derive(Debug)]
pub(super) struct Rows {
    /// Position of each household's first arc, and the number of arcs.
    pub(super) start: Vec<usize>,
    pub(super) dwelling: Vec<DwellingIndex>,
    pub(super) score: Vec<i64>,
    /// Some pair stands twice.
    pub(super) repeated: bool,
}

impl Rows {
    /// Puts the arcs in the order of `households` and `dwellings`, the new position of each old one.
    ///
    /// # Complexity
    /// O(m) and the order of the arcs of each household where they are not in order; m arcs.
    #[expect(clippy::indexing_slicing, reason = "ranks are positions of the households and dwellings of the arcs")]
    pub(super) fn new(mut list: ArcList, households: &[usize], dwellings: &[usize]) -> Self {
        if !is_identity(households) {
            list.runs.par_iter_mut().for_each(|(household, _)| *household = HouseholdIndex::new(households[household.index()]));
        }
        if !is_identity(dwellings) {
            list.dwelling.par_iter_mut().for_each(|dwelling| *dwelling = DwellingIndex::new(dwellings[dwelling.index()]));
        }
        let mut start = vec![0; households.len() + 1];
        for &(household, length) in &list.runs {
            start[household.index() + 1] += length as usize;
        }
        for h in 0..households.len() {
            start[h + 1] += start[h];
        }
        // A run of more arcs than it can count is several: such runs of one household stand where they belong too.
        let (mut dwelling, mut score) =
            if list.runs.is_sorted_by_key(|run| run.0) { (list.dwelling, list.score) } else { placed(&list, &start) };
        dwelling.shrink_to_fit();
        score.shrink_to_fit();
        let mut rows = Self { start, dwelling, score, repeated: false };
        rows.order();
        rows
    }

    /// Puts the arcs of each household in the order of the dwellings, and notes whether a pair stands twice.
    #[expect(clippy::indexing_slicing, reason = "starts of households lie within the arcs")]
    fn order(&mut self) {
        let tasks = tasks(&self.start);
        let dwellings = split(&mut self.dwelling, &self.start, &tasks);
        let scores = split(&mut self.score, &self.start, &tasks);
        let start = &self.start;
        let repeated = tasks.par_iter().zip(dwellings).zip(scores).map(|((households, dwellings), scores)| {
            let (mut repeated, mut pairs) = (false, Vec::new());
            let base = start[households.start];
            for h in households.clone() {
                let own = start[h] - base..start[h + 1] - base;
                let (dwellings, scores) = (&mut dwellings[own.clone()], &mut scores[own]);
                if dwellings.is_sorted_by(|a, b| a < b) {
                    continue;
                }
                pairs.clear();
                pairs.extend(dwellings.iter().copied().zip(scores.iter().copied()));
                pairs.sort_unstable();
                repeated |= pairs.windows(2).any(|two| two[0].0 == two[1].0);
                for (at, &(dwelling, score)) in pairs.iter().enumerate() {
                    (dwellings[at], scores[at]) = (dwelling, score);
                }
            }
            repeated
        });
        self.repeated = repeated.reduce(|| false, |a, b| a | b);
    }
}

fn is_identity(ranks: &[usize]) -> bool {
    ranks.iter().enumerate().all(|(at, &rank)| at == rank)
}

/// The arcs, each run at its household's place, runs of one household in the order of the list.
#[expect(clippy::indexing_slicing, reason = "places were counted from the same runs")]
fn placed(list: &ArcList, start: &[usize]) -> (Vec<DwellingIndex>, Vec<i64>) {
    let count = list.score.len();
    let (mut dwelling, mut score) = (vec![DwellingIndex::default(); count], vec![0; count]);
    // Each thread fills its own households and looks at all runs, of which there are far fewer than arcs in any file but a shuffled one.
    let shares = shares(start, rayon::current_num_threads().max(1));
    let dwellings = split(&mut dwelling, start, &shares);
    let scores = split(&mut score, start, &shares);
    shares.par_iter().zip(dwellings).zip(scores).for_each(|((households, dwellings), scores)| {
        let base = start[households.start];
        let mut free: Vec<usize> = start[households.clone()].iter().map(|at| at - base).collect();
        let mut from = 0;
        for &(household, length) in &list.runs {
            let run = from..from + length as usize;
            from = run.end;
            if households.contains(&household.index()) {
                let place = &mut free[household.index() - households.start];
                let to = *place..*place + run.len();
                *place = to.end;
                dwellings[to.clone()].copy_from_slice(&list.dwelling[run.clone()]);
                scores[to].copy_from_slice(&list.score[run]);
            }
        }
    });
    (dwelling, score)
}

/// Consecutive households, about as many arcs in each of `count` shares.
pub(super) fn shares(start: &[usize], count: usize) -> Vec<Range<usize>> {
    let (households, arcs) = (start.len().saturating_sub(1), start.last().copied().unwrap_or(0));
    let bound = |share: usize| {
        if share == count { households } else { start.partition_point(|&s| s < arcs / count * share).min(households) }
    };
    (0..count).map(|share| bound(share)..bound(share + 1)).collect()
}

/// Consecutive households for one task each.
pub(super) fn tasks(start: &[usize]) -> Vec<Range<usize>> {
    shares(start, start.last().copied().unwrap_or(0) / TASK + 1)
}

/// The arcs of each range of households, which follow each other from the first household on.
pub(super) fn split<'a, T>(mut arcs: &'a mut [T], start: &[usize], households: &[Range<usize>]) -> Vec<&'a mut [T]> {
    let length = |range: &Range<usize>| Some(start.get(range.end)? - start.get(range.start)?);
    let cut = households.iter().map(|range| {
        let (own, rest) = std::mem::take(&mut arcs).split_at_mut(length(range).unwrap_or(0));
        arcs = rest;
        own
    });
    cut.collect()
}
