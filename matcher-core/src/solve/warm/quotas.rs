//! Problems with rows, solved again from the last row prices and the last allocation.
//!
//! Problem      that of `prices` and `search`, after a few edits.
//! Method       the ascent goes on from its best prices ([`Ascent::resume`]): one look at all arcs gives a bound, a warm
//!              assignment on the core a better one. The last allocation, where it still holds, is mended by chains of moves from
//!              the homes that lose most against the prices, and where these gain nothing by short, cold annealing. What
//!              does not get there in a few rounds is solved afresh: trees, regions and conflicts have no warm start.
//! Complexity   O(m) for the look, then as many short rounds as the edit has cost; m arcs.

use crate::allocation::{Allocation, Status};
use crate::error::Error;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::problem::Problem;
use crate::threads::on_threads;

use super::super::anneal::{Heat, anneal};
use super::super::certify::within;
use super::super::drive::{self, solve_and_save};
use super::super::graph::NONE;
use super::super::prices::{Ascent, Saved};
use super::super::rows::Rows;
use super::super::search::Search;
use super::super::{Control, Progress, SolveOptions, Stage};
use super::Outcome;
use super::open::Open;

/// Rounds before the problem is solved afresh.
const SHORT_ROUNDS: u32 = 8;
/// Homes from which the first round tries chains of moves; every other round has twice as many.
const MENDED: usize = 4;

/// What the last solve of a problem with rows has left.
#[derive(Debug, Clone, Default)]
pub(super) struct Priced {
    pub(super) saved: Option<Saved>,
    /// Row of each column in the best allocation, or [`NONE`].
    pub(super) home: Vec<u32>,
    /// Columns whose arcs have changed since.
    touched: Vec<u32>,
    /// The answer of a cold solve, where that was the last one.
    pub(super) cold: Option<Box<(Problem, Allocation)>>,
    steps: u64,
}

impl Priced {
    /// The arcs of a column have changed.
    pub(super) fn touch(&mut self, column: u32) {
        self.touched.push(column);
    }

    /// The first solve, cold.
    pub(super) fn first(open: &Open, options: &SolveOptions, control: &Control<'_>) -> (Self, Outcome) {
        let problem = open.base();
        let (answer, saved) = solve_and_save(problem, options, control);
        let mut priced = Self { saved, steps: answer.steps, ..Self::default() };
        let outcome = priced.learn(open, problem.clone(), answer);
        (priced, outcome)
    }

    /// Takes up the answer of a cold solve of the problem as it is now.
    fn learn(&mut self, open: &Open, problem: Problem, answer: Allocation) -> Outcome {
        self.home = vec![NONE; open.arcs.graph.columns()];
        for (h, d) in answer.pairs() {
            let (household, dwelling) = (&problem.households()[h.index()], &problem.dwellings()[d.index()].id);
            if let (Some(column), Some(row)) = (open.column(household), open.row(dwelling)) {
                self.home[column as usize] = row;
            }
        }
        let outcome = Outcome { status: answer.status, objective: answer.objective, bound: answer.bound, steps: self.steps };
        self.cold = Some(Box::new((problem, answer)));
        outcome
    }

    /// The problem as it is now, solved afresh.
    fn afresh(&mut self, open: &Open, options: &SolveOptions, control: &Control<'_>) -> Result<Outcome, Error> {
        let problem = open.problem()?;
        let answer = drive::solve(&problem, options, control)?;
        self.steps += answer.steps;
        Ok(self.learn(open, problem, answer))
    }

    /// From the last prices and the last allocation.
    pub(super) fn solve(&mut self, open: &Open, options: &SolveOptions, control: &Control<'_>) -> Result<Outcome, Error> {
        let top = i64::try_from(open.sizes.top).unwrap_or(i64::MAX);
        let rows = Rows::of(open.base(), &open.quotas, top);
        let Some(saved) = self.saved.take_if(|saved| saved.scale == rows.scale) else {
            return self.afresh(open, options, control);
        };
        let graph = &open.arcs.graph;
        self.touched.retain(|&column| (column as usize) < graph.columns());
        self.touched.sort_unstable();
        self.touched.dedup();
        let touched = std::mem::take(&mut self.touched);
        self.home.resize(graph.columns(), NONE);
        let home = &self.home;
        let (outcome, saved, found) = on_threads(options.threads, || {
            let mut ascent = Ascent::resume(open.base(), graph, &rows, saved, &touched, &|_| control.stopped().is_some());
            let mut search = Search::new(open.base(), graph, &rows, options.seed);
            search.load_within_maxima(&slots(open, home));
            search.load_within_maxima(&ascent.best.slot);
            let status = settle(&mut ascent, &mut search, (options, self.steps, u64::MAX), control);
            let steps = ascent.scanned() + search.moves;
            let found = search.best.take();
            let objective = found.as_ref().map(|best| best.objective);
            let bound = Some(ascent.bound());
            let status = status.map(|status| if objective.is_some() { status } else { Status::Unknown });
            (status.map(|status| Outcome { status, objective, bound, steps }), ascent.save(), found)
        });
        self.saved = Some(saved);
        if let Some(found) = found {
            self.home = found.slot.iter().map(|&slot| if slot == NONE { NONE } else { graph.row[slot as usize] }).collect();
        }
        match outcome {
            Some(outcome) => {
                self.cold = None;
                self.steps += outcome.steps;
                Ok(Outcome { steps: self.steps, ..outcome })
            }
            None => self.afresh(open, options, control),
        }
    }
}

