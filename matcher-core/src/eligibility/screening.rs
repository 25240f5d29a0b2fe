//! Asking all rules: one household against a run, and everybody against everything.

use rayon::prelude::*;

use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::model::{Model, Run};
use crate::policy::{Pair, Policy};

use super::pairs::{Located, locate};
use super::provenance::{check_codes, in_force};
use super::{Parameters, RULES, Rule, Screen, Verdicts, Violation};

/// Every rule that the policy leaves on at the reference date, ready for one model.
#[derive(Default)]
pub struct Eligibility<'m> {
    screens: Vec<(&'static str, Box<dyn Screen + 'm>)>,
}

impl std::fmt::Debug for Eligibility<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.screens.iter().map(|s| s.0)).finish()
    }
}

impl<'m> Eligibility<'m> {
    /// Prepares the rules of the registry. Unknown codes or parameters, wrong values, and rules outside their validity are reported.
    pub fn prepare(model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        Self::with_rules(RULES, model, policy, report)
    }

    /// The same with a list of rules: those of the registry and an embedder's own, or a part of them.
    pub fn with_rules(rules: &[&dyn Rule], model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        check_codes(rules, policy, report);
        let mut screens = Vec::with_capacity(rules.len());
        for &rule in rules {
            Parameters::of_rule(rule, policy).check_names(report);
            if in_force(rule, policy, model.date, report) {
                screens.push((rule.code(), rule.prepare(model, policy, report)));
            }
        }
        Self { screens }
    }

    /// Tests `household` against `run`: `open[i]` stays true where no rule refuses the i-th dwelling.
    pub fn screen(&self, household: HouseholdIndex, run: Run, open: &mut [bool]) {
        let mut verdicts = Verdicts::new(run, open);
        for (_, screen) in &self.screens {
            screen.screen(household, &mut verdicts);
        }
    }

    /// How many dwellings of `run` each rule refuses to `household`, in the order of the rules; a dwelling may be refused by several.
    pub fn refusals(&self, household: HouseholdIndex, run: Run) -> Vec<(&'static str, usize)> {
        let counted = self.screens.iter().map(|(code, screen)| {
            let mut open = vec![true; run.len()];
            screen.screen(household, &mut Verdicts::new(run, &mut open));
            (*code, open.into_iter().filter(|open| !open).count())
        });
        counted.collect()
    }

    /// Every reason against each dwelling of `run`, with its offset in the run: by offset, then in the order of [`RULES`].
    pub fn reasons(&self, household: HouseholdIndex, run: Run) -> Vec<(usize, Violation)> {
        let mut open = vec![true; run.len()];
        let mut verdicts = Verdicts::with_reasons(run, &mut open);
        for (_, screen) in &self.screens {
            screen.screen(household, &mut verdicts);
        }
        verdicts.into_reasons()
    }

    /// The pins that a rule refuses, with every reason: they give no arc, and somebody should know. Pins of households or dwellings
    /// that the model does not have are left out; [`prepare`](Self::prepare) has reported them.
    pub fn refused_pins<'p>(&self, model: &Model, policy: &'p Policy) -> Vec<(&'p Pair, Vec<Violation>)> {
        let pins = locate(model, &policy.pins, "pins", &mut Report::default());
        let reasons = |(household, dwelling, pin): Located<'p>| {
            let reasons = self.reasons(HouseholdIndex::new(household), Run::one(DwellingIndex::new(dwelling)));
            (pin, reasons.into_iter().map(|(_, violation)| violation).collect::<Vec<_>>())
        };
        pins.into_iter().map(reasons).filter(|(_, reasons)| !reasons.is_empty()).collect()
    }

    /// The runs of dwellings worth asking about for `household`: the residences that no rule rules out as a whole (location
    /// choices, mostly), neighbours joined.
    pub fn candidate_runs(&self, model: &Model, household: HouseholdIndex) -> Vec<Run> {
        let mut limits = self.screens.iter().filter_map(|(_, screen)| screen.within(household));
        let Some(first) = limits.next() else {
            return if model.dwellings.is_empty() { Vec::new() } else { vec![model.dwellings.all()] };
        };
        let mut wished: Vec<ResidenceIndex> = first.to_vec();
        for limit in limits {
            wished.retain(|residence| limit.contains(residence));
        }
        wished.sort_unstable();
        wished.dedup();
        let mut runs: Vec<Run> = Vec::with_capacity(wished.len());
        for run in wished.iter().filter_map(|residence| model.residences.get(residence.index())).map(|residence| residence.run) {
            match runs.last_mut() {
                _ if run.is_empty() => {}
                Some(last) if last.range().end == run.range().start => *last = Run::new(last.range().start..run.range().end),
                _ => runs.push(run),
            }
        }
        runs
    }

    /// For each household of the model, in its order, the dwellings it may be offered, in theirs.
    ///
    /// # Complexity
    /// O(households x candidate dwellings x rules) time, spread over the threads of the current rayon pool; the result does not
    /// depend on their number.
    pub fn screen_all(&self, model: &Model) -> Vec<Vec<DwellingIndex>> {
        let households: Vec<HouseholdIndex> = model.households.all().collect();
        let each = |open: &mut Vec<bool>, &household: &HouseholdIndex| {
            let mut dwellings = Vec::new();
            for run in self.candidate_runs(model, household) {
                open.clear();
                open.resize(run.len(), true);
                self.screen(household, run, open);
                dwellings.extend(run.range().zip(open.iter()).filter(|(_, open)| **open).map(|(position, _)| DwellingIndex::new(position)));
            }
            dwellings
        };
        households.par_iter().map_init(Vec::new, each).collect()
    }
}
