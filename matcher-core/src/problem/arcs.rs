//! The arcs on their way into a problem: blocks in any order become rows in the order of stable ids.
//!
//! The arcs are the only large thing held. A block is 12 bytes an arc and a little for each run of one household; the rows are as
//! large. Where the blocks already stand in the order of the households, which files mostly do, each is let go as soon as it is
//! copied.

use std::ops::Range;

use rayon::prelude::*;

use crate::ids::{DwellingIndex, HouseholdIndex};

/// Arcs of a block made from a list.
const BLOCK: usize = 1 << 16;
/// Arcs that a block mostly has.
const SOME: usize = 1 << 13;
/// Arcs that one task puts in order.
const TASK: usize = 1 << 16;

/// Arcs in the order in which they were read: runs of one household, each with its number of arcs.
#[derive(Debug, Default)]
pub(super) struct ArcBlock {
    pub(super) runs: Vec<(HouseholdIndex, u32)>,
    dwelling: Vec<DwellingIndex>,
    score: Vec<i64>,
}

impl ArcBlock {
    pub(super) fn push(&mut self, household: HouseholdIndex, dwelling: DwellingIndex, score: i64) {
        match self.runs.last_mut() {
            Some((last, length)) if *last == household && *length < u32::MAX => *length += 1,
            _ => self.runs.push((household, 1)),
        }
        if self.score.is_empty() {
            self.dwelling.reserve(SOME);
            self.score.reserve(SOME);
        }
        self.dwelling.push(dwelling);
        self.score.push(score);
    }

    /// The same arcs in blocks.
    pub(super) fn of(arcs: Vec<(HouseholdIndex, DwellingIndex, i64)>) -> Vec<Self> {
        let block = |arcs: &[(HouseholdIndex, DwellingIndex, i64)]| {
            let mut block = Self::default();
            for &(household, dwelling, score) in arcs {
                block.push(household, dwelling, score);
            }
            block
        };
        let blocks = arcs.par_chunks(BLOCK).map(block).collect();
        drop(arcs);
        blocks
    }

    /// Gives back memory that no further arc will need.
    pub(super) fn shrink(&mut self) {
        self.runs.shrink_to_fit();
        self.dwelling.shrink_to_fit();
        self.score.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.score.len()
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
    /// Puts the arcs of `blocks` in the order of `households` and `dwellings`, the new position of each old one.
    ///
    /// # Complexity
    /// O(m + r) and the order of the arcs of each household where they are not in order; m arcs, r runs.
    #[expect(clippy::indexing_slicing, reason = "ranks are positions of the households and dwellings of the arcs")]
    pub(super) fn new(mut blocks: Vec<ArcBlock>, households: &[usize], dwellings: &[usize]) -> Self {
        blocks.par_iter_mut().for_each(|block| {
            for (household, _) in &mut block.runs {
                *household = HouseholdIndex::new(households[household.index()]);
            }
            for dwelling in &mut block.dwelling {
                *dwelling = DwellingIndex::new(dwellings[dwelling.index()]);
            }
        });
        let mut start = vec![0; households.len() + 1];
        for &(household, length) in blocks.iter().flat_map(|block| &block.runs) {
            start[household.index() + 1] += length as usize;
        }
        for h in 0..households.len() {
            start[h + 1] += start[h];
        }
        let (dwelling, score) = placed(blocks, &start);
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

/// The arcs of the blocks, each run at its household's place, runs of one household in the order of the blocks.
#[expect(clippy::indexing_slicing, reason = "places were counted from the same runs")]
fn placed(blocks: Vec<ArcBlock>, start: &[usize]) -> (Vec<DwellingIndex>, Vec<i64>) {
    let count = start.last().copied().unwrap_or(0);
    let mut free = start.to_vec();
    let (mut end, mut in_order) = (0, true);
    let mut place = |&(household, length): &(HouseholdIndex, u32)| {
        let at = free[household.index()];
        free[household.index()] += length as usize;
        in_order &= at == end;
        end = at + length as usize;
        at
    };
    let places: Vec<Vec<usize>> = blocks.iter().map(|block| block.runs.iter().map(&mut place).collect()).collect();
    let (mut dwelling, mut score) = (vec![DwellingIndex::default(); count], vec![0; count]);
    if in_order {
        drop(places);
        let (mut dwellings, mut scores) = (dwelling.as_mut_slice(), score.as_mut_slice());
        let mut targets = Vec::with_capacity(blocks.len());
        for block in blocks {
            let (one, rest) = std::mem::take(&mut dwellings).split_at_mut(block.len());
            let (two, others) = std::mem::take(&mut scores).split_at_mut(block.len());
            (dwellings, scores) = (rest, others);
            targets.push((block, one, two));
        }
        targets.into_par_iter().for_each(|(block, dwellings, scores)| {
            dwellings.copy_from_slice(&block.dwelling);
            scores.copy_from_slice(&block.score);
        });
        return (dwelling, score);
    }
    // Each thread fills its own households and looks at all runs, of which there are far fewer than arcs in any file but a shuffled one.
    let shares = shares(start, rayon::current_num_threads().max(1));
    let dwellings = split(&mut dwelling, start, &shares);
    let scores = split(&mut score, start, &shares);
    shares.par_iter().zip(dwellings).zip(scores).for_each(|((households, dwellings), scores)| {
        let base = start[households.start];
        for (block, places) in blocks.iter().zip(&places) {
            let mut from = 0;
            for (&(household, length), &at) in block.runs.iter().zip(places) {
                let length = length as usize;
                if households.contains(&household.index()) {
                    dwellings[at - base..at - base + length].copy_from_slice(&block.dwelling[from..from + length]);
                    scores[at - base..at - base + length].copy_from_slice(&block.score[from..from + length]);
                }
                from += length;
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
