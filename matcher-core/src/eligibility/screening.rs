//! Asking all rules: one household against a run, and everybody against everything.

use rayon::prelude::*;

use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::lanes::{Bits, Path};
use crate::model::{Model, Run};
use crate::policy::{Pair, Policy};

use super::classes::Classes;
use super::pairs::{Located, locate};
use super::places;
use super::provenance::{check_codes, in_force};
use super::{Parameters, RULES, Rule, Screen, Verdicts, Violation};

/// Every rule that the policy leaves on at the reference date, ready for one model.
#[derive(Default)]
pub struct Eligibility<'m> {
    pub(super) rules: Vec<Asked<'m>>,
    pub(super) path: Path,
}

/// A rule in force.
pub(super) struct Asked<'m> {
    pub(super) code: &'static str,
    pub(super) screen: Box<dyn Screen + 'm>,
    pub(super) classes: Classes,
}

impl std::fmt::Debug for Eligibility<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.rules.iter().map(|rule| rule.code)).finish()
    }
}

impl<'m> Eligibility<'m> {
    /// Prepares the rules of the registry. Unknown codes or parameters, wrong values, and rules outside their validity are reported.
    pub fn prepare(model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        Self::with_rules(RULES, model, policy, report)
    }

    /// The same with a list of rules: those of the registry and an embedder's own, or a part of them.
    ///
    /// # Complexity
    /// O(classes x dwellings) per rule; dwellings / 8 bytes per class.
    pub fn with_rules(rules: &[&dyn Rule], model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        Self::with_rules_on(Path::best(), rules, model, policy, report)
    }

    /// The same, worked out in the instructions of `path`; verdicts do not change.
    pub fn with_rules_on(path: Path, rules: &[&dyn Rule], model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        check_codes(rules, policy, report);
        let (mut asked, mut bytes) = (Vec::with_capacity(rules.len()), 0);
        for &rule in rules {
            Parameters::of_rule(rule, policy).check_names(report);
            if in_force(rule, policy, model.date, report) {
                let screen = rule.prepare(model, policy, report);
                let classes = Classes::new(model, &*screen, path, &mut bytes);
                asked.push(Asked { code: rule.code(), screen, classes });
            }
        }
        Self { rules: asked, path }
    }

    /// Tests `household` against every dwelling of the model: `open` becomes the set of those that no rule refuses.
    ///
    /// # Complexity
    /// O(rules x dwellings / 64) for the rules whose verdicts are kept by class, of the dwellings of [`candidate_runs`](Self::candidate_runs);
    /// the others look only at dwellings still open, and at their neighbours.
    pub fn candidates(&self, model: &Model, household: HouseholdIndex, open: &mut Bits) {
        let all = model.dwellings.all();
        open.clear(all.len());
        let runs = self.candidate_runs(model, household);
        for &run in &runs {
            open.insert_run(run);
        }
        // Where the residence decides, the runs have said it all.
        let left = self.rules.iter().filter(|rule| !rule.classes.apply(household, &runs, open) && rule.screen.places(household).is_none());
        // Bits first, tests by number last: a filter would ask each in turn.
        for rule in left.collect::<Vec<_>>() {
            rule.screen.screen(household, &mut Verdicts::new(all, open).on(self.path));
        }
    }

    /// Tests `household` against `run`: `open` becomes the set of the offsets in the run that no rule refuses. Rules are asked themselves;
    /// for all dwellings [`candidates`](Self::candidates) is faster.
    pub fn screen(&self, household: HouseholdIndex, run: Run, open: &mut Bits) {
        open.fill(run.len());
        for rule in &self.rules {
            rule.screen.screen(household, &mut Verdicts::new(run, open).on(self.path));
        }
    }

    /// Every reason against each dwelling of `run`, with its offset in the run: by offset, then in the order of [`RULES`].
    pub fn reasons(&self, household: HouseholdIndex, run: Run) -> Vec<(usize, Violation)> {
        let mut open = Bits::full(run.len());
        let mut verdicts = Verdicts::with_reasons(run, &mut open).on(self.path);
        for rule in &self.rules {
            rule.screen.screen(household, &mut verdicts);
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

    /// The runs of dwellings worth asking about for `household`: the residences that no rule refuses as a whole (location choices and
    /// exclusions, mostly), neighbours joined.
    pub fn candidate_runs(&self, model: &Model, household: HouseholdIndex) -> Vec<Run> {
        places::runs(model, self.rules.iter().filter_map(|rule| rule.screen.places(household)))
    }

    /// For each household of the model, in its order, the dwellings it may be offered, in theirs.
    ///
    /// # Complexity
    /// O(households x rules x dwellings / 64) time and what the rules without classes look at, spread over the threads of the current rayon pool; the result does not
    /// depend on their number.
    pub fn screen_all(&self, model: &Model) -> Vec<Vec<DwellingIndex>> {
        let households: Vec<HouseholdIndex> = model.households.all().collect();
        let each = |open: &mut Bits, &household: &HouseholdIndex| {
            self.candidates(model, household, open);
            open.iter().map(DwellingIndex::new).collect()
        };
        households.par_iter().map_init(Bits::default, each).collect()
    }
}
