//! The verdicts of rules over a run of dwellings, with or without reasons.

use crate::ids::ResidenceIndex;
use crate::lanes::{Bits, Path};
use crate::model::Run;

use super::Violation;

/// The verdicts of one household over a run of dwellings.
#[derive(Debug)]
pub struct Verdicts<'a> {
    run: Run,
    open: &'a mut Bits,
    path: Path,
    reasons: Option<Vec<(usize, Violation)>>,
}

impl<'a> Verdicts<'a> {
    /// Verdicts over `run`; `open` has one position per dwelling of the run, which is in it where nothing has refused it so far.
    pub fn new(run: Run, open: &'a mut Bits) -> Self {
        debug_assert_eq!(run.len(), open.len());
        Self { run, open, path: Path::best(), reasons: None }
    }

    /// The same, keeping the reasons; every rule is asked even where an earlier one has refused.
    pub fn with_reasons(run: Run, open: &'a mut Bits) -> Self {
        Self { reasons: Some(Vec::new()), ..Self::new(run, open) }
    }

    /// The same, worked out in other instructions.
    #[must_use]
    pub fn on(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// The dwellings that are looked at.
    pub fn run(&self) -> Run {
        self.run
    }

    /// Refuses each dwelling of the run whose entry in `column` does not fit; `column` has one entry per dwelling of the model.
    ///
    /// Without reasons only dwellings are looked at near which one is still open, 64 at a time in one pass without branches, which the
    /// compiler vectorises where `fits` is plain and takes what it needs by value (`move`).
    pub fn check<T>(&mut self, column: &[T], fits: impl Fn(&T) -> bool, reason: impl Fn(&T) -> Violation) {
        // A column that ends early would leave dwellings untested: they are refused, never let through.
        let entries = column.get(self.run.range()).unwrap_or_default();
        debug_assert_eq!(entries.len(), self.run.len());
        if let Some(reasons) = &mut self.reasons {
            let refused = entries.iter().enumerate().filter(|(_, entry)| !fits(entry));
            reasons.extend(refused.map(|(offset, entry)| (offset, reason(entry))));
        }
        self.open.retain(self.path, entries, fits);
    }

    /// Refuses the dwellings of each residence that does not fit: one test serves the whole residence. `column` has the residence of
    /// each dwelling of the model.
    pub fn check_residences(
        &mut self,
        column: &[ResidenceIndex],
        fits: impl Fn(ResidenceIndex) -> bool,
        reason: impl Fn(ResidenceIndex) -> Violation,
    ) {
        let entries = column.get(self.run.range()).unwrap_or_default();
        debug_assert_eq!(entries.len(), self.run.len());
        let looked_at: Vec<Run> = if self.reasons.is_some() { vec![Run::new(0..entries.len())] } else { self.open.runs().collect() };
        for run in looked_at {
            let mut start = run.range().start;
            for residence in entries.get(run.range()).unwrap_or_default().chunk_by(|a, b| a == b) {
                let offsets = start..start + residence.len();
                start = offsets.end;
                let Some(&residence) = residence.first().filter(|residence| !fits(**residence)) else { continue };
                self.open.remove_run(Run::new(offsets.clone()));
                if let Some(reasons) = &mut self.reasons {
                    reasons.extend(offsets.map(|offset| (offset, reason(residence))));
                }
            }
        }
    }

    /// Refuses the `offset`-th dwelling of the run; `reason` is asked only where reasons are kept.
    pub fn refuse(&mut self, offset: usize, reason: impl FnOnce() -> Violation) {
        self.open.remove(offset);
        if let Some(reasons) = &mut self.reasons {
            reasons.push((offset, reason()));
        }
    }

    /// Refuses every dwelling of the run for one reason.
    pub fn refuse_all(&mut self, reason: impl Fn() -> Violation) {
        self.open.clear(self.run.len());
        if let Some(reasons) = &mut self.reasons {
            reasons.extend((0..self.run.len()).map(|offset| (offset, reason())));
        }
    }

    /// Reasons with their offset in the run: by offset, for one dwelling in the order of the rules.
    pub fn into_reasons(self) -> Vec<(usize, Violation)> {
        let mut reasons = self.reasons.unwrap_or_default();
        reasons.sort_by_key(|&(offset, _)| offset);
        reasons
    }
}
