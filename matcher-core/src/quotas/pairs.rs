//! Eligible pairs with their scores: made household by household, or kept.
//!
//! Making the pairs of a household anew costs about as little as reading them back, so that passes over all of them keep none.

use rayon::prelude::*;

use crate::eligibility::Eligibility;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::lanes::Bits;
use crate::model::{Model, Run};
use crate::scoring::{Scoring, Scratch};

/// Stretches of open dwellings are scored together where no more lie between them: a call for each would cost more.
const BETWEEN: usize = 256;
/// Households that one task looks at.
const TASK: usize = 512;

/// Makes the eligible pairs of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Eligible<'e, 'm> {
    pub(crate) model: &'m Model,
    pub(crate) eligibility: &'e Eligibility<'m>,
    pub(crate) scoring: &'e Scoring<'m>,
}

/// Memory for the pairs of one household, kept between households.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    open: Bits,
    scores: Vec<i64>,
    scratch: Scratch,
    found: Vec<(DwellingIndex, i64)>,
}

impl Desk {
    /// The pairs that were made last.
    pub(crate) fn found(&self) -> &[(DwellingIndex, i64)] {
        &self.found
    }
}

impl Eligible<'_, '_> {
    /// The dwellings that no rule refuses to the household, in the order of the model, with the score of each.
    ///
    /// # Complexity
    /// That of [`Eligibility::candidates`], and O(criteria) for each pair and for what lies between neighbouring ones.
    pub(crate) fn pairs<'d>(&self, household: HouseholdIndex, desk: &'d mut Desk) -> &'d [(DwellingIndex, i64)] {
        let Desk { open, scores, scratch, found } = desk;
        self.eligibility.candidates(self.model, household, open);
        found.clear();
        let mut runs = open.runs().peekable();
        while let Some(first) = runs.next() {
            let mut range = first.range();
            while let Some(next) = runs.next_if(|next| next.range().start <= range.end + BETWEEN) {
                range.end = next.range().end;
            }
            let run = Run::new(range.clone());
            scores.resize(run.len(), 0);
            self.scoring.score(household, run, scratch, scores);
            let score = |d: usize| scores.get(d - range.start).copied().unwrap_or_default();
            found.extend(open.iter_in(run).map(|d| (DwellingIndex::new(d), score(d))));
        }
        found
    }

    /// The dwellings that no rule refuses to the household, in the order of the model.
    pub(crate) fn dwellings<'d>(&self, household: HouseholdIndex, desk: &'d mut Desk) -> impl Iterator<Item = DwellingIndex> + 'd {
        self.eligibility.candidates(self.model, household, &mut desk.open);
        desk.open.iter().map(DwellingIndex::new)
    }

    /// Number of pairs of the household, and the first of them; only that one is scored.
    pub(crate) fn count(&self, household: HouseholdIndex, desk: &mut Desk) -> (usize, Option<(DwellingIndex, i64)>) {
        let Desk { open, scratch, .. } = desk;
        self.eligibility.candidates(self.model, household, open);
        let first = open.iter().next().map(DwellingIndex::new).map(|dwelling| {
            let mut score = [0];
            self.scoring.score(household, Run::one(dwelling), scratch, &mut score);
            let [score] = score;
            (dwelling, score)
        });
        (open.count(), first)
    }

    /// What `look` makes of the pairs of each household, in the order of the model, in parallel.
    pub(crate) fn each<T: Send>(&self, look: impl Fn(HouseholdIndex, &[(DwellingIndex, i64)]) -> T + Sync) -> Vec<T> {
        self.each_until(&|| false, look).unwrap_or_default()
    }

    /// The same, unless `stop`, which is asked before every household, says so: then nothing.
    pub(crate) fn each_until<T: Send>(
        &self,
        stop: &(dyn Fn() -> bool + Sync),
        look: impl Fn(HouseholdIndex, &[(DwellingIndex, i64)]) -> T + Sync,
    ) -> Option<Vec<T>> {
        self.each_of(&self.model.households.all().collect::<Vec<_>>(), stop, look)
    }

    /// The same for some households, in their order.
    pub(crate) fn each_of<T: Send>(
        &self,
        households: &[HouseholdIndex],
        stop: &(dyn Fn() -> bool + Sync),
        look: impl Fn(HouseholdIndex, &[(DwellingIndex, i64)]) -> T + Sync,
    ) -> Option<Vec<T>> {
        let one = |desk: &mut Desk, &household: &HouseholdIndex| (!stop()).then(|| look(household, self.pairs(household, desk)));
        households.par_iter().with_min_len(TASK.min(households.len() / 64 + 1)).map_init(Desk::default, one).collect()
    }

    /// Every pair, unless `stop`, which is asked before every household, says so: then nothing.
    pub(crate) fn all(&self, stop: &(dyn Fn() -> bool + Sync)) -> Option<Pairs> {
        let lists = self.each_until(stop, |_, pairs| pairs.to_vec())?;
        let pairs = (!stop()).then(|| Pairs::from_lists(&lists));
        // Who stops waits: what is large is freed elsewhere.
        rayon::spawn(move || drop(lists));
        pairs
    }
}

/// Pairs by household in the order of the model, those of one household by dwelling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    /// Where the pairs of each household begin, and where the last ones end.
    pub(crate) start: Vec<usize>,
    pub(crate) dwelling: Vec<DwellingIndex>,
    pub(crate) score: Vec<i64>,
}

impl Pairs {
    /// One list per household, each by dwelling.
    pub(crate) fn from_lists(lists: &[Vec<(DwellingIndex, i64)>]) -> Self {
        let mut start = Vec::with_capacity(lists.len() + 1);
        start.push(0);
        start.extend(lists.iter().scan(0, |end, list| {
            *end += list.len();
            Some(*end)
        }));
        Self {
            start,
            dwelling: lists.par_iter().flat_map_iter(|list| list.iter().map(|pair| pair.0)).collect(),
            score: lists.par_iter().flat_map_iter(|list| list.iter().map(|pair| pair.1)).collect(),
        }
    }

    /// Dwellings and scores of a household.
    pub(crate) fn of(&self, household: HouseholdIndex) -> impl ExactSizeIterator<Item = (DwellingIndex, i64)> + '_ {
        let bound = |at: usize| self.start.get(at).copied().unwrap_or(self.dwelling.len());
        let range = bound(household.index())..bound(household.index() + 1);
        let (dwellings, scores) = (self.dwelling.get(range.clone()), self.score.get(range));
        dwellings.unwrap_or_default().iter().copied().zip(scores.unwrap_or_default().iter().copied())
    }
}
