//! A solved problem that stays open: edits cost what they touch, and the next answer starts from the last one's prices.
//!
//! `edits` says what can change, `resolve` finds what an edit means or why it is refused, `steps` makes it, `open` holds the
//! edited problem and `arcs` its graph. `repair` keeps a plain assignment optimal; where rows count, `quotas` goes on from the last
//! prices; where pairs earn points every solve is a cold one.

mod arcs;
pub mod codes;
mod edits;
mod open;
mod quotas;
mod repair;
mod resolve;
mod steps;

use std::collections::BTreeMap;

use crate::allocation::{Allocation, Prices, Proof, QuotaPrice, Status};
use crate::error::{Error, Place as At, Report};
use crate::problem::{Problem, Sizes};

use super::certify::allocation;
use super::graph::NONE;
use super::{Control, SolveOptions, drive};

pub use edits::{Edit, Undo};
pub(super) use quotas::settle;

use open::Open;
use quotas::Priced;
use repair::Repair;
use resolve::{Findings, steps};

/// What a warm solve has found; the whole answer is [`Warm::answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Why the solver stopped.
    pub status: Status,
    /// Worth of the best allocation known; `None` where none is.
    pub objective: Option<i64>,
    /// No allocation is worth more; `None` where the problem is infeasible.
    pub bound: Option<i64>,
    /// Work done since the problem was opened, in the solver's own counted units.
    pub steps: u64,
}

/// A problem that is solved again and again while it changes a little at a time.
///
/// Every sequence of edits gives the value that a cold [`solve`](super::solve()) of [`Warm::problem`] gives. Where several
/// allocations are worth the same, a cold solve chooses among them by the keyed draws alone, while a warm one stays near its last
/// answer: official runs, whose ties are drawn in public, are cold ones.
///
/// # Complexity
/// Opening is a cold solve. Without rows and pairs of households an edit costs O(degree of what it touches) and the next solve one search of
/// shortest paths for each household or dwelling that lost its place or price; nothing depends on the size of the problem but
/// the depth of its name tables. With rows a solve costs O(m) and as many short rounds as the edit has moved the prices. With
/// pairs that earn points each solve is a cold one.
///
/// ```
/// use matcher_core::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
/// use matcher_core::problem::{Parts, Place, Problem};
/// use matcher_core::solve::{Control, Edit, SolveOptions, Warm};
/// let (h, d) = (HouseholdIndex::new, DwellingIndex::new);
/// let place = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
/// let problem = Problem::new(Parts {
///     households: vec!["h1".into(), "h2".into()],
///     dwellings: vec![place("d1"), place("d2")],
///     residences: vec!["r1".into()],
///     arcs: vec![(h(0), d(0), 9), (h(0), d(1), 8), (h(1), d(0), 7)],
///     ..Parts::default()
/// })?;
/// let mut warm = Warm::open(problem, &SolveOptions::default(), &Control::default())?;
/// assert_eq!(warm.outcome().objective, Some(15));
/// let undo = warm.edit(&[Edit::WithdrawHousehold { household: "h2".into() }])?;
/// assert_eq!(warm.solve(&Control::default())?.objective, Some(9));
/// warm.undo(undo)?;
/// assert_eq!(warm.solve(&Control::default())?.objective, Some(15));
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Warm {
    open: Open,
    options: SolveOptions,
    method: Method,
    outcome: Outcome,
    /// Name of the present state, and of the next new one.
    state: u64,
    next_state: u64,
    /// Nothing has changed since the last solve, which ended by itself.
    is_solved: bool,
}

/// How the problem is solved again.
#[derive(Debug, Clone)]
enum Method {
    /// Nothing counts but scores.
    Plain(Box<Repair>),
    /// Rows count.
    Quotas(Box<Priced>),
    /// Pairs earn points: afresh.
    Afresh(Option<Box<(Problem, Allocation)>>),
}

