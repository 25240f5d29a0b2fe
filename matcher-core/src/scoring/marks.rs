//! Marks of one household over a run of dwellings, added up with their weights.

use std::ops::Range;

use crate::ids::ResidenceIndex;
use crate::lanes::Path;
use crate::model::{Model, Run};

use super::loops::{AddMarks, AddPoints, Columns, FinishSums, SLACK, Spread, Sum, Total};

/// Where the dwellings of a model stand, in numbers without gaps: what hangs on the residence alone is worked out once for each.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    /// Per dwelling: the position of its residence in [`Model::served`].
    of_dwelling: Vec<u32>,
    /// Per residence: the same.
    of_residence: Vec<Option<u32>>,
    /// Per residence of [`Model::served`]: its first dwelling; and the number of dwellings.
    starts: Vec<u32>,
}

impl Grounds {
    pub(super) fn new(model: &Model) -> Self {
        let mut of_residence = vec![None; model.residences.len()];
        let mut of_dwelling = vec![0; model.dwellings.len()];
        let mut starts = Vec::new();
        for (position, residence) in model.served().into_iter().enumerate() {
            let Some(run) = model.residences.get(residence.index()).map(|home| home.run) else { continue };
            if let Some(slot) = of_residence.get_mut(residence.index()) {
                *slot = Some(position as u32);
            }
            if let Some(slots) = of_dwelling.get_mut(run.range()) {
                slots.fill(position as u32);
            }
            starts.push(run.range().start as u32);
        }
        starts.push(model.dwellings.len() as u32);
        Self { of_dwelling, of_residence, starts }
    }

    /// The positions in [`Model::served`] of the residences of a run.
    fn of_run(&self, run: Run) -> Range<usize> {
        match self.of_dwelling.get(run.range()).unwrap_or_default() {
            [first, .., last] => *first as usize..*last as usize + 1,
            [only] => *only as usize..*only as usize + 1,
            [] => 0..0,
        }
    }
}

/// Points of one household over a run of at most some thousand dwellings, apart by what they hang on. Kept between runs: it holds
/// memory, no state.
#[derive(Debug, Default)]
pub struct Scratch {
    everywhere: i32,
    dwellings: Vec<i32>,
    /// False where `dwellings` still holds what an earlier run left: the first points are written, not added.
    started: bool,
    residences: Vec<i32>,
    /// True where a residence has points.
    uneven: bool,
    sums: Vec<i32>,
    /// Points of residences, per dwelling.
    spread: Vec<i32>,
}

impl Scratch {
    /// Forgets the last run, and makes ready for `run`.
    pub(super) fn begin(&mut self, grounds: &Grounds, run: Run) {
        let residences = grounds.of_run(run).len();
        (self.everywhere, self.uneven, self.started) = (0, false, false);
        self.dwellings.resize(run.len(), 0);
        for points in [&mut self.residences, &mut self.sums] {
            points.clear();
            points.resize(residences, 0);
        }
    }

    /// Adds points of the dwellings of the run.
    pub(super) fn add(&mut self, path: Path, points: &[i32]) {
        if std::mem::replace(&mut self.started, true) {
            path.run(AddPoints { points: &mut self.dwellings, more: points });
        } else {
            self.dwellings.clear();
            self.dwellings.extend_from_slice(points);
        }
    }

    /// The marks of one criterion over `run`, to be added with `weight`.
    pub(super) fn marks<'a>(&'a mut self, path: Path, grounds: &'a Grounds, run: Run, weight: i32) -> Marks<'a> {
        Marks { path, grounds, run, weight, scratch: self }
    }

