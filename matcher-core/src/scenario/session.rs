//! A town that stays open: each scenario is answered from the prices and offers of the one before, and can be taken back.

use std::sync::Arc;

use crate::allocation::Allocation;
use crate::error::{Error, Finding, Place, Report};
use crate::ids::DwellingIndex;
use crate::pipeline::{self, Prepared, RunOptions};
use crate::problem::Problem;
use crate::solve::{Control, SolveOptions, Stand};
use crate::threads::on_threads;

use super::compare::Comparison;
use super::outcome::Outcome;
use super::read::Scenario;
use super::town::Town;

/// States whose problems are kept beside their answers; those of earlier ones are made again when a session goes back to them.
const PROBLEMS: usize = 4;

/// A town, what scenarios have made of it so far, and the answer to each.
///
/// Every outcome is that of a solve from nothing: to proved optimality the same worth, and within a gap a worth and a bound that
/// hold. Which of several allocations within the gap is found may depend on the way that led there; of equally good ones it is one
/// that moves few households against the first town ([`Session::base`]).
///
/// # Complexity
/// Opening is a run without its papers. A scenario costs making the problem of the changed town, O(households x dwellings x (rules +
/// criteria)), and a solve from the last prices, see [`Warm`](crate::solve::Warm).
///
/// ```
/// use matcher_core::pipeline::Inputs;
/// use matcher_core::scenario::{self, Session, Town};
/// use matcher_core::solve::{Control, SolveOptions};
/// let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo-town");
/// let town = Town::from(Inputs::read(&demo, None)?.open(None)?);
/// let mut session = Session::open(town, &SolveOptions::default(), &Control::default())?;
/// let before = session.outcome().clone();
/// let lift = scenario::parse("id = 'lift'\n[[change]]\nkind = 'add_lift'\nresidence = 'R03'\n", "lift.toml")?;
/// session.apply(&lift, &Control::default())?;
/// assert_eq!(session.undo()?, &before);
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Session {
    options: SolveOptions,
    first: State,
    /// One after each scenario.
    later: Vec<State>,
}

/// A town with its answer.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) town: Arc<Town>,
    /// `None` where it is to be made again.
    problem: Option<Arc<Problem>>,
    stand: Arc<Stand>,
    pub(super) outcome: Arc<Outcome>,
    warnings: Vec<Finding>,
}

impl State {
    /// The first answer for `town`.
    fn first(town: Town, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        Self::new(town, |problem| Stand::first(problem, options, control))
    }

    /// The answer for `town` from this one; few households move away from what `base` offers them.
    fn next(&self, town: Town, base: &Outcome, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        let last = self.problem()?;
        Self::new(town, |problem| self.stand.next(&last, (problem, &home(problem, base)), options, control))
    }

    fn new(town: Town, solve: impl FnOnce(&Problem) -> Result<Stand, Error>) -> Result<Self, Error> {
        let mut report = Report::default();
        let model = town.model(&mut report)?;
        let prepared = Prepared::new(&model, &town.policy, town.book())?;
        let stand = solve(&prepared.problem)?;
        let outcome = Arc::new(Outcome::of(&model, &prepared, &stand));
        let mut warnings = report.warnings;
        warnings.extend(prepared.warnings.iter().cloned());
        let problem = Some(Arc::new(prepared.into_problem()));
        Ok(Self { town: Arc::new(town), problem, stand: Arc::new(stand), outcome, warnings })
    }

    /// Its problem, made again where it is not kept.
    fn problem(&self) -> Result<Arc<Problem>, Error> {
        if let Some(problem) = &self.problem {
            return Ok(Arc::clone(problem));
        }
        let model = self.town.model(&mut Report::default())?;
        Ok(Arc::new(Prepared::new(&model, &self.town.policy, self.town.book())?.into_problem()))
    }
}

/// What `base` offers, by position in `problem`.
fn home(problem: &Problem, base: &Outcome) -> Vec<Option<DwellingIndex>> {
    let position = |id: &String| problem.dwellings().binary_search_by(|place| place.id.cmp(id)).ok().map(DwellingIndex::new);
    problem.households().iter().map(|household| base.offers.get(household).and_then(position)).collect()
}

