//! A town that stays open: each scenario is answered from the prices and offers of the one before, and can be taken back.

use std::sync::Arc;

use rayon::prelude::*;

use crate::allocation::Allocation;
use crate::error::{Error, Finding, Place, Report};
use crate::ids::DwellingIndex;
use crate::model::Model;
use crate::pipeline::{self, Prepared, RunOptions};
use crate::problem::Problem;
use crate::solve::{Control, SolveOptions, Stand};
use crate::tables::rows::Tables;
use crate::threads::on_threads;

use super::compare::Comparison;
use super::frontier::{Axis, Frontier};
use super::lineage::lineage;
use super::outcome::Outcome;
use super::read::Scenario;
use super::town::Town;

/// States whose problems are kept beside their answers; those of earlier ones are made again when a session goes back to them.
const PROBLEMS: usize = 4;

/// A town, what scenarios have made of it so far, and the answer to each.
///
/// Every outcome is that of a solve from nothing: to proved optimality the same worth, and within a gap a worth and a bound that
/// hold. Which of several allocations within the gap is found may depend on the way that led there; of equally good ones it is one
/// that moves few households against the first town ([`Session::base`]), and moves that gain less than the gap leaves open are taken back.
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
/// let lift = scenario::parse("id = 'lift'\n[[change]]\nkind = 'add_lift'\nresidence = 'R06'\n", "lift.toml")?;
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
    model: Arc<Model>,
    /// `None` where it is to be made again.
    problem: Option<Arc<Problem>>,
    stand: Arc<Stand>,
    pub(super) outcome: Arc<Outcome>,
    /// About the tables, then about the policy.
    warnings: Vec<Finding>,
    about_policy: Vec<Finding>,
}

/// The two towns differ in what the model does not hold: the policy, quotas and the ledger.
fn has_same_model(one: &Town, other: &Town) -> bool {
    let Tables { residences, dwellings, authorisations, households, persons, places, tenancies, affinities, help, ceilings, .. } =
        &one.tables;
    let same = &other.tables;
    one.date == other.date
        && *residences == same.residences
        && *dwellings == same.dwellings
        && *authorisations == same.authorisations
        && *households == same.households
        && *persons == same.persons
        && *places == same.places
        && *tenancies == same.tenancies
        && *affinities == same.affinities
        && *help == same.help
        && *ceilings == same.ceilings
}

impl State {
    /// The first answer for `town`.
    fn first(town: Town, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        let mut report = Report::default();
        let model = Arc::new(town.model(&mut report)?);
        Self::new(town, (model, report.warnings), |problem| Stand::first(problem, options, control))
    }

    /// The answer for `town` from this one; few households move away from what `base` offers them.
    fn next(&self, town: Town, base: &Outcome, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        let last = self.problem()?;
        let (model, warnings) = if has_same_model(&self.town, &town) {
            (Arc::clone(&self.model), self.warnings.clone())
        } else {
            let mut report = Report::default();
            (Arc::new(town.model(&mut report)?), report.warnings)
        };
        Self::new(town, (model, warnings), |problem| self.stand.next(&last, (problem, &home(problem, base)), options, control))
    }

    fn new(
        town: Town,
        (model, warnings): (Arc<Model>, Vec<Finding>),
        solve: impl FnOnce(&Problem) -> Result<Stand, Error>,
    ) -> Result<Self, Error> {
        let prepared = Prepared::new(&model, &town.policy, town.book())?;
        let stand = solve(&prepared.problem)?;
        let outcome = Arc::new(Outcome::of(&model, &prepared, &stand));
        let about_policy = prepared.warnings.clone();
        let problem = Some(Arc::new(prepared.into_problem()));
        Ok(Self { town: Arc::new(town), model, problem, stand: Arc::new(stand), outcome, warnings, about_policy })
    }

