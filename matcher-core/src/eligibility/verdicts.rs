//! The verdicts of rules over a run of dwellings, with or without reasons.

use crate::model::Run;

use super::Violation;

/// The verdicts of one household over a run of dwellings.
#[derive(Debug)]
pub struct Verdicts<'a> {
    run: Run,
    open: &'a mut [bool],
    reasons: Option<Vec<(usize, Violation)>>,
}

impl<'a> Verdicts<'a> {
    /// Verdicts over `run`; `open` has one entry per dwelling of the run, true = not refused so far.
    pub fn new(run: Run, open: &'a mut [bool]) -> Self {
        debug_assert_eq!(run.len(), open.len());
        Self { run, open, reasons: None }
    }

    /// The same, keeping the reasons; every rule is asked even where an earlier one has refused.
    pub fn with_reasons(run: Run, open: &'a mut [bool]) -> Self {
        Self { reasons: Some(Vec::new()), ..Self::new(run, open) }
    }

    /// The dwellings that are looked at.
    pub fn run(&self) -> Run {
        self.run
    }

    /// Refuses each dwelling of the run whose entry in `column` does not fit; `column` has one entry per dwelling of the model.
    ///
    /// Without reasons this is one pass without branches, which the compiler vectorises where `fits` is plain.
    pub fn check<T>(&mut self, column: &[T], fits: impl Fn(&T) -> bool, reason: impl Fn(&T) -> Violation) {
        // A column that ends early would leave dwellings untested: they are refused, never let through.
        let entries = column.get(self.run.range()).unwrap_or_default();
        debug_assert_eq!(entries.len(), self.run.len());
        let (tested, untested) = self.open.split_at_mut(entries.len().min(self.open.len()));
        untested.fill(false);
        match &mut self.reasons {
            None => {
                for (open, entry) in tested.iter_mut().zip(entries) {
                    *open &= fits(entry);
                }
            }
            Some(reasons) => {
                for (offset, (open, entry)) in tested.iter_mut().zip(entries).enumerate() {
                    if !fits(entry) {
                        *open = false;
                        reasons.push((offset, reason(entry)));
                    }
                }
            }
        }
    }

    /// Refuses the `offset`-th dwelling of the run; `reason` is asked only where reasons are kept.
    pub fn refuse(&mut self, offset: usize, reason: impl FnOnce() -> Violation) {
        if let Some(open) = self.open.get_mut(offset) {
            *open = false;
        }
        if let Some(reasons) = &mut self.reasons {
            reasons.push((offset, reason()));
        }
    }

    /// Refuses every dwelling of the run for one reason.
    pub fn refuse_all(&mut self, reason: impl Fn() -> Violation) {
        for offset in 0..self.run.len() {
            self.refuse(offset, &reason);
        }
    }

    /// Reasons with their offset in the run: by offset, for one dwelling in the order of the rules.
    pub fn into_reasons(self) -> Vec<(usize, Violation)> {
        let mut reasons = self.reasons.unwrap_or_default();
        reasons.sort_by_key(|&(offset, _)| offset);
        reasons
    }
}