    /// Writes the points to `out`, one entry per dwelling of `run`, or adds them.
    pub(super) fn total(&mut self, path: Path, grounds: &Grounds, run: Run, add: bool, out: &mut [i64]) {
        if !std::mem::replace(&mut self.started, true) {
            self.dwellings.fill(0);
        }
        if self.uneven {
            self.spread.resize(run.len() + SLACK, 0);
            let range = grounds.of_run(run);
            let ends = grounds.starts.get(range.start + 1..=range.end).unwrap_or_default();
            let (first, len) = (run.range().start as u32, run.len());
            path.run(Spread { ends, first, residences: &self.residences, len, out: &mut self.spread });
        }
        let residences = self.uneven.then_some(self.spread.as_slice());
        path.run(Total { everywhere: self.everywhere, dwellings: &self.dwellings, residences, add, out });
    }
}

/// Takes the marks that one criterion gives to one household over a run of dwellings.
///
/// Closures take what they need by value (`move`): what they look up behind a reference keeps a loop from being vectorised.
///
/// A mark is 0..=1000. Marks of several calls add up, so that a criterion gives each dwelling one mark in one way only: everywhere, by
/// residence, or by dwelling. The fewer marks the cheaper: one everywhere costs nothing per dwelling, one per residence little.
#[derive(Debug)]
pub struct Marks<'a> {
    path: Path,
    grounds: &'a Grounds,
    run: Run,
    weight: i32,
    scratch: &'a mut Scratch,
}

impl Marks<'_> {
    /// The dwellings that are marked.
    pub fn run(&self) -> Run {
        self.run
    }

    /// One mark for every dwelling.
    pub fn everywhere(&mut self, mark: i32) {
        debug_assert!((0..=1000).contains(&mark));
        self.scratch.everywhere += self.weight * mark;
    }

    /// One mark for the dwellings of a residence; elsewhere nothing.
    pub fn residence(&mut self, residence: ResidenceIndex, mark: i32) {
        debug_assert!((0..=1000).contains(&mark));
        let first = self.grounds.of_run(self.run).start;
        let position = self.grounds.of_residence.get(residence.index()).copied().flatten();
        let offset = position.and_then(|position| (position as usize).checked_sub(first));
        if let Some(points) = offset.and_then(|offset| self.scratch.residences.get_mut(offset)) {
            *points += self.weight * mark;
            self.scratch.uneven = true;
        }
    }

    /// Adds to a sum per residence what `part` makes of its entries in columns over [`Model::served`]; [`residences`](Self::residences)
    /// makes marks of the sums.
    pub fn sum<C: Columns>(&mut self, columns: C, part: impl Fn(C::Entry) -> i32) {
        let range = self.grounds.of_run(self.run);
        self.path.run(Sum { sums: &mut self.scratch.sums, columns, range, part });
    }

    /// A mark per residence from its sum (see [`sum`](Self::sum); 0 without one) and its entries in columns over [`Model::served`].
    pub fn residences<C: Columns>(&mut self, columns: C, mark: impl Fn(i32, C::Entry) -> i32) {
        let (range, weight) = (self.grounds.of_run(self.run), self.weight);
        let Scratch { residences: points, sums, uneven, .. } = &mut *self.scratch;
        *uneven = true;
        self.path.run(FinishSums { points, sums, columns, range, weight, mark });
    }

    /// A mark per dwelling from its entries in columns over the dwellings of the model. Without branches the loop is vectorised, the
    /// faster the narrower the columns are.
    pub fn dwellings<C: Columns>(&mut self, columns: C, mark: impl Fn(C::Entry) -> i32) {
        self.multiples(1, columns, mark);
    }

    /// The same for marks that are all multiples of `each`: `times` says how many times `each`. One multiplication less for every
    /// dwelling.
    pub fn multiples<C: Columns>(&mut self, each: i32, columns: C, times: impl Fn(C::Entry) -> i32) {
        let (range, weight) = (self.run.range(), self.weight);
        let add = std::mem::replace(&mut self.scratch.started, true);
        self.path.run(AddMarks { points: &mut self.scratch.dwellings, add, columns, range, weight, each, times });
    }
}
