//! Where a rule lets a household live, by residence.

use std::borrow::Cow;

use crate::ids::ResidenceIndex;
use crate::model::{Model, Run};

/// The residences where a rule refuses a household nothing; everywhere else it refuses everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places<'a> {
    /// These, in any order.
    Only(&'a [ResidenceIndex]),
    /// All but these, in any order.
    Without(&'a [ResidenceIndex]),
}

impl Places<'_> {
    /// Dwellings of `asked` that are refused.
    pub(super) fn refused(self, model: &Model, asked: Run) -> usize {
        let inside = |residence: &ResidenceIndex| {
            let (home, asked) = (model.residences.get(residence.index())?.run.range(), asked.range());
            Some(home.end.min(asked.end).saturating_sub(home.start.max(asked.start)))
        };
        let sizes = |residences| -> usize { ascending(residences).iter().filter_map(inside).sum() };
        match self {
            Self::Only(residences) => asked.len() - sizes(residences),
            Self::Without(residences) => sizes(residences),
        }
    }
}

/// The residences ascending, each once.
pub(super) fn ascending(residences: &[ResidenceIndex]) -> Cow<'_, [ResidenceIndex]> {
    if residences.is_sorted_by(|a, b| a < b) {
        return Cow::Borrowed(residences);
    }
    let mut sorted = residences.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    Cow::Owned(sorted)
}

/// The dwellings in all of `places`, as runs that do not touch.
pub(super) fn runs<'a>(model: &Model, places: impl Iterator<Item = Places<'a>>) -> Vec<Run> {
    let (mut only, mut without): (Option<Vec<ResidenceIndex>>, Vec<ResidenceIndex>) = (None, Vec::new());
    for places in places {
        match (places, &mut only) {
            (Places::Only(residences), None) => only = Some(residences.to_vec()),
            (Places::Only(residences), Some(only)) => only.retain(|residence| residences.contains(residence)),
            (Places::Without(residences), _) => without.extend_from_slice(residences),
        }
    }
    let without = ascending(&without);
    let run = |residence: &ResidenceIndex| model.residences.get(residence.index()).map(|home| home.run).filter(|run| !run.is_empty());
    let mut runs = Vec::new();
    if let Some(mut only) = only {
        only.retain(|residence| without.binary_search(residence).is_err());
        for run in ascending(&only).iter().filter_map(run) {
            add(&mut runs, run);
        }
        return runs;
    }
    let mut start = 0;
    // Dwellings stand by residence: between two residences that are left out lie those that are not.
    for left_out in without.iter().filter_map(run).map(Run::range) {
        add(&mut runs, Run::new(start..left_out.start));
        start = left_out.end;
    }
    add(&mut runs, Run::new(start..model.dwellings.len()));
    runs
}

/// Adds a run that begins where the last ends, or after it.
fn add(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        _ if run.is_empty() => {}
        Some(last) if last.range().end == run.range().start => *last = Run::new(last.range().start..run.range().end),
        _ => runs.push(run),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::model::random_town::{Stream, random_town};
    use crate::model::testing;

    #[test]
    fn runs_hold_the_dwellings_of_all_places_and_no_others() {
        for seed in 1..=300 {
            let model = testing::model(&random_town(seed % 10));
            let mut stream = Stream { seed, position: 0 };
            let some = |stream: &mut Stream| -> Vec<ResidenceIndex> {
                (0..stream.below(5)).map(|_| ResidenceIndex::new(stream.below(model.residences.len() as i64) as usize)).collect()
            };
            let lists: Vec<_> = (0..seed % 5).map(|_| some(&mut stream)).collect();
            let place = |(at, list)| if (seed >> at) & 1 == 0 { Places::Only(list) } else { Places::Without(list) };
            let places: Vec<Places<'_>> = lists.iter().map(Vec::as_slice).enumerate().map(place).collect();
            let is_in = |residence: ResidenceIndex, places: &Places<'_>| match places {
                Places::Only(list) => list.contains(&residence),
                Places::Without(list) => !list.contains(&residence),
            };
            let column = &model.dwellings.residence;
            let open: Vec<usize> = (0..column.len()).filter(|&d| places.iter().all(|one| is_in(column[d], one))).collect();
            let runs = runs(&model, places.iter().copied());
            assert_eq!(runs.iter().flat_map(|run| run.range()).collect::<Vec<_>>(), open, "seed {seed}: {places:?}");
            assert!(runs.is_sorted_by(|a, b| a.range().end < b.range().start), "seed {seed}: runs touch");
            let range = stream.below(column.len() as i64) as usize..column.len();
            for one in &places {
                let refused = |range: Range<usize>| column[range].iter().filter(|&&residence| !is_in(residence, one)).count();
                assert_eq!(one.refused(&model, model.dwellings.all()), refused(0..column.len()), "seed {seed}: {one:?}");
                assert_eq!(one.refused(&model, Run::new(range.clone())), refused(range.clone()), "seed {seed}: {one:?}, {range:?}");
            }
        }
    }
}
