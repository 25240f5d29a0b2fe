//! Eligibility: hard tests on (household, dwelling) pairs. A pair that no rule refuses becomes an arc of the problem.
//!
//! A rule is one file and one line in [`RULES`]. It is called once per household and *run of dwellings* and loops over
//! columns inside; the same function on a run of one gives the reasons of a refusal, so that no rule is written twice.

use serde::Serialize;

use crate::error::Report;
use crate::ids::HouseholdIndex;
use crate::model::{Model, Run};
use crate::policy::Policy;

/// Every rule, in the order in which reasons are shown.
pub const RULES: &[&dyn Rule] = &[];

/// A hard test, before it meets a model.
pub trait Rule: Sync {
    /// Stable code; the name in a policy's `[rules]`.
    fn code(&self) -> &'static str;

    /// Name, explanation, legal basis, texts, parameters.
    fn card(&self) -> &'static Card;

    /// Looks once at model and policy and gives the test; a wrong parameter goes into the report.
    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm>;
}

/// A rule ready to test households of one model.
pub trait Screen: Sync {
    /// Refuses the dwellings of `verdicts.run()` that `household` may not be offered.
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>);
}

/// What people read about a rule or a criterion; documentation, command line and page are made from it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Card {
    /// Name, French and English.
    pub name: [&'static str; 2],
    /// What it tests or measures, French and English.
    pub about: [&'static str; 2],
    /// Sentence of one refusal (rule) or of one measure (criterion), French and English; `{value}` stands for a value.
    pub sentence: [&'static str; 2],
    /// The law, paper or page it comes from.
    pub source: &'static str,
    /// Version of this text.
    pub version: &'static str,
    /// Parameters.
    pub parameters: &'static [Parameter],
}

/// A parameter of a rule or criterion.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Parameter {
    /// Name with its unit.
    pub name: &'static str,
    /// Value where the policy says nothing; a list or text parameter writes its codes separated by `|`.
    pub default: &'static str,
    /// Meaning, French and English.
    pub about: [&'static str; 2],
}

/// Why a pair is refused: the rule's code and the values that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Code of the rule.
    pub rule: &'static str,
    /// Name and text of each value that decided, as its sentence names them.
    pub values: Vec<(&'static str, String)>,
}

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

    /// Reasons by offset in the run, in the order of the rules.
    pub fn into_reasons(self) -> Vec<(usize, Violation)> {
        self.reasons.unwrap_or_default()
    }
}

/// Every rule that the policy leaves on at the reference date, ready for `model`.
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
    /// Prepares the rules of the registry. Unknown codes or parameters, and rules outside their validity, are reported.
    pub fn prepare(model: &'m Model, policy: &'m Policy, report: &mut Report) -> Self {
        let on = RULES.iter().filter(|rule| policy.rules.get(rule.code()).is_none_or(|choice| choice.enabled));
        Self { screens: on.map(|rule| (rule.code(), rule.prepare(model, policy, report))).collect() }
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

    /// Every reason against each dwelling of `run`, by offset in the run.
    pub fn reasons(&self, household: HouseholdIndex, run: Run) -> Vec<(usize, Violation)> {
        let mut open = vec![true; run.len()];
        let mut verdicts = Verdicts::with_reasons(run, &mut open);
        for (_, screen) in &self.screens {
            screen.screen(household, &mut verdicts);
        }
        verdicts.into_reasons()
    }
}