impl Warm {
    /// Opens and solves a problem.
    ///
    /// # Errors
    /// As [`solve`](super::solve()); [`Error::Input`] with E1807 where the problem has tiers.
    pub fn open(problem: Problem, options: &SolveOptions, control: &Control<'_>) -> Result<Self, Error> {
        if !problem.tiers().is_empty() {
            let mut report = Report::default();
            let (cause, action) = ("the problem has tiers, which edits do not follow", "solve it afresh");
            report.error("E1807", At::file("tiers.csv"), cause, action);
            report.into_result(())?;
        }
        let (counts, earns) = (!problem.quotas().is_empty(), !problem.affinities().is_empty());
        let open = Open::new(problem, options.seed);
        let outcome = Outcome { status: Status::Unknown, objective: None, bound: None, steps: 0 };
        let (method, outcome) = match (earns, counts) {
            (true, _) => (Method::Afresh(None), outcome),
            (false, true) => {
                let (priced, outcome) = Priced::first(&open, options, control);
                (Method::Quotas(Box::new(priced)), outcome)
            }
            (false, false) => {
                let mut repair = Repair::new(&open.arcs.graph);
                repair.first(&open.arcs.graph, &|_| control.stopped().is_some());
                (Method::Plain(Box::new(repair)), outcome)
            }
        };
        let mut warm = Self { open, options: *options, method, outcome, state: 0, next_state: 1, is_solved: counts && !earns };
        if !warm.is_solved {
            warm.solve(control)?;
        }
        Ok(warm)
    }

    /// Makes all of `edits`, in their order, or none of them; the answer follows by [`Warm::solve`].
    ///
    /// # Errors
    /// [`Error::Input`] with a finding (E1800 to E1805) for each edit that contradicts the problem as the edits before it leave
    /// it; [`Error::ScoreOverflow`] where sums could leave 64 bits. Nothing has changed then.
    ///
    /// # Complexity
    /// O(degree) of the households and dwellings that are named, and O(log n) for each name.
    pub fn edit(&mut self, edits: &[Edit]) -> Result<Undo, Error> {
        // What alone is too large is refused before anything is computed with it.
        Sizes::check_one(edits.iter().map(Edit::largest).max().unwrap_or(0))?;
        let mut report = Report::default();
        let mut back = Vec::new();
        for (row, edit) in (1..).zip(edits) {
            let Some(steps) = steps(&self.open, edit, &mut Findings { report: &mut report, row }) else { continue };
            for step in steps {
                back.push(self.step(step));
            }
        }
        let checked = report.into_result(()).and_then(|()| self.check_sizes());
        let undo = Undo { from: self.next_state, to: self.state, steps: back };
        self.state = self.next_state;
        self.next_state += 1;
        if let Err(error) = checked {
            self.undo(undo)?;
            return Err(error);
        }
        Ok(undo)
    }

    /// Takes back the edits of the latest call of [`Warm::edit`] that is not taken back yet.
    ///
    /// # Errors
    /// [`Error::Input`] with E1806 where `undo` belongs to an earlier call, or to another problem. Nothing has changed then.
    pub fn undo(&mut self, undo: Undo) -> Result<(), Error> {
        if undo.from != self.state {
            let mut report = Report::default();
            let cause = "the edits to take back are not the latest ones";
            report.error("E1806", At::file("edits"), cause, "take back the latest edits first");
            return report.into_result(());
        }
        for step in undo.steps.into_iter().rev() {
            self.step(step);
        }
        self.state = undo.to;
        Ok(())
    }

    /// Sums must stay within 64 bits, as for a new problem.
    fn check_sizes(&mut self) -> Result<(), Error> {
        let Open { sizes, quotas, .. } = &self.open;
        if sizes.check(quotas).is_err() {
            // The sizes kept are those of all that ever was: what is there now may be smaller.
            self.open.sizes = Sizes::of(&self.open.problem()?);
        }
        Ok(())
    }

    /// Finds the best allocation of the problem as it is now, from the last prices.
    ///
    /// # Errors
    /// As [`solve`](super::solve()).
    ///
    /// # Complexity
    /// See [`Warm`].
    pub fn solve(&mut self, control: &Control<'_>) -> Result<Outcome, Error> {
        if self.is_solved {
            return Ok(self.outcome);
        }
        match &mut self.method {
            Method::Plain(repair) => {
                let graph = &self.open.arcs.graph;
                let limit = self.options.step_limit.map(|limit| limit.saturating_add(repair.matching.scanned));
                let done = repair.settle(graph, &self.open.is_away, &|scanned| {
                    control.stopped().is_some() || limit.is_some_and(|limit| scanned >= limit)
                });
                let bound = if done { Some(repair.worth) } else { i64::try_from(repair.total(graph, &self.open.is_away)).ok() };
                let status = if done { Status::Optimal } else { control.stopped().unwrap_or(Status::StepLimit) };
                self.outcome = Outcome { status, objective: Some(repair.worth), bound, steps: repair.matching.scanned };
            }
            Method::Quotas(priced) => self.outcome = priced.solve(&self.open, &self.options, control)?,
            Method::Afresh(known) => {
                let problem = self.open.problem()?;
                let answer = drive::solve(&problem, &self.options, control)?;
                let steps = self.outcome.steps + answer.steps;
                self.outcome = Outcome { status: answer.status, objective: answer.objective, bound: answer.bound, steps };
                *known = Some(Box::new((problem, answer)));
            }
        }
        self.is_solved = !matches!(self.outcome.status, Status::Cancelled | Status::TimeLimit | Status::StepLimit);
        Ok(self.outcome)
    }