    /// Its problem, made again where it is not kept.
    fn problem(&self) -> Result<Arc<Problem>, Error> {
        if let Some(problem) = &self.problem {
            return Ok(Arc::clone(problem));
        }
        Ok(Arc::new(Prepared::new(&self.model, &self.town.policy, self.town.book())?.into_problem()))
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
        let first = on_threads(options.threads, || State::first(town, &SolveOptions { threads: 0, ..*options }, control))?;
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

    /// What each scenario by itself would make of the town as it is now, in their order; on all threads, each from the same prices.
    /// What is wrong with one of them says nothing of the others; one that starts from another scenario is at fault (E1908).
    pub fn sweep(&self, scenarios: &[Scenario], control: &Control<'_>) -> Vec<Result<Outcome, Error>> {
        let policy = &self.town().policy.id;
        let one = |scenario: &Scenario| {
            lineage(policy, std::slice::from_ref(scenario), 0)?;
            self.after(scenario, control).map(|state| Arc::unwrap_or_clone(state.outcome))
        };
        on_threads(self.options.threads, || scenarios.par_iter().map(one).collect())
    }

    fn after(&self, scenario: &Scenario, control: &Control<'_>) -> Result<State, Error> {
        let last = self.last();
        // The caller has brought the threads.
        let options = SolveOptions { threads: 0, ..self.options };
        last.next(last.town.after(scenario)?, &self.first.outcome, &options, control)
    }

    /// Takes back the last scenario; gives the outcome before it, the same bytes.
    ///
    /// # Errors
    /// [`Error::Input`] with E1910 where nothing is left to be taken back.
    pub fn undo(&mut self) -> Result<&Outcome, Error> {
        if self.later.pop().is_none() {
            let mut report = Report::default();
            let cause = "no scenario is left to be taken back";
            report.error("E1910", Place::file("session"), cause, "go on from here, or open the town again");
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
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.last().warnings.iter().chain(&self.last().about_policy)
    }

    /// The problem as it is now and the whole answer to it, with the certificate. O(m), and the problem is made again where the session
    /// has gone back a long way.
    ///
    /// # Errors
    /// None that it did not have when the town was answered.
    pub fn answer(&self) -> Result<(Arc<Problem>, Allocation), Error> {
        let problem = self.last().problem()?;
        let allocation = self.last().stand.allocation(&problem);
        Ok((problem, allocation))
    }

    /// The supported points between suitability and `axis` of the town as it is now, at most `most` of them; see [`Frontier`].
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn frontier(&self, axis: Axis, most: usize, control: &Control<'_>) -> Result<Frontier, Error> {
        let problem = self.last().problem()?;
        let options = SolveOptions { threads: 0, ..self.options };
        on_threads(self.options.threads, || Frontier::of(&problem, axis, most, &options, control))
    }

    /// The town as it is now against the one that was opened: after minus before, and who is offered something else.
    ///
    /// # Complexity
    /// O(n log n), and a few pairs looked at for each household that is offered something else.
    pub fn compare(&self) -> Comparison {
        let side = |state: &'_ State| -> (Arc<Model>, Arc<Town>, Arc<Outcome>) {
            (Arc::clone(&state.model), Arc::clone(&state.town), Arc::clone(&state.outcome))
        };
        Comparison::of(&side(&self.first), &side(self.last()))
    }

    /// Everything that a person takes away, for the town as it is now; the independent judge accepts it, or it is an error.
    ///
    /// # Errors
    /// As [`pipeline::run`].
    ///
    /// # Complexity
    /// As [`pipeline::run`] without the solve.
    pub fn run(&self) -> Result<pipeline::Run, Error> {
        let State { town, model, .. } = self.last();
        let options = RunOptions::from(self.options);
        on_threads(self.options.threads, || {
            let prepared = Prepared::new(model, &town.policy, town.book())?;
            let allocation = self.last().stand.allocation(&prepared.problem);
            prepared.finish(&options, allocation)
        })
    }
}