/// Short rounds until the gap is closed or the caller stops; nothing where it takes more than a few of them, or more than `patience`
/// steps. `done` steps were made before.
pub(in crate::solve) fn settle(
    ascent: &mut Ascent<'_>,
    search: &mut Search<'_>,
    (options, done, patience): (&SolveOptions, u64, u64),
    control: &Control<'_>,
) -> Option<Status> {
    let mut is_open = true;
    for round in 0..=SHORT_ROUNDS {
        let steps = ascent.scanned() + search.moves;
        let (bound, objective) = (ascent.bound(), search.best.as_ref().map(|best| best.objective));
        control.tell(Progress { stage: Stage::Prices, bound: Some(bound), objective, steps: done + steps });
        if let Some(objective) = objective
            && within(bound, objective, options.gap_ppm)
        {
            return Some(if bound == objective { Status::Optimal } else { Status::GapLimit });
        }
        if let Some(status) = control.stopped() {
            return Some(status);
        }
        if options.step_limit.is_some_and(|limit| steps >= limit) {
            return Some(Status::StepLimit);
        }
        if steps > patience {
            return None;
        }
        // Chains first: mostly they are all that an edit needs.
        if round < SHORT_ROUNDS && !mend(round, ascent, search, control) {
            is_open = self::round(round, is_open, ascent, search, control);
        }
    }
    None
}

/// Slots of the homes that are still there and have room.
fn slots(open: &Open, home: &[u32]) -> Vec<u32> {
    let graph = &open.arcs.graph;
    let mut load = vec![0; graph.rows()];
    let slot = |(column, &row): (usize, &u32)| {
        let there = (row as usize) < graph.rows() && load[row as usize] < graph.capacity[row as usize];
        let slot = if there { graph.find(column as u32, row) } else { None };
        if slot.is_some() {
            load[row as usize] += 1;
        }
        slot.unwrap_or(NONE)
    };
    home.iter().enumerate().map(slot).collect()
}

/// Chains of moves from the homes that lose most; true where they gained.
fn mend(round: u32, ascent: &mut Ascent<'_>, search: &mut Search<'_>, control: &Control<'_>) -> bool {
    let prices = ascent.at_best();
    search.mend(&prices, MENDED << (round / 2), &|| control.stopped().is_some())
}

/// One round: a few price iterations beside a short leg of search from the best allocation. False when no price wants to move.
fn round(round: u32, is_open: bool, ascent: &mut Ascent<'_>, search: &mut Search<'_>, control: &Control<'_>) -> bool {
    let stop = || control.stopped().is_some();
    match search.best.as_ref().map(|best| best.slot.clone()) {
        Some(slot) if round % 4 != 3 => search.load(&slot),
        _ => search.load(&ascent.best.slot),
    }
    let Some(near) = ascent.near(&stop) else { return is_open };
    let moves = (ascent.best.placed() * 10).clamp(2_000, 4_000_000) << (round / 2).min(6);
    // Cold at first: most of the allocation is as it should be.
    let heat = Heat::from((100 / i64::from(round + 1)).max(12), ascent.unit(), ascent.rows.scale);
    let (open, ()) = rayon::join(|| is_open && ascent.advance_by(4, &stop), || anneal(search, &near, moves, heat, &stop));
    search.load_within_maxima(&ascent.best.slot);
    open
}

/// Offers by household of `problem`, which is the problem as it is now.
pub(super) fn offers(open: &Open, home: &[u32], problem: &Problem) -> Vec<Option<DwellingIndex>> {
    let offer = |h: usize| {
        let column = open.column(&problem.households()[HouseholdIndex::new(h).index()])?;
        let row = *home.get(column as usize)?;
        if row == NONE { None } else { open.position(problem, row) }
    };
    (0..problem.households().len()).map(offer).collect()
}