    /// What the last solve found.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The problem as it is now. O(m log m).
    ///
    /// # Errors
    /// None that edits leave open: they are checked one by one.
    pub fn problem(&self) -> Result<Problem, Error> {
        self.open.problem()
    }

    /// The problem as it is now, and the whole answer to it: allocation, bound and certificate. Solves first where edits have come
    /// since. O(m log m).
    ///
    /// # Errors
    /// As [`Warm::solve`].
    pub fn answer(&mut self, control: &Control<'_>) -> Result<(Problem, Allocation), Error> {
        let outcome = self.solve(control)?;
        let problem = self.problem()?;
        let graph = &self.open.arcs.graph;
        let (home, scale, u, v, rows): (Vec<u32>, _, &[i64], &[i64], &[i64]) = match &self.method {
            Method::Plain(repair) => {
                let row = |&slot: &u32| if slot == NONE { NONE } else { graph.row[slot as usize] };
                let home = repair.matching.slot.iter().map(row).collect();
                (home, 1, &repair.matching.u, &repair.matching.v, &[])
            }
            Method::Quotas(priced) => match (&priced.cold, &priced.saved) {
                (Some(known), _) => return Ok(known.as_ref().clone()),
                (None, Some(saved)) => (priced.home.clone(), saved.scale, &saved.u, &saved.v, &saved.prices),
                (None, None) => return drive::solve(&problem, &self.options, control).map(|answer| (problem, answer)),
            },
            Method::Afresh(Some(known)) => return Ok(known.as_ref().clone()),
            Method::Afresh(None) => return drive::solve(&problem, &self.options, control).map(|answer| (problem, answer)),
        };
        let mut prices = Prices { scale, households: Some(BTreeMap::new()), ..Prices::default() };
        for (column, &price) in u.iter().enumerate().filter(|(column, price)| **price != 0 && !self.open.is_away[*column]) {
            prices.households.get_or_insert_default().insert(self.open.household_id(column as u32).to_owned(), price);
        }
        for (row, &price) in v.iter().enumerate().filter(|(row, price)| **price != 0 && !self.open.is_removed[*row]) {
            prices.dwellings.insert(self.open.dwelling_id(row as u32).to_owned(), price);
        }
        for (quota, &price) in self.open.quotas.iter().zip(rows).filter(|(_, price)| **price != 0) {
            prices.quotas.insert(quota.id.clone(), QuotaPrice { max: price.max(0), min: (-price).max(0) });
        }
        let offers = quotas::offers(&self.open, &home, &problem);
        let answer = allocation(&problem, outcome.status, offers, outcome.bound, Some(Proof::Prices(prices)), outcome.steps);
        Ok((problem, answer))
    }

    /// The dwelling that the last solve offers a household. O(log n) without rows and pairs.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the household is not in the problem.
    pub fn offer(&self, household: &str) -> Result<Option<&str>, Error> {
        let unknown = || Error::NotFound { what: "household", id: household.to_owned() };
        let column = self.open.column(household).ok_or_else(unknown)?;
        match &self.method {
            Method::Quotas(priced) => {
                let row = priced.home.get(column as usize).copied().filter(|&row| row != NONE && !self.open.is_removed[row as usize]);
                Ok(row.map(|row| self.open.dwelling_id(row)))
            }
            Method::Plain(repair) => {
                let slot = repair.matching.slot[column as usize];
                Ok((slot != NONE).then(|| self.open.dwelling_id(self.open.arcs.graph.row[slot as usize])))
            }
            Method::Afresh(known) => {
                let Some((problem, answer)) = known.as_deref() else { return Ok(None) };
                let h = problem.households().binary_search_by(|known| known.as_str().cmp(household)).map_err(|_| unknown())?;
                let offer = answer.offers.get(h).copied().flatten();
                // The same dwelling by an id that lives as long as this.
                Ok(offer.and_then(|d| self.open.row(&problem.dwellings()[d.index()].id)).map(|row| self.open.dwelling_id(row)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