impl Session {
    /// Opens a town and answers it.
    ///
    /// # Errors
    /// As [`pipeline::run`], and as [`model::build`](crate::model::build).
    pub fn open(town: Town, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        let first = on_threads(options.threads, || State::first(town, options, control))?;
        Ok(Self { options: *options, first, later: Vec::new() })
    }

    fn last(&self) -> &State {
        self.later.last().unwrap_or(&self.first)
    }

    /// Makes the changes of `scenario` to the town as it is now, and answers it.
    ///
    /// # Errors
    /// As [`Town::after`] and [`Session::open`]; the session is then as it was.
    pub fn apply(&mut self, scenario: &Scenario, control: &Control<'_>) -> Result<&Outcome, Error> {
        let state = on_threads(self.options.threads, || self.after(scenario, control))?;
        self.later.push(state);
        if let Some(early) = self.later.len().checked_sub(PROBLEMS + 1).and_then(|at| self.later.get_mut(at)) {
            early.problem = None;
        }
        Ok(self.outcome())
    }

    /// What the scenario would make of the town as it is now; the session stays as it is.
    ///
    /// # Errors
    /// As [`Session::apply`].
    pub fn try_out(&self, scenario: &Scenario, control: &Control<'_>) -> Result<Outcome, Error> {
        on_threads(self.options.threads, || self.after(scenario, control)).map(|state| Arc::unwrap_or_clone(state.outcome))
    }

    pub(super) fn after(&self, scenario: &Scenario, control: &Control<'_>) -> Result<State, Error> {
        let last = self.last();
        last.next(last.town.after(scenario)?, &self.first.outcome, &self.options, control)
    }

    /// Takes back the last scenario; gives the outcome before it, the same bytes.
    ///
    /// # Errors
    /// [`Error::Input`] with E1909 where nothing is left to be taken back.
    pub fn undo(&mut self) -> Result<&Outcome, Error> {
        if self.later.pop().is_none() {
            let mut report = Report::default();
            let cause = "no scenario is left to be taken back";
            report.error("E1909", Place::file("session"), cause, "go on from here, or open the town again");
            report.into_result(())?;
        }
        Ok(self.outcome())
    }

    /// The outcome of the town as it is now.
    pub fn outcome(&self) -> &Outcome {
        &self.last().outcome
    }

    /// The outcome of the town as it was opened.
    pub fn base(&self) -> &Outcome {
        &self.first.outcome
    }

    /// The town as it is now.
    pub fn town(&self) -> &Town {
        &self.last().town
    }

    /// Scenarios that can be taken back.
    pub fn depth(&self) -> usize {
        self.later.len()
    }

    /// What a person should know about the town as it is now.
    pub fn warnings(&self) -> &[Finding] {
        &self.last().warnings
    }

    /// The problem as it is now and the whole answer to it, with the certificate. O(m).
    ///
    /// # Errors
    /// None: the problem was made before.
    pub fn answer(&self) -> Result<(Arc<Problem>, Allocation), Error> {
        let problem = self.last().problem()?;
        let allocation = self.last().stand.allocation(&problem);
        Ok((problem, allocation))
    }

    /// The town as it is now against the one that was opened: after minus before, and who is offered something else.
    ///
    /// # Errors
    /// None for towns that have been answered.
    ///
    /// # Complexity
    /// O(n log n) for the two models, and a few pairs looked at for each household that is offered something else.
    pub fn compare(&self) -> Result<Comparison, Error> {
        Comparison::of((&self.first.town, &self.first.outcome), (&self.last().town, &self.last().outcome))
    }

    /// Everything that a person takes away, for the town as it is now; the independent judge accepts it, or it is an error.
    ///
    /// # Errors
    /// As [`pipeline::run`].
    ///
    /// # Complexity
    /// As [`pipeline::run`] without the solve.
    pub fn run(&self) -> Result<pipeline::Run, Error> {
        let State { town, .. } = self.last();
        let model = town.model(&mut Report::default())?;
        let options = RunOptions::from(self.options);
        on_threads(self.options.threads, || {
            let prepared = Prepared::new(&model, &town.policy, town.book())?;
            let allocation = self.last().stand.allocation(&prepared.problem);
            prepared.finish(&options, allocation)
        })
    }
}
